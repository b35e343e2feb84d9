/**
 * Memory plan: where the values lie that only the program itself needs. A place is taken from the first phase that
 * writes it to the last that reads it, and then given to another; all places together are the program's arena.
 */

import type { Buffer } from "./expression.js";
import { BYTES } from "./scopes.js";

const ALIGNMENT = 64;
/** Between two places; some targets read a little beyond. */
const GAP = 64;

export interface Lifetime {
  readonly buffer: Buffer;
  readonly first: number;
  readonly last: number;
}

export interface MemoryPlan {
  /** Bytes from the arena's start. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

const roundUp = (n: number): number => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

/** Largest first, each to the lowest place where nothing lies at the same time. */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const sizes = new Map(
    lifetimes.map(({ buffer }) => [buffer, roundUp(buffer.length * BYTES[buffer.dtype]) + GAP] as const),
  );
  const sorted = [...lifetimes].sort(
    (a, b) => sizes.get(b.buffer)! - sizes.get(a.buffer)! || a.first - b.first,
  );
  const offsets = new Map<Buffer, number>();
  const placed: Lifetime[] = [];
  let bytes = 0;
  for (const life of sorted) {
    const size = sizes.get(life.buffer)!;
    const rivals = placed
      .filter((other) => other.first <= life.last && life.first <= other.last)
      .map(({ buffer }) => [offsets.get(buffer)!, offsets.get(buffer)! + sizes.get(buffer)!] as const)
      .sort((a, b) => a[0] - b[0]);
    let at = GAP;
    for (const [from, to] of rivals) {
      if (at + size <= from) break;
      at = Math.max(at, to);
    }
    offsets.set(life.buffer, at);
    placed.push(life);
    bytes = Math.max(bytes, at + size);
  }
  return { offsets, bytes: roundUp(bytes) };
}
