/** Classroom display: the figure as large as the window, and beside it only what the teacher wants there. */
import { keep, recall } from "../state/kept.js";

export const classroom = $state({ on: false, text: false, code: true });

/** Where the reader was in the text. */
let scrolled = 0;

/** As it was when the reader was last here. */
export function recallClassroom(): void {
  const kept = recall("classroom") ?? "";
  classroom.on = kept.startsWith("on");
  classroom.text = kept.includes("text");
  classroom.code = !kept.includes("nocode");
}

function keepClassroom(): void {
  const { on, text, code } = classroom;
  keep("classroom", [on ? "on" : "off", text ? "text" : "", code ? "" : "nocode"].filter(Boolean).join(" "));
}

export function showPart(part: "text" | "code", shown: boolean): void {
  classroom[part] = shown;
  keepClassroom();
}

/** In or out; outside, the reader finds the text where it was left. */
export function switchClassroom(): void {
  if (!classroom.on) scrolled = scrollY;
  classroom.on = !classroom.on;
  keepClassroom();
  const to = classroom.on ? 0 : scrolled;
  requestAnimationFrame(() => scrollTo({ top: to, behavior: "instant" }));
}
