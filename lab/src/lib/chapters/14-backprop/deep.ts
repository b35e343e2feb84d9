/** A deep network on XOR: the gradient of each weight, and whether the difference quotient agrees. */
import { array, Generator, grad, sigmoid, type Tensor } from "maru/light";
import type { BackpropLesson } from "./lesson.js";

export const ACTIVATIONS = ["sigmoid", "tanh", "relu"] as const;
export type Activation = (typeof ACTIVATIONS)[number];
export const WIDTH = 4;
export const MOST_DEPTH = 8;

type Network = Pick<BackpropLesson, "depth" | "activation" | "seed">;
const exactly = { dtype: "float64" } as const;
const X = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];
const XOR = [[0], [1], [1], [0]];

const activate = (x: Tensor, activation: Activation): Tensor =>
  (activation === "relu" ? x.maximum(0) : activation === "tanh" ? x.tanh() : sigmoid(x)) as Tensor;

/** First weights, drawn evenly within 1.2: a matrix for each hidden layer, and one for the output. */
function weightsOf({ depth, seed }: Network): Tensor[] {
  const generator = new Generator(seed);
  const sizes = [2, ...new Array<number>(depth).fill(WIDTH), 1];
  return sizes
    .slice(1)
    .map(
      (outs, i) =>
        generator.uniform([sizes[i]!, outs], { low: -1.2, high: 1.2 }).astype("float64").realize() as Tensor,
    );
}

/** Mean squared error on XOR; each layer has a bias of 0.1, so that no ReLU begins at its bend. */
const lossOf = (weights: readonly Tensor[], activation: Activation): Tensor =>
  weights
    .reduce<Tensor>((value, w, i) => {
      const sum = value.dot(w as never).add(0.1) as Tensor;
      return i === weights.length - 1 ? sum : activate(sum, activation);
    }, array(X, exactly) as Tensor)
    .sub(array(XOR, exactly))
    .square()
    .mean() as Tensor;

export interface LayerGradient {
  /** Of each weight, a row for each input. */
  readonly rows: readonly (readonly number[])[];
  /** The mean of their magnitudes. */
  readonly mean: number;
}

export function gradientsOf(network: Network): LayerGradient[] {
  const slopes = grad((weights: Tensor[]) => lossOf(weights, network.activation))(
    weightsOf(network),
  ) as Tensor[];
  return slopes.map((of) => ({ rows: of.toArray() as number[][], mean: of.abs().mean().item() as number }));
}

/** The largest distance between a gradient and its difference quotient, over all weights. */
export function distanceOf(network: Network): number {
  const EPSILON = 1e-5;
  const weights = weightsOf(network);
  const gradients = gradientsOf(network);
  let most = 0;
  weights.forEach((w, layer) => {
    const rows = w.toArray() as number[][];
    rows.forEach((row, r) => {
      row.forEach((value, c) => {
        const lossWith = (moved: number): number => {
          const changed = rows.map((one, i) => one.map((old, j) => (i === r && j === c ? moved : old)));
          const all = weights.map((old, i) => (i === layer ? (array(changed, exactly) as Tensor) : old));
          return lossOf(all, network.activation).item() as number;
        };
        const quotient = (lossWith(value + EPSILON) - lossWith(value - EPSILON)) / (2 * EPSILON);
        most = Math.max(most, Math.abs(quotient - gradients[layer]!.rows[r]![c]!));
      });
    });
  });
  return most;
}
