/** Other shapes for the same elements: sizes, orders of axes, axes of size 1, as functions and as methods. */
import { ShapeError } from "../errors.js";
import type { DType } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type {
  AxisArgument,
  BroadcastTo,
  Check,
  CheckAll,
  Flatten,
  MoveAxis,
  Ok,
  Permute,
  Reshape,
  Shape,
  SizeOf,
  Squeeze,
  SwapAxes,
  Transpose,
  Unsqueeze,
} from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, Tensor, wrap } from "./tensor.js";

/** Sizes that were given one by one or as one list. */
type Sizes<To extends readonly unknown[]> = To extends readonly [infer List extends readonly number[]]
  ? List
  : To extends readonly number[]
    ? To
    : Shape;

// Through `infer`, so that the checker does not try to work out the rule for an unknown X.
type FlattenCheck<X, Start extends number, End extends number> =
  Flatten<ShapeOfLike<X>, Start, End> extends infer R ? Check<R, Start> : Start;
type Flattened<X, Start extends number, End extends number> =
  Flatten<ShapeOfLike<X>, Start, End> extends infer R extends Shape ? R : Shape;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** All elements along one axis. {@link ravel} */
    ravel<X extends Tensor>(this: X): Tensor<[SizeOf<ShapeOfLike<X>>], DTypeOfLike<X>>;
    /** The axes from start to end as one. {@link flatten} */
    flatten<X extends Tensor, const Start extends number = 0, const End extends number = -1>(
      this: X,
      start?: FlattenCheck<X, Start, End>,
      end?: End,
    ): Tensor<Flattened<X, Start, End>, DTypeOfLike<X>>;
    /** Axes in another order, in reverse unless given. {@link transpose} */
    transpose<X extends Tensor, const A extends readonly number[] | null = null>(
      this: X,
      axes?: Check<Transpose<ShapeOfLike<X>, A>, A>,
    ): Tensor<Ok<Transpose<ShapeOfLike<X>, A>>, DTypeOfLike<X>>;
    /** Axes in another order. {@link permute} */
    permute<X extends Tensor, const A extends readonly number[]>(
      this: X,
      axes: Check<Permute<ShapeOfLike<X>, A>, A>,
    ): Tensor<Ok<Permute<ShapeOfLike<X>, A>>, DTypeOfLike<X>>;
    /** Two axes exchanged. {@link swapaxes} */
    swapaxes<X extends Tensor, const A extends number, const B extends number>(
      this: X,
      a: Check<SwapAxes<ShapeOfLike<X>, A, B>, A>,
      b: B,
    ): Tensor<Ok<SwapAxes<ShapeOfLike<X>, A, B>>, DTypeOfLike<X>>;
    /** Axes moved to other places. {@link moveaxis} */
    moveaxis<
      X extends Tensor,
      const A extends number | readonly number[],
      const B extends number | readonly number[],
    >(
      this: X,
      from: Check<MoveAxis<ShapeOfLike<X>, A, B>, A>,
      to: B,
    ): Tensor<Ok<MoveAxis<ShapeOfLike<X>, A, B>>, DTypeOfLike<X>>;
    /** Without axes of size 1. {@link squeeze} */
    squeeze<X extends Tensor, const A extends AxisArgument = null>(
      this: X,
      axis?: Check<Squeeze<ShapeOfLike<X>, A>, A>,
    ): Tensor<Ok<Squeeze<ShapeOfLike<X>, A>>, DTypeOfLike<X>>;
    /** New axes of size 1. {@link unsqueeze} */
    unsqueeze<X extends Tensor, const A extends number | readonly number[]>(
      this: X,
      axis: Check<Unsqueeze<ShapeOfLike<X>, A>, A>,
    ): Tensor<Ok<Unsqueeze<ShapeOfLike<X>, A>>, DTypeOfLike<X>>;
    /** New axes of size 1. {@link expandDims} */
    expandDims<X extends Tensor, const A extends number | readonly number[]>(
      this: X,
      axis: Check<Unsqueeze<ShapeOfLike<X>, A>, A>,
    ): Tensor<Ok<Unsqueeze<ShapeOfLike<X>, A>>, DTypeOfLike<X>>;
    /** Stretched to a shape. {@link broadcastTo} */
    broadcastTo<X extends Tensor, const To extends readonly number[]>(
      this: X,
      shape: Check<BroadcastTo<ShapeOfLike<X>, To>, To>,
    ): Tensor<Ok<BroadcastTo<ShapeOfLike<X>, To>>, DTypeOfLike<X>>;
    /** Stretched to a shape. {@link expand} */
    expand<X extends Tensor, const To extends readonly number[]>(
      this: X,
      shape: Check<BroadcastTo<ShapeOfLike<X>, To>, To>,
    ): Tensor<Ok<BroadcastTo<ShapeOfLike<X>, To>>, DTypeOfLike<X>>;
    /**
     * Other sizes, given one by one or as a list. {@link reshape}
     */
    reshape<X extends Tensor, const To extends readonly (number | readonly number[])[]>(
      this: X,
      ...shape: CheckAll<Reshape<ShapeOfLike<X>, Sizes<To>>, To>
    ): Tensor<Ok<Reshape<ShapeOfLike<X>, Sizes<To>>>, DTypeOfLike<X>>;
    /** The transpose: all axes in reverse. {@link transpose} */
    readonly T: Tensor<Ok<Transpose<S, null>>, D>;
  }
}

