/** The program's text is made by a part of its own, which comes when the reader first stirs. */
import type { Code } from "../../code/template.js";
import type { Translate } from "../../text/words.js";
import type { PlaygroundLesson } from "./lesson.js";

let make = $state.raw<typeof import("./program.js").program | undefined>();

/** Nothing until it is there: then there is no drawer of code yet. */
export const programOf = (lesson: PlaygroundLesson, t: Translate): Code | undefined => make?.(lesson, t);

const STIRS = ["pointermove", "pointerdown", "keydown", "scroll"] as const;

/** Loads it at the first sign of a reader; gives back what ends the waiting. */
export function whenStirred(): () => void {
  const end = (): void => {
    for (const name of STIRS) window.removeEventListener(name, load, true);
  };
  const load = (): void => {
    end();
    void import("./program.js").then(({ program }) => {
      make = program;
    });
  };
  if (make === undefined)
    for (const name of STIRS) window.addEventListener(name, load, { capture: true, passive: true });
  return end;
}
