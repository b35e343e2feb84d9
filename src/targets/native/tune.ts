/**
 * The tuner, for who asks for it with MARU_TUNE=1. The table of heuristics guesses; the tuner times every nest of a program
 * under the table and under a handful of others, once, keeps the quickest for each, and remembers them in the cache. None
 * of the tables changes in which order anything is added, so the numbers stay what they are; which kernels run depends on
 * how busy the machine was, so it is off where nobody asks.
 */
import type { Compiled } from "../../compiler/compile.js";
import type { Machine } from "../../compiler/product-shape.js";
import type { Node } from "../../graph/index.js";
import { type Kept, timesOf } from "../explaining.js";
import { hashOf, recall, remember } from "./cache.js";
import type { PrintedProgram } from "./print-program.js";
import type { Toolchain } from "./toolchain.js";

/** The table itself, and others. */
export const CANDIDATES: readonly ((machine: Machine) => Machine)[] = [
  (machine) => machine,
  // Smaller tiles.
  (machine) => ({ ...machine, registers: Math.round(machine.registers * 0.75) }),
  // Clusters of tiles for a smaller cache, and for a larger one.
  (machine) => ({ ...machine, farCache: machine.farCache / 4 }),
  (machine) => ({ ...machine, farCache: machine.farCache * 4 }),
  (machine) => ({ ...machine, prefetch: undefined }),
  // Results always through the cache, and past it where they are of some size.
  (machine) => ({ ...machine, streamed: Number.POSITIVE_INFINITY }),
  (machine) => ({ ...machine, streamed: 2 ** 20 }),
];

/** Another table must be so much quicker than the usual one. */
const WORTH = 0.97;

export const isTuning = (): boolean => !["", "0"].includes(process.env.MARU_TUNE ?? "");

/** A program that a candidate made, to be timed. */
export interface Trial {
  readonly compiled: Compiled;
  readonly program: Pick<Kept, "run" | "withKernels"> & { release(): void };
}

/** For each nest which of the candidates it gets. `make` compiles the program for another machine. */
export function choicesFor(
  base: { readonly compiled: Compiled; readonly printed: PrintedProgram },
  { version, flags }: Toolchain,
  machine: Machine,
  leaves: readonly Node[],
  make: (machine: Machine) => Trial,
): readonly number[] {
  const nests = 1 + Math.max(-1, ...base.compiled.kernels.map(({ nest }) => nest));
  const key = hashOf(["tuned", String(CANDIDATES.length), version, ...flags, ...base.printed.files]);
  const known = recall(key);
  if (isChoice(known, nests)) return known;
  const best = new Array<number>(nests).fill(0);
  const least = new Array<number>(nests).fill(Number.POSITIVE_INFINITY);
  for (const [candidate, change] of CANDIDATES.entries()) {
    timesOfNests(make(change(machine)), nests, leaves)?.forEach((time, nest) => {
      if (time >= least[nest]! * WORTH) return;
      least[nest] = time;
      best[nest] = candidate;
    });
  }
  remember(key, best);
  return best;
}

const isChoice = (value: unknown, nests: number): value is number[] =>
  Array.isArray(value) &&
  value.length === nests &&
  value.every((choice) => Number.isInteger(choice) && choice >= 0 && choice < CANDIDATES.length);

/** Milliseconds of the kernels of each nest; undefined where the program does not run on zeros. */
function timesOfNests(
  { compiled, program }: Trial,
  nests: number,
  leaves: readonly Node[],
): number[] | undefined {
  try {
    const times = timesOf(compiled, program, leaves)?.kernels;
    if (times === undefined) return undefined;
    const sums = new Array<number>(nests).fill(0);
    compiled.kernels.forEach(({ nest }, kernel) => {
      sums[nest]! += times[kernel]!;
    });
    return sums;
  } finally {
    program.release();
  }
}
