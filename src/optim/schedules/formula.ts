/** Schedules that are a formula of the step and the learning rate before it, in PyTorch's chainable form. */
import type { Group } from "../groups.js";
import type { Optimizer } from "../optimizer.js";
import { Chainable, type StateReader } from "./schedule.js";

/** What a formula knows of one group. */
export interface Moment {
  /** Steps so far, this one too: 0 when the schedule begins. */
  readonly t: number;
  /** The learning rate before. */
  readonly lr: number;
  /** The learning rate that the optimizer had when its first schedule was made. */
  readonly base: number;
  /** Which group it is. */
  readonly index: number;
  /** Is this the step that the schedule is made with? */
  readonly begins: boolean;
}

/** How a learning rate moves. */
export interface Formula {
  readonly kind: string;
  /** The learning rate of this step from the one before, so that several schedules can be chained. */
  readonly next: (moment: Moment) => number;
  /** The learning rate from the step alone, where PyTorch has such a form: a sequence begins with it. */
  readonly closed?: (t: number, base: number, index: number) => number;
  /** The momentum of a step, where it moves too. */
  readonly momentum?: (t: number, index: number) => number;
}

class FormulaSchedule extends Chainable {
  #bases: readonly number[];

  constructor(
    optimizer: Optimizer,
    readonly formula: Formula,
  ) {
    super(optimizer, formula.kind);
    this.#bases = optimizer.groups.map((group) => (group.initialLr ??= group.lr));
    this.start();
  }

  start(): void {
    this.#set(0, (group, index) => this.#next(group, index, 0, true));
  }

  restart(): void {
    const { closed } = this.formula;
    this.#set(0, (group, index) =>
      closed === undefined ? this.#next(group, index, 0, false) : closed(0, this.#bases[index]!, index),
    );
  }

  protected advance(): void {
    const t = this.epoch + 1;
    this.#set(t, (group, index) => this.#next(group, index, t, false));
  }

  #next({ lr }: Group, index: number, t: number, begins: boolean): number {
    return this.formula.next({ t, lr, base: this.#bases[index]!, index, begins });
  }

  /** Sets all groups, or where the formula throws none. */
  #set(t: number, rateOf: (group: Group, index: number) => number): void {
    const { groups } = this.optimizer;
    const rates = groups.map(rateOf);
    this.epoch = t;
    groups.forEach((group, index) => {
      group.lr = rates[index]!;
    });
    this.#setMomentum();
    this.note();
  }

  #setMomentum(): void {
    const { momentum } = this.formula;
    if (momentum === undefined) return;
    this.optimizer.groups.forEach((group, index) => {
      group.momentum = momentum(this.epoch, index);
    });
  }

  protected remembered(): Record<string, unknown> {
    return { baseLrs: [...this.#bases] };
  }

  protected recall(state: StateReader): () => void {
    const { groups } = this.optimizer;
    const bases = state.numbers("baseLrs", groups.length);
    return () => {
      this.#bases = bases;
      groups.forEach((group, index) => {
        group.initialLr = bases[index]!;
      });
      this.#setMomentum();
    };
  }
}

/** Makes what makes a schedule of a formula. */
export const scheduled =
  (formula: Formula | ((optimizer: Optimizer) => Formula)) =>
  (optimizer: Optimizer): Chainable =>
    new FormulaSchedule(optimizer, typeof formula === "function" ? formula(optimizer) : formula);
