/** From a graph to the module of a program, in steps: what a page has to wait for when a graph comes for the first time. */
import { type Compiled, compileSteps } from "../../compiler/compile.js";
import type { Machine } from "../../compiler/product-shape.js";
import { disabledTransforms, type ProgramPlan } from "../known-programs.js";
import { type Engine, mayBlock } from "./engine.js";
import { type PrintedProgram, printSteps } from "./printer.js";
import { SLACK } from "./system-page.js";

/** WebAssembly's vectors have 128 bits, and engines give it the 16 registers of SSE, of which they keep one. */
export const MACHINE: Machine = {
  lanes: 4,
  registers: 15,
  broadcasts: false,
  farCache: 262144,
  prefetch: undefined,
  streamed: Infinity,
  slack: SLACK,
};

/** What a program is made of, and where. */
export interface ProgramOptions extends ProgramPlan {
  readonly engine: Engine;
  /** Whether to keep what `explain` shows. */
  readonly keep?: boolean;
}

export interface Blueprint {
  readonly compiled: Compiled;
  readonly printed: PrintedProgram;
}

export function* blueprintSteps({
  engine,
  outputs,
  leaves,
  updates,
  keep,
}: ProgramOptions): Generator<void, Blueprint, void> {
  const compiled = yield* compileSteps(
    outputs,
    updates.map(([output, input]) => [output, leaves[input]!]),
    { machine: MACHINE, disabled: disabledTransforms() },
  );
  const printed = yield* printSteps(compiled.code, {
    shared: engine.heap.shared,
    memoryMaximumPages: engine.heap.maximumPages,
    relaxed: engine.features.relaxedSimd,
    exportKernels: keep || !mayBlock(),
  });
  return { compiled, printed };
}
