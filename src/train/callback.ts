/** Callbacks: what wants to hear of a training's events, in the order of their list. */
import { FormatError, ValueError } from "../errors.js";
import type { Module } from "../nn/index.js";
import type { Optimizer } from "../optim/index.js";
import type { EpochRecord, FitHistory, TrainingState } from "./history.js";

/** One step, as `onBatch` and callbacks see it. */
export interface BatchRecord {
  /** Counted from 1, as the step within the epoch is. */
  readonly epoch: number;
  readonly step: number;
  /** Steps in an epoch. */
  readonly steps: number;
  /** Samples in this step. */
  readonly samples: number;
  /** Mean loss of this step's samples, before the update. */
  readonly loss: number;
}

/** The training that an event belongs to. */
export interface Training {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** How many epochs there are to be in all. */
  readonly epochs: number;
  /** Updates that were made so far, those before a resume too. */
  readonly updates: number;
  /** Ends the training after this step, or after this epoch where one has just ended. */
  stop(): void;
  /**
   * Where the training stands now, for `saveCheckpoint` and `resume`. It holds the states of callbacks as they are: one
   * that saves stands last in the list. In `onTrainEnd` the model has its best weights already.
   */
  state(): TrainingState;
}

/** How a training ended: its history and, where it failed, the error that `fit` is about to throw. */
export interface TrainingEnd extends FitHistory {
  readonly error?: unknown;
}

type MaybeLater = void | Promise<void>;

/**
 * What is called while a training runs; each method may be left out, and what returns a promise is waited for. At each
 * event the callbacks are called in the order of their list.
 *
 * @example
 * ```ts
 * const seen: string[] = [];
 * const data = tensorDataset(array([[0], [1]]), array([[0], [2]]));
 * await fit(nn.sequential(nn.linear(1, 1)), data, {
 *   loss: nn.mse,
 *   optimizer: optim.sgd(0.1),
 *   epochs: 1,
 *   callbacks: [{ onBatchEnd: ({ step }) => void seen.push(`step ${step}`), onTrainEnd: () => void seen.push("end") }],
 * });
 * seen; // ["step 1", "end"]
 * ```
 */
export interface Callback {
  /** Under which its state stands in a checkpoint; needed where there is a `stateDict`. */
  readonly name?: string;
  /** Does `onBatchEnd` look at the parameters' `.grad`? They are left there only if somebody says so; false by default. */
  readonly gradients?: boolean;
  /** Before the first epoch, and before the next one where a training goes on. */
  onTrainBegin?(training: Training): MaybeLater;
  /** Before the first step of an epoch, counted from 1; again where it goes on in the middle of one. */
  onEpochBegin?(epoch: number, training: Training): MaybeLater;
  /** After a step: weights, averages and a schedule that moves every step have been updated. */
  onBatchEnd?(batch: BatchRecord, training: Training): MaybeLater;
  /** After the validation data was measured, with its means under their names in the epoch's record. */
  onValidation?(means: Readonly<Record<string, number>>, training: Training): MaybeLater;
  /** After an epoch; a schedule that moves every epoch and early stopping have seen it. */
  onEpochEnd?(record: EpochRecord, training: Training): MaybeLater;
  /** In the end, whether all epochs were done, something stopped the training, or it failed. */
  onTrainEnd?(end: TrainingEnd, training: Training): MaybeLater;
  /** What a checkpoint has to hold for this callback to go on; must survive JSON. */
  stateDict?(): unknown;
  /** Takes over what `stateDict` gave. */
  loadStateDict?(state: unknown): void;
}

type Event = Exclude<keyof Callback, "name" | "gradients" | "stateDict" | "loadStateDict">;

/** Callbacks in their order. */
export class CallbackList {
  readonly #all: readonly Callback[];
  readonly #training: Training;
  readonly #atBatch: readonly Callback[];
  /** Does any look at gradients? */
  readonly gradients: boolean;

  constructor(callbacks: readonly Callback[], training: Training) {
    this.#all = callbacks;
    this.#training = training;
    this.#atBatch = callbacks.filter(({ onBatchEnd }) => onBatchEnd !== undefined);
    this.gradients = callbacks.some(({ gradients }) => gradients === true);
    checkNames(callbacks);
  }

  /** Does any want to hear of every step? */
  get hearsBatches(): boolean {
    return this.#atBatch.length > 0;
  }

  /** After a step; a promise only where a callback gave one, so that others cost no turn. */
  batchEnd(batch: BatchRecord): Promise<void> | undefined {
    for (let i = 0; i < this.#atBatch.length; i++) {
      const pending = this.#atBatch[i]!.onBatchEnd!(batch, this.#training);
      if (pending instanceof Promise) return this.#rest(batch, i + 1, pending);
    }
    return undefined;
  }

  async #rest(batch: BatchRecord, from: number, pending: Promise<void>): Promise<void> {
    await pending;
    for (let i = from; i < this.#atBatch.length; i++)
      await this.#atBatch[i]!.onBatchEnd!(batch, this.#training);
  }

  async call<E extends Exclude<Event, "onTrainBegin" | "onTrainEnd">>(
    event: E,
    about: Parameters<NonNullable<Callback[E]>>[0],
  ): Promise<void> {
    for (const callback of this.#all) {
      const method = callback[event] as ((about: unknown, training: Training) => MaybeLater) | undefined;
      await method?.call(callback, about, this.#training);
    }
  }

  async trainBegin(): Promise<void> {
    for (const callback of this.#all) await callback.onTrainBegin?.(this.#training);
  }

  /** Every callback hears of the end, also where one before it fails; gives the first such error. */
  async trainEnd(end: TrainingEnd): Promise<{ readonly error: unknown } | undefined> {
    let failed: { readonly error: unknown } | undefined;
    for (const callback of this.#all) {
      try {
        await callback.onTrainEnd?.(end, this.#training);
      } catch (error) {
        failed ??= { error };
      }
    }
    return failed;
  }

  /** The states of those that have one, by name. */
  states(): Record<string, unknown> {
    const keeping = this.#all.filter(({ stateDict }) => stateDict !== undefined);
    return Object.fromEntries(keeping.map((callback) => [callback.name!, callback.stateDict!()]));
  }

  /**
   * Gives each its state back. One that has none there begins anew: it may have been added since.
   *
   * @throws FormatError where there is a state of a callback that the list lacks
   */
  load(states: Readonly<Record<string, unknown>>): void {
    const byName = new Map(this.#all.map((callback) => [callback.name, callback] as const));
    for (const [name, state] of Object.entries(states)) {
      const callback = byName.get(name);
      if (callback?.loadStateDict === undefined) {
        throw new FormatError(
          `fit: the state to go on from holds that of a callback "${name}", and there is none with that name and loadStateDict`,
        );
      }
      callback.loadStateDict(state);
    }
  }
}

function checkNames(callbacks: readonly Callback[]): void {
  const names = new Set<string>();
  for (const { name, stateDict } of callbacks) {
    if (stateDict === undefined) continue;
    if (name === undefined) throw new ValueError("fit: a callback with stateDict needs a name");
    if (names.has(name)) throw new ValueError(`fit: two callbacks with states are called "${name}"`);
    names.add(name);
  }
}
