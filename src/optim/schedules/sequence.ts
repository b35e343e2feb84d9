/** Schedules made of others: one after the other, or all at once. */
import { FormatError, ValueError } from "../../errors.js";
import type { Optimizer } from "../optimizer.js";
import { wholeNumber } from "../settings.js";
import type { ChainableFactory } from "./decay.js";
import { Chainable, type StateReader } from "./schedule.js";

/** What both have: other schedules, whose states are part of theirs. */
abstract class Composed extends Chainable {
  readonly parts: readonly Chainable[];

  constructor(optimizer: Optimizer, kind: string, factories: readonly ChainableFactory[]) {
    super(optimizer, kind);
    this.parts = factories.map((make) => {
      const part = make(optimizer);
      if (part instanceof Chainable) return part;
      throw new ValueError(
        `${kind}: its schedules must know the learning rate by the step alone; reduceLROnPlateau, which looks at a number, stands by itself`,
      );
    });
  }

  protected remembered(): Record<string, unknown> {
    return { schedules: this.parts.map((part) => part.stateDict()) };
  }

  protected recall(state: StateReader): () => void {
    const given = state.field("schedules");
    if (!Array.isArray(given) || given.length !== this.parts.length)
      throw new FormatError(`${this.kind}: the state must have ${this.parts.length} schedules`);
    const takes = this.parts.map((part, i) => part.read(given[i]));
    return () => {
      for (const take of takes) take();
    };
  }
}

class SequentialLR extends Composed {
  constructor(
    optimizer: Optimizer,
    factories: readonly ChainableFactory[],
    readonly milestones: readonly number[],
  ) {
    super(optimizer, "sequentialLR", factories);
    // The first begins from where all began: making the others has moved the learning rates.
    for (const group of optimizer.groups) group.lr = group.initialLr!;
    this.start();
  }

  start(): void {
    this.epoch = 0;
    this.parts[0]!.start();
    this.note();
  }

  restart(): void {
    this.epoch = 0;
    this.parts[0]!.restart();
    this.note();
  }

  protected advance(): void {
    const t = ++this.epoch;
    const index = this.milestones.filter((milestone) => milestone <= t).length;
    const part = this.parts[index]!;
    if (index > 0 && this.milestones[index - 1] === t) part.restart();
    else part.step();
  }
}

class ChainedScheduler extends Composed {
  constructor(optimizer: Optimizer, factories: readonly ChainableFactory[]) {
    super(optimizer, "chainedScheduler", factories);
    this.note();
  }

  #all(what: (part: Chainable) => void): void {
    for (const part of this.parts) what(part);
  }

  start(): void {
    this.epoch = 0;
    this.#all((part) => part.start());
    this.note();
  }

  restart(): void {
    this.epoch = 0;
    this.#all((part) => part.restart());
    this.note();
  }

  protected advance(): void {
    this.epoch++;
    this.#all((part) => part.step());
  }
}

function some(name: string, factories: readonly ChainableFactory[]): void {
  if (Array.isArray(factories) && factories.length > 0) return;
  throw new ValueError(`${name}: a list of at least one schedule is needed`);
}

/**
 * One schedule after the other: each of the milestones is the step at which the next one begins, at its own step 0.
 *
 * @throws ValueError where the milestones are not one fewer than the schedules, or do not rise, and for reduceLROnPlateau
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const warmUp = optim.linearLR({ startFactor: 0.5, totalIters: 2 });
 * const schedule = optim.sequentialLR([warmUp, optim.exponentialLR({ gamma: 0.5 })], [2])(optimizer);
 * [0, 1, 2, 3].map(() => (schedule.step(), optimizer.lr)); // [0.75, 1, 0.5, 0.25]
 * ```
 */
export function sequentialLR(
  schedules: readonly ChainableFactory[],
  milestones: readonly number[],
): ChainableFactory {
  some("sequentialLR", schedules);
  if (milestones.length !== schedules.length - 1) {
    throw new ValueError(
      `sequentialLR: ${schedules.length} schedules need ${schedules.length - 1} milestones, got ${milestones.length}`,
    );
  }
  milestones.forEach((milestone, i) => {
    wholeNumber("milestones", milestone);
    if (i > 0 && milestone <= milestones[i - 1]!)
      throw new ValueError(`sequentialLR: milestones must rise, got ${milestones.join(", ")}`);
  });
  return (optimizer) => new SequentialLR(optimizer, schedules, milestones);
}

/**
 * All schedules at once: each moves the learning rate that the one before it has left.
 *
 * @throws ValueError where there are none, and for reduceLROnPlateau
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const [half, third] = [optim.constantLR({ factor: 0.5, totalIters: 2 }), optim.exponentialLR({ gamma: 0.5 })];
 * const schedule = optim.chainedScheduler([half, third])(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr)); // [0.25, 0.25, 0.125]
 * ```
 */
export function chainedScheduler(schedules: readonly ChainableFactory[]): ChainableFactory {
  some("chainedScheduler", schedules);
  return (optimizer) => new ChainedScheduler(optimizer, schedules);
}
