/** Pooling as layers. */
import {
  type AdaptivePool as AdaptiveRule,
  type AdaptiveSize,
  adaptivePoolShape,
  type Fill,
  type PerAxis,
  type PoolOptions,
  type PoolOver,
  poolShape,
  type SpatialRank,
} from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import * as functional from "./functional/pooling.js";
import { Layer } from "./layer.js";
import { type Input, type PartialShape, type ShapeRule, UNKNOWN } from "./shape-rule.js";

interface PoolLayer<Rank extends SpatialRank, K extends PerAxis, O extends PoolOptions> extends ShapeRule {
  readonly output: PoolOver<Input<this>, Rank, K, O>;
  readonly expects: [number, number, ...Fill<number, Rank>];
}

const unknowns = (rank: number): number[] => new Array<number>(rank + 2).fill(UNKNOWN);

/** Pooling over windows; made by {@link maxPool2d}, {@link avgPool2d} and their 1-d forms. */
export class Pool<
  Rank extends SpatialRank,
  K extends PerAxis,
  O extends functional.AverageOptions,
> extends Layer<PoolLayer<Rank, K, O>> {
  /** What `summary` calls it. */
  readonly operation: string;

  constructor(
    /** How many axes the window slides over. */
    readonly rank: Rank,
    /** What becomes of a window. */
    readonly kind: functional.PoolKind,
    /** One size for all axes of the window, or one an axis. */
    readonly kernel: K,
    /** Stride, padding, dilation, ceilMode, and for the mean countIncludePad. */
    readonly options: O,
  ) {
    super();
    this.operation = `${kind.name}Pool${rank}d`;
    functional.checkPool(kind, rank, options);
    // A setting that makes no sense is refused now, by the rule itself.
    this.outputShape(unknowns(rank));
  }

  override expects(): PartialShape {
    return unknowns(this.rank);
  }

  outputShape(input: PartialShape): PartialShape {
    const sizes = functional.windowOf(this.kind, this.rank, this.kernel);
    return input === null ? null : poolShape(input, sizes, this.options);
  }

  protected compute(x: Tensor): Tensor {
    return functional.pool(this.kind, this.rank, x, this.kernel, this.options);
  }
}

/**
 * The largest element of each window of input (N, C, L); the stride is the kernel unless given, padding is -infinity,
 * `ceilMode` lets a last window reach beyond the end. Output (N, C, L').
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError in forward, where the window is larger than the padded input
 * @example
 * ```ts
 * nn.maxPool1d(2).forward(zeros([8, 4, 51])).shape; // [8, 4, 25]
 * ```
 */
export function maxPool1d<const K extends PerAxis, const O extends PoolOptions = Record<never, never>>(
  kernel: K,
  options?: O,
): Pool<1, K, O> {
  return new Pool(1, functional.largest, kernel, options ?? ({} as O));
}

/**
 * The largest element of each window of input (N, C, H, W), a kernel (height, width) or one number for both; the
 * stride is the kernel unless given, padding is -infinity, `ceilMode` lets a last window reach beyond the end. Output
 * (N, C, H', W').
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError in forward, where the window is larger than the padded input
 * @example
 * ```ts
 * nn.maxPool2d(2).forward(zeros([8, 16, 26, 26])).shape; // [8, 16, 13, 13]
 * ```
 */
export function maxPool2d<const K extends PerAxis, const O extends PoolOptions = Record<never, never>>(
  kernel: K,
  options?: O,
): Pool<2, K, O> {
  return new Pool(2, functional.largest, kernel, options ?? ({} as O));
}

/**
 * The mean of each window of input (N, C, L); padding counts as 0 unless `countIncludePad` is false, the stride is the
 * kernel unless given. Output (N, C, L').
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError in forward, where the window is larger than the padded input
 * @example
 * ```ts
 * nn.avgPool1d(2, { ceilMode: true }).forward(zeros([8, 4, 51])).shape; // [8, 4, 26]
 * ```
 */
export function avgPool1d<
  const K extends PerAxis,
  const O extends functional.AverageOptions = Record<never, never>,
>(kernel: K, options?: O): Pool<1, K, O> {
  return new Pool(1, functional.average, kernel, options ?? ({} as O));
}

