/**
 * Where the words lie that the modules, the host and the threads share: int32, at byte addresses in the first page of
 * the memory. Nothing else lives in that page.
 */
export const SYSTEM_PAGE = {
  /** What went wrong first in this run: 0, or the code, value and site of a check. */
  STATUS_CODE: 16,
  STATUS_VALUE: 20,
  STATUS_SITE: 24,
  /** 1 from when the program may have written over an input. */
  OVERWRITING: 28,
  /** Counts barriers; threads wait for it to change. */
  BARRIER_GENERATION: 32,
  BARRIER_ARRIVED: 36,
  /** 1 where a thread broke off; all others follow at the next barrier. */
  ABORT: 40,
  /** Counts jobs; workers wait for it to change. */
  SEQUENCE: 48,
  JOB_MODULE_ADDRESS: 52,
  JOB_MODULE_BYTES: 56,
  JOB_MODULE_ID: 60,
  JOB_PARAMS: 64,
  JOB_THREADS: 68,
} as const;

/** No buffer lies below. */
export const FIRST_ADDRESS = 65536;

/** Bytes that can be read before and after every buffer. */
export const SLACK = 64;
