/** Pooling over any number of spatial axes: a view of windows and a reduction. Layouts are PyTorch's, (N, C, spatial...). */
import { buffer, cast, type DType, type Node, quotientOf, reshape } from "../graph/index.js";
import {
  type AdaptiveSize,
  adaptivePoolShape,
  type ConvWindow,
  normalizeWindow,
  type PoolOptions,
  poolShape,
  sizeOf,
} from "../shape/index.js";
import { div, mul } from "./arithmetic.js";
import { slidingWindows, withBatch } from "./convolution.js";
import { takeAxis } from "./movement.js";
import { argmax, mean, sum } from "./reductions.js";
import { takeAlongAxis } from "./sorting.js";

/** How the mean of a window is taken. */
export interface AverageOptions extends Omit<PoolOptions, "dilation"> {
  /** Does padding count as elements of value 0? true by default. */
  readonly countIncludePad?: boolean | undefined;
}

/** Windows that may reach beyond the padding at the end, where they were counted by rounding up. */
function poolWindow(x: Node, kernel: readonly number[], options: PoolOptions): ConvWindow {
  const { padding, stride, dilation } = normalizeWindow("pool", kernel, options, kernel);
  const counts = poolShape(x.shape, kernel, options).slice(-kernel.length);
  const high = counts.map((count, i) => {
    const size = x.shape[x.shape.length - kernel.length + i]!;
    const end = (count - 1) * stride[i]! + dilation[i]! * (kernel[i]! - 1) + 1;
    return Math.max(padding[i]!, end - size - padding[i]!);
  });
  return { kernel, stride, dilation, low: padding, high };
}

/** The windows' elements gathered in one last axis: (N, C, out..., kernel size). */
function pooled(
  x: Node,
  kernel: readonly number[],
  options: PoolOptions,
  value: number,
  reduce: (view: Node, window: ConvWindow) => Node,
): Node {
  poolShape(x.shape, kernel, options);
  return withBatch(x, kernel.length + 2, (input) => {
    const window = poolWindow(input, kernel, options);
    const view = slidingWindows(input, window, value);
    const front = view.shape.slice(0, -kernel.length);
    return reshape(reduce(reshape(view, [...front, sizeOf(kernel)]), window), front);
  });
}

/** Picks the largest of the last axis; the derivative goes to the first that is largest, as PyTorch's. */
const largest = (view: Node): Node => takeAlongAxis(view, argmax(view, -1, { keepdims: true }), -1);

/** The largest element of each window. */
export function maxPool(x: Node, kernel: readonly number[], options: PoolOptions = {}): Node {
  return pooled(cast(x, quotientOf(x.dtype)), kernel, options, -Infinity, largest);
}

/** The mean of each window, padding counted as 0 or not at all. What lies beyond the padding never counts. */
export function averagePool(x: Node, kernel: readonly number[], options: AverageOptions = {}): Node {
  return pooled(cast(x, quotientOf(x.dtype)), kernel, options, 0, (view, window) => {
    const spatial = view.shape.slice(2, -1);
    const counts = spatial.map((n, axis) => {
      const padding = window.low[axis]!;
      const size = x.shape[x.shape.length - spatial.length + axis]!;
      const inside = options.countIncludePad === false ? [padding, padding + size] : [0, size + 2 * padding];
      return elementCounts(n, axis, window, inside as [number, number]);
    });
    const whole = counts.every((list, axis) => list.every((count) => count === window.kernel[axis]));
    if (whole) return mean(view, -1, { keepdims: true });
    const divisors = counts.map((list, axis) => {
      const shape = view.shape.map((_, i) => (i === axis + 2 ? list.length : 1));
      return reshape(numbers(list, view.dtype), shape);
    });
    return div(
      sum(view, -1, { keepdims: true }),
      divisors.reduce((a, b) => mul(a, b)),
    );
  });
}

/** How many elements of each window along an axis lie between two places of the padded input. */
function elementCounts(
  n: number,
  axis: number,
  { kernel, stride }: ConvWindow,
  [from, to]: readonly [number, number],
): number[] {
  return Array.from({ length: n }, (_, i) => {
    const start = i * stride[axis]!;
    return Math.min(start + kernel[axis]!, to) - Math.max(start, from);
  });
}

const numbers = (list: readonly number[], dtype: DType): Node =>
  cast(buffer(Float32Array.from(list), [list.length], "float32"), dtype);

/** Where the windows of adaptive pooling begin and end: floor(i size / n) and ceil((i + 1) size / n). */
const adaptiveBounds = (size: number, n: number): [number, number][] =>
  Array.from({ length: n }, (_, i) => [Math.floor((i * size) / n), Math.ceil(((i + 1) * size) / n)]);

/** For each window the places of its elements, the last one again where a window is shorter than the longest. */
function adaptivePlaces(bounds: readonly (readonly [number, number])[]): Node {
  const length = Math.max(...bounds.map(([from, to]) => to - from));
  const places = bounds.flatMap(([from, to]) => Array.from({ length }, (_, k) => Math.min(from + k, to - 1)));
  return buffer(Int32Array.from(places), [bounds.length, length], "int32");
}

/** Windows of equal length are pooled as usual; others axis by axis, as both the largest and the mean allow. */
function adaptivePool(
  x: Node,
  rank: number,
  size: AdaptiveSize,
  plain: (x: Node, kernel: readonly number[]) => Node,
  along: (x: Node, axis: number, bounds: [number, number][]) => Node,
): Node {
  const shape = adaptivePoolShape(x.shape, rank, size);
  const front = x.shape.length - rank;
  const values = cast(x, quotientOf(x.dtype));
  const [before, after] = [x.shape.slice(front), shape.slice(front)];
  if (before.every((n, i) => n > 0 && n % after[i]! === 0)) {
    return plain(
      values,
      before.map((n, i) => n / after[i]!),
    );
  }
  // From the last axis on: of equal elements the first in row-major order is then the one that is picked.
  return before.reduceRight((result, n, i) => {
    return n === after[i] ? result : along(result, front + i, adaptiveBounds(n, after[i]!));
  }, values);
}

/** The largest elements of windows that together make so many along each axis. */
export const adaptiveMaxPool = (x: Node, rank: number, size: AdaptiveSize): Node =>
  adaptivePool(x, rank, size, maxPool, (y, axis, bounds) => {
    const view = takeAxis(y, adaptivePlaces(bounds), axis);
    const picked = takeAlongAxis(view, argmax(view, axis + 1, { keepdims: true }), axis + 1);
    return reshape(picked, [...y.shape.slice(0, axis), bounds.length, ...y.shape.slice(axis + 1)]);
  });

/** The means of windows that together make so many along each axis. */
export const adaptiveAveragePool = (x: Node, rank: number, size: AdaptiveSize): Node =>
  adaptivePool(x, rank, size, averagePool, (y, axis, bounds) => {
    const view = takeAxis(y, adaptivePlaces(bounds), axis);
    const length = view.shape[axis + 1]!;
    const shares = bounds.flatMap(([from, to]) =>
      Array.from({ length }, (_, k) => (k < to - from ? 1 / (to - from) : 0)),
    );
    const shape = view.shape.map((n, i) => (i === axis || i === axis + 1 ? n : 1));
    const weights = reshape(
      cast(buffer(Float64Array.from(shares), [shares.length], "float64"), y.dtype),
      shape,
    );
    return sum(mul(view, weights), axis + 1);
  });
