/** Reductions, scans and sorting over rows: the reduced axes are brought last, so each result is one row. */
import { allocate, type DType, type Node, type ReducePrimitive, type TypedArray } from "../../graph/index.js";
import { sizeOf } from "../../shape/index.js";
import { readStrided, stridesOf } from "./strided.js";

/**
 * Sum by halves: blocks of up to 128 in eight running sums, larger ranges split in two. The rounding error grows with
 * the logarithm of the length, and the order of the additions is NumPy's for a contiguous row.
 */
function pairwiseSum(x: TypedArray, from: number, count: number): number {
  if (count < 8) {
    let sum = count > 0 ? x[from]! : 0;
    for (let i = 1; i < count; i++) sum += x[from + i]!;
    return sum;
  }
  if (count <= 128) {
    const r = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => x[from + k]!);
    let i = 8;
    for (; i < count - (count % 8); i += 8) for (let k = 0; k < 8; k++) r[k]! += x[from + i + k]!;
    let sum = r[0]! + r[1]! + (r[2]! + r[3]!) + (r[4]! + r[5]! + (r[6]! + r[7]!));
    for (; i < count; i++) sum += x[from + i]!;
    return sum;
  }
  const half = Math.floor(count / 2);
  const left = half - (half % 8);
  return pairwiseSum(x, from, left) + pairwiseSum(x, from + left, count - left);
}

type RowReducer = (x: TypedArray, from: number, count: number, dtype: DType) => number;

const reducers: { readonly [P in ReducePrimitive]: RowReducer } = {
  // Sums of int32 stay below 2^53 for any array that fits in memory; storing them wraps.
  sum: (x, from, count) => pairwiseSum(x, from, count),
  prod: (x, from, count, dtype) => {
    let result = 1;
    const wraps = dtype === "int32" || dtype === "uint8";
    for (let i = 0; i < count; i++) result = wraps ? Math.imul(result, x[from + i]!) : result * x[from + i]!;
    return result;
  },
  amax: (x, from, count) => {
    let best = x[from]!;
    for (let i = 1; i < count; i++) best = Math.max(best, x[from + i]!);
    return best;
  },
  amin: (x, from, count) => {
    let best = x[from]!;
    for (let i = 1; i < count; i++) best = Math.min(best, x[from + i]!);
    return best;
  },
};

/** The values with some axes moved last, row-major. Nothing is copied when they already are. */
function bringLast(x: TypedArray, { shape, dtype }: Node, axes: readonly number[]): TypedArray {
  const order = [...shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
  if (order.every((axis, i) => axis === i)) return x;
  const strides = stridesOf(shape);
  return readStrided(
    x,
    allocate(dtype, x.length),
    order.map((axis) => shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

export function reduceKernel(op: ReducePrimitive, node: Node<ReducePrimitive>, x: TypedArray): TypedArray {
  const { axes } = node.attrs;
  const source = node.sources[0]!;
  const rows = bringLast(x, source, axes);
  const count = sizeOf(axes.map((axis) => source.shape[axis]!));
  const out = allocate(node.dtype, sizeOf(node.shape));
  const reducer = reducers[op];
  for (let i = 0; i < out.length; i++) out[i] = reducer(rows, i * count, count, node.dtype);
  return out;
}

/** Size of the axis, and the distance between its elements. */
function along(shape: readonly number[], axis: number): { size: number; step: number } {
  return { size: shape[axis]!, step: sizeOf(shape.slice(axis + 1)) };
}

/** Calls `line(start)` for the first element of every line along an axis. */
function eachLine(length: number, size: number, step: number, line: (start: number) => void): void {
  for (let outer = 0; outer < length; outer += size * step) {
    for (let inner = 0; inner < step; inner++) line(outer + inner);
  }
}

export function cumsumKernel({ shape, dtype, attrs }: Node<"cumsum">, x: TypedArray): TypedArray {
  const { size, step } = along(shape, attrs.axis);
  const out = allocate(dtype, x.length);
  eachLine(x.length, size, step, (start) => {
    let sum = 0;
    for (let i = 0, at = start; i < size; i++, at += step) {
      sum += x[at]!;
      out[at] = sum;
    }
  });
  return out;
}

export function argsortKernel({ shape, attrs }: Node<"argsort">, x: TypedArray): TypedArray {
  const { size, step } = along(shape, attrs.axis);
  const out = new Int32Array(x.length);
  const sign = attrs.descending ? -1 : 1;
  eachLine(x.length, size, step, (start) => {
    const order = Array.from({ length: size }, (_, i) => i);
    order.sort((i, j) => {
      const [a, b] = [x[start + i * step]!, x[start + j * step]!];
      if (a < b) return -sign;
      if (a > b) return sign;
      // NaN counts as larger than everything; equal elements stay in order.
      return a === b ? 0 : sign * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
    });
    for (let i = 0; i < size; i++) out[start + i * step] = order[i]!;
  });
  return out;
}
