/**
 * Arithmetic on two arrays element by element, as functions and as methods. Arrays broadcast and promote as NumPy's do,
 * and shapes that do not fit are an error in the editor and at the call, in the same words.
 */
import type { DType, FloatOf, QuotientOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Shape } from "../shape/index.js";
import { type Fitting, type Met, methodOf, pair, type SumFunction } from "./binary.js";
import type { PromoteLikes, TensorLike } from "./like.js";
import { install, type Tensor } from "./tensor.js";

/** bool counts as int32 in mod, floorDivide and pow. */
type Counted<D extends DType> = D extends "bool" ? "int32" : D;

type QuotientFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Tensor<Met<A, B>, QuotientOf<PromoteLikes<A, B>>>;
type CountFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Tensor<Met<A, B>, Counted<PromoteLikes<A, B>>>;
type FloatFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Tensor<Met<A, B>, FloatOf<PromoteLikes<A, B>>>;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** a + b. {@link add} */
    add<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, PromoteLikes<X, T>>;
    /** a - b. {@link sub} */
    sub<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, PromoteLikes<X, T>>;
    /** a b. {@link mul} */
    mul<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, PromoteLikes<X, T>>;
    /** a / b. {@link div} */
    div<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, QuotientOf<PromoteLikes<X, T>>>;
    /** floor(a / b). {@link floorDivide} */
    floorDivide<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, Counted<PromoteLikes<X, T>>>;
    /** a - b floor(a / b). {@link mod} */
    mod<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, Counted<PromoteLikes<X, T>>>;
    /** a^b. {@link pow} */
    pow<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, Counted<PromoteLikes<X, T>>>;
    /** The larger of each pair. {@link maximum} */
    maximum<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, PromoteLikes<X, T>>;
    /** The smaller of each pair. {@link minimum} */
    minimum<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, PromoteLikes<X, T>>;
  }
}

/**
 * The sum of two arrays, element by element: a + b; of bools the logical or. Shapes broadcast. Dtypes promote; a bare
 * number takes the array's dtype.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(add([[1, 2], [3, 4]], [10, 20])); // [[11. 22.]
 *                                          //  [13. 24.]]
 * String(array([1, 2]).add(0.5)); // [1.5 2.5]
 * ```
 */
export const add: SumFunction = pair(ops.add);

/**
 * The difference of two arrays, element by element: a - b. Shapes broadcast. Dtypes promote; a bare number takes the
 * array's dtype.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @throws DTypeError for bool minus bool
 * @example
 * ```ts
 * String(sub([5, 6], [1, 2])); // [4. 4.]
 * ```
 */
export const sub: SumFunction = pair(ops.sub);

/**
 * The product of two arrays, element by element: a b (Hadamard); of bools the logical and. For products of matrices
 * see {@link dot}. Shapes broadcast. Dtypes promote; a bare number takes the array's dtype.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(mul([[1, 2], [3, 4]], [[1], [10]])); // [[ 1.  2.]
 *                                             //  [30. 40.]]
 * ```
 */
export const mul: SumFunction = pair(ops.mul);

/**
 * The quotient of two arrays, element by element: a / b. x / 0 is an infinity, 0 / 0 NaN. Shapes broadcast. Floats
 * promote, integers give float64.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(div([1, 2, 0], [2, 0, 0])); // [0.5 inf nan]
 * ```
 */
export const div: QuotientFunction = pair(ops.div);

/**
 * The quotient rounded down: floor(a / b), Python's `//`. An integer by 0 gives 0. Shapes broadcast. Dtypes promote;
 * bool counts as int32.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(floorDivide([7, -7], 2)); // [ 3. -4.]
 * ```
 */
export const floorDivide: CountFunction = pair(ops.floorDivide);

/**
 * The remainder with the sign of b: a - b floor(a / b), Python's `%`. An integer by 0 gives 0. Shapes broadcast.
 * Dtypes promote; bool counts as int32.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(mod([7, -7], 3)); // [1. 2.]
 * ```
 */
export const mod: CountFunction = pair(ops.mod);

/**
 * Powers, element by element: a^b. Shapes broadcast. Dtypes promote; bool counts as int32.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @throws ValueError where integers are raised to a negative integer
 * @example
 * ```ts
 * String(pow([1, 2, 3], 2)); // [1. 4. 9.]
 * ```
 */
export const pow: CountFunction = pair(ops.pow);

/**
 * The angle of the point (b, a) from the positive x axis, in radians from -pi to pi: arctan(a / b) in the right
 * quadrant. Shapes broadcast. Floats promote; int32 gives float64, uint8 and bool float32.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(atan2([0, 1, 0], [1, 0, -1])); // [0.        1.5707964 3.1415927]
 * ```
 */
export const atan2: FloatFunction = pair(ops.atan2);

/**
 * The larger of each pair of elements: max(a, b). NaN wins. For the largest element of one array see {@link max}.
 * Shapes broadcast. Dtypes promote.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(maximum([-1, 0, 2], 0)); // [0. 0. 2.]
 * ```
 */
export const maximum: SumFunction = pair(ops.maximum);

/**
 * The smaller of each pair of elements: min(a, b). NaN wins. For the smallest element of one array see {@link min}.
 * Shapes broadcast. Dtypes promote.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(minimum([-1, 0, 2], 0)); // [-1.  0.  0.]
 * ```
 */
export const minimum: SumFunction = pair(ops.minimum);

install({
  add: methodOf(add),
  sub: methodOf(sub),
  mul: methodOf(mul),
  div: methodOf(div),
  floorDivide: methodOf(floorDivide),
  mod: methodOf(mod),
  pow: methodOf(pow),
  maximum: methodOf(maximum),
  minimum: methodOf(minimum),
});
