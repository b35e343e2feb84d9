/** A small module that follows the protocol of the thread pool, with barriers, counters and accidents on purpose. */
import { ByteWriter } from "../../src/targets/wasm/assembler/bytes.js";
import { FunctionBuilder } from "../../src/targets/wasm/assembler/function.js";
import { VALUE_TYPES, type ValType } from "../../src/targets/wasm/assembler/instructions.js";
import type { WasmHeap } from "../../src/targets/wasm/heap.js";
import { SYSTEM_PAGE } from "../../src/targets/wasm/system-page.js";
import type { ThreadModule, ThreadPool } from "../../src/targets/wasm/threads.js";

const { BARRIER_GENERATION, BARRIER_ARRIVED, ABORT, STATUS_CODE } = SYSTEM_PAGE;

/** What one thread does at the beginning of the job. */
export const ACCIDENT = { none: 0, trap: 1, writesForever: 2, status: 3 } as const;

/** The int32 words of the parameters, which the results follow. */
interface Params {
  /** How often all threads add to the counter and wait for each other. */
  readonly rounds: number;
  readonly accident?: number;
  /** The thread that has it. */
  readonly unlucky?: number;
}

/** Byte offsets from `params`. */
const [ROUNDS, ACCIDENT_AT, UNLUCKY, COUNTER, BUSY] = [0, 4, 8, 64, 128] as const;
const PARAMS_BYTES = 192;

const [STALLED, BARRIER, MAIN] = [0, 1, 2] as const;

/** barrier(thread, threads) -> 1 where the job is given up. */
function barrier(): FunctionBuilder {
  const f = new FunctionBuilder("barrier", BARRIER, {
    params: [
      ["thread", "i32"],
      ["threads", "i32"],
    ],
    results: ["i32"],
  });
  const generation = f.take("i32");
  const tries = f.take("i32");
  const load = (word: number) => f.i32(0).op("i32.atomic.load", word);
  const leaveWhenOver = () => {
    load(BARRIER_GENERATION).get(generation).op("i32.ne").op("if");
    load(ABORT).op("return").op("end");
  };
  load(BARRIER_GENERATION).set(generation);
  f.i32(0).i32(1).op("i32.atomic.rmw.add", BARRIER_ARRIVED).get(1).i32(1).op("i32.sub").op("i32.eq").op("if");
  f.i32(0).i32(0).op("i32.atomic.store", BARRIER_ARRIVED);
  f.i32(0).i32(1).op("i32.atomic.rmw.add", BARRIER_GENERATION).op("drop");
  f.i32(0).i32(-1).op("memory.atomic.notify", BARRIER_GENERATION).op("drop");
  load(ABORT).op("return").op("end");
  f.i32(5000).set(tries).op("loop");
  leaveWhenOver();
  f.get(tries).i32(1).op("i32.sub").tee(tries).op("br_if", 0).op("end");
  f.op("loop");
  f.i32(0).get(generation).op("i64.const", 100_000_000n).op("memory.atomic.wait32", BARRIER_GENERATION);
  f.i32(2).op("i32.eq").op("if").get(0).op("i32.eqz").op("if");
  f.op("call", STALLED).op("drop").op("end").op("end");
  leaveWhenOver();
  load(ABORT).op("i32.eqz").op("br_if", 0).op("end");
  f.i32(1);
  return f;
}

