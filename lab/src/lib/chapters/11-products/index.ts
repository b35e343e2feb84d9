import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { shapeText } from "../../figures/format.js";
import { range, text } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import type { ProductsLesson } from "./lesson.js";
import ProductPanel from "./ProductPanel.svelte";
import { MOST_CHARACTERS, MOST_SIDE, productOf, readRows } from "./product.js";

const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST_SIDE - 1));
const real = range(-100, 100);

/** What was typed as a program says it. */
function literal(typed: string): string {
  const read = readRows(typed);
  if ("fault" in read) return "[]";
  const rows = read.rows.map((row) => `[${row.join(", ")}]`);
  return read.vector ? rows[0]! : `[${rows.join(", ")}]`;
}

const product = ({ a, b }: ProductsLesson): Code => {
  const [left, right] = [readRows(a), readRows(b)];
  const fits = !("fault" in left) && !("fault" in right) && productOf(left, right).error === undefined;
  const call = fits
    ? "console.log(String(A.dot(B)));"
    : "try {\n  A.dot(B as never);\n} catch (error) {\n  console.log(String(error));\n}";
  return ts`import { array } from "maru";

const A = array(${literal(a)});
const B = array(${literal(b)});
console.log(A.shape, B.shape);
${call}`;
};

const layer = ({ x, w }: ProductsLesson): Code => {
  const row = (r: number): Code =>
    ts`[${slot(`w.${r}.0`, w[r]![0]!)}, ${slot(`w.${r}.1`, w[r]![1]!)}, ${slot(`w.${r}.2`, w[r]![2]!)}]`;
  return ts`import { array } from "maru";

const X = array([${slot("x.0", x[0]!)}, ${slot("x.1", x[1]!)}]);
const W = array([${row(0)}, ${row(1)}]);
const Y = X.dot(W);
console.log(X.shape, W.shape, Y.shape);
console.log(String(Y));`;
};

const set = (values: Partial<ProductsLesson>) => (lesson: Record<string, unknown>) =>
  void Object.assign(lesson, { row: 0, column: 0, ran: false, ...values });

export default chapter({
  schema: v.object({
    a: v.optional(text(MOST_CHARACTERS), "1 2\n3 4"),
    b: v.optional(text(MOST_CHARACTERS), "5 6\n7 8"),
    row: v.optional(place, 1),
    column: v.optional(place, 0),
    ran: v.optional(v.boolean(), false),
    guess: v.optional(v.pipe(v.string(), v.maxLength(20)), ""),
    checked: v.optional(v.boolean(), false),
    x: v.optional(v.pipe(v.array(real), v.length(2)), () => [1, 2]),
    w: v.optional(v.pipe(v.array(v.pipe(v.array(real), v.length(3))), v.length(2)), () => [
      [1, 3, 5],
      [2, 4, 6],
    ]),
  }),
  panels: [
    { id: "product", component: ProductPanel },
    { id: "layer", load: () => import("./LayerPanel.svelte") },
  ],
  code: (lesson, panel) => (panel === "product" ? product(lesson) : layer(lesson)),
  write: (lesson, name, value) => {
    const bounded = Math.max(-100, Math.min(100, value));
    const [key, r, c] = name.split(".");
    if (key === "x") lesson.x[Number(r)] = bounded;
    else if (key === "w") lesson.w[Number(r)]![Number(c)] = bounded;
  },
  weights: ({ w }) => ({ w }),
  live: {
    shape: (lesson) => {
      const { a, b } = lesson as unknown as ProductsLesson;
      const [left, right] = [readRows(a), readRows(b)];
      if ("fault" in left || "fault" in right) return "?";
      const { value } = productOf(left, right);
      return value === undefined ? "✗" : shapeText(value.shape);
    },
  },
  actions: {
    square: set({ a: "1 2\n3 4", b: "5 6\n7 8" }),
    wide: set({ a: "1 2 3\n4 5 6", b: "1 2\n3 4\n5 6" }),
    clash: set({ a: "1 2 3\n4 5 6", b: "1 2\n3 4" }),
    vector: set({ a: "1 2\n3 4\n5 6", b: "7 8" }),
  },
  widgets: { shape: () => import("./Shape.svelte") },
});
