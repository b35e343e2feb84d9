/**
 * One function a primitive: the only way the rest of maru makes nodes. A builder drops what does nothing (a reshape
 * to the same shape, a product with the constant 1) so that graphs stay short; it never changes a value, so
 * `x + 0` stays, because it turns -0 into 0.
 */
import { sameShape } from "../shape/index.js";
import type {
  BinaryPrimitive,
  CustomRule,
  PrimitiveAttrs,
  ReducePrimitive,
  UnaryPrimitive,
  WindowAttrs,
} from "./attrs.js";
import type { DType, TypedArray } from "./dtype.js";
import { isOp, leaf, type Node, node, variableOver } from "./node.js";
import { type Storage, storageOf } from "./storage.js";

const NONE = {};

/** A leaf that holds values. */
export function buffer(data: TypedArray, shape: readonly number[], dtype: DType): Node {
  return leaf({ shape, dtype }, storageOf(dtype, data));
}

/** A leaf over values that are there already: on the host, on a device, or shared with another leaf. */
export const leafFrom = (storage: Storage, shape: readonly number[]): Node =>
  leaf({ shape, dtype: storage.dtype }, storage);

/** A 0-d constant. */
export const constant = (value: number, dtype: DType): Node => node("constant", [], { value, dtype });

/** That constant in every place of a shape. */
export const full = (shape: readonly number[], value: number, dtype: DType): Node =>
  stretch(constant(value, dtype), shape);

/** 0, 1, ..., size - 1 as int32. */
export const iota = (size: number): Node => node("iota", [], { size });

/** Values from a counter-based generator: floats uniform in [0, 1), int32 all bits. `key` is two int32 words. */
export const random = (key: Node, shape: readonly number[], dtype: DType): Node =>
  node("random", [key], { shape, dtype });

export const cast = (x: Node, dtype: DType): Node => (x.dtype === dtype ? x : node("cast", [x], { dtype }));

export const unary = (op: UnaryPrimitive, x: Node): Node => node(op, [x], NONE);

/** The value that all elements share when the node is a stretched constant. */
function constantValue(x: Node): number | undefined {
  let at = x;
  while (isOp(at, "reshape") || isOp(at, "expand")) at = at.sources[0]!;
  return isOp(at, "constant") ? at.attrs.value : undefined;
}

export function binary(op: BinaryPrimitive, a: Node, b: Node): Node {
  if (op === "mul" && constantValue(b) === 1) return a;
  if (op === "mul" && constantValue(a) === 1) return b;
  if (op === "div" && constantValue(b) === 1) return a;
  return node(op, [a, b], NONE);
}

export const add = (a: Node, b: Node): Node => binary("add", a, b);
export const sub = (a: Node, b: Node): Node => binary("sub", a, b);
export const mul = (a: Node, b: Node): Node => binary("mul", a, b);
export const div = (a: Node, b: Node): Node => binary("div", a, b);
export const neg = (x: Node): Node => (isOp(x, "neg") ? x.sources[0]! : unary("neg", x));
export const where = (condition: Node, a: Node, b: Node): Node => node("where", [condition, a, b], NONE);

/** A number in x's shape and dtype, to compute with x. */
export const like = (x: Node, value: number): Node => full(x.shape, value, x.dtype);

/** Reduces those axes away (increasing, not negative). */
export const reduce = (op: ReducePrimitive, x: Node, axes: readonly number[]): Node =>
  axes.length === 0 ? x : node(op, [x], { axes });

export const cumsum = (x: Node, axis: number): Node => node("cumsum", [x], { axis });

/** Stable order of the elements along an axis, NaN last, as int32 positions. */
export const argsort = (x: Node, axis: number, descending: boolean): Node =>
  node("argsort", [x], { axis, descending });

export function reshape(x: Node, shape: readonly number[]): Node {
  if (sameShape(x.shape, shape)) return x;
  return isOp(x, "reshape") ? reshape(x.sources[0]!, shape) : node("reshape", [x], { shape });
}