/**
 * The same elements in row-major order under other sizes; one size may be -1 and is worked out. The dtype stays.
 *
 * @throws ShapeError where the numbers of elements differ
 * @example
 * ```ts
 * String(reshape([1, 2, 3, 4, 5, 6], [2, 3])); // [[1. 2. 3.]
 *                                              //  [4. 5. 6.]]
 * arange(6).reshape(-1, 2).shape; // [3, 2]
 * ```
 */
export function reshape<const X extends TensorLike, const To extends readonly number[]>(
  x: X,
  shape: Check<Reshape<ShapeOfLike<X>, To>, To>,
): Tensor<Ok<Reshape<ShapeOfLike<X>, To>>, DTypeOfLike<X>> {
  return wrap(ops.reshape(nodeOf(x), shape as To));
}

/**
 * All elements along one axis, in row-major order.
 *
 * @example
 * ```ts
 * String(ravel([[1, 2], [3, 4]])); // [1. 2. 3. 4.]
 * ```
 */
export function ravel<const X extends TensorLike>(x: X): Tensor<[SizeOf<ShapeOfLike<X>>], DTypeOfLike<X>> {
  return wrap(ops.ravel(nodeOf(x)));
}

/**
 * The axes from `start` (0) to `end` (the last), both included, as one axis of the product of their sizes, as
 * `torch.flatten`.
 *
 * @throws AxisError where there is no such axis
 * @throws ShapeError where start comes after end
 * @example
 * ```ts
 * flatten(zeros([8, 16, 13, 13]), 1).shape; // [8, 2704]
 * ```
 */
export function flatten<
  const X extends TensorLike,
  const Start extends number = 0,
  const End extends number = -1,
>(x: X, start?: FlattenCheck<X, Start, End>, end?: End): Tensor<Flattened<X, Start, End>, DTypeOfLike<X>> {
  return wrap(ops.flatten(nodeOf(x), start as number | undefined, end));
}

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of x. Without axes they are reversed.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @throws ShapeError where there are not as many axes as x has
 * @example
 * ```ts
 * String(transpose([[1, 2, 3], [4, 5, 6]])); // [[1. 4.]
 *                                            //  [2. 5.]
 *                                            //  [3. 6.]]
 * zeros([2, 3, 4]).transpose([1, 2, 0]).shape; // [3, 4, 2]
 * ```
 */
export function transpose<const X extends TensorLike, const A extends readonly number[] | null = null>(
  x: X,
  axes?: Check<Transpose<ShapeOfLike<X>, A>, A>,
): Tensor<Ok<Transpose<ShapeOfLike<X>, A>>, DTypeOfLike<X>> {
  return wrap(ops.transpose(nodeOf(x), axes as A | undefined));
}

/**
 * The axes in another order, as {@link transpose} with axes: PyTorch's name.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @throws ShapeError where there are not as many axes as x has
 * @example
 * ```ts
 * permute(zeros([2, 3, 4]), [2, 0, 1]).shape; // [4, 2, 3]
 * ```
 */