/**
 * The mean of each window of input (N, C, H, W), a kernel (height, width) or one number for both; padding counts as
 * 0 unless `countIncludePad` is false, the stride is the kernel unless given. Output (N, C, H', W').
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError in forward, where the window is larger than the padded input
 * @example
 * ```ts
 * nn.avgPool2d(3, { stride: 2 }).forward(zeros([8, 16, 27, 27])).shape; // [8, 16, 13, 13]
 * ```
 */
export function avgPool2d<
  const K extends PerAxis,
  const O extends functional.AverageOptions = Record<never, never>,
>(kernel: K, options?: O): Pool<2, K, O> {
  return new Pool(2, functional.average, kernel, options ?? ({} as O));
}

interface AdaptiveLayer<Rank extends SpatialRank, Size extends AdaptiveSize> extends ShapeRule {
  readonly output: AdaptiveRule<Input<this>, Rank, Size>;
  readonly expects: [number, number, ...Fill<number, Rank>];
}

const ADAPTIVE = {
  max: [functional.adaptiveMaxPool1d, functional.adaptiveMaxPool2d],
  avg: [functional.adaptiveAvgPool1d, functional.adaptiveAvgPool2d],
} as const;

/** Pooling to given sizes; made by {@link adaptiveMaxPool2d}, {@link adaptiveAvgPool2d} and their 1-d forms. */
export class AdaptivePool<Rank extends SpatialRank, Size extends AdaptiveSize> extends Layer<
  AdaptiveLayer<Rank, Size>
> {
  /** What `summary` calls it. */
  readonly operation: string;

  constructor(
    /** How many axes are pooled. */
    readonly rank: Rank,
    /** What becomes of a window. */
    readonly kind: "max" | "avg",
    /** The sizes that come out: one for all axes, or one an axis; null keeps an axis. */
    readonly size: Size,
  ) {
    super();
    this.operation = `adaptive${kind === "max" ? "Max" : "Avg"}Pool${rank}d`;
    this.outputShape(unknowns(rank));
  }

  override expects(): PartialShape {
    return unknowns(this.rank);
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : adaptivePoolShape(input, this.rank, this.size);
  }

  protected compute(x: Tensor): Tensor {
    return ADAPTIVE[this.kind][this.rank - 1]!(x, this.size);
  }
}

/**
 * The largest elements of windows over input (N, C, L) that make `size` along it; output (N, C, size).
 *
 * @throws ValueError where the size makes no sense
 * @example
 * ```ts
 * nn.adaptiveMaxPool1d(5).forward(zeros([8, 4, 51])).shape; // [8, 4, 5]
 * ```
 */
export function adaptiveMaxPool1d<const Size extends AdaptiveSize>(size: Size): AdaptivePool<1, Size> {
  return new AdaptivePool(1, "max", size);
}

/**
 * The largest elements of windows over input (N, C, H, W) that make `size` (height, width), one number for both; null
 * keeps an axis. Output (N, C, height, width).
 *
 * @throws ValueError where the size makes no sense
 * @example
 * ```ts
 * nn.adaptiveMaxPool2d([3, null]).forward(zeros([8, 16, 7, 9])).shape; // [8, 16, 3, 9]
 * ```
 */
export function adaptiveMaxPool2d<const Size extends AdaptiveSize>(size: Size): AdaptivePool<2, Size> {
  return new AdaptivePool(2, "max", size);
}

/**
 * The means of windows over input (N, C, L) that make `size` along it; output (N, C, size).
 *
 * @throws ValueError where the size makes no sense
 * @example
 * ```ts
 * nn.adaptiveAvgPool1d(5).forward(zeros([8, 4, 51])).shape; // [8, 4, 5]
 * ```
 */
export function adaptiveAvgPool1d<const Size extends AdaptiveSize>(size: Size): AdaptivePool<1, Size> {
  return new AdaptivePool(1, "avg", size);
}

/**
 * The means of windows over input (N, C, H, W) that make `size` (height, width), one number for both; null keeps an
 * axis. With 1 each channel becomes its mean. Output (N, C, height, width).
 *
 * @throws ValueError where the size makes no sense
 * @example
 * ```ts
 * nn.adaptiveAvgPool2d(1).forward(zeros([8, 16, 7, 9])).shape; // [8, 16, 1, 1]
 * ```
 */
export function adaptiveAvgPool2d<const Size extends AdaptiveSize>(size: Size): AdaptivePool<2, Size> {
  return new AdaptivePool(2, "avg", size);
}