export function permute(x: Node, axes: readonly number[]): Node {
  if (axes.every((axis, i) => axis === i)) return x;
  if (!isOp(x, "permute")) return node("permute", [x], { axes });
  return permute(
    x.sources[0]!,
    axes.map((axis) => (x as Node<"permute">).attrs.axes[axis]!),
  );
}

/** Stretches axes of size 1; the rank stays. */
export function expand(x: Node, shape: readonly number[]): Node {
  if (sameShape(x.shape, shape)) return x;
  return isOp(x, "expand") ? expand(x.sources[0]!, shape) : node("expand", [x], { shape });
}

/** Broadcasts as NumPy does: missing axes come in front. */
export function stretch(x: Node, shape: readonly number[]): Node {
  const missing = shape.length - x.shape.length;
  return expand(missing === 0 ? x : reshape(x, [...new Array<number>(missing).fill(1), ...x.shape]), shape);
}

export function pad(x: Node, attrs: PrimitiveAttrs["pad"]): Node {
  const nothing = [attrs.low, attrs.high, attrs.interior].every((list) => list.every((n) => n === 0));
  return nothing ? x : node("pad", [x], attrs);
}

export function slice(x: Node, attrs: PrimitiveAttrs["slice"]): Node {
  const { start, size, step } = attrs;
  const everything = x.shape.every((n, i) => start[i] === 0 && size[i] === n && (step[i] === 1 || n <= 1));
  return everything ? x : node("slice", [x], attrs);
}

/** The elements in reverse along those axes. */
export function flip(x: Node, axes: readonly number[]): Node {
  const turned = (axis: number): boolean => axes.includes(axis) && x.shape[axis]! > 1;
  return slice(x, {
    start: x.shape.map((n, i) => (turned(i) ? n - 1 : 0)),
    size: x.shape,
    step: x.shape.map((_, i) => (turned(i) ? -1 : 1)),
  });
}

export const concat = (parts: readonly Node[], axis: number): Node =>
  parts.length === 1 ? parts[0]! : node("concat", parts, { axis });

/** All windows along some axes as a view; the axes of the window itself are appended. */
export const windows = (x: Node, attrs: WindowAttrs): Node => node("windows", [x], attrs);

/** The adjoint of `windows`: adds every window back to where it was taken from. */
export const fold = (x: Node, attrs: PrimitiveAttrs["fold"]): Node => node("fold", [x], attrs);

/** Sum of products over paired axes; the result has the batch axes, then a's free axes, then b's. */
export const contract = (a: Node, b: Node, attrs: PrimitiveAttrs["contract"]): Node =>
  node("contract", [a, b], attrs);

/** Elements at int32 indices along some axes: the shape of the indices, then the axes that were not indexed. */
export const gather = (x: Node, indices: readonly Node[], axes: readonly number[]): Node =>
  node("gather", [x, ...indices], { axes });

/** A copy of `base` with `updates` written (the last one wins) or added at the indices. */
export const scatter = (
  base: Node,
  updates: Node,
  indices: readonly Node[],
  attrs: PrimitiveAttrs["scatter"],
): Node => node("scatter", [base, updates, ...indices], attrs);

let marks = 0;

/** The same values, cut off from the derivative. */
export const detach = (x: Node): Node => (x.tracked ? node("detach", [x], { id: 0 }) : x);

/** The same values as a new independent variable: derivatives are taken with respect to it and stop there. */
export const variable = (x: Node): Node => variableOver(x, ++marks);

export const isVariable = (x: Node): boolean => isOp(x, "detach") && x.attrs.id !== 0;

/** The same values as a node of its own, computed after `after`: keeps recomputed work from being shared away. */
export const barrier = (x: Node, after: Node): Node => node("barrier", [x, after], { id: ++marks });

/** `output` with a derivative of its own towards `inputs`. */
export const custom = (output: Node, inputs: readonly Node[], rule: CustomRule): Node =>
  node("custom", [output, ...inputs], { rule });
