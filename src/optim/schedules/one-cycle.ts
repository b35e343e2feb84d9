/** The one-cycle schedule (Smith & Topin 2018): up, down, and far down, with the momentum the other way. */
import { ValueError } from "../../errors.js";
import type { Optimizer } from "../optimizer.js";
import { between, nonNegative, oneOf, wholeNumber } from "../settings.js";
import type { ChainableFactory } from "./decay.js";
import { type Formula, scheduled } from "./formula.js";
import { perGroup } from "./schedule.js";

/** What oneCycleLR takes: totalSteps, or epochs and stepsPerEpoch. */
export interface OneCycleLROptions {
  /** The highest learning rate, or one a group. */
  readonly maxLr: number | readonly number[];
  /** Steps of the whole cycle. */
  readonly totalSteps?: number;
  /** Instead of totalSteps: epochs times stepsPerEpoch. */
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** The part of the cycle in which the learning rate rises; 0.3 by default. */
  readonly pctStart?: number;
  /** Along a cosine or a line? "cos" by default. */
  readonly annealStrategy?: "cos" | "linear";
  /** Move the momentum (or first beta) from maxMomentum to baseMomentum and back? true by default. */
  readonly cycleMomentum?: boolean;
  /** The momentum where the learning rate is highest; 0.85 by default. */
  readonly baseMomentum?: number | readonly number[];
  /** The momentum where it is lowest; 0.95 by default. */
  readonly maxMomentum?: number | readonly number[];
  /** The cycle begins at maxLr / divFactor; 25 by default. */
  readonly divFactor?: number;
  /** And ends at maxLr / divFactor / finalDivFactor; 10,000 by default. */
  readonly finalDivFactor?: number;
  /** Down to the beginning first, as far as up, and then on to the end? false by default. */
  readonly threePhase?: boolean;
}

/** From one height to the next, until a step; heights are names of learning rates and momenta. */
interface Phase {
  readonly end: number;
  readonly lr: readonly [Height, Height];
  readonly momentum: readonly [Height, Height];
}

type Height = "initial" | "max" | "min";

function totalOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) {
    wholeNumber("totalSteps", totalSteps);
    return totalSteps;
  }
  if (epochs === undefined || stepsPerEpoch === undefined)
    throw new ValueError("oneCycleLR: say totalSteps, or epochs and stepsPerEpoch");
  wholeNumber("epochs", epochs);
  wholeNumber("stepsPerEpoch", stepsPerEpoch);
  return epochs * stepsPerEpoch;
}

function phasesOf(total: number, pctStart: number, threePhase: boolean): readonly Phase[] {
  const up: Phase = { end: pctStart * total - 1, lr: ["initial", "max"], momentum: ["max", "min"] };
  const down: Phase = {
    end: 2 * pctStart * total - 2,
    lr: ["max", "initial"],
    momentum: ["min", "max"],
  };
  const phases: Phase[] = threePhase
    ? [up, down, { end: total - 1, lr: ["initial", "min"], momentum: ["max", "max"] }]
    : [up, { end: total - 1, lr: ["max", "min"], momentum: ["min", "max"] }];
  let start = 0;
  for (const { end } of phases) {
    if (end === start) {
      throw new ValueError(
        `oneCycleLR: a phase has no steps with ${total} steps and a pctStart of ${pctStart}; take more steps or another pctStart`,
      );
    }
    start = end;
  }
  return phases;
}

const ANNEAL = {
  cos: (from: number, to: number, part: number) => to + ((from - to) / 2) * (Math.cos(Math.PI * part) + 1),
  linear: (from: number, to: number, part: number) => (to - from) * part + from,
} as const;

/** Which phase step t is in, and how far. */
function placeOf(t: number, phases: readonly Phase[]): [phase: Phase, part: number] {
  let start = 0;
  for (const phase of phases) {
    if (t <= phase.end || phase === phases.at(-1)) return [phase, (t - start) / (phase.end - start)];
    start = phase.end;
  }
  throw new ValueError("oneCycleLR: there are no phases");
}

/**
 * One cycle: the learning rate rises from maxLr / divFactor to maxLr and falls to maxLr / divFactor / finalDivFactor, while
 * the momentum (or first beta) goes the other way. It counts steps of the optimizer, not epochs, and sets the learning rate
 * by itself: that of the optimizer does not matter (Smith and Topin 2018, Super-Convergence: Very Fast Training of Neural
 * Networks Using Large Learning Rates).
 *
 * The momentum of an optimizer that was made with none cannot move: where PyTorch would turn it on for SGD, this asks for
 * one, or for `cycleMomentum: false`.
 *
 * @throws ValueError for settings that make no sense, an optimizer without momentum, and a step beyond the last
 * @example
 * ```ts
 * const optimizer = optim.adam()(nn.linear(2, 1).parameters());
 * const schedule = optim.oneCycleLR({ maxLr: 1, totalSteps: 10 })(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr.toFixed(2))); // ["0.52", "1.00", "0.95"]
 * ```
 */
export function oneCycleLR(options: OneCycleLROptions): ChainableFactory {
  const { pctStart = 0.3, annealStrategy = "cos", divFactor = 25, finalDivFactor = 1e4 } = options;
  const { threePhase = false, cycleMomentum = true, maxMomentum = 0.95, baseMomentum = 0.85 } = options;
  const total = totalOf(options);
  between("pctStart", pctStart, 0, 1);
  oneOf("annealStrategy", annealStrategy, ["cos", "linear"]);
  for (const [name, value] of Object.entries({ divFactor, finalDivFactor })) {
    nonNegative(name, value);
    if (value === 0) throw new ValueError(`oneCycleLR: ${name} must be above 0`);
  }
  const phases = phasesOf(total, pctStart, threePhase);
  const anneal = ANNEAL[annealStrategy];
  return scheduled((optimizer: Optimizer): Formula => {
    const rates = perGroup("oneCycleLR: maxLr", options.maxLr, optimizer).map((max) => {
      nonNegative("maxLr", max);
      const initial = max / divFactor;
      return { initial, max, min: initial / finalDivFactor };
    });
    const momenta = momentaOf(optimizer, maxMomentum, baseMomentum);
    if (cycleMomentum && !optimizer.groups.every(({ options }) => options.betas ?? options.momentum)) {
      throw new ValueError(
        "oneCycleLR: the optimizer was made without a momentum to move; give it one, or say cycleMomentum: false",
      );
    }
    optimizer.groups.forEach((group, index) => {
      group.initialLr = rates[index]!.initial;
    });
    const at = (t: number, what: "lr" | "momentum", heights: Record<Height, number>): number => {
      const [phase, part] = placeOf(t, phases);
      const [from, to] = phase[what];
      return anneal(heights[from], heights[to], part);
    };
    return {
      kind: "oneCycleLR",
      next: ({ t, index }) => {
        if (t > total) throw new ValueError(`oneCycleLR: step ${t} is beyond the last of ${total}`);
        return at(t, "lr", rates[index]!);
      },
      ...(cycleMomentum ? { momentum: (t, index) => at(t, "momentum", momenta[index]!) } : {}),
    };
  });
}

function momentaOf(
  optimizer: Optimizer,
  maxMomentum: number | readonly number[],
  baseMomentum: number | readonly number[],
): Record<Height, number>[] {
  const low = perGroup("oneCycleLR: baseMomentum", baseMomentum, optimizer);
  return perGroup("oneCycleLR: maxMomentum", maxMomentum, optimizer).map((max, index) => {
    const min = low[index]!;
    between("maxMomentum", max, 0, 1);
    between("baseMomentum", min, 0, 1);
    return { initial: max, max, min };
  });
}
