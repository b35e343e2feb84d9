/** The computations of layers as functions of tensors, with PyTorch's layouts. */
import type { Tensor } from "../tensor/index.js";

export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "./functional/convolution.js";
export { alphaDropout, dropout, dropout2d } from "./functional/dropout.js";
export { bilinear, embedding, linear } from "./functional/linear.js";
export { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from "./functional/normalization.js";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  maxPool1d,
  maxPool2d,
} from "./functional/pooling.js";
export { pixelShuffle, pixelUnshuffle, upsample } from "./functional/resize.js";

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

export {
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  prelu,
  relu6,
  rrelu,
  softshrink,
  threshold,
} from "./piecewise-functions.js";
export {
  celu,
  elu,
  gelu,
  glu,
  logSigmoid,
  mish,
  selu,
  silu,
  softmin,
  softplus,
  softsign,
  tanhshrink,
} from "./smooth-functions.js";
