/** What a training leaves behind: a record an epoch, and where it stands, so that it can go on later. */
import { ValueError } from "../errors.js";
import type { GeneratorState, Tensor } from "../tensor/index.js";
import type { TallyState } from "./metrics.js";

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

/** The best epoch so far, by the monitored number: the validation loss, or the training loss, unless told otherwise. */
export interface BestEpoch {
  readonly epoch: number;
  /** The monitored number's name in the epoch's record. */
  readonly metric: string;
  readonly value: number;
}

/** Why a training ended: all epochs were done, its signal came, early stopping, a callback's `stop()`, or an error. */
export type Ending = "epochs" | "signal" | "earlyStopping" | "callback" | "error";

/** What fit gives: the record of the training. */
export interface FitHistory {
  /** Every epoch that was finished, those before a resume too. */
  readonly epochs: readonly EpochRecord[];
  /** null where no epoch was finished. */
  readonly best: BestEpoch | null;
  /** Was it stopped by its signal before the last epoch? */
  readonly stopped: boolean;
  readonly ending: Ending;
}

/** Tensors by name. */
export type Weights = Readonly<Record<string, Tensor>>;

/** How far an epoch has come that is not over: its steps, what they have measured, and how long they took. */
export interface EpochPlace {
  readonly step: number;
  readonly tally: TallyState;
  readonly seconds: number;
}

/** What decides which samples a step gets; a state from the middle of an epoch fits no other. */
export interface DataOrder {
  readonly samples: number;
  readonly batchSize: number;
  readonly accumulate: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
}

/** Where a training stands, after an epoch or after any step: all that `fit` needs to go on as if it had never stopped. */
export interface TrainingState {
  readonly epochs: readonly EpochRecord[];
  readonly weights: Weights;
  readonly optimizer: Weights;
  /** null before the end of the first epoch. */
  readonly best: BestEpoch | null;
  readonly bestWeights: Weights | null;
  /** Where the stream of random numbers stood that layers draw from. */
  readonly random: GeneratorState;
  /** How many updates were made. */
  readonly updates?: number | undefined;
  /** In the middle of an epoch, how far it has come. */
  readonly place?: EpochPlace | undefined;
  readonly order?: DataOrder | undefined;
  /** The learning rate of each parameter group. */
  readonly rates?: readonly number[] | undefined;
  /** The schedule's own state. */
  readonly schedule?: unknown;
  /** The averaged weights of `ema`. */
  readonly average?: Weights | undefined;
  /** What early stopping remembers. */
  readonly stopping?: StoppingState | undefined;
  /** The states of callbacks by their names. */
  readonly callbacks?: Readonly<Record<string, unknown>> | undefined;
}

/** What early stopping remembers: the value to beat, and for how many epochs nothing has. */
export interface StoppingState {
  readonly value: number | null;
  readonly waited: number;
}

/** Which number of the epoch's record tells how good it was, and in which direction. */
export interface Monitor {
  readonly name: string;
  readonly mode: "min" | "max";
}

/** Is `value` better than `than`, by more than `by`? NaN never is. */
export const improves = ({ mode }: Monitor, value: number, than: number, by = 0): boolean =>
  mode === "min" ? value < than - by : value > than + by;

/**
 * The monitored number of an epoch.
 *
 * @throws ValueError where the record has no such number
 */
export function monitored({ name }: Monitor, record: EpochRecord): number {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  if (value !== undefined) return value;
  const names = Object.keys(record).filter((key) => key !== "epoch" && key !== "seconds");
  throw new ValueError(
    `fit: the monitored "${name}" is not in the epoch's record, which has ${names.join(", ")}; a number of the validation data needs validate`,
  );
}

/** The best of two, the earlier where they are equal. */
export function better(before: BestEpoch | null, record: EpochRecord, monitor: Monitor): BestEpoch {
  const value = monitored(monitor, record);
  const { epoch } = record;
  const comparable = before !== null && before.metric === monitor.name && !Number.isNaN(before.value);
  return comparable && !improves(monitor, value, before.value)
    ? before
    : { epoch, metric: monitor.name, value };
}

/** `accuracy` of the validation data is `valAccuracy`. */
export function validationNames(means: Readonly<Record<string, number>>): Record<string, number> {
  const named = Object.entries(means).map(([name, value]) => [
    `val${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    value,
  ]);
  return Object.fromEntries(named);
}
