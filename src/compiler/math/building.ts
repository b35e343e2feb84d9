/** What the functions of this folder are built with: numbers of an argument's type, polynomials, clamps, bit tricks. */
import {
  abs,
  add,
  bits,
  constant,
  convert,
  type Expr,
  fma,
  lt,
  mul,
  pure,
  select,
  sub,
} from "../expression.js";

/** A number as a constant of x's type; for f32 the nearest float. */
export const like = (x: Expr, value: number): Expr =>
  constant(x.type === "f32" ? Math.fround(value) : value, x.type);

export const i32 = (value: number): Expr => constant(value | 0, "i32");

export const plus = (x: Expr, value: number): Expr => add(x, like(x, value));
export const minus = (x: Expr, value: number): Expr => sub(x, like(x, value));
export const times = (x: Expr, value: number): Expr => mul(x, like(x, value));
export const floor = (x: Expr): Expr => pure("floor", [x]);
export const nearest = (x: Expr): Expr => pure("nearest", [x]);
export const copysign = (size: Expr, sign: Expr): Expr => pure("copysign", [size, sign]);
export const shiftLeft = (x: Expr, count: number): Expr => pure("shl", [x, i32(count)]);
/** Rounds down, as a division by 2^count would. */
export const shiftRight = (x: Expr, count: number): Expr => pure("shr", [x, i32(count)]);
/** The sign bit moves down like the others. */
export const shiftRightBits = (x: Expr, count: number): Expr => pure("ushr", [x, i32(count)]);
export const addBits = (x: Expr, value: number): Expr => add(x, i32(value));

/** a b + c with one of them or both numbers. */
export const multiplyAdd = (a: Expr, b: Expr | number, c: Expr | number): Expr =>
  fma(a, typeof b === "number" ? like(a, b) : b, typeof c === "number" ? like(a, c) : c);

/** c0 + c1 x + c2 x^2 + ..., by Horner's rule. */
export function polynomial(x: Expr, coefficients: readonly number[]): Expr {
  let sum = like(x, coefficients.at(-1)!);
  for (let k = coefficients.length - 2; k >= 0; k--) sum = multiplyAdd(sum, x, coefficients[k]!);
  return sum;
}

/**
 * Clamps that keep NaN. They are comparisons and not `min` and `max`, because this form is one instruction where a machine
 * has it (pmin and pmax of WebAssembly), while min and max have to look for NaN and -0.
 */
export const atMost = (x: Expr, high: number): Expr => select(lt(like(x, high), x), like(x, high), x);
export const atLeast = (x: Expr, low: number): Expr => select(lt(x, like(x, low)), like(x, low), x);

export const isNegative = (x: Expr): Expr => lt(x, like(x, 0));
export const isSmall = (x: Expr, bound: number): Expr => lt(abs(x), like(x, bound));

/** Computes a float32 function in float64. */
export const inDouble =
  (f: (...args: Expr[]) => Expr) =>
  (...args: readonly Expr[]): Expr =>
    convert(f(...args.map((arg) => convert(arg, "f64"))), "f32");

/** A function from its definitions for the two float types. */
export const perType =
  (single: (x: Expr) => Expr, double: (x: Expr) => Expr) =>
  (x: Expr): Expr =>
    x.type === "f32" ? single(x) : double(x);

/** The same bits; only between f32 and i32. */
export const asInteger = (x: Expr): Expr => bits(x);
export const asFloat = (x: Expr): Expr => bits(x);

export type { Expr };
