/**
 * Runs a compiled module on several threads.
 *
 * `run` blocks, and the caller is thread 0; it is for Node and for a browser's workers. `runAsync` is for a thread that
 * may not block: workers do everything. Either way the call ends only when every thread has returned from the module's
 * `main`, so the module needs no barrier at its end.
 *
 * When a thread traps, the others are told by the word ABORT, which each looks at in every barrier, and the pool goes on
 * with the next job. When a worker dies, thread 0 finds out within a fifth of a second (in its barrier by `stalled`,
 * after it by waiting with a time limit), and the pool starts anew. Nothing is run before every old worker has returned
 * or is known to be dead; where that cannot be had an error says so.
 */
import { DeviceError } from "../../errors.js";
import { features } from "./features.js";
import { type Job, JobBoard } from "./job-board.js";
import { WORKERS_MOST } from "./job-page.js";
import { canShare, type ThreadsStatus, threadsStatus } from "./thread-count.js";
import { sleep, WorkerTeam } from "./worker-team.js";

/**
 * How long a caller looks for its workers' end before it sleeps. Longer than a sleeper needs to wake up (about 0.07 ms);
 * else a worker that was late once makes the caller sleep, which makes the worker sleep before the next job, and so on.
 */
const SPIN_MILLISECONDS = 0.2;
/** How often a caller that waits looks whether its workers live. The module's barrier of thread 0 must do the same. */
const WATCH_MILLISECONDS = 100;
/** Where it cannot be told whether workers live, they are taken for dead when nothing has moved for so long. */
const LONGEST_WAIT_MILLISECONDS = 120_000;
/** Threads that were told to stop have this long to come to a barrier; then they are ended. */
const GRACE_MILLISECONDS = 2_000;

/** A module that follows the protocol. */
export interface ThreadModule {
  /** A number from 1, of its own. */
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The caller's instance, whose `main` is run as thread 0. */
  readonly instance: WebAssembly.Instance;
}

/** The memory that threads share, and room in it. */
export interface ThreadMemory {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  free(address: number): void;
}

/** A job and those who do it. */
interface Running {
  readonly team: WorkerTeam;
  readonly workers: number;
  readonly job: number;
}

type Main = (params: number, thread: number, threads: number) => number;

const mainOf = (module: ThreadModule): Main => module.instance.exports.main as Main;

export class ThreadPool {
  readonly #room: ThreadMemory;
  readonly #board: JobBoard;
  #status: ThreadsStatus;
  #team: WorkerTeam | undefined;
  #epoch = 0;
  /** How many workers know a module. */
  readonly #known = new Map<number, number>();
  readonly #forgotten: number[] = [];
  #running: Running | undefined;
  /** Workers that were sent away in the middle of a job and are not known to have ended. */
  #leaving: Running | undefined;
  /** How often the caller has waited in vain, and for what. */
  #waits = 0;
  #waitsAt = "";
  #busy = false;
  /** Called when something has happened that the caller of `runAsync` waits for. */
  #stir: (() => void) | undefined;

  constructor(room: ThreadMemory, wanted?: number) {
    this.#room = room;
    this.#board = new JobBoard(room.memory);
    this.#status = statusOf(room.memory, wanted);
  }

  /** The most threads that a job can have. */
  get size(): number {
    return this.#status.threads;
  }

  /** The most threads, and in words why not more. */
  get status(): ThreadsStatus {
    return this.#status;
  }

