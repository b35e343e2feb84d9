/**
 * Shape rules of the primitives that are not elementwise. They are strict and plain: the public calls have already
 * normalised axes and worded their errors (`shape/`), so a failure here is a bug that the verifier reports.
 */
import { VerificationError } from "../errors.js";
import { formatShape, sizeOf } from "../shape/index.js";
import type { Meta, PrimitiveAttrs } from "./attrs.js";

function must(condition: boolean, say: () => string): void {
  if (!condition) throw new VerificationError(say());
}

const isPermutation = (axes: readonly number[], rank: number): boolean =>
  axes.length === rank && new Set(axes).size === rank && axes.every((a) => a >= 0 && a < rank);

export function reduceInfer([a]: readonly Meta[], { axes }: PrimitiveAttrs["sum"]): Meta {
  const { shape, dtype } = a!;
  must(
    axes.every((axis, i) => axis >= 0 && axis < shape.length && (i === 0 || axis > axes[i - 1]!)),
    () => `reduce: axes ${axes} of ${formatShape(shape)} are not increasing axes`,
  );
  return { shape: shape.filter((_, axis) => !axes.includes(axis)), dtype };
}

export function reshapeInfer([a]: readonly Meta[], { shape }: PrimitiveAttrs["reshape"]): Meta {
  must(
    sizeOf(shape) === sizeOf(a!.shape),
    () => `reshape: ${formatShape(a!.shape)} does not fill ${formatShape(shape)}`,
  );
  return { shape, dtype: a!.dtype };
}

export function permuteInfer([a]: readonly Meta[], { axes }: PrimitiveAttrs["permute"]): Meta {
  const { shape, dtype } = a!;
  must(
    isPermutation(axes, shape.length),
    () => `permute: ${axes} is no permutation of ${formatShape(shape)}`,
  );
  return { shape: axes.map((axis) => shape[axis]!), dtype };
}

export function expandInfer([a]: readonly Meta[], { shape }: PrimitiveAttrs["expand"]): Meta {
  const from = a!.shape;
  must(
    from.length === shape.length && from.every((size, i) => size === shape[i] || size === 1),
    () => `expand: ${formatShape(from)} does not stretch to ${formatShape(shape)}`,
  );
  return { shape, dtype: a!.dtype };
}

export function padInfer([a]: readonly Meta[], { low, high, interior }: PrimitiveAttrs["pad"]): Meta {
  const { shape, dtype } = a!;
  must(
    [low, high, interior].every((list) => list.length === shape.length && list.every((n) => n >= 0)),
    () => `pad: widths do not fit ${formatShape(shape)}`,
  );
  const grown = shape.map((n, i) => low[i]! + n + Math.max(0, n - 1) * interior[i]! + high[i]!);
  return { shape: grown, dtype };
}

export function sliceInfer([a]: readonly Meta[], { start, size, step }: PrimitiveAttrs["slice"]): Meta {
  const { shape, dtype } = a!;
  const inside = (n: number, i: number): boolean => {
    const count = size[i]!;
    const last = start[i]! + (count - 1) * step[i]!;
    return (
      count >= 0 &&
      step[i] !== 0 &&
      (count === 0 || (start[i]! >= 0 && start[i]! < n && last >= 0 && last < n))
    );
  };
  must(
    [start, size, step].every((list) => list.length === shape.length) && shape.every(inside),
    () => `slice: [${start}] x [${size}] by [${step}] leaves ${formatShape(shape)}`,
  );
  return { shape: size, dtype };
}

export function concatInfer(sources: readonly Meta[], { axis }: PrimitiveAttrs["concat"]): Meta {
  const { shape, dtype } = sources[0]!;
  must(axis >= 0 && axis < shape.length, () => `concat: no axis ${axis} in ${formatShape(shape)}`);
  for (const other of sources) {
    must(
      other.dtype === dtype &&
        other.shape.length === shape.length &&
        other.shape.every((n, i) => i === axis || n === shape[i]),
      () => `concat: ${formatShape(shape)} and ${formatShape(other.shape)} do not join along ${axis}`,
    );
  }
  const total = sources.reduce((sum, other) => sum + other.shape[axis]!, 0);
  return { shape: shape.map((n, i) => (i === axis ? total : n)), dtype };
}

