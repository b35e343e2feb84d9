/**
 * What each elementwise primitive is in the operations that every printer has. Typed by the primitives, so that one
 * without a line does not compile. dtype is that of the arguments; uint8 is computed in i32 and cut to 8 bits where the
 * operation may leave them; a bool is a mask.
 */
import type { BinaryPrimitive, DType, UnaryPrimitive } from "../../graph/index.js";
import { add, and, div, type Expr, eq, lt, mul, neg, not, or, pure, sub } from "../expression.js";
import { floor, i32, nearest } from "./building.js";
import { erf } from "./error-function.js";
import { exp, expm1, sigmoid, tanh } from "./exponential.js";
import { log, log1p } from "./logarithm.js";
import { integerPower, power } from "./power.js";
import { floorMod, integerMod } from "./remainder.js";
import { atan2, cos, sin } from "./trigonometric.js";

export type UnaryFunction = (x: Expr, dtype: DType) => Expr;
export type BinaryFunction = (a: Expr, b: Expr, dtype: DType) => Expr;

const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";
const cut = (x: Expr, dtype: DType): Expr => (dtype === "uint8" ? and(x, i32(255)) : x);

/** Sums, differences and products of numbers. */
const arithmetic =
  (f: (a: Expr, b: Expr) => Expr): BinaryFunction =>
  (a, b, dtype) =>
    cut(f(a, b), dtype);

/** One function for numbers, another for masks. */
const either =
  (numbers: (a: Expr, b: Expr) => Expr, masks: (a: Expr, b: Expr) => Expr): BinaryFunction =>
  (a, b, dtype) =>
    dtype === "bool" ? masks(a, b) : numbers(a, b);

const exclusiveOr = (a: Expr, b: Expr): Expr => pure("xor", [a, b]);

export const unaryFunctions: { readonly [P in UnaryPrimitive]: UnaryFunction } = {
  neg: (x, dtype) => cut(neg(x), dtype),
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tanh,
  sigmoid,
  erf,
  sqrt: (x) => pure("sqrt", [x]),
  floor,
  round: nearest,
};

export const binaryFunctions: { readonly [P in BinaryPrimitive]: BinaryFunction } = {
  add: arithmetic(add),
  sub: arithmetic(sub),
  mul: arithmetic(mul),
  div,
  mod: (a, b, dtype) => (isFloat(dtype) ? floorMod(a, b) : integerMod(a, b)),
  pow: (a, b, dtype) =>
    isFloat(dtype) ? power(a, b) : cut(integerPower(a, b, dtype === "uint8" ? 8 : 31), dtype),
  atan2,
  maximum: either((a, b) => pure("max", [a, b]), or),
  minimum: either((a, b) => pure("min", [a, b]), and),
  lt: either(lt, (a, b) => and(not(a), b)),
  eq: either(eq, (a, b) => not(exclusiveOr(a, b))),
  and,
  or,
  xor: exclusiveOr,
};