  /**
   * What a module imports as "maru"."stalled": thread 0 calls it each time that it has waited `WATCH_MILLISECONDS` in a
   * barrier. 1 means that a worker is dead and everybody has been told; `main` returns 1 then.
   */
  readonly stalled = (): number => {
    if (!this.#isSomeoneLost()) return 0;
    this.#board.abort();
    return 1;
  };

  /**
   * Runs `main(params, thread, threads)` on each thread and returns when all have returned. Returns normally, too, where
   * the module stopped itself with a STATUS_CODE.
   *
   * @throws DeviceError where a thread traps or dies; the next job works
   */
  run(module: ThreadModule, params: number, threads: number): void {
    this.refuseWhenBusy();
    const count = Math.min(threads, this.size) > 1 && features().mayWait ? this.#startFor(threads) : 1;
    if (count > 1) this.#runTogether(module, params, count);
    else this.#runAlone(module, params);
  }

  /**
   * As `run`, for a thread that may not block: workers are all of the threads. Only one job at a time. `alone` does the job
   * where it is for one thread or there are no workers.
   *
   * @throws DeviceError where a thread traps or dies; the next job works
   */
  async runAsync(
    module: ThreadModule,
    params: number,
    threads: number,
    alone: () => void | Promise<void> = () => void mainOf(module)(params, 0, 1),
  ): Promise<void> {
    this.refuseWhenBusy();
    this.#busy = true;
    try {
      const count = Math.min(threads, this.size) > 1 ? await this.#startSoonFor(threads) : 0;
      if (count > 0) await this.#runByWorkers(module, params, count);
      else await this.#runAloneSoon(alone);
    } finally {
      this.#busy = false;
    }
  }

  /** The module will not be run again; workers drop it before their next job. */
  forget(id: number): void {
    if (this.#known.delete(id)) this.#forgotten.push(id);
  }

  /** Ends the workers. The pool can be used again and then starts new ones. */
  close(): void {
    this.refuseWhenBusy();
    this.#sendAway();
  }

  /** Whether `runAsync` is at work. */
  get busy(): boolean {
    return this.#busy;
  }

  refuseWhenBusy(): void {
    if (!this.#busy) return;
    throw new DeviceError("the wasm device is still at a computation; `await` it before the next one");
  }

  #runAlone(module: ThreadModule, params: number): void {
    this.#refuseWhileLeaving();
    this.#board.reset();
    let result = 1;
    let trap: unknown;
    try {
      result = mainOf(module)(params, 0, 1);
    } catch (error) {
      trap = error;
    }
    this.#judge(result, trap, true);
  }

  async #runAloneSoon(alone: () => void | Promise<void>): Promise<void> {
    this.#refuseWhileLeaving();
    this.#board.reset();
    let trap: unknown;
    try {
      await alone();
    } catch (error) {
      trap = error;
    }
    this.#judge(0, trap, true);
  }

  #runTogether(module: ThreadModule, params: number, threads: number): void {
    this.#flushForgotten();
    const address = this.#publishCode(module, threads - 1);
    this.#post(jobOf(module, address, params, threads, 1));
    let result = 1;
    let trap: unknown;
    try {
      result = mainOf(module)(params, 0, threads);
    } catch (error) {
      trap = error;
      this.#board.abort();
    }
    const complete = this.#waitForWorkers();
    if (!complete) this.#startAnew();
    this.#withdrawCode(module, address, complete ? threads - 1 : 0);
    this.#judge(result, trap, complete);
  }