export function permute<const X extends TensorLike, const A extends readonly number[]>(
  x: X,
  axes: Check<Permute<ShapeOfLike<X>, A>, A>,
): Tensor<Ok<Permute<ShapeOfLike<X>, A>>, DTypeOfLike<X>> {
  return wrap(ops.transpose(nodeOf(x), axes as A));
}

/**
 * Two axes exchanged.
 *
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * swapaxes(zeros([2, 3, 4]), 0, 2).shape; // [4, 3, 2]
 * ```
 */
export function swapaxes<const X extends TensorLike, const A extends number, const B extends number>(
  x: X,
  a: Check<SwapAxes<ShapeOfLike<X>, A, B>, A>,
  b: B,
): Tensor<Ok<SwapAxes<ShapeOfLike<X>, A, B>>, DTypeOfLike<X>> {
  return wrap(ops.swapaxes(nodeOf(x), a as A, b));
}

/**
 * One axis or several moved to other places; the others keep their order.
 *
 * @throws AxisError where there is no such axis or one is named twice
 * @example
 * ```ts
 * moveaxis(zeros([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 * ```
 */
export function moveaxis<
  const X extends TensorLike,
  const A extends number | readonly number[],
  const B extends number | readonly number[],
>(
  x: X,
  from: Check<MoveAxis<ShapeOfLike<X>, A, B>, A>,
  to: B,
): Tensor<Ok<MoveAxis<ShapeOfLike<X>, A, B>>, DTypeOfLike<X>> {
  return wrap(ops.moveaxis(nodeOf(x), from as A, to));
}

/**
 * Without axes of size 1: all of them, or those given.
 *
 * @throws AxisError where there is no such axis
 * @throws ShapeError where a given axis has another size
 * @example
 * ```ts
 * squeeze(zeros([1, 3, 1])).shape; // [3]
 * zeros([1, 3, 1]).squeeze(0).shape; // [3, 1]
 * ```
 */
export function squeeze<const X extends TensorLike, const A extends AxisArgument = null>(
  x: X,
  axis?: Check<Squeeze<ShapeOfLike<X>, A>, A>,
): Tensor<Ok<Squeeze<ShapeOfLike<X>, A>>, DTypeOfLike<X>> {
  return wrap(ops.squeeze(nodeOf(x), axis as AxisArgument));
}

/**
 * New axes of size 1 at places counted in the result.
 *
 * @throws AxisError where the result has no such axis
 * @example
 * ```ts
 * unsqueeze([1, 2, 3], 0).shape; // [1, 3]
 * array([1, 2, 3]).unsqueeze(-1).shape; // [3, 1]
 * ```
 */
export function unsqueeze<const X extends TensorLike, const A extends number | readonly number[]>(
  x: X,
  axis: Check<Unsqueeze<ShapeOfLike<X>, A>, A>,
): Tensor<Ok<Unsqueeze<ShapeOfLike<X>, A>>, DTypeOfLike<X>> {
  return wrap(ops.unsqueeze(nodeOf(x), axis as A));
}

/**
 * NumPy's name for {@link unsqueeze}.
 *
 * @example
 * ```ts
 * expandDims([1, 2, 3], 1).shape; // [3, 1]
 * ```
 */
export const expandDims: typeof unsqueeze = unsqueeze;

/**
 * Stretched to a shape: axes of size 1 repeat, missing axes are added in front. Nothing is copied until it must be.
 *
 * @throws ShapeError where x does not broadcast to it
 * @example
 * ```ts
 * String(broadcastTo([1, 2], [2, 2])); // [[1. 2.]
 *                                      //  [1. 2.]]
 * ```
 */
export function broadcastTo<const X extends TensorLike, const To extends readonly number[]>(
  x: X,
  shape: Check<BroadcastTo<ShapeOfLike<X>, To>, To>,
): Tensor<Ok<BroadcastTo<ShapeOfLike<X>, To>>, DTypeOfLike<X>> {
  return wrap(ops.broadcastTo(nodeOf(x), shape as To));
}

/**
 * PyTorch's name for {@link broadcastTo}.
 *
 * @example
 * ```ts
 * expand([[1], [2]], [2, 3]).shape; // [2, 3]
 * ```
 */
export const expand: typeof broadcastTo = broadcastTo;

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
