/** The lecture's kind of network: two inputs, three and two hidden neurons, two outputs. */

import type { Tensor } from "maru/light";
import { type Activation, fieldsOf, type LayerOf, type LayerPass, passOf } from "../../figures/forward.js";

/** What a reader changes in this chapter. */
export interface ForwardLesson {
  x: number[];
  /** `W[layer][from][to]`. */
  W: number[][][];
  B: number[][];
  /** 0: only X. Then A1, Z1, A2, Z2, A3, Y. */
  step: number;
  /** A neuron (`layer.node`) or a weight (`layer.from.to`, from −1 the bias) that is open. */
  chosen: string;
  /** The neuron whose number is followed back. */
  traced: string;
  /** The card of the way back that is being read. */
  card: number;
}

export const SIZES = [2, 3, 2, 2] as const;
export const LAST = 6;
/** Numbers that the reader sets stay within these. */
export const MOST = 20;
const ACTIVATIONS: readonly Activation[] = ["sigmoid", "sigmoid", "identity"];

export const CLASSIC = {
  x: [1, 0.5],
  W: [
    [
      [0.1, 0.3, 0.5],
      [0.2, 0.4, 0.6],
    ],
    [
      [0.1, 0.4],
      [0.2, 0.5],
      [0.3, 0.6],
    ],
    [
      [0.1, 0.3],
      [0.2, 0.4],
    ],
  ],
  B: [
    [0.1, 0.2, 0.3],
    [0.1, 0.2],
    [0.1, 0.2],
  ],
};

/** Larger weights: three lines, of which the second layer makes a band, and the outputs the band and what is beside it. */
export const BOLD = {
  W: [
    [
      [2.5, -2.5, 0.8],
      [2.5, -2.5, -0.8],
    ],
    [
      [6, -6],
      [6, -6],
      [1, 1.5],
    ],
    [
      [3, -3],
      [-3, 3],
    ],
  ],
  B: [
    [2.5, 2.5, 0],
    [-9, 8],
    [0, 0],
  ],
};

export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export const layersOf = ({ W, B }: Pick<ForwardLesson, "W" | "B">): LayerOf[] =>
  W.map((weights, i) => ({ weights, biases: B[i]!, activation: ACTIVATIONS[i]! }));

export const passesOf = (lesson: Pick<ForwardLesson, "W" | "B" | "x">): LayerPass[] =>
  passOf(layersOf(lesson), lesson.x);

export const fields = (lesson: Pick<ForwardLesson, "W" | "B">, points: Tensor): number[][][] =>
  fieldsOf(layersOf(lesson), points);

const sub = (n: number): string => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[Number(d)]!);
const sup = (n: number): string => `⁽${"⁰¹²³⁴⁵⁶⁷⁸⁹"[n]}⁾`;

/** The number of a neuron after its activation: x₁, z⁽¹⁾₁, y₁. */
export const nameOf = (layer: number, node: number): string =>
  layer === 0 ? `x${sub(node + 1)}` : layer === 3 ? `y${sub(node + 1)}` : `z${sup(layer)}${sub(node + 1)}`;
export const sumName = (layer: number, node: number): string => `a${sup(layer)}${sub(node + 1)}`;
/** As the lecture writes it: above the layer that it goes to; below first the neuron it goes to, then the one it comes from. */
export const weightName = (layer: number, from: number, to: number): string =>
  from < 0 ? `b${sup(layer + 1)}${sub(to + 1)}` : `w${sup(layer + 1)}${sub(to + 1)}${sub(from + 1)}`;

export const partsOf = (key: string): number[] => key.split(".").map(Number);

/** Is it the name of a neuron or of a weight that is there? */
export function isPlace(key: string): boolean {
  const [layer = -1, a = -9, b] = partsOf(key);
  if (b === undefined) return layer >= 0 && layer < 4 && a >= 0 && a < SIZES[layer]!;
  return layer >= 0 && layer < 3 && a >= -1 && a < SIZES[layer]! && b >= 0 && b < SIZES[layer + 1]!;
}

export const within = (value: number): number => Math.min(MOST, Math.max(-MOST, value));

export const weightAt = ({ W, B }: ForwardLesson, layer: number, from: number, to: number): number =>
  from < 0 ? B[layer]![to]! : W[layer]![from]![to]!;

export function setWeight(
  lesson: ForwardLesson,
  layer: number,
  from: number,
  to: number,
  value: number,
): void {
  if (from < 0) lesson.B[layer]![to] = within(value);
  else lesson.W[layer]![from]![to] = within(value);
}
