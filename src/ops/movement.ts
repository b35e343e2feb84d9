/** Moving elements about without changing them: shapes, orders, joins and borders. */
import { DTypeError, ValueError } from "../errors.js";
import {
  pad as border,
  buffer,
  cast,
  concat,
  expand,
  flip as flipAxes,
  gather,
  isFloat,
  type Node,
  permute as permuteAxes,
  promote,
  reshape as reshapeNode,
  slice,
  stretch,
} from "../graph/index.js";

import {
  type AxisArgument,
  checkBroadcastTo,
  concatenateShape,
  flattenShape,
  moveAxis,
  normalizeAxes,
  normalizeAxis,
  normalizePadWidths,
  type PadWidths,
  ravelShape,
  repeatShape,
  reshapeShape,
  splitBounds,
  squeezeShape,
  stackShape,
  swapAxes,
  tileShape,
  transposeAxes,
  unsqueezeShape,
} from "../shape/index.js";

export const reshape = (x: Node, to: readonly number[]): Node => reshapeNode(x, reshapeShape(x.shape, to));
export const ravel = (x: Node): Node => reshapeNode(x, ravelShape(x.shape));
export const flatten = (x: Node, start = 0, end = -1): Node =>
  reshapeNode(x, flattenShape(x.shape, start, end));
export const squeeze = (x: Node, axis?: AxisArgument): Node => reshapeNode(x, squeezeShape(x.shape, axis));
export const unsqueeze = (x: Node, axis: number | readonly number[]): Node =>
  reshapeNode(x, unsqueezeShape(x.shape, axis));

/** Axes in a new order; without one, in reverse. */
export const transpose = (x: Node, axes?: readonly number[] | null): Node =>
  permuteAxes(x, transposeAxes(x.shape.length, axes));
export const swapaxes = (x: Node, a: number, b: number): Node =>
  permuteAxes(x, swapAxes(x.shape.length, a, b));
export const moveaxis = (x: Node, from: number | readonly number[], to: number | readonly number[]): Node =>
  permuteAxes(x, moveAxis(x.shape.length, from, to));

export function broadcastTo(x: Node, shape: readonly number[]): Node {
  checkBroadcastTo(x.shape, shape);
  return stretch(x, [...shape]);
}

export const flip = (x: Node, axis?: AxisArgument): Node => flipAxes(x, normalizeAxes(axis, x.shape.length));

/** Elements from `from` up to `to` along one axis. */
export function part(x: Node, axis: number, from: number, to: number): Node {
  return slice(x, {
    start: x.shape.map((_, i) => (i === axis ? from : 0)),
    size: x.shape.map((n, i) => (i === axis ? to - from : n)),
    step: x.shape.map(() => 1),
  });
}

function rollAxis(x: Node, shift: number, axis: number): Node {
  const size = x.shape[axis]!;
  const turn = size === 0 ? 0 : ((shift % size) + size) % size;
  return turn === 0 ? x : concat([part(x, axis, size - turn, size), part(x, axis, 0, size - turn)], axis);
}

/** Elements moved on by `shift`, those that fall off coming back at the front; without an axis as one flat row. */
export function roll(x: Node, shift: number | readonly number[], axis?: AxisArgument): Node {
  const shifts = typeof shift === "number" ? [shift] : shift;
  if (!Array.isArray(shifts) || !shifts.every(Number.isInteger))
    throw new ValueError(`roll: shift must be whole numbers, got ${String(shift)}`);
  if (axis === null || axis === undefined) {
    const total = shifts.reduce((a, b) => a + b, 0);
    return reshapeNode(rollAxis(ravel(x), total, 0), x.shape);
  }
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) => normalizeAxis(a, x.shape.length));
  if (shifts.length !== 1 && axes.length !== 1 && shifts.length !== axes.length) {
    throw new ValueError(`roll: ${shifts.length} shifts do not go with ${axes.length} axes`);
  }
  const pairs = Array.from({ length: Math.max(shifts.length, axes.length) }, (_, i) => i);
  const pick = <T>(list: readonly T[], i: number): T => list[list.length === 1 ? 0 : i]!;
  return pairs.reduce((result, i) => rollAxis(result, pick(shifts, i), pick(axes, i)), x);
}

/** A border of `value` (0) before and after each axis. */
export function pad(x: Node, widths: PadWidths, value = 0): Node {
  const pairs = normalizePadWidths(widths, x.shape.length);
  if (!isFloat(x.dtype) && !Number.isInteger(value)) {
    throw new DTypeError(`pad: ${value} is not a value of ${x.dtype}`);
  }
  return border(x, {
    low: pairs.map(([before]) => before),
    high: pairs.map(([, after]) => after),
    interior: pairs.map(() => 0),
    value: x.dtype === "bool" ? Number(value !== 0) : value,
  });
}

