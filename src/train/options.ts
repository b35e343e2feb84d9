/** What `fit` can be told, and what of it makes no sense. */
import type { Dataset } from "../data/index.js";
import { DataError, ValueError } from "../errors.js";
import type { Loss } from "../nn/index.js";
import type { OptimizerFactory } from "../optim/index.js";
import { kindOf, type Shape } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import type { InputChange } from "./augment.js";
import type { BatchRecord, Callback } from "./callback.js";
import type { CheckpointOptions } from "./checkpoint-options.js";
import type { EarlyStoppingOptions } from "./early-stopping.js";
import type { EpochRecord, Monitor, TrainingState } from "./history.js";
import type { Metrics } from "./metrics.js";
import type { ScheduleOption } from "./schedule.js";

/** What fit takes beside the model and the data. `X` and `Y` are the shapes of a sample, `A` is what `augment` gives. */
export interface FitOptions<X extends Shape = Shape, Y extends Shape = Shape, A extends Tensor = Tensor> {
  /** What to make small, such as `nn.crossEntropy`. */
  readonly loss: Loss;
  /**
   * How, such as `optim.adam(1e-3)`. It is given the model's parameters; a function of one's own may make groups of them:
   * `() => optim.sgd(0.1)([{ params: body }, { params: head, lr: 1 }])`.
   */
  readonly optimizer: OptimizerFactory;
  /** How often to go through the data; with `resume`, those done before are counted too. */
  readonly epochs: number;
  /** Samples in a batch; 64 by default. */
  readonly batchSize?: number | undefined;
  /**
   * Batches in a step; 1 by default. The gradients of so many batches are gathered before the weights are updated once:
   * the step of a batch that is so many times as large, to rounding, in the memory of a small one. (A loss that does not
   * weigh each sample the same, or a layer that looks at a whole batch, makes a difference.)
   */
  readonly accumulate?: number | undefined;
  /**
   * Changes the inputs of each batch that is learned from, and keeps their shape: `randomShift(2)` of maru/data, several of
   * its augmentations by `augment(...)`, or `(x, generator) => x.add(generator.normal(x.shape, { std: 0.1 }))`. It is
   * computed in the step, on the device. What it draws from the generator that it gets, or from `random`, is part of the
   * training's state. Loss and metrics of training are those of the changed inputs; `validate` is never changed.
   */
  readonly augment?: InputChange<X, A> | undefined;
  /** Samples that are not learned from, measured after each epoch. */
  readonly validate?: Dataset<X, Y> | undefined;
  /**
   * Compute each step as one compiled program (see `compile`)? true by default. The code of model, loss and metrics then
   * runs once for each shape of batches; where one of them cannot be compiled, it runs at every step. Say false where one
   * of them does more than compute with tensors: counts, prints, draws from Math.random.
   */
  readonly compile?: boolean | undefined;
  /** Decides the order of the samples; 0 by default. (`random.seed` decides how weights begin.) */
  readonly seed?: number | undefined;
  /** A new order each epoch? true by default. */
  readonly shuffle?: boolean | undefined;
  /** Leave out a last batch that is not full? false by default. */
  readonly dropLast?: boolean | undefined;
  /** What to count besides the loss; accuracy where targets are labels, unless told otherwise. */
  readonly metrics?: Metrics | undefined;
  /**
   * How the learning rate moves, such as `optim.cosineAnnealingLR({ tMax: 10 })`: after each epoch, unless
   * `{ use: ..., every: "step" }` says otherwise.
   */
  readonly schedule?: ScheduleOption | undefined;
  /** Gradients whose norm over all parameters is larger are scaled down to it. A norm that is no number ends the training. */
  readonly clipNorm?: number | undefined;
  /** Each number of the gradients is brought between minus and plus this. */
  readonly clipValue?: number | undefined;
  /**
   * Averages the weights as they move: average = ema * average + (1 - ema) * weights after every step, such as 0.999.
   * Validation, the best weights and the model in the end are then the averaged ones.
   */
  readonly ema?: number | undefined;
  /**
   * The number of an epoch's record that tells which epoch is the best, for `keep`, early stopping and schedules that watch
   * a value: `valLoss`, or `loss` where there is no `validate`, unless told otherwise. A name alone is to be small, but large
   * where it ends in accuracy; `{ name, mode: "max" }` says so of others.
   */
  readonly monitor?: string | Monitor | undefined;
  /** Which weights the model has in the end; those of the best epoch by default. */
  readonly keep?: "best" | "last" | undefined;
  /** Ends the training when the monitored number has not got better for `patience` epochs. */
  readonly earlyStopping?: EarlyStoppingOptions | undefined;
  /** Writes checkpoints while it trains, and goes on from them (Node only). */
  readonly checkpoint?: CheckpointOptions | undefined;
  /** What else wants to hear of steps and epochs; called in this order, before `onBatch` and `onEpoch`. */
  readonly callbacks?: readonly Callback[] | undefined;
  /** Called after each epoch with its record, and with all that is needed to go on from there. */
  readonly onEpoch?: ((record: EpochRecord, state: TrainingState) => void | Promise<void>) | undefined;
  /** Called after each step; the parameters' `.grad` are then left to be looked at. */
  readonly onBatch?: ((batch: BatchRecord) => void) | undefined;
  /** Ends the training after the step that is being computed. */
  readonly signal?: AbortSignal | undefined;
  /** A progress bar on Node's standard error; "auto", the default: where that is a terminal. */
  readonly progress?: boolean | "auto" | undefined;
  /** Go on from here: a state that `onEpoch` was given, or of a checkpoint, of the same model, data and settings. */
  readonly resume?: TrainingState | undefined;
}

/** Throws a ValueError for settings that make no sense, and a DataError where there is nothing to learn from. */
export function checkOptions(data: Dataset, options: FitOptions): void {
  const { epochs, batchSize = 64, accumulate = 1, augment, validate, clipNorm, clipValue, ema } = options;
  for (const [name, value] of Object.entries({ epochs, batchSize, accumulate })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ValueError(`fit: ${name} must be a whole number of at least 1, got ${value}`);
    }
  }
  for (const [name, value] of Object.entries({ clipNorm, clipValue })) {
    if (value === undefined || value > 0) continue;
    throw new ValueError(`fit: ${name} must be a number above 0, got ${value}`);
  }
  if (ema !== undefined && !(ema >= 0 && ema < 1)) {
    throw new ValueError(`fit: ema must be a number of at least 0 and below 1, such as 0.999, got ${ema}`);
  }
  if (augment !== undefined && typeof augment !== "function") {
    throw new ValueError(`fit: augment must be a function of a batch of inputs, got ${kindOf(augment)}`);
  }
  if (data.length === 0) throw new DataError("fit: the data has no samples");
  if (validate?.length === 0) throw new DataError("fit: the validation data has no samples");
}

/** The monitored number and its direction. */
export function monitorOf({ monitor, validate }: FitOptions): Monitor {
  if (typeof monitor === "object") {
    const { name, mode } = monitor;
    if (typeof name === "string" && (mode === "min" || mode === "max")) return monitor;
    throw new ValueError(`fit: monitor must be a name or { name, mode: "min" or "max" }`);
  }
  const name = monitor ?? (validate === undefined ? "loss" : "valLoss");
  return { name, mode: /accuracy$/i.test(name) ? "max" : "min" };
}
