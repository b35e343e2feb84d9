/**
 * The program of a worker that maps samples, as text, for the reason that `targets/wasm/worker-source.ts` gives. It
 * imports the module that it is told, and answers each task with what the function made of its samples, or with the
 * sample at which it failed.
 */

/** What a function is told besides the sample. */
export interface SampleContext {
  /** The sample's number in the dataset. */
  readonly index: number;
  /** The epoch, counted from 0. */
  readonly epoch: number;
  /**
   * A seed of the sample's own in this epoch, from the loader's seed, the epoch and the sample's place in it. It does not
   * depend on how many workers there are.
   */
  readonly seed: number;
}

/** Where the function is. */
export interface FunctionPlace {
  /** The module's address. */
  readonly url: string;
  readonly name: string;
}

/** Samples to map, in order. */
export interface Task {
  readonly id: number;
  readonly samples: readonly unknown[];
  readonly contexts: readonly SampleContext[];
}

/** Why a task failed; `at` is the sample's place in it, or null where the function itself is not there. */
export interface Failure {
  readonly at: number | null;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export type Answer =
  | { readonly id: number; readonly results: readonly unknown[] }
  | { readonly id: number; readonly failure: Failure };

export const workerProgram = `
"use strict";
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");

const failureOf = (at, error) => error instanceof Error
  ? { at, name: error.name, message: error.message, stack: String(error.stack) }
  : { at, name: "Error", message: String(error), stack: "" };

async function load({ url, name }) {
  const module = await import(url);
  if (typeof module[name] === "function") return module[name];
  const names = Object.keys(module).filter((key) => typeof module[key] === "function");
  throw new TypeError("it exports no function " + name + (names.length ? ", but " + names.join(", ") : ""));
}

async function answer(loading, { id, samples, contexts }) {
  let at = null;
  try {
    const change = await loading;
    const results = [];
    for (at = 0; at < samples.length; at++) results.push(await change(samples[at], contexts[at]));
    return { id, results };
  } catch (error) {
    return { id, failure: failureOf(at, error) };
  }
}

function work(start, say) {
  const loading = load(start);
  // What is the matter with it is said in the answer to the first task.
  loading.catch(() => undefined);
  return async (task) => {
    const said = await answer(loading, task);
    try {
      say(said);
    } catch (error) {
      // A result that cannot be sent, such as a function.
      const at = said.results.findIndex((one) => { try { structuredClone(one); } catch { return true; } });
      say({ id: task.id, failure: failureOf(at, error) });
    }
  };
}

if (threads) {
  const { parentPort, workerData } = threads;
  parentPort.on("message", work(workerData, (message) => parentPort.postMessage(message)));
} else {
  let receive;
  onmessage = ({ data }) => {
    if (receive === undefined) receive = work(data, (message) => postMessage(message));
    else receive(data);
  };
}
`;
