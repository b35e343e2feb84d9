import { chapter } from "../chapter.js";
import { FIRST, type ReferenceLesson, schema } from "./lesson.js";
import Repl from "./Repl.svelte";

/** Programs that buttons in the text put into the REPL. */
const PROGRAMS = {
  first: FIRST,
  shapes: "zeros([2, 3]).dot(zeros([2, 2]))",
  grad: "grad((x: Tensor) => x.mul(x).sum())(array([1, 2, 3]))",
  forever: "while (true) {}",
  broadcast: "ones([3, 1]).add(array([10, 20, 30]))",
} as const;

export default chapter({
  schema,
  panels: [{ id: "repl", component: Repl }],
  live: { cells: ({ cells }) => String(cells.length) },
  actions: Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, program]) => [
      name,
      (lesson: ReferenceLesson) => void (lesson.draft = program),
    ]),
  ),
  widgets: { reference: () => import("./Reference.svelte") },
});
