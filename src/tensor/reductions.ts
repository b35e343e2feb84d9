/** Reductions over axes (`axis`: a number, a list, or null for all) and along one axis, as functions and as methods. */
import type { DType, FloatOf, QuotientOf, SumOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { AxisArgument, Check, Ok, Reduce, Shape } from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

/** `keepdims: true` leaves the reduced axes in place with size 1. */
export interface Keep<K extends boolean = boolean> {
  readonly keepdims?: K;
}

/** As `Keep`, with what is taken from n in the divisor. */
export interface KeepVariance<K extends boolean = boolean> extends Keep<K> {
  /** The divisor is n - ddof: 0 (NumPy's default) for a population, 1 for a sample. */
  readonly ddof?: number;
}

type Axis = AxisArgument;
type Over<X, A extends Axis, K extends boolean> = Reduce<ShapeOfLike<X>, A, K>;
type Reduced<X, A extends Axis, K extends boolean, D extends DType> = Tensor<Ok<Over<X, A, K>>, D>;
type Given<X, A extends Axis, K extends boolean> = Check<Over<X, A, K>, A>;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    sum<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, SumOf<DTypeOfLike<X>>>;
    prod<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, SumOf<DTypeOfLike<X>>>;
    mean<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>>;
    var<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: KeepVariance<K>,
    ): Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>>;
    std<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: KeepVariance<K>,
    ): Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>>;
    min<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, DTypeOfLike<X>>;
    max<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, DTypeOfLike<X>>;
    any<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, "bool">;
    all<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, "bool">;
    argmin<X extends Tensor, const A extends number | null = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, "int32">;
    argmax<X extends Tensor, const A extends number | null = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, "int32">;
    logsumexp<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>>;
    norm<X extends Tensor, const A extends Axis = null, const K extends boolean = false>(
      this: X,
      order?: ops.NormOrder | null,
      axis?: Given<X, A, K>,
      options?: Keep<K>,
    ): Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>>;
    cumsum<X extends Tensor>(this: X): Tensor<[number], SumOf<DTypeOfLike<X>>>;
    cumsum<X extends Tensor>(this: X, axis: number): Tensor<ShapeOfLike<X>, SumOf<DTypeOfLike<X>>>;
    softmax<X extends Tensor>(this: X, axis?: number): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    logSoftmax<X extends Tensor>(this: X, axis?: number): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
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

type SumFunction = <const X extends TensorLike, const A extends Axis = null, const K extends boolean = false>(
  x: X,
  axis?: Given<X, A, K>,
  options?: Keep<K>,
) => Reduced<X, A, K, SumOf<DTypeOfLike<X>>>;
type MeanFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Given<X, A, K>,
  options?: Keep<K>,
) => Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>>;
type VarianceFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Given<X, A, K>,
  options?: KeepVariance<K>,
) => Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>>;
type ExtremumFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Given<X, A, K>,
  options?: Keep<K>,
) => Reduced<X, A, K, DTypeOfLike<X>>;
type TruthFunction = <
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Given<X, A, K>,
  options?: Keep<K>,
) => Reduced<X, A, K, "bool">;
type PositionFunction = <
  const X extends TensorLike,
  const A extends number | null = null,
  const K extends boolean = false,
>(
  x: X,
  axis?: Given<X, A, K>,
  options?: Keep<K>,
) => Reduced<X, A, K, "int32">;

export const sum: SumFunction = over(ops.sum);
export const prod: SumFunction = over(ops.prod);
export const mean: MeanFunction = over(ops.mean);
/** Named `variance` because `var` is a word of the language; the method is `.var()`. */
export const variance: VarianceFunction = over(ops.variance);
export const std: VarianceFunction = over(ops.std);
export const min: ExtremumFunction = over(ops.min);
export const max: ExtremumFunction = over(ops.max);
export const any: TruthFunction = over(ops.any);
export const all: TruthFunction = over(ops.all);
export const argmin: PositionFunction = over(ops.argmin as Reducer);
export const argmax: PositionFunction = over(ops.argmax as Reducer);
export const logsumexp: MeanFunction = over(ops.logsumexp);

export function norm<
  const X extends TensorLike,
  const A extends Axis = null,
  const K extends boolean = false,
>(
  x: X,
  order?: ops.NormOrder | null,
  axis?: Given<X, A, K>,
  options?: Keep<K>,
): Reduced<X, A, K, QuotientOf<DTypeOfLike<X>>> {
  return wrap(ops.norm(nodeOf(x), order ?? undefined, axis as Axis, options));
}

export function cumsum<const X extends TensorLike>(x: X): Tensor<[number], SumOf<DTypeOfLike<X>>>;
export function cumsum<const X extends TensorLike>(
  x: X,
  axis: number,
): Tensor<ShapeOfLike<X>, SumOf<DTypeOfLike<X>>>;
export function cumsum(x: TensorLike, axis?: number): Tensor {
  return wrap(ops.cumsum(nodeOf(x), axis));
}

type SoftmaxFunction = <const X extends TensorLike>(
  x: X,
  axis?: number,
) => Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
const along =
  (op: (x: ReturnType<typeof nodeOf>, axis?: number) => ReturnType<typeof nodeOf>) =>
  (x: TensorLike, axis?: number): never =>
    wrap(op(nodeOf(x), axis)) as never;

export const softmax: SoftmaxFunction = along(ops.softmax);
export const logSoftmax: SoftmaxFunction = along(ops.logSoftmax);

const reducers = {
  sum,
  prod,
  mean,
  var: variance,
  std,
  min,
  max,
  any,
  all,
  argmin,
  argmax,
  logsumexp,
  norm,
  cumsum,
  softmax,
  logSoftmax,
};

for (const [name, f] of Object.entries(reducers)) {
  const apply = f as (x: Tensor, ...rest: never[]) => unknown;
  install({
    [name](this: Tensor, ...rest: never[]) {
      return apply(this, ...rest);
    },
  });
}
