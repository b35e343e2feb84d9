/** Powers of two, exponents and mantissas of floats, by what their bits mean (IEEE 754). */
import { type Printer, pushAll, type Rule } from "./printing.js";

/**
 * Floats by their bits. 1.5 2^m with m bits of mantissa is so large that its last bit counts ones: x + 2^m + bias has
 * bias + x in its low bits, which shifted up are the exponent of 2^x; and the other way round.
 */
interface FloatBits {
  readonly float: "f32" | "f64";
  readonly whole: "i32" | "i64";
  readonly mantissaBits: number;
  readonly bias: number;
}
const SINGLE: FloatBits = { float: "f32", whole: "i32", mantissaBits: 23, bias: 127 };
const DOUBLE: FloatBits = { float: "f64", whole: "i64", mantissaBits: 52, bias: 1023 };

const VECTOR = { f32: "f32x4", f64: "f64x2", i32: "i32x4", i64: "i64x2" } as const;

/** The same few steps for scalars and vectors. */
interface BitSteps {
  readonly toBits: () => void;
  readonly toFloat: () => void;
  readonly mask: (operation: "and" | "or", bits: bigint) => void;
  readonly shift: (operation: "shl" | "shr_u", count: number) => void;
  readonly float: (operation: "add" | "sub", value: number) => void;
}

function stepsOf(p: Printer, { float, whole }: FloatBits, vector: boolean): BitSteps {
  const { f } = p;
  const integer = (bits: bigint): void => {
    if (vector) pushAll(f, whole, Number(BigInt.asIntN(whole === "i32" ? 32 : 64, bits)));
    else if (whole === "i32") f.i32(Number(BigInt.asIntN(32, bits)));
    else f.op("i64.const", bits);
  };
  return {
    toBits: () => void (vector || f.op(float === "f32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64")),
    toFloat: () => void (vector || f.op(float === "f32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64")),
    mask: (operation, bits) => {
      integer(bits);
      f.op(vector ? `v128.${operation}` : `${whole}.${operation}`);
    },
    shift: (operation, count) => {
      if (vector || whole === "i32") f.i32(count);
      else f.op("i64.const", BigInt(count));
      f.op(`${vector ? VECTOR[whole] : whole}.${operation}`);
    },
    float: (operation, value) => {
      if (vector) pushAll(f, float, value);
      else if (float === "f32") f.op("f32.const", value);
      else f.op("f64.const", value);
      f.op(`${vector ? VECTOR[float] : float}.${operation}`);
    },
  };
}

export const pow2 =
  (bits: FloatBits, vector: boolean): Rule =>
  (p, e, half) => {
    const steps = stepsOf(p, bits, vector);
    p.push(e.args[0]!, half);
    steps.float("add", 2 ** bits.mantissaBits + bits.bias);
    steps.toBits();
    steps.shift("shl", bits.mantissaBits);
    steps.toFloat();
  };

export const exponent =
  (bits: FloatBits, vector: boolean): Rule =>
  (p, e, half) => {
    const steps = stepsOf(p, bits, vector);
    const large = BigInt(bits.bias + bits.mantissaBits) << BigInt(bits.mantissaBits);
    p.push(e.args[0]!, half);
    steps.toBits();
    steps.shift("shr_u", bits.mantissaBits);
    steps.mask("and", BigInt(2 * bits.bias + 1));
    steps.mask("or", large);
    steps.toFloat();
    steps.float("sub", 2 ** bits.mantissaBits + bits.bias);
  };

export const mantissa =
  (bits: FloatBits, vector: boolean): Rule =>
  (p, e, half) => {
    const steps = stepsOf(p, bits, vector);
    p.push(e.args[0]!, half);
    steps.toBits();
    steps.mask("and", (1n << BigInt(bits.mantissaBits)) - 1n);
    steps.mask("or", BigInt(bits.bias) << BigInt(bits.mantissaBits));
    steps.toFloat();
  };

export const byBits = (make: (bits: FloatBits, vector: boolean) => Rule) => ({
  f32: make(SINGLE, false),
  f64: make(DOUBLE, false),
  f32x4: make(SINGLE, true),
  f64x2: make(DOUBLE, true),
});
