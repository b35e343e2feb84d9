import * as v from "valibot";
import { slot, ts } from "../../code/template.js";
import { shown } from "../../figures/format.js";
import { chapter } from "../chapter.js";
import { GATE_NAMES, GATES, KNOWN, numberOf, rightOf } from "../gates.js";
import LinePanel from "./LinePanel.svelte";
import { pairsOf } from "./pairs.js";

const place = (x: number, y: number) =>
  v.optional(
    v.tuple([
      v.pipe(v.number(), v.minValue(-1), v.maxValue(2)),
      v.pipe(v.number(), v.minValue(-1), v.maxValue(2)),
    ]),
    [x, y],
  );

export default chapter({
  schema: v.object({
    w1: numberOf(1),
    w2: numberOf(1),
    theta: numberOf(0.5),
    goal: v.optional(v.picklist(GATE_NAMES), "or"),
    passes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000)), 0),
    best: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4)), 0),
    p: place(-0.4, 1),
    q: place(1.4, 1),
    told: v.optional(v.boolean(), false),
  }),
  panels: [
    { id: "line", component: LinePanel },
    { id: "map", load: () => import("./MapPanel.svelte") },
  ],
  code: ({ w1, w2, theta, goal }, panel, t) =>
    panel === "line"
      ? ts`import { array, type Tensor } from "maru";

const cases = [[0, 0], [1, 0], [0, 1], [1, 1]];
const wanted = [${GATES[goal].join(", ")}]; // ${goal.toUpperCase()}
let w: Tensor = array([${slot("b", 0 - theta)}, ${slot("w1", w1)}, ${slot("w2", w2)}]); // b, w1, w2

for (let pass = 0; pass < 100; pass++) { // ${t("code.passes")}
  cases.forEach((x, i) => {
    const input = array([1, ...x]);
    const y = w.dot(input).gt(0).astype("float32");
    w = w.add(input.mul(y.neg().add(wanted[i]!)).mul(0.1)); // ${t("code.towards")}
  });
}
const y = array(cases.map((x) => [1, ...x])).dot(w).gt(0).astype("int32");
console.log(String(y), String(array(wanted, { dtype: "int32" })));`
      : ts`import { array, linspace } from "maru";

const axis = linspace(-2, 2, 61);
const x1 = array([0, 1, 0, 1]).reshape(4, 1, 1);
const x2 = array([0, 0, 1, 1]).reshape(4, 1, 1);
const wanted = array([${GATES[goal].join(", ")}]).gt(0.5).reshape(4, 1, 1); // ${goal.toUpperCase()}
const sum = x1.mul(axis.reshape(1, 1, 61)).add(x2.mul(axis.reshape(1, 61, 1)));
const right = sum.gt(${slot("theta", theta)}).eq(wanted).all(0); // ${t("code.all")}
console.log(String(right.astype("int32").sum()), "/ 3721");`,
  write: (lesson, name, value) => {
    if (name === "b") lesson.theta = 0 - value;
    else if (name === "w1" || name === "w2" || name === "theta") lesson[name] = value;
  },
  weights: ({ w1, w2, theta }) => ({ w: [w1, w2], b: [0 - theta] }),
  live: {
    count: (lesson) => String(rightOf(lesson, lesson.goal).filter(Boolean).length),
    pairs: ({ goal, theta }) => String(pairsOf(goal, theta)),
    theta: ({ theta }) => shown(theta),
  },
  actions: {
    or: (lesson) => void Object.assign(lesson, { ...KNOWN.or, goal: "or", passes: 0, best: 0 }),
    xor: (lesson) => void Object.assign(lesson, { goal: "xor", passes: 0, best: 0 }),
    and: (lesson) => void Object.assign(lesson, { ...KNOWN.and, goal: "and", passes: 0, best: 0 }),
  },
  widgets: { draw: () => import("./Draw.svelte") },
});
