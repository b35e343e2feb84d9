/** What the parts of the printer share: how values lie in registers, and what a printer of expressions can do. */
import type { Buffer, Expr, Local } from "../../compiler/expression.js";
import type { Var } from "../../compiler/index-form.js";
import { VerificationError } from "../../errors.js";
import type { AddressRanges } from "./address-range.js";
import type { FunctionBuilder } from "./assembler/function.js";
import type { MnemonicOf, ValType } from "./assembler/instructions.js";

/** A value of four f64 lanes takes two registers: lanes 0 and 1, lanes 2 and 3. Every other value is half 0 of itself. */
export type Half = 0 | 1;
export type Plain = MnemonicOf<"plain">;

/** What is meant by a name in a kernel. */
export interface Names {
  /** A register of ours and the one or two locals that hold it. */
  readonly locals: Map<Local, readonly number[]>;
  readonly variables: Map<Var, number>;
  readonly bases: ReadonlyMap<Buffer, number>;
}

export interface Printer {
  readonly f: FunctionBuilder;
  readonly ranges: AddressRanges;
  readonly relaxed: boolean;
  /** Leaves the value on the stack. */
  push(e: Expr, half?: Half): void;
  /** A local that holds the value until the end of the statement; what is on the stack stays as it is. */
  hold(e: Expr, half?: Half): number;
  /** A local until the end of the statement. */
  temporary(type: ValType): number;
  /** Pushes this half of the arguments and applies the instruction. */
  apply(instruction: Plain, args: readonly Expr[], half: Half): void;
}

/** How an operation is printed: by one instruction on its arguments, or by a function. */
export type Rule = Plain | ((p: Printer, e: Expr, half: Half) => void);

interface Kind {
  readonly type: Expr["type"];
  readonly lanes: number;
}

/** The kinds of registers, as operations are keyed: a vector of f64 is a pair of f64x2. */
export type Shape = "f32" | "f64" | "i32" | "bool" | "f32x4" | "f64x2" | "i32x4" | "boolx4";

export function shapeOf(e: Kind): Shape {
  if (e.type === "address") return "i32";
  if (e.lanes === 1) return e.type;
  return e.type === "f64" ? "f64x2" : `${e.type}x4`;
}

/** How many locals a value takes. */
export const halvesOf = (e: Kind): 1 | 2 => (e.type === "f64" && e.lanes > 1 ? 2 : 1);

export function wasmTypeOf(e: Kind): ValType {
  if (e.lanes > 1) return "v128";
  return e.type === "f32" || e.type === "f64" ? e.type : "i32";
}

const constantBytes = new Uint8Array(16);
const constantLanes = new DataView(constantBytes.buffer);

/** Pushes a vector of numbers. */
export function pushVector(
  f: FunctionBuilder,
  type: "f32" | "i32" | "f64" | "i64",
  lanes: readonly number[],
): void {
  const view = constantLanes;
  lanes.forEach((lane, i) => {
    if (type === "f32") view.setFloat32(4 * i, lane, true);
    else if (type === "i32") view.setInt32(4 * i, lane, true);
    else if (type === "f64") view.setFloat64(8 * i, lane, true);
    else view.setBigInt64(8 * i, BigInt(lane), true);
  });
  f.op("v128.const", constantBytes);
}

/** Pushes a vector of which all lanes are one number. */
export const pushAll = (f: FunctionBuilder, type: "f32" | "i32" | "f64" | "i64", lane: number): void =>
  pushVector(f, type, new Array<number>(type.endsWith("64") ? 2 : 4).fill(lane));

/** The bytes of a shuffle, by place. */
export const bytesWhere = (from: (byte: number) => number): number[] =>
  Array.from({ length: 16 }, (_, byte) => from(byte));

/** Lanes 2 and 3 in the places of 0 and 1. */
export const HIGH_TO_LOW: readonly number[] = bytesWhere((byte) => (byte + 8) % 16);
/** Lane 1 in the place of 0. */
export const NEXT_TO_LOW: readonly number[] = bytesWhere((byte) => (byte + 4) % 16);
/** The low halves of two registers side by side. */
export const LOW_HALVES: readonly number[] = bytesWhere((byte) => (byte < 8 ? byte : 8 + byte));
/** Every other 32-bit lane of two registers, from the first. */
export const EVEN_LANES: readonly number[] = bytesWhere((byte) => 8 * (byte >> 2) + (byte & 3));

export function fail(e: Expr, why: string): never {
  throw new VerificationError(`${e.op} of ${e.type}, ${e.lanes} lanes, cannot be printed: ${why}`);
}
