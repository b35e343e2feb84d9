/** Indexing: reading with `at`, writing with `set`, and taking by position. */
import { GradientError, IndexError } from "../errors.js";
import { buffer, cast, type DType, isFloat, isVariable, type Node } from "../graph/index.js";
import * as ops from "../ops/index.js";
import {
  type At,
  type Check,
  type IndexItem,
  type IndexPlan,
  normalizeAxis,
  normalizeIndex,
  type Ok,
  planIndex,
  type Shape,
} from "../shape/index.js";
import { type DTypeOfLike, lift, nestedNode, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { compute, isRecording } from "./runtime.js";
import { install, Tensor, wrap } from "./tensor.js";

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /**
     * Elements by position, as NumPy's `x[...]`: integers (negative ones from the end), slices (`slice(1, 3)` or
     * `"1:3"`), `"..."`, `null` for a new axis, and arrays of integers or booleans.
     *
     * @example
     * ```ts
     * const x = arange(12).reshape(3, 4);
     * String(x.at(1)); // [4. 5. 6. 7.]
     * String(x.at(":", -1)); // [ 3.  7. 11.]
     * String(x.at("::-1", "1:3").shape); // 3,2
     * ```
     */
    at<X extends Tensor, const I extends readonly IndexItem[]>(
      this: X,
      ...items: Check<At<ShapeOfLike<X>, I>, I> extends I ? I : [Check<At<ShapeOfLike<X>, I>, I>]
    ): Tensor<Ok<At<ShapeOfLike<X>, I>>, DTypeOfLike<X>>;
    /** Writes at a position, in place, as NumPy's `x[...] = value`; see {@link Tensor.at} for the items. */
    set(items: readonly IndexItem[], value: TensorLike): this;
    take<X extends Tensor>(this: X, indices: TensorLike, axis?: number | null): Tensor<Shape, DTypeOfLike<X>>;
    takeAlongAxis<X extends Tensor, const I extends TensorLike>(
      this: X,
      indices: I,
      axis: number,
    ): Tensor<ShapeOfLike<I>, DTypeOfLike<X>>;
    nonzero(): Tensor<[number], "int32">[];
  }
}

/** Positions of what is not 0, one array an axis. The values must be read for it. */
function nonzeroNodes(x: Node): Node[] {
  compute([x]);
  const { data } = x.storage!;
  const places: number[] = [];
  data.forEach((value: number, i: number) => {
    if (value !== 0) places.push(i);
  });
  let block = data.length;
  return x.shape.map((size) => {
    const outer = block;
    block /= size;
    const along = Int32Array.from(places, (at) => Math.floor((at % outer) / block));
    return buffer(along, [places.length], "int32");
  });
}

/** An array of indices as int32; one whose values are known is checked now, any other when it is used. */
function integerIndex(item: Tensor | readonly unknown[], axis: number, size: number): Node {
  const given = item instanceof Tensor ? item.node : emptyOrNested(item);
  if (isFloat(given.dtype)) {
    throw new IndexError('arrays used as indices must be of integer (or boolean) type; use astype("int32")');
  }
  if (given.storage !== undefined)
    given.storage.data.forEach((i: number) => void normalizeIndex(i, axis, size));
  return cast(given, "int32");
}

const emptyOrNested = (list: readonly unknown[]): Node => nestedNode(list, "int32");

const isMask = (item: IndexItem): boolean =>
  item instanceof Tensor ? item.dtype === "bool" : Array.isArray(item) && hasBoolean(item);

const hasBoolean = (list: readonly unknown[]): boolean =>
  list.some((value) => typeof value === "boolean" || (Array.isArray(value) && hasBoolean(value)));

