/** What the sizes of initial values are measured by: how many inputs and outputs a weight has, and an activation's gain. */
import { ShapeError, ValueError } from "../../errors.js";
import { formatShape, type Shape, sizeOf } from "../../shape/index.js";

/** An activation whose effect on the size of signals is known; conv... and linear change nothing by themselves. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

const GAINS: Readonly<Record<Nonlinearity, (slope: number) => number>> = {
  linear: () => 1,
  conv1d: () => 1,
  conv2d: () => 1,
  conv3d: () => 1,
  convTranspose1d: () => 1,
  convTranspose2d: () => 1,
  convTranspose3d: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (slope) => Math.sqrt(2 / (1 + slope ** 2)),
  selu: () => 3 / 4,
};

/**
 * The factor that keeps signals at their size through an activation: 1 for linear, convolutions and sigmoid, 5/3 for
 * tanh, sqrt(2) for relu, sqrt(2 / (1 + slope^2)) for leakyRelu (slope 0.01 unless given), 3/4 for selu.
 *
 * @throws ValueError where the activation is unknown, or the slope is not finite
 * @example
 * ```ts
 * nn.init.calculateGain("tanh"); // 1.6666666666666667
 * nn.init.calculateGain("leakyRelu", 1); // 1
 * ```
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  if (!Object.hasOwn(GAINS, nonlinearity)) {
    const known = Object.keys(GAINS).join(", ");
    throw new ValueError(`calculateGain: no gain is known for ${String(nonlinearity)}; known: ${known}`);
  }
  if (!Number.isFinite(param)) {
    throw new ValueError(`calculateGain: the slope must be a finite number, got ${String(param)}`);
  }
  return GAINS[nonlinearity](param);
}

/** Inputs and outputs of a weight (out, in, ...): its first two sizes, each times all further ones. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** The fans of a shape (out, in, ...). */
export function fansOf(name: string, shape: Shape): Fans {
  if (shape.length < 2) {
    throw new ShapeError(
      `${name}: fans are known of weights of at least 2 dimensions (out, in, ...), got shape ${formatShape(shape)}`,
    );
  }
  const field = sizeOf(shape.slice(2));
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}
