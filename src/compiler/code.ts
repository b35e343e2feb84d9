/**
 * Code: the loop IR as the printers get it. A tree of loops, registers and stores, in which every address is plain
 * arithmetic in bytes. Each target prints it in its language (`targets/wasm`, later C and WGSL) and adds nothing.
 */
import type { Buffer, Expr, Local } from "./expression.js";
import type { Var } from "./index-form.js";

export type Statement =
  /** A register gets its value; once, except for accumulators. */
  | { readonly kind: "let"; readonly local: Local; readonly value: Expr }
  /** An accumulator gets another value. */
  | { readonly kind: "set"; readonly local: Local; readonly value: Expr }
  /**
   * Writes to address + offset bytes; `stride` in elements between lanes, only the first `valid` lanes. Integers are cut
   * to the low 8 bits for uint8; a bool becomes a byte 0 or 1. `stream`: better past the cache, where the target can.
   */
  | {
      readonly kind: "store";
      readonly buffer: Buffer;
      readonly address: Expr;
      readonly offset: number;
      readonly stride: number;
      readonly valid: number;
      readonly value: Expr;
      readonly stream?: boolean;
    }
  /** The line of the cache at address + offset will be read, or written, soon; where there is no such place nothing happens. */
  | {
      readonly kind: "prefetch";
      readonly buffer: Buffer;
      readonly address: Expr;
      readonly offset: number;
      readonly write: boolean;
    }
  /** variable = from, from + step, ... while below to. */
  | {
      readonly kind: "loop";
      readonly variable: Var;
      readonly from: Expr;
      readonly to: Expr;
      readonly step: number;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "if";
      readonly condition: Expr;
      readonly whenTrue: readonly Statement[];
      readonly whenFalse: readonly Statement[];
    }
  /** Where the (scalar) condition is false, the status words get the code, the value and the site, unless they are set. */
  | {
      readonly kind: "check";
      readonly condition: Expr;
      readonly code: number;
      readonly site: number;
      readonly value: Expr;
    };

/** One kernel: a function of (begin, end), the turns of its parallel loop to take. Turns may go in any order. */
export interface KernelCode {
  readonly name: string;
  /** i32 registers that hold the first turn and the one after the last. */
  readonly begin: Local;
  readonly end: Local;
  readonly turns: number;
  /** Turns that one thread takes at a time; fixed, so that it is the same for any number of threads. */
  readonly grain: number;
  readonly body: readonly Statement[];
}

/** Kernels that do not depend on each other. Between two phases all threads wait for each other. */
export interface Phase {
  /** Indices into `kernels`. */
  readonly kernels: readonly number[];
  /** Little work: thread 0 does it alone. */
  readonly alone: boolean;
  /**
   * The first in which inputs are written over. All checks are behind; where one has failed the program ends here, so
   * that no input has changed.
   */
  readonly guarded?: boolean;
}

/** Everything that one captured graph computes. */
export interface ProgramCode {
  readonly buffers: readonly Buffer[];
  readonly kernels: readonly KernelCode[];
  readonly phases: readonly Phase[];
  /** Place of each private buffer in a thread's scratch, in bytes. */
  readonly privateOffsets: ReadonlyMap<Buffer, number>;
  readonly privateBytes: number;
}

/** The expressions of a statement itself, not of those inside it. */
export function rootsOf(statement: Statement): readonly Expr[] {
  switch (statement.kind) {
    case "let":
    case "set":
      return [statement.value];
    case "store":
      return [statement.address, statement.value];
    case "loop":
      return [statement.from, statement.to];
    case "if":
      return [statement.condition];
    case "check":
      return [statement.condition, statement.value];
    case "prefetch":
      return [statement.address];
  }
}
