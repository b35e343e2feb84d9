/** Early stopping: ends a training whose monitored number has not got better for a while. */
import { ValueError } from "../errors.js";
import { type EpochRecord, improves, type Monitor, monitored, type StoppingState } from "./history.js";

/** When to stop before the last epoch. */
export interface EarlyStoppingOptions {
  /** Stops after so many epochs one after the other that were no better than the best before them; with 0, after the first such one. */
  readonly patience: number;
  /** By how much an epoch must be better to count; 0 by default. */
  readonly minDelta?: number | undefined;
}

export class EarlyStopping {
  readonly #patience: number;
  readonly #minDelta: number;
  readonly #monitor: Monitor;
  #state: StoppingState = { value: null, waited: 0 };

  constructor({ patience, minDelta = 0 }: EarlyStoppingOptions, monitor: Monitor) {
    if (!Number.isSafeInteger(patience) || patience < 0) {
      throw new ValueError(
        `fit: earlyStopping.patience must be a whole number of at least 0, got ${patience}`,
      );
    }
    if (!(minDelta >= 0 && minDelta < Infinity)) {
      throw new ValueError(`fit: earlyStopping.minDelta must be a number of at least 0, got ${minDelta}`);
    }
    this.#patience = patience;
    this.#minDelta = minDelta;
    this.#monitor = monitor;
  }

  /** Has it waited long enough? */
  get wants(): boolean {
    const { waited } = this.#state;
    return waited > 0 && waited >= this.#patience;
  }

  /** Takes note of an epoch. */
  see(record: EpochRecord): void {
    const found = monitored(this.#monitor, record);
    const { value, waited } = this.#state;
    const good =
      !Number.isNaN(found) && (value === null || improves(this.#monitor, found, value, this.#minDelta));
    this.#state = good ? { value: found, waited: 0 } : { value, waited: waited + 1 };
  }

  state(): StoppingState {
    return this.#state;
  }

  load(state: StoppingState): void {
    this.#state = state;
  }
}
