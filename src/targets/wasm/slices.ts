/** Runs a program piece by piece, where no workers can do it and the thread must not be blocked. */
import type { ProgramCode } from "../../compiler/code.js";
import { nextTurn, SLICE_MILLISECONDS } from "../slices.js";
import type { Engine } from "./engine.js";
import { SYSTEM_PAGE } from "./system-page.js";

type Kernel = (params: number, begin: number, end: number, thread: number) => void;

/** What the module exports a kernel as. */
export const kernelExport = (kernel: number): string => `kernel ${kernel}`;

/** The kernels as calls. The module must have been printed with `exportKernels`. */
export const kernelsOf = (
  { exports }: WebAssembly.Instance,
  { kernels }: ProgramCode,
  params: number,
): (() => void)[] =>
  kernels.map(
    ({ turns }, number) =>
      () =>
        (exports[kernelExport(number)] as Kernel)(params, 0, turns, 0),
  );

/** Ends early where a check has failed. The module must have been printed with `exportKernels`. */
export async function runInSlices(
  { exports }: WebAssembly.Instance,
  { kernels, phases }: ProgramCode,
  params: number,
  engine: Engine,
): Promise<void> {
  let until = performance.now() + SLICE_MILLISECONDS;
  for (const phase of phases) {
    if (engine.words[SYSTEM_PAGE.STATUS_CODE >> 2] !== 0) return;
    for (const number of phase.kernels) {
      const { turns, grain } = kernels[number]!;
      const kernel = exports[kernelExport(number)] as Kernel;
      for (let begin = 0; begin < turns; begin += grain) {
        kernel(params, begin, Math.min(begin + grain, turns), 0);
        if (performance.now() < until) continue;
        await nextTurn();
        until = performance.now() + SLICE_MILLISECONDS;
      }
    }
  }
}
