/** The four cases of two binary inputs, the gates in the lecture's order, and neurons on them, as maru computes them. */
import { array, linspace } from "maru/light";
import * as v from "valibot";

export const CASES = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

export const GATES = {
  and: [0, 0, 0, 1],
  nand: [1, 1, 1, 0],
  or: [0, 1, 1, 1],
  xor: [0, 1, 1, 0],
} as const;

export type Gate = keyof typeof GATES;
export const GATE_NAMES = Object.keys(GATES) as Gate[];

/** A neuron with a threshold. */
export interface Neuron {
  w1: number;
  w2: number;
  theta: number;
}

/** Numbers with which a neuron is that gate; the lecture's. NAND is AND with all signs turned. */
export const KNOWN: Readonly<Record<Exclude<Gate, "xor">, Neuron>> = {
  and: { w1: 0.5, w2: 0.5, theta: 0.7 },
  nand: { w1: -0.5, w2: -0.5, theta: -0.7 },
  or: { w1: 1, w2: 1, theta: 0.5 },
};

/** A finite number with a default, for states. */
export const numberOf = (value: number) => v.optional(v.pipe(v.number(), v.finite()), value);

const exactly = { dtype: "float64" } as const;

/** The sums of the weighted inputs of the four cases. */
export const sums = (w1: number, w2: number): number[] =>
  array(CASES, exactly)
    .dot(array([w1, w2], exactly))
    .toArray();

/** y = 1 where w1 x1 + w2 x2 > theta, else 0. */
export const outputs = (w1: number, w2: number, theta: number): number[] =>
  array(sums(w1, w2), exactly).gt(theta).astype("int32").toArray();

/** Which cases a neuron gets right. */
export const rightOf = ({ w1, w2, theta }: Neuron, gate: Gate): boolean[] =>
  outputs(w1, w2, theta).map((value, i) => value === GATES[gate][i]);

/**
 * How many of the four cases are right for each pair of weights on a grid: a row for each w2, a column for each
 * w1. Cases, rows and columns are three axes that are stretched over each other.
 */
export function mapOf(gate: Gate, theta: number, values: readonly number[]): number[][] {
  const n = values.length;
  const axis = array([...values]);
  const x1 = array(CASES.map(([x]) => x)).reshape(4, 1, 1);
  const x2 = array(CASES.map(([, x]) => x)).reshape(4, 1, 1);
  const sum = x1.mul(axis.reshape(1, 1, n)).add(x2.mul(axis.reshape(1, n, 1)));
  const wanted = array([...GATES[gate]])
    .gt(0.5)
    .reshape(4, 1, 1);
  return sum.gt(theta).eq(wanted).astype("int32").sum(0).toArray() as number[][];
}

/** What the lecture prints of one case: the products, their sum, and the sum with the bias. */
export function stepsOf(x: readonly number[], w1: number, w2: number, b: number) {
  const products = array([w1, w2], exactly).mul(array([...x], exactly));
  const sum = products.sum();
  const total = sum.add(b);
  return {
    products: String(products),
    sum: String(sum),
    total: String(total),
    value: total.item(),
    y: total.gt(0).astype("int32").item(),
  };
}

/** y = 1 where b + w1 x1 + w2 x2 > 0, else 0. */
export const outputsOfBias = (w1: number, w2: number, b: number): number[] =>
  array(sums(w1, w2), exactly).add(b).gt(0).astype("int32").toArray();

/** The part of the square from 0 to 1 on which the neuron says 1, counted on a grid of 50 by 50 points. */
export function readiness(w1: number, w2: number, b: number): number {
  const axis = linspace(0.01, 0.99, 50);
  const total = axis.mul(w1).reshape(1, 50).add(axis.mul(w2).reshape(50, 1)).add(b);
  return total.gt(0).astype("float32").mean().item();
}
