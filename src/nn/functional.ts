/** The computations of layers as functions of tensors, with PyTorch's layouts. */
import * as ops from "../ops/index.js";
import type { ConvOptions, PerAxis, WindowOptions } from "../shape/index.js";
import { linearShape } from "../shape/index.js";
import { type Tensor, wrapNode } from "../tensor/index.js";

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
  linearShape(x.shape, weight.shape[1]!, weight.shape[0]!);
  const y = ops.matmul(x.node, ops.transpose(weight.node));
  return wrapNode(bias === undefined || bias === null ? y : ops.add(y, bias.node));
}

/**
 * Cross-correlation of x (N, C, H, W) with weight (out, C / groups, kH, kW), plus bias (out): each output is the sum
 * of a window times the kernel. The result is (N, out, H', W') with H' = floor((H + 2 padding - dilation (kH - 1) -
 * 1) / stride) + 1.
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
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor {
  return wrapNode(ops.convolution(x.node, weight.node, bias?.node ?? null, options));
}

const both = (kernel: PerAxis): readonly number[] => (typeof kernel === "number" ? [kernel, kernel] : kernel);

/**
 * The largest element of each window of x (N, C, H, W); the stride is the kernel unless given. The result is (N, C,
 * H', W').
 *
 * @throws ShapeError where the window is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const x = arange(16).reshape(1, 1, 4, 4);
 * String(nn.functional.maxPool2d(x, 2).reshape(2, 2)); // [[ 5.  7.]
 *                                                      //  [13. 15.]]
 * ```
 */
export function maxPool2d(x: Tensor, kernel: PerAxis, options: WindowOptions = {}): Tensor {
  return wrapNode(ops.maxPool(x.node, both(kernel), options));
}

/**
 * The mean of each window of x (N, C, H, W), padding counted as 0; the stride is the kernel unless given. The result
 * is (N, C, H', W').
 *
 * @throws ShapeError where the window is larger than the padded input
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const x = arange(16).reshape(1, 1, 4, 4);
 * String(nn.functional.avgPool2d(x, 2).reshape(2, 2)); // [[ 2.5  4.5]
 *                                                      //  [10.5 12.5]]
 * ```
 */
export function avgPool2d(x: Tensor, kernel: PerAxis, options: WindowOptions = {}): Tensor {
  return wrapNode(ops.averagePool(x.node, both(kernel), options));
}

/**
 * The step function: 1 where x > 0, else 0, in the shape and dtype of x. Its derivative is 0 everywhere.
 *
 * @example
 * ```ts
 * String(nn.functional.step(array([-1, 0, 2]))); // [0. 0. 1.]
 * ```
 */
export function step(x: Tensor): Tensor {
  return x.gt(0).astype(x.dtype);
}
