/** Dropout as layers: while learning, some of the values at random are left out. */
import type { Tensor } from "../tensor/index.js";
import { fraction } from "./checks.js";
import * as functional from "./functional/dropout.js";
import { Layer } from "./layer.js";
import type { PartialShape, SameShape } from "./shape-rule.js";

const KINDS = {
  dropout: functional.dropout,
  dropout2d: functional.dropout2d,
  alphaDropout: functional.alphaDropout,
} as const;

/** Leaves values out while learning; made by {@link dropout}, {@link dropout2d} and {@link alphaDropout}. */
export class Dropout extends Layer<SameShape> {
  constructor(
    /** What is left out: values, whole channels, or values as selu likes it. */
    readonly operation: keyof typeof KINDS,
    /** The probability of being left out. */
    readonly p: number,
  ) {
    super();
    fraction(operation, "p", p);
  }

  outputShape(input: PartialShape): PartialShape {
    return input;
  }

  protected compute(x: Tensor): Tensor {
    return KINDS[this.operation](x, { p: this.p, training: this.training });
  }
}

/**
 * While learning, each value is 0 with probability p (0.5), and else x / (1 - p); in eval mode nothing happens. Any shape;
 * it stays. Draws from `random` (Srivastava et al. 2014, Dropout).
 *
 * @throws ValueError where p is not between 0 and 1
 * @example
 * ```ts
 * String(nn.dropout(0.2).eval().forward(array([1, 2, 3]))); // [1. 2. 3.]
 * ```
 */
export const dropout = (p = 0.5): Dropout => new Dropout("dropout", p);

/**
 * While learning, whole channels of input (N, C, ...) are 0 with probability p (0.5), and else x / (1 - p); in eval mode
 * nothing happens (Tompson et al. 2015, Efficient Object Localization Using Convolutional Networks).
 *
 * @throws ValueError where p is not between 0 and 1
 * @example
 * ```ts
 * nn.dropout2d(0.2).forward(ones([2, 3, 4, 4])).shape; // [2, 3, 4, 4]
 * ```
 */
export const dropout2d = (p = 0.5): Dropout => new Dropout("dropout2d", p);

/**
 * Dropout that goes with selu: while learning, values are left out with probability p (0.5) in a way that keeps mean and
 * variance; in eval mode nothing happens (Klambauer et al. 2017, Self-Normalizing Neural Networks).
 *
 * @throws ValueError where p is not between 0 and 1
 * @example
 * ```ts
 * nn.alphaDropout(0.2).forward(ones([2, 3])).shape; // [2, 3]
 * ```
 */
export const alphaDropout = (p = 0.5): Dropout => new Dropout("alphaDropout", p);
