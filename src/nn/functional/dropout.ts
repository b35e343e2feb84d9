/** Dropout: while learning, some of the values at random are left out. */
import * as ops from "../../ops/index.js";
import type { Shape } from "../../shape/index.js";
import { random, type Tensor, wrapNode } from "../../tensor/index.js";
import { fraction } from "../checks.js";

/** How much is left out, and whether. */
export interface DropoutOptions {
  /** The probability of being left out; 0.5 by default. */
  readonly p?: number;
  /** Leave out? true by default. */
  readonly training?: boolean;
}

/** 1 where a value stays, 0 where it is left out, drawn from `random`. */
const kept = (shape: Shape, p: number): Tensor => random.uniform(shape).ge(p) as Tensor;

function dropped(
  x: Tensor,
  shape: Shape,
  { p = 0.5, training = true }: DropoutOptions,
  name: string,
): Tensor {
  fraction(name, "p", p);
  if (!training || p === 0) return x;
  const scale = p === 1 ? 0 : 1 / (1 - p);
  const mask = ops.mul(kept(shape, p).astype(x.dtype).node, scale);
  return wrapNode(ops.mul(x.node, mask));
}

/**
 * Each value is 0 with probability p, and else x / (1 - p), so that the mean stays (Srivastava et al. 2014, Dropout).
 * The draws are those of `random`: the same seed leaves out the same on every device, and a compiled step draws anew at
 * each call.
 *
 * @throws ValueError where p is not between 0 and 1
 * @example
 * ```ts
 * random.seed(0);
 * String(nn.functional.dropout(array([1, 2, 3, 4]), { p: 0.5 })); // [2. 0. 0. 0.]
 * ```
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  return dropped(x, x.shape, options, "dropout");
}

/**
 * Whole channels of x (N, C, ...) are 0 with probability p, and else x / (1 - p) (Tompson et al. 2015, Efficient Object
 * Localization Using Convolutional Networks).
 *
 * @throws ValueError where p is not between 0 and 1
 * @example
 * ```ts
 * random.seed(0);
 * String(nn.functional.dropout2d(ones([1, 3, 1, 2])).reshape(3, 2)); // [[2. 2.]
 *                                                                  //  [0. 0.]
 *                                                                  //  [0. 0.]]
 * ```
 */
export function dropout2d(x: Tensor, options: DropoutOptions = {}): Tensor {
  const shape = x.shape.map((n, axis) => (axis < 2 ? n : 1));
  return dropped(x, shape, options, "dropout2d");
}

/** What selu tends to for values that are very negative. */
const SATURATED = -1.7580993408473766;

/**
 * Dropout that goes with selu: values left out become what selu gives at minus infinity, and all are scaled and shifted
 * so that mean and variance stay (Klambauer et al. 2017, Self-Normalizing Neural Networks).
 *
 * @throws ValueError where p is not between 0 and 1
 * @example
 * ```ts
 * random.seed(0);
 * String(nn.functional.alphaDropout(zeros([3]))); // [ 0.77919394 -0.7791938  -0.7791938 ]
 * ```
 */
export function alphaDropout(x: Tensor, { p = 0.5, training = true }: DropoutOptions = {}): Tensor {
  fraction("alphaDropout", "p", p);
  if (!training || p === 0) return x;
  const scale = p === 1 ? 0 : 1 / Math.sqrt((1 - p) * (1 + p * SATURATED ** 2));
  const mask = kept(x.shape, p).node;
  const shift = -scale * SATURATED * p;
  return wrapNode(ops.add(ops.mul(ops.where(mask, x.node, SATURATED), scale), shift));
}
