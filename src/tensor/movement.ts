/** Moving elements about: shapes, orders, joins, borders and repeats, as functions and as methods. */

import { ShapeError } from "../errors.js";
import type { DType, Promote } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type {
  AxisArgument,
  BroadcastTo,
  Check,
  Concatenate,
  Flatten,
  MoveAxis,
  Ok,
  Pad,
  PadWidths,
  Permute,
  Ravel,
  Repeat,
  Reshape,
  Shape,
  Split,
  Squeeze,
  Stack,
  SwapAxes,
  Tile,
  Transpose,
  Unsqueeze,
} from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, Tensor, wrap } from "./tensor.js";

type AxisList = AxisArgument;
type Sh<X> = ShapeOfLike<X>;
type Dt<X> = DTypeOfLike<X>;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** {@link reshape}; the sizes may be given one by one or as a list. */
    reshape<X extends Tensor, const To extends readonly number[]>(
      this: X,
      shape: Check<Reshape<Sh<X>, To>, To>,
    ): Tensor<Ok<Reshape<Sh<X>, To>>, Dt<X>>;
    reshape<X extends Tensor, const To extends readonly number[]>(
      this: X,
      ...shape: Check<Reshape<Sh<X>, To>, To> extends To ? To : [Check<Reshape<Sh<X>, To>, To>]
    ): Tensor<Ok<Reshape<Sh<X>, To>>, Dt<X>>;
    ravel<X extends Tensor>(this: X): Tensor<Ok<Ravel<Sh<X>>>, Dt<X>>;
    flatten<X extends Tensor, const Start extends number = 0, const End extends number = -1>(
      this: X,
      start?: FlattenCheck<X, Start, End>,
      end?: End,
    ): Tensor<Flattened<X, Start, End>, Dt<X>>;
    transpose<X extends Tensor, const A extends readonly number[] | null = null>(
      this: X,
      axes?: Check<Transpose<Sh<X>, A>, A>,
    ): Tensor<Ok<Transpose<Sh<X>, A>>, Dt<X>>;
    permute<X extends Tensor, const A extends readonly number[]>(
      this: X,
      axes: Check<Permute<Sh<X>, A>, A>,
    ): Tensor<Ok<Permute<Sh<X>, A>>, Dt<X>>;
    swapaxes<X extends Tensor, const A extends number, const B extends number>(
      this: X,
      a: Check<SwapAxes<Sh<X>, A, B>, A>,
      b: B,
    ): Tensor<Ok<SwapAxes<Sh<X>, A, B>>, Dt<X>>;
    moveaxis<
      X extends Tensor,
      const A extends number | readonly number[],
      const B extends number | readonly number[],
    >(this: X, from: Check<MoveAxis<Sh<X>, A, B>, A>, to: B): Tensor<Ok<MoveAxis<Sh<X>, A, B>>, Dt<X>>;
    squeeze<X extends Tensor, const A extends AxisList = null>(
      this: X,
      axis?: Check<Squeeze<Sh<X>, A>, A>,
    ): Tensor<Ok<Squeeze<Sh<X>, A>>, Dt<X>>;
    unsqueeze<X extends Tensor, const A extends number | readonly number[]>(
      this: X,
      axis: Check<Unsqueeze<Sh<X>, A>, A>,
    ): Tensor<Ok<Unsqueeze<Sh<X>, A>>, Dt<X>>;
    /** {@link expandDims} */
    expandDims<X extends Tensor, const A extends number | readonly number[]>(
      this: X,
      axis: Check<Unsqueeze<Sh<X>, A>, A>,
    ): Tensor<Ok<Unsqueeze<Sh<X>, A>>, Dt<X>>;
    broadcastTo<X extends Tensor, const To extends readonly number[]>(
      this: X,
      shape: Check<BroadcastTo<Sh<X>, To>, To>,
    ): Tensor<Ok<BroadcastTo<Sh<X>, To>>, Dt<X>>;
    /** {@link expand} */
    expand<X extends Tensor, const To extends readonly number[]>(
      this: X,
      shape: Check<BroadcastTo<Sh<X>, To>, To>,
    ): Tensor<Ok<BroadcastTo<Sh<X>, To>>, Dt<X>>;
    flip<X extends Tensor>(this: X, axis?: AxisList): Tensor<Sh<X>, Dt<X>>;
    roll<X extends Tensor>(this: X, shift: number | readonly number[], axis?: AxisList): Tensor<Sh<X>, Dt<X>>;
    pad<X extends Tensor, const W extends PadWidths>(
      this: X,
      widths: Check<Pad<Sh<X>, W>, W>,
      options?: PadOptions,
    ): Tensor<Ok<Pad<Sh<X>, W>>, Dt<X>>;
    tile<X extends Tensor, const R extends number | readonly number[]>(
      this: X,
      reps: Check<Tile<Sh<X>, R>, R>,
    ): Tensor<Ok<Tile<Sh<X>, R>>, Dt<X>>;
    repeat<
      X extends Tensor,
      const N extends number | readonly number[],
      const A extends number | null = null,
    >(
      this: X,
      count: Repeated<X, N, A> extends infer R ? Check<R, N> : N,
      axis?: A,
    ): Tensor<Ok<Repeated<X, N, A>>, Dt<X>>;
    split<X extends Tensor, const P extends number | readonly number[], const A extends number = 0>(
      this: X,
      parts: Check<Pieces<X, P, A>, P>,
      axis?: A,
    ): SplitResult<Pieces<X, P, A>, Dt<X>>;
    /** The transpose: all axes in reverse. */
    readonly T: Tensor<Ok<Transpose<S, null>>, D>;
  }
}

