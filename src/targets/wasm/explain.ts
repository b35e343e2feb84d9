/** What the compiler made of a graph, with the WebAssembly that it became. */
import { explainGraph, type Kept } from "../explaining.js";
import type { Target } from "../target.js";
import { listFunction } from "./assembler/listing.js";
import { openEngine } from "./engine.js";
import { WasmProgram } from "./program.js";

export const explain: NonNullable<Target["explain"]> = async (outputs, inputs, updates) =>
  explainGraph(
    "wasm",
    (plan): Kept => {
      const program = WasmProgram.make({ engine: openEngine(), ...plan, keep: true });
      const { kernels, callable, bytes } = program.printed!;
      return {
        compiled: program.compiled!,
        listings: new Map(kernels.map((f) => [f.name, listFunction(f, callable)])),
        moduleBytes: bytes.length,
        run: (values) => program.run(values),
        withKernels: (values, use) => program.withKernels(values, use),
      };
    },
    outputs,
    inputs,
    updates,
  );
