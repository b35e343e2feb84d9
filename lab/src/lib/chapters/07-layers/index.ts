import * as v from "valibot";
import { slot, ts } from "../../code/template.js";
import { shown } from "../../figures/format.js";
import { setNumber } from "../../state/path.js";
import { whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import BuildPanel from "./BuildPanel.svelte";
import { biasesOf, MOST_HIDDEN, MOST_NEURONS, TASKS, totalOf, weightsOf } from "./lesson.js";
import { neuronOf } from "./neuron.js";

const number = v.pipe(v.number(), v.minValue(-20), v.maxValue(20));
const two = v.pipe(v.array(number), v.length(2));
const within = (value: number): number => Math.min(20, Math.max(-20, value));

export default chapter({
  schema: v.object({
    sizes: v.optional(
      v.pipe(v.array(whole(1, MOST_NEURONS)), v.minLength(3), v.maxLength(MOST_HIDDEN + 2)),
      () => [2, 3, 2],
    ),
    seed: v.optional(whole(0, 9999), 6),
    bias: v.optional(v.boolean(), false),
    chosen: v.optional(v.pipe(v.string(), v.regex(/^(\d\.\d)?$/)), ""),
    x: v.optional(two, () => [1, 0.5]),
    w: v.optional(two, () => [0.6, -0.4]),
    b: v.optional(number, 0.2),
    h: v.optional(v.picklist(["step", "sigmoid"]), "step"),
    task: v.optional(whole(0, TASKS.length - 1), 0),
    weights: v.optional(whole(-1, 999_999), -1),
    biases: v.optional(whole(-1, 999_999), -1),
  }),
  panels: [
    { id: "build", component: BuildPanel },
    { id: "neuron", load: () => import("./NeuronPanel.svelte") },
  ],
  code: ({ sizes, x, w, b, h }, panel, t) =>
    panel === "build"
      ? ts`import { array } from "maru";

const sizes = [${sizes.join(", ")}]; // ${t("code.sizes")}
const before = array(sizes.slice(0, -1), { dtype: "int32" });
const after = array(sizes.slice(1), { dtype: "int32" });
console.log(${JSON.stringify(t("code.weights"))}, String(before.mul(after)), String(before.mul(after).sum()));
console.log(${JSON.stringify(t("code.biases"))}, String(after), String(after.sum()));`
      : ts`import { array${h === "sigmoid" ? ", sigmoid" : ""} } from "maru";

const x = array([1, ${slot("x.0", x[0]!)}, ${slot("x.1", x[1]!)}]); // ${t("code.one")}
const w = array([${slot("b", b)}, ${slot("w.0", w[0]!)}, ${slot("w.1", w[1]!)}]); // b, w1, w2
const a = x.dot(w);
const y = ${h === "sigmoid" ? "sigmoid(a)" : 'a.gt(0).astype("float32")'};
console.log(String(a), String(y));`,
  write: (lesson, path, value) => void setNumber(lesson, path, within(value)),
  live: {
    weights: ({ sizes }) => String(totalOf(weightsOf(sizes))),
    biases: ({ sizes }) => String(totalOf(biasesOf(sizes))),
    shape: ({ sizes }) => sizes.join("-"),
    a: (lesson) => shown(neuronOf(lesson).sums[0]!),
    y: (lesson) => shown(neuronOf(lesson).outputs[0]!),
  },
  actions: {
    deeper: (lesson) => {
      if (lesson.sizes.length < MOST_HIDDEN + 2) lesson.sizes.splice(-1, 0, 3);
    },
    bias: (lesson) => void (lesson.bias = true),
    look: (lesson) => void (lesson.chosen = "1.0"),
    sigmoid: (lesson) => void (lesson.h = "sigmoid"),
    step: (lesson) => void (lesson.h = "step"),
  },
  widgets: { count: () => import("./CountExercise.svelte") },
});
