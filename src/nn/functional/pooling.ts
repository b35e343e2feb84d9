/** Pooling: what becomes of windows. */
import type { Node } from "../../graph/index.js";
import * as ops from "../../ops/index.js";
import {
  type AdaptiveSize,
  type PerAxis,
  type PoolOptions,
  refuseUnknown,
  spread,
} from "../../shape/index.js";
import { type Tensor, wrapNode } from "../../tensor/index.js";

export type AverageOptions = ops.AverageOptions;

/** What becomes of a window. */
export interface PoolKind {
  readonly name: "max" | "avg";
  readonly options: readonly string[];
  readonly reduce: (x: Node, kernel: readonly number[], options: PoolOptions & AverageOptions) => Node;
}

/** The largest element. */
export const largest: PoolKind = {
  name: "max",
  options: ["stride", "padding", "dilation", "ceilMode"],
  reduce: ops.maxPool,
};

/** The mean. */
export const average: PoolKind = {
  name: "avg",
  options: ["stride", "padding", "ceilMode", "countIncludePad"],
  reduce: ops.averagePool,
};

/** Throws a ValueError where an option is not one of pooling's. */
export const checkPool = ({ name, options }: PoolKind, rank: number, given: object): void =>
  refuseUnknown(`${name}Pool${rank}d`, given, options);

/** The window's size along each axis. */
export const windowOf = ({ name }: PoolKind, rank: number, kernel: PerAxis): number[] =>
  spread(kernel, rank, [], 1, `${name}Pool${rank}d: the kernel`);

/** What becomes of windows over the last axes. */
export function pool(
  kind: PoolKind,
  rank: number,
  x: Tensor,
  kernel: PerAxis,
  options: PoolOptions | AverageOptions,
): Tensor {
  checkPool(kind, rank, options);
  return wrapNode(kind.reduce(x.node, windowOf(kind, rank, kernel), options));
}

/**
 * The largest element of each window of x (N, C, L); the stride is the kernel unless given. Padding is -infinity. With
 * `ceilMode` a last window may reach beyond the end. The result is (N, C, L').
 *
 * @throws ShapeError where the window is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const x = array([[[1, 3, 2, 5, 4]]]);
 * String(nn.functional.maxPool1d(x, 2)); // [[[3. 5.]]]
 * String(nn.functional.maxPool1d(x, 2, { ceilMode: true })); // [[[3. 5. 4.]]]
 * ```
 */
export function maxPool1d(x: Tensor, kernel: PerAxis, options: PoolOptions = {}): Tensor {
  return pool(largest, 1, x, kernel, options);
}

/**
 * The largest element of each window of x (N, C, H, W); the stride is the kernel unless given. The result is (N, C,
 * H', W').
 *
 * @throws ShapeError where the window is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const x = arange(16).reshape(1, 1, 4, 4);
 * String(nn.functional.maxPool2d(x, 2).reshape(2, 2)); // [[ 5.  7.]
 *                                                      //  [13. 15.]]
 * ```
 */
export function maxPool2d(x: Tensor, kernel: PerAxis, options: PoolOptions = {}): Tensor {
  return pool(largest, 2, x, kernel, options);
}

/**
 * The mean of each window of x (N, C, L); the stride is the kernel unless given. Padding counts as 0, or with
 * `countIncludePad: false` not at all; what lies beyond it (`ceilMode`) never counts. The result is (N, C, L').
 *
 * @throws ShapeError where the window is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * String(nn.functional.avgPool1d(array([[[1, 3, 2, 6]]]), 2)); // [[[2. 4.]]]
 * ```
 */
export function avgPool1d(x: Tensor, kernel: PerAxis, options: AverageOptions = {}): Tensor {
  return pool(average, 1, x, kernel, options);
}

/**
 * The mean of each window of x (N, C, H, W), padding counted as 0 unless `countIncludePad` is false; the stride is the
 * kernel unless given. The result is (N, C, H', W').
 *
 * @throws ShapeError where the window is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const x = arange(16).reshape(1, 1, 4, 4);
 * String(nn.functional.avgPool2d(x, 2).reshape(2, 2)); // [[ 2.5  4.5]
 *                                                      //  [10.5 12.5]]
 * ```
 */
export function avgPool2d(x: Tensor, kernel: PerAxis, options: AverageOptions = {}): Tensor {
  return pool(average, 2, x, kernel, options);
}

/**
 * The largest element of each of `size` windows over x (N, C, L): window i goes from floor(i L / size) to
 * ceil((i + 1) L / size). The result is (N, C, size).
 *
 * @throws ShapeError where x has another rank
 * @example
 * ```ts
 * String(nn.functional.adaptiveMaxPool1d(array([[[1, 3, 2, 5, 4]]]), 2)); // [[[3. 5.]]]
 * ```
 */
export function adaptiveMaxPool1d(x: Tensor, size: AdaptiveSize): Tensor {
  return wrapNode(ops.adaptiveMaxPool(x.node, 1, size));
}

/**
 * The largest element of each of `size` (height, width) windows over x (N, C, H, W), or one number for both; null keeps
 * an axis. The result is (N, C, height, width).
 *
 * @throws ShapeError where x has another rank
 * @example
 * ```ts
 * nn.functional.adaptiveMaxPool2d(ones([2, 3, 7, 9]), [3, null]).shape; // [2, 3, 3, 9]
 * ```
 */
export function adaptiveMaxPool2d(x: Tensor, size: AdaptiveSize): Tensor {
  return wrapNode(ops.adaptiveMaxPool(x.node, 2, size));
}

/**
 * The mean of each of `size` windows over x (N, C, L): window i goes from floor(i L / size) to ceil((i + 1) L / size).
 * The result is (N, C, size).
 *
 * @throws ShapeError where x has another rank
 * @example
 * ```ts
 * String(nn.functional.adaptiveAvgPool1d(array([[[1, 3, 2, 5, 5]]]), 2)); // [[[2. 4.]]]
 * ```
 */
export function adaptiveAvgPool1d(x: Tensor, size: AdaptiveSize): Tensor {
  return wrapNode(ops.adaptiveAveragePool(x.node, 1, size));
}

/**
 * The mean of each of `size` (height, width) windows over x (N, C, H, W), or one number for both; null keeps an axis.
 * The result is (N, C, height, width).
 *
 * @throws ShapeError where x has another rank
 * @example
 * ```ts
 * nn.functional.adaptiveAvgPool2d(ones([2, 3, 7, 9]), 1).shape; // [2, 3, 1, 1]
 * ```
 */
export function adaptiveAvgPool2d(x: Tensor, size: AdaptiveSize): Tensor {
  return wrapNode(ops.adaptiveAveragePool(x.node, 2, size));
}
