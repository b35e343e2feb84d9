/** Products of arrays: dot, matmul, outer, einsum, and what is taken from matrices, as functions and as methods. */
import type { DType } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Check, Dot, Einsum, Matmul, Ok, Outer, Shape } from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type PromoteLikes, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

type DotOf<A, B> = Dot<ShapeOfLike<A>, ShapeOfLike<B>>;
type MatmulOf<A, B> = Matmul<ShapeOfLike<A>, ShapeOfLike<B>>;
type Product<R, A, B> = Tensor<Ok<R>, PromoteLikes<A, B>>;
type Diagonal<X> = Tensor<Shape, DTypeOfLike<X>>;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** {@link dot} */
    dot<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Check<DotOf<X, T>, T>,
    ): Product<DotOf<X, T>, X, T>;
    /** {@link matmul} */
    matmul<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Check<MatmulOf<X, T>, T>,
    ): Product<MatmulOf<X, T>, X, T>;
    /** {@link outer} */
    outer<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: T,
    ): Tensor<Outer<ShapeOfLike<X>, ShapeOfLike<T>>, PromoteLikes<X, T>>;
    /** {@link tril} */
    tril<X extends Tensor>(this: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** {@link triu} */
    triu<X extends Tensor>(this: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** {@link diagonal} */
    diagonal<X extends Tensor>(this: X, offset?: number): Diagonal<X>;
    /** {@link trace} */
    trace<X extends Tensor>(this: X, offset?: number): Diagonal<X>;
  }
}

export function dot<const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Check<DotOf<A, B>, B>,
): Product<DotOf<A, B>, A, B> {
  return wrap(ops.dot(nodeOf(a), nodeOf(b as TensorLike)));
}

export function matmul<const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Check<MatmulOf<A, B>, B>,
): Product<MatmulOf<A, B>, A, B> {
  return wrap(ops.matmul(nodeOf(a), nodeOf(b as TensorLike)));
}

export function outer<const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: B,
): Tensor<Outer<ShapeOfLike<A>, ShapeOfLike<B>>, PromoteLikes<A, B>> {
  return wrap(ops.outer(nodeOf(a), nodeOf(b)));
}

type Shapes<T extends readonly TensorLike[]> = { -readonly [K in keyof T]: ShapeOfLike<T[K]> };
type EinsumOf<Spec extends string, T extends readonly TensorLike[]> = number extends T["length"]
  ? Shape
  : Einsum<Spec, Shapes<T> & readonly Shape[]>;

export function einsum<const Spec extends string, const T extends readonly TensorLike[]>(
  spec: Check<EinsumOf<Spec, T>, Spec>,
  ...operands: T
): Tensor<Ok<EinsumOf<Spec, T>>, DType> {
  return wrap(ops.einsum(spec as string, operands.map(nodeOf)));
}

export function tril<const X extends TensorLike>(x: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return wrap(ops.tril(nodeOf(x), k));
}

export function triu<const X extends TensorLike>(x: X, k?: number): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return wrap(ops.triu(nodeOf(x), k));
}

export function diagonal<const X extends TensorLike>(x: X, offset?: number): Diagonal<X> {
  return wrap(ops.diagonal(nodeOf(x), offset));
}

export function trace<const X extends TensorLike>(x: X, offset?: number): Diagonal<X> {
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
