/** Sums of products: both operands are laid out as [batch, row, k] and [batch, k, column], then multiplied. */
import { allocate, type Node, type TypedArray } from "../../graph/index.js";
import { sizeOf } from "../../shape/index.js";
import { readStrided, stridesOf } from "./strided.js";

function arrange(x: TypedArray, { shape, dtype }: Node, order: readonly number[]): TypedArray {
  if (order.every((axis, i) => axis === i)) return x;
  const strides = stridesOf(shape);
  return readStrided(
    x,
    allocate(dtype, x.length),
    order.map((axis) => shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

/** Two rows of C = A B in double precision, four values of k at a time: what is read of B serves both. */
function multiplyRows(
  a: TypedArray,
  [p, q]: readonly [number, number],
  b: TypedArray,
  bAt: number,
  depth: number,
  [first, second]: readonly [Float64Array, Float64Array],
): void {
  const width = first.length;
  first.fill(0);
  second.fill(0);
  let k = 0;
  for (; k + 3 < depth; k += 4) {
    const [p0, p1, p2, p3] = [a[p + k]!, a[p + k + 1]!, a[p + k + 2]!, a[p + k + 3]!];
    const [q0, q1, q2, q3] = [a[q + k]!, a[q + k + 1]!, a[q + k + 2]!, a[q + k + 3]!];
    const from0 = bAt + k * width;
    const [from1, from2, from3] = [from0 + width, from0 + 2 * width, from0 + 3 * width];
    for (let j = 0; j < width; j++) {
      const b0 = b[from0 + j]!;
      const b1 = b[from1 + j]!;
      const b2 = b[from2 + j]!;
      const b3 = b[from3 + j]!;
      first[j]! += p0 * b0 + p1 * b1 + (p2 * b2 + p3 * b3);
      second[j]! += q0 * b0 + q1 * b1 + (q2 * b2 + q3 * b3);
    }
  }
  for (; k < depth; k++) {
    const [p0, q0] = [a[p + k]!, a[q + k]!];
    const from = bAt + k * width;
    for (let j = 0; j < width; j++) {
      first[j]! += p0 * b[from + j]!;
      second[j]! += q0 * b[from + j]!;
    }
  }
}

/** One row in 32-bit integers that wrap around. */
function multiplyRowInteger(
  a: TypedArray,
  aAt: number,
  b: TypedArray,
  bAt: number,
  depth: number,
  sums: Int32Array,
) {
  const width = sums.length;
  sums.fill(0);
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < width; j++) sums[j]! += Math.imul(a[aAt + k]!, b[bAt + k * width + j]!);
  }
}

export function contractKernel(node: Node<"contract">, a: TypedArray, b: TypedArray): TypedArray {
  const { batchA, batchB, sumA, sumB } = node.attrs;
  const [left, right] = [node.sources[0]!, node.sources[1]!];
  const free = ({ shape }: Node, used: readonly number[]): number[] =>
    [...shape.keys()].filter((axis) => !used.includes(axis));
  const sizes = ({ shape }: Node, axes: readonly number[]): number =>
    sizeOf(axes.map((axis) => shape[axis]!));
  const freeA = free(left, [...batchA, ...sumA]);
  const freeB = free(right, [...batchB, ...sumB]);
  const x = arrange(a, left, [...batchA, ...freeA, ...sumA]);
  const y = arrange(b, right, [...batchB, ...sumB, ...freeB]);
  const [batches, rows, depth, width] = [
    sizes(left, batchA),
    sizes(left, freeA),
    sizes(left, sumA),
    sizes(right, freeB),
  ];
  const out = allocate(node.dtype, batches * rows * width);
  const at = (batch: number, row: number): number => batch * rows + row;
  if (node.dtype === "float32" || node.dtype === "float64") {
    const sums = [new Float64Array(width), new Float64Array(width)] as const;
    for (let batch = 0; batch < batches; batch++) {
      for (let row = 0; row < rows; row += 2) {
        // A last row without a partner is computed twice.
        const pair = [at(batch, row), at(batch, Math.min(row + 1, rows - 1))] as const;
        multiplyRows(x, [pair[0] * depth, pair[1] * depth], y, batch * depth * width, depth, sums);
        out.set(sums[0], pair[0] * width);
        out.set(sums[1], pair[1] * width);
      }
    }
    return out;
  }
  const sums = new Int32Array(width);
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < rows; row++) {
      multiplyRowInteger(x, at(batch, row) * depth, y, batch * depth * width, depth, sums);
      out.set(sums, at(batch, row) * width);
    }
  }
  return out;
}
