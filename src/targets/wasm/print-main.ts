/**
 * The entry point: `main(params, thread, threads)` takes the program's phases one after the other. One thread calls the
 * kernels as they come. Several threads claim pieces of a phase by its counter, and wait for each other
 * before the next; where a thread breaks off (ABORT), all others return 1 from there.
 */
import type { KernelCode, Phase, ProgramCode } from "../../compiler/code.js";
import type { FunctionBuilder } from "./assembler/function.js";
import type { ImportedFunction, ModuleBuilder } from "./assembler/module.js";
import { paramsLayout } from "./print-kernel.js";
import { SYSTEM_PAGE } from "./system-page.js";

/** Looks at the barrier's word before a thread goes to sleep: about as long as a sleeper takes to wake up. */
const SPINS = 100_000;
/** A sleeping thread looks round this often. The pool counts on it. */
const SLEEP_NANOSECONDS = 100_000_000n;

const [PARAMS, THREAD, THREADS] = [0, 1, 2];
const { STATUS_CODE, OVERWRITING, BARRIER_GENERATION, BARRIER_ARRIVED, ABORT } = SYSTEM_PAGE;

const piecesOf = ({ turns, grain }: KernelCode): number => Math.ceil(turns / grain);

/** Whether the phase is worth more than one thread. */
function isParallel(program: ProgramCode, phase: Phase): boolean {
  const pieces = phase.kernels.reduce((sum, kernel) => sum + piecesOf(program.kernels[kernel]!), 0);
  return !phase.alone && pieces > 1;
}

/** Whether several threads would have anything to share. */
export const hasParallelPhase = (program: ProgramCode): boolean =>
  program.phases.some((phase) => isParallel(program, phase));

/** `stalled`: what thread 0 asks when it waits in vain; without it there is only one thread. */
export function printMain(
  module: ModuleBuilder,
  program: ProgramCode,
  kernels: readonly FunctionBuilder[],
  stalled: ImportedFunction | undefined,
): void {
  const barrier = stalled === undefined ? undefined : printBarrier(module, stalled);
  const main = module.define("main", {
    params: [
      ["params", "i32"],
      ["thread", "i32"],
      ["threads", "i32"],
    ],
    results: ["i32"],
  });
  const printer = new MainPrinter(main, program, kernels);
  if (barrier === undefined) printer.oneThread();
  else {
    main.get(THREADS!).i32(1).op("i32.le_s").op("if");
    printer.oneThread();
    main.op("else");
    printer.manyThreads(barrier);
    main.op("end");
  }
  main.i32(0);
  module.export(main);
}

class MainPrinter {
  readonly #layout;
  readonly #piece: number;

  constructor(
    readonly f: FunctionBuilder,
    readonly program: ProgramCode,
    readonly kernels: readonly FunctionBuilder[],
  ) {
    this.#layout = paramsLayout(program.buffers.length);
    this.#piece = f.take("i32", "piece");
  }

  oneThread(): void {
    for (const phase of this.program.phases) {
      if (phase.guarded) this.#guard();
      this.#alone(phase);
    }
  }