/** The plan of an index, and its index arrays. */
function prepare(shape: Shape, items: readonly IndexItem[]): { plan: IndexPlan; indices: Node[] } {
  const masks = new Map<number, Node[]>();
  items.forEach((item, i) => {
    if (!isMask(item)) return;
    masks.set(i, nonzeroNodes(item instanceof Tensor ? item.node : nestedNode(item, "bool")));
  });
  const plan = planIndex(shape, items, (item) => masks.get(item)?.[0]?.shape[0] ?? 0);
  const indices = plan.advanced.map(({ item, maskAxis, axis }) => {
    if (maskAxis !== null) return masks.get(item)![maskAxis]!;
    const given = items[item];
    if (typeof given === "number") return buffer(Int32Array.of(given), [], "int32");
    return integerIndex(given as Tensor | readonly unknown[], axis, plan.view[axis]!);
  });
  return { plan, indices };
}

function at(x: Tensor, items: readonly IndexItem[]): Tensor {
  const { plan, indices } = prepare(x.shape, items);
  return wrap(ops.readIndexed(x.node, plan, indices));
}

function written(x: Node, items: readonly IndexItem[], value: TensorLike): Tensor {
  const { plan, indices } = prepare(x.shape, items);
  const given = lift(value);
  return wrap(ops.writeIndexed(x, plan, indices, ops.isScalar(given) ? ops.scalar(given, x.dtype) : given));
}

/**
 * A copy of x with `value` written at a position; x itself stays. The method `x.set(items, value)` writes in place.
 *
 * @example
 * ```ts
 * String(set([1, 2, 3], [slice(1)], 0)); // [1. 0. 0.]
 * ```
 */
export function set<const X extends TensorLike>(
  x: X,
  items: readonly IndexItem[],
  value: TensorLike,
): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return written(nodeOf(x), items, value) as unknown as Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
}

function setInPlace(x: Tensor, items: readonly IndexItem[], value: TensorLike): Tensor {
  if (isVariable(x.node) && isRecording()) {
    throw new GradientError(
      "set: a tensor with requiresGrad is not written in place; do it inside noGrad, or use set(x, items, value), which makes a new one",
    );
  }
  const result = written(x.node, items, value);
  if (isVariable(x.node)) return x.assign(result);
  x.node = result.node;
  return x;
}

/** Elements at indices along an axis; without one, of the flattened array. */
export function take<const X extends TensorLike>(
  x: X,
  indices: TensorLike,
  axis?: number | null,
): Tensor<Shape, DTypeOfLike<X>> {
  const flat = axis === null || axis === undefined;
  const values = flat ? ops.ravel(nodeOf(x)) : nodeOf(x);
  const along = flat ? 0 : normalizeAxis(axis, values.shape.length);
  const index = asIndex(indices, along, values.shape[along]!);
  return wrap(ops.takeAxis(values, index, along));
}

function asIndex(indices: TensorLike, axis: number, size: number): Node {
  if (indices instanceof Tensor || Array.isArray(indices)) return integerIndex(indices, axis, size);
  return integerIndex(wrap(ops.scalar(Number(indices), "int32")), axis, size);
}

/** Of each line along an axis the elements at its own indices, as NumPy's `take_along_axis`. */
export function takeAlongAxis<const X extends TensorLike, const I extends TensorLike>(
  x: X,
  indices: I,
  axis: number,
): Tensor<ShapeOfLike<I>, DTypeOfLike<X>> {
  const values = nodeOf(x);
  const along = normalizeAxis(axis, values.shape.length);
  return wrap(ops.takeAlongAxis(values, asIndex(indices, along, values.shape[along]!), along));
}

/** Positions of what is not 0, one int32 array an axis. Computes x. */
export function nonzero(x: TensorLike): Tensor<[number], "int32">[] {
  const values = nodeOf(x);
  const line = values.shape.length === 0 ? ops.ravel(values) : values;
  return nonzeroNodes(line).map((node) => wrap(node));
}

install({
  at(this: Tensor, ...items: IndexItem[]) {
    return at(this, items);
  },
  set(this: Tensor, items: readonly IndexItem[], value: TensorLike) {
    return setInPlace(this, items, value);
  },
  take(this: Tensor, indices: TensorLike, axis?: number | null) {
    return take(this, indices, axis);
  },
  takeAlongAxis(this: Tensor, indices: TensorLike, axis: number) {
    return takeAlongAxis(this, indices, axis);
  },
  nonzero(this: Tensor) {
    return nonzero(this);
  },
});
