/** Signs, rounding, tests and casts of one array, as functions and as methods. */
import { DTypeError } from "../errors.js";
import { cast, type DType, isDType } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Shape } from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";
import { installUnary, lifted, type SameFunction, type TruthFunction } from "./unary.js";

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** -x. {@link neg} */
    neg<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** |x|. {@link abs} */
    abs<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** -1, 0 or 1. {@link sign} */
    sign<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** Rounded down. {@link floor} */
    floor<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** Rounded up. {@link ceil} */
    ceil<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** Rounded toward 0. {@link trunc} */
    trunc<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** Is it NaN? {@link isNan} */
    isNan<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, "bool">;
    /** Is it neither NaN nor infinite? {@link isFinite} */
    isFinite<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, "bool">;
    /** Is it infinite? {@link isInf} */
    isInf<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, "bool">;
    /** Is it 0? {@link logicalNot} */
    logicalNot<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, "bool">;
    /** Rounded to decimals, halves to even. {@link round} */
    round<X extends Tensor>(this: X, decimals?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** The same values in another dtype. {@link astype} */
    astype<X extends Tensor, const E extends DType>(this: X, dtype: E): Tensor<ShapeOfLike<X>, E>;
  }
}

/**
 * The negative: -x. Shape and dtype of x.
 *
 * @throws DTypeError for bool
 * @example
 * ```ts
 * String(neg([1, -2])); // [-1.  2.]
 * ```
 */
export const neg: SameFunction = lifted(ops.neg);

/**
 * The absolute value: |x|. Shape and dtype of x.
 *
 * @example
 * ```ts
 * String(abs([-1.5, 2])); // [1.5 2. ]
 * ```
 */
export const abs: SameFunction = lifted(ops.abs);

/**
 * The sign: -1, 0 or 1; NaN stays. Shape and dtype of x.
 *
 * @throws DTypeError for bool
 * @example
 * ```ts
 * String(sign([-3, 0, 5])); // [-1.  0.  1.]
 * ```
 */
export const sign: SameFunction = lifted(ops.sign);

/**
 * Rounded down to a whole number. Integers stay. Shape and dtype of x.
 *
 * @example
 * ```ts
 * String(floor([-1.5, 1.5])); // [-2.  1.]
 * ```
 */
export const floor: SameFunction = lifted(ops.floor);

/**
 * Rounded up to a whole number. Integers stay. Shape and dtype of x.
 *
 * @example
 * ```ts
 * String(ceil([-1.5, 1.5])); // [-1.  2.]
 * ```
 */
export const ceil: SameFunction = lifted(ops.ceil);

/**
 * Rounded toward 0 to a whole number. Integers stay. Shape and dtype of x.
 *
 * @example
 * ```ts
 * String(trunc([-1.5, 1.5])); // [-1.  1.]
 * ```
 */
export const trunc: SameFunction = lifted(ops.trunc);

/**
 * Where an element is NaN. Same shape; the result is bool.
 *
 * @example
 * ```ts
 * String(isNan([1, NaN])); // [False  True]
 * ```
 */
export const isNan: TruthFunction = lifted(ops.isNan);

/**
 * Where an element is neither NaN nor infinite. Same shape; the result is bool.
 *
 * @example
 * ```ts
 * String(isFinite([1, NaN, Infinity])); // [ True False False]
 * ```
 */
export const isFinite: TruthFunction = lifted(ops.isFinite);

/**
 * Where an element is an infinity of either sign. Same shape; the result is bool.
 *
 * @example
 * ```ts
 * String(isInf([1, NaN, -Infinity])); // [False False  True]
 * ```
 */
export const isInf: TruthFunction = lifted(ops.isInf);

/**
 * Where an element does not hold, that is, is 0. Same shape; the result is bool.
 *
 * @example
 * ```ts
 * String(logicalNot([true, false])); // [False  True]
 * ```
 */
export const logicalNot: TruthFunction = lifted(ops.logicalNot);

/**
 * Rounded to `decimals` places (0; negative: tens, hundreds, ...), halves to the even neighbour. Shape and dtype of
 * x.
 *
 * @throws ValueError where decimals is not a whole number
 * @example
 * ```ts
 * String(round([0.5, 1.5, 2.5])); // [0. 2. 2.]
 * String(round(3.14159, 2)); // 3.14
 * ```
 */
export function round<const X extends TensorLike>(
  x: X,
  decimals = 0,
): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return wrap(ops.round(nodeOf(x), decimals));
}

/**
 * The same values in another dtype: floats lose their fraction on the way to integers, anything but 0 becomes true.
 * Same shape.
 *
 * @throws DTypeError where there is no such dtype
 * @example
 * ```ts
 * String(astype([1.7, -1.7], "int32")); // [ 1 -1]
 * String(array([0, 2]).astype("bool")); // [False  True]
 * ```
 */
export function astype<const X extends TensorLike, const E extends DType>(
  x: X,
  dtype: E,
): Tensor<ShapeOfLike<X>, E> {
  if (!isDType(dtype)) throw new DTypeError(`astype: no dtype is called ${JSON.stringify(dtype)}`);
  return wrap(cast(nodeOf(x), dtype));
}

installUnary({ neg, abs, sign, floor, ceil, trunc, isNan, isFinite, isInf, logicalNot });

install({
  round(this: Tensor, decimals?: number) {
    return round(this, decimals);
  },
  astype(this: Tensor, dtype: DType) {
    return astype(this, dtype);
  },
});
