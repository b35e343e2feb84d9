/** What schedules share: they set the learning rate of each group of an optimizer, and their state is plain data. */
import { FormatError, ValueError } from "../../errors.js";
import { kindOf } from "../../shape/index.js";
import { refuse } from "../../tensor/capture.js";
import type { Optimizer } from "../optimizer.js";

/** Makes a schedule for an optimizer: `optim.stepLR({ stepSize: 30 })(optimizer)`. */
export type ScheduleFactory = (optimizer: Optimizer) => Schedule;

/** A schedule's state: plain data that survives JSON to the bit. */
export interface ScheduleState {
  /** Which schedule it is, such as "stepLR". */
  readonly kind: string;
  /** Steps so far. */
  readonly lastEpoch: number;
  /** The learning rate of each group after the last step. */
  readonly lastLr: readonly number[];
  /** What else this schedule remembers. */
  readonly [field: string]: unknown;
}

/**
 * A schedule moves the learning rates of an optimizer, at each `step()` once. It is made when the optimizer is, and sets the
 * first learning rate then. Call `step()` after the optimizer's steps: once an epoch, or once a batch for those that are
 * counted in batches. A compiled step takes each learning rate from the host, so a schedule never makes it compile anew.
 */
export abstract class Schedule {
  /** Steps so far. */
  protected epoch = 0;
  private rates: readonly number[];

  constructor(
    /** The optimizer whose learning rates move. */
    readonly optimizer: Optimizer,
    /** Which schedule it is, such as "stepLR". */
    readonly kind: string,
  ) {
    this.rates = optimizer.groups.map(({ lr }) => lr);
  }

  /** Steps so far. */
  get lastEpoch(): number {
    return this.epoch;
  }

  /** The learning rate of each group after the last step. */
  get lastLr(): readonly number[] {
    return this.rates;
  }

  /** Moves on by one; `metric` is what `reduceLROnPlateau` looks at. */
  protected abstract advance(metric?: number): void;

  /** What the state has beyond `kind`, `lastEpoch` and `lastLr`. */
  protected abstract remembered(): Record<string, unknown>;

  /** Checks what `remembered` gave and returns what takes it over. */
  protected abstract recall(state: StateReader): () => void;

  /**
   * Sets the next learning rates.
   *
   * @param metric what `reduceLROnPlateau` looks at, such as a validation loss; the others do not ask for it
   * @throws CaptureError inside a compiled function, which would do it only while it is captured
   * @throws ValueError where `reduceLROnPlateau` gets no metric, or `oneCycleLR` is at its end
   * @example
   * ```ts
   * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
   * const schedule = optim.exponentialLR({ gamma: 0.5 })(optimizer);
   * schedule.step();
   * optimizer.lr; // 0.5
   * ```
   */
  step(metric?: number): void {
    refuse("a schedule's step", "call it outside, between calls of the compiled function");
    this.advance(metric);
    this.note();
  }

  /** Notes the learning rates that were set. */
  protected note(): void {
    this.rates = Object.freeze(this.optimizer.groups.map(({ lr }) => lr));
  }

  /**
   * Where the schedule stands, as plain data for a checkpoint.
   *
   * @example
   * ```ts
   * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
   * optim.stepLR({ stepSize: 30 })(optimizer).stateDict();
   * // { kind: "stepLR", lastEpoch: 0, lastLr: [1], baseLrs: [1] }
   * ```
   */
  stateDict(): ScheduleState {
    return { kind: this.kind, lastEpoch: this.epoch, lastLr: [...this.rates], ...this.remembered() };
  }

  /**
   * Goes on from a state that `stateDict` gave, and sets the learning rates of then. Nothing is changed unless everything
   * fits.
   *
   * @throws FormatError where it is not a state of such a schedule for so many groups
   * @example
   * ```ts
   * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
   * const schedule = optim.exponentialLR({ gamma: 0.5 })(optimizer);
   * schedule.loadStateDict({ kind: "exponentialLR", lastEpoch: 3, lastLr: [0.125], baseLrs: [1] });
   * optimizer.lr; // 0.125
   * ```
   */
  loadStateDict(state: ScheduleState): void {
    this.checked(state)();
  }

  /** Checks a state and returns what takes it over. */
  protected checked(state: unknown): () => void {
    const reader = new StateReader(this.kind, state);
    const { groups } = this.optimizer;
    const epoch = reader.count("lastEpoch");
    const rates = reader.numbers("lastLr", groups.length);
    const recall = this.recall(reader);
    return () => {
      this.epoch = epoch;
      recall();
      groups.forEach((group, i) => {
        group.lr = rates[i]!;
      });
      this.note();
    };
  }
}

/** A schedule that can begin again, so that others can be made of it. */
export abstract class Chainable extends Schedule {
  /** Sets the learning rates of step 0, from those that are there. */
  abstract start(): void;
  /** Begins at step 0 in the middle of a training, where `sequentialLR` comes to it. */
  abstract restart(): void;

  /** Checks a state and returns what takes it over. */
  read(state: unknown): () => void {
    return this.checked(state);
  }
}

/** Reads a state that may be anything; each question throws a FormatError where the answer is not what it must be. */
export class StateReader {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(
    readonly kind: string,
    state: unknown,
  ) {
    if (typeof state !== "object" || state === null || Array.isArray(state))
      throw new FormatError(`${kind}: a state must be a record, got ${kindOf(state)}`);
    this.#fields = state as Record<string, unknown>;
    const found = this.field("kind");
    if (found !== kind) throw new FormatError(`${kind}: the state is of ${JSON.stringify(found)}`);
  }

  field(name: string): unknown {
    if (Object.hasOwn(this.#fields, name)) return this.#fields[name];
    throw new FormatError(`${this.kind}: the state has no ${name}`);
  }

  /** A whole number of at least 0. */
  count(name: string): number {
    const value = this.field(name);
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw this.wrong(name, "a whole number of at least 0", value);
  }

  /** A list of so many finite numbers. */
  numbers(name: string, length: number): readonly number[] {
    const value = this.field(name);
    if (Array.isArray(value) && value.length === length && value.every(Number.isFinite)) return [...value];
    throw this.wrong(name, `${length} numbers, one a group`, value);
  }

  wrong(name: string, needed: string, found: unknown): FormatError {
    return new FormatError(`${this.kind}: ${name} must be ${needed}, the state has ${JSON.stringify(found)}`);
  }
}

/** One value a group: a number stands for all. */
export function perGroup<T>(name: string, given: T | readonly T[], optimizer: Optimizer): readonly T[] {
  const count = optimizer.groups.length;
  if (!Array.isArray(given)) return new Array<T>(count).fill(given as T);
  if (given.length === count) return given as readonly T[];
  throw new ValueError(`${name}: one value a group is needed, got ${given.length} for ${count}`);
}
