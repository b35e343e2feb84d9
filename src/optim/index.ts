/** Optimizers, and what belongs to them: schedules, clipping, averages of weights. */
export { Adadelta, type AdadeltaOptions, adadelta } from "./adadelta.js";
export { Adagrad, type AdagradOptions, adagrad } from "./adagrad.js";
export { Adam, type AdamOptions, AdamW, type AdamWOptions, adam, adamw } from "./adam.js";
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from "./clip.js";
export { Ema, type EmaOptions, ema } from "./ema.js";
export { Group, type ParameterGroup, type ParameterList } from "./groups.js";
export { Lion, type LionOptions, lion } from "./lion.js";
export { Muon, type MuonOptions, muon } from "./muon.js";
export { NAdam, type NAdamOptions, nadam } from "./nadam.js";
export { Optimizer, type OptimizerFactory } from "./optimizer.js";
export { RMSprop, type RMSpropOptions, rmsprop } from "./rmsprop.js";
export * from "./schedules/index.js";
export { SGD, type SgdOptions, sgd } from "./sgd.js";
