/** Training: epochs of steps, each step forward, backward and update; the best weights are kept. */
import { DataLoader, type Dataset } from "../data/index.js";
import { DataError, ValueError } from "../errors.js";
import type { Loss } from "../nn/index.js";
import type { Optimizer, OptimizerFactory } from "../optim/index.js";
import type { Shape } from "../shape/index.js";
import { random, realize, type Tensor } from "../tensor/index.js";
import { compiledWherePossible } from "./compiled.js";
import { Evaluator } from "./evaluate.js";
import {
  type BestEpoch,
  better,
  type EpochRecord,
  type FitHistory,
  type TrainingState,
  validationNames,
  type Weights,
} from "./history.js";
import { lossOf, type Measured, type Metrics, metricSums, Tally } from "./metrics.js";
import { type CheckedModel, type Model, predict } from "./model.js";
import { openProgress, type Progress } from "./progress.js";
import { turnTaker } from "./turn.js";

/** One step, as `onBatch` sees it. */
export interface BatchRecord {
  /** Counted from 1, as the step within the epoch is. */
  readonly epoch: number;
  readonly step: number;
  /** Steps in an epoch. */
  readonly steps: number;
  /** Samples in this batch. */
  readonly samples: number;
  /** Mean loss of this batch, before the step. */
  readonly loss: number;
}

/** What fit takes beside the model and the data. */
export interface FitOptions<X extends Shape = Shape, Y extends Shape = Shape> {
  /** What to make small, such as `nn.crossEntropy`. */
  readonly loss: Loss;
  /** How, such as `optim.adam(1e-3)`. */
  readonly optimizer: OptimizerFactory;
  /** How often to go through the data; with `resume`, those done before are counted too. */
  readonly epochs: number;
  /** Samples in a step; 64 by default. */
  readonly batchSize?: number | undefined;
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
  /** Which weights the model has in the end; those of the best epoch by default. */
  readonly keep?: "best" | "last" | undefined;
  /** Called after each epoch with its record, and with all that is needed to go on from there. */
  readonly onEpoch?: ((record: EpochRecord, state: TrainingState) => void | Promise<void>) | undefined;
  /** Called after each step. */
  readonly onBatch?: ((batch: BatchRecord) => void) | undefined;
  /** Ends the training after the step that is being computed. */
  readonly signal?: AbortSignal | undefined;
  /** A progress bar on Node's standard error; "auto", the default: where that is a terminal. */
  readonly progress?: boolean | "auto" | undefined;
  /** Go on from here: a state that `onEpoch` was given, of the same model, data and settings. */
  readonly resume?: TrainingState | undefined;
}

/**
 * Trains a model on a dataset. The same seeds give the same numbers. The model ends with the weights of its best epoch:
 * the one with the lowest validation loss, or mean training loss where there is no `validate`.
 *
 * Forward, loss, metrics, backward and update of a step are compiled to one program, so the model's code runs once for
 * each shape of batches and not at every step; a model whose code reads values on the way runs at every step instead.
 * The option `compile: false` asks for that too. Without `onBatch` no `.grad` is left on the parameters then.
 *
 * A model that does not take the dataset's samples is red in the editor, and a `ShapeError` here.
 *
 * @throws DataError where the data is empty, a label is no class, or the loss becomes NaN or infinite (the model then has
 * its best weights so far)
 * @throws ValueError for settings that make no sense
 * @example
 * ```ts
 * const model = nn.sequential(nn.flatten(), nn.linear(784, 128), nn.relu(), nn.linear(128, 10));
 * const { epochs } = await fit(model, await mnist("train"), {
 *   loss: nn.crossEntropy,
 *   optimizer: optim.adam(1e-3),
 *   epochs: 3,
 *   validate: await mnist("test"),
 * });
 * epochs.at(-1)?.valAccuracy; // about 0.97
 * ```
 */
export async function fit<M extends Model, X extends Shape, Y extends Shape>(
  model: CheckedModel<M, X>,
  data: Dataset<X, Y>,
  options: FitOptions<NoInfer<X>, NoInfer<Y>>,
): Promise<FitHistory> {
  checkOptions(data as Dataset, options as unknown as FitOptions);
  const progress = await openProgress(options.progress ?? "auto");
  return new Training(
    model as unknown as Model,
    data as Dataset,
    options as unknown as FitOptions,
    progress,
  ).run();
}

function checkOptions(data: Dataset, { epochs, batchSize = 64, validate }: FitOptions): void {
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ValueError(`fit: ${name} must be a whole number of at least 1, got ${value}`);
    }
  }
  if (data.length === 0) throw new DataError("fit: the data has no samples");
  if (validate?.length === 0) throw new DataError("fit: the validation data has no samples");
}

class Training {
  readonly #model: Model;
  readonly #data: Dataset;
  readonly #options: FitOptions;
  readonly #progress: Progress;
  readonly #optimizer: Optimizer;
  readonly #epochs: EpochRecord[];
  readonly #turn = turnTaker();
  readonly #evaluator: Evaluator;
  readonly #update: (inputs: Tensor, targets: Tensor) => Promise<Measured>;
  #at = { epoch: 0, step: 0, steps: 0 };
  #best: BestEpoch | null = null;
  #bestWeights: Weights | null = null;

