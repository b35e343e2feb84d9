/** Metrics, for `fit` and `evaluate` and by themselves. */
export { accuracy } from "../metrics.js";
export type { ClassOptions } from "./classes.js";
export {
  type Average,
  type ClassMetricOptions,
  confusionMatrix,
  f1,
  precision,
  recall,
} from "./classification.js";
export { meanAbsoluteError, type PerplexityOptions, perplexity, r2 } from "./numbers.js";
export { rocAuc, topK } from "./ranking.js";
export { StreamingMetric } from "./streaming.js";
