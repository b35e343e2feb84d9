/** Schedules along a cosine, with warm restarts or without (Loshchilov & Hutter 2017). */
import { nonNegative, wholeNumber } from "../settings.js";
import type { ChainableFactory } from "./decay.js";
import { scheduled } from "./formula.js";

/** What cosineAnnealingLR takes. */
export interface CosineAnnealingLROptions {
  /** Steps from the highest learning rate to the lowest. */
  readonly tMax: number;
  /** The lowest; 0 by default. */
  readonly etaMin?: number;
}

/**
 * Brings the learning rate along half a cosine to etaMin in tMax steps: etaMin + (lr - etaMin) (1 + cos(pi t / tMax)) / 2; it
 * rises again after that. Computed from the learning rate before, as PyTorch does, so that others can be chained with it
 * (Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm Restarts, without the restarts).
 *
 * @throws ValueError where tMax is no whole number of at least 1, or etaMin is negative
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.cosineAnnealingLR({ tMax: 2 })(optimizer);
 * [0, 1].map(() => (schedule.step(), optimizer.lr.toFixed(3))); // ["0.500", "0.000"]
 * ```
 */
export function cosineAnnealingLR({ tMax, etaMin = 0 }: CosineAnnealingLROptions): ChainableFactory {
  wholeNumber("tMax", tMax);
  nonNegative("etaMin", etaMin);
  const height = (t: number): number => 1 + Math.cos((Math.PI * t) / tMax);
  return scheduled({
    kind: "cosineAnnealingLR",
    next: ({ t, lr, base, begins }) => {
      if (begins) return lr;
      // Just after the lowest point, where the one before says nothing of the way.
      if ((t - 1 - tMax) % (2 * tMax) === 0)
        return lr + ((base - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
      return (height(t) / height(t - 1)) * (lr - etaMin) + etaMin;
    },
    closed: (t, base) => etaMin + ((base - etaMin) * height(t)) / 2,
  });
}

/** What cosineAnnealingWarmRestarts takes. */
export interface CosineAnnealingWarmRestartsOptions {
  /** Steps until the first restart. */
  readonly t0: number;
  /** How many times as long each cycle is as the one before; 1 by default. */
  readonly tMult?: number;
  /** The lowest learning rate; 0 by default. */
  readonly etaMin?: number;
}

/**
 * Brings the learning rate along half a cosine towards etaMin, and back to its beginning at once after t0 steps; each cycle
 * is tMult times as long as the one before (Loshchilov and Hutter 2017, SGDR: Stochastic Gradient Descent with Warm
 * Restarts).
 *
 * @throws ValueError where t0 or tMult is no whole number of at least 1, or etaMin is negative
 * @example
 * ```ts
 * const optimizer = optim.sgd(1)(nn.linear(2, 1).parameters());
 * const schedule = optim.cosineAnnealingWarmRestarts({ t0: 2 })(optimizer);
 * [0, 1, 2].map(() => (schedule.step(), optimizer.lr.toFixed(3))); // ["0.500", "1.000", "0.500"]
 * ```
 */
export function cosineAnnealingWarmRestarts({
  t0,
  tMult = 1,
  etaMin = 0,
}: CosineAnnealingWarmRestartsOptions): ChainableFactory {
  wholeNumber("t0", t0);
  wholeNumber("tMult", tMult);
  nonNegative("etaMin", etaMin);
  return scheduled({
    kind: "cosineAnnealingWarmRestarts",
    next: ({ t, base }) => {
      const [at, length] = placeInCycle(t, t0, tMult);
      return etaMin + ((base - etaMin) * (1 + Math.cos((Math.PI * at) / length))) / 2;
    },
  });
}

/** How far step t is in its cycle, and that cycle's length. */
function placeInCycle(t: number, t0: number, tMult: number): [at: number, length: number] {
  if (tMult === 1) return [t % t0, t0];
  let [at, length] = [t, t0];
  while (at >= length) {
    at -= length;
    length *= tMult;
  }
  return [at, length];
}
