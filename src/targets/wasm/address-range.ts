/**
 * The offset of a load or store is added without wrapping round, so it may only be given to an address that is not
 * negative by itself. This bounds the i32 expressions of a kernel to find out which are.
 */

import type { KernelCode, Statement } from "../../compiler/code.js";
import type { Expr, Local } from "../../compiler/expression.js";
import { FIRST_ADDRESS } from "./system-page.js";

type Range = readonly [low: number, high: number];
const ANY: Range = [-Infinity, Infinity];
/** Every address is below this. */
const MEMORY_END = 2 ** 32;

export class AddressRanges {
  readonly #locals = new Map<Local, Range>();

  constructor(kernel: KernelCode) {
    this.#locals.set(kernel.begin, [0, kernel.turns]);
    this.#locals.set(kernel.end, [0, kernel.turns]);
    const sets: [Local, Expr][] = [];
    this.#declare(kernel.body, sets);
    // What is assumed of accumulators must hold after every assignment; what does not is given up, until all holds.
    for (let changed = true; changed; ) {
      changed = false;
      for (const [local, value] of sets) {
        if (this.of(value)[0] >= this.#locals.get(local)![0]) continue;
        this.#locals.set(local, ANY);
        changed = true;
      }
    }
  }

  #declare(body: readonly Statement[], sets: [Local, Expr][]): void {
    for (const statement of body) {
      if (statement.kind === "let" && isWhole(statement.local))
        this.#locals.set(statement.local, narrower(this.of(statement.value), rangeOf(statement.local)));
      else if (statement.kind === "set" && this.#locals.has(statement.local)) {
        const { local, value } = statement;
        this.#locals.set(local, [this.#locals.get(local)![0], Infinity]);
        sets.push([local, value]);
      } else if (statement.kind === "loop") this.#declare(statement.body, sets);
      else if (statement.kind === "if") {
        this.#declare(statement.whenTrue, sets);
        this.#declare(statement.whenFalse, sets);
      }
    }
  }

  of(e: Expr): Range {
    const [a, b] = e.args;
    if (!isWhole(e)) return ANY;
    switch (e.op) {
      case "const":
        return [e.value, e.value];
      case "var":
        return [0, e.variable!.extent - 1];
      case "base":
        return [FIRST_ADDRESS, MEMORY_END];
      case "local":
        return this.#locals.get(e.local!) ?? rangeOf(e.local!);
      case "convert":
        return this.of(a!);
      case "add":
        return sum(this.of(a!), this.of(b!));
      case "sub":
        return sum(this.of(a!), times(this.of(b!), -1));
      case "mul":
        return b!.op === "const"
          ? times(this.of(a!), b!.value)
          : times(this.of(b!), a!.op === "const" ? a!.value : NaN);
      case "shl":
        return b!.op === "const" ? times(this.of(a!), 2 ** (b!.value & 31)) : ANY;
      case "div": {
        if (b!.op !== "const" || b!.value <= 0) return ANY;
        const [low, high] = this.of(a!);
        return [Math.trunc(low / b!.value), Math.trunc(high / b!.value)];
      }
      case "rem": {
        const [low, high] = this.of(a!);
        return b!.op === "const" && b!.value > 0 && low >= 0 ? [0, Math.min(high, b!.value - 1)] : ANY;
      }
      case "shr": {
        const [low, high] = this.of(a!);
        return b!.op === "const" ? [Math.floor(low / 2 ** b!.value), Math.floor(high / 2 ** b!.value)] : ANY;
      }
      case "min":
      case "max": {
        const [x, y, pick] = [this.of(a!), this.of(b!), Math[e.op]];
        return [pick(x[0], y[0]), pick(x[1], y[1])];
      }
      default:
        return ANY;
    }
  }

  /** Whether an offset that is not negative may be left to the instruction. */
  takesOffset(address: Expr): boolean {
    return this.of(address)[0] >= 0;
  }
}

/** A scalar whole number or an address, which is one. */
const isWhole = ({ type, lanes }: Pick<Local, "type" | "lanes">): boolean =>
  lanes === 1 && (type === "i32" || type === "address");

/** What the compiler knows of a register, whatever is put into it. */
const rangeOf = ({ below }: Local): Range => (below === undefined ? ANY : [0, below - 1]);

const narrower = (a: Range, b: Range): Range => [Math.max(a[0], b[0]), Math.min(a[1], b[1])];

const sum = (a: Range, b: Range): Range => [a[0] + b[0], a[1] + b[1]];

function times([low, high]: Range, n: number): Range {
  if (Number.isNaN(n)) return ANY;
  if (n === 0) return [0, 0];
  return n > 0 ? [low * n, high * n] : [high * n, low * n];
}
