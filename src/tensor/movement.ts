/** Moving elements about: reversed, rolled, repeated and bordered, as functions and as methods. */
import type { DType } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type {
  AxisArgument,
  Check,
  NormalizeAxis,
  NormalizeAxisList,
  Ok,
  Pad,
  PadWidths,
  Repeat,
  Shape,
  Tile,
} from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

/** What pad takes beside the widths. */
export interface PadOptions {
  /** What stands in the border; 0 by default. */
  readonly value?: number;
}

// One axis or several, or the sentence for one that is not there.
type AxesOf<X, A> = Check<AxesRule<X, A>, A>;
type AxesRule<X, A> = A extends readonly number[]
  ? NormalizeAxisList<A, ShapeOfLike<X>["length"], "duplicate value in 'axis'">
  : A extends number
    ? NormalizeAxis<A, ShapeOfLike<X>["length"]>
    : null;

// A list of counts gives a size that is known at run time only.
type Repeated<X, N extends number | readonly number[], A extends number | null> = N extends number
  ? Repeat<ShapeOfLike<X>, N, A>
  : Repeat<ShapeOfLike<X>, number, A>;
type RepeatCheck<X, N extends number | readonly number[], A extends number | null> =
  Repeated<X, N, A> extends infer R ? Check<R, N> : N;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** Elements in reverse along axes. {@link flip} */
    flip<X extends Tensor, const A extends AxisArgument = null>(
      this: X,
      axis?: AxesOf<X, A>,
    ): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** Elements moved on, around the end. {@link roll} */
    roll<X extends Tensor, const A extends AxisArgument = null>(
      this: X,
      shift: number | readonly number[],
      axis?: AxesOf<X, A>,
    ): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** A border of one value. {@link pad} */
    pad<X extends Tensor, const W extends PadWidths>(
      this: X,
      widths: Check<Pad<ShapeOfLike<X>, W>, W>,
      options?: PadOptions,
    ): Tensor<Ok<Pad<ShapeOfLike<X>, W>>, DTypeOfLike<X>>;
    /** The whole array again and again. {@link tile} */
    tile<X extends Tensor, const N extends number | readonly number[]>(
      this: X,
      reps: Check<Tile<ShapeOfLike<X>, N>, N>,
    ): Tensor<Ok<Tile<ShapeOfLike<X>, N>>, DTypeOfLike<X>>;
    /** Each element so many times in a row. {@link repeat} */
    repeat<
      X extends Tensor,
      const N extends number | readonly number[],
      const A extends number | null = null,
    >(this: X, count: RepeatCheck<X, N, A>, axis?: A): Tensor<Ok<Repeated<X, N, A>>, DTypeOfLike<X>>;
  }
}

/**
 * The elements in reverse along one axis or several, along all unless given. Shape and dtype stay.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * String(flip([1, 2, 3])); // [3. 2. 1.]
 * String(flip([[1, 2], [3, 4]], 1)); // [[2. 1.]
 *                                    //  [4. 3.]]
 * ```
 */
export function flip<const X extends TensorLike, const A extends AxisArgument = null>(
  x: X,
  axis?: AxesOf<X, A>,
): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return wrap(ops.flip(nodeOf(x), axis as AxisArgument));
}

/**
 * The elements moved on by `shift` places along an axis; those that fall off come back at the front. Several shifts
 * go with as many axes; without an axis the array is rolled as one row.
 *
 * @throws AxisError where there is no such axis
 * @throws ValueError where a shift is not a whole number, or shifts and axes differ in number
 * @example
 * ```ts
 * String(roll([1, 2, 3, 4], 1)); // [4. 1. 2. 3.]
 * String(roll([[1, 2], [3, 4]], 1, 0)); // [[3. 4.]
 *                                       //  [1. 2.]]
 * ```
 */
export function roll<const X extends TensorLike, const A extends AxisArgument = null>(
  x: X,
  shift: number | readonly number[],
  axis?: AxesOf<X, A>,
): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return wrap(ops.roll(nodeOf(x), shift, axis as AxisArgument));
}

/**
 * A border of one value (0): one width for every side, `[before, after]` for every axis, or such a pair for each
 * axis.
 *
 * @throws ValueError where a width is negative or the widths do not go with the axes
 * @throws DTypeError where the value does not fit an integer dtype
 * @example
 * ```ts
 * String(pad([1, 2], [1, 2])); // [0. 1. 2. 0. 0.]
 * String(pad([[1]], 1, { value: 9 })); // [[9. 9. 9.]
 *                                      //  [9. 1. 9.]
 *                                      //  [9. 9. 9.]]
 * ```
 */
export function pad<const X extends TensorLike, const W extends PadWidths>(
  x: X,
  widths: Check<Pad<ShapeOfLike<X>, W>, W>,
  options?: PadOptions,
): Tensor<Ok<Pad<ShapeOfLike<X>, W>>, DTypeOfLike<X>> {
  return wrap(ops.pad(nodeOf(x), widths as W, options?.value));
}

/**
 * The whole array again, so many times along each axis. Shape and repetitions are aligned at their last axes.
 *
 * @throws ValueError where a number of repetitions is negative
 * @example
 * ```ts
 * String(tile([1, 2], 2)); // [1. 2. 1. 2.]
 * String(tile([1, 2], [2, 1])); // [[1. 2.]
 *                               //  [1. 2.]]
 * ```
 */
export function tile<const X extends TensorLike, const N extends number | readonly number[]>(
  x: X,
  reps: Check<Tile<ShapeOfLike<X>, N>, N>,
): Tensor<Ok<Tile<ShapeOfLike<X>, N>>, DTypeOfLike<X>> {
  return wrap(ops.tile(nodeOf(x), reps as N));
}

/**
 * Each element so many times in a row along an axis (a list: its own count for each); without an axis the array is
 * flattened first.
 *
 * @throws AxisError where there is no such axis
 * @throws ValueError where a count is negative, or counts and elements differ in number
 * @example
 * ```ts
 * String(repeat([1, 2], 2)); // [1. 1. 2. 2.]
 * String(repeat([[1, 2], [3, 4]], [1, 2], 0)); // [[1. 2.]
 *                                              //  [3. 4.]
 *                                              //  [3. 4.]]
 * ```
 */
export function repeat<
  const X extends TensorLike,
  const N extends number | readonly number[],
  const A extends number | null = null,
>(x: X, count: RepeatCheck<X, N, A>, axis?: A): Tensor<Ok<Repeated<X, N, A>>, DTypeOfLike<X>> {
  return wrap(ops.repeat(nodeOf(x), count as N, axis));
}

const plain = { flip, roll, pad, tile, repeat };

for (const [name, f] of Object.entries(plain)) {
  const apply = f as (x: Tensor, ...rest: never[]) => unknown;
  install({
    [name](this: Tensor, ...rest: never[]) {
      return apply(this, ...rest);
    },
  });
}
