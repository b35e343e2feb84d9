/** Orders: sort, argsort, topk, and taking along an axis by position. */
import { ValueError } from "../errors.js";
import { buffer, expand, gather, iota, type Node, argsort as order, reshape } from "../graph/index.js";
import { normalizeAxis, sizeOf } from "../shape/index.js";
import { part } from "./movement.js";

/** Without an axis the array is flattened first. */
function lineUp(x: Node, axis: number | null): [Node, number] {
  if (axis === null) return [reshape(x, [sizeOf(x.shape)]), 0];
  return [x, normalizeAxis(axis, x.shape.length)];
}

/** x[..., indices[..., j, ...], ...] along one axis; the indices have x's shape save along it. */
export function takeAlongAxis(x: Node, indices: Node, axis: number): Node {
  const at = normalizeAxis(axis, x.shape.length);
  const shape = indices.shape;
  if (shape.length !== x.shape.length || shape.some((n, i) => i !== at && n !== x.shape[i])) {
    throw new ValueError(
      `takeAlongAxis: indices of shape (${shape}) do not go with an array of shape (${x.shape}) along axis ${at}`,
    );
  }
  const coordinates = shape.map((n, i) => {
    if (i === at) return indices;
    return expand(
      reshape(
        iota(n),
        shape.map((_, j) => (i === j ? n : 1)),
      ),
      shape,
    );
  });
  return gather(x, coordinates, [...shape.keys()]);
}

export function argsort(x: Node, axis: number | null = -1, descending = false): Node {
  const [line, at] = lineUp(x, axis);
  return line.shape.length === 0 ? buffer(new Int32Array(1), [], "int32") : order(line, at, descending);
}

export function sort(x: Node, axis: number | null = -1, descending = false): Node {
  const [line, at] = lineUp(x, axis);
  return line.shape.length === 0 ? line : takeAlongAxis(line, order(line, at, descending), at);
}

/** The k largest (or smallest) along an axis, in order, and where they were. */
export function topk(x: Node, k: number, axis = -1, largest = true): { values: Node; indices: Node } {
  const at = normalizeAxis(axis, x.shape.length);
  if (!Number.isInteger(k) || k < 0 || k > x.shape[at]!) {
    throw new ValueError(`topk: k = ${k} is not between 0 and ${x.shape[at]}, the size of axis ${at}`);
  }
  const indices = part(order(x, at, largest), at, 0, k);
  return { values: takeAlongAxis(x, indices, at), indices };
}
