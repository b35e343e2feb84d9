/**
 * Scalar and vector expressions: what one point of a loop computes. An expression never changes and equal ones are one
 * object, so a value that is used twice is computed once. `lanes` is 1, or how many neighbours are computed at a time.
 *
 * The table of operations is the whole vocabulary of the printers. What a target cannot do is composed before it gets
 * there (`math/`).
 */
import type { DType } from "../graph/index.js";
import type { Index, Var } from "./index-form.js";

/** What a register holds. uint8 is computed in i32; a bool lane is a mask; an address counts bytes, as wide as the target's. */
export type ValueType = "f32" | "f64" | "i32" | "bool" | "address";

/** A piece of memory that kernels read and write. */
export interface Buffer {
  readonly id: number;
  readonly name: string;
  readonly dtype: DType;
  readonly length: number;
  /** private: scratch that each thread has for itself, worth nothing outside one turn of the parallel loop. */
  readonly role: "input" | "output" | "temporary" | "private";
}

/** A register. Those that `set` statements change are accumulators. */
export interface Local {
  readonly id: number;
  readonly name: string;
  readonly type: ValueType;
  readonly lanes: number;
  /** Of a whole number that is known to be at least 0 and below this. */
  readonly below: number | undefined;
}

/**
 * - `const` `local` `var` (i32 value of a loop variable): leaves.
 * - `index` (i32 value of an index form), `within` (low <= index < high), `load`: leaves that `emit` turns into plain
 *   arithmetic and `fetch`.
 * - `base`: address of a buffer in bytes. `fetch`: value at address + offset bytes; `stride` in elements between
 *   lanes; of `valid` lanes (others are zero and not read).
 * - `splat` (all lanes one scalar), `ramp` (base, base + step, ...), `lanes` (one scalar a lane), `keep` (the first
 *   `count` lanes of a, the others of b), `across` (one value of all lanes, halves first), `lane`
 *   (one of the lanes).
 * - add sub mul div neg abs sqrt floor ceil trunc nearest min max copysign fma(a, b, c) = a b + c. min and max give NaN
 *   where there is one, and -0 < +0. Integers wrap around; div (towards 0) and rem by 0 give 0.
 * - lt le eq ne, and or xor not (bools or the bits of i32), shl shr (sign kept) ushr, select(condition, a, b).
 * - `convert` between types: i32 of a float truncates and saturates, of NaN is 0; of a bool is 0 or 1; address of i32 keeps
 *   the sign. Addresses are added, subtracted, multiplied and read by `fetch`.
 * - `bits`: f32 as i32 and back, the same bits.
 * - for floats that are normal: `pow2` 2^x of a whole x in the range of normal exponents; `exponent` floor(log2 |x|);
 *   `mantissa` |x| / 2^exponent, in [1, 2).
 * - of f32: `scale(p, s)` p 2^n, rounded once, for s = n + SCALE_ORIGIN with a whole n from -252 to 254. Of floats:
 *   `quotient` a / b to within a unit in the last place, for an a in [0, 1] and a b in [1, 2].
 */
export type Op =
  | "const"
  | "local"
  | "var"
  | "index"
  | "within"
  | "load"
  | "base"
  | "fetch"
  | "splat"
  | "ramp"
  | "lanes"
  | "keep"
  | "across"
  | "lane"
  | PureOp;

export type PureOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "trunc"
  | "nearest"
  | "min"
  | "max"
  | "copysign"
  | "fma"
  | "lt"
  | "le"
  | "eq"
  | "ne"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shl"
  | "shr"
  | "ushr"
  | "select"
  | "convert"
  | "bits"
  | "pow2"
  | "exponent"
  | "mantissa"
  | "scale"
  | "quotient";

/**
 * 1.5 2^23 + 254: adding it to a float below 2^22 leaves, in the low bits, the nearest whole number plus 254. Half of that
 * and the other half are the biased exponents of two factors whose product is 2^n: so one rounding makes subnormal
 * results, and none is needed to reach infinity.
 */
export const SCALE_ORIGIN = 12582912 + 254;

/**
 * How lanes, and the terms of a reduction, come together. Of bools min is "all" and max is "any". `larger` and `smaller`
 * compare, and so overlook NaN and keep either of two zeros; `and` and `or` are of the bits of i32.
 */
export type Across = "add" | "mul" | "min" | "max" | "larger" | "smaller" | "and" | "or";

