/** Networks to build and to count. Their weights are drawn from a seed. */
import { array, Generator, type Tensor } from "maru/light";
import type { Activation, LayerOf } from "../../figures/forward.js";

/** What a reader changes in this chapter. */
export interface LayersLesson {
  /** Neurons of each layer, from the input layer to the output layer. */
  sizes: number[];
  seed: number;
  bias: boolean;
  /** The neuron whose inputs are shown, as `layer.node`; or nothing. */
  chosen: string;
  /** The neuron of the second panel. */
  x: number[];
  w: number[];
  b: number;
  h: "step" | "sigmoid";
  /** Which network is to be counted, and what the reader has counted so far; -1 is no answer yet. */
  task: number;
  weights: number;
  biases: number;
}

export const MOST_NEURONS = 5;
export const MOST_HIDDEN = 3;
export const TASKS: readonly (readonly number[])[] = [
  [2, 3, 1],
  [2, 3, 2, 2],
  [3, 4, 4, 2],
  [784, 50, 100, 10],
];

/** One weight for each pair of neurons in neighbouring layers. */
export const weightsOf = (sizes: readonly number[]): number[] =>
  sizes.slice(1).map((size, i) => sizes[i]! * size);
/** One bias for each neuron that is not an input. */
export const biasesOf = (sizes: readonly number[]): number[] => sizes.slice(1);
export const totalOf = (counts: readonly number[]): number =>
  (array([...counts], { dtype: "int32" }) as Tensor).sum().item() as number;

/** Weights and biases from a seed; a layer keeps its numbers when another one changes. */
export function drawn(sizes: readonly number[], seed: number): LayerOf[] {
  return sizes.slice(1).map((size, i) => {
    const random = new Generator(seed * 8 + i);
    const all = random.normal([MOST_NEURONS + 1, MOST_NEURONS]).toArray() as unknown as number[][];
    const weights = all.slice(1, sizes[i]! + 1).map((row) => row.slice(0, size));
    const last = i === sizes.length - 2;
    const activation: Activation = last ? "identity" : "sigmoid";
    return { weights, biases: all[0]!.slice(0, size), activation };
  });
}

const sub = (n: number): string => "₀₁₂₃₄₅₆₇₈₉"[n] ?? String(n);

/** x₁ in the input layer, y₁ in the last; between them a letter does not matter, so z₁. */
export const nameOf = (layers: number, layer: number, node: number): string =>
  `${layer === 0 ? "x" : layer === layers - 1 ? "y" : "z"}${sub(node + 1)}`;

export const isThere = (sizes: readonly number[], key: string): boolean => {
  const [layer = -1, node = -1] = key.split(".").map(Number);
  return layer >= 0 && layer < sizes.length && node >= 0 && node < sizes[layer]!;
};
