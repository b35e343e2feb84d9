/**
 * Indexing by a plan (`shape/index-items.ts`): a strided view, then a gather where there are index arrays. Writing is
 * the same way back: scatter into the view, then put the view in its place.
 */
import { ShapeError } from "../errors.js";
import {
  cast,
  flip,
  full,
  gather,
  type Node,
  pad,
  permute,
  reshape,
  scatter,
  slice,
  stretch,
  where,
} from "../graph/index.js";
import { formatShape, type IndexPlan, tryBroadcastShapes } from "../shape/index.js";

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

const sliceAttrs = ({ slices }: IndexPlan) => ({
  start: slices.map(({ start, count }) => (count === 0 ? 0 : start)),
  size: slices.map(({ count }) => count),
  step: slices.map(({ step }) => step),
});

/** The order that brings the axes of the index arrays from the front to where NumPy puts them. */
function placement({ view, advanced, indexShape, position }: IndexPlan): number[] {
  const rest = range(indexShape.length, view.length - advanced.length);
  return [...rest.slice(0, position), ...range(0, indexShape.length), ...rest.slice(position)];
}

/** x[...]: `indices` are the index arrays of the plan, in its order. */
export function readIndexed(x: Node, plan: IndexPlan, indices: readonly Node[]): Node {
  const view = reshape(slice(x, sliceAttrs(plan)), plan.view);
  if (plan.advanced.length === 0) return view;
  const picked = gather(
    view,
    indices.map((index) => stretch(index, plan.indexShape)),
    plan.advanced.map(({ axis }) => axis),
  );
  return permute(picked, placement(plan));
}

/** x with `value` written at x[...]; of values for one place the last is kept. */
export function writeIndexed(x: Node, plan: IndexPlan, indices: readonly Node[], value: Node): Node {
  // Leading axes of size 1 that the place does not have fall away, as NumPy lets them.
  const extra = Math.max(0, value.shape.length - plan.shape.length);
  const fitting = value.shape.slice(0, extra).every((n) => n === 1) ? value.shape.slice(extra) : value.shape;
  const shape = tryBroadcastShapes([fitting, plan.shape]);
  if (shape === null || formatShape(shape) !== formatShape(plan.shape)) {
    throw new ShapeError(
      `could not broadcast input array from shape ${formatShape(value.shape)} into shape ${formatShape(plan.shape)}`,
    );
  }
  const values = stretch(reshape(cast(value, x.dtype), fitting), plan.shape);
  if (plan.advanced.length === 0) return writeSlices(x, plan, reshape(values, sliceAttrs(plan).size));
  const order = placement(plan);
  const updates = permute(
    values,
    order.map((_, axis) => order.indexOf(axis)),
  );
  const view = reshape(slice(x, sliceAttrs(plan)), plan.view);
  const written = scatter(
    view,
    updates,
    indices.map((index) => stretch(index, plan.indexShape)),
    { axes: plan.advanced.map(({ axis }) => axis), mode: "set" },
  );
  return writeSlices(x, plan, reshape(written, sliceAttrs(plan).size));
}

/** x with a strided region replaced: the region is spread over x's shape and chosen there by a mask. */
function writeSlices(x: Node, plan: IndexPlan, region: Node): Node {
  const { start, size, step } = sliceAttrs(plan);
  if (size.some((n) => n === 0)) return x;
  if (x.shape.every((n, i) => size[i] === n && step[i]! > 0)) return region;
  const last = size.map((n, i) => start[i]! + (n - 1) * step[i]!);
  const low = size.map((_, i) => Math.min(start[i]!, last[i]!));
  const interior = step.map((s, i) => (size[i] === 1 ? 0 : Math.abs(s) - 1));
  const high = x.shape.map((n, i) => n - 1 - Math.max(start[i]!, last[i]!));
  const backwards = step.flatMap((s, axis) => (s < 0 ? [axis] : []));
  const spread = (part: Node): Node => pad(part, { low, high, interior, value: 0 });
  return where(spread(full(size, 1, "bool")), spread(flip(region, backwards)), x);
}
