/** Products with learned weights, and rows of a learned table. */
import { DTypeError, ShapeError, ValueError } from "../../errors.js";
import { cast, detach, expand, isFloat, reshape, where } from "../../graph/index.js";
import * as ops from "../../ops/index.js";
import { formatShape, linearShape, sameShape } from "../../shape/index.js";
import { type Tensor, take, wrapNode } from "../../tensor/index.js";
import { mustHaveShape } from "../checks.js";

/**
 * A linear layer: x W^T + b with x (..., in), weight (out, in) and bias (out); the result is (..., out).
 *
 * @throws ShapeError where the last axis of x is not as the weight has it
 * @example
 * ```ts
 * String(nn.functional.linear(array([[1, 2]]), array([[1, 0], [0, 1], [1, 1]]))); // [[1. 2. 3.]]
 * ```
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  if (weight.ndim !== 2) {
    throw new ShapeError(`linear: the weight must have shape (out, in), got ${formatShape(weight.shape)}`);
  }
  linearShape(x.shape, weight.shape[1]!, weight.shape[0]!);
  if (bias != null) mustHaveShape("linear", "the bias", bias, [weight.shape[0]!]);
  const y = ops.matmul(x.node, ops.transpose(weight.node));
  return wrapNode(bias === undefined || bias === null ? y : ops.add(y, bias.node));
}

/**
 * A bilinear layer: y[o] = a W[o] b^T + bias[o] with a (..., in1), b (..., in2), weight (out, in1, in2) and bias (out);
 * the result is (..., out).
 *
 * @throws ShapeError where the axes do not fit
 * @example
 * ```ts
 * const weight = ones([1, 2, 3]);
 * String(nn.functional.bilinear(array([[1, 2]]), array([[1, 1, 2]]), weight)); // [[12.]]
 * ```
 */
export function bilinear(a: Tensor, b: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  const [, in1, in2] = weight.shape as unknown as [number, number, number];
  const fits = sameShape(a.shape.slice(0, -1), b.shape.slice(0, -1));
  if (a.ndim < 1 || b.ndim < 1 || !fits || a.shape.at(-1) !== in1 || b.shape.at(-1) !== in2) {
    throw new ShapeError(
      `bilinear: expected inputs of shapes (*,${in1}) and (*,${in2}), but got ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  if (bias != null) mustHaveShape("bilinear", "the bias", bias, [weight.shape[0]!]);
  const front = a.shape.slice(0, -1);
  const [rows, columns] = [reshape(a.node, [a.size / in1, in1]), reshape(b.node, [b.size / in2, in2])];
  const y = ops.reshape(ops.einsum("ni,oij,nj->no", [rows, weight.node, columns]), [
    ...front,
    weight.shape[0]!,
  ]);
  return wrapNode(bias === undefined || bias === null ? y : ops.add(y, bias.node));
}

/**
 * Rows of a table (rows, width) at whole numbers of any shape, negative ones from the end; the result is (..., width).
 * With `paddingIdx` that row gets no derivative.
 *
 * @throws DTypeError where the indices are not whole numbers
 * @throws ValueError where paddingIdx is not a row of the table
 * @throws IndexError where an index is out of bounds, at the latest when the result is computed
 * @example
 * ```ts
 * const table = array([[0, 1], [2, 3], [4, 5]]);
 * String(nn.functional.embedding(array([2, 0], { dtype: "int32" }), table)); // [[4. 5.]
 *                                                                          //  [0. 1.]]
 * ```
 */
export function embedding(
  indices: Tensor,
  weight: Tensor,
  { paddingIdx = null }: { readonly paddingIdx?: number | null } = {},
): Tensor {
  if (isFloat(indices.dtype) || indices.dtype === "bool") {
    throw new DTypeError(
      `embedding: indices must be whole numbers (int32 or uint8), got ${indices.dtype}; convert them with astype("int32")`,
    );
  }
  const picked = take<Tensor, Tensor, number>(weight, indices, 0) as Tensor;
  if (paddingIdx === null) return picked;
  const padding = paddingRow(paddingIdx, weight.shape[0]!);
  // Counted from the front, as the padding is.
  const counted = ops.mod(cast(indices.node, "int32"), weight.shape[0]!);
  const learned = expand(reshape(ops.ne(counted, padding), [...indices.shape, 1]), picked.shape);
  return wrapNode(where(learned, picked.node, detach(picked.node)));
}

/** The row that is padding, counted from the front. */
export function paddingRow(paddingIdx: number, rows: number): number {
  if (!Number.isSafeInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows) {
    throw new ValueError(`embedding: paddingIdx must be one of the ${rows} rows, got ${paddingIdx}`);
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
}
