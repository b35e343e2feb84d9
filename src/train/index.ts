/** Training: `fit`, `evaluate`, metrics, and models in files. */

export type { InputChange } from "./augment.js";
export type { BatchRecord, Callback, Training, TrainingEnd } from "./callback.js";
export { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
export { newestCheckpoint } from "./checkpoint-folder.js";
export type { CheckpointOptions } from "./checkpoint-options.js";
export type { EarlyStoppingOptions } from "./early-stopping.js";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate.js";
export { fit } from "./fit.js";
export type {
  BestEpoch,
  DataOrder,
  Ending,
  EpochPlace,
  EpochRecord,
  FitHistory,
  Monitor,
  StoppingState,
  TrainingState,
  Weights,
} from "./history.js";
export * as metrics from "./metrics/index.js";
export { accuracy, type Metric, type Metrics } from "./metrics.js";
export type { CheckedModel, Model } from "./model.js";
export { type LoadedModel, loadModel, type ModelMetadata, saveModel } from "./model-file.js";
export type { FitOptions } from "./options.js";
export type { ScheduleOption } from "./schedule.js";
export { type TensorBoardOptions, tensorBoard } from "./tensorboard.js";
