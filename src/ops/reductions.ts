/** Reductions over axes, composed of the four that are primitives. Axes come as NumPy's: one, a list, or null. */
import { ShapeError, ValueError } from "../errors.js";
import {
  add,
  binary,
  cast,
  constant,
  detach,
  div,
  expand,
  full,
  iota,
  like,
  mul,
  type Node,
  quotientOf,
  type ReducePrimitive,
  reduce,
  reshape,
  cumsum as scan,
  sub,
  sumOf,
  unary,
  where,
} from "../graph/index.js";

import { normalizeAxes, normalizeAxis, reduceShape, sizeOf } from "../shape/index.js";
import { abs } from "./arithmetic.js";
import { isFinite, ne, not } from "./comparison.js";

export type Axes = number | readonly number[] | null | undefined;

export interface ReduceOptions {
  readonly keepdims?: boolean | undefined;
}

export function reduceOver(
  op: ReducePrimitive,
  x: Node,
  axis: Axes,
  { keepdims = false }: ReduceOptions = {},
): Node {
  const axes = normalizeAxes(axis, x.shape.length).sort((a, b) => a - b);
  return reshape(reduce(op, x, axes), reduceShape(x.shape, axes, keepdims));
}

/** How many elements each result is made of. */
const countOf = (x: Node, axis: Axes): number =>
  normalizeAxes(axis, x.shape.length).reduce((n, i) => n * x.shape[i]!, 1);

export const sum = (x: Node, axis?: Axes, options?: ReduceOptions): Node =>
  reduceOver("sum", cast(x, sumOf(x.dtype)), axis, options);

export const prod = (x: Node, axis?: Axes, options?: ReduceOptions): Node =>
  reduceOver("prod", cast(x, sumOf(x.dtype)), axis, options);

function extremum(op: "amax" | "amin", name: string) {
  return (x: Node, axis?: Axes, options?: ReduceOptions): Node => {
    if (countOf(x, axis) === 0) {
      throw new ShapeError(`zero-size array to reduction operation ${name} which has no identity`);
    }
    return reduceOver(op, x, axis, options);
  };
}

export const max = extremum("amax", "maximum");
export const min = extremum("amin", "minimum");

/** sum / n; of nothing NaN. Integers give float64. */
export function mean(x: Node, axis?: Axes, options?: ReduceOptions): Node {
  const total = reduceOver("sum", cast(x, quotientOf(x.dtype)), axis, options);
  return div(total, like(total, countOf(x, axis)));
}

export interface VarianceOptions extends ReduceOptions {
  /** Divides by n - ddof: 0 for the population (NumPy's default), 1 for a sample. */
  readonly ddof?: number | undefined;
}

/** sum (x - mean)^2 / (n - ddof), in two passes. */
export function variance(x: Node, axis?: Axes, { ddof = 0, keepdims }: VarianceOptions = {}): Node {
  const values = cast(x, quotientOf(x.dtype));
  const centre = mean(values, axis, { keepdims: true });
  const away = sub(values, expand(centre, values.shape));
  const total = reduceOver("sum", mul(away, away), axis, { keepdims });
  return div(total, like(total, Math.max(0, countOf(x, axis) - ddof)));
}

/** f(x) where x is not 0, else 0, and so is its derivative there: for roots, whose slope at 0 is infinite. */
function flatAtZero(x: Node, f: (x: Node) => Node): Node {
  const zero = binary("eq", x, like(x, 0));
  return where(zero, like(x, 0), f(where(zero, like(x, 1), x)));
}

export const std = (x: Node, axis?: Axes, options?: VarianceOptions): Node =>
  flatAtZero(variance(x, axis, options), (v) => unary("sqrt", v));

const truth =
  (op: "amax" | "amin", empty: number) =>
  (x: Node, axis?: Axes, options: ReduceOptions = {}): Node => {
    if (countOf(x, axis) > 0) return reduceOver(op, cast(x, "bool"), axis, options);
    const axes = normalizeAxes(axis, x.shape.length);
    return full(reduceShape(x.shape, axes, options.keepdims ?? false), empty, "bool");
  };

/** Is any element not 0? Of none: false. */
export const any = truth("amax", 0);
/** Is every element not 0? Of none: true. */
export const all = truth("amin", 1);

/** First position of the extremum along an axis (null: in the flattened array); the first NaN wins. */
function position(op: "amax" | "amin", name: string) {
  return (x: Node, axis?: number | null, { keepdims = false }: ReduceOptions = {}): Node => {
    const flat = axis === null || axis === undefined;
    const values = flat ? reshape(x, [sizeOf(x.shape)]) : x;
    const at = flat ? 0 : normalizeAxis(axis, x.shape.length);
    const size = values.shape[at] ?? 1;
    if (size === 0) throw new ValueError(`attempt to get ${name} of an empty sequence`);
    if (values.shape.length === 0) return constant(0, "int32");
    const best = expand(reduceOver(op, values, at, { keepdims: true }), values.shape);
    const hit = binary("or", binary("eq", values, best), ne(values, values));
    const places = expand(
      reshape(
        iota(size),
        values.shape.map((_, i) => (i === at ? size : 1)),
      ),
      values.shape,
    );
    const first = reduce("amin", where(hit, places, like(places, size)), [at]);
    if (!keepdims) return first;
    return reshape(first, flat ? x.shape.map(() => 1) : x.shape.map((n, i) => (i === at ? 1 : n)));
  };
}

