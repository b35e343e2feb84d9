/**
 * Every movement primitive is one of two loops: read an array through strides (permute, expand, slice, windows), or
 * write an array through strides (pad, concat, fold). Negative and zero strides are welcome.
 */
import type { TypedArray } from "../../graph/index.js";

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Calls `row(flat, at)` for each innermost row: where it starts in row-major order, and where through the strides. */
function eachRow(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
  row: (flat: number, at: number) => void,
): void {
  if (shape.some((n) => n === 0)) return;
  const last = shape.length - 1;
  const width = shape[last] ?? 1;
  const index = new Array<number>(Math.max(last, 0)).fill(0);
  let flat = 0;
  let at = offset;
  for (;;) {
    row(flat, at);
    flat += width;
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** out[i] = source[offset + i . strides] for all i of a shape. */
export function readStrided<T extends TypedArray>(
  source: TypedArray,
  out: T,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): T {
  const width = shape[shape.length - 1] ?? 1;
  const step = strides[shape.length - 1] ?? 0;
  eachRow(shape, strides, offset, (flat, at) => {
    for (let i = 0; i < width; i++) out[flat + i] = source[at + i * step]!;
  });
  return out;
}

/** out[offset + i . strides] = source[i], or += with `add`. */
export function writeStrided<T extends TypedArray>(
  source: TypedArray,
  out: T,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
  add = false,
): T {
  const width = shape[shape.length - 1] ?? 1;
  const step = strides[shape.length - 1] ?? 0;
  eachRow(shape, strides, offset, (flat, at) => {
    if (add) for (let i = 0; i < width; i++) out[at + i * step]! += source[flat + i]!;
    else for (let i = 0; i < width; i++) out[at + i * step] = source[flat + i]!;
  });
  return out;
}