  constructor(model: Model, data: Dataset, options: FitOptions, progress: Progress) {
    const { resume } = options;
    this.#model = model;
    this.#data = data;
    this.#options = options;
    this.#progress = progress;
    if (resume !== undefined) model.loadStateDict(resume.weights);
    this.#optimizer = options.optimizer(model.parameters());
    this.#epochs = [...(resume?.epochs ?? [])];
    const { loss, metrics, signal, compile = true } = options;
    this.#evaluator = new Evaluator(model, { loss, metrics, signal, compile });
    this.#update = compiledWherePossible(compile, (x: Tensor, y: Tensor) => this.#forwardAndBack(x, y));
    if (resume === undefined) return;
    this.#optimizer.loadStateDict(resume.optimizer);
    this.#best = resume.best;
    this.#bestWeights = resume.bestWeights;
    random.setState(resume.random);
  }

  async run(): Promise<FitHistory> {
    const { epochs, keep = "best" } = this.#options;
    const { batchSize = 64, shuffle = true, seed = 0, dropLast = false } = this.#options;
    const loader = new DataLoader(this.#data, { batchSize, shuffle, seed, dropLast });
    let stopped = false;
    try {
      while (this.#epochs.length < epochs && !stopped) {
        loader.setState({ epoch: this.#epochs.length, position: 0 });
        stopped = !(await this.#epoch(loader));
      }
    } catch (error) {
      this.#restore();
      throw error;
    }
    if (keep === "best") this.#restore();
    return { epochs: this.#epochs, best: this.#best, stopped };
  }

  #restore(): void {
    if (this.#bestWeights !== null) this.#model.loadStateDict(this.#bestWeights);
  }

  /** One epoch with its validation; false where it was stopped. */
  async #epoch(loader: DataLoader): Promise<boolean> {
    const epoch = this.#epochs.length + 1;
    const begun = performance.now();
    const tally = await this.#learn(loader, epoch);
    if (tally === null) return false;
    const seconds = (performance.now() - begun) / 1000;
    const validation = await this.#validate();
    if (validation === null) return false;
    const samplesPerSecond = tally.samples / seconds;
    const record: EpochRecord = { epoch, ...tally.means(), ...validation, seconds, samplesPerSecond };
    this.#epochs.push(record);
    await this.#finish(record);
    return true;
  }

  async #finish(record: EpochRecord): Promise<void> {
    const weights = this.#model.stateDict();
    this.#best = better(this.#best, record);
    if (this.#best.epoch === record.epoch) this.#bestWeights = weights;
    await this.#options.onEpoch?.(record, {
      epochs: [...this.#epochs],
      weights,
      optimizer: this.#optimizer.stateDict(),
      best: this.#best,
      bestWeights: this.#bestWeights!,
      random: random.getState(),
    });
  }

  /** The steps of an epoch; null where the signal came. */
  async #learn(loader: DataLoader, epoch: number): Promise<Tally | null> {
    const { signal, onBatch, epochs } = this.#options;
    const tally = new Tally();
    let step = 0;
    this.#model.train();
    this.#progress.begin(epoch, epochs, this.#data.length);
    try {
      for (const { inputs, targets } of loader) {
        if (signal?.aborted) return null;
        step++;
        this.#at = { epoch, step, steps: loader.length };
        const loss = await this.#step(inputs, targets, tally);
        onBatch?.({ epoch, step, steps: loader.length, samples: inputs.shape[0]!, loss });
        this.#progress.update(tally.samples, tally.loss);
        await this.#turn();
      }
    } finally {
      this.#progress.end();
    }
    return signal?.aborted ? null : tally;
  }

  #where(): string {
    const { epoch, step, steps } = this.#at;
    return `fit: epoch ${epoch}, step ${step} of ${steps}`;
  }

  /** One step. A loss that is no number has changed nothing. */
  async #step(inputs: Tensor, targets: Tensor, tally: Tally): Promise<number> {
    const { loss, sums } = await this.#update(inputs, targets);
    const mean = Number(loss.item());
    if (!Number.isFinite(mean)) {
      throw new DataError(`${this.#where()}: the loss is ${mean}; ${this.#suspect(inputs, targets)}`);
    }
    tally.add(inputs.shape[0]!, mean, sums);
    return mean;
  }

  /** Forward, backward, and the update where the loss is a number. */
  #forwardAndBack(inputs: Tensor, targets: Tensor): Measured {
    const { loss, metrics, onBatch } = this.#options;
    const prediction = predict(this.#model, inputs);
    const value = lossOf(loss, prediction, targets, () => this.#where());
    const sums = metricSums(metrics, prediction, targets);
    this.#optimizer.zeroGrad();
    value.backward();
    // Where the step is not compiled: forward is computed once, for the metrics too.
    realize([value, ...Object.values(sums)], true);
    this.#optimizer.step(value.isFinite());
    // Gradients that nobody can look at need not be written.
    if (onBatch === undefined) this.#optimizer.zeroGrad();
    return { loss: value, sums };
  }

  /** What probably made a loss NaN or infinite. */
  #suspect(inputs: Tensor, targets: Tensor): string {
    const broken = (tensor: Tensor): boolean => !tensor.dataSync().every((x: number) => Number.isFinite(x));
    if (broken(inputs)) return "the inputs of this batch hold NaN or infinity: clean the data";
    if (broken(targets)) return "the targets of this batch hold NaN or infinity: clean the data";
    return `the steps are probably too large: try a learning rate well below ${this.#optimizer.lr}`;
  }

  /** The validation's means under their names; null where the signal came. */
  async #validate(): Promise<Record<string, number> | null> {
    const { validate, signal } = this.#options;
    if (validate === undefined) return {};
    try {
      return validationNames(await this.#evaluator.measure(validate));
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return null;
      throw error;
    }
  }
}
