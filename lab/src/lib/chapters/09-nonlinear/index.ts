import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import BendsPanel from "./BendsPanel.svelte";
import type { NonlinearLesson } from "./lesson.js";
import { ACTIVATIONS, type Activation } from "./stack.js";

const entry = v.pipe(v.number(), v.minValue(-100), v.maxValue(100));
/** A matrix of so many rows and columns, and what it begins as. */
const matrix = (beginning: number[][]) =>
  v.optional(
    v.pipe(v.array(v.pipe(v.array(entry), v.length(beginning[0]!.length))), v.length(beginning.length)),
    () => structuredClone(beginning),
  );

const CALL: Readonly<Record<Activation, string>> = {
  relu: ".maximum(0)",
  sigmoid: ".neg().exp().add(1).pow(-1)",
  step: '.gt(0).astype("float32")',
};

const rows = (name: string, matrix: readonly (readonly number[])[]): Code => {
  const lines = matrix.map((row, r) => {
    const numbers = row.flatMap(
      (value, c): Code => [...(c === 0 ? [] : [", "]), slot(`${name}.${r}.${c}`, value)],
    );
    return ts`${r === 0 ? "" : ", "}[${numbers}]`;
  });
  return ts`array([${lines.flat()}])`;
};

function layers({ w1, w2, w3, x, between, activation }: NonlinearLesson): Code {
  const h = (i: number): string => (between[i] ? CALL[activation] : "");
  return ts`import { array } from "maru";

const x = array([[${slot("x.0", x[0]!)}, ${slot("x.1", x[1]!)}]]);
const W1 = ${rows("w1", w1)};
const W2 = ${rows("w2", w2)};
const W3 = ${rows("w3", w3)};
const y = x.dot(W1)${h(0)}.dot(W2)${h(1)}.dot(W3);
const W = W1.dot(W2).dot(W3);
console.log(String(y), String(x.dot(W)));
console.log(String(W));`;
}

function bends({ bend, neurons, seed }: NonlinearLesson): Code {
  return ts`import { Generator, linspace } from "maru";

const n = ${slot("neurons", neurons)};
const draw = new Generator(${slot("seed", seed)});
const at = draw.uniform([n], { low: -2.6, high: 2.6 });
const w = draw.uniform([n], { low: -1.5, high: 1.5 });
const v = draw.uniform([n], { low: -1, high: 1 });
const x = linspace(-3, 3, 13).reshape(13, 1);
const y = x.sub(at).mul(w)${bend === "none" ? "" : CALL[bend]}.dot(v);
console.log(String(y));`;
}

/** The numbers of a program are held to what the chapter can show. */
function write(lesson: Record<string, unknown>, name: string, value: number): void {
  const state = lesson as unknown as NonlinearLesson;
  const [key, r, c] = name.split(".");
  const bounded = Math.max(-100, Math.min(100, value));
  if (key === "w1" || key === "w2" || key === "w3") state[key][Number(r)]![Number(c)] = bounded;
  else if (key === "x") state.x[Number(r)] = Math.max(-2, Math.min(2, value));
  else if (key === "neurons") state.neurons = Math.max(1, Math.min(12, Math.round(value)));
  else if (key === "seed") state.seed = Math.max(1, Math.min(999, Math.round(value)));
}

export default chapter({
  schema: v.object({
    w1: matrix([
      [1, -1, 0.5],
      [0.5, 1, -1],
    ]),
    w2: matrix([
      [1, -0.5],
      [-1, 1],
      [0.5, 1],
    ]),
    w3: matrix([[1], [-1.5]]),
    activation: v.optional(v.picklist(ACTIVATIONS), "relu"),
    between: v.optional(v.pipe(v.array(v.boolean()), v.length(2)), () => [true, true]),
    x: v.optional(v.pipe(v.array(v.pipe(v.number(), v.minValue(-2), v.maxValue(2))), v.length(2)), () => [
      1, 0.5,
    ]),
    bend: v.optional(v.picklist(["none", ...ACTIVATIONS]), "relu"),
    neurons: v.optional(whole(1, 12), 6),
    seed: v.optional(whole(1, 999), 64),
  }),
  panels: [
    { id: "bends", component: BendsPanel },
    { id: "collapse", load: () => import("./CollapsePanel.svelte") },
  ],
  code: (lesson, panel) => (panel === "bends" ? bends(lesson) : layers(lesson)),
  write: (lesson, name, value) => write(lesson, name, value),
  live: { apart: ({ between }) => String(between.filter(Boolean).length) },
  actions: {
    straight: (lesson) => void (lesson.bend = "none"),
    relu: (lesson) => void (lesson.bend = "relu"),
    remove: (lesson) => void (lesson.between = [false, false]),
    put: (lesson) => void (lesson.between = [true, true]),
  },
});
