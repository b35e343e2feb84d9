/** Activation functions, their slopes, and a small network in which they can be swapped. */
import { array, grad, linspace, sigmoid, type Tensor } from "maru/light";
import type { Formula } from "./formula.js";
import type { ActivationsLesson } from "./lesson.js";

export const FUNCTIONS = ["step", "sigmoid", "relu", "tanh", "own"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

const exactly = { dtype: "float64" } as const;

/** What maru computes for each; the reader's own is made by the formula. */
const KNOWN: Readonly<Record<Exclude<FunctionName, "own"> | "identity", Formula>> = {
  step: (x) => x.gt(0).astype("float64") as Tensor,
  sigmoid: (x) => sigmoid(x) as Tensor,
  relu: (x) => x.maximum(0) as Tensor,
  tanh: (x) => x.tanh() as Tensor,
  identity: (x) => x,
};

export const functionOf = (name: FunctionName | "identity", own: Formula | undefined): Formula | undefined =>
  name === "own" ? own : KNOWN[name];

export const FROM = -5;
export const TO = 5;
const POINTS = 401;
const axis = linspace(FROM, TO, POINTS, exactly) as Tensor;

/** The curve from -5 to 5. Where a value is no finite number, there is no point. */
export function curveOf(f: Formula): { x: number; y: number }[] {
  const y = f(axis).toArray() as number[];
  return (axis.toArray() as number[])
    .map((x, i) => ({ x, y: y[i]! }))
    .filter((point) => Number.isFinite(point.y));
}

/** Value and derivative at x, both by maru. */
export function at(f: Formula, x: number): { y: number; slope: number } {
  const place = array([x], exactly) as Tensor;
  const y = (f(place).toArray() as number[])[0]!;
  const slope = (grad((t: Tensor) => f(t).sum() as Tensor)(place).toArray() as number[])[0]!;
  return { y, slope };
}

/** Three neurons, each for a side of a triangle, and one that adds them up. */
const SIDES = [90, 210, 330].map((degrees) => (degrees * Math.PI) / 180);
export const W1 = [
  SIDES.map((angle) => Number(Math.cos(angle).toFixed(3))),
  SIDES.map((angle) => Number(Math.sin(angle).toFixed(3))),
];
export const B1 = 0.8;

type Network = Pick<ActivationsLesson, "h" | "steep" | "b">;

/** What the hidden neurons and the output say at places (n, 2). */
export function networkAt({ h, steep, b }: Network, places: readonly (readonly number[])[]) {
  const sums = array(places as number[][], exactly)
    .dot(array(W1, exactly))
    .add(B1)
    .mul(steep) as Tensor;
  const hidden = KNOWN[h](sums);
  const output = hidden.sum(1).add(b) as Tensor;
  return {
    hidden: hidden.T.toArray() as number[][],
    output: output.toArray() as number[],
    inside: output.gt(0).astype("float64").mean().item() as number,
  };
}

/** Numbers of a list as typed, `-1, 1, 2`; undefined where it is none. */
export function listOf(text: string): number[] | undefined {
  const parts = text
    .replaceAll("−", "-")
    .replace(/^\s*\[|\]\s*$/g, "")
    .split(",")
    .map((part) => part.trim());
  if (parts.length > 12 || !parts.every((part) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(part)))
    return undefined;
  const values = parts.map(Number);
  return values.every(Number.isFinite) ? values : undefined;
}

/** What a program prints for the list. */
export function printed(
  values: readonly number[],
): readonly (readonly [expression: string, output: string])[] {
  const x = array([...values]) as Tensor;
  return [
    ["x", String(x)],
    ["x.gt(0)", String(x.gt(0))],
    ['x.gt(0).astype("int32")', String(x.gt(0).astype("int32"))],
    ["sigmoid(x)", String(sigmoid(x))],
    ["x.maximum(0)", String(x.maximum(0))],
    ["x.add(1)", String(x.add(1))],
    ["array(1).div(x)", String(array(1).div(x))],
  ];
}
