/** Sorting, the largest k, and counting of values. */
import { DTypeError, IndexError, ValueError } from "../errors.js";
import { allocate, buffer, type DType, isFloat } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Check, IsRanked, NormalizeAxis, Ok, SetDim, Shape, SizeOf } from "../shape/index.js";
import { checkValues, refuse } from "./capture.js";
import {
  type AxisOf,
  asTensor,
  type DTypeOfLike,
  type Given,
  nodeOf,
  type ShapeOfLike,
  type TensorLike,
} from "./like.js";
import { install, Tensor, wrap } from "./tensor.js";

/** What sort and argsort take beside the axis. */
export interface SortOptions {
  /** Largest first; false by default. */
  readonly descending?: boolean;
}

/** What topk takes beside k and the axis. */
export interface TopkOptions {
  /** The largest (default) or the smallest. */
  readonly largest?: boolean;
}

/** What topk gives. */
export interface Topk<S extends Shape = Shape, D extends DType = DType> {
  /** The elements, in order. */
  readonly values: Tensor<S, D>;
  /** Where they were. */
  readonly indices: Tensor<S, "int32">;
}

/** What bincount takes beside the array. */
export interface BincountOptions {
  /** What each element counts; 1 by default. */
  readonly weights?: TensorLike;
  /** At least as many bins. */
  readonly minlength?: number;
}

/** The shape stays along an axis; null flattens. */
type Lined<X, A extends number | null> = A extends number ? ShapeOfLike<X> : [SizeOf<ShapeOfLike<X>>];

// k along the axis, or the sentence for an axis that is not there.
type TopkShape<S extends Shape, K extends number, A extends number> =
  IsRanked<S> extends false
    ? Shape
    : NormalizeAxis<A, S["length"]> extends infer Axis
      ? Axis extends number
        ? SetDim<S, Axis, K>
        : Axis
      : never;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** Sorted along an axis. {@link sort} */
    sort<X extends Tensor, const A extends number | null = -1>(
      this: X,
      axis?: AxisOf<X, A>,
      options?: SortOptions,
    ): Tensor<Lined<X, A>, DTypeOfLike<X>>;
    /** The positions that sort. {@link argsort} */
    argsort<X extends Tensor, const A extends number | null = -1>(
      this: X,
      axis?: AxisOf<X, A>,
      options?: SortOptions,
    ): Tensor<Lined<X, A>, "int32">;
    /** The k largest along an axis. {@link topk} */
    topk<X extends Tensor, const K extends number, const A extends number = -1>(
      this: X,
      k: K,
      axis?: Check<TopkShape<ShapeOfLike<X>, K, A>, A>,
      options?: TopkOptions,
    ): Topk<Ok<TopkShape<ShapeOfLike<X>, K, A>>, DTypeOfLike<X>>;
  }
}

/**
 * Sorted along an axis (the last; null: flattened first), smallest first, NaN last. Equal elements stay in order.
 * Shape and dtype stay.
 *
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(sort([3, 1, 2])); // [1. 2. 3.]
 * String(sort([[3, 1], [2, 4]], 0, { descending: true })); // [[3. 4.]
 *                                                          //  [2. 1.]]
 * ```
 */
export function sort<const X extends TensorLike, const A extends number | null = -1>(
  x: X,
  axis?: AxisOf<X, A>,
  { descending }: SortOptions = {},
): Tensor<Lined<X, A>, DTypeOfLike<X>> {
  return wrap(ops.sort(nodeOf(x), axis as number | null | undefined, descending));
}

/**
 * The positions that sort an array along an axis (the last; null: flattened first). The result is int32.
 *
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(argsort([30, 10, 20])); // [1 2 0]
 * ```
 */
export function argsort<const X extends TensorLike, const A extends number | null = -1>(
  x: X,
  axis?: AxisOf<X, A>,
  { descending }: SortOptions = {},
): Tensor<Lined<X, A>, "int32"> {
  return wrap(ops.argsort(nodeOf(x), axis as number | null | undefined, descending));
}

/**
 * The k largest (or smallest) elements along an axis (the last) in order, and their positions as int32.
 *
 * @throws ValueError where k is not between 0 and the size of the axis
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * const { values, indices } = topk([0.1, 0.7, 0.2], 2);
 * String(values); // [0.7 0.2]
 * String(indices); // [1 2]
 * ```
 */