export function windowsInfer([a]: readonly Meta[], attrs: PrimitiveAttrs["windows"]): Meta {
  const { axes, size, stride, dilation } = attrs;
  const shape = [...a!.shape];
  axes.forEach((axis, i) => {
    const reach = dilation[i]! * (size[i]! - 1) + 1;
    must(
      axis >= 0 &&
        axis < shape.length &&
        stride[i]! > 0 &&
        dilation[i]! > 0 &&
        size[i]! > 0 &&
        reach <= shape[axis]!,
      () =>
        `windows: a window of ${size[i]} by ${dilation[i]} does not fit axis ${axis} of ${formatShape(a!.shape)}`,
    );
    shape[axis] = Math.floor((shape[axis]! - reach) / stride[i]!) + 1;
  });
  return { shape: [...shape, ...size], dtype: a!.dtype };
}

export function foldInfer([a]: readonly Meta[], attrs: PrimitiveAttrs["fold"]): Meta {
  const { dtype } = a!;
  const unfolded = windowsInfer([{ shape: attrs.shape, dtype }], attrs).shape;
  must(
    formatShape(unfolded) === formatShape(a!.shape),
    () => `fold: ${formatShape(a!.shape)} are not the windows of ${formatShape(attrs.shape)}`,
  );
  return { shape: attrs.shape, dtype };
}

export function contractInfer([a, b]: readonly Meta[], attrs: PrimitiveAttrs["contract"]): Meta {
  const { batchA, batchB, sumA, sumB } = attrs;
  const [x, y] = [a!.shape, b!.shape];
  must(
    a!.dtype === b!.dtype &&
      batchA.length === batchB.length &&
      sumA.length === sumB.length &&
      batchA.every((axis, i) => x[axis] === y[batchB[i]!]) &&
      sumA.every((axis, i) => x[axis] === y[sumB[i]!]),
    () => `contract: ${formatShape(x)} and ${formatShape(y)} do not meet over [${sumA}] and [${sumB}]`,
  );
  const free = (shape: readonly number[], used: readonly number[]): number[] =>
    shape.filter((_, axis) => !used.includes(axis));
  return {
    shape: [
      ...batchA.map((axis) => x[axis]!),
      ...free(x, [...batchA, ...sumA]),
      ...free(y, [...batchB, ...sumB]),
    ],
    dtype: a!.dtype,
  };
}

function checkIndices(name: string, x: Meta, indices: readonly Meta[], axes: readonly number[]): void {
  must(
    indices.length === axes.length &&
      new Set(axes).size === axes.length &&
      axes.every((axis) => axis >= 0 && axis < x.shape.length) &&
      indices.every((i) => i.dtype === "int32" && formatShape(i.shape) === formatShape(indices[0]!.shape)),
    () => `${name}: one int32 index of one shape is needed for each of axes [${axes}]`,
  );
}

/** Indexed axes go; the shape of the indices comes first, the axes that were left follow. */
export function gatherInfer([x, ...indices]: readonly Meta[], { axes }: PrimitiveAttrs["gather"]): Meta {
  checkIndices("gather", x!, indices, axes);
  const rest = x!.shape.filter((_, axis) => !axes.includes(axis));
  return { shape: [...indices[0]!.shape, ...rest], dtype: x!.dtype };
}

export function scatterInfer(sources: readonly Meta[], attrs: PrimitiveAttrs["scatter"]): Meta {
  const [base, updates, ...indices] = sources;
  const picked = gatherInfer([base!, ...indices], attrs);
  must(
    updates!.dtype === base!.dtype && formatShape(updates!.shape) === formatShape(picked.shape),
    () => `scatter: updates ${formatShape(updates!.shape)} do not fit ${formatShape(picked.shape)}`,
  );
  return base!;
}
