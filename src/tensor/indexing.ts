/** Indexing: reading with `at`, writing with `set`, and taking by position. */
import { GradientError, IndexError } from "../errors.js";
import { buffer, cast, type DType, isFloat, isVariable, type Node } from "../graph/index.js";
import * as ops from "../ops/index.js";
import {
  type At,
  type Check,
  type CheckAll,
  type IndexItem,
  type IndexPlan,
  type IsRanked,
  mustBeList,
  type NormalizeAxis,
  normalizeAxis,
  normalizeIndex,
  type Ok,
  planIndex,
  type Shape,
} from "../shape/index.js";
import { checkValues, refuse } from "./capture.js";
import {
  type AxisOf,
  type DTypeOfLike,
  type Given,
  lift,
  nestedNode,
  nodeOf,
  type ShapeOfLike,
  type TensorLike,
} from "./like.js";
import { compute, isRecording } from "./runtime.js";
import { install, Tensor, wrap } from "./tensor.js";

// The indices' shape in the place of the axis; without an axis alone.
type Taken<S extends Shape, I extends Shape, A extends number | null> = A extends number
  ? IsRanked<S> extends false
    ? Shape
    : NormalizeAxis<A, S["length"]> extends infer Axis
      ? Axis extends number
        ? number extends Axis
          ? Shape
          : PutIn<S, I, Axis>
        : Axis
      : never
  : Given<I>;
type PutIn<
  S extends Shape,
  I extends Shape,
  Axis extends number,
  Before extends number[] = [],
> = S extends readonly [infer First extends number, ...infer Rest extends number[]]
  ? Before["length"] extends Axis
    ? Given<[...Before, ...I, ...Rest]>
    : PutIn<Rest, I, Axis, [...Before, First]>
  : Shape;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /**
     * Elements by position, as NumPy's `x[...]`: integers (negative ones from the end), slices (`slice(1, 3)` or
     * `"1:3"`), `"..."`, `null` for a new axis, and arrays of integers or booleans. The dtype stays. Derivatives flow
     * back to where the elements came from.
     *
     * @throws IndexError where there is no such position, there are too many items, or an item is no index
     * @throws ValueError where a slice has step 0
     * @example
     * ```ts
     * const x = arange(12).reshape(3, 4);
     * String(x.at(1)); // [4. 5. 6. 7.]
     * String(x.at(":", -1)); // [ 3.  7. 11.]
     * String(x.at("::-1", "1:3")); // [[ 9. 10.]
     *                              //  [ 5.  6.]
     *                              //  [ 1.  2.]]
     * String(x.at([0, 2], [1, 3])); // [ 1. 11.]
     * String(x.at(x.gt(8))); // [ 9. 10. 11.]
     * ```
     */
    at<X extends Tensor, const I extends readonly IndexItem[]>(
      this: X,
      ...items: CheckAll<At<ShapeOfLike<X>, I>, I>
    ): Tensor<Ok<At<ShapeOfLike<X>, I>>, DTypeOfLike<X>>;
    /**
     * Writes at a position, in place, as NumPy's `x[...] = value`; see {@link Tensor.at} for the items. The value
     * broadcasts and is cast. What was computed from the old values stays; {@link set} makes a new array instead.
     *
     * @throws IndexError where there is no such position
     * @throws ShapeError where the value does not broadcast to what is written
     * @throws GradientError on a tensor with `requiresGrad`, outside noGrad
     * @example
     * ```ts
     * const x = zeros([2, 3]);
     * x.set([":", 1], [5, 7]);
     * String(x); // [[0. 5. 0.]
     *            //  [0. 7. 0.]]
     * ```
     */
    set(items: readonly IndexItem[], value: TensorLike): this;
    /** Elements at indices along an axis. {@link take} */
    take<X extends Tensor, const I extends TensorLike, const A extends number | null = null>(
      this: X,
      indices: I,
      axis?: Check<Taken<ShapeOfLike<X>, ShapeOfLike<I>, A>, A>,
    ): Tensor<Ok<Taken<ShapeOfLike<X>, ShapeOfLike<I>, A>>, DTypeOfLike<X>>;
    /** Of each line along an axis its own elements. {@link takeAlongAxis} */
    takeAlongAxis<X extends Tensor, const I extends TensorLike, const A extends number>(
      this: X,
      indices: I,
      axis: AxisOf<X, A>,
    ): Tensor<ShapeOfLike<I>, DTypeOfLike<X>>;
    /** Where elements are not 0. {@link nonzero} */
    nonzero(): Tensor<[number], "int32">[];
  }
}

/** Positions of what is not 0, one array an axis. The values must be read for it. */
function nonzeroNodes(x: Node): Node[] {
  refuse("nonzero, or an index of booleans");
  compute([x]);
  const data = x.storage!.read();
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
  checkValues(given, (values) => values.forEach((i: number) => void normalizeIndex(i, axis, size)));
  return cast(given, "int32");
}

