/** The computations of layers as functions of tensors, with PyTorch's layouts. */
import * as ops from "../ops/index.js";
import type { ConvOptions, PerAxis, WindowOptions } from "../shape/index.js";
import { linearShape } from "../shape/index.js";
import { type Tensor, wrapNode } from "../tensor/index.js";

/** x W^T + b: x (..., in), W (out, in), b (out). */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  linearShape(x.shape, weight.shape[1]!, weight.shape[0]!);
  const y = ops.matmul(x.node, ops.transpose(weight.node));
  return wrapNode(bias === undefined || bias === null ? y : ops.add(y, bias.node));
}

/** Cross-correlation of x (N, C, H, W) with weight (out, C / groups, kH, kW), plus bias (out). */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor {
  return wrapNode(ops.convolution(x.node, weight.node, bias?.node ?? null, options));
}

const both = (kernel: PerAxis): readonly number[] => (typeof kernel === "number" ? [kernel, kernel] : kernel);

/** The largest element of each window of x (N, C, H, W); the stride is the kernel unless given. */
export function maxPool2d(x: Tensor, kernel: PerAxis, options: WindowOptions = {}): Tensor {
  return wrapNode(ops.maxPool(x.node, both(kernel), options));
}

/** The mean of each window of x (N, C, H, W); the stride is the kernel unless given. */
export function avgPool2d(x: Tensor, kernel: PerAxis, options: WindowOptions = {}): Tensor {
  return wrapNode(ops.averagePool(x.node, both(kernel), options));
}

/** The step function: 1 where x > 0, else 0. Its derivative is 0 everywhere. */
export function step(x: Tensor): Tensor {
  return x.gt(0).astype(x.dtype);
}
