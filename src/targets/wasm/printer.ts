/** From the code of a program to a WebAssembly module: one function a kernel, and `main` that runs the phases. */
import type { ProgramCode } from "../../compiler/code.js";
import type { FunctionBuilder } from "./assembler/function.js";
import { ModuleBuilder } from "./assembler/module.js";
import { KERNEL_TYPE, printKernel } from "./print-kernel.js";
import { hasParallelPhase, printMain } from "./print-main.js";
import { kernelExport } from "./slices.js";

export interface PrintOptions {
  /** Whether threads share the memory: then `main` can run on several at once. */
  readonly shared: boolean;
  /** Most pages of 64 KiB that the shared memory can have, as it was made. */
  readonly memoryMaximumPages: number;
  /** Whether the engine has relaxed SIMD, whose multiply-add rounds once. */
  readonly relaxed: boolean;
  /** Whether each kernel can be called from outside, by `kernelExport`; false by default. */
  readonly exportKernels?: boolean;
}

export interface PrintedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** False where one thread does all the work. */
  readonly parallel: boolean;
  /** The kernels, and all that can be called by number: what `listing.ts` makes text of. */
  readonly kernels: readonly FunctionBuilder[];
  readonly functions: readonly FunctionBuilder[];
  readonly callable: ModuleBuilder["callable"];
}

/**
 * The module exports `main(params, thread, threads)`, which gives 0, or 1 where it broke off. It imports `maru.memory`, and
 * where several threads can share the work `maru.stalled`, which says whether waiting for the others is in vain.
 */
export function printProgram(program: ProgramCode, options: PrintOptions): PrintedProgram {
  const steps = printSteps(program, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** As `printProgram`, a kernel at a time. */
export function* printSteps(
  program: ProgramCode,
  options: PrintOptions,
): Generator<void, PrintedProgram, void> {
  const module = new ModuleBuilder({
    module: "maru",
    name: "memory",
    shared: options.shared,
    maximumPages: options.memoryMaximumPages,
  });
  const parallel = options.shared && hasParallelPhase(program);
  const stalled = parallel ? module.import("stalled", { params: [], results: ["i32"] }) : undefined;
  const kernels: FunctionBuilder[] = [];
  for (const kernel of program.kernels) {
    const f = module.define(kernel.name, KERNEL_TYPE);
    printKernel(f, kernel, program, options);
    kernels.push(f);
    yield;
  }
  printMain(module, program, kernels, stalled);
  if (options.exportKernels)
    for (const [number, f] of kernels.entries()) module.export(f, kernelExport(number));
  return {
    bytes: module.encode(),
    parallel,
    kernels,
    functions: module.functions,
    callable: module.callable,
  };
}