/** main(params, thread, threads); each round adds `step` to the counter. */
function main(step: number): FunctionBuilder {
  const f = new FunctionBuilder("main", MAIN, {
    params: [
      ["params", "i32"],
      ["thread", "i32"],
      ["threads", "i32"],
    ],
    results: ["i32"],
  });
  const left = f.take("i32");
  const accident = (kind: number) => f.get(0).op("i32.load", ACCIDENT_AT).i32(kind).op("i32.eq").op("if");
  f.get(0).op("i32.load", UNLUCKY).get(1).op("i32.eq").op("if");
  accident(ACCIDENT.trap).op("unreachable").op("end");
  accident(ACCIDENT.writesForever).op("loop").get(0).i32(1).op("i32.atomic.rmw.add", BUSY).op("drop");
  f.op("br", 0).op("end").op("end");
  accident(ACCIDENT.status).i32(0).i32(7).op("i32.atomic.store", STATUS_CODE).op("end");
  f.op("end");
  f.get(0).op("i32.load", ROUNDS).set(left);
  f.op("loop").get(left).op("if");
  f.get(0).i32(step).op("i32.atomic.rmw.add", COUNTER).op("drop");
  f.get(2).i32(1).op("i32.ne").op("if");
  f.get(1).get(2).op("call", BARRIER).op("if").i32(1).op("return").op("end").op("end");
  f.get(left).i32(1).op("i32.sub").set(left).op("br", 1).op("end").op("end");
  f.i32(0);
  return f;
}

/** The whole module, which imports `maru.stalled` beside the memory. */
function encode(maximumPages: number, shared: boolean, step: number): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(1024);
  out.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  const functions = [barrier(), main(step)];
  const stalled: { params: ValType[]; results: ValType[] } = { params: [], results: ["i32"] };
  const types = [
    stalled,
    ...functions.map(({ type }) => ({ params: type.params.map(([, t]) => t), results: type.results })),
  ];
  section(out, 1, types, (into, { params, results }) => {
    into.byte(0x60);
    for (const list of [params, results]) {
      into.unsigned(list.length);
      for (const type of list) into.byte(VALUE_TYPES[type]);
    }
  });
  section(out, 2, ["memory", "stalled"], (into, name) => {
    into.text("maru");
    into.text(name);
    if (name === "stalled") return into.append([0x00, 0]);
    into.append([0x02, shared ? 0x03 : 0x00]);
    into.unsigned(1);
    if (shared) into.unsigned(maximumPages);
  });
  section(out, 3, [1, 2], (into, type) => into.unsigned(type));
  section(out, 7, [MAIN], (into, index) => {
    into.text("main");
    into.byte(0x00);
    into.unsigned(index);
  });
  section(out, 10, functions, (into, f) => {
    const code = f.encode();
    into.unsigned(code.length);
    into.append(code);
  });
  return out.view().slice();
}

function section<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (o: ByteWriter, item: T) => void,
) {
  const content = new ByteWriter(256);
  content.unsigned(items.length);
  for (const item of items) write(content, item);
  out.byte(id);
  out.unsigned(content.length);
  out.append(content.view());
}

/** The module over a heap; each round of each thread adds `step` to the counter. */
export function countingModule(
  heap: WasmHeap,
  pool: ThreadPool,
  { id = 1, step = 1, stalled = pool.stalled }: { id?: number; step?: number; stalled?: () => number } = {},
): ThreadModule {
  const bytes = encode(heap.maximumPages, heap.shared, step);
  const imports = { maru: { memory: heap.memory, stalled } };
  return { id, bytes, instance: new WebAssembly.Instance(new WebAssembly.Module(bytes), imports) };
}

/** Parameters in the memory. */
export class Counting {
  readonly address: number;

  constructor(
    readonly heap: WasmHeap,
    { rounds, accident = ACCIDENT.none, unlucky = -1 }: Params,
  ) {
    this.address = heap.allocate(PARAMS_BYTES);
    this.#words.set([rounds, accident, unlucky]);
    this.#words.fill(0, 3);
  }

  get #words(): Int32Array {
    return new Int32Array(this.heap.memory.buffer, this.address, PARAMS_BYTES / 4);
  }

  /** What all rounds of all threads have added up. */
  get count(): number {
    return Atomics.load(this.#words, COUNTER / 4);
  }

  /** What a thread that writes forever has written last. */
  get busy(): number {
    return Atomics.load(this.#words, BUSY / 4);
  }
}
