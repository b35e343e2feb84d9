/** Initial values of parameters, as PyTorch's `torch.nn.init` has them: each fills a tensor in place and gives it back. */
export {
  constant,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  type NormalInitOptions,
  normal,
  ones,
  type TruncNormalOptions,
  truncNormal,
  type UniformInitOptions,
  uniform,
  xavierNormal,
  xavierUniform,
  zeros,
} from "./distributions.js";
export { calculateGain, type Nonlinearity } from "./fans.js";
export type { GainOptions, RandomOptions } from "./fill.js";
export { dirac, eye, orthogonal, type SparseOptions, sparse } from "./structured.js";
