/** The names of all transforms; typed so that one that is missing here does not compile. */
import type { StepName } from "../../src/compiler/transforms.js";

const names: Readonly<Record<StepName, true>> = {
  coalesce: true,
  cut: true,
  reorder: true,
  tile: true,
  unroll: true,
  vectorize: true,
  parallelize: true,
  pack: true,
  split: true,
  cluster: true,
  advance: true,
  prefetch: true,
  stream: true,
};

export const STEP_NAMES = Object.keys(names) as StepName[];

const without = (...some: readonly StepName[]): ReadonlySet<StepName> => new Set(some);

/** Transforms to leave out: none, all, each alone, and all but one. */
export const SETTINGS: readonly { readonly title: string; readonly off: ReadonlySet<StepName> }[] = [
  { title: "all on", off: without() },
  { title: "all off", off: without(...STEP_NAMES) },
  ...STEP_NAMES.map((name) => ({ title: `without ${name}`, off: without(name) })),
  ...STEP_NAMES.map((name) => ({
    title: `only ${name}`,
    off: without(...STEP_NAMES.filter((other) => other !== name)),
  })),
];
