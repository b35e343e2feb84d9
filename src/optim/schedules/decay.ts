/** Schedules that multiply: by a step's factor, exponentially, linearly, by a polynomial, or by a function of one's own. */
import { ValueError } from "../../errors.js";
import { mustBeList } from "../../shape/index.js";
import type { Optimizer } from "../optimizer.js";
import { nonNegative, wholeNumber } from "../settings.js";
import { scheduled } from "./formula.js";
import { type Chainable, perGroup } from "./schedule.js";

/** A schedule that others can be made of. */
export type ChainableFactory = (optimizer: Optimizer) => Chainable;

/** What stepLR takes. */
export interface StepLROptions {
  /** Steps from one change to the next. */
  readonly stepSize: number;
  /** What the learning rate is multiplied with; 0.1 by default. */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate with gamma at every stepSize-th step: lr gamma^floor(t / stepSize).
 *
 * @throws ValueError where stepSize is no whole number of at least 1, or gamma is negative
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.stepLR({ stepSize: 2, gamma: 0.5 })(optimizer);
 * [0, 1, 2, 3].map(() => (schedule.step(), optimizer.lr)); // [1, 0.5, 0.5, 0.25]
 * ```
 */
export function stepLR({ stepSize, gamma = 0.1 }: StepLROptions): ChainableFactory {
  wholeNumber("stepSize", stepSize);
  nonNegative("gamma", gamma);
  return scheduled({
    kind: "stepLR",
    next: ({ t, lr }) => (t === 0 || t % stepSize !== 0 ? lr : lr * gamma),
    closed: (t, base) => base * gamma ** Math.floor(t / stepSize),
  });
}

/** What multiStepLR takes. */
export interface MultiStepLROptions {
  /** The steps at which the learning rate changes. */
  readonly milestones: readonly number[];
  /** What it is multiplied with; 0.1 by default. */
  readonly gamma?: number;
}

/**
 * Multiplies the learning rate with gamma at each of the milestones; one that stands there twice counts twice.
 *
 * @throws ValueError where a milestone is no whole number of at least 0, or gamma is negative
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.multiStepLR({ milestones: [1, 3], gamma: 0.5 })(optimizer);
 * [0, 1, 2, 3].map(() => (schedule.step(), optimizer.lr)); // [0.5, 0.5, 0.25, 0.25]
 * ```
 */
export function multiStepLR({ milestones, gamma = 0.1 }: MultiStepLROptions): ChainableFactory {
  mustBeList(milestones, "multiStepLR: milestones");
  for (const milestone of milestones) wholeNumber("milestones", milestone, 0);
  nonNegative("gamma", gamma);
  const times = (at: (milestone: number) => boolean): number => milestones.filter(at).length;
  return scheduled({
    kind: "multiStepLR",
    next: ({ t, lr }) => lr * gamma ** times((milestone) => milestone === t),
    closed: (t, base) => base * gamma ** times((milestone) => milestone <= t),
  });
}

/** What exponentialLR takes. */
export interface ExponentialLROptions {
  /** What the learning rate is multiplied with at each step. */
  readonly gamma: number;
}

/**
 * Multiplies the learning rate with gamma at every step: lr gamma^t.
 *
 * @throws ValueError where gamma is negative
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.exponentialLR({ gamma: 0.5 })(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr)); // [0.5, 0.25, 0.125]
 * ```
 */
export function exponentialLR({ gamma }: ExponentialLROptions): ChainableFactory {
  nonNegative("gamma", gamma);
  return scheduled({
    kind: "exponentialLR",
    next: ({ lr, begins }) => (begins ? lr : lr * gamma),
    closed: (t, base) => base * gamma ** t,
  });
}

/** What constantLR takes. */
export interface ConstantLROptions {
  /** What the learning rate is multiplied with at first; 1/3 by default. */
  readonly factor?: number;
  /** Steps after which it is whole again; 5 by default. */
  readonly totalIters?: number;
}

/**
 * Keeps the learning rate at factor times its value for totalIters steps, and whole from then on.
 *
 * @throws ValueError where factor is not above 0 and at most 1, or totalIters no whole number of at least 1
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.constantLR({ factor: 0.5, totalIters: 2 })(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr)); // [0.5, 1, 1]
 * ```
 */
export function constantLR({ factor = 1 / 3, totalIters = 5 }: ConstantLROptions = {}): ChainableFactory {
  fraction("constantLR: factor", factor);
  wholeNumber("totalIters", totalIters);
  return scheduled({
    kind: "constantLR",
    next: ({ t, lr }) => (t === 0 ? lr * factor : t === totalIters ? lr * (1 / factor) : lr),
    closed: (t, base) => base * (factor + (t >= totalIters ? 1 : 0) * (1 - factor)),
  });
}

function fraction(name: string, value: number, least: "above 0" | "at least 0" = "above 0"): void {
  if (value <= 1 && (value > 0 || (value === 0 && least === "at least 0"))) return;
  throw new ValueError(`${name} must be ${least} and at most 1, got ${value}`);
}

/** What linearLR takes. */
export interface LinearLROptions {
  /** What the learning rate is multiplied with at first; 1/3 by default. */
  readonly startFactor?: number;
  /** What it is multiplied with in the end; 1 by default. */
  readonly endFactor?: number;
  /** Steps from the one to the other; 5 by default. */
  readonly totalIters?: number;
}

/**
 * Moves the learning rate along a line, from startFactor to endFactor times its value in totalIters steps: a warm-up.
 *
 * @throws ValueError where startFactor is not above 0 and at most 1, endFactor not from 0 to 1, or totalIters no whole
 * number of at least 1
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.linearLR({ startFactor: 0.5, totalIters: 2 })(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr)); // [0.75, 1, 1]
 * ```
 */
export function linearLR({
  startFactor: start = 1 / 3,
  endFactor: end = 1,
  totalIters: total = 5,
}: LinearLROptions = {}): ChainableFactory {
  fraction("linearLR: startFactor", start);
  fraction("linearLR: endFactor", end, "at least 0");
  wholeNumber("totalIters", total);
  return scheduled({
    kind: "linearLR",
    next: ({ t, lr, begins }) => {
      if (t === 0) return lr * start;
      if (begins || t > total) return lr;
      return lr * (1 + (end - start) / (total * start + (t - 1) * (end - start)));
    },
    closed: (t, base) => base * (start + ((end - start) * Math.min(total, t)) / total),
  });
}

/** What polynomialLR takes. */
export interface PolynomialLROptions {
  /** Steps until the learning rate is 0; 5 by default. */
  readonly totalIters?: number;
  /** The exponent; 1 by default. */
  readonly power?: number;
}

/**
 * Brings the learning rate to 0 in totalIters steps: lr (1 - t / totalIters)^power.
 *
 * @throws ValueError where totalIters is no whole number of at least 1, or power is negative
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.polynomialLR({ totalIters: 4, power: 2 })(optimizer);
 * [0, 1, 2, 3].map(() => (schedule.step(), optimizer.lr)); // [0.5625, 0.25, 0.0625, 0]
 * ```
 */
export function polynomialLR({
  totalIters: total = 5,
  power = 1,
}: PolynomialLROptions = {}): ChainableFactory {
  wholeNumber("totalIters", total);
  nonNegative("power", power);
  return scheduled({
    kind: "polynomialLR",
    next: ({ t, lr, begins }) =>
      begins || t > total ? lr : lr * ((1 - t / total) / (1 - (t - 1) / total)) ** power,
    closed: (t, base) => base * (1 - Math.min(total, t) / total) ** power,
  });
}

/** A function of the step, or one a group. */
type OfStep = ((t: number) => number) | readonly ((t: number) => number)[];

function functions(name: string, given: OfStep, optimizer: Optimizer): readonly ((t: number) => number)[] {
  const all = perGroup(name, given, optimizer);
  for (const item of all)
    if (typeof item !== "function") throw new ValueError(`${name}: a function of the step is needed`);
  return all;
}

/**
 * Multiplies the learning rate that the optimizer began with by a function of the step: lr f(t). The function is not part of
 * the state.
 *
 * @param lrLambda the function, or one a group
 * @throws ValueError where it is no function, or there are not as many as groups
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.lambdaLR((t) => 1 / (1 + t))(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr)); // [0.5, 0.3333333333333333, 0.25]
 * ```
 */
export const lambdaLR = (lrLambda: OfStep): ChainableFactory =>
  scheduled((optimizer) => {
    const factors = functions("lambdaLR", lrLambda, optimizer);
    return { kind: "lambdaLR", next: ({ t, base, index }) => base * factors[index]!(t) };
  });

/**
 * Multiplies the learning rate at every step by a function of the step: lr f(1) f(2) ... f(t). The function is not part of
 * the state.
 *
 * @param lrLambda the function, or one a group
 * @throws ValueError where it is no function, or there are not as many as groups
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.multiplicativeLR((t) => (t < 3 ? 0.5 : 1))(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr)); // [0.5, 0.25, 0.25]
 * ```
 */
export const multiplicativeLR = (lrLambda: OfStep): ChainableFactory =>
  scheduled((optimizer) => {
    const factors = functions("multiplicativeLR", lrLambda, optimizer);
    return {
      kind: "multiplicativeLR",
      next: ({ t, lr, index, begins }) => (begins ? lr : lr * factors[index]!(t)),
    };
  });
