/** Sorting, the largest k, and counting of values. */
import { DTypeError, IndexError, ValueError } from "../errors.js";
import { allocate, buffer, type DType, isFloat } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Shape } from "../shape/index.js";
import { asTensor, type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, Tensor, wrap } from "./tensor.js";

export interface SortOptions {
  /** Largest first; false by default. */
  readonly descending?: boolean;
}

export interface TopkOptions {
  /** The largest (default) or the smallest. */
  readonly largest?: boolean;
}

export interface Topk<D extends DType = DType> {
  readonly values: Tensor<Shape, D>;
  readonly indices: Tensor<Shape, "int32">;
}

export interface BincountOptions {
  /** What each element counts; 1 by default. */
  readonly weights?: TensorLike;
  /** At least as many bins. */
  readonly minlength?: number;
}

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** {@link sort} */
    sort<X extends Tensor>(
      this: X,
      axis?: number,
      options?: SortOptions,
    ): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** {@link argsort} */
    argsort<X extends Tensor>(this: X, axis?: number, options?: SortOptions): Tensor<ShapeOfLike<X>, "int32">;
    /** {@link topk} */
    topk<X extends Tensor>(this: X, k: number, axis?: number, options?: TopkOptions): Topk<DTypeOfLike<X>>;
  }
}

/** Sorted along an axis (the last by default; null: flattened), NaN last; equal elements stay in order. */
export function sort<const X extends TensorLike>(
  x: X,
  axis?: number,
  options?: SortOptions,
): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
export function sort<const X extends TensorLike>(
  x: X,
  axis: null,
  options?: SortOptions,
): Tensor<[number], DTypeOfLike<X>>;
export function sort(x: TensorLike, axis?: number | null, { descending }: SortOptions = {}): Tensor {
  return wrap(ops.sort(nodeOf(x), axis, descending));
}

/** The positions that sort an array along an axis. */
export function argsort<const X extends TensorLike>(
  x: X,
  axis?: number,
  options?: SortOptions,
): Tensor<ShapeOfLike<X>, "int32">;
export function argsort<const X extends TensorLike>(
  x: X,
  axis: null,
  options?: SortOptions,
): Tensor<[number], "int32">;
export function argsort(x: TensorLike, axis?: number | null, { descending }: SortOptions = {}): Tensor {
  return wrap(ops.argsort(nodeOf(x), axis, descending));
}

/** The k largest elements along an axis in order, and their positions. */
export function topk<const X extends TensorLike>(
  x: X,
  k: number,
  axis?: number,
  { largest }: TopkOptions = {},
): Topk<DTypeOfLike<X>> {
  const { values, indices } = ops.topk(nodeOf(x), k, axis, largest);
  return { values: wrap(values), indices: wrap(indices) };
}

/** Distinct values in rising order with how often each occurs; all NaN count as one. Computes x. */
export function uniqueCounts<const X extends TensorLike>(
  x: X,
): { values: Tensor<[number], DTypeOfLike<X>>; counts: Tensor<[number], "int32"> } {
  const source = asTensor(x);
  const sorted = wrap(ops.sort(source.node, null)).dataSync();
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    const last = values[values.length - 1];
    if (values.length > 0 && (value === last || (Number.isNaN(value) && Number.isNaN(last))))
      counts[counts.length - 1]!++;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  const data = allocate(source.dtype, values.length);
  data.set(values);
  return {
    values: wrap(buffer(data, [values.length], source.dtype)),
    counts: wrap(buffer(Int32Array.from(counts), [counts.length], "int32")),
  };
}

/** Distinct values in rising order. Computes x. */
export function unique<const X extends TensorLike>(x: X): Tensor<[number], DTypeOfLike<X>> {
  return uniqueCounts(x).values;
}

/** How often each of 0, 1, ..., max(x) occurs, or the sum of the weights where it does. Computes x. */
export function bincount(x: TensorLike, { weights, minlength = 0 }: BincountOptions = {}): Tensor<[number]> {
  const source = asTensor(x);
  if (isFloat(source.dtype) && source.size > 0)
    throw new DTypeError(`bincount: integers are needed, got ${source.dtype}`);
  if (source.ndim !== 1)
    throw new ValueError(`bincount: a 1-d array is needed, got ${source.ndim} dimensions`);
  if (!Number.isInteger(minlength) || minlength < 0)
    throw new ValueError("bincount: minlength must not be negative");
  let largest = -1;
  for (const value of source.dataSync()) {
    if (value < 0) throw new ValueError("bincount: elements must not be negative");
    largest = Math.max(largest, value);
  }
  const given = weights === undefined ? null : nodeOf(weights);
  if (given !== null && given.shape.join() !== source.shape.join()) {
    throw new ValueError("bincount: the weights and the list don't have the same length.");
  }
  return wrap(ops.countBins(source.node, Math.max(minlength, largest + 1), given));
}

/**
 * A last axis of n: 1 at the label, 0 elsewhere.
 *
 * @throws DTypeError where the labels are not integers; IndexError where they are known and one is not in 0..n-1
 */
export function oneHot<const X extends TensorLike, const D extends DType = "float32">(
  labels: X,
  n: number,
  options: { readonly dtype?: D } = {},
): Tensor<Shape, D> {
  const given = labels instanceof Tensor ? labels : asTensor(labels).astype("int32");
  if (isFloat(given.dtype)) throw new DTypeError(`oneHot: labels must be integers, got ${given.dtype}`);
  if (!Number.isInteger(n) || n < 1)
    throw new ValueError(`oneHot: the number of classes must be positive, got ${n}`);
  given.node.storage?.data.forEach((label: number) => {
    if (label < 0 || label >= n) throw new IndexError(`oneHot: label ${label} is not in 0 to ${n - 1}`);
  });
  return wrap(ops.oneHot(given.node, n, options.dtype ?? "float32"));
}

install({
  sort(this: Tensor, axis?: number, options?: SortOptions) {
    return sort(this, axis, options);
  },
  argsort(this: Tensor, axis?: number, options?: SortOptions) {
    return argsort(this, axis, options);
  },
  topk(this: Tensor, k: number, axis?: number, options?: TopkOptions) {
    return topk(this, k, axis, options);
  },
});
