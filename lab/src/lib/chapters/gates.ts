/** The four cases of two binary inputs, and the gates, in the lecture's order. */
import { array } from "maru/light";

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

/** The sums of the weighted inputs of all four cases, as maru computes them. */
export const sums = (w1: number, w2: number): number[] =>
  array(CASES, { dtype: "float64" })
    .dot(array([w1, w2], { dtype: "float64" }))
    .toArray();

/** y = 1 where w1 x1 + w2 x2 > theta, else 0. */
export const outputs = (w1: number, w2: number, theta: number): number[] =>
  array(sums(w1, w2), { dtype: "float64" }).gt(theta).astype("int32").toArray();

/** The gate that these outputs are, if they are one. */
export const gateOf = (y: readonly number[]): Gate | undefined =>
  (Object.keys(GATES) as Gate[]).find((name) => GATES[name].every((value, i) => value === y[i]));
