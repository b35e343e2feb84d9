/** Products of arrays: dot, matmul, outer, einsum, and what is taken from matrices, as functions and as methods. */
import type { DType, SumOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Less } from "../shape/arithmetic.js";
import type { Check, Dot, Einsum, Matmul, Ok, Outer, Shape } from "../shape/index.js";
import {
  type DTypeOfLike,
  nodeOf,
  type PromoteAll,
  type PromoteLikes,
  type ShapeOfLike,
  type ShapesOf,
  type TensorLike,
} from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

type DotOf<A, B> = Dot<ShapeOfLike<A>, ShapeOfLike<B>>;
type MatmulOf<A, B> = Matmul<ShapeOfLike<A>, ShapeOfLike<B>>;

// The axes before the last two; any shape where there are no two, which is an error of its own at the call.
type Front<S extends Shape> = S extends readonly [...infer Rest extends number[], number, number]
  ? Rest
  : Shape;

// A diagonal from the corner is as long as the shorter side; how long any other is, is known at run time.
type DiagonalShape<S extends Shape, K extends number> = S extends readonly [
  ...infer Rest extends number[],
  infer Rows extends number,
  infer Columns extends number,
]
  ? [...Rest, K extends 0 ? Shorter<Rows, Columns> : number]
  : Shape;
type Shorter<A extends number, B extends number> = number extends A | B
  ? number
  : Less<A, B> extends true
    ? A
    : B;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** The product of vectors and matrices. {@link dot} */
    dot<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Check<DotOf<X, T>, T>,
    ): Tensor<Ok<DotOf<X, T>>, PromoteLikes<X, T>>;
    /** The product of matrices, one for each in a batch. {@link matmul} */
    matmul<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Check<MatmulOf<X, T>, T>,
    ): Tensor<Ok<MatmulOf<X, T>>, PromoteLikes<X, T>>;
    /** Every product of two elements. {@link outer} */
    outer<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: T,
    ): Tensor<Outer<ShapeOfLike<X>, ShapeOfLike<T>>, PromoteLikes<X, T>>;
    /** 0 above the k-th diagonal. {@link tril} */
    tril<X extends Tensor>(this: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** 0 below the k-th diagonal. {@link triu} */
    triu<X extends Tensor>(this: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** The elements on a diagonal. {@link diagonal} */
    diagonal<X extends Tensor, const K extends number = 0>(
      this: X,
      offset?: K,
    ): Tensor<DiagonalShape<ShapeOfLike<X>, K>, DTypeOfLike<X>>;
    /** The sum of a diagonal. {@link trace} */
    trace<X extends Tensor>(this: X, offset?: number): Tensor<Front<ShapeOfLike<X>>, SumOf<DTypeOfLike<X>>>;
  }
}

/**
 * The product of vectors and matrices, as NumPy's `dot`: of two 1-d arrays their inner product; else the sum over the
 * last axis of a and the second to last (or only) axis of b. A 0-d array multiplies. Dtypes promote.
 *
 * @throws ShapeError `shapes (2,3) and (2,2) not aligned: 3 (dim 1) != 2 (dim 0)` where the two axes differ in size
 * @example
 * ```ts
 * String(dot([[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4], [5, 6]])); // [[22. 28.]
 *                                                                //  [49. 64.]]
 * String(dot([1, 2], [[1, 3, 5], [2, 4, 6]])); // [ 5. 11. 17.]
 * zeros([2, 3]).dot(zeros([2, 2])); // ShapeError: shapes (2,3) and (2,2) not aligned: 3 (dim 1) != 2 (dim 0)
 * ```
 */
export function dot<const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Check<DotOf<A, B>, B>,
): Tensor<Ok<DotOf<A, B>>, PromoteLikes<A, B>> {
  return wrap(ops.dot(nodeOf(a), nodeOf(b as TensorLike)));
}

/**
 * The product of matrices in the last two axes, as Python's `@`: the axes before them broadcast. A 1-d array counts
 * as a row on the left and as a column on the right, and that axis is gone from the result. Dtypes promote.
 *
 * @throws ShapeError where the inner sizes differ, the axes before them do not broadcast, or an array is 0-d
 * @example
 * ```ts
 * matmul(zeros([8, 2, 3]), zeros([3, 4])).shape; // [8, 2, 4]
 * String(matmul([[1, 2], [3, 4]], [1, 1])); // [3. 7.]
 * ```
 */
