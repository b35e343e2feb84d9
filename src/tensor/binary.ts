/** What the operations on two arrays share: the shape that they meet in, and one way to make function and method. */
import type * as ops from "../ops/index.js";
import type { Broadcast, Check, Ok } from "../shape/index.js";
import { lift, type PromoteLikes, type ShapeOfLike, type TensorLike } from "./like.js";
import { type Tensor, wrap } from "./tensor.js";

/**
 * The shape that two operands broadcast to, or the sentence that says why they do not. A bare number leaves the other
 * one's shape alone, which the compiler then knows even where that shape is a type parameter.
 */
export type Meet<A extends TensorLike, B extends TensorLike> = [B] extends [number | boolean]
  ? ShapeOfLike<A>
  : Broadcast<ShapeOfLike<A>, ShapeOfLike<B>>;

/** The same, any shape where the two do not fit. */
export type Met<A extends TensorLike, B extends TensorLike> = Ok<Meet<A, B>>;

/** The second operand's type where the shapes fit, else the sentence. */
export type Fitting<A extends TensorLike, B extends TensorLike> = [B] extends [number | boolean]
  ? B
  : Check<Meet<A, B>, B>;

export type SumFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Tensor<Met<A, B>, PromoteLikes<A, B>>;

/** A free function from an operation on nodes. */
export const pair =
  (op: (a: ops.Operand, b: ops.Operand) => ReturnType<typeof ops.add>) =>
  (a: TensorLike, b: unknown): never =>
    wrap(op(lift(a), lift(b as TensorLike))) as never;

/** The method from the function. */
export const methodOf = <R>(f: (a: Tensor, b: never) => R) =>
  function (this: Tensor, other: never): R {
    return f(this, other);
  };
