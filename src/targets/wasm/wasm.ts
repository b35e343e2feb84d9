/**
 * The Wasm device: graphs become WebAssembly modules, on SIMD and, where memory can be shared, on threads.
 */
import { KnownPrograms } from "../known-programs.js";
import type { Target } from "../target.js";
import { isEngineBusy, mayBlock, openEngine, setWasmThreads, wasmThreads } from "./engine.js";
import { features } from "./features.js";
import { WasmProgram } from "./program.js";

const { run, runAsync, compile } = new KnownPrograms({
  interpreted: 1,
  make: (plan) => WasmProgram.make({ engine: openEngine(), ...plan }),
  makeSoon: (plan) => WasmProgram.makeSoon({ engine: openEngine(), ...plan }),
  mayBlock,
  inTurn: (body) => openEngine().inTurn(body),
});

export const wasm: Target = {
  name: "wasm",
  get readiness() {
    const { simd } = features();
    return simd
      ? { available: true, detail: `compiled to WebAssembly; ${wasmThreads().detail}` }
      : { available: false, detail: "this engine has no WebAssembly with SIMD" };
  },
  get threads() {
    return wasmThreads().threads;
  },
  setThreads: setWasmThreads,
  run,
  runAsync,
  get busy() {
    return isEngineBusy();
  },
  explain: async (outputs, inputs, updates) => {
    const { explain } = await import("./explain.js");
    return explain(outputs, inputs, updates);
  },
  compile,
};
