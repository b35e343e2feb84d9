/** The loop of a training: epochs of steps, validation, what is kept, and the events in between, in their stated order. */
import { type Batch, DataLoader, type Dataset } from "../data/index.js";
import { DataError, ValueError } from "../errors.js";
import { ema as averageOf, type Ema, type Optimizer } from "../optim/index.js";
import { random } from "../tensor/index.js";
import { CallbackList, type Training } from "./callback.js";
import type { CheckpointWriter } from "./checkpoint-options.js";
import { findCause } from "./diagnose.js";
import { EarlyStopping } from "./early-stopping.js";
import { Evaluator } from "./evaluate.js";
import {
  type BestEpoch,
  better,
  type Ending,
  type EpochRecord,
  type FitHistory,
  type Monitor,
  monitored,
  type TrainingState,
  validationNames,
  type Weights,
} from "./history.js";
import { Tally } from "./metrics.js";
import type { Model } from "./model.js";
import { type FitOptions, monitorOf } from "./options.js";
import { checkOrder, orderOf } from "./order.js";
import type { Progress } from "./progress.js";
import { ScheduleRunner } from "./schedule.js";
import { BadBatch, Step } from "./step.js";
import { turnTaker } from "./turn.js";

/** What a training is made of besides its options. */
export interface TrainerParts {
  readonly model: Model;
  readonly data: Dataset;
  readonly options: FitOptions;
  readonly progress: Progress;
  readonly checkpoints: CheckpointWriter | undefined;
  /** Where to go on from. */
  readonly resume: TrainingState | undefined;
}

/** How far an epoch has come. */
interface Place {
  /** Steps that are done. */
  step: number;
  readonly tally: Tally;
  /** Seconds that steps have taken up to `begun`, which is 0 while none is computed. */
  before: number;
  begun: number;
}

const secondsOf = ({ before, begun }: Place): number =>
  begun === 0 ? before : before + (performance.now() - begun) / 1000;

function pause(place: Place): void {
  place.before = secondsOf(place);
  place.begun = 0;
}

export class Trainer implements Training {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly epochs: number;
  updates = 0;
  readonly #options: FitOptions;
  readonly #progress: Progress;
  readonly #checkpoints: CheckpointWriter | undefined;
  readonly #loader: DataLoader;
  readonly #samples: number;
  readonly #accumulate: number;
  /** Steps in an epoch. */
  readonly #steps: number;
  readonly #records: EpochRecord[] = [];
  readonly #turn = turnTaker();
  readonly #evaluator: Evaluator;
  readonly #step: Step;
  readonly #average: Ema | undefined;
  readonly #schedule: ScheduleRunner | undefined;
  readonly #stopping: EarlyStopping | undefined;
  readonly #monitor: Monitor;
  readonly #callbacks: CallbackList;
  #best: BestEpoch | null = null;
  #bestWeights: Weights | null = null;
  /** The step that is being computed. */
  #at = { epoch: 0, step: 0 };
  /** How far the epoch has come that is not over. */
  #place: Place | undefined;
  #ending: Ending | undefined;

