/** Three layers without biases, and what is left of them where nothing stands between; curves of many neurons. */
import { array, Generator, linspace, sigmoid, type Tensor } from "maru/light";
import type { NonlinearLesson } from "./lesson.js";

export const ACTIVATIONS = ["relu", "sigmoid", "step"] as const;
export type Activation = (typeof ACTIVATIONS)[number];

const exactly = { dtype: "float64" } as const;
const matrix = (rows: readonly (readonly number[])[]): Tensor => array(rows as number[][], exactly) as Tensor;
const rowsOf = (of: Tensor): number[][] => of.toArray() as number[][];

const activate = (x: Tensor, activation: Activation | "none"): Tensor => {
  if (activation === "relu") return x.maximum(0) as Tensor;
  if (activation === "sigmoid") return sigmoid(x) as Tensor;
  return activation === "step" ? (x.gt(0).astype("float64") as Tensor) : x;
};

type Weights = Pick<NonlinearLesson, "w1" | "w2" | "w3">;
const layersOf = ({ w1, w2, w3 }: Weights): Tensor[] => [w1, w2, w3].map(matrix);

/** Neighbours with nothing between them, as one matrix each: `from` and `to` are the first and last layer in it. */
export interface Fused {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly (readonly number[])[];
}

export function fusedOf(weights: Weights, between: readonly boolean[]): Fused[] {
  const groups: { from: number; to: number; product: Tensor }[] = [];
  layersOf(weights).forEach((w, i) => {
    const last = groups.at(-1);
    if (last === undefined || between[i - 1]) groups.push({ from: i, to: i, product: w });
    else groups[groups.length - 1] = { from: last.from, to: i, product: last.product.dot(w) as Tensor };
  });
  return groups.map(({ from, to, product }) => ({ from, to, rows: rowsOf(product) }));
}

/** What the three layers make of points (n, 2): each layer's output in turn. */
export function throughLayers(lesson: NonlinearLesson, points: readonly (readonly number[])[]): number[][][] {
  let value = matrix(points);
  return layersOf(lesson).map((w, i) => {
    const sum = value.dot(w) as Tensor;
    value = i < 2 && lesson.between[i] ? activate(sum, lesson.activation) : sum;
    return rowsOf(value);
  });
}

/** What the product of all three matrices makes of the point. */
export const throughOne = (lesson: NonlinearLesson): number =>
  matrix([lesson.x])
    .dot(matrix(fusedOf(lesson, [false, false])[0]!.rows))
    .item() as number;

/** A curve: a sum of neurons whose weights were drawn, over x from -3 to 3. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** How often it changes direction; undefined where it bends everywhere. */
  readonly bends: number | undefined;
}

const POINTS = 601;

export function curveOf({ bend, neurons, seed }: Pick<NonlinearLesson, "bend" | "neurons" | "seed">): Curve {
  const generator = new Generator(seed);
  const drawn = (from: number, to: number): Tensor =>
    generator.uniform([neurons], { low: from, high: to }).astype("float64") as Tensor;
  // Each neuron turns somewhere in the picture: at -b / w.
  const [at, w, v] = [drawn(-2.6, 2.6), drawn(-1.5, 1.5), drawn(-1, 1)];
  const x = linspace(-3, 3, POINTS, exactly) as Tensor;
  const sums = x.reshape(POINTS, 1).sub(at).mul(w) as Tensor;
  const y = activate(sums, bend).dot(v) as Tensor;
  return {
    x: x.toArray() as number[],
    y: y.toArray() as number[],
    bends: bend === "sigmoid" ? undefined : bendsOf(y),
  };
}

/** Runs of places where the second difference is not 0. */
function bendsOf(y: Tensor): number {
  const slopes = y.at("1:").sub(y.at(":-1")) as Tensor;
  const turns = slopes.at("1:").sub(slopes.at(":-1")).abs().gt(1e-9).toArray() as boolean[];
  return turns.filter((turned, i) => turned && !turns[i - 1]).length;
}
