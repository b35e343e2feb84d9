/** Arrays made one along an axis, and one array cut in parts, as functions and as methods. */
import type { DType } from "../graph/index.js";
import * as ops from "../ops/index.js";
import {
  type Check,
  type Concatenate,
  mustBeList,
  type NormalizeAxis,
  type Ok,
  type SetDim,
  type Shape,
  type SliceCount,
  type Split,
  type Stack,
} from "../shape/index.js";
import {
  type DTypeOfLike,
  nodeOf,
  type PromoteAll,
  type ShapeOfLike,
  type ShapesOf,
  type TensorLike,
} from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** Cut in parts along an axis. {@link split} */
    split<X extends Tensor, const P extends number | readonly number[], const A extends number = 0>(
      this: X,
      parts: Check<Split<ShapeOfLike<X>, P, A>, P>,
      axis?: A,
    ): Parts<ShapeOfLike<X>, P, A, DTypeOfLike<X>>;
  }
}

type Joined<P extends readonly TensorLike[], A extends number | null> = A extends number
  ? ShapesOf<P> extends infer Shapes extends readonly Shape[]
    ? Concatenate<Shapes, A>
    : Shape
  : [number];
type Stacked<P extends readonly TensorLike[], A extends number> =
  ShapesOf<P> extends infer Shapes extends readonly Shape[] ? Stack<Shapes, A> : Shape;

// As many of T as `Count` says; a list of any length where it is not known or large.
type Times<T, Count extends number, Result extends T[] = []> = `${Count}` extends
  | `${infer _A}${infer _B}${infer _C}${infer _D}`
  | `-${string}`
  ? T[]
  : number extends Count
    ? T[]
    : Result["length"] extends Count
      ? Result
      : Times<T, Count, [...Result, T]>;

// Between the positions of a list, as slices between them.
type Between<
  S extends Shape,
  Cuts extends readonly number[],
  Axis,
  D extends DType,
  From extends number = 0,
> = Axis extends number
  ? Cuts extends readonly [infer To extends number, ...infer Rest extends readonly number[]]
    ? [Tensor<SetDim<S, Axis, SliceCount<S[Axis], From, To, undefined>>, D>, ...Between<S, Rest, Axis, D, To>]
    : [Tensor<SetDim<S, Axis, SliceCount<S[Axis], From, undefined, undefined>>, D>]
  : Tensor<Shape, D>[];

// The tensors that split gives.
type Parts<
  S extends Shape,
  P extends number | readonly number[],
  A extends number,
  D extends DType,
> = P extends number
  ? Times<Tensor<Ok<Split<S, P, A>>, D>, P>
  : P extends readonly number[]
    ? number extends P["length"] | S["length"] | A
      ? Tensor<Ok<Split<S, P, A>>, D>[]
      : Between<S, P, NormalizeAxis<A, S["length"]>, D>
    : Tensor<Shape, D>[];

/**
 * Arrays one after the other along an axis that they have (0); null flattens them first. Sizes add up along that axis
 * and are equal along all others; dtypes promote.
 *
 * @throws ValueError where the list is empty
 * @throws ShapeError where other sizes or numbers of axes differ
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(concatenate([[1, 2], [3]])); // [1. 2. 3.]
 * concatenate([zeros([2, 3]), ones([2, 1])], 1).shape; // [2, 4]
 * ```
 */
export function concatenate<const P extends readonly TensorLike[], const A extends number | null = 0>(
  parts: Check<Joined<P, A>, P>,
  axis?: A,
): Tensor<Ok<Joined<P, A>>, PromoteAll<P>> {
  mustBeList(parts, "concatenate: the arrays");
  return wrap(ops.concatenate((parts as P).map(nodeOf), axis));
}

/**
 * Arrays of one shape side by side along a new axis, at a place counted in the result (0). Dtypes promote.
 *
 * @throws ValueError where the list is empty
 * @throws ShapeError where the shapes differ
 * @throws AxisError where the result has no such axis
 * @example
 * ```ts
 * String(stack([[1, 2], [3, 4]])); // [[1. 2.]
 *                                  //  [3. 4.]]
 * String(stack([[1, 2], [3, 4]], 1)); // [[1. 3.]
 *                                     //  [2. 4.]]
 * ```
 */
export function stack<const P extends readonly TensorLike[], const A extends number = 0>(
  parts: Check<Stacked<P, A>, P>,
  axis?: A,
): Tensor<Ok<Stacked<P, A>>, PromoteAll<P>> {
  mustBeList(parts, "stack: the arrays");
  return wrap(ops.stack((parts as P).map(nodeOf), axis));
}

/**
 * An array cut along an axis (0) into so many equal parts, or before each of the positions in a list.
 *
 * @throws ShapeError where the axis does not divide into equal parts
 * @throws ValueError where the number of parts is not a whole number above 0
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * split([1, 2, 3, 4, 5, 6], 3).map(String); // ["[1. 2.]", "[3. 4.]", "[5. 6.]"]
 * split([1, 2, 3, 4, 5, 6], [1, 4]).map(String); // ["[1.]", "[2. 3. 4.]", "[5. 6.]"]
 * ```
 */
export function split<
  const X extends TensorLike,
  const P extends number | readonly number[],
  const A extends number = 0,
>(x: X, parts: Check<Split<ShapeOfLike<X>, P, A>, P>, axis?: A): Parts<ShapeOfLike<X>, P, A, DTypeOfLike<X>> {
  return ops.split(nodeOf(x), parts as P, axis).map((piece) => wrap(piece)) as never;
}

install({
  split(this: Tensor, parts: never, axis?: number) {
    return split(this, parts, axis);
  },
});
