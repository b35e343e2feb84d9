/** Reductions over axes (`axis`: a number, a list, or null for all), as functions and as methods. */
import type { DType, QuotientOf, SumOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { AxisArgument, Check, Ok, Reduce, Shape } from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

/** `keepdims: true` leaves the reduced axes in place with size 1. */
export interface Keep<K extends boolean = boolean> {
  /** Leave the reduced axes in place with size 1? false by default. */
  readonly keepdims?: K;
}

/** As `Keep`, with what is taken from n in the divisor. */
export interface KeepVariance<K extends boolean = boolean> extends Keep<K> {
  /** The divisor is n - ddof: 0 (NumPy's default) for a population, 1 for a sample. */
  readonly ddof?: number;
}

type Axis = AxisArgument;
type Over<X, A extends Axis, K extends boolean> = Check<Reduce<ShapeOfLike<X>, A, K>, A>;
type Left<X, A extends Axis, K extends boolean> = Ok<Reduce<ShapeOfLike<X>, A, K>>;

/** The dtype of a reduction, by its kind. */
interface Reduced<D extends DType> {
  readonly sum: SumOf<D>;
  readonly quotient: QuotientOf<D>;
  readonly same: D;
  readonly truth: "bool";
  readonly position: "int32";
}

type SumFunction = <const X extends TensorLike, const A extends Axis = null, const K extends boolean = false>(
  x: X,
  axis?: Over<X, A, K>,
  options?: Keep<K>,
) => Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["sum"]>;
type MeanFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Over<X, A, K>,
  options?: Keep<K>,
) => Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]>;
type VarianceFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Over<X, A, K>,
  options?: KeepVariance<K>,
) => Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]>;
type ExtremumFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Over<X, A, K>,
  options?: Keep<K>,
) => Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["same"]>;
type TruthFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Over<X, A, K>,
  options?: Keep<K>,
) => Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["truth"]>;
type PositionFunction = <
  const X extends TensorLike,
  const A extends number | null = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Over<X, A, K>,
  options?: Keep<K>,
) => Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["position"]>;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** The sum. {@link sum} */
    sum<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["sum"]>;
    /** The product. {@link prod} */
    prod<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["sum"]>;
    /** The mean. {@link mean} */
    mean<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]>;
    /** The variance. {@link variance} */
    var<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: KeepVariance<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]>;
    /** The standard deviation. {@link std} */
    std<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: KeepVariance<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]>;
    /** The smallest element. {@link min} */
    min<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["same"]>;
    /** The largest element. {@link max} */
    max<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["same"]>;
    /** Does any element hold? {@link any} */
    any<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["truth"]>;
    /** Do all elements hold? {@link all} */
    all<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["truth"]>;
    /** ln sum e^x. {@link logsumexp} */
    logsumexp<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]>;
    /** Where the smallest element is. {@link argmin} */
    argmin<X extends Tensor, const A extends number | null = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["position"]>;
    /** Where the largest element is. {@link argmax} */
    argmax<X extends Tensor, const A extends number | null = null, const K extends boolean = false>(
      this: X,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["position"]>;
    /** The norm. {@link norm} */
    norm<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      order?: ops.NormOrder | null,
      axis?: Over<X, A, K>,
      options?: Keep<K>,
    ): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]>;
  }
}

type Reducer = (
  x: ReturnType<typeof nodeOf>,
  axis?: Axis,
  options?: ops.VarianceOptions,
) => ReturnType<typeof nodeOf>;
const over =
  (op: Reducer) =>
  (x: TensorLike, axis?: unknown, options?: KeepVariance): never =>
    wrap(op(nodeOf(x), axis as Axis, options)) as never;

/**
 * The sum over axes: all, one, or a list. Floats keep their dtype, others give int32. Of nothing 0.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(sum([[1, 2], [3, 4]])); // 10.0
 * String(sum([[1, 2], [3, 4]], 0)); // [4. 6.]
 * ones([2, 3]).sum(1, { keepdims: true }).shape; // [2, 1]
 * ```
 */
export const sum: SumFunction = over(ops.sum);

/**
 * The product over axes. Floats keep their dtype, others give int32. Of nothing 1.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(prod([[1, 2], [3, 4]], 1)); // [ 2. 12.]
 * ```
 */
export const prod: SumFunction = over(ops.prod);

