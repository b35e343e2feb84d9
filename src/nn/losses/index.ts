/** Losses: how far a prediction is from the truth, as one number. Formulas and names are PyTorch's. */
export { type CrossEntropyOptions, crossEntropy, nll } from "./classification.js";
export { type CtcOptions, ctc, type Lengths } from "./ctc.js";
export type { ClassLossOptions } from "./labels.js";
export {
  cosineEmbedding,
  hinge,
  hingeEmbedding,
  type MarginOptions,
  type MultiMarginOptions,
  multiMargin,
  type TripletMarginOptions,
  tripletMargin,
} from "./margin.js";
export {
  type BceWithLogitsOptions,
  type BinaryLossOptions,
  bce,
  bceWithLogits,
  type KlDivOptions,
  klDiv,
} from "./probability.js";
export type { Loss, LossOptions, LossValue, Reduction } from "./reduction.js";
export {
  type HuberOptions,
  huber,
  l1,
  mse,
  type RegressionLossOptions,
  type SmoothL1Options,
  smoothL1,
} from "./regression.js";
