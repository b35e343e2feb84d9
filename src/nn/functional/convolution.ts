/** Convolutions and their transposes, with PyTorch's layouts. */
import { ShapeError } from "../../errors.js";
import * as ops from "../../ops/index.js";
import {
  type ConvOptions,
  type ConvTransposeOptions,
  formatShape,
  normalizeConv,
  refuseUnknown,
} from "../../shape/index.js";
import { type Tensor, wrapNode } from "../../tensor/index.js";
import { mustHaveShape } from "../checks.js";

/** How a convolution slides, and what its padding holds. */
export interface ConvolutionOptions extends ConvOptions {
  /** What the padding holds; zeros by default. */
  readonly paddingMode?: ops.PaddingMode | undefined;
}

const SLIDES = ["stride", "padding", "dilation", "groups", "bias"];

/** Throws a ValueError where an option is not one of a convolution's. */
export const checkConv = (name: string, isTransposed: boolean, options: object): void =>
  refuseUnknown(name, options, [...SLIDES, isTransposed ? "outputPadding" : "paddingMode"]);

/** Throws unless weight and bias go together. */
function checkWeights(
  name: string,
  rank: number,
  weight: Tensor,
  bias: Tensor | null | undefined,
  out: number,
): void {
  if (weight.ndim !== rank + 2) {
    throw new ShapeError(
      `${name}: expected a weight of rank ${rank + 2}, but got shape ${formatShape(weight.shape)}`,
    );
  }
  if (bias != null) mustHaveShape(name, "the bias", bias, [out]);
}

/** A convolution over the axes of the weight after the first two. */
export function convolution(
  rank: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  given: ConvolutionOptions,
): Tensor {
  const name = `conv${rank}d`;
  checkConv(name, false, given);
  const { paddingMode = "zeros", ...options } = given;
  checkWeights(name, rank, weight, bias, weight.shape[0]!);
  if (paddingMode === "zeros" || x.ndim < rank + 1)
    return wrapNode(ops.convolution(x.node, weight.node, bias?.node ?? null, options));
  const { low, high } = normalizeConv(name, weight.shape.slice(2), options);
  const widths = low.map((before, i) => [before, high[i]!] as const);
  const padded = ops.border(x.node, widths, paddingMode);
  return wrapNode(ops.convolution(padded, weight.node, bias?.node ?? null, { ...options, padding: 0 }));
}

/** A transposed convolution over the axes of the weight after the first two. */
export function transposedConvolution(
  rank: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null | undefined,
  options: ConvTransposeOptions,
): Tensor {
  const name = `convTranspose${rank}d`;
  checkConv(name, true, options);
  checkWeights(name, rank, weight, bias, weight.shape[1]! * (options.groups ?? 1));
  return wrapNode(ops.transposedConvolution(x.node, weight.node, bias?.node ?? null, options));
}

/**
 * Cross-correlation of x (N, C, L) with weight (out, C / groups, k), plus bias (out): each output is the sum of a window
 * times the kernel. The result is (N, out, L') with L' = floor((L + 2 padding - dilation (k - 1) - 1) / stride) + 1; with
 * padding "same" (stride 1) L' = L.
 *
 * @throws ShapeError where the channels do not fit, or the kernel is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * String(nn.functional.conv1d(array([[[1, 2, 3, 4]]]), array([[[1, 1]]]))); // [[[3. 5. 7.]]]
 * ```
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolution(1, x, weight, bias, options);
}

/**
 * Cross-correlation of x (N, C, H, W) with weight (out, C / groups, kH, kW), plus bias (out): each output is the sum
 * of a window times the kernel. The result is (N, out, H', W') with H' = floor((H + 2 padding - dilation (kH - 1) -
 * 1) / stride) + 1; with padding "same" (stride 1) H' = H.
 *
 * @throws ShapeError where the channels do not fit, or the kernel is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const x = arange(9).reshape(1, 1, 3, 3);
 * String(nn.functional.conv2d(x, ones([1, 1, 2, 2])).reshape(2, 2)); // [[ 8. 12.]
 *                                                                    //  [20. 24.]]
 * ```
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolution(2, x, weight, bias, options);
}

/**
 * Cross-correlation of x (N, C, D, H, W) with weight (out, C / groups, kD, kH, kW), plus bias (out), as
 * {@link conv2d} does it with one axis more.
 *
 * @throws ShapeError where the channels do not fit, or the kernel is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * nn.functional.conv3d(ones([2, 3, 8, 8, 8]), ones([4, 3, 3, 3, 3])).shape; // [2, 4, 6, 6, 6]
 * ```
 */
export function conv3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvolutionOptions = {},
): Tensor {
  return convolution(3, x, weight, bias, options);
}

/**
 * The transpose of a convolution over x (N, C, L), with weight (C, out / groups, k) and bias (out): each element puts
 * the kernel, times itself, at its place, and what overlaps adds up. The result is (N, out, L') with L' = (L - 1) stride -
 * 2 padding + dilation (k - 1) + outputPadding + 1.
 *
 * @throws ShapeError where the channels do not fit, or nothing is left
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const x = array([[[1, 2]]]);
 * String(nn.functional.convTranspose1d(x, array([[[1, 10, 100]]]), null, { stride: 2 })); // [[[  1.  10. 102.  20. 200.]]]
 * ```
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  return transposedConvolution(1, x, weight, bias, options);
}

/**
 * The transpose of a convolution over x (N, C, H, W), with weight (C, out / groups, kH, kW) and bias (out), as
 * {@link convTranspose1d} does it along each axis. The result is (N, out, H', W').
 *
 * @throws ShapeError where the channels do not fit, or nothing is left
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * nn.functional.convTranspose2d(ones([8, 4, 7, 7]), ones([4, 2, 2, 2]), null, { stride: 2 }).shape; // [8, 2, 14, 14]
 * ```
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  return transposedConvolution(2, x, weight, bias, options);
}

/**
 * The transpose of a convolution over x (N, C, D, H, W), with weight (C, out / groups, kD, kH, kW) and bias (out), as
 * {@link convTranspose1d} does it along each axis.
 *
 * @throws ShapeError where the channels do not fit, or nothing is left
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * nn.functional.convTranspose3d(ones([1, 4, 3, 3, 3]), ones([4, 2, 2, 2, 2]), null, { stride: 2 }).shape; // [1, 2, 6, 6, 6]
 * ```
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  options: ConvTransposeOptions = {},
): Tensor {
  return transposedConvolution(3, x, weight, bias, options);
}
