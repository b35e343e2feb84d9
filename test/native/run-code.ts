/** Runs code that was written by hand through the C printer, the system's compiler and the loader. */
import type { ProgramCode } from "../../src/compiler/code.js";
import { type Buffer, type Expr, fetch } from "../../src/compiler/expression.js";
import { allocate, type DType, type TypedArray } from "../../src/graph/dtype.js";
import { mostFiles, openNative, openProgram } from "../../src/targets/native/library.js";
import { printProgram, wordsLayout } from "../../src/targets/native/print-program.js";
import { buffer, kernelOf, place, programOf } from "../printers/code.js";

export const LANES = openNative().toolchain.set.lanes;

export interface Loaded {
  /** The buffer's values. */
  view(buffer: Buffer): TypedArray;
  run(threads?: number): void;
  /** Code, value and site of the first check that failed. */
  status(): number[];
  readonly text: string;
}

/** Lays the buffers out, each in an array that ends where it ends, and compiles. */
export function load(program: ProgramCode): Loaded {
  const native = openNative();
  const printed = printProgram(program, LANES, mostFiles());
  const entry = openProgram(native, printed.files);
  const { words: count, statusCode, scratch, scratchBytes } = wordsLayout(program.buffers.length);
  const words = new Float64Array(Math.max(16, count));
  const arrays = new Map<Buffer, TypedArray>();
  program.buffers.forEach((one, i) => {
    const array = allocate(one.dtype, Math.max(one.length, 16)).subarray(0, one.length);
    arrays.set(one, array);
    words[i] = native.place(array);
  });
  const room = new Uint8Array(64 + 4 * program.privateBytes);
  words[scratch] = native.place(room);
  words[scratchBytes] = program.privateBytes;
  const at = native.place(words);
  return {
    view: (one) => arrays.get(one)!,
    run: (threads = 1) => entry.run(at, threads),
    status: () => [...words.subarray(statusCode, statusCode + 3)],
    text: printed.files.join("\n"),
  };
}

/** What an expression of inputs gives for each element, computed `lanes` at a time. */
export function evaluate(
  expression: (...inputs: Expr[]) => Expr,
  inputs: readonly { readonly dtype: DType; readonly values: ArrayLike<number> }[],
  result: DType,
  lanes: number,
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
  const loaded = load(programOf([...buffers, out], [kernel]));
  inputs.forEach(({ values }, i) => {
    loaded.view(buffers[i]!).set(values);
  });
  loaded.run();
  return [...loaded.view(out).subarray(0, count)];
}