  async #runByWorkers(module: ThreadModule, params: number, threads: number): Promise<void> {
    await this.#flushForgottenSoon();
    const address = this.#publishCode(module, threads);
    const complete = await this.#perform(jobOf(module, address, params, threads, 0));
    if (!complete) await this.#startAnewSoon();
    this.#withdrawCode(module, address, complete ? threads : 0);
    this.#judge(0, undefined, complete);
  }

  /** Throws where a job has failed, unless the module says itself what happened. */
  #judge(result: number, trap: unknown, complete: boolean): void {
    if (!complete) {
      throw new DeviceError(
        "a thread of the wasm device died in the middle of a step, so the step was not finished; " +
          "the next one starts new threads",
      );
    }
    if (trap !== undefined) throw new DeviceError(`the wasm device failed: ${String(trap)}`, { cause: trap });
    const aborted = result !== 0 || this.#board.read("ABORT") !== 0;
    if (!aborted || this.#board.read("STATUS_CODE") !== 0) return;
    throw new DeviceError(`a thread of the wasm device failed: ${this.#board.faultText()}`);
  }

  /** Brings the workers up for so many threads; returns how many threads there are. */
  #startFor(threads: number): number {
    const wanted = Math.min(threads, this.size);
    const team = this.#openTeam();
    if (team.ready < wanted - 1) this.#settleFor(team.start(wanted - 1), () => team.ready + 1);
    return Math.min(wanted, team.ready + 1);
  }

  async #startSoonFor(threads: number): Promise<number> {
    await this.#leaving?.team.ended();
    const wanted = Math.min(threads, this.size);
    const team = this.#openTeam();
    if (team.ready < wanted) this.#settleFor(await team.startSoon(wanted), () => team.ready);
    return Math.min(wanted, team.ready);
  }

  /** Where workers were refused, as many threads as there are now have to do. */
  #settleFor(why: string | undefined, threadsNow: () => number): void {
    if (why === undefined) return;
    const threads = Math.max(1, threadsNow());
    this.#status = { threads, detail: `${threads === 1 ? "one thread" : `${threads} threads`}: ${why}` };
  }

  #openTeam(): WorkerTeam {
    this.#refuseWhileLeaving();
    // Workers that died while nothing was computed are replaced without a word.
    if (this.#team?.lost !== undefined) this.#sendAway();
    if (this.#team !== undefined) return this.#team;
    this.#board.write("EPOCH", ++this.#epoch);
    return (this.#team = new WorkerTeam(this.#board, this.#epoch, () => this.#stir?.()));
  }

  #refuseWhileLeaving(): void {
    if (this.#leaving === undefined) return;
    if (!isHarmless(this.#leaving)) {
      throw new DeviceError(
        "a thread of a step that failed has not stopped yet, and could write over new values; " +
          "let the event loop turn (await something) and try again",
      );
    }
    this.#leaving = undefined;
  }

  /** Puts the module's bytes where workers find them; 0 where all of them know it. */
  #publishCode({ id, bytes }: ThreadModule, workers: number): number {
    if ((this.#known.get(id) ?? 0) >= workers) return 0;
    const address = this.#room.allocate(bytes.length);
    new Uint8Array(this.#room.memory.buffer, address, bytes.length).set(bytes);
    return address;
  }

  #withdrawCode({ id }: ThreadModule, address: number, workers: number): void {
    if (address === 0) return;
    // Who is still leaving might be reading it; that little is left to them.
    if (this.#leaving === undefined) this.#room.free(address);
    if (workers > 0) this.#known.set(id, workers);
  }

  #post(job: Job): void {
    this.#waits = 0;
    const number = this.#board.post(job);
    this.#running = { team: this.#team!, workers: job.threads - job.first, job: number };
  }

  #isFinished(): boolean {
    return this.#board.read("FINISHED") === this.#running!.workers;
  }

  /** Waits until every worker has returned; false where one has died or does not stop. */
  #waitForWorkers(): boolean {
    const spinUntil = performance.now() + SPIN_MILLISECONDS;
    do {
      for (let i = 0; i < 100; i++) if (this.#isFinished()) return true;
    } while (performance.now() < spinUntil);
    let patience = Infinity;
    while (!this.#isFinished()) {
      if (performance.now() > patience) return false;
      if (this.#board.waitForFinished(this.#board.read("FINISHED"), WATCH_MILLISECONDS)) continue;
      if (this.#isSomeoneLost()) this.#board.abort();
      if (this.#board.read("ABORT") === 0) continue;
      patience = Math.min(patience, performance.now() + GRACE_MILLISECONDS);
      if (isHarmless(this.#running!)) break;
    }
    return this.#isFinished();
  }

  #isSomeoneLost(): boolean {
    const { team, workers, job } = this.#running!;
    if (team.anyDead(workers, job)) return true;
    if (team.canTell) return false;
    const words = ["BARRIER_GENERATION", "BARRIER_ARRIVED", "FINISHED"] as const;
    const at = words.map((word) => this.#board.read(word)).join();
    this.#waits = at === this.#waitsAt ? this.#waits + 1 : 0;
    this.#waitsAt = at;
    return this.#waits * WATCH_MILLISECONDS > LONGEST_WAIT_MILLISECONDS;
  }

  /** Ends a team that has broken, and waits until no worker of it can write any more. */
  #startAnew(): void {
    const running = this.#running!;
    this.#sendAway();
    const until = performance.now() + GRACE_MILLISECONDS;
    while (!isHarmless(running)) {
      if (performance.now() > until) {
        this.#leaving = running;
        return;
      }
      sleep(1);
    }
  }

  async #startAnewSoon(): Promise<void> {
    const { team } = this.#running!;
    this.#board.abort();
    this.#sendAway();
    await team.ended();
  }

  #sendAway(): void {
    // Who still listens must not take a job of the next team.
    this.#board.write("EPOCH", ++this.#epoch);
    this.#team?.dismiss();
    this.#team = undefined;
    this.#known.clear();
    this.#forgotten.length = 0;
  }

  /** A job that does nothing but have all workers drop modules. */
  #forgettingJob(first: 0 | 1): Job {
    this.#board.listForgotten(this.#forgotten);
    return { id: 0, address: 0, bytes: 0, params: 0, threads: this.#team!.ready + first, first };
  }

  #flushForgotten(): void {
    while (this.#forgotten.length > 0) {
      this.#post(this.#forgettingJob(1));
      if (this.#waitForWorkers()) continue;
      this.#startAnew();
      this.#judge(1, undefined, false);
    }
  }

  async #flushForgottenSoon(): Promise<void> {
    while (this.#forgotten.length > 0) {
      if (await this.#perform(this.#forgettingJob(0))) continue;
      await this.#startAnewSoon();
      this.#judge(1, undefined, false);
    }
  }

  /** A job of workers alone: resolves when all have returned, or with false when one is lost. */
  async #perform(job: Job): Promise<boolean> {
    const team = this.#team!;
    team.hold(true);
    try {
      await new Promise<void>((resolve) => {
        this.#stir = () => {
          if (this.#isFinished() || team.lost !== undefined) resolve();
        };
        this.#post(job);
      });
    } finally {
      this.#stir = undefined;
      team.hold(false);
    }
    return this.#isFinished();
  }
}

const isHarmless = ({ team, workers, job }: Running): boolean => team.isHarmless(workers, job);

function jobOf(
  { id, bytes }: ThreadModule,
  address: number,
  params: number,
  threads: number,
  first: 0 | 1,
): Job {
  return { id, address, bytes: bytes.length, params, threads, first };
}

/** How many threads there can be over this memory. Whoever asks for more threads than processors gets them. */
function statusOf(memory: WebAssembly.Memory, wanted: number | undefined): ThreadsStatus {
  if (wanted !== undefined && wanted <= 1) return { threads: 1, detail: "one thread, as asked for" };
  if (!canShare()) return threadsStatus();
  if (!(memory.buffer instanceof SharedArrayBuffer))
    return { threads: 1, detail: "one thread: the device's memory is not shared" };
  if (wanted === undefined) return threadsStatus();
  const threads = Math.min(wanted, WORKERS_MOST);
  return { threads, detail: `${threads} threads, as asked for` };
}
