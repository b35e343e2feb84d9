/** The derivative of a product of many factors, right also where some of them are 0, at any order. */
import { concat, expand, full, mul, type Node, reshape, slice } from "../graph/index.js";

/** x[..., from:to, ...] along one axis. */
function part(x: Node, axis: number, from: number, to: number): Node {
  return slice(x, {
    start: x.shape.map((_, i) => (i === axis ? from : 0)),
    size: x.shape.map((n, i) => (i === axis ? to - from : n)),
    step: x.shape.map(() => 1),
  });
}

/**
 * Inclusive products of all prefixes along the axis in log2(n) doublings: after the step of width w, element i is
 * the product of the last 2w factors up to i.
 */
function prefixProducts(x: Node, axis: number): Node {
  const n = x.shape[axis]!;
  let result = x;
  for (let width = 1; width < n; width *= 2) {
    const grown = mul(part(result, axis, width, n), part(result, axis, 0, n - width));
    result = concat([part(result, axis, 0, width), grown], axis);
  }
  return result;
}

const reverse = (x: Node, axis: number): Node =>
  slice(x, {
    start: x.shape.map((n, i) => (i === axis ? n - 1 : 0)),
    size: x.shape,
    step: x.shape.map((_, i) => (i === axis ? -1 : 1)),
  });

/** The product of all elements before each one along the axis: 1, x0, x0 x1, ... */
function before(x: Node, axis: number): Node {
  const one = full(
    x.shape.map((n, i) => (i === axis ? 1 : n)),
    1,
    x.dtype,
  );
  return concat([one, part(prefixProducts(x, axis), axis, 0, x.shape[axis]! - 1)], axis);
}

/** g times, for each element of x, the product of the others along the reduced axes. */
export function othersProduct(x: Node, axes: readonly number[], g: Node): Node {
  if (x.shape.some((n) => n === 0)) return full(x.shape, 0, x.dtype);
  let others: Node | undefined;
  let seen = x;
  for (const axis of axes) {
    const here = mul(before(seen, axis), reverse(before(reverse(seen, axis), axis), axis));
    others = others === undefined ? here : mul(others, expand(here, x.shape));
    // The factors along the next axis are the products over this one.
    const last = part(prefixProducts(seen, axis), axis, seen.shape[axis]! - 1, seen.shape[axis]!);
    seen = last;
  }
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  return mul(expand(reshape(g, kept), x.shape), others ?? full(x.shape, 1, x.dtype));
}
