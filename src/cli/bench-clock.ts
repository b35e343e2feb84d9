/**
 * Timing: some repetitions until the engine has compiled what is hot, then blocks of them; the figure is the median of
 * the blocks, so that a disturbance of one does not count.
 */

import { setImmediate } from "node:timers/promises";

/** What was measured. */
export interface Timing {
  /** Milliseconds a repetition: the median over blocks. */
  readonly ms: number;
  /** How many repetitions were measured. */
  readonly repetitions: number;
}

/** A task that takes longer is not repeated. */
const ONCE_MS = 20_000;
const BLOCK_MS = 20;
const LEAST_BLOCKS = 5;
const LEAST_MS = 1_000;
/** Warming up takes from so long to so long, and ends when two blocks were hardly faster than the fastest before. */
const WARM_MS = { least: 1_000, most: 4_000, block: 100 };
const HARDLY = 0.97;

/** The middle one; of an even number the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** Milliseconds that so many repetitions take together. */
export function time(step: () => void, repetitions: number): number {
  const begun = performance.now();
  for (let i = 0; i < repetitions; i++) step();
  return performance.now() - begun;
}

/** Repetitions that fill a block, once the figures stay level. */
async function warmUp(step: () => void, first: number): Promise<number> {
  const begun = performance.now();
  const spent = (): number => performance.now() - begun;
  let fastest = first;
  for (let level = 0; spent() < WARM_MS.most && (level < 2 || spent() < WARM_MS.least); ) {
    const repetitions = Math.ceil(WARM_MS.block / fastest);
    const each = time(step, repetitions) / repetitions;
    await setImmediate();
    level = each < HARDLY * fastest ? 0 : level + 1;
    fastest = Math.min(fastest, each);
  }
  return Math.ceil(BLOCK_MS / fastest);
}

/** Measures a task that stands ready. */
export async function measure(step: () => void): Promise<Timing> {
  const first = time(step, 1);
  if (first > ONCE_MS) return { ms: first, repetitions: 1 };
  const repetitions = await warmUp(step, first);
  const blocks: number[] = [];
  let spent = 0;
  while (blocks.length < LEAST_BLOCKS || spent < LEAST_MS) {
    const block = time(step, repetitions);
    // Between blocks what nobody holds any more is given back, as in a program that waits now and then.
    await setImmediate();
    spent += block;
    blocks.push(block / repetitions);
  }
  return { ms: median(blocks), repetitions: repetitions * blocks.length };
}