// Through `infer`, so that the checker does not try to work out the rule for an unknown X.
type FlattenCheck<X, Start extends number, End extends number> =
  Flatten<Sh<X>, Start, End> extends infer R ? Check<R, Start> : Start;
type Flattened<X, Start extends number, End extends number> =
  Flatten<Sh<X>, Start, End> extends infer R extends Shape ? R : Shape;

type Repeated<X, N extends number | readonly number[], A extends number | null> = N extends number
  ? Repeat<Sh<X>, N, A>
  : Shape;
type Pieces<X, P extends number | readonly number[], A extends number> = Split<Sh<X>, P, A>;
type SplitResult<R, D extends DType> = R extends readonly Shape[]
  ? { -readonly [K in keyof R]: Tensor<R[K] extends Shape ? R[K] : Shape, D> }
  : Tensor<Shape, D>[];

export interface PadOptions {
  /** What stands in the border; 0 by default. */
  readonly value?: number;
}

export function reshape<const X extends TensorLike, const To extends readonly number[]>(
  x: X,
  shape: Check<Reshape<Sh<X>, To>, To>,
): Tensor<Ok<Reshape<Sh<X>, To>>, Dt<X>> {
  return wrap(ops.reshape(nodeOf(x), shape as To));
}

export function ravel<const X extends TensorLike>(x: X): Tensor<Ok<Ravel<Sh<X>>>, Dt<X>> {
  return wrap(ops.ravel(nodeOf(x)));
}

export function flatten<
  const X extends TensorLike,
  const Start extends number = 0,
  const End extends number = -1,
>(x: X, start?: FlattenCheck<X, Start, End>, end?: End): Tensor<Flattened<X, Start, End>, Dt<X>> {
  return wrap(ops.flatten(nodeOf(x), start as number | undefined, end));
}

export function transpose<const X extends TensorLike, const A extends readonly number[] | null = null>(
  x: X,
  axes?: Check<Transpose<Sh<X>, A>, A>,
): Tensor<Ok<Transpose<Sh<X>, A>>, Dt<X>> {
  return wrap(ops.transpose(nodeOf(x), axes as A | undefined));
}

export function permute<const X extends TensorLike, const A extends readonly number[]>(
  x: X,
  axes: Check<Permute<Sh<X>, A>, A>,
): Tensor<Ok<Permute<Sh<X>, A>>, Dt<X>> {
  return wrap(ops.transpose(nodeOf(x), axes as A));
}

export function swapaxes<const X extends TensorLike, const A extends number, const B extends number>(
  x: X,
  a: Check<SwapAxes<Sh<X>, A, B>, A>,
  b: B,
): Tensor<Ok<SwapAxes<Sh<X>, A, B>>, Dt<X>> {
  return wrap(ops.swapaxes(nodeOf(x), a as A, b));
}

export function moveaxis<
  const X extends TensorLike,
  const A extends number | readonly number[],
  const B extends number | readonly number[],
>(x: X, from: Check<MoveAxis<Sh<X>, A, B>, A>, to: B): Tensor<Ok<MoveAxis<Sh<X>, A, B>>, Dt<X>> {
  return wrap(ops.moveaxis(nodeOf(x), from as A, to));
}

export function squeeze<const X extends TensorLike, const A extends AxisList = null>(
  x: X,
  axis?: Check<Squeeze<Sh<X>, A>, A>,
): Tensor<Ok<Squeeze<Sh<X>, A>>, Dt<X>> {
  return wrap(ops.squeeze(nodeOf(x), axis as AxisList));
}

export function unsqueeze<const X extends TensorLike, const A extends number | readonly number[]>(
  x: X,
  axis: Check<Unsqueeze<Sh<X>, A>, A>,
): Tensor<Ok<Unsqueeze<Sh<X>, A>>, Dt<X>> {
  return wrap(ops.unsqueeze(nodeOf(x), axis as A));
}

/** NumPy's name for {@link unsqueeze}. */
export const expandDims: typeof unsqueeze = unsqueeze;

