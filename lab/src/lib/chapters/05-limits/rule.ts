/**
 * Rosenblatt's rule: after a wrong answer, weights and bias go a step towards the right one. Where a line exists that
 * divides the cases it finds one; where none exists it never rests. (Rosenblatt 1958; Novikoff 1962.)
 */
import { array } from "maru/light";
import { CASES, GATES, type Gate, type Neuron, rightOf } from "../gates.js";

const RATE = 0.1;
const exactly = { dtype: "float64" } as const;
/** Tenths added again and again gather dust in their last digits. */
const clean = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;

/** One pass over the four cases. */
export function pass({ w1, w2, theta }: Neuron, gate: Gate): Neuron {
  let w = array([0 - theta, w1, w2], exactly);
  CASES.forEach(([x1, x2], i) => {
    const x = array([1, x1, x2], exactly);
    const y = w.dot(x).gt(0).astype("float64");
    w = w.add(x.mul(array(GATES[gate][i]!, exactly).sub(y).mul(RATE)));
  });
  const [b, v1, v2] = w.toArray() as [number, number, number];
  return { w1: clean(v1), w2: clean(v2), theta: clean(0 - b) };
}

export interface Trial extends Neuron {
  passes: number;
  best: number;
}

/** Up to so many passes; it stops as soon as all four cases are right. */
export function tryFor(from: Trial, gate: Gate, passes: number): Trial {
  let now = from;
  for (let i = 0; i < passes; i++) {
    const neuron = pass(now, gate);
    const right = rightOf(neuron, gate).filter(Boolean).length;
    now = { ...neuron, passes: now.passes + 1, best: Math.max(now.best, right) };
    if (right === CASES.length) break;
  }
  return now;
}
