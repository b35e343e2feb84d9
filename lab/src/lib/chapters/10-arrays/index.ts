import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { shapeText } from "../../figures/format.js";
import { text, whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import ArrayPanel from "./ArrayPanel.svelte";
import type { ArraysLesson } from "./lesson.js";
import { arrayOf, indexOf, MOST_ELEMENTS, shapeOf, sizeOf } from "./nd.js";

const sizes = (shape: string): number[] => shapeOf(shape) ?? [];

function one(lesson: ArraysLesson): Code {
  const { count, shape, transposed, axis, reduce, slice } = lesson;
  const made = arrayOf(lesson).value;
  const index = made === undefined ? [] : indexOf(Math.min(lesson.at, made.size - 1), made.shape);
  const along = axis >= 0 && axis < (made?.ndim ?? 0) ? `console.log(String(B.${reduce}(${axis})));\n` : "";
  const part =
    slice.trim() === ""
      ? ""
      : `console.log(String(B.at(${slice
          .split(",")
          .map((piece) => JSON.stringify(piece.trim()))
          .join(", ")})));\n`;
  return ts`import { arange } from "maru";

const A = arange(1, ${slot("count", count)} + 1).astype("int32");
const B = A.reshape([${sizes(shape).join(", ")}])${transposed ? ".T" : ""};
console.log(String(B));
console.log(B.ndim, B.shape, B.size);
console.log(String(B.at(${index.join(", ")})));
${along}${part}`;
}

const two = ({ a, b, op }: ArraysLesson): Code => ts`import { arange } from "maru";

const A = arange(1, ${sizeOf(sizes(a)) + 1}).reshape([${sizes(a).join(", ")}]);
const B = arange(1, ${sizeOf(sizes(b)) + 1}).reshape([${sizes(b).join(", ")}]);
console.log(String(A.${op}(B)));`;

const set = (values: Partial<ArraysLesson>) => (lesson: Record<string, unknown>) =>
  void Object.assign(lesson, values);
const plain = { transposed: false, slice: "", at: 0, axis: -1 };

export default chapter({
  schema: v.object({
    count: v.optional(whole(1, MOST_ELEMENTS), 6),
    shape: v.optional(text(30), "3, 2"),
    transposed: v.optional(v.boolean(), false),
    at: v.optional(whole(0, MOST_ELEMENTS - 1), 3),
    axis: v.optional(whole(-1, 3), -1),
    reduce: v.optional(v.picklist(["sum", "max", "mean"]), "sum"),
    slice: v.optional(text(40), ""),
    a: v.optional(text(20), "3, 1"),
    b: v.optional(text(20), "1, 4"),
    op: v.optional(v.picklist(["add", "mul"]), "add"),
    cell: v.optional(whole(0, MOST_ELEMENTS * 6), 5),
  }),
  panels: [
    { id: "array", component: ArrayPanel },
    { id: "broadcast", load: () => import("./BroadcastPanel.svelte") },
  ],
  code: (lesson, panel) => (panel === "array" ? one(lesson) : two(lesson)),
  write: (lesson, name, value) => {
    if (name === "count") lesson.count = Math.max(1, Math.min(MOST_ELEMENTS, Math.round(value)));
  },
  live: {
    ndim: (lesson) => String(arrayOf(lesson as unknown as ArraysLesson).value?.ndim ?? "?"),
    shape: (lesson) => {
      const made = arrayOf(lesson as unknown as ArraysLesson).value;
      return made === undefined ? "?" : shapeText(made.shape);
    },
  },
  actions: {
    one: set({ ...plain, count: 4, shape: "4" }),
    two: set({ ...plain, count: 6, shape: "3, 2" }),
    three: set({ ...plain, count: 24, shape: "2, 3, 4" }),
    axis0: set({ axis: 0 }),
    axis1: set({ axis: 1 }),
    slice: set({ ...plain, count: 12, shape: "3, 4", slice: "1:, ::2" }),
    misfit: set({ ...plain, count: 6, shape: "4, 2" }),
    scalar: set({ a: "2, 3", b: "1", op: "mul" }),
    row: set({ a: "2, 3", b: "3", op: "add" }),
    outer: set({ a: "3, 1", b: "1, 4", op: "add" }),
    clash: set({ a: "2, 3", b: "2", op: "add" }),
  },
});
