/** From a graph to C in steps between which others may have their turn; with the tuner, as often as it has to be printed. */
import { type Compiled, compileSteps } from "../../compiler/compile.js";
import type { Machine } from "../../compiler/product-shape.js";
import { disabledTransforms, type ProgramPlan } from "../known-programs.js";
import { ownCacheBytes } from "./cache-size.js";
import { machineOf } from "./instruction-sets.js";
import { mostFiles } from "./library.js";
import { type PrintedProgram, printProgram } from "./print-program.js";
import type { Toolchain } from "./toolchain.js";
import { CANDIDATES, choicesFor, isTuning, type Trial } from "./tune.js";

/** What a program is made of. */
export interface Made {
  readonly compiled: Compiled;
  readonly printed: PrintedProgram;
}

function* printFor(
  { outputs, leaves, updates }: ProgramPlan,
  toolchain: Toolchain,
  machine: Machine,
  machineOf?: (nest: number) => Machine,
): Generator<void, Made, void> {
  const compiled = yield* compileSteps(
    outputs,
    updates.map(([output, input]) => [output, leaves[input]!]),
    { machine, disabled: disabledTransforms(), ...(machineOf && { machineOf }) },
  );
  return { compiled, printed: printProgram(compiled.code, toolchain.set.lanes, mostFiles()) };
}

/** `open` builds a candidate of the tuner, to be timed. */
export function* printSteps(
  plan: ProgramPlan,
  toolchain: Toolchain,
  open: (made: Made) => Trial["program"],
): Generator<void, Made, void> {
  const machine = machineOf(toolchain.set, ownCacheBytes());
  const made = yield* printFor(plan, toolchain, machine);
  if (!isTuning()) return made;
  const choices = choicesFor(made, toolchain, machine, plan.leaves, (other) => {
    const candidate = finish(printFor(plan, toolchain, other));
    return { compiled: candidate.compiled, program: open(candidate) };
  });
  return choices.every((choice) => choice === 0)
    ? made
    : yield* printFor(plan, toolchain, machine, (nest) => CANDIDATES[choices[nest] ?? 0]!(machine));
}

/** All steps at once. */
export function finish<T>(steps: Generator<void, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
