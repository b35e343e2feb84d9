import * as v from "valibot";
import { slot, ts } from "../../code/template.js";
import { shown } from "../../figures/format.js";
import { chapter } from "../chapter.js";
import { outputs, sums } from "../gates.js";
import Perceptron from "./Perceptron.svelte";

const weight = (value: number) => v.optional(v.pipe(v.number(), v.finite()), value);

export default chapter({
  schema: v.object({
    w1: weight(0.5),
    w2: weight(0.5),
    theta: weight(0.7),
    /** Which of the four cases is shown. */
    row: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3)), 3),
  }),
  panels: [{ id: "neuron", component: Perceptron }],
  code: ({ w1, w2, theta }) => ts`import { array } from "maru";

const x = array([[0, 0], [1, 0], [0, 1], [1, 1]]);
const w = array([${slot("w1", w1)}, ${slot("w2", w2)}]);
const theta = ${slot("theta", theta)};

const sum = x.dot(w); //     w1 x1 + w2 x2, four cases at once
const y = sum.gt(theta); //  true where the sum is above theta
console.log(String(sum));
console.log(String(y.astype("int32")));`,
  weights: ({ w1, w2, theta }) => ({ w: [w1, w2], b: [0 - theta] }),
  live: {
    sum: ({ w1, w2, row }) => shown(sums(w1, w2)[row]!),
    theta: ({ theta }) => shown(theta),
    y: ({ w1, w2, theta, row }) => shown(outputs(w1, w2, theta)[row]!),
  },
  actions: {
    easy: (state) => void (state.theta = 0.2),
    hard: (state) => void (state.theta = 1.2),
    lecture: (state) => void Object.assign(state, { w1: 0.5, w2: 0.5, theta: 0.7 }),
  },
});