/**
 * The mean over axes: sum / n. Floats keep their dtype, others give float64. Of nothing NaN.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(mean([[1, 2], [3, 4]], 0)); // [2. 3.]
 * ```
 */
export const mean: MeanFunction = over(ops.mean);

/**
 * The variance over axes: the sum of (x - mean)^2, over n - ddof (0: of a population, NumPy's default; 1: of a
 * sample, PyTorch's default). Floats keep their dtype, others give float64. Named `variance` because `var` is a word
 * of the language; the method is `.var()`.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(variance([1, 2, 3, 4])); // 1.25
 * String(array([1, 2, 3, 4]).var(null, { ddof: 1 })); // 1.6666666
 * ```
 */
export const variance: VarianceFunction = over(ops.variance);

/**
 * The standard deviation over axes: the root of the {@link variance}, with the same ddof.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(std([1, 2, 3, 4])); // 1.118034
 * ```
 */
export const std: VarianceFunction = over(ops.std);

/**
 * The smallest element over axes; NaN wins. The dtype stays.
 *
 * @throws ShapeError where there are no elements to choose from
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(min([[3, 1], [2, 4]], 0)); // [2. 1.]
 * ```
 */
export const min: ExtremumFunction = over(ops.min);

/**
 * The largest element over axes; NaN wins. The dtype stays.
 *
 * @throws ShapeError where there are no elements to choose from
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(max([[3, 1], [2, 4]], 1)); // [3. 4.]
 * ```
 */
export const max: ExtremumFunction = over(ops.max);

/**
 * Is any element over axes not 0? Of nothing false. The result is bool.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(any([[true, false], [false, false]], 1)); // [ True False]
 * ```
 */
export const any: TruthFunction = over(ops.any);

/**
 * Is every element over axes not 0? Of nothing true. The result is bool.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(all([[true, true], [true, false]], 1)); // [ True False]
 * ```
 */
export const all: TruthFunction = over(ops.all);

/**
 * The logarithm of the sum of exponentials over axes: ln sum e^x = m + ln sum e^(x - m) with m the largest element,
 * so that nothing overflows. Floats keep their dtype, others give float64.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(logsumexp([1000, 1000])); // 1000.6932
 * ```
 */
export const logsumexp: MeanFunction = over(ops.logsumexp);

/**
 * The first position of the smallest element along an axis; without one, in the flattened array. NaN wins. The result
 * is int32.
 *
 * @throws ValueError where there are no elements to choose from
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(argmin([[3, 1], [2, 4]], 1)); // [1 0]
 * ```
 */
export const argmin: PositionFunction = over(ops.argmin as Reducer);

/**
 * The first position of the largest element along an axis; without one, in the flattened array. NaN wins. The result
 * is int32.
 *
 * @throws ValueError where there are no elements to choose from
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(argmax([[3, 1], [2, 4]], 1)); // [0 1]
 * array([0.1, 0.7, 0.2]).argmax().item(); // 1
 * ```
 */
export const argmax: PositionFunction = over(ops.argmax as Reducer);

/**
 * A norm, as `numpy.linalg.norm`: without an order the root of the sum of squares over all axes or those given. With
 * an order p: over one axis (sum |x|^p)^(1/p), where Infinity is the largest |x|, -Infinity the smallest and 0 counts
 * what is not 0; over two axes (or of a 2-d array) the matrix norms "fro", 1, -1, Infinity and -Infinity. Floats keep
 * their dtype, others give float64.
 *
 * @throws ValueError where there is no such order
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(norm([3, 4])); // 5.0
 * String(norm([[3, 4], [6, 8]], 1, 1)); // [ 7. 14.]
 * ```
 */
export function norm<
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  order?: ops.NormOrder | null,
  axis?: Over<X, A, K>,
  options?: Keep<K>,
): Tensor<Left<X, A, K>, Reduced<DTypeOfLike<X>>["quotient"]> {
  return wrap(ops.norm(nodeOf(x), order ?? undefined, axis as Axis, options));
}

const reducers = { sum, prod, mean, var: variance, std, min, max, any, all, argmin, argmax, logsumexp, norm };

for (const [name, f] of Object.entries(reducers)) {
  const apply = f as (x: Tensor, ...rest: never[]) => unknown;
  install({
    [name](this: Tensor, ...rest: never[]) {
      return apply(this, ...rest);
    },
  });
}