export function matmul<const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Check<MatmulOf<A, B>, B>,
): Tensor<Ok<MatmulOf<A, B>>, PromoteLikes<A, B>> {
  return wrap(ops.matmul(nodeOf(a), nodeOf(b as TensorLike)));
}

/**
 * Every product of an element of a with one of b, both flattened: shape (size of a, size of b). Dtypes promote.
 *
 * @example
 * ```ts
 * String(outer([1, 2], [1, 10, 100])); // [[  1.  10. 100.]
 *                                      //  [  2.  20. 200.]]
 * ```
 */
export function outer<const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: B,
): Tensor<Outer<ShapeOfLike<A>, ShapeOfLike<B>>, PromoteLikes<A, B>> {
  return wrap(ops.outer(nodeOf(a), nodeOf(b)));
}

// Through `infer`, so that the shapes stay one tuple for the rule to take apart.
type EinsumOf<Spec extends string, T extends readonly TensorLike[]> = number extends T["length"]
  ? Shape
  : ShapesOf<T> extends infer Shapes extends readonly Shape[]
    ? Einsum<Spec, Shapes>
    : Shape;

/**
 * Einstein summation: `"ij,jk->ik"` names the axes of each operand by letters; a letter that the output leaves out is
 * summed over, and without `->` the output has the letters that occur once, in alphabetical order. `...` stands for
 * axes that broadcast. Dtypes promote.
 *
 * @throws ShapeError where one letter names two sizes
 * @throws ValueError where the subscripts cannot be read or do not go with the operands
 * @example
 * ```ts
 * String(einsum("ij,jk->ik", [[1, 2]], [[3], [4]])); // [[11.]]
 * String(einsum("ii", [[1, 2], [3, 4]])); // 5.0
 * einsum("bij,bjk->bik", zeros([8, 2, 3]), zeros([8, 3, 4])).shape; // [8, 2, 4]
 * ```
 */
export function einsum<const Spec extends string, const T extends readonly TensorLike[]>(
  spec: Check<EinsumOf<Spec, T>, Spec>,
  ...operands: T
): Tensor<Ok<EinsumOf<Spec, T>>, PromoteAll<T>> {
  return wrap(ops.einsum(spec as string, operands.map(nodeOf)));
}

/**
 * A copy with 0 above the k-th diagonal of the last two axes. Shape and dtype stay.
 *
 * @throws ShapeError where there are not two axes
 * @example
 * ```ts
 * String(tril([[1, 2], [3, 4]])); // [[1. 0.]
 *                                 //  [3. 4.]]
 * ```
 */
export function tril<const X extends TensorLike>(x: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return wrap(ops.tril(nodeOf(x), k));
}

/**
 * A copy with 0 below the k-th diagonal of the last two axes. Shape and dtype stay.
 *
 * @throws ShapeError where there are not two axes
 * @example
 * ```ts
 * String(triu([[1, 2], [3, 4]], 1)); // [[0. 2.]
 *                                    //  [0. 0.]]
 * ```
 */
export function triu<const X extends TensorLike>(x: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return wrap(ops.triu(nodeOf(x), k));
}

/**
 * The elements x[..., i, i + offset] of the last two axes, as a last axis of their own.
 *
 * @throws ShapeError where there are not two axes
 * @example
 * ```ts
 * String(diagonal([[1, 2, 3], [4, 5, 6]])); // [1. 5.]
 * String(diagonal([[1, 2, 3], [4, 5, 6]], 1)); // [2. 6.]
 * ```
 */
export function diagonal<const X extends TensorLike, const K extends number = 0>(
  x: X,
  offset?: K,
): Tensor<DiagonalShape<ShapeOfLike<X>, K>, DTypeOfLike<X>> {
  return wrap(ops.diagonal(nodeOf(x), offset));
}

/**
 * The sum of a diagonal of the last two axes. Floats keep their dtype, others give int32.
 *
 * @throws ShapeError where there are not two axes
 * @example
 * ```ts
 * String(trace([[1, 2], [3, 4]])); // 5.0
 * ```
 */
export function trace<const X extends TensorLike>(
  x: X,
  offset?: number,
): Tensor<Front<ShapeOfLike<X>>, SumOf<DTypeOfLike<X>>> {
  return wrap(ops.trace(nodeOf(x), offset));
}

const plain = { dot, matmul, outer, tril, triu, diagonal, trace };

for (const [name, f] of Object.entries(plain)) {
  const apply = f as (x: Tensor, ...rest: never[]) => unknown;
  install({
    [name](this: Tensor, ...rest: never[]) {
      return apply(this, ...rest);
    },
  });
}