export function topk<const X extends TensorLike, const K extends number, const A extends number = -1>(
  x: X,
  k: K,
  axis?: Check<TopkShape<ShapeOfLike<X>, K, A>, A>,
  { largest }: TopkOptions = {},
): Topk<Ok<TopkShape<ShapeOfLike<X>, K, A>>, DTypeOfLike<X>> {
  const { values, indices } = ops.topk(nodeOf(x), k, axis as number | undefined, largest);
  return { values: wrap(values), indices: wrap(indices) };
}

/**
 * Distinct values in rising order, and how often each occurs as int32; all NaN count as one. The values are computed
 * for it.
 *
 * @example
 * ```ts
 * const { values, counts } = uniqueCounts([3, 1, 3]);
 * String(values); // [1. 3.]
 * String(counts); // [1 2]
 * ```
 */
export function uniqueCounts<const X extends TensorLike>(
  x: X,
): { values: Tensor<[number], DTypeOfLike<X>>; counts: Tensor<[number], "int32"> } {
  const source = asTensor(x);
  refuse("unique");
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

/**
 * Distinct values in rising order, in one axis; all NaN count as one. The values are computed for it.
 *
 * @example
 * ```ts
 * String(unique([3, 1, 3, 2])); // [1. 2. 3.]
 * ```
 */
export function unique<const X extends TensorLike>(x: X): Tensor<[number], DTypeOfLike<X>> {
  return uniqueCounts(x).values;
}

/**
 * How often each of 0, 1, ..., max(x) occurs in a 1-d array of integers (int32), or the sum of the weights where it
 * does. The values are computed for it.
 *
 * @throws DTypeError where x is not of integers
 * @throws ValueError where x is not 1-d, an element is negative, or the weights are not as many
 * @example
 * ```ts
 * String(bincount(array([0, 1, 1, 3], { dtype: "int32" }))); // [1 2 0 1]
 * ```
 */
export function bincount(x: TensorLike, { weights, minlength = 0 }: BincountOptions = {}): Tensor<[number]> {
  const source = asTensor(x);
  if (isFloat(source.dtype) && source.size > 0)
    throw new DTypeError(`bincount: integers are needed, got ${source.dtype}`);
  if (source.ndim !== 1)
    throw new ValueError(`bincount: a 1-d array is needed, got ${source.ndim} dimensions`);
  if (!Number.isInteger(minlength) || minlength < 0)
    throw new ValueError("bincount: minlength must not be negative");
  let largest = -1;
  refuse("bincount");
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
 * Each label as a row of n: 1 at the label, 0 elsewhere. The rows are a new last axis; float32 unless told otherwise.
 *
 * @throws DTypeError where the labels are not integers
 * @throws IndexError where the labels are known and one is not in 0..n-1
 * @throws ValueError where n is not a whole number above 0
 * @example
 * ```ts
 * String(oneHot([0, 2], 3)); // [[1. 0. 0.]
 *                            //  [0. 0. 1.]]
 * ```
 */
export function oneHot<const X extends TensorLike, const N extends number, const D extends DType = "float32">(
  labels: X,
  n: N,
  options: { readonly dtype?: D } = {},
): Tensor<Given<readonly [...ShapeOfLike<X>, N]>, NoInfer<D>> {
  const given = labels instanceof Tensor ? labels : asTensor(labels).astype("int32");
  if (isFloat(given.dtype)) throw new DTypeError(`oneHot: labels must be integers, got ${given.dtype}`);
  if (!Number.isInteger(n) || n < 1)
    throw new ValueError(`oneHot: the number of classes must be positive, got ${n}`);
  checkValues(given.node, (values) =>
    values.forEach((label: number) => {
      if (label < 0 || label >= n) throw new IndexError(`oneHot: label ${label} is not in 0 to ${n - 1}`);
    }),
  );
  return wrap(ops.oneHot(given.node, n, options.dtype ?? "float32"));
}

install({
  sort(this: Tensor, axis?: number, options?: SortOptions) {
    return sort<Tensor, number>(this, axis, options);
  },
  argsort(this: Tensor, axis?: number, options?: SortOptions) {
    return argsort<Tensor, number>(this, axis, options);
  },
  topk(this: Tensor, k: number, axis?: number, options?: TopkOptions) {
    return topk<Tensor, number, number>(this, k, axis, options);
  },
});
