import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { range, whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import { ACTIVATIONS, type Activation, gradientsOf, MOST_DEPTH, WIDTH } from "./deep.js";
import GraphPanel from "./GraphPanel.svelte";
import { MOST_BACK, valuesOf } from "./graph.js";
import type { BackpropLesson } from "./lesson.js";

const neuron = ({ x1, x2, w1, w2, b, t }: BackpropLesson): Code => ts`import { array, sigmoid } from "maru";

const x = array([${slot("x1", x1)}, ${slot("x2", x2)}], { requiresGrad: true });
const w = array([${slot("w1", w1)}, ${slot("w2", w2)}], { requiresGrad: true });
const b = array(${slot("b", b)}, { requiresGrad: true });
const y = sigmoid(x.mul(w).sum().add(b));
const loss = y.sub(${slot("t", t)}).square();
loss.backward();
console.log(String(y), String(loss));
console.log(String(w.grad), String(x.grad), String(b.grad));`;

const CALL: Readonly<Record<Activation, string>> = {
  sigmoid: "sigmoid(a)",
  tanh: "a.tanh()",
  relu: "a.maximum(0)",
};

const deep = ({
  depth,
  activation,
  seed,
}: BackpropLesson): Code => ts`import { array, Generator, grad, ${activation === "sigmoid" ? "sigmoid, " : ""}type Tensor } from "maru";

const draw = new Generator(${slot("seed", seed)});
const sizes = [2${`, ${WIDTH}`.repeat(depth)}, 1];
const weights: Tensor[] = sizes
  .slice(1)
  .map((outs, i) => draw.uniform([sizes[i]!, outs], { low: -1.2, high: 1.2 }));
const h = (a: Tensor): Tensor => ${CALL[activation]};
const x: Tensor = array([[0, 0], [1, 0], [0, 1], [1, 1]]);
const t = array([[0], [1], [1], [0]]); // XOR
function loss(weights: Tensor[]): Tensor {
  let z = x;
  weights.forEach((w, i) => {
    const a = z.matmul(w).add(0.1);
    z = i === weights.length - 1 ? a : h(a);
  });
  return z.sub(t).square().mean();
}
for (const gradient of grad(loss)(weights)) console.log(String(gradient.abs().mean()));`;

const set = (values: Partial<BackpropLesson>) => (lesson: Record<string, unknown>) =>
  void Object.assign(lesson, values);

export default chapter({
  schema: v.object({
    x1: v.optional(range(-100, 100), 1),
    x2: v.optional(range(-100, 100), -1),
    w1: v.optional(range(-100, 100), 0.5),
    w2: v.optional(range(-100, 100), 1),
    b: v.optional(range(-100, 100), 0.2),
    t: v.optional(range(-100, 100), 1),
    back: v.optional(whole(0, MOST_BACK), 0),
    guess: v.optional(v.picklist(["plus", "minus", "zero", "none"]), "none"),
    depth: v.optional(whole(1, MOST_DEPTH), 3),
    activation: v.optional(v.picklist(ACTIVATIONS), "sigmoid"),
    seed: v.optional(whole(1, 999), 1),
    checked: v.optional(v.boolean(), false),
  }),
  panels: [
    { id: "graph", component: GraphPanel },
    { id: "deep", load: () => import("./DeepPanel.svelte") },
  ],
  code: (lesson, panel) => (panel === "graph" ? neuron(lesson) : deep(lesson)),
  write: (lesson, name, value) => {
    const bounded = Math.max(-100, Math.min(100, value));
    if (name === "seed") lesson.seed = Math.max(1, Math.min(999, Math.round(value)));
    else if (name === "x1" || name === "x2" || name === "w1" || name === "w2" || name === "b" || name === "t")
      lesson[name] = bounded;
  },
  weights: ({ w1, w2, b }) => ({ w: [w1, w2], b: [b] }),
  live: {
    loss: (lesson) => valuesOf(lesson as unknown as BackpropLesson).loss.toFixed(3),
    first: (lesson) =>
      gradientsOf(lesson as unknown as BackpropLesson)[0]!
        .mean.toExponential(1)
        .replace("-", "−"),
  },
  actions: {
    start: set({ back: 0 }),
    all: set({ back: MOST_BACK }),
    deeper: set({ depth: MOST_DEPTH, activation: "sigmoid", checked: false }),
    relu: set({ depth: MOST_DEPTH, activation: "relu", checked: false }),
    check: set({ checked: true }),
  },
  widgets: { guess: () => import("./Guess.svelte") },
});
