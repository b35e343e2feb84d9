/**
 * Operations on two arrays element by element: arithmetic, comparison, logic and choice. Each is a free function and a
 * method; arrays broadcast and promote as NumPy's do, and shapes that do not fit are an error in the editor and at the
 * call, in the same words.
 */
import type { DType, QuotientOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Broadcast, Check, Ok, Shape } from "../shape/index.js";
import {
  type DTypeOfLike,
  lift,
  nodeOf,
  type PromoteLikes,
  type ShapeOfLike,
  type TensorLike,
} from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

/** The shape that two operands broadcast to, or the sentence that says why they do not. */
export type Meet<A extends TensorLike, B extends TensorLike> = Broadcast<ShapeOfLike<A>, ShapeOfLike<B>>;

/** The second operand's type where the shapes fit, else the sentence. */
export type Fitting<A extends TensorLike, B extends TensorLike> = Check<Meet<A, B>, B>;

/** bool counts as int32 in mod, floorDivide and pow. */
type Counted<D extends DType> = D extends "bool" ? "int32" : D;

type Sum<A extends TensorLike, B extends TensorLike> = Tensor<Ok<Meet<A, B>>, PromoteLikes<A, B>>;
type Quotient<A extends TensorLike, B extends TensorLike> = Tensor<
  Ok<Meet<A, B>>,
  QuotientOf<PromoteLikes<A, B>>
>;
type Count<A extends TensorLike, B extends TensorLike> = Tensor<Ok<Meet<A, B>>, Counted<PromoteLikes<A, B>>>;
type Truth<A extends TensorLike, B extends TensorLike> = Tensor<Ok<Meet<A, B>>, "bool">;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** {@link add} */
    add<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Sum<X, T>;
    /** {@link sub} */
    sub<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Sum<X, T>;
    /** {@link mul} */
    mul<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Sum<X, T>;
    /** {@link div} */
    div<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Quotient<X, T>;
    /** {@link floorDivide} */
    floorDivide<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Count<X, T>;
    /** {@link mod} */
    mod<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Count<X, T>;
    /** {@link pow} */
    pow<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Count<X, T>;
    /** {@link maximum} */
    maximum<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Sum<X, T>;
    /** {@link minimum} */
    minimum<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Sum<X, T>;
    /** {@link eq} */
    eq<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link ne} */
    ne<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link lt} */
    lt<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link le} */
    le<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link gt} */
    gt<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link ge} */
    ge<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link logicalAnd} */
    logicalAnd<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link logicalOr} */
    logicalOr<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link logicalXor} */
    logicalXor<X extends Tensor, const T extends TensorLike>(this: X, other: Fitting<X, T>): Truth<X, T>;
    /** {@link clip} */
    clip<X extends Tensor>(
      this: X,
      low?: TensorLike | null,
      high?: TensorLike | null,
    ): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
  }
}

const pair =
  (op: (a: ops.Operand, b: ops.Operand) => ReturnType<typeof ops.add>) =>
  (a: TensorLike, b: unknown): never =>
    wrap(op(lift(a), lift(b as TensorLike))) as never;

type SumFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Sum<A, B>;
type QuotientFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Quotient<A, B>;
type CountFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Count<A, B>;
type TruthFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Truth<A, B>;

export const add: SumFunction = pair(ops.add);
export const sub: SumFunction = pair(ops.sub);
export const mul: SumFunction = pair(ops.mul);
export const div: QuotientFunction = pair(ops.div);
export const floorDivide: CountFunction = pair(ops.floorDivide);
export const mod: CountFunction = pair(ops.mod);
export const pow: CountFunction = pair(ops.pow);
export const atan2: QuotientFunction = pair(ops.atan2);
export const maximum: SumFunction = pair(ops.maximum);
export const minimum: SumFunction = pair(ops.minimum);
export const eq: TruthFunction = pair(ops.eq);
export const ne: TruthFunction = pair(ops.ne);
export const lt: TruthFunction = pair(ops.lt);
export const le: TruthFunction = pair(ops.le);
export const gt: TruthFunction = pair(ops.gt);
export const ge: TruthFunction = pair(ops.ge);
export const logicalAnd: TruthFunction = pair(ops.logicalAnd);
export const logicalOr: TruthFunction = pair(ops.logicalOr);
export const logicalXor: TruthFunction = pair(ops.logicalXor);

export function clip<const X extends TensorLike>(
  x: X,
  low?: TensorLike | null,
  high?: TensorLike | null,
): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  const bound = (b: TensorLike | null | undefined): ops.Operand | null =>
    b === null || b === undefined ? null : lift(b);
  return wrap(ops.clip(nodeOf(x), bound(low), bound(high)));
}

type Choice<C extends TensorLike, A extends TensorLike, B extends TensorLike> =
  Meet<A, B> extends infer R extends Shape ? Broadcast<ShapeOfLike<C>, R> : Meet<A, B>;

export function where<const C extends TensorLike, const A extends TensorLike, const B extends TensorLike>(
  condition: C,
  a: A,
  b: Check<Choice<C, A, B>, B>,
): Tensor<Ok<Choice<C, A, B>>, PromoteLikes<A, B>> {
  return wrap(ops.where(lift(condition), lift(a), lift(b as TensorLike)));
}

const method = <R>(f: (a: Tensor, b: never) => R) =>
  function (this: Tensor, other: never): R {
    return f(this, other);
  };

install({
  add: method(add),
  sub: method(sub),
  mul: method(mul),
  div: method(div),
  floorDivide: method(floorDivide),
  mod: method(mod),
  pow: method(pow),
  maximum: method(maximum),
  minimum: method(minimum),
  eq: method(eq),
  ne: method(ne),
  lt: method(lt),
  le: method(le),
  gt: method(gt),
  ge: method(ge),
  logicalAnd: method(logicalAnd),
  logicalOr: method(logicalOr),
  logicalXor: method(logicalXor),
  clip(this: Tensor, low?: TensorLike | null, high?: TensorLike | null) {
    return clip(this, low, high);
  },
});