export const argmax = position("amax", "argmax");
export const argmin = position("amin", "argmin");

/** Running sums along an axis (null: of the flattened array). */
export function cumsum(x: Node, axis?: number | null): Node {
  const values = cast(x, sumOf(x.dtype));
  if (axis === null || axis === undefined) return scan(reshape(values, [sizeOf(x.shape)]), 0);
  return scan(values, normalizeAxis(axis, x.shape.length));
}

/** The largest element where that is finite, else 0: what to take away before exp. Not differentiated. */
export function shift(x: Node, axis: Axes): Node {
  const top = detach(reduceOver("amax", x, axis, { keepdims: true }));
  return where(isFinite(top), top, like(top, 0));
}

/** ln sum exp(x) = m + ln sum exp(x - m) with m the largest element. */
export function logsumexp(x: Node, axis?: Axes, { keepdims = false }: ReduceOptions = {}): Node {
  const values = cast(x, quotientOf(x.dtype));
  if (countOf(x, axis) === 0) return unary("log", sum(values, axis, { keepdims }));
  const top = shift(values, axis);
  const total = reduceOver("sum", unary("exp", sub(values, expand(top, values.shape))), axis, {
    keepdims: true,
  });
  const result = add(unary("log", total), top);
  return keepdims
    ? result
    : reshape(result, reduceShape(x.shape, normalizeAxes(axis, x.shape.length), false));
}

/** exp(x - m) / sum exp(x - m) along an axis. */
export function softmax(x: Node, axis = -1): Node {
  const values = cast(x, quotientOf(x.dtype));
  if (sizeOf(x.shape) === 0) return values;
  const powers = unary("exp", sub(values, expand(shift(values, axis), values.shape)));
  return div(powers, expand(reduceOver("sum", powers, axis, { keepdims: true }), values.shape));
}

/** x - logsumexp(x) along an axis. */
export function logSoftmax(x: Node, axis = -1): Node {
  const values = cast(x, quotientOf(x.dtype));
  if (sizeOf(x.shape) === 0) return values;
  const moved = sub(values, expand(shift(values, axis), values.shape));
  const total = reduceOver("sum", unary("exp", moved), axis, { keepdims: true });
  return sub(moved, expand(unary("log", total), values.shape));
}

export type NormOrder = number | "fro" | undefined;

/** sqrt(sum x^2), with derivative 0 where it is 0. */
function euclidean(x: Node, axis: Axes, options?: ReduceOptions): Node {
  return flatAtZero(reduceOver("sum", mul(x, x), axis, options), (total) => unary("sqrt", total));
}

function vectorNorm(x: Node, order: NormOrder, axis: Axes, options?: ReduceOptions): Node {
  if (order === undefined || order === 2) return euclidean(x, axis, options);
  const size = abs(x);
  if (order === Infinity) return max(size, axis, options);
  if (order === -Infinity) return min(size, axis, options);
  if (order === 1) return reduceOver("sum", size, axis, options);
  if (order === 0) return reduceOver("sum", cast(not(binary("eq", x, like(x, 0))), x.dtype), axis, options);
  if (typeof order !== "number" || Number.isNaN(order))
    throw new ValueError(`norm: no such order: ${String(order)}`);
  const total = reduceOver("sum", binary("pow", size, like(size, order)), axis, options);
  const root = (t: Node): Node => binary("pow", t, like(t, 1 / order));
  return order > 0 ? flatAtZero(total, root) : root(total);
}

/** 1 and -1: the largest and smallest sum of |x| down a column; Infinity and -Infinity: along a row. */
function matrixNorm(
  x: Node,
  order: NormOrder,
  [row, column]: readonly [number, number],
  keepdims: boolean,
): Node {
  if (order === undefined || order === "fro") return euclidean(x, [row, column], { keepdims });
  const down = order === 1 || order === -1;
  if (!down && order !== Infinity && order !== -Infinity) {
    throw new ValueError(`norm: order ${order} of a matrix is not one of "fro", 1, -1, Infinity, -Infinity`);
  }
  const sums = reduceOver("sum", abs(x), down ? row : column, { keepdims: true });
  const both = (order > 0 ? max : min)(sums, [row, column], { keepdims: true });
  return keepdims
    ? both
    : reshape(both, reduceShape(x.shape, normalizeAxes([row, column], x.shape.length), false));
}

/**
 * Norms as `numpy.linalg.norm`: without an order the root of the sum of squares; with one, of a matrix (2-d array or
 * two axes) the matrix norm, else the vector norm (sum |x|^p)^(1/p); Infinity: the largest |x|, 0: how many are not 0.
 */
export function norm(x: Node, order: NormOrder, axis?: Axes, { keepdims = false }: ReduceOptions = {}): Node {
  const values = cast(x, quotientOf(x.dtype));
  const rank = x.shape.length;
  const all = axis === null || axis === undefined;
  if (all && order === undefined) return euclidean(values, null, { keepdims });
  const axes = all ? [...x.shape.keys()] : typeof axis === "number" ? [axis] : axis;
  if (axes.length === 1) return vectorNorm(values, order, axes, { keepdims });
  if (axes.length === 2) return matrixNorm(values, order, [axes[0]!, axes[1]!], keepdims);
  throw new ValueError(
    `norm: an order needs one axis or two, got ${all ? `an array of ${rank} dimensions` : axes.length}`,
  );
}
