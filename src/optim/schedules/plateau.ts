/** A schedule that looks at a number: where it does not get better, the learning rate falls. */
import { ValueError } from "../../errors.js";
import type { Optimizer } from "../optimizer.js";
import { nonNegative, oneOf, wholeNumber } from "../settings.js";
import { perGroup, Schedule, type ScheduleFactory, type StateReader } from "./schedule.js";

/** What reduceLROnPlateau takes. */
export interface ReduceLROnPlateauOptions {
  /** Is less better ("min") or more ("max")? "min" by default. */
  readonly mode?: "min" | "max";
  /** What the learning rate is multiplied with; 0.1 by default. */
  readonly factor?: number;
  /** Steps without getting better that are borne with; 10 by default. */
  readonly patience?: number;
  /** How much better counts as better; 1e-4 by default. */
  readonly threshold?: number;
  /** Is the threshold a part of the best ("rel") or a difference ("abs")? "rel" by default. */
  readonly thresholdMode?: "rel" | "abs";
  /** Steps after a change in which nothing is counted; 0 by default. */
  readonly cooldown?: number;
  /** The least that the learning rate falls to, or one a group; 0 by default. */
  readonly minLr?: number | readonly number[];
  /** A smaller change than this is not made; 1e-8 by default. */
  readonly eps?: number;
}

const USUAL = {
  mode: "min",
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: "rel",
  cooldown: 0,
  minLr: 0,
  eps: 1e-8,
} as const satisfies Required<ReduceLROnPlateauOptions>;

class ReduceLROnPlateau extends Schedule {
  readonly #options: Required<ReduceLROnPlateauOptions>;
  readonly #least: readonly number[];
  #best: number;
  #bad = 0;
  #cooldown = 0;

  constructor(optimizer: Optimizer, options: Required<ReduceLROnPlateauOptions>) {
    super(optimizer, "reduceLROnPlateau");
    this.#options = options;
    this.#least = perGroup("reduceLROnPlateau: minLr", options.minLr, optimizer);
    for (const least of this.#least) nonNegative("minLr", least);
    this.#best = options.mode === "min" ? Infinity : -Infinity;
  }

  protected advance(metric?: number): void {
    if (typeof metric !== "number")
      throw new ValueError(
        "reduceLROnPlateau: step(metric) needs the number to look at, such as a validation loss",
      );
    const { patience, cooldown } = this.#options;
    this.epoch++;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#bad = 0;
    } else this.#bad++;
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#bad = 0;
    }
    if (this.#bad <= patience) return;
    this.#reduce();
    this.#cooldown = cooldown;
    this.#bad = 0;
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === "min" ? -1 : 1;
    const bound =
      thresholdMode === "rel" ? this.#best * (1 + sign * threshold) : this.#best + sign * threshold;
    return mode === "min" ? metric < bound : metric > bound;
  }

  #reduce(): void {
    const { factor, eps } = this.#options;
    this.optimizer.groups.forEach((group, i) => {
      const reduced = Math.max(group.lr * factor, this.#least[i]!);
      if (group.lr - reduced > eps) group.lr = reduced;
    });
  }

  /** JSON has no infinity, so the best number is a text as long as there is none. */
  protected remembered(): Record<string, unknown> {
    const best = Number.isFinite(this.#best) ? this.#best : String(this.#best);
    return { best, numBadEpochs: this.#bad, cooldownCounter: this.#cooldown };
  }

  protected recall(state: StateReader): () => void {
    const best = state.field("best");
    if (!(Number.isFinite(best) || best === "Infinity" || best === "-Infinity"))
      throw state.wrong("best", "a number", best);
    const bad = state.count("numBadEpochs");
    const cooldown = state.count("cooldownCounter");
    return () => {
      this.#best = Number(best);
      this.#bad = bad;
      this.#cooldown = cooldown;
    };
  }
}

/**
 * Multiplies the learning rate with factor when a number has not got better for more than patience steps. Its `step` takes
 * the number. A number that is NaN is never better.
 *
 * @throws ValueError where factor is not at least 0 and below 1, or another setting makes no sense
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.reduceLROnPlateau({ patience: 1, factor: 0.5 })(optimizer);
 * [3, 2, 2, 2].map((loss) => (schedule.step(loss), optimizer.lr)); // [1, 1, 1, 0.5]
 * ```
 */
export function reduceLROnPlateau(given: ReduceLROnPlateauOptions = {}): ScheduleFactory {
  const options: Required<ReduceLROnPlateauOptions> = { ...USUAL, ...given };
  if (!(options.factor >= 0 && options.factor < 1))
    throw new ValueError(`reduceLROnPlateau: factor must be at least 0 and below 1, got ${options.factor}`);
  oneOf("mode", options.mode, ["min", "max"]);
  oneOf("thresholdMode", options.thresholdMode, ["rel", "abs"]);
  for (const name of ["patience", "cooldown"] as const) wholeNumber(name, options[name], 0);
  for (const name of ["threshold", "eps"] as const) nonNegative(name, options[name]);
  return (optimizer) => new ReduceLROnPlateau(optimizer, options);
}
