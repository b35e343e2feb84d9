/** Training: `fit`, `evaluate`, metrics, and models in files. */

export { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate.js";
export { type BatchRecord, type FitOptions, fit } from "./fit.js";
export type { BestEpoch, EpochRecord, FitHistory, TrainingState, Weights } from "./history.js";
export { accuracy, type Metric, type Metrics } from "./metrics.js";
export type { CheckedModel, Model } from "./model.js";
export { type LoadedModel, loadModel, type ModelMetadata, saveModel } from "./model-file.js";
