/** Sums of products: both operands are laid out as [batch, row, k] and [batch, k, column], then multiplied. */
import { allocate, type Node, type TypedArray } from "../../graph/index.js";
import { readStrided, stridesOf } from "./strided.js";

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

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

/** One row of C = A B in double precision, four values of k at a time. */
function multiplyRow(
  a: TypedArray,
  aAt: number,
  b: TypedArray,
  bAt: number,
  depth: number,
  sums: Float64Array,
): void {
  const width = sums.length;
  sums.fill(0);
  let k = 0;
  for (; k + 3 < depth; k += 4) {
    const [a0, a1, a2, a3] = [a[aAt + k]!, a[aAt + k + 1]!, a[aAt + k + 2]!, a[aAt + k + 3]!];
    const b0 = bAt + k * width;
    const [b1, b2, b3] = [b0 + width, b0 + 2 * width, b0 + 3 * width];
    for (let j = 0; j < width; j++) {
      sums[j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + (a2 * b[b2 + j]! + a3 * b[b3 + j]!);
    }
  }
  for (; k < depth; k++) {
    const a0 = a[aAt + k]!;
    const b0 = bAt + k * width;
    for (let j = 0; j < width; j++) sums[j]! += a0 * b[b0 + j]!;
  }
}

/** The same in 32-bit integers that wrap around. */
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
    product(axes.map((axis) => shape[axis]!));
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
  const isFloat = node.dtype === "float32" || node.dtype === "float64";
  const sums = isFloat ? new Float64Array(width) : new Int32Array(width);
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < rows; row++) {
      const [xAt, yAt] = [(batch * rows + row) * depth, batch * depth * width];
      if (sums instanceof Float64Array) multiplyRow(x, xAt, y, yAt, depth, sums);
      else multiplyRowInteger(x, xAt, y, yAt, depth, sums);
      out.set(sums, (batch * rows + row) * width);
    }
  }
  return out;
}
