/** Runs code that was written by hand: a memory, buffers in it, and the module that the printer makes. */
import type { ProgramCode } from "../../src/compiler/code.js";
import { type Buffer, type Expr, fetch } from "../../src/compiler/expression.js";
import { allocate, type DType, type TypedArray } from "../../src/graph/dtype.js";
import { features } from "../../src/targets/wasm/features.js";
import { type PrintedProgram, printProgram } from "../../src/targets/wasm/printer.js";
import { buffer, i32, kernelOf, place, programOf } from "../printers/code.js";

export { buffer, i32, kernelOf, place, programOf };

/** Whether the tests can try the relaxed instructions, too. */
export const relaxations = features().relaxedSimd ? [false, true] : [false];

const PAGES = 4;
const PARAMS = 65536;

export interface Loaded {
  readonly printed: PrintedProgram;
  readonly memory: WebAssembly.Memory;
  readonly words: Int32Array;
  readonly params: number;
  /** The buffer's values in the memory. */
  view(buffer: Buffer): TypedArray;
  run(thread?: number, threads?: number): number;
}

interface Options {
  readonly shared?: boolean;
  readonly relaxed?: boolean;
  readonly scratchBytes?: number;
  /** What thread 0 asks when it waits in vain. */
  readonly stalled?: () => number;
}

function viewOf(memory: WebAssembly.Memory, { dtype, length }: Buffer, address: number): TypedArray {
  const Type = allocate(dtype, 0).constructor as new (
    buffer: ArrayBufferLike,
    address: number,
    length: number,
  ) => TypedArray;
  return new Type(memory.buffer, address, length);
}

/** Lays the buffers out and compiles. The last buffer ends where the memory ends. */
export function load(program: ProgramCode, options: Options = {}): Loaded {
  const { shared = false, relaxed = false, scratchBytes = 1024 } = options;
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared });
  const words = new Int32Array(memory.buffer);
  const printed = printProgram(program, { shared, relaxed, memoryMaximumPages: PAGES });
  const addresses = new Map<Buffer, number>();
  let next = PARAMS + 4096;
  program.buffers.forEach((buffer, i) => {
    const bytes = allocate(buffer.dtype, 1).BYTES_PER_ELEMENT * buffer.length;
    const last = i === program.buffers.length - 1;
    const address = last ? PAGES * 65536 - bytes : next;
    addresses.set(buffer, address);
    words[PARAMS / 4 + i] = address;
    next = 64 * Math.ceil((next + bytes) / 64) + 64;
  });
  words[PARAMS / 4 + program.buffers.length] = next;
  words[PARAMS / 4 + program.buffers.length + 1] = scratchBytes;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(printed.bytes), {
    maru: { memory, stalled: options.stalled ?? (() => 0) },
  });
  const main = instance.exports.main as (params: number, thread: number, threads: number) => number;
  return {
    printed,
    memory,
    words,
    params: PARAMS,
    view: (buffer) => viewOf(memory, buffer, addresses.get(buffer)!),
    run: (thread = 0, threads = 1) => main(PARAMS, thread, threads),
  };
}

const LANES = 4;

/** What an expression of inputs gives for each element, computed `lanes` at a time. */
export function evaluate(
  expression: (...inputs: Expr[]) => Expr,
  inputs: readonly { readonly dtype: DType; readonly values: ArrayLike<number> }[],
  result: DType,
  lanes: 1 | typeof LANES,
  options: Options = {},
): number[] {
  const count = inputs[0]!.values.length;
  const padded = LANES * Math.ceil(count / LANES);
  const buffers = inputs.map(({ dtype }) => buffer(dtype, padded));
  const out = buffer(result, padded, "output");
  const kernel = kernelOf(padded / lanes, (turn) => {
    const fetched = buffers.map((from) => fetch(from, place(from, turn, lanes), 0, lanes));
    const value = expression(...fetched);
    const address = place(out, turn, lanes);
    return [{ kind: "store", buffer: out, address, offset: 0, stride: 1, valid: lanes, value }];
  });
  const loaded = load(programOf([...buffers, out], [kernel]), options);
  inputs.forEach(({ values }, i) => {
    loaded.view(buffers[i]!).set(values);
  });
  loaded.run();
  return [...loaded.view(out).subarray(0, count)];
}
