/**
 * The engine: memory, threads and features of the Wasm device, made when the first program needs them. There is one; all
 * programs share its memory, and the places for values that only live during a run.
 */
import { DeviceError } from "../../errors.js";
import type { DType, TypedArray } from "../../graph/index.js";
import { type Features, features } from "./features.js";
import { WasmHeap } from "./heap.js";
import { Residency } from "./residency.js";
import { canShare, type ThreadsStatus, threadsStatus } from "./thread-count.js";
import { ThreadPool } from "./threads.js";

/** A region that grows by need and is shared by programs, which run one at a time. */
class CommonRegion {
  #address = 0;
  #bytes = 0;

  constructor(readonly residency: Residency) {}

  /** An address with room for so many bytes; what was in it is lost when it grows. */
  room(bytes: number): number {
    if (bytes > this.#bytes) {
      if (this.#address !== 0) this.residency.free(this.#address);
      this.#address = 0;
      this.#bytes = 0;
      this.#address = this.residency.allocate(bytes);
      this.#bytes = bytes;
    }
    return this.#address;
  }
}

export class Engine {
  readonly features: Features = features();
  readonly heap: WasmHeap;
  readonly residency: Residency;
  pool: ThreadPool;
  /** Threads that programs use. */
  threads: number;
  readonly arena: CommonRegion;
  readonly scratch: CommonRegion;
  /** Small inputs and outputs of the program that runs. */
  readonly small: CommonRegion;
  #growths = 0;
  /** Ends with the last computation that was asked for. */
  #queue: Promise<unknown> = Promise.resolve();
  readonly #views = new Map<DType, TypedArray>();

  constructor(threads: number | undefined) {
    if (!this.features.simd)
      throw new DeviceError("the wasm device needs WebAssembly SIMD, which this engine lacks");
    this.heap = new WasmHeap({ shared: canShare() });
    this.residency = new Residency(this.heap);
    this.pool = new ThreadPool(this.residency, threads);
    this.threads = this.pool.size;
    this.arena = new CommonRegion(this.residency);
    this.scratch = new CommonRegion(this.residency);
    this.small = new CommonRegion(this.residency);
  }

  /** The memory as words. Growing it makes older views stale. */
  get words(): Int32Array {
    return this.view("int32") as Int32Array;
  }

  /** The whole memory as elements of a dtype, until it grows. */
  view(dtype: DType): TypedArray {
    if (this.#growths !== this.heap.growths) {
      this.#views.clear();
      this.#growths = this.heap.growths;
    }
    let view = this.#views.get(dtype);
    if (view === undefined) {
      view = wholeView(dtype, this.heap.memory.buffer);
      this.#views.set(dtype, view);
    }
    return view;
  }

  /** Does something when all that was given here before has ended. */
  inTurn<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(body);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

let blocking: boolean | undefined;

/** Whether this thread may be kept waiting: not a page's main thread, where nothing would move meanwhile. */
export const mayBlock = (): boolean => (blocking ??= features().mayWait || "WorkerGlobalScope" in globalThis);

/** Says so instead of asking. For tests. */
export function setMayBlock(may: boolean | undefined): void {
  blocking = may;
}

function wholeView(dtype: DType, buffer: ArrayBufferLike): TypedArray {
  if (dtype === "float32") return new Float32Array(buffer);
  if (dtype === "float64") return new Float64Array(buffer);
  return dtype === "int32" ? new Int32Array(buffer) : new Uint8Array(buffer);
}

let engine: Engine | undefined;
let wanted: number | undefined;

export function openEngine(): Engine {
  engine ??= new Engine(wanted);
  return engine;
}

/** Threads of the device from now on; without a number one a processor. */
export function setWasmThreads(threads?: number): void {
  if (engine !== undefined) {
    engine.pool.refuseWhenBusy();
    const most = threads ?? threadsStatus().threads;
    if (most > engine.pool.size) {
      engine.pool.close();
      engine.pool = new ThreadPool(engine.residency, threads);
    }
    engine.threads = Math.min(most, engine.pool.size);
  }
  wanted = threads;
}

/** Whether something is being computed that has to be awaited. */
export const isEngineBusy = (): boolean => engine?.pool.busy ?? false;

/** How many threads programs have, and in words why. */
export function wasmThreads(): ThreadsStatus {
  if (engine === undefined && wanted === undefined) return threadsStatus();
  const { threads, pool } = openEngine();
  return threads === pool.size
    ? pool.status
    : { threads, detail: `${threadsInWords(threads)}, as asked for` };
}

const threadsInWords = (threads: number): string => (threads === 1 ? "one thread" : `${threads} threads`);
