/** Comparison, logic and choice, element by element, as functions and as methods. */
import type { DType } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Broadcast, BroadcastAll, Check, Ok, Shape } from "../shape/index.js";
import { type Fitting, type Met, methodOf, pair } from "./binary.js";
import {
  type DTypeOfLike,
  lift,
  nodeOf,
  type PromoteLikes,
  type ShapeOfLike,
  type TensorLike,
} from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

type TruthFunction = <const A extends TensorLike, const B extends TensorLike>(
  a: A,
  b: Fitting<A, B>,
) => Tensor<Met<A, B>, "bool">;

/** A bound of clip; null and undefined leave it out. */
type BoundLike = TensorLike | null | undefined;
type Bounded<X, L> = [L] extends [TensorLike]
  ? L extends number | boolean
    ? ShapeOfLike<X>
    : Broadcast<ShapeOfLike<X>, ShapeOfLike<L>>
  : ShapeOfLike<X>;
type BoundedDType<X, L> = [L] extends [TensorLike] ? PromoteLikes<X, L> : DTypeOfLike<X>;

/** The shape of clip with both bounds, or the sentence. */
type Clip<X, L, H> =
  Bounded<X, L> extends infer R extends Shape
    ? [H] extends [TensorLike]
      ? H extends number | boolean
        ? R
        : Broadcast<R, ShapeOfLike<H>>
      : R
    : Bounded<X, L>;
type ClipDType<X, L, H> = Tensor<[], BoundedDType<X, L>> extends infer R ? BoundedDType<R, H> : never;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** a = b. {@link eq} */
    eq<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** a != b. {@link ne} */
    ne<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** a < b. {@link lt} */
    lt<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** a <= b. {@link le} */
    le<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** a > b. {@link gt} */
    gt<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** a >= b. {@link ge} */
    ge<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** Both. {@link logicalAnd} */
    logicalAnd<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** Either or both. {@link logicalOr} */
    logicalOr<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** Either but not both. {@link logicalXor} */
    logicalXor<X extends Tensor, const T extends TensorLike>(
      this: X,
      other: Fitting<X, T>,
    ): Tensor<Met<X, T>, "bool">;
    /** Kept between two bounds. {@link clip} */
    clip<X extends Tensor, const L extends BoundLike = null, const H extends BoundLike = null>(
      this: X,
      low?: Check<Bounded<X, L>, L>,
      high?: Check<Clip<X, L, H>, H>,
    ): Tensor<Ok<Clip<X, L, H>>, ClipDType<X, L, H>>;
  }
}

/**
 * Where two arrays are equal: a = b. NaN equals nothing. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(eq([1, 2, 3], [1, 0, 3])); // [ True False  True]
 * ```
 */
export const eq: TruthFunction = pair(ops.eq);

/**
 * Where two arrays differ: a != b. NaN differs from everything. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(ne([1, 2, 3], 2)); // [ True False  True]
 * ```
 */
export const ne: TruthFunction = pair(ops.ne);

/**
 * Where a < b; false where either is NaN. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(lt([1, 2, 3], 2)); // [ True False False]
 * ```
 */
export const lt: TruthFunction = pair(ops.lt);

/**
 * Where a <= b; false where either is NaN. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(le([1, 2, 3], 2)); // [ True  True False]
 * ```
 */
export const le: TruthFunction = pair(ops.le);

/**
 * Where a > b; false where either is NaN. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(gt([-1, 1, 2], 0)); // [False  True  True]
 * ```
 */
export const gt: TruthFunction = pair(ops.gt);

/**
 * Where a >= b; false where either is NaN. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(ge([1, 2, 3], 2)); // [False  True  True]
 * ```
 */
export const ge: TruthFunction = pair(ops.ge);

/**
 * Where both hold. Anything but 0 holds. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(logicalAnd([true, true, false], [true, false, false])); // [ True False False]
 * ```
 */
export const logicalAnd: TruthFunction = pair(ops.logicalAnd);

/**
 * Where one or both hold. Anything but 0 holds. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(logicalOr([true, true, false], [true, false, false])); // [ True  True False]
 * ```
 */
export const logicalOr: TruthFunction = pair(ops.logicalOr);

/**
 * Where one holds and the other does not. Anything but 0 holds. Shapes broadcast. The result is bool.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(logicalXor([true, true, false], [true, false, false])); // [False  True False]
 * ```
 */
export const logicalXor: TruthFunction = pair(ops.logicalXor);

/**
 * Elements kept between two bounds: min(max(x, low), high); a bound that is null or left out does nothing. Shapes
 * broadcast, dtypes promote. NaN stays. The derivative is 1 inside and at the bounds, else 0.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(clip([-2, 0.5, 7], 0, 1)); // [0.  0.5 1. ]
 * String(array([1, 2, 3]).clip(null, 2)); // [1. 2. 2.]
 * ```
 */
export function clip<
  const X extends TensorLike,
  const L extends BoundLike = null,
  const H extends BoundLike = null,
>(
  x: X,
  low?: Check<Bounded<X, L>, L>,
  high?: Check<Clip<X, L, H>, H>,
): Tensor<Ok<Clip<X, L, H>>, ClipDType<X, L, H>> {
  const bound = (b: unknown): ops.Operand | null =>
    b === null || b === undefined ? null : lift(b as TensorLike);
  return wrap(ops.clip(nodeOf(x), bound(low), bound(high)));
}

type Choice<C extends TensorLike, A extends TensorLike, B extends TensorLike> = BroadcastAll<
  [ShapeOfLike<C>, ShapeOfLike<A>, ShapeOfLike<B>]
>;

/**
 * Of each pair of elements a where the condition holds (is not 0), else b. All three broadcast; the dtype is what a
 * and b promote to. Derivatives flow into the side that was chosen.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example
 * ```ts
 * String(where([true, false, true], [1, 2, 3], 0)); // [1. 0. 3.]
 * const x = array([-2, 0, 3]);
 * String(where(x.gt(0), x, 0.1)); // [0.1 0.1 3. ]
 * ```
 */
export function where<const C extends TensorLike, const A extends TensorLike, const B extends TensorLike>(
  condition: C,
  a: A,
  b: Check<Choice<C, A, B>, B>,
): Tensor<Ok<Choice<C, A, B>>, PromoteLikes<A, B>> {
  return wrap(ops.where(lift(condition), lift(a), lift(b as TensorLike)));
}

install({
  eq: methodOf(eq),
  ne: methodOf(ne),
  lt: methodOf(lt),
  le: methodOf(le),
  gt: methodOf(gt),
  ge: methodOf(ge),
  logicalAnd: methodOf(logicalAnd),
  logicalOr: methodOf(logicalOr),
  logicalXor: methodOf(logicalXor),
  clip(this: Tensor, low?: never, high?: never) {
    return clip(this, low, high);
  },
});
