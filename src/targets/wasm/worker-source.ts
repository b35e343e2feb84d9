/**
 * The program of a worker, as text: a bundler needs no second entry for it, Node runs it with `eval` and a browser from
 * a blob. (A function turned to text would be broken by tools that rename or instrument code.)
 *
 * A worker takes a job when SEQUENCE changes. It looks for one for some tens of microseconds after the last, then sleeps
 * on SEQUENCE and costs nothing. While a job is being written SEQUENCE is odd, and it is read again after the job was
 * read: so a worker that has no part in a job, for which nobody waits, cannot see half of it and half of the next.
 */
import { FAULT_MOST, FORGOTTEN_MOST, JOB_PAGE, RECORD, recordOf } from "./job-page.js";
import { SYSTEM_PAGE } from "./system-page.js";

/** How long a worker looks for its next job before it sleeps. */
const SPIN_MILLISECONDS = 0.05;

/** What a worker is started with. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  /** Its number in the pool, from 0. */
  readonly worker: number;
  /** Its record in the system page: a byte address. */
  readonly record: number;
  readonly epoch: number;
}

/** What a worker says: when it is ready, and when it is the last to finish a job in which the caller has no part. */
export type WorkerMessage = "ready" | "finished";

/** Indices of the words that it uses. */
const WORDS = Object.fromEntries(
  Object.entries({ ...SYSTEM_PAGE, ...JOB_PAGE }).map(([name, address]) => [name, address >> 2]),
);

export const workerSource = `
"use strict";
const W = ${JSON.stringify(WORDS)};
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");

function work({ memory, worker, record, epoch }, say) {
  const words = new Int32Array(memory.buffer, 0, 16384);
  const read = (word) => Atomics.load(words, word);
  const mains = new Map();
  let seen = read(W.SEQUENCE);

  function waitForChange() {
    const until = performance.now() + ${SPIN_MILLISECONDS};
    do {
      for (let i = 0; i < 100; i++) if (read(W.SEQUENCE) !== seen) return;
    } while (performance.now() < until);
    Atomics.add(words, W.SLEEPING, 1);
    while (read(W.SEQUENCE) === seen) Atomics.wait(words, W.SEQUENCE, seen);
    Atomics.sub(words, W.SLEEPING, 1);
  }

  function nextJob() {
    waitForChange();
    for (;;) {
      seen = read(W.SEQUENCE);
      if (seen & 1) continue;
      const job = {
        epoch: read(W.EPOCH),
        id: read(W.JOB_MODULE_ID),
        address: read(W.JOB_MODULE_ADDRESS) >>> 0,
        bytes: read(W.JOB_MODULE_BYTES),
        params: read(W.JOB_PARAMS),
        threads: read(W.JOB_THREADS),
        first: read(W.JOB_FIRST),
      };
      if (read(W.SEQUENCE) === seen) return job;
    }
  }

  function mainOf({ id, address, bytes }) {
    let main = mains.get(id);
    if (main === undefined) {
      const code = new Uint8Array(bytes);
      code.set(new Uint8Array(memory.buffer, address, bytes));
      const imports = { maru: { memory, stalled: () => 0 } };
      main = new WebAssembly.Instance(new WebAssembly.Module(code), imports).exports.main;
      mains.set(id, main);
    }
    return main;
  }

  function abort() {
    Atomics.store(words, W.ABORT, 1);
    Atomics.add(words, W.BARRIER_GENERATION, 1);
    Atomics.notify(words, W.BARRIER_GENERATION);
  }

  function report(error) {
    const text = String(error).slice(0, ${FAULT_MOST});
    if (Atomics.compareExchange(words, W.FAULT_LENGTH, 0, text.length) !== 0) return;
    const bytes = new Uint8Array(memory.buffer, 4 * W.FAULT_TEXT, text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = Math.min(text.charCodeAt(i), 127);
  }

  function takePart(job) {
    const thread = job.first + worker;
    if (thread >= job.threads) return;
    try {
      if (job.id !== 0) {
        if (mainOf(job)(job.params, thread, job.threads) !== 0) abort();
      } else {
        const count = Math.min(read(W.FORGOTTEN_COUNT), ${FORGOTTEN_MOST});
        for (let i = 0; i < count; i++) mains.delete(read(W.FORGOTTEN + i));
      }
    } catch (error) {
      report(error);
      abort();
    }
    Atomics.store(words, (record + ${RECORD.DONE}) >> 2, seen);
    if (Atomics.add(words, W.FINISHED, 1) + 1 < job.threads - job.first) return;
    Atomics.notify(words, W.FINISHED);
    if (job.first === 0) say("finished");
  }

  Atomics.store(words, (record + ${RECORD.READY}) >> 2, epoch);
  Atomics.notify(words, (record + ${RECORD.READY}) >> 2);
  say("ready");
  for (;;) {
    const job = nextJob();
    if (job.epoch !== epoch) return;
    takePart(job);
  }
}

if (threads) {
  const start = threads.workerData;
  // Node closes what a worker opened when the worker is gone, which is how the caller can tell while it blocks.
  let life = 0;
  try {
    life = process.getBuiltinModule("node:fs").openSync(process.execPath, "r") + 1;
  } catch {}
  const { buffer } = start.memory;
  Atomics.store(new Int32Array(buffer), (start.record + ${RECORD.LIFE}) >> 2, life);
  work(start, (message) => threads.parentPort.postMessage(message));
} else {
  onmessage = ({ data }) => work(data, (message) => postMessage(message));
}
`;

/** The record of a worker that starts. */
export const startOf = (memory: WebAssembly.Memory, worker: number, epoch: number): WorkerStart => ({
  memory,
  worker,
  record: recordOf(worker, epoch),
  epoch,
});
