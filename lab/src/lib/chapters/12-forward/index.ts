import * as v from "valibot";
import { shown } from "../../figures/format.js";
import { setNumber } from "../../state/path.js";
import { whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import {
  BOLD,
  CLASSIC,
  copyOf,
  type ForwardLesson,
  isPlace,
  LAST,
  MOST,
  passesOf,
  SIZES,
  within,
} from "./lesson.js";
import { program } from "./program.js";
import StepPanel from "./StepPanel.svelte";

const number = v.pipe(v.number(), v.minValue(-MOST), v.maxValue(MOST));
const vector = (length: number) => v.pipe(v.array(number), v.length(length));
const matrix = (rows: number, columns: number) => v.pipe(v.array(vector(columns)), v.length(rows));
const place = v.pipe(
  v.string(),
  v.regex(/^(\d\.\d|\d\.-?\d\.\d)?$/),
  v.check((key) => key === "" || isPlace(key)),
);
const neuron = v.pipe(v.string(), v.regex(/^\d\.\d$/), v.check(isPlace));
const [inputs, first, second, outputs] = SIZES;

export default chapter({
  schema: v.object({
    x: v.optional(vector(inputs), () => copyOf(CLASSIC.x)),
    W: v.optional(
      v.tuple([matrix(inputs, first), matrix(first, second), matrix(second, outputs)]),
      () => copyOf(CLASSIC.W) as [number[][], number[][], number[][]],
    ),
    B: v.optional(
      v.tuple([vector(first), vector(second), vector(outputs)]),
      () => copyOf(CLASSIC.B) as [number[], number[], number[]],
    ),
    step: v.optional(whole(0, LAST), 0),
    chosen: v.optional(place, ""),
    traced: v.optional(neuron, "3.1"),
    card: v.optional(whole(0, 3), 0),
  }),
  panels: [
    { id: "step", component: StepPanel },
    { id: "see", load: () => import("./SeePanel.svelte") },
    { id: "trace", load: () => import("./TracePanel.svelte") },
  ],
  code: (lesson) => program(lesson),
  write: (lesson, path, value) => void setNumber(lesson, path, within(value)),
  live: {
    y1: (lesson) => shown(passesOf(lesson).at(-1)!.outputs[0]!, 4),
    y2: (lesson) => shown(passesOf(lesson).at(-1)!.outputs[1]!, 4),
    a11: (lesson) => shown(passesOf(lesson)[0]!.sums[0]!, 4),
    z11: (lesson) => shown(passesOf(lesson)[0]!.outputs[0]!, 4),
  },
  actions: {
    begin: (lesson) => void (lesson.step = 0),
    forward: (lesson) => void (lesson.step = Math.min(LAST, lesson.step + 1)),
    all: (lesson) => void (lesson.step = LAST),
    open: (lesson) => void Object.assign(lesson, { chosen: "1.0", step: Math.max(2, lesson.step) }),
    w12: (lesson) => void (lesson.chosen = "0.1.0"),
    bold: (lesson) => void Object.assign(lesson, copyOf(BOLD)),
    classic: (lesson: ForwardLesson) => void Object.assign(lesson, copyOf(CLASSIC)),
    trace: (lesson) => void Object.assign(lesson, { traced: "3.1", card: 0 }),
  },
});