export function broadcastTo<const X extends TensorLike, const To extends readonly number[]>(
  x: X,
  shape: Check<BroadcastTo<Sh<X>, To>, To>,
): Tensor<Ok<BroadcastTo<Sh<X>, To>>, Dt<X>> {
  return wrap(ops.broadcastTo(nodeOf(x), shape as To));
}

/** PyTorch's name for {@link broadcastTo}. */
export const expand: typeof broadcastTo = broadcastTo;

export function flip<const X extends TensorLike>(x: X, axis?: AxisList): Tensor<Sh<X>, Dt<X>> {
  return wrap(ops.flip(nodeOf(x), axis));
}

export function roll<const X extends TensorLike>(
  x: X,
  shift: number | readonly number[],
  axis?: AxisList,
): Tensor<Sh<X>, Dt<X>> {
  return wrap(ops.roll(nodeOf(x), shift, axis));
}

export function pad<const X extends TensorLike, const W extends PadWidths>(
  x: X,
  widths: Check<Pad<Sh<X>, W>, W>,
  options: PadOptions = {},
): Tensor<Ok<Pad<Sh<X>, W>>, Dt<X>> {
  return wrap(ops.pad(nodeOf(x), widths as W, options.value));
}

export function tile<const X extends TensorLike, const R extends number | readonly number[]>(
  x: X,
  reps: Check<Tile<Sh<X>, R>, R>,
): Tensor<Ok<Tile<Sh<X>, R>>, Dt<X>> {
  return wrap(ops.tile(nodeOf(x), reps as R));
}

export function repeat<
  const X extends TensorLike,
  const N extends number | readonly number[],
  const A extends number | null = null,
>(
  x: X,
  count: Repeated<X, N, A> extends infer R ? Check<R, N> : N,
  axis?: A,
): Tensor<Ok<Repeated<X, N, A>>, Dt<X>> {
  return wrap(ops.repeat(nodeOf(x), count as N, axis));
}

type ShapesOf<P extends readonly TensorLike[]> = { -readonly [K in keyof P]: ShapeOfLike<P[K]> };
type Joined<P extends readonly TensorLike[], A extends number | null> = A extends number
  ? number extends P["length"]
    ? Shape
    : Concatenate<ShapesOf<P> & readonly Shape[], A>
  : [number];
type Stacked<P extends readonly TensorLike[], A extends number> = number extends P["length"]
  ? Shape
  : Stack<ShapesOf<P> & readonly Shape[], A>;

/** The dtype that all parts promote to. */
type PromoteAll<P extends readonly TensorLike[], D extends DType = "bool"> = P extends readonly [
  infer First,
  ...infer Rest extends readonly TensorLike[],
]
  ? PromoteAll<Rest, Promote<D, DTypeOfLike<First>>>
  : P extends readonly []
    ? D
    : DTypeOfLike<P[number]>;

export function concatenate<const P extends readonly TensorLike[], const A extends number | null = 0>(
  parts: Check<Joined<P, A>, P>,
  axis?: A,
): Tensor<Ok<Joined<P, A>>, PromoteAll<P>> {
  return wrap(ops.concatenate((parts as P).map(nodeOf), axis));
}

export function stack<const P extends readonly TensorLike[], const A extends number = 0>(
  parts: Check<Stacked<P, A>, P>,
  axis?: A,
): Tensor<Ok<Stacked<P, A>>, PromoteAll<P>> {
  return wrap(ops.stack((parts as P).map(nodeOf), axis));
}

export function split<
  const X extends TensorLike,
  const P extends number | readonly number[],
  const A extends number = 0,
>(x: X, parts: Check<Pieces<X, P, A>, P>, axis?: A): SplitResult<Pieces<X, P, A>, Dt<X>> {
  const pieces: Tensor[] = ops.split(nodeOf(x), parts as P, axis).map((piece) => wrap(piece));
  return pieces as SplitResult<Pieces<X, P, A>, Dt<X>>;
}

const plain = {
  ravel,
  flatten,
  transpose,
  permute,
  swapaxes,
  moveaxis,
  squeeze,
  unsqueeze,
  expandDims,
  broadcastTo,
  expand,
  flip,
  roll,
  pad,
  tile,
  repeat,
  split,
};

for (const [name, f] of Object.entries(plain)) {
  const apply = f as (x: Tensor, ...rest: never[]) => unknown;
  install({
    [name](this: Tensor, ...rest: never[]) {
      return apply(this, ...rest);
    },
  });
}

install({
  reshape(this: Tensor, ...sizes: (number | readonly number[])[]) {
    const [first] = sizes;
    if (Array.isArray(first) && sizes.length > 1)
      throw new ShapeError("reshape: give one list of sizes, or the sizes");
    return wrap(ops.reshape(this.node, (Array.isArray(first) ? first : sizes) as number[]));
  },
});

Object.defineProperty(Tensor.prototype, "T", {
  configurable: true,
  get(this: Tensor) {
    return transpose(this);
  },
});