const emptyOrNested = (list: readonly unknown[]): Node => nestedNode(list, "int32");

const isMask = (item: IndexItem): boolean =>
  item instanceof Tensor ? item.dtype === "bool" : Array.isArray(item) && hasBoolean(item);

const hasBoolean = (list: readonly unknown[]): boolean =>
  list.some((value) => typeof value === "boolean" || (Array.isArray(value) && hasBoolean(value)));

/** The plan of an index, and its index arrays. */
function prepare(shape: Shape, items: readonly IndexItem[]): { plan: IndexPlan; indices: Node[] } {
  mustBeList(items, "the items of an index");
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
  if (!ops.isScalar(given)) return wrap(ops.writeIndexed(x, plan, indices, given));
  // Into integers a fraction is cut off, as an array of fractions would be.
  const number = isFloat(x.dtype) || x.dtype === "bool" ? given : Math.trunc(Number(given));
  return wrap(ops.writeIndexed(x, plan, indices, ops.scalar(number, x.dtype)));
}

/**
 * A copy of x with `value` written at a position, broadcast and cast; x itself stays. The method `x.set(items, value)`
 * writes in place; {@link Tensor.at} says what items may be. Shape and dtype stay, and derivatives flow through both.
 *
 * @throws IndexError where there is no such position
 * @throws ShapeError where the value does not broadcast to what is written
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
  if (x.node.tracked && !isVariable(x.node) && !isRecording()) {
    throw new GradientError(
      "set: inside noGrad, a tensor that was computed with derivatives would lose them; detach() it first",
    );
  }
  const result = written(x.node, items, value);
  if (isVariable(x.node)) return x.assign(result);
  x.node = result.node;
  return x;
}

/**
 * Elements at integer indices (negative ones from the end) along an axis, whose place the axes of the indices take;
 * without an axis, of the flattened array. The dtype stays.
 *
 * @throws IndexError where there is no such position or the indices are not integers
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(take([10, 20, 30], [2, 0])); // [30. 10.]
 * take(zeros([4, 5]), [[0, 1, 2]], 1).shape; // [4, 1, 3]
 * ```
 */
export function take<
  const X extends TensorLike,
  const I extends TensorLike,
  const A extends number | null = null,
>(
  x: X,
  indices: I,
  axis?: Check<Taken<ShapeOfLike<X>, ShapeOfLike<I>, A>, A>,
): Tensor<Ok<Taken<ShapeOfLike<X>, ShapeOfLike<I>, A>>, DTypeOfLike<X>> {
  const flat = axis === null || axis === undefined;
  const values = flat ? ops.ravel(nodeOf(x)) : nodeOf(x);
  const along = flat ? 0 : normalizeAxis(axis as number, values.shape.length);
  const index = asIndex(indices, along, values.shape[along]!);
  return wrap(ops.takeAxis(values, index, along));
}

function asIndex(indices: TensorLike, axis: number, size: number): Node {
  if (indices instanceof Tensor || Array.isArray(indices)) return integerIndex(indices, axis, size);
  if (!Number.isInteger(indices)) throw new IndexError(`an index must be an integer, got ${String(indices)}`);
  return integerIndex(wrap(ops.scalar(indices as number, "int32")), axis, size);
}

/**
 * Of each line along an axis the elements at its own indices, as NumPy's `take_along_axis`: what {@link argsort} and
 * {@link argmax} give. The indices have x's shape save along the axis, and the result has theirs.
 *
 * @throws IndexError where there is no such position or the indices are not integers
 * @throws ValueError where the shapes differ elsewhere
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(takeAlongAxis([[3, 1], [2, 4]], [[1], [0]], 1)); // [[1.]
 *                                                         //  [2.]]
 * ```
 */
export function takeAlongAxis<const X extends TensorLike, const I extends TensorLike, const A extends number>(
  x: X,
  indices: I,
  axis: AxisOf<X, A>,
): Tensor<ShapeOfLike<I>, DTypeOfLike<X>> {
  const values = nodeOf(x);
  const along = normalizeAxis(axis as number, values.shape.length);
  return wrap(ops.takeAlongAxis(values, asIndex(indices, along, values.shape[along]!), along));
}

/**
 * Where elements are not 0: one int32 array of positions for each axis, in row-major order. The values are computed
 * for it.
 *
 * @example
 * ```ts
 * nonzero([[0, 5], [7, 0]]).map(String); // ["[0 1]", "[1 0]"]
 * ```
 */
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
    return take<Tensor, TensorLike, number | null>(this, indices, axis);
  },
  takeAlongAxis(this: Tensor, indices: TensorLike, axis: number) {
    return takeAlongAxis<Tensor, TensorLike, number>(this, indices, axis);
  },
  nonzero(this: Tensor) {
    return nonzero(this);
  },
});