export interface Expr {
  readonly id: number;
  readonly op: Op;
  readonly type: ValueType;
  readonly lanes: number;
  readonly args: readonly Expr[];
  /** const: its value. within: low. fetch: offset in bytes. ramp: step. keep: count. lane: which. */
  readonly value: number;
  /** within: high. fetch: how many lanes are there. */
  readonly value2: number;
  /** fetch: elements from one lane to the next. */
  readonly stride: number;
  readonly local: Local | undefined;
  readonly variable: Var | undefined;
  readonly buffer: Buffer | undefined;
  readonly index: Index | undefined;
  readonly across: Across | undefined;
}

type Extra = Partial<
  Pick<Expr, "value" | "value2" | "stride" | "local" | "variable" | "buffer" | "index" | "across">
>;

let nextId = 1;
const table = new Map<number, Expr[]>();

/** What an expression stands for, where it is the long form of something with a name: for people to read. */
interface Label {
  readonly name: string;
  readonly args: readonly Expr[];
}

/** Kept as long as the expression is: people look at kernels long after they were compiled. */
const labels = new WeakMap<Expr, Label>();

/** Forgets shared expressions; a compilation calls it when it begins. */
export function resetExpressions(): void {
  table.clear();
}

export const labelOf = (e: Expr): Label | undefined => labels.get(e);

/** Gives an expression that takes more than one operation a name. */
export function label(e: Expr, name: string, args: readonly Expr[]): Expr {
  const short =
    e.args.length === 0 || (e.args.length <= args.length && e.args.every((arg, i) => arg === args[i]));
  if (!short && !labels.has(e)) labels.set(e, { name, args });
  return e;
}

const OP_NUMBER = new Map<Op, number>();

function numberOf(op: Op): number {
  let number = OP_NUMBER.get(op);
  if (number === undefined) {
    number = OP_NUMBER.size + 1;
    OP_NUMBER.set(op, number);
  }
  return number;
}

const mix = (hash: number, n: number): number => Math.imul(hash ^ n, 0x01000193) ^ (hash >>> 15);

function make(op: Op, type: ValueType, lanes: number, args: readonly Expr[], extra: Extra = {}): Expr {
  const { value = 0, value2 = 0, stride = 0, local, variable, buffer, index, across } = extra;
  let hash = mix(numberOf(op) * 64 + lanes, (value * 1024) | 0);
  hash = mix(hash, value2 * 31 + stride);
  for (const arg of args) hash = mix(hash, arg.id);
  hash = mix(hash, (local?.id ?? 0) + 3 * (variable?.id ?? 0) + 5 * (buffer?.id ?? 0) + 7 * (index?.id ?? 0));
  const bucket = table.get(hash);
  if (bucket !== undefined) {
    for (const e of bucket) {
      if (e.op !== op || e.type !== type || e.lanes !== lanes || !Object.is(e.value, value)) continue;
      if (e.value2 !== value2 || e.stride !== stride || e.local !== local || e.variable !== variable)
        continue;
      if (e.buffer !== buffer || e.index !== index || e.across !== across || e.args.length !== args.length)
        continue;
      if (args.every((arg, i) => arg === e.args[i])) return e;
    }
  }
  const fresh = {
    id: nextId++,
    op,
    type,
    lanes,
    args,
    value,
    value2,
    stride,
    local,
    variable,
    buffer,
    index,
    across,
  };
  if (bucket === undefined) table.set(hash, [fresh]);
  else bucket.push(fresh);
  return fresh;
}

let nextLocal = 1;
export const newLocal = (name: string, type: ValueType, lanes = 1, below?: number): Local => ({
  id: nextLocal++,
  name,
  type,
  lanes,
  below,
});

/** The registers' type for elements of a dtype. */
export function valueTypeOf(dtype: DType): ValueType {
  if (dtype === "float32") return "f32";
  if (dtype === "float64") return "f64";
  return dtype === "bool" ? "bool" : "i32";
}

// Leaves
export const constant = (value: number, type: ValueType): Expr => make("const", type, 1, [], { value });
export const readLocal = (local: Local): Expr => make("local", local.type, local.lanes, [], { local });
export const variableValue = (variable: Var): Expr => make("var", "i32", 1, [], { variable });
export const indexValue = (index: Index): Expr => make("index", "i32", 1, [], { index });
export const within = (index: Index, low: number, high: number): Expr =>
  make("within", "bool", 1, [], { index, value: low, value2: high });
/** The element at an index; or with lanes, elements from there on, `stride` apart, of which `valid` are there. */
export const load = (buffer: Buffer, index: Index, lanes = 1, stride = 1, valid = lanes): Expr =>
  make("load", valueTypeOf(buffer.dtype), lanes, [], { buffer, index, stride, value2: valid });
