/** The elementwise primitives: one loop each, so that the engine compiles each for itself. */
import { ValueError } from "../../errors.js";
import type { BinaryPrimitive, DType, TypedArray, UnaryPrimitive } from "../../graph/index.js";
import { erf, floorMod, integerPower, power, roundHalfEven, sigmoid } from "./special.js";

type Unary = (x: TypedArray, out: TypedArray) => void;
type Binary = (a: TypedArray, b: TypedArray, out: TypedArray) => void;

/** float32 is computed in double precision and rounded once, when it is stored. */
export const unaryLoops: { readonly [P in UnaryPrimitive]: Unary } = {
  neg: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = -x[i]!;
  },
  exp: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.exp(x[i]!);
  },
  expm1: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.expm1(x[i]!);
  },
  log: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.log(x[i]!);
  },
  log1p: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.log1p(x[i]!);
  },
  sin: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.sin(x[i]!);
  },
  cos: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.cos(x[i]!);
  },
  tanh: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.tanh(x[i]!);
  },
  sigmoid: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = sigmoid(x[i]!);
  },
  erf: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = erf(x[i]!);
  },
  sqrt: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]!);
  },
  floor: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.floor(x[i]!);
  },
  round: (x, out) => {
    for (let i = 0; i < out.length; i++) out[i] = roundHalfEven(x[i]!);
  },
};

const floats: { readonly [P in BinaryPrimitive]: Binary } = {
  add: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!;
  },
  sub: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! - b[i]!;
  },
  mul: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! * b[i]!;
  },
  div: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! / b[i]!;
  },
  mod: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = floorMod(a[i]!, b[i]!);
  },
  pow: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = power(a[i]!, b[i]!);
  },
  atan2: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.atan2(a[i]!, b[i]!);
  },
  maximum: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(a[i]!, b[i]!);
  },
  minimum: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(a[i]!, b[i]!);
  },
  lt: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! < b[i]! ? 1 : 0;
  },
  eq: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! === b[i]! ? 1 : 0;
  },
  and: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! & b[i]!;
  },
  or: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! | b[i]!;
  },
  xor: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! ^ b[i]!;
  },
};

/** Where integers differ: products wrap at 32 bits, and division by zero gives 0, as NumPy's does. */
const integers: Partial<Record<BinaryPrimitive, Binary>> = {
  mul: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = Math.imul(a[i]!, b[i]!);
  },
  mod: (a, b, out) => {
    for (let i = 0; i < out.length; i++) out[i] = b[i] === 0 ? 0 : floorMod(a[i]!, b[i]!);
  },
  pow: (a, b, out) => {
    for (let i = 0; i < out.length; i++) {
      if (b[i]! < 0) throw new ValueError("pow: Integers to negative integer powers are not allowed.");
      out[i] = integerPower(a[i]!, b[i]!);
    }
  },
};

export function binaryLoop(op: BinaryPrimitive, dtype: DType): Binary {
  const wraps = dtype !== "float32" && dtype !== "float64";
  return (wraps ? integers[op] : undefined) ?? floats[op];
}

const INT32_MIN = -2147483648;

/**
 * To bool: not zero. Float to integer truncates; what int32 cannot hold becomes its lowest value, as x86 and so NumPy
 * give; uint8 keeps the low 8 bits.
 */
export function castLoop(x: TypedArray, from: DType, to: DType, out: TypedArray): void {
  const fromFloat = from === "float32" || from === "float64";
  if (to === "bool") {
    for (let i = 0; i < out.length; i++) out[i] = x[i] !== 0 ? 1 : 0;
  } else if (fromFloat && (to === "int32" || to === "uint8")) {
    for (let i = 0; i < out.length; i++) {
      const whole = Math.trunc(x[i]!);
      out[i] = whole >= INT32_MIN && whole <= 2147483647 ? whole : INT32_MIN;
    }
  } else {
    for (let i = 0; i < out.length; i++) out[i] = x[i]!;
  }
}
