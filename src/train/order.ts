/** The order of the samples: what decides it, and whether a state from the middle of an epoch belongs to it. */
import { ValueError } from "../errors.js";
import type { DataOrder } from "./history.js";
import type { FitOptions } from "./options.js";

/** What decides which samples a step gets. */
export function orderOf(samples: number, options: FitOptions): DataOrder {
  const { batchSize = 64, accumulate = 1, seed = 0, shuffle = true, dropLast = false } = options;
  return { samples, batchSize, accumulate, seed, shuffle, dropLast };
}

/**
 * Throws unless a training may go on in the middle of an epoch.
 *
 * @throws ValueError naming what was otherwise
 */
export function checkOrder(before: DataOrder | undefined, now: DataOrder): void {
  const names = Object.keys(now) as (keyof DataOrder)[];
  for (const name of names) {
    if (before?.[name] === now[name]) continue;
    throw new ValueError(
      `fit: the state to go on from is from the middle of an epoch with ${name} ${before?.[name]}, now it is ${now[name]}; give the same, or a state from the end of an epoch`,
    );
  }
}