/** All in the dtype that they promote to. */
function alike(parts: readonly Node[], name: string): Node[] {
  if (parts.length === 0) throw new ValueError(`${name}: need at least one array`);
  const dtype = parts.map((x) => x.dtype).reduce((a, b) => promote(a, b));
  return parts.map((x) => cast(x, dtype));
}

export function concatenate(parts: readonly Node[], axis: number | null = 0): Node {
  const list = alike(parts, "concatenate");
  if (axis === null) return concat(list.map(ravel), 0);
  concatenateShape(
    list.map((x) => x.shape),
    axis,
  );
  return concat(list, normalizeAxis(axis, list[0]!.shape.length));
}

export function stack(parts: readonly Node[], axis = 0): Node {
  const list = alike(parts, "stack");
  const shape = stackShape(
    list.map((x) => x.shape),
    axis,
  );
  const at = normalizeAxis(axis, shape.length);
  const single = shape.map((n, i) => (i === at ? 1 : n));
  return concat(
    list.map((x) => reshapeNode(x, single)),
    at,
  );
}

/** Into n equal parts, or before each of the given positions. */
export function split(x: Node, parts: number | readonly number[], axis = 0): Node[] {
  const bounds = splitBounds(x.shape, parts, axis);
  const at = normalizeAxis(axis, x.shape.length);
  return bounds.map(([from, to]) => part(x, at, from, to));
}

/** How often, as a list; throws unless each is a whole number and not negative. */
function checkCounts(name: string, counts: number | readonly number[]): readonly number[] {
  const list = typeof counts === "number" ? [counts] : counts;
  if (Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0)) return list;
  // The words of the shape rule, which the editor shows.
  if (Array.isArray(list) && list.every(Number.isSafeInteger))
    throw new ValueError("negative dimensions are not allowed");
  throw new ValueError(`${name}: counts must be whole numbers and not negative, got ${String(counts)}`);
}

/** The whole array again, `reps` times along each axis. */
export function tile(x: Node, reps: number | readonly number[]): Node {
  checkCounts("tile", reps);
  const shape = tileShape(x.shape, reps);
  const rank = shape.length;
  const counts = typeof reps === "number" ? [reps] : reps;
  const sizes = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const times = [...new Array<number>(rank - counts.length).fill(1), ...counts];
  const spread = reshapeNode(
    x,
    sizes.flatMap((n) => [1, n]),
  );
  const repeated = expand(
    spread,
    sizes.flatMap((n, i) => [times[i]!, n]),
  );
  return reshapeNode(repeated, shape);
}

/** Each element `count` times in a row (a list: its own count each); without an axis, flattened first. */
export function repeat(x: Node, count: number | readonly number[], axis?: number | null): Node {
  checkCounts("repeat", count);
  const values = axis === null || axis === undefined ? ravel(x) : x;
  const at = axis === null || axis === undefined ? 0 : normalizeAxis(axis, x.shape.length);
  const size = values.shape[at]!;
  if (typeof count !== "number") return repeatEach(values, count, at);
  const shape = repeatShape(values.shape, count, at);
  const spread = reshapeNode(values, [...values.shape.slice(0, at + 1), 1, ...values.shape.slice(at + 1)]);
  const wide = [...values.shape.slice(0, at), size, count, ...values.shape.slice(at + 1)];
  return reshapeNode(expand(spread, wide), shape);
}

function repeatEach(x: Node, counts: readonly number[], axis: number): Node {
  const size = x.shape[axis]!;
  if (counts.length === 1) return repeat(x, counts[0]!, axis);
  if (counts.length !== size) {
    throw new ValueError(`repeat: ${counts.length} counts do not go with an axis of size ${size}`);
  }
  const places = Int32Array.from(counts.flatMap((n, i) => new Array<number>(n).fill(i)));
  return takeAxis(x, buffer(places, [places.length], "int32"), axis);
}

/** Elements at 1-d or n-d int32 indices along one axis, in that axis's place. */
export function takeAxis(x: Node, indices: Node, axis: number): Node {
  const rank = indices.shape.length;
  const picked = gather(x, [indices], [axis]);
  // The indexed axes come first: bring them back to where the axis was.
  const rest = Array.from({ length: x.shape.length - 1 }, (_, i) => rank + i);
  const front = Array.from({ length: rank }, (_, i) => i);
  return permuteAxes(picked, [...rest.slice(0, axis), ...front, ...rest.slice(axis)]);
}
