/**
 * The words of the system page that only the thread pool and its workers use, beside those in `system-page.ts`: int32,
 * at byte addresses, read and written with atomic instructions.
 */

/** Words that stand alone. */
export const JOB_PAGE = {
  /** Workers that have returned from the present job. */
  FINISHED: 44,
  /** The thread number of worker 0: 1 where the caller is thread 0, 0 where the workers do everything. */
  JOB_FIRST: 72,
  /** The generation of workers that may take jobs; a worker of an older one leaves. */
  EPOCH: 76,
  /** Workers that sleep and want to be woken. */
  SLEEPING: 80,
  /** Modules that workers shall drop: how many, then their numbers. */
  FORGOTTEN_COUNT: 256,
  FORGOTTEN: 260,
  /** What a worker that failed has to say: the number of characters, then a byte for each. */
  FAULT_LENGTH: 1024,
  FAULT_TEXT: 1028,
} as const;

/** Where the words lie in a worker's record. */
export const RECORD = {
  /** The worker's epoch, when it waits for its first job. */
  READY: 0,
  /** The file that is open as long as the worker lives, plus one; 0 where there is none. */
  LIFE: 4,
  /** The last job from which the worker has returned. */
  DONE: 8,
} as const;

export const FORGOTTEN_MOST = 60;
export const FAULT_MOST = 400;

/** Most workers in a pool. */
export const WORKERS_MOST = 32;

const RECORDS = 8192;
const RECORD_BYTES = 64;
const GENERATIONS = 28;

/**
 * The record of a worker, on a cache line of its own: a byte address. Each epoch has records of its own, for a while, so
 * that a worker which was told to end while it started cannot write into its successor's.
 */
export const recordOf = (worker: number, epoch: number): number =>
  RECORDS + ((epoch % GENERATIONS) * WORKERS_MOST + worker) * RECORD_BYTES;
