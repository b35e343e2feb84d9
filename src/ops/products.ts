/** Sums of products: dot, matmul, outer and einsum, all one contraction with axes in some order. */
import { cast, contract, type Node, promote, reshape, stretch, sumOf } from "../graph/index.js";
import { dotShape, matmulShape, outerShape, sizeOf } from "../shape/index.js";
import { mul } from "./arithmetic.js";

/** Both in the dtype that they meet in; bools multiply as int32 and the result is bool again. */
function paired(a: Node, b: Node, multiply: (a: Node, b: Node) => Node): Node {
  const dtype = promote(a.dtype, b.dtype);
  const inner = dtype === "bool" ? sumOf(dtype) : dtype;
  return cast(multiply(cast(a, inner), cast(b, inner)), dtype);
}

const NONE: readonly number[] = [];

/**
 * NumPy's dot: of 1-d arrays the inner product; else a sum over a's last axis and b's second to last (or only) one;
 * with a 0-d array the ordinary product.
 */
export function dot(a: Node, b: Node): Node {
  dotShape(a.shape, b.shape);
  if (a.shape.length === 0 || b.shape.length === 0) return mul(a, b);
  const [sumA, sumB] = [[a.shape.length - 1], [Math.max(0, b.shape.length - 2)]];
  return paired(a, b, (x, y) => contract(x, y, { batchA: NONE, batchB: NONE, sumA, sumB }));
}

/** NumPy's matmul: matrices in the last two axes, the axes before them broadcast. */
export function matmul(a: Node, b: Node): Node {
  const shape = matmulShape(a.shape, b.shape);
  if (b.shape.length <= 2) return dot(a, b);
  return paired(a, b, (x, y) => reshape(batched(x, y), shape));
}

function batched(a: Node, b: Node): Node {
  const left = a.shape.length === 1 ? reshape(a, [1, ...a.shape]) : a;
  const [batchLeft, batchRight] = [left.shape.slice(0, -2), b.shape.slice(0, -2)];
  const rank = Math.max(batchLeft.length, batchRight.length);
  const size = (batch: readonly number[], i: number): number => batch[i - (rank - batch.length)] ?? 1;
  const axes = Array.from({ length: rank }, (_, i) => i);
  const batch = axes.map((i) => (size(batchLeft, i) === 1 ? size(batchRight, i) : size(batchLeft, i)));
  // One matrix for the whole batch on the right: the batch is nothing but more rows.
  if (batchRight.every((n) => n === 1) && rank === batchLeft.length) {
    const right = reshape(b, b.shape.slice(-2));
    return contract(left, right, { batchA: NONE, batchB: NONE, sumA: [rank + 1], sumB: [0] });
  }
  const x = stretch(left, [...batch, ...left.shape.slice(-2)]);
  const y = stretch(b, [...batch, ...b.shape.slice(-2)]);
  return contract(x, y, { batchA: axes, batchB: axes, sumA: [rank + 1], sumB: [rank] });
}

/** Every product of an element of a with one of b: shape (size of a, size of b). */
export function outer(a: Node, b: Node): Node {
  const shape = outerShape(a.shape, b.shape);
  return mul(
    stretch(reshape(a, [sizeOf(a.shape), 1]), shape),
    stretch(reshape(b, [1, sizeOf(b.shape)]), shape),
  );
}
