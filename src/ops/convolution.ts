/**
 * Convolutions over any number of spatial axes, and their transposes: a view of windows and a contraction. Layouts are
 * PyTorch's: input (N, C, spatial...), weight (out, C / groups, kernel...), transposed (in, out / groups, kernel...).
 */
import {
  cast,
  contract,
  fold,
  full,
  type Node,
  pad,
  permute,
  promote,
  reshape,
  slice,
  windows,
} from "../graph/index.js";
import {
  type ConvOptions,
  type ConvTransposeOptions,
  type ConvWindow,
  convShape,
  convTransposeShape,
  normalizeConv,
  normalizeConvTranspose,
} from "../shape/index.js";
import { add } from "./arithmetic.js";

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** The windows of the last `kernel.length` axes, padded first. */
export function slidingWindows(
  x: Node,
  { kernel, stride, low, high, dilation }: ConvWindow,
  value: number,
): Node {
  const front = range(0, x.shape.length - kernel.length).map(() => 0);
  const border = { low: [...front, ...low], high: [...front, ...high] };
  const padded = pad(x, { ...border, interior: x.shape.map(() => 0), value });
  return windows(padded, { axes: range(front.length, kernel.length), size: kernel, stride, dilation });
}

/** A leading batch axis for input that came without one. */
export function withBatch(x: Node, rank: number, compute: (x: Node) => Node): Node {
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
    const view = slidingWindows(input, normalizeConv("conv", kernel, options), 0);
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
  return withBias(y, bias, spatial);
}

function withBias(y: Node, bias: Node | null, spatial: number): Node {
  if (bias === null) return y;
  return add(y, reshape(bias, [bias.shape[0]!, ...new Array<number>(spatial).fill(1)]));
}

/** Along one axis: which elements of the input reach the result, and which part of what they are folded to is wanted. */
interface Reach {
  readonly from: number;
  readonly count: number;
  /** The length of what they are folded to. */
  readonly whole: number;
  /** Where the result begins there; negative where zeros come first. */
  readonly start: number;
}

function reachOf(size: number, out: number, span: number, stride: number, padding: number): Reach {
  // Element i lands on stride i - padding to stride i - padding + span.
  const from = Math.max(0, Math.ceil((padding - span) / stride));
  const last = Math.min(size - 1, Math.floor((out - 1 + padding) / stride));
  const count = Math.max(0, last - from + 1);
  return { from, count, whole: (count - 1) * stride + span + 1, start: padding - from * stride };
}

/**
 * y[n, o, stride i + dilation k - padding] += x[n, c, i] weight[c, o, k], the derivative of a convolution by its input:
 * a contraction, folded. The compiler makes it a contraction over windows of x spread out (`compiler/rewrite.ts`), so
 * that nothing of the size of all windows is stored; for that the elements that land outside are left out first.
 */
export function transposedConvolution(
  x: Node,
  weight: Node,
  bias: Node | null,
  options: ConvTransposeOptions = {},
): Node {
  const shape = convTransposeShape(x.shape, weight.shape, options);
  const dtype = promote(x.dtype, weight.dtype);
  const kernel = weight.shape.slice(2);
  const spatial = kernel.length;
  const sizes = shape.slice(-spatial);
  const { stride, padding, dilation } = normalizeConvTranspose("convTranspose", kernel, options);
  const reach = sizes.map((out, i) => {
    const size = x.shape[x.shape.length - spatial + i]!;
    return reachOf(size, out, dilation[i]! * (kernel[i]! - 1), stride[i]!, padding[i]!);
  });
  const y = withBatch(cast(x, dtype), spatial + 2, (input) => {
    const outer = [input.shape[0]!, shape[shape.length - spatial - 1]!];
    if (reach.some(({ count }) => count === 0)) return full([...outer, ...sizes], 0, dtype);
    const products = tapProducts(input, cast(weight, dtype), reach, options.groups ?? 1);
    const folded = fold(products, {
      axes: range(2, spatial),
      size: kernel,
      stride,
      dilation,
      shape: [...outer, ...reach.map(({ whole }) => whole)],
    });
    return placed(folded, sizes, reach);
  });
  return withBias(y, bias, spatial);
}

/** x[n, c, i] weight[c, o, k] summed over the channels of a group: (N, out, spatial..., kernel...). */
function tapProducts(x: Node, weight: Node, reach: readonly Reach[], groups: number): Node {
  const [batch, channels] = [x.shape[0]!, x.shape[1]!];
  const counts = reach.map(({ count }) => count);
  const kernel = weight.shape.slice(2);
  const spatial = kernel.length;
  const used = slice(x, {
    start: [0, 0, ...reach.map(({ from }) => from)],
    size: [batch, channels, ...counts],
    step: x.shape.map(() => 1),
  });
  const grouped = reshape(used, [batch, groups, channels / groups, ...counts]);
  const filters = reshape(weight, [groups, channels / groups, weight.shape[1]!, ...kernel]);
  const result = contract(grouped, filters, { batchA: [1], batchB: [0], sumA: [2], sumB: [1] });
  // [G, N, spatial..., O/G, k...] to [N, G, O/G, spatial..., k...]
  const order = [1, 0, 2 + spatial, ...range(2, spatial), ...range(3 + spatial, spatial)];
  return reshape(permute(result, order), [batch, groups * weight.shape[1]!, ...counts, ...kernel]);
}

/** The part of what was folded that is wanted, with zeros where nothing was folded to. */
function placed(folded: Node, sizes: readonly number[], reach: readonly Reach[]): Node {
  const from = reach.map(({ start }) => Math.max(0, start));
  const to = reach.map(({ start, whole }, i) => Math.min(whole, start + sizes[i]!));
  const cropped = slice(folded, {
    start: [0, 0, ...from],
    size: [...folded.shape.slice(0, 2), ...to.map((end, i) => end - from[i]!)],
    step: folded.shape.map(() => 1),
  });
  return pad(cropped, {
    low: [0, 0, ...reach.map(({ start }) => Math.max(0, -start))],
    high: [0, 0, ...reach.map(({ start }, i) => start + sizes[i]! - to[i]!)],
    interior: folded.shape.map(() => 0),
    value: 0,
  });
}
