/**
 * The native device, in Node: kernels are printed as C, built by the system's compiler and loaded. Nothing is looked for
 * before somebody asks for the device.
 */
import { availableParallelism } from "node:os";
import { MaruError } from "../../errors.js";
import { KnownPrograms } from "../known-programs.js";
import type { Readiness, Target } from "../target.js";
import { loadKoffi } from "./library.js";
import { NativeProgram, useThreads } from "./program.js";
import { openToolchain } from "./toolchain.js";

/** More threads than this seldom help. */
const MOST_THREADS = 64;

let threads = Math.min(MOST_THREADS, availableParallelism());
useThreads(threads);

let queue: Promise<unknown> = Promise.resolve();

const { run, runAsync, compile } = new KnownPrograms<NativeProgram>({
  // A compilation takes as long as thousands of small interpreted graphs.
  interpreted: 2,
  make: (plan) => NativeProgram.make(plan),
  makeSoon: (plan) => NativeProgram.makeSoon(plan),
  mayBlock: () => false,
  inTurn: (body) => {
    const result = queue.then(body);
    queue = result.catch(() => undefined);
    return result;
  },
});

let readiness: Readiness | undefined;

function look(): Readiness {
  try {
    loadKoffi();
    const { set, version } = openToolchain();
    const words = threads === 1 ? "one thread" : `${threads} threads`;
    return { available: true, detail: `compiled to C by ${version} for ${set.title}; ${words}` };
  } catch (error) {
    if (!(error instanceof MaruError)) throw error;
    return { available: false, detail: error.message };
  }
}

export const native: Target = {
  name: "native",
  get readiness() {
    readiness ??= look();
    return readiness;
  },
  get threads() {
    return threads;
  },
  setThreads(count) {
    threads = Math.min(MOST_THREADS, count);
    useThreads(threads);
    readiness = undefined;
  },
  run,
  runAsync,
  compile,
  explain: async (outputs, inputs, updates) => {
    const { explain } = await import("./explain.js");
    return explain(outputs, inputs, updates);
  },
};