  constructor({ model, data, options, progress, checkpoints, resume }: TrainerParts) {
    const { batchSize = 64, shuffle = true, seed = 0, dropLast = false, accumulate = 1 } = options;
    this.model = model;
    this.epochs = options.epochs;
    this.#options = options;
    this.#progress = progress;
    this.#checkpoints = checkpoints;
    this.#monitor = monitorOf(options);
    this.#loader = new DataLoader(data, { batchSize, shuffle, seed, dropLast });
    this.#samples = data.length;
    this.#accumulate = accumulate;
    this.#steps = Math.ceil(this.#loader.length / accumulate);
    if (resume !== undefined) model.loadStateDict(resume.weights);
    this.optimizer = options.optimizer(model.parameters());
    const { loss, metrics, signal, compile = true, onBatch, ema } = options;
    this.#average = ema === undefined ? undefined : averageOf(model, { decay: ema });
    this.#schedule =
      options.schedule === undefined ? undefined : new ScheduleRunner(options.schedule, this.optimizer);
    this.#stopping =
      options.earlyStopping === undefined
        ? undefined
        : new EarlyStopping(options.earlyStopping, this.#monitor);
    this.#callbacks = new CallbackList(options.callbacks ?? [], this);
    this.#evaluator = new Evaluator(model, { loss, metrics, signal, compile });
    this.#step = new Step({
      model,
      optimizer: this.optimizer,
      average: this.#average,
      options,
      gradients: onBatch !== undefined || this.#callbacks.gradients,
      where: () => this.#where(),
    });
    if (resume !== undefined) this.#goOn(resume);
  }

  stop(): void {
    this.#ending ??= "callback";
  }

  /** Takes over a state; the weights are there already. */
  #goOn(from: TrainingState): void {
    const { place } = from;
    this.#records.push(...from.epochs);
    this.optimizer.loadStateDict(from.optimizer);
    if (from.schedule !== undefined) this.#schedule?.load(from.schedule);
    this.#setRates(from.rates);
    if (from.average !== undefined) this.#average?.loadStateDict(from.average);
    if (from.stopping !== undefined) this.#stopping?.load(from.stopping);
    this.#callbacks.load(from.callbacks ?? {});
    this.#best = from.best;
    this.#bestWeights = from.bestWeights;
    this.updates = from.updates ?? from.epochs.length * this.#steps;
    if (place !== undefined) {
      checkOrder(from.order, this.#order());
      if (place.step > this.#steps) {
        throw new ValueError(`fit: the state to go on from is after step ${place.step} of ${this.#steps}`);
      }
      this.#place = { step: place.step, tally: new Tally(place.tally), before: place.seconds, begun: 0 };
    }
    random.setState(from.random);
  }

  #setRates(rates: readonly number[] | undefined): void {
    if (rates === undefined) return;
    const { groups } = this.optimizer;
    if (rates.length !== groups.length) {
      throw new ValueError(
        `fit: the state to go on from has ${rates.length} learning rates, and the optimizer ${groups.length} groups`,
      );
    }
    for (const [i, group] of groups.entries()) group.lr = rates[i]!;
  }

  #order() {
    return orderOf(this.#samples, this.#options);
  }

  state(): TrainingState {
    const place = this.#place;
    return {
      epochs: [...this.#records],
      weights: this.model.stateDict(),
      optimizer: this.optimizer.stateDict(),
      best: this.#best,
      bestWeights: this.#bestWeights,
      random: random.getState(),
      updates: this.updates,
      place: place && { step: place.step, tally: place.tally.state(), seconds: secondsOf(place) },
      order: this.#order(),
      rates: this.optimizer.groups.map(({ lr }) => lr),
      schedule: this.#schedule?.state(),
      average: this.#average?.stateDict(),
      stopping: this.#stopping?.state(),
      callbacks: this.#callbacks.states(),
    };
  }

  async run(): Promise<FitHistory> {
    if (this.#stopping?.wants === true) this.#ending = "earlyStopping";
    try {
      await this.#callbacks.trainBegin();
      while (this.#records.length < this.epochs && this.#ending === undefined) await this.#epoch();
    } catch (error) {
      this.#useBest();
      await this.#callbacks.trainEnd({ ...this.#history(), ending: "error", error });
      throw error;
    }
    if ((this.#options.keep ?? "best") === "best" && this.#best !== null) this.#useBest();
    else this.#average?.copyTo();
    const history = this.#history();
    const failed = await this.#callbacks.trainEnd(history);
    if (failed !== undefined) throw failed.error;
    return history;
  }

  #history(): FitHistory {
    const ending = this.#ending ?? "epochs";
    return { epochs: this.#records, best: this.#best, stopped: ending === "signal", ending };
  }

  #useBest(): void {
    if (this.#bestWeights !== null) this.model.loadStateDict(this.#bestWeights);
  }

  /** One epoch with its validation, or what is left of it. */
  async #epoch(): Promise<void> {
    const epoch = this.#records.length + 1;
    this.#place ??= { step: 0, tally: new Tally(), before: 0, begun: 0 };
    const place = this.#place;
    await this.#callbacks.call("onEpochBegin", epoch);
    await this.#learn(epoch, place);
    if (place.step < this.#steps || this.#ending !== undefined) return this.#leave();
    const seconds = place.before;
    const { samples } = place.tally;
    const means = place.tally.means(this.#options.metrics);
    const validation = await this.#validate();
    if (validation === null) return this.#leave();
    const record: EpochRecord = {
      epoch,
      ...means,
      ...validation,
      seconds,
      samplesPerSecond: samples / seconds,
    };
    this.#records.push(record);
    this.#place = undefined;
    await this.#finish(record);
  }

  /** The training was stopped in an epoch; a checkpoint keeps what that has learned. */
  async #leave(): Promise<void> {
    this.#ending ??= "signal";
    await this.#checkpoints?.stopped(this);
  }

  /** An epoch is over: the best weights, then all who want to know. */
  async #finish(record: EpochRecord): Promise<void> {
    this.#best = better(this.#best, record, this.#monitor);
    const isBest = this.#best.epoch === record.epoch;
    if (isBest) this.#bestWeights = this.#averaged();
    this.#schedule?.afterEpoch(monitored(this.#monitor, record));
    this.#stopping?.see(record);
    if (this.#stopping?.wants === true) this.#ending ??= "earlyStopping";
    await this.#callbacks.call("onEpochEnd", record);
    if (this.#options.onEpoch !== undefined) await this.#options.onEpoch(record, this.state());
    await this.#checkpoints?.epochEnd(this, isBest);
  }

  /** The weights that the training stands for: the averaged ones, where there are such. */
  #averaged(): Weights {
    this.#average?.apply();
    const weights = this.model.stateDict();
    this.#average?.restore();
    return weights;
  }

  /** The steps of an epoch, until it is over or something stops it. */
  async #learn(epoch: number, place: Place): Promise<void> {
    if (place.step === this.#steps) return;
    this.#loader.setState({ epoch: epoch - 1, position: place.step * this.#accumulate });
    this.model.train();
    this.#progress.begin(epoch, this.epochs, this.#samples, place.tally.samples);
    place.begun = performance.now();
    const { signal } = this.#options;
    const batches = this.#loader[Symbol.iterator]();
    try {
      while (place.step < this.#steps && !signal?.aborted && this.#ending === undefined) {
        const before = place.tally.samples;
        this.#at = { epoch, step: place.step + 1 };
        const loss = await this.#update(batches, place);
        // What nobody has to wait for costs no turn.
        const pending = this.#tell(place, loss, place.tally.samples - before);
        if (pending !== undefined) await pending;
        this.#progress.update(place.tally.samples, place.tally.loss);
        await this.#turn();
      }
    } catch (error) {
      throw error instanceof BadBatch ? this.#explained(error) : error;
    } finally {
      batches.return?.();
      this.#progress.end();
      pause(place);
    }
    if (signal?.aborted) this.#ending ??= "signal";
  }

  /** Tells all who want to know of a step that is done; a promise only where one of them gave one. */
  #tell(place: Place, loss: number, samples: number): Promise<void> | undefined {
    place.step++;
    this.updates++;
    this.#schedule?.afterStep();
    const { onBatch } = this.#options;
    if (onBatch === undefined && !this.#callbacks.hearsBatches) return this.#save(place);
    const { epoch } = this.#at;
    const record = { epoch, step: place.step, steps: this.#steps, samples, loss };
    const pending = this.#callbacks.batchEnd(record);
    if (pending !== undefined) {
      return pending.then(() => {
        onBatch?.(record);
        return this.#save(place);
      });
    }
    onBatch?.(record);
    return this.#save(place);
  }

  /** A checkpoint, if one is due; writing it is not counted as training. */
  #save(place: Place): Promise<void> | undefined {
    const saving = this.#checkpoints?.batchEnd(this);
    if (saving === undefined) return undefined;
    pause(place);
    return saving.then(() => {
      place.begun = performance.now();
    });
  }

  /** Computes a step: the mean loss of its samples. */
  #update(batches: Iterator<Batch>, { step, tally }: Place): Promise<number> {
    const first = step * this.#accumulate;
    const count = Math.min(this.#accumulate, this.#loader.length - first);
    const take = (): Batch => batches.next().value as Batch;
    if (count === 1) return this.#step.one(take(), tally);
    const { batchSize = 64, dropLast = false } = this.#options;
    const all = dropLast ? this.#loader.length * batchSize : this.#samples;
    const samples = Math.min(count * batchSize, all - first * batchSize);
    return this.#step.several(take, count, samples, tally);
  }

  #where(): string {
    const { epoch, step } = this.#at;
    return `fit: epoch ${epoch}, step ${step} of ${this.#steps}`;
  }

  /** A loss that is no number, with where it probably comes from. */
  #explained({ value, inputs, targets, random: before }: BadBatch): DataError {
    const after = random.getState();
    random.setState(before);
    const { model, optimizer } = this;
    const cause = findCause({ model, optimizer, options: this.#options, inputs, targets }, value);
    random.setState(after);
    return new DataError(`${this.#where()}: ${cause}`);
  }

  /** The validation's means under their names; null where the signal came. */
  async #validate(): Promise<Record<string, number> | null> {
    const { validate, signal } = this.#options;
    if (validate === undefined) return {};
    let means: Record<string, number>;
    this.#average?.apply();
    try {
      means = validationNames(await this.#evaluator.measure(validate));
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return null;
      throw error;
    } finally {
      this.#average?.restore();
    }
    await this.#callbacks.call("onValidation", means);
    return means;
  }
}
