/**
 * What each pure operation of `expression.ts` does to numbers, written for the eye. Floats are computed in double
 * precision and rounded once; for add, sub, mul, div and sqrt of float32 that is the same as rounding right away.
 */
import type { Expr, PureOp, ValueType } from "./expression.js";

/** One lane of the result from one lane of each argument; bools are 0 and 1. */
type Scalar = (args: readonly number[], e: Expr) => number;

/** Is a b + c rounded once (fused) or twice? Machines differ, and results must hold either way. */
export interface Arithmetic {
  readonly fused?: boolean;
}

export function rounded(type: ValueType, x: number): number {
  return type === "f32" ? Math.fround(x) : type === "i32" ? x | 0 : x;
}

const word = new DataView(new ArrayBuffer(8));

function sameBits(x: number, from: ValueType): number {
  if (from === "f32") {
    word.setFloat32(0, x);
    return word.getInt32(0);
  }
  word.setInt32(0, x);
  return word.getFloat32(0);
}

/** To the nearest whole number, halves to even; -0 and whatever rounds to it stays -0. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below === 0 ? x * 0 : below;
  if (rest > 0.5) return below === -1 ? -0 : below + 1;
  if (Number.isNaN(rest)) return x;
  const even = below % 2 === 0 ? below : below + 1;
  return even === 0 && x < 0 ? -0 : even;
}

const copysign = (size: number, sign: number): number =>
  sign < 0 || Object.is(sign, -0) ? -Math.abs(size) : Math.abs(size);

/** What rounding took from a sum and from a product of float64 (Knuth; Dekker, whose halves may overflow). */
function lostBySum(a: number, b: number): number {
  const sum = a + b;
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

function lostByProduct(a: number, b: number): number {
  const half = (x: number): number => {
    const scaled = x * 134217729;
    return scaled - (scaled - x);
  };
  const [high, tall] = [half(a), half(b)];
  const [low, small] = [a - high, b - tall];
  return high * tall - a * b + high * small + low * tall + low * small;
}

/**
 * a b + c of float64, rounded once but for the last bit of a tie. Of float32 the product is exact in double precision,
 * and the sum is rounded to double before it is rounded to float32, which differs from a machine's once in 2^29 times.
 */
function multiplyAdd(a: number, b: number, c: number, type: ValueType, fused: boolean): number {
  if (!fused) return rounded(type, a * b) + c;
  const plain = a * b + c;
  if (type === "f32") return plain;
  const lost = lostByProduct(a, b) + lostBySum(a * b, c);
  return Number.isFinite(lost) ? plain + lost : plain;
}

const LEAST_EXPONENT: Partial<Record<ValueType, number>> = { f32: -126, f64: -1022 };

/** Undefined behaviour is NaN, so that nothing can rest on it. */
function exponentOf(x: number, type: ValueType): number {
  const size = Math.abs(x);
  if (!(size >= 2 ** LEAST_EXPONENT[type]! && size < Infinity)) return Number.NaN;
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  else if (exponent < 1023 && 2 ** (exponent + 1) <= size) exponent++;
  return exponent;
}

function powerOfTwo(x: number, type: ValueType): number {
  const least = LEAST_EXPONENT[type]!;
  return Number.isInteger(x) && x >= least && x <= 1 - least ? 2 ** x : Number.NaN;
}

function converted(x: number, from: ValueType, to: ValueType): number {
  if (to === "bool") return x === 0 ? 0 : 1;
  if (to !== "i32" || from === "i32" || from === "bool") return x;
  if (Number.isNaN(x)) return 0;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
}

const integer = (e: Expr): boolean => e.type === "i32";
const truth = (x: boolean): number => (x ? 1 : 0);

const SCALARS: { readonly [P in PureOp]: Scalar } = {
  add: ([a, b]) => a! + b!,
  sub: ([a, b]) => a! - b!,
  mul: ([a, b], e) => (integer(e) ? Math.imul(a!, b!) : a! * b!),
  div: ([a, b], e) => (integer(e) && b === 0 ? 0 : a! / b!),
  rem: ([a, b]) => (b === 0 ? 0 : a! % b!),
  neg: ([a]) => -a!,
  abs: ([a]) => Math.abs(a!),
  sqrt: ([a]) => Math.sqrt(a!),
  floor: ([a]) => Math.floor(a!),
  ceil: ([a]) => Math.ceil(a!),
  trunc: ([a]) => Math.trunc(a!),
  nearest: ([a]) => nearest(a!),
  min: ([a, b]) => Math.min(a!, b!),
  max: ([a, b]) => Math.max(a!, b!),
  copysign: ([a, b]) => copysign(a!, b!),
  fma: () => Number.NaN, // needs to know how the machine rounds; see `scalarOperation`
  lt: ([a, b]) => truth(a! < b!),
  le: ([a, b]) => truth(a! <= b!),
  eq: ([a, b]) => truth(a === b),
  ne: ([a, b]) => truth(a !== b),
  and: ([a, b]) => a! & b!,
  or: ([a, b]) => a! | b!,
  xor: ([a, b]) => a! ^ b!,
  not: ([a], e) => (e.type === "bool" ? 1 - a! : ~a!),
  shl: ([a, b]) => a! << b!,
  shr: ([a, b]) => a! >> b!,
  ushr: ([a, b]) => a! >>> b!,
  select: ([condition, a, b]) => (condition === 0 ? b! : a!),
  convert: ([a], e) => converted(a!, e.args[0]!.type, e.type),
  bits: ([a], e) => sameBits(a!, e.args[0]!.type),
  pow2: ([a], e) => powerOfTwo(a!, e.type),
  exponent: ([a], e) => exponentOf(a!, e.type),
  mantissa: ([a], e) => Math.abs(a!) / 2 ** exponentOf(a!, e.type),
};

export const isPure = (op: Expr["op"]): op is PureOp => Object.hasOwn(SCALARS, op);

/** One lane of a pure operation. */
export function scalarOperation(op: PureOp, e: Expr, args: readonly number[], { fused }: Arithmetic): number {
  const value =
    op === "fma" ? multiplyAdd(args[0]!, args[1]!, args[2]!, e.type, fused === true) : SCALARS[op](args, e);
  return rounded(e.type, value);
}
