/** What a training leaves behind: a record an epoch, and where it stands, so that it can go on later. */
import type { GeneratorState, Tensor } from "../tensor/index.js";

/** One epoch. Metrics stand under their own names, those of the validation data as `valLoss`, `valAccuracy`, ... */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean over the epoch's training samples, each as it was when its batch came. */
  readonly loss: number;
  readonly accuracy?: number;
  /** Over the validation samples, after the epoch. */
  readonly valLoss?: number;
  readonly valAccuracy?: number;
  /** How long the epoch's training took, validation not counted. */
  readonly seconds: number;
  /** Training samples in one of those seconds. */
  readonly samplesPerSecond: number;
  readonly [metric: string]: number | undefined;
}

/** The best epoch so far: the one with the lowest validation loss, or training loss where nothing validates. */
export interface BestEpoch {
  readonly epoch: number;
  readonly metric: "valLoss" | "loss";
  readonly value: number;
}

/** What fit gives: the record of the training. */
export interface FitHistory {
  /** Every epoch that was finished, those before a resume too. */
  readonly epochs: readonly EpochRecord[];
  /** null where no epoch was finished. */
  readonly best: BestEpoch | null;
  /** Was it stopped by its signal before the last epoch? */
  readonly stopped: boolean;
}

/** Tensors by name. */
export type Weights = Readonly<Record<string, Tensor>>;

/** Where a training stands at the end of an epoch: all that `fit` needs to go on as if it had never stopped. */
export interface TrainingState {
  readonly epochs: readonly EpochRecord[];
  readonly weights: Weights;
  readonly optimizer: Weights;
  readonly best: BestEpoch;
  readonly bestWeights: Weights;
  /** Where the stream of random numbers stood that layers draw from. */
  readonly random: GeneratorState;
}

/** The best of two, the earlier where they are equal. */
export function better(before: BestEpoch | null, record: EpochRecord): BestEpoch {
  const metric = record.valLoss === undefined ? "loss" : "valLoss";
  const value = record[metric]!;
  const { epoch } = record;
  // Said so that NaN is never better.
  return before !== null && before.metric === metric && !(value < before.value)
    ? before
    : { epoch, metric, value };
}

/** `accuracy` of the validation data is `valAccuracy`. */
export function validationNames(means: Readonly<Record<string, number>>): Record<string, number> {
  const named = Object.entries(means).map(([name, value]) => [
    `val${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    value,
  ]);
  return Object.fromEntries(named);
}
