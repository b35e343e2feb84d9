/** How many threads there can be here, and in plain words why not more. */
import { features } from "./features.js";
import { hasWorkers } from "./worker-handle.js";

/** More threads than this seldom help, and each costs its memory. */
const MOST_THREADS = 16;

export interface ThreadsStatus {
  readonly threads: number;
  /** A sentence that says where the number comes from. */
  readonly detail: string;
}

const one = (why: string): ThreadsStatus => ({ threads: 1, detail: `one thread: ${why}` });

/** Whether this thread can share memory with workers. */
export function canShare(): boolean {
  const { isolated, sharedMemory } = features();
  return isolated && sharedMemory && hasWorkers();
}

/** The processors that this process may use. */
function processors(): number {
  const os = globalThis.process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** The number of threads that the wasm device starts when it is not told otherwise. */
export function threadsStatus(): ThreadsStatus {
  if (!canShare()) return one(whyNotShare());
  const count = processors();
  if (count <= 1) return one("this machine has one processor for it");
  if (count <= MOST_THREADS) return { threads: count, detail: `${count} threads, one a processor` };
  return { threads: MOST_THREADS, detail: `${MOST_THREADS} threads, the most that are used` };
}

function whyNotShare(): string {
  const { isolated, sharedMemory } = features();
  if (!isolated)
    return "this page is not cross-origin isolated (its server must send the COOP and COEP headers)";
  if (!sharedMemory) return "this engine has no memory that threads can share";
  if (globalThis.process?.versions?.node === undefined) return "there are no workers here";
  return "more need Node 20.16 or later";
}
