/** Schedules: how the learning rate moves. */
export {
  type CosineAnnealingLROptions,
  type CosineAnnealingWarmRestartsOptions,
  cosineAnnealingLR,
  cosineAnnealingWarmRestarts,
} from "./cosine.js";
export {
  type ChainableFactory,
  type ConstantLROptions,
  constantLR,
  type ExponentialLROptions,
  exponentialLR,
  type LinearLROptions,
  lambdaLR,
  linearLR,
  type MultiStepLROptions,
  multiplicativeLR,
  multiStepLR,
  type PolynomialLROptions,
  polynomialLR,
  type StepLROptions,
  stepLR,
} from "./decay.js";
export { type OneCycleLROptions, oneCycleLR } from "./one-cycle.js";
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from "./plateau.js";
export { Schedule, type ScheduleFactory, type ScheduleState } from "./schedule.js";
export { chainedScheduler, sequentialLR } from "./sequence.js";
