import * as v from "valibot";
import { slot, ts } from "../../code/template.js";
import { chapter } from "../chapter.js";
import { GATES, KNOWN, numberOf, rightOf } from "../gates.js";
import GatePanel from "./GatePanel.svelte";

const bit = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1));

export default chapter({
  schema: v.object({
    w1: numberOf(0.5),
    w2: numberOf(0.5),
    theta: numberOf(0.2),
    /** The gate that the reader is after. */
    goal: v.optional(v.picklist(["and", "nand", "or"]), "and"),
    row: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)), 3),
    /** What the reader foretells of the exercise's neuron, and whether the truth has been shown. */
    guess: v.optional(v.pipe(v.array(bit), v.length(4)), [0, 0, 0, 0]),
    told: v.optional(v.boolean(), false),
  }),
  panels: [
    { id: "gate", component: GatePanel },
    { id: "plane", load: () => import("./PlanePanel.svelte") },
  ],
  code: ({ w1, w2, theta, goal }, _panel, t) => ts`import { array } from "maru";

const x = array([[0, 0], [1, 0], [0, 1], [1, 1]]);
const wanted = array([${GATES[goal].join(", ")}]); // ${t(`gate.${goal}`)}

const w = array([${slot("w1", w1)}, ${slot("w2", w2)}]);
const theta = ${slot("theta", theta)};
const y = x.dot(w).gt(theta).astype("int32");
console.log(String(y)); // ${t("code.y")}
console.log(String(y.eq(wanted).all())); // ${t("code.all")}`,
  weights: ({ w1, w2, theta }) => ({ w: [w1, w2], b: [0 - theta] }),
  live: {
    right: (lesson) => String(rightOf(lesson, lesson.goal).filter(Boolean).length),
  },
  actions: {
    and: (lesson) => void Object.assign(lesson, { ...KNOWN.and, goal: "and" }),
    nand: (lesson) => void Object.assign(lesson, { ...KNOWN.nand, goal: "nand" }),
    or: (lesson) => void Object.assign(lesson, { ...KNOWN.or, goal: "or" }),
    flip: (lesson) =>
      void Object.assign(lesson, { w1: 0 - lesson.w1, w2: 0 - lesson.w2, theta: 0 - lesson.theta }),
  },
  widgets: { predict: () => import("./Predict.svelte") },
});
