/**
 * Convolution and pooling over any number of spatial axes: a view of windows, then a contraction or a reduction.
 * Layouts are PyTorch's: input (N, C, spatial...), weight (out, C / groups, kernel...).
 */
import {
  cast,
  contract,
  type Node,
  pad,
  permute,
  promote,
  quotientOf,
  reshape,
  windows,
} from "../graph/index.js";
import {
  type ConvOptions,
  convShape,
  normalizeWindow,
  poolShape,
  sizeOf,
  type WindowOptions,
  type WindowSettings,
} from "../shape/index.js";
import { add } from "./arithmetic.js";
import { argmax, mean } from "./reductions.js";
import { takeAlongAxis } from "./sorting.js";

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** The windows of the last `kernel.length` axes, padded first. */
function slidingWindows(x: Node, { kernel, stride, padding, dilation }: WindowSettings, value: number): Node {
  const front = x.shape.length - kernel.length;
  const border = [...new Array<number>(front).fill(0), ...padding];
  const padded = pad(x, { low: border, high: border, interior: border.map(() => 0), value });
  return windows(padded, { axes: range(front, kernel.length), size: kernel, stride, dilation });
}

/** A leading batch axis for input that came without one. */
function withBatch(x: Node, rank: number, compute: (x: Node) => Node): Node {
  if (x.shape.length === rank) return compute(x);
  const result = compute(reshape(x, [1, ...x.shape]));
  return reshape(result, result.shape.slice(1));
}

/**
 * y[n, o, p] = bias[o] + sum over c, k of x[n, c, stride p + dilation k - padding] weight[o, c, k] (cross-correlation,
 * as every deep learning library has it).
 */
export function convolution(x: Node, weight: Node, bias: Node | null, options: ConvOptions = {}): Node {
  convShape(x.shape, weight.shape, options);
  const dtype = promote(x.dtype, weight.dtype);
  const spatial = weight.shape.length - 2;
  const groups = options.groups ?? 1;
  const y = withBatch(cast(x, dtype), spatial + 2, (input) => {
    const [batch, channels] = [input.shape[0]!, input.shape[1]!];
    const kernel = weight.shape.slice(2);
    const view = slidingWindows(input, normalizeWindow("conv", kernel, options), 0);
    const out = view.shape.slice(2, 2 + spatial);
    const outer = weight.shape[0]!;
    // [N, G, C/G, out..., k...] with [G, O/G, C/G, k...], batched over G, summed over C/G and k.
    const grouped = reshape(view, [batch, groups, channels / groups, ...out, ...kernel]);
    const filters = reshape(cast(weight, dtype), [groups, outer / groups, channels / groups, ...kernel]);
    const result = contract(grouped, filters, {
      batchA: [1],
      batchB: [0],
      sumA: [2, ...range(3 + spatial, spatial)],
      sumB: [2, ...range(3, spatial)],
    });
    // [G, N, out..., O/G] to [N, G, O/G, out...]
    const ordered = permute(result, [1, 0, 2 + spatial, ...range(2, spatial)]);
    return reshape(ordered, [batch, outer, ...out]);
  });
  if (bias === null) return y;
  return add(y, reshape(bias, [bias.shape[0]!, ...new Array<number>(spatial).fill(1)]));
}

/** The windows' elements gathered in one last axis: (N, C, out..., kernel size). */
function pooled(
  x: Node,
  kernel: readonly number[],
  options: WindowOptions,
  value: number,
  reduce: (view: Node) => Node,
): Node {
  poolShape(x.shape, kernel, options);
  const values = cast(x, quotientOf(x.dtype));
  return withBatch(values, kernel.length + 2, (input) => {
    const view = slidingWindows(input, normalizeWindow("pool", kernel, options, kernel), value);
    const front = view.shape.slice(0, -kernel.length);
    return reshape(reduce(reshape(view, [...front, sizeOf(kernel)])), front);
  });
}

/** The largest element of each window; the derivative goes to the first that is largest, as PyTorch's. */
export function maxPool(x: Node, kernel: readonly number[], options: WindowOptions = {}): Node {
  return pooled(x, kernel, options, -Infinity, (view) =>
    takeAlongAxis(view, argmax(view, -1, { keepdims: true }), -1),
  );
}

/** The mean of each window, padding counted as 0. */
export function averagePool(x: Node, kernel: readonly number[], options: WindowOptions = {}): Node {
  return pooled(x, kernel, options, 0, (view) => mean(view, -1));
}
