/**
 * One generation of workers: starting them, telling whether they live, and getting rid of them.
 *
 * A caller that blocks hears no events, so it cannot be told that a worker has died. In Node it can find out: each worker
 * opens a file, and Node closes a worker's files when the worker has ended and can run no more code. The file's number
 * is in shared memory, and as long as it stands for that file the worker lives.
 */
import type { JobBoard } from "./job-board.js";
import { RECORD, recordOf } from "./job-page.js";
import { startWorker, type WorkerHandle } from "./worker-handle.js";
import { startOf } from "./worker-source.js";

/** A worker that has not come up in this time is given up. A start takes about 0.03 s. */
const START_MILLISECONDS = 10_000;

/** Whether a worker is alive; undefined where that cannot be told. */
type Life = boolean | undefined;

const fileSystem = () => globalThis.process?.getBuiltinModule?.("node:fs");

/** Whether a thread that blocks can still start workers: a browser needs its event loop for that. */
const startsWhileBlocked = (): boolean => globalThis.process?.versions?.node !== undefined;

export class WorkerTeam {
  /** Why a worker is gone that nobody sent away. */
  lost: string | undefined;
  readonly #handles: WorkerHandle[] = [];
  readonly #waiting: (() => void)[] = [];
  #dismissed = false;
  /** What stands behind the workers' files: all of them open the program that runs. */
  #file: { readonly dev: number; readonly ino: number } | undefined;

  /** `stir` is called when a job of workers alone may have come to its end. */
  constructor(
    readonly board: JobBoard,
    readonly epoch: number,
    readonly stir: () => void,
  ) {
    try {
      this.#file = fileSystem()?.statSync(globalThis.process.execPath);
    } catch {
      // Without the right to look, nothing can be told.
    }
  }

  /** Workers that wait for jobs: those before the first that does not. */
  get ready(): number {
    let count = 0;
    while (count < this.#handles.length && this.#record(count, RECORD.READY) === this.epoch) count++;
    return count;
  }

  /** Starts workers up to this many; where the thread may, it waits for them. Returns why there are fewer. */
  start(count: number): string | undefined {
    const refused = this.#call(count);
    if (!startsWhileBlocked()) return refused;
    const until = performance.now() + START_MILLISECONDS;
    for (let ready = this.ready; ready < this.#handles.length; ready = this.ready) {
      if (performance.now() > until) return this.#giveUpFrom(ready);
      Atomics.wait(this.board.words, (recordOf(ready, this.epoch) + RECORD.READY) >> 2, 0, 100);
    }
    return refused;
  }

  /** As `start`, for a thread that may not block. */
  async startSoon(count: number): Promise<string | undefined> {
    const refused = this.#call(count);
    const until = performance.now() + START_MILLISECONDS;
    while (this.ready < this.#handles.length && this.lost === undefined) {
      if (performance.now() > until) return this.#giveUpFrom(this.ready);
      await this.#nextEvent();
    }
    return this.lost ?? refused;
  }

  /** Whether the process shall wait for what the workers say. */
  hold(on: boolean): void {
    for (const handle of this.#handles) handle.hold(on);
  }

  /** Whether one of the first `count` workers has died before it returned from this job. */
  anyDead(count: number, job: number): boolean {
    return this.#some(count, (worker) => !this.#isDone(worker, job) && this.#lives(worker) === false);
  }

  /** Whether it can be told that a worker has died. */
  get canTell(): boolean {
    return this.#handles.every((_, worker) => this.#lives(worker) !== undefined);
  }

  /** Whether each of the first `count` workers has returned from this job or will never run again. */
  isHarmless(count: number, job: number): boolean {
    return !this.#some(count, (worker) => !this.#isDone(worker, job) && this.#lives(worker) !== false);
  }

  /** Sends all workers away. They end soon. */
  dismiss(): void {
    this.#dismissed = true;
    for (const handle of this.#handles) handle.terminate();
  }

  async ended(): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.ended()));
  }

  #call(count: number): string | undefined {
    try {
      while (this.#handles.length < count) this.#startOne(this.#handles.length);
    } catch (error) {
      return `a worker could not be started: ${String(error)}`;
    }
    return undefined;
  }

  #startOne(worker: number): void {
    const record = recordOf(worker, this.epoch);
    for (const word of Object.values(RECORD)) Atomics.store(this.board.words, (record + word) >> 2, 0);
    const start = startOf(this.board.memory, worker, this.epoch);
    const handle = startWorker(start, {
      message: (message) => {
        if (message === "finished") this.stir();
        else this.#wake();
      },
      gone: (why) => {
        if (this.#dismissed) return;
        this.lost ??= `a worker is gone: ${why}`;
        this.stir();
        this.#wake();
      },
    });
    this.#handles.push(handle);
  }

  #giveUpFrom(worker: number): string {
    for (const handle of this.#handles.splice(worker)) handle.terminate();
    return `a worker did not start within ${START_MILLISECONDS / 1000} seconds`;
  }

  #nextEvent(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      setTimeout(resolve, 100);
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #lives(worker: number): Life {
    if (this.#handles[worker]!.exited) return false;
    const life = this.#record(worker, RECORD.LIFE);
    if (life === 0 || this.#file === undefined) return undefined;
    try {
      const { dev, ino } = fileSystem()!.fstatSync(life - 1);
      return dev === this.#file.dev && ino === this.#file.ino;
    } catch {
      return false;
    }
  }

  #isDone(worker: number, job: number): boolean {
    return this.#record(worker, RECORD.DONE) === job;
  }

  #record(worker: number, word: number): number {
    return Atomics.load(this.board.words, (recordOf(worker, this.epoch) + word) >> 2);
  }

  #some(count: number, is: (worker: number) => boolean): boolean {
    for (let worker = 0; worker < Math.min(count, this.#handles.length); worker++)
      if (is(worker)) return true;
    return false;
  }
}

/** Blocks the thread for some milliseconds. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
