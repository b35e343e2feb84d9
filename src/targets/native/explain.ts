/** What the compiler made of a graph, with the C that it became. */
import { explainGraph, type Kept } from "../explaining.js";
import type { Target } from "../target.js";
import { NativeProgram } from "./program.js";

export const explain: NonNullable<Target["explain"]> = async (outputs, inputs, updates) =>
  explainGraph(
    "native",
    (plan): Kept => {
      const { program, compiled, printed, bytes } = NativeProgram.makeToLookAt(plan);
      return {
        compiled,
        listings: new Map(printed.kernels.map(({ name, text }) => [name, text])),
        moduleBytes: bytes,
        run: (values) => program.run(values),
        withKernels: (values, use) => program.withKernels(values, use),
      };
    },
    outputs,
    inputs,
    updates,
  );
