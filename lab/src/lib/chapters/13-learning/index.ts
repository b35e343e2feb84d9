import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { range } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import HandPanel from "./HandPanel.svelte";
import type { LearningLesson } from "./lesson.js";
import { lossAt, lossOf, MOST_RUNS, MOST_STEPS, PROBLEMS } from "./loss.js";

const steps = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_STEPS));
const rate = range(0.001, 100);

const data = (seed: number): Code => ts`const x: Tensor = linspace(-2, 2, 8);
const noise = new Generator(${slot("seed", seed)}).normal([8]).mul(0.35);
const y = x.mul(0.8).sub(0.5).add(noise);
const loss = (w: Tensor): Tensor => x.mul(w.at(0)).add(w.at(1)).sub(y).square().mean();
`;

const neuron = (problem: "sigmoid" | "step"): Code => ts`const x = array([[0, 0], [1, 0], [0, 1], [1, 1]]);
const y = array([0, 1, 1, 1]); // OR
const h = (a: Tensor): Tensor => ${problem === "step" ? 'a.gt(0).astype("float32")' : "sigmoid(a)"};
const loss = (w: Tensor): Tensor => h(x.dot(w).add(-2)).sub(y).square().mean();
`;

function descent({ problem, seed, start, rate, runs }: LearningLesson): Code {
  const line = problem === "line";
  const names = line
    ? "array, Generator, grad, linspace, type Tensor"
    : `array, grad, ${problem === "sigmoid" ? "sigmoid, " : ""}type Tensor`;
  const done = runs.length === 0 ? [[10, rate]] : runs;
  return ts`import { ${names} } from "maru";

${line ? data(seed) : neuron(problem)}
let w: Tensor = array([${slot("start.0", start[0]!)}, ${slot("start.1", start[1]!)}]);
for (const [steps, rate] of ${JSON.stringify(done)}) {
  for (let i = 0; i < steps; i++) {
    w = w.sub(grad(loss)(w).mul(rate)).realize();
  }
  console.log(String(w), String(loss(w)));
}`;
}

const hand = ({
  seed,
  w,
  b,
}: LearningLesson): Code => ts`import { array, Generator, grad, linspace, type Tensor } from "maru";

${data(seed)}
const w: Tensor = array([${slot("w", w)}, ${slot("b", b)}]);
console.log(String(loss(w)));
console.log(String(grad(loss)(w)));`;

const set = (values: Partial<LearningLesson>) => (lesson: Record<string, unknown>) =>
  void Object.assign(lesson, structuredClone(values));

export default chapter({
  schema: v.object({
    seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999)), 1),
    w: v.optional(range(-100, 100), -1),
    b: v.optional(range(-100, 100), 1),
    problem: v.optional(v.picklist(PROBLEMS), "line"),
    start: v.optional(v.pipe(v.array(range(-10, 10)), v.length(2)), () => [-2, 2]),
    rate: v.optional(rate, 0.1),
    runs: v.optional(
      v.pipe(
        v.array(v.tuple([steps, rate])),
        v.maxLength(MOST_RUNS),
        v.check((runs) => runs.reduce((all, [n]) => all + n, 0) <= MOST_STEPS, "steps"),
      ),
      () => [],
    ),
  }),
  panels: [
    { id: "hand", component: HandPanel },
    { id: "map", load: () => import("./MapPanel.svelte") },
  ],
  code: (lesson, panel) => (panel === "hand" ? hand(lesson) : descent(lesson)),
  write: (lesson, name, value) => {
    const bounded = (least: number, most: number): number => Math.max(least, Math.min(most, value));
    if (name === "seed") {
      lesson.runs = [];
      lesson.seed = Math.round(bounded(1, 999));
    } else if (name === "w" || name === "b") lesson[name] = bounded(-100, 100);
    else if (name.startsWith("start.")) {
      lesson.runs = [];
      lesson.start[Number(name.slice(6))] = bounded(-10, 10);
    }
  },
  weights: ({ w, b }) => ({ w: [w], b: [b] }),
  live: {
    loss: (lesson) =>
      lossAt(lossOf("line", lesson.seed as number), [lesson.w as number, lesson.b as number]).toFixed(3),
  },
  actions: {
    slow: set({ problem: "line", rate: 0.01, runs: [], start: [-2, 2] }),
    good: set({ problem: "line", rate: 0.3, runs: [], start: [-2, 2] }),
    fast: set({ problem: "line", rate: 0.65, runs: [], start: [-2, 2] }),
    neuron: set({ problem: "sigmoid", rate: 2, runs: [], start: [-1, 1] }),
    step: set({ problem: "step", rate: 2, runs: [], start: [-1, 1] }),
  },
});
