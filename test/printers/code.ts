/** Code that is written by hand, for tests of printers. */
import type { KernelCode, Phase, ProgramCode, Statement } from "../../src/compiler/code.js";
import {
  add,
  type Buffer,
  baseOf,
  constant,
  convert,
  type Expr,
  mul,
  newLocal,
  readLocal,
  variableValue,
} from "../../src/compiler/expression.js";
import { newVar, type Var } from "../../src/compiler/index-form.js";
import { allocate, type DType } from "../../src/graph/dtype.js";

let nextBuffer = 1;
export const buffer = (dtype: DType, length: number, role: Buffer["role"] = "input"): Buffer => {
  const id = nextBuffer++;
  return { id, name: `buffer${id}`, dtype, length, role };
};

export const i32 = (value: number): Expr => constant(value, "i32");

/** A kernel whose parallel loop runs `turns` times over `body`. */
export function kernelOf(
  turns: number,
  body: (turn: Expr) => readonly Statement[],
  grain = Math.max(turns, 1),
): KernelCode {
  const [begin, end] = [newLocal("begin", "i32"), newLocal("end", "i32")];
  const variable: Var = newVar("turn", Math.max(turns, 2));
  const loop: Statement = {
    kind: "loop",
    variable,
    from: readLocal(begin),
    to: readLocal(end),
    step: 1,
    body: body(variableValue(variable)),
  };
  return { name: "kernel", begin, end, turns, grain, body: [loop] };
}

export const programOf = (
  buffers: readonly Buffer[],
  kernels: readonly KernelCode[],
  phases: readonly Phase[] = kernels.map((_, i) => ({ kernels: [i], alone: true })),
): ProgramCode => ({ buffers, kernels, phases, privateOffsets: new Map(), privateBytes: 0 });

/** Address of the turn's first element. */
export function place(of: Buffer, turn: Expr, lanes: number): Expr {
  const size = allocate(of.dtype, 1).BYTES_PER_ELEMENT;
  return add(baseOf(of), mul(convert(turn, "address"), constant(size * lanes, "address")));
}
