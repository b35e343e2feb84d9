/** The words of the system page, as the thread that gives out jobs reads and writes them. */
import { FORGOTTEN_MOST, JOB_PAGE } from "./job-page.js";
import { SYSTEM_PAGE } from "./system-page.js";

/** Every word, by the name that it has in `system-page.ts` or `job-page.ts`. */
const WORD = { ...SYSTEM_PAGE, ...JOB_PAGE };

type Word = keyof typeof WORD;

export interface Job {
  /** The module, or 0 for dropping the modules in the list of forgotten ones. */
  readonly id: number;
  /** Where its bytes are, for workers that do not know it. */
  readonly address: number;
  readonly bytes: number;
  readonly params: number;
  readonly threads: number;
  /** The thread number of worker 0: 1 where the caller is thread 0, 0 where the workers do everything. */
  readonly first: 0 | 1;
}

/** Words that are 0 when a job begins. */
const RESET: readonly Word[] = [
  "STATUS_CODE",
  "OVERWRITING",
  "BARRIER_ARRIVED",
  "ABORT",
  "FINISHED",
  "FAULT_LENGTH",
];

export class JobBoard {
  #words: Int32Array;

  constructor(readonly memory: WebAssembly.Memory) {
    this.#words = wordsOf(memory);
  }

  /** The system page. Memory that is not shared gets a new buffer when it grows; this one then is empty. */
  get words(): Int32Array {
    if (this.#words.length === 0) this.#words = wordsOf(this.memory);
    return this.#words;
  }

  read(word: Word): number {
    return Atomics.load(this.words, WORD[word] >> 2);
  }

  write(word: Word, value: number): void {
    Atomics.store(this.words, WORD[word] >> 2, value);
  }

  reset(): void {
    for (const word of RESET) this.write(word, 0);
  }

  /** Writes a job down and wakes the workers; returns its number. SEQUENCE is odd meanwhile: nobody may read. */
  post(job: Job): number {
    this.reset();
    const sequence = this.read("SEQUENCE");
    this.write("SEQUENCE", sequence + 1);
    this.write("JOB_MODULE_ID", job.id);
    this.write("JOB_MODULE_ADDRESS", job.address);
    this.write("JOB_MODULE_BYTES", job.bytes);
    this.write("JOB_PARAMS", job.params);
    this.write("JOB_THREADS", job.threads);
    this.write("JOB_FIRST", job.first);
    this.write("SEQUENCE", sequence + 2);
    if (this.read("SLEEPING") > 0) Atomics.notify(this.words, WORD.SEQUENCE >> 2);
    return (sequence + 2) | 0;
  }

  /** Sleeps until FINISHED is not what it was; false where that took longer. */
  waitForFinished(was: number, milliseconds: number): boolean {
    return Atomics.wait(this.words, WORD.FINISHED >> 2, was, milliseconds) !== "timed-out";
  }

  /** Tells every thread to return at its next barrier, and lets those in a barrier go. */
  abort(): void {
    this.write("ABORT", 1);
    Atomics.add(this.words, WORD.BARRIER_GENERATION >> 2, 1);
    Atomics.notify(this.words, WORD.BARRIER_GENERATION >> 2);
  }

  /** Writes the list of forgotten modules, and takes them off the list given. */
  listForgotten(ids: number[]): void {
    const some = ids.splice(0, FORGOTTEN_MOST);
    this.write("FORGOTTEN_COUNT", some.length);
    some.forEach((id, i) => {
      Atomics.store(this.words, (WORD.FORGOTTEN >> 2) + i, id);
    });
  }

  /** What a worker that failed had to say. */
  faultText(): string {
    const length = this.read("FAULT_LENGTH");
    const bytes = new Uint8Array(this.words.buffer, WORD.FAULT_TEXT, length);
    return length === 0 ? "its code gave up" : String.fromCharCode(...bytes);
  }
}

const wordsOf = (memory: WebAssembly.Memory): Int32Array => new Int32Array(memory.buffer, 0, 16384);
