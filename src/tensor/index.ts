/** Tensors: the NumPy half of maru. Importing this file gives Tensor all its methods. */
export * from "./arithmetic.js";
export * from "./comparison.js";
export { type Compiled, compile } from "./compile.js";
export * from "./create.js";
export {
  checkpoint,
  customGradient,
  grad,
  hessian,
  jacobian,
  jvp,
  type LikeTree,
  type TensorTree,
  takePendingLosses,
  valueAndGrad,
  vjp,
} from "./derivatives.js";
export { explain } from "./explain.js";
export type { Explained } from "./explained.js";
export * from "./exponential.js";
export * from "./indexing.js";
export * from "./joining.js";
export type { DTypeOfLike, PromoteLike, ShapeOfLike, TensorLike } from "./like.js";
export * from "./movement.js";
export type { ElementOf, NestedArray, NestedOf } from "./nested.js";
export * from "./print/index.js";
export * from "./products.js";
export * from "./random.js";
export * from "./reductions.js";
export * from "./reshaping.js";
export * from "./rounding.js";
export {
  getDevice,
  getThreads,
  lastRun,
  noGrad,
  setDevice,
  setThreads,
  setVerification,
} from "./runtime.js";
export * from "./scans.js";
export * from "./sorting.js";
export {
  realize,
  Tensor,
  wrap as wrapNode,
} from "./tensor.js";
export * from "./trigonometry.js";
