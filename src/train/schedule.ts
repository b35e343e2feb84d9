/** The schedule of a training: when it moves, and what it watches. */
import { ValueError } from "../errors.js";
import type { Optimizer, Schedule, ScheduleFactory, ScheduleState } from "../optim/index.js";

/** A schedule, and when it moves. */
export type ScheduleOption =
  | ScheduleFactory
  | {
      readonly use: ScheduleFactory;
      /** After each epoch, or after each step; "epoch" by default. */
      readonly every?: "step" | "epoch" | undefined;
    };

export class ScheduleRunner {
  readonly #schedule: Schedule;
  readonly #every: "step" | "epoch";

  constructor(option: ScheduleOption, optimizer: Optimizer) {
    const { use, every = "epoch" } = typeof option === "function" ? { use: option } : option;
    if (typeof use !== "function" || (every !== "step" && every !== "epoch")) {
      throw new ValueError('fit: schedule must be a schedule of optim, or { use, every: "step" or "epoch" }');
    }
    this.#schedule = use(optimizer);
    this.#every = every;
  }

  afterStep(): void {
    if (this.#every === "step") this.#schedule.step();
  }

  /** One that reduces on a plateau looks at the value; others do not. */
  afterEpoch(value: number): void {
    if (this.#every === "epoch") this.#schedule.step(value);
  }

  state(): ScheduleState {
    return this.#schedule.stateDict();
  }

  load(state: unknown): void {
    this.#schedule.loadStateDict(state as ScheduleState);
  }
}
