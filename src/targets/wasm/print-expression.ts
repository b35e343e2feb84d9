/**
 * Expressions as instructions. A value of four f64 lanes takes two registers, every other value one; so each printed
 * thing is an expression and a half of it (0, or 0 and 1). What a statement uses more than once is computed once and
 * kept in a local until the statement ends.
 */
import type { Across, Expr } from "../../compiler/expression.js";
import type { AddressRanges } from "./address-range.js";
import type { FunctionBuilder } from "./assembler/function.js";
import type { ValType } from "./assembler/instructions.js";
import { printConvert } from "./print-convert.js";
import { printFetch, printSplatFetch } from "./print-memory.js";
import { RULES } from "./print-operations.js";
import {
  bytesWhere,
  fail,
  type Half,
  HIGH_TO_LOW,
  halvesOf,
  type Names,
  NEXT_TO_LOW,
  type Plain,
  type Printer,
  pushAll,
  pushVector,
  shapeOf,
  wasmTypeOf,
} from "./printing.js";

const isLeaf = (e: Expr): boolean =>
  e.op === "const" ||
  e.op === "local" ||
  e.op === "var" ||
  e.op === "base" ||
  (e.op === "splat" && e.args[0]!.op === "const");

export class ExpressionPrinter implements Printer {
  /** Uses of each half that are still to come, by 2 id + half. */
  readonly #uses = new Map<number, number>();
  readonly #kept = new Map<number, number>();
  readonly #taken: number[] = [];

  constructor(
    readonly f: FunctionBuilder,
    readonly names: Names,
    readonly ranges: AddressRanges,
    readonly relaxed: boolean,
  ) {}

  /** Prints one statement, whose expressions are all below `roots`. */
  statement(roots: readonly Expr[], print: () => void): void {
    for (const root of roots)
      for (let half = 0; half < halvesOf(root); half++) this.#count(root, half as Half);
    print();
    for (const local of this.#taken) this.f.release(local);
    this.#taken.length = 0;
    this.#uses.clear();
    this.#kept.clear();
  }

  #count(e: Expr, half: Half): void {
    if (isLeaf(e)) return;
    const key = keyOf(e, half);
    const uses = this.#uses.get(key) ?? 0;
    this.#uses.set(key, uses + 1);
    if (uses > 0) return;
    const args = e.op === "lanes" && halvesOf(e) === 2 ? e.args.slice(2 * half, 2 * half + 2) : e.args;
    for (const arg of args) {
      if (halvesOf(arg) === 1) this.#count(arg, 0);
      else if (halvesOf(e) === 2) this.#count(arg, half);
      else {
        this.#count(arg, 0);
        this.#count(arg, 1);
      }
    }
  }

  /** Whether nothing else in the statement wants this value. */
  usedOnce(e: Expr): boolean {
    return this.#uses.get(keyOf(e, 0)) === 1;
  }

  /** A local until the end of the statement. */
  temporary(type: ValType): number {
    const local = this.f.take(type);
    this.#taken.push(local);
    return local;
  }

  /** Leaves the value on the stack. */
  push(e: Expr, half: Half = 0): void {
    const at = halvesOf(e) === 1 ? 0 : half;
    const key = keyOf(e, at);
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.f.get(kept);
      return;
    }
    this.#print(e, at);
    if (isLeaf(e) || (this.#uses.get(key) ?? 0) < 2) return;
    const local = this.temporary(wasmTypeOf(e));
    this.#kept.set(key, local);
    this.f.tee(local);
  }

  /** A local that holds the value until the end of the statement; what is on the stack stays as it is. */
  hold(e: Expr, half: Half = 0): number {
    const at = halvesOf(e) === 1 ? 0 : half;
    const key = keyOf(e, at);
    const known = this.#kept.get(key) ?? this.#local(e, at);
    if (known !== undefined) return known;
    this.#print(e, at);
    const local = this.temporary(wasmTypeOf(e));
    this.f.set(local);
    this.#kept.set(key, local);
    return local;
  }

  /** The local of a leaf that has one. */
  #local(e: Expr, half: Half): number | undefined {
    if (e.op === "local") return this.names.locals.get(e.local!)?.[half];
    if (e.op === "var") return this.names.variables.get(e.variable!);
    return e.op === "base" ? this.names.bases.get(e.buffer!) : undefined;
  }

  /** Pushes both halves of the arguments and applies the instruction. */
  apply(instruction: Plain, args: readonly Expr[], half: Half): void {
    for (const arg of args) this.push(arg, half);
    this.f.op(instruction);
  }

  #print(e: Expr, half: Half): void {
    const { f } = this;
    if (e.lanes !== 1 && e.lanes !== 4) fail(e, "the WebAssembly printer knows 1 and 4 lanes");
    switch (e.op) {
      case "const":
        this.#constant(e);
        return;
      case "local":
      case "var":
      case "base": {
        const name = (e.local ?? e.variable ?? e.buffer)!.name;
        f.get(this.#local(e, half) ?? fail(e, `${name} has no value here`));
        return;
      }
      case "fetch":
        printFetch(this, e, half);
        return;
      case "splat":
        this.#splat(e);
        return;
      case "ramp":
        this.#ramp(e);
        return;
      case "lanes":
        this.#lanes(e, half);
        return;
      case "keep":
        this.#keep(e, half);
        return;
      case "across":
        this.#across(e);
        return;
      case "lane":
        this.#lane(e);
        return;
      case "convert":
        printConvert(this, e, half);
        return;
      case "index":
      case "within":
      case "load":
        fail(e, "it must be plain arithmetic before it is printed");
        return;
      default: {
        const operand = shapeOf(e.op === "select" ? e : e.args[0]!);
        const rule = RULES[e.op][operand] ?? fail(e, `there is no rule for ${operand}`);
        if (typeof rule === "string") this.apply(rule, e.args, half);
        else rule(this, e, half);
      }
    }
  }

