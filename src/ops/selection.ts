/** Arrays made from positions: triangles, diagonals, one-hot rows, counts, identity matrices. */
import { ShapeError, ValueError } from "../errors.js";
import {
  binary,
  cast,
  constant,
  type DType,
  expand,
  full,
  iota,
  like,
  type Node,
  reshape,
  scatter,
  slice,
  sumOf,
  where,
} from "../graph/index.js";
import { formatShape, sizeOf } from "../shape/index.js";
import { part } from "./movement.js";
import { sum } from "./reductions.js";

/** Positions along one axis, over a whole shape. */
export function positions(shape: readonly number[], axis: number): Node {
  const single = shape.map((n, i) => (i === axis ? n : 1));
  return expand(reshape(iota(shape[axis]!), single), shape);
}

/** In the last two axes of a shape: is column - row at most k? */
function belowDiagonal(shape: readonly number[], k: number): Node {
  const rank = shape.length;
  const away = binary("sub", positions(shape, rank - 1), positions(shape, rank - 2));
  return binary("lt", away, full(shape, k + 1, "int32"));
}

function matrices(x: Node, name: string, k: number): void {
  if (!Number.isSafeInteger(k))
    throw new ValueError(`${name}: a diagonal is a whole number, got ${String(k)}`);
  if (x.shape.length < 2) {
    throw new ShapeError(
      `${name}: needs an array of at least 2 dimensions, got shape ${formatShape(x.shape)}`,
    );
  }
}

/** Zero above the k-th diagonal. */
export function tril(x: Node, k = 0): Node {
  matrices(x, "tril", k);
  return where(belowDiagonal(x.shape, k), x, like(x, 0));
}

/** Zero below the k-th diagonal. */
export function triu(x: Node, k = 0): Node {
  matrices(x, "triu", k);
  return where(belowDiagonal(x.shape, k - 1), like(x, 0), x);
}

/** Ones at and below the k-th diagonal. */
export const tri = (rows: number, columns: number, k: number, dtype: DType): Node =>
  cast(belowDiagonal([rows, columns], k), dtype);

/** Ones on the k-th diagonal. */
export function eye(rows: number, columns: number, k: number, dtype: DType): Node {
  const shape = [rows, columns];
  const away = binary("sub", positions(shape, 1), positions(shape, 0));
  return cast(binary("eq", away, full(shape, k, "int32")), dtype);
}

/** The elements x[..., i, i + offset] of the last two axes, in a last axis of their own. */
export function diagonal(x: Node, offset = 0): Node {
  matrices(x, "diagonal", offset);
  const [rows, columns] = [x.shape.at(-2)!, x.shape.at(-1)!];
  const front = x.shape.slice(0, -2);
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  const count = Math.max(0, Math.min(rows - row, columns - column));
  const flat = reshape(x, [...front, rows * columns]);
  const first = row * columns + column;
  if (count === 0) return part(flat, front.length, 0, 0);
  // In row-major order the next element of a diagonal is a row and one further.
  return slice(flat, {
    start: [...front.map(() => 0), first],
    size: [...front, count],
    step: [...front.map(() => 1), columns + 1],
  });
}

/** The sum of the diagonal of the last two axes. */
export const trace = (x: Node, offset = 0): Node => sum(diagonal(x, offset), -1);

/** A last axis of n with 1 at the label and 0 elsewhere; a label outside 0..n-1 gives zeros. */
export function oneHot(labels: Node, n: number, dtype: DType): Node {
  const shape = [...labels.shape, n];
  const wide = expand(reshape(cast(labels, "int32"), [...labels.shape, 1]), shape);
  return cast(binary("eq", wide, positions(shape, labels.shape.length)), dtype);
}

/** How often each of 0..n-1 occurs, or the sum of the weights where it does. */
export function countBins(x: Node, n: number, weights: Node | null): Node {
  const index = cast(reshape(x, [sizeOf(x.shape)]), "int32");
  const ones = expand(reshape(constant(1, "int32"), [1]), index.shape);
  const updates = weights === null ? ones : reshape(weights, index.shape);
  const values = cast(updates, sumOf(updates.dtype));
  return scatter(full([n], 0, values.dtype), values, [index], { axes: [0], mode: "add" });
}