export const baseOf = (buffer: Buffer): Expr => make("base", "address", 1, [], { buffer });
export const fetch = (
  buffer: Buffer,
  address: Expr,
  offset: number,
  lanes = 1,
  stride = 1,
  valid = lanes,
): Expr =>
  make("fetch", valueTypeOf(buffer.dtype), lanes, [address], {
    buffer,
    value: offset,
    value2: valid,
    stride,
  });

export const isTrue = (e: Expr): boolean => e.op === "const" && e.value !== 0;
export const isFalse = (e: Expr): boolean => e.op === "const" && e.value === 0;

// Lanes
export const splat = (x: Expr, lanes: number): Expr =>
  x.lanes === lanes ? x : make("splat", x.type, lanes, [x]);
export const ramp = (from: Expr, step: number, lanes: number): Expr =>
  make("ramp", "i32", lanes, [from], { value: step });
export const fromLanes = (parts: readonly Expr[]): Expr => make("lanes", parts[0]!.type, parts.length, parts);
export const keepFirst = (a: Expr, b: Expr, count: number): Expr =>
  make("keep", a.type, a.lanes, [a, splat(b, a.lanes)], { value: count });
export const laneOf = (x: Expr, lane: number): Expr => {
  if (x.lanes === 1) return x;
  return x.op === "splat" ? x.args[0]! : make("lane", x.type, 1, [x], { value: lane });
};
export const acrossLanes = (x: Expr, across: Across): Expr => make("across", x.type, 1, [x], { across });

const COMPARISONS: ReadonlySet<Op> = new Set<Op>(["lt", "le", "eq", "ne"]);

/** Any pure operation; scalars among vectors are spread over the lanes. */
export function pure(op: PureOp, args: readonly Expr[], type?: ValueType): Expr {
  const lanes = Math.max(...args.map((arg) => arg.lanes));
  const spread = args.map((arg) => splat(arg, lanes));
  const result = type ?? (COMPARISONS.has(op) ? "bool" : op === "select" ? spread[1]!.type : spread[0]!.type);
  return make(op, result, lanes, spread);
}

export const add = (a: Expr, b: Expr): Expr => pure("add", [a, b]);
export const sub = (a: Expr, b: Expr): Expr => pure("sub", [a, b]);
export const mul = (a: Expr, b: Expr): Expr => pure("mul", [a, b]);
export const div = (a: Expr, b: Expr): Expr => pure("div", [a, b]);
export const neg = (a: Expr): Expr => pure("neg", [a]);
export const abs = (a: Expr): Expr => pure("abs", [a]);
export const fma = (a: Expr, b: Expr, c: Expr): Expr => pure("fma", [a, b, c]);
export const lt = (a: Expr, b: Expr): Expr => pure("lt", [a, b]);
export const le = (a: Expr, b: Expr): Expr => pure("le", [a, b]);
export const eq = (a: Expr, b: Expr): Expr => pure("eq", [a, b]);
export const ne = (a: Expr, b: Expr): Expr => pure("ne", [a, b]);
export const and = (a: Expr, b: Expr): Expr => pure("and", [a, b]);
export const or = (a: Expr, b: Expr): Expr => pure("or", [a, b]);
export const not = (a: Expr): Expr => pure("not", [a]);
export const select = (condition: Expr, a: Expr, b: Expr): Expr =>
  a === b ? a : pure("select", [condition, a, b]);
export const convert = (a: Expr, type: ValueType): Expr => {
  if (a.type === type) return a;
  return type === "address" && a.op === "const" ? constant(a.value, type) : pure("convert", [a], type);
};
export const bits = (a: Expr): Expr => pure("bits", [a], a.type === "f32" ? "i32" : "f32");

/** Operations whose arguments keep the lanes that they have. */
const LANES_APART: ReadonlySet<Op> = new Set<Op>(["fetch", "splat", "ramp", "lanes", "across", "lane"]);

/** The same operation on one lane. */
export const oneLane = (e: Expr, args: readonly Expr[]): Expr => make(e.op, e.type, 1, args, e);

/** The same expression with other arguments. */
export function withArgs(e: Expr, args: readonly Expr[]): Expr {
  if (e.op === "splat") return splat(args[0]!, e.lanes);
  const apart = LANES_APART.has(e.op);
  const lanes = apart ? e.lanes : Math.max(e.lanes, ...args.map((arg) => arg.lanes));
  return make(e.op, e.type, lanes, apart ? args : args.map((arg) => splat(arg, lanes)), e);
}