  #constant(e: Expr): void {
    if (e.type === "f32") this.f.op("f32.const", e.value);
    else if (e.type === "f64") this.f.op("f64.const", e.value);
    else this.f.i32(e.type === "bool" ? Number(e.value !== 0) : e.value | 0);
  }

  #splat(e: Expr): void {
    const x = e.args[0]!;
    if (x.op === "const") {
      const value = x.type === "bool" ? -Number(x.value !== 0) : x.value;
      pushAll(this.f, x.type === "f32" || x.type === "f64" ? x.type : "i32", value);
      return;
    }
    if (x.op === "fetch" && this.usedOnce(x) && printSplatFetch(this, x)) return;
    this.push(x);
    this.f.op(x.type === "f32" ? "f32x4.splat" : x.type === "f64" ? "f64x2.splat" : "i32x4.splat");
    if (x.type === "bool") this.f.op("i32x4.neg");
  }

  #ramp(e: Expr): void {
    const [from] = e.args;
    const steps = [0, 1, 2, 3].map((lane) => lane * e.value);
    if (from!.op === "const") {
      pushVector(
        this.f,
        "i32",
        steps.map((step) => step + from!.value),
      );
      return;
    }
    this.push(from!);
    this.f.op("i32x4.splat");
    pushVector(this.f, "i32", steps);
    this.f.op("i32x4.add");
  }

  #lanes(e: Expr, half: Half): void {
    const { f } = this;
    if (e.type === "f64") {
      this.push(e.args[2 * half]!);
      f.op("f64x2.splat");
      this.push(e.args[2 * half + 1]!);
      f.op("f64x2.replace_lane", 1);
      return;
    }
    e.args.forEach((part, lane) => {
      this.push(part);
      if (lane === 0) f.op(e.type === "f32" ? "f32x4.splat" : "i32x4.splat");
      else f.op(e.type === "f32" ? "f32x4.replace_lane" : "i32x4.replace_lane", lane);
    });
    if (e.type === "bool") f.op("i32x4.neg");
  }

  #keep(e: Expr, half: Half): void {
    const [a, b] = e.args;
    const size = e.type === "f64" ? 8 : 4;
    const count = e.value - half * (16 / size);
    if (count >= 16 / size) {
      this.push(a!, half);
      return;
    }
    if (count <= 0) {
      this.push(b!, half);
      return;
    }
    this.push(a!, half);
    this.push(b!, half);
    this.f.op(
      "i8x16.shuffle",
      bytesWhere((byte) => (byte < count * size ? byte : 16 + byte)),
    );
  }

  #lane(e: Expr): void {
    const [x] = e.args;
    if (e.type === "f64") {
      this.push(x!, e.value < 2 ? 0 : 1);
      this.f.op("f64x2.extract_lane", e.value % 2);
      return;
    }
    this.push(x!);
    this.f.op(e.type === "f32" ? "f32x4.extract_lane" : "i32x4.extract_lane", e.value);
    // Of a mask, all bits or none.
    if (e.type === "bool") this.f.i32(1).op("i32.and");
  }

  /** (l0 + l2) + (l1 + l3), with the operation in the place of +. */
  #across(e: Expr): void {
    const { f } = this;
    const x = e.args[0]!;
    const across = e.across!;
    if (x.type === "bool") {
      if (across !== "min" && across !== "max") fail(e, `bools have no ${across} across lanes`);
      this.push(x);
      f.op(across === "min" ? "i32x4.all_true" : "v128.any_true");
      return;
    }
    if (x.type === "i32") this.#acrossWords(x, ACROSS_I32[across] ?? fail(e, "floats are compared so"));
    else if (x.type === "f32")
      this.#acrossWords(x, ACROSS_F32[across] ?? fail(e, "only bits are brought together so"));
    else {
      if (across !== "add" && across !== "mul" && across !== "min" && across !== "max")
        fail(e, "there is no rule for two lanes");
      this.push(x, 0);
      this.push(x, 1);
      f.op(`f64x2.${across}`);
      const pair = this.temporary("v128");
      f.tee(pair).op("f64x2.extract_lane", 0).get(pair).op("f64x2.extract_lane", 1).op(`f64.${across}`);
    }
  }

  #acrossWords(x: Expr, rule: Plain): void {
    const { f } = this;
    const all = this.hold(x);
    f.get(all).get(all).get(all).op("i8x16.shuffle", HIGH_TO_LOW).op(rule);
    const pairs = this.temporary("v128");
    f.tee(pairs).get(pairs).get(pairs).op("i8x16.shuffle", NEXT_TO_LOW).op(rule);
    if (x.type === "f32") f.op("f32x4.extract_lane", 0);
    else f.op("i32x4.extract_lane", 0);
  }
}

const ACROSS_I32: Partial<Record<Across, Plain>> = {
  add: "i32x4.add",
  mul: "i32x4.mul",
  min: "i32x4.min_s",
  max: "i32x4.max_s",
  and: "v128.and",
  or: "v128.or",
};
const ACROSS_F32: Partial<Record<Across, Plain>> = {
  add: "f32x4.add",
  mul: "f32x4.mul",
  min: "f32x4.min",
  max: "f32x4.max",
  smaller: "f32x4.pmin",
  larger: "f32x4.pmax",
};

const keyOf = (e: Expr, half: Half): number => 2 * e.id + (e.op === "splat" ? 0 : half);