  /** Where a check has failed nothing may be written over: the program ends. All threads see the same word here. */
  #guard(): void {
    const { f } = this;
    f.i32(0).op("i32.load", STATUS_CODE).op("if").i32(0).op("return").op("end");
    f.i32(0).i32(1).op("i32.store", OVERWRITING);
  }

  #alone(phase: Phase): void {
    for (const kernel of phase.kernels) this.#inPieces(kernel);
  }

  /**
   * Piece by piece: the engine exchanges a function for its optimised form only between calls, so that one long call
   * would run to its end as it began.
   */
  #inPieces(kernel: number): void {
    const { f } = this;
    const { turns, grain } = this.program.kernels[kernel]!;
    if (turns === 0) return;
    if (grain >= turns) {
      f.get(PARAMS!).i32(0).i32(turns).get(THREAD!).op("call", this.kernels[kernel]!.index);
      return;
    }
    f.i32(0).set(this.#piece).op("loop");
    this.#call(kernel);
    f.get(this.#piece).i32(1).op("i32.add").tee(this.#piece);
    f.i32(piecesOf(this.program.kernels[kernel]!)).op("i32.lt_s").op("br_if", 0).op("end");
  }

  /** Calls the kernel for the piece whose number the local holds. */
  #call(kernel: number): void {
    const { f } = this;
    const { turns, grain } = this.program.kernels[kernel]!;
    f.get(PARAMS!).get(this.#piece);
    if (grain > 1) f.i32(grain).op("i32.mul");
    f.get(this.#piece).i32(1).op("i32.add");
    if (grain > 1) f.i32(grain).op("i32.mul");
    if (turns % grain !== 0) {
      const end = f.take("i32", "end");
      f.tee(end).i32(turns).get(end).i32(turns).op("i32.lt_s").op("select");
      f.release(end);
    }
    f.get(THREAD!).op("call", this.kernels[kernel]!.index);
  }

  /**
   * A phase of many threads waits for all before it. Those of thread 0 follow each other; so nobody waits at the end,
   * where the pool waits until every thread has returned.
   */
  manyThreads(barrier: FunctionBuilder): void {
    const { f, program } = this;
    let before: "alone" | "together" | undefined;
    program.phases.forEach((phase, number) => {
      const together = isParallel(program, phase);
      const follows = before === "alone" && !together && !phase.guarded;
      if (before !== undefined && !follows) this.#wait(barrier);
      if (phase.guarded) this.#guard();
      before = together ? "together" : "alone";
      if (together) {
        this.#together(phase, number);
        return;
      }
      f.get(THREAD!).op("i32.eqz").op("if");
      this.#alone(phase);
      f.op("end");
    });
  }

  #wait(barrier: FunctionBuilder): void {
    const { f } = this;
    f.get(THREAD!).get(THREADS!).op("call", barrier.index).op("if").i32(1).op("return").op("end");
  }

  /**
   * Pieces of all the phase's kernels have consecutive numbers. A thread claims a share of those that are left, a 2 n-th with n
   * threads: neighbours at first, which read the same memory, and single ones at the end, so that all end together.
   */
  #together(phase: Phase, number: number): void {
    const { f } = this;
    const counter = this.#layout.counter(number);
    const total = phase.kernels.reduce((sum, kernel) => sum + piecesOf(this.program.kernels[kernel]!), 0);
    const [next, last] = [f.take("i32", "next"), f.take("i32", "last")];
    f.op("block").op("loop");
    f.get(PARAMS!).op("i32.atomic.load", counter).tee(next).i32(total).op("i32.ge_u").op("br_if", 1);
    f.i32(total).get(next).op("i32.sub").get(THREADS!).i32(1).op("i32.shl").op("i32.div_u").tee(last);
    f.i32(1).get(last).op("select").get(next).op("i32.add").set(last);
    f.get(PARAMS!).get(next).get(last).op("i32.atomic.rmw.cmpxchg", counter);
    f.get(next).op("i32.ne").op("br_if", 0);
    f.op("loop").get(next).set(this.#piece);
    f.op("block");
    for (const kernel of phase.kernels) {
      const pieces = piecesOf(this.program.kernels[kernel]!);
      f.get(this.#piece).i32(pieces).op("i32.lt_u").op("if");
      this.#call(kernel);
      f.op("br", 1).op("end");
      f.get(this.#piece).i32(pieces).op("i32.sub").set(this.#piece);
    }
    f.op("end");
    f.get(next).i32(1).op("i32.add").tee(next).get(last).op("i32.lt_u").op("br_if", 0).op("end");
    f.op("br", 0).op("end").op("end");
    f.release(next);
    f.release(last);
  }
}

/**
 * barrier(thread, threads) -> whether to give up. The last to arrive starts the next generation and wakes the others, who
 * spin for a while and then sleep. Thread 0 has the pool look after the others whenever it has slept in vain.
 */
function printBarrier(module: ModuleBuilder, stalled: ImportedFunction): FunctionBuilder {
  const sleep = printSleep(module);
  const f = module.define("barrier", {
    params: [
      ["thread", "i32"],
      ["threads", "i32"],
    ],
    results: ["i32"],
  });
  const [SELF, COUNT] = [0, 1];
  const generation = f.take("i32", "generation");
  const tries = f.take("i32", "tries");
  const word = (address: number) => f.i32(0).op("i32.atomic.load", address);
  const returnIfNext = () => {
    word(BARRIER_GENERATION).get(generation).op("i32.ne").op("if");
    word(ABORT).op("return").op("end");
  };

  word(BARRIER_GENERATION).set(generation);
  f.i32(0).i32(1).op("i32.atomic.rmw.add", BARRIER_ARRIVED);
  f.get(COUNT!).i32(1).op("i32.sub").op("i32.eq").op("if");
  f.i32(0).i32(0).op("i32.atomic.store", BARRIER_ARRIVED);
  f.i32(0).i32(1).op("i32.atomic.rmw.add", BARRIER_GENERATION).op("drop");
  f.i32(0).i32(-1).op("memory.atomic.notify", BARRIER_GENERATION).op("drop");
  word(ABORT).op("return").op("end");

  f.i32(SPINS).set(tries).op("loop");
  returnIfNext();
  f.get(tries).i32(1).op("i32.sub").tee(tries).op("br_if", 0).op("end");

  f.op("loop");
  f.get(generation)
    .op("call", sleep.index)
    .i32(TIMED_OUT)
    .op("i32.eq")
    .get(SELF!)
    .op("i32.eqz")
    .op("i32.and");
  f.op("if").op("call", stalled.index).op("if").i32(1).op("return").op("end").op("end");
  returnIfNext();
  word(ABORT).op("i32.eqz").op("br_if", 0).op("end");
  f.i32(1);
  return f;
}

/** What `memory.atomic.wait32` gives when nobody has come. */
const TIMED_OUT = 2;

/**
 * Sleeps while the barrier's word is still the generation. A function of its own, without a loop: what V8 11.3 first makes
 * of a wait inside a loop sleeps for ever.
 */
function printSleep(module: ModuleBuilder): FunctionBuilder {
  const f = module.define("sleep", { params: [["generation", "i32"]], results: ["i32"] });
  f.i32(0).get(0).op("i64.const", SLEEP_NANOSECONDS).op("memory.atomic.wait32", BARRIER_GENERATION);
  return f;
}
