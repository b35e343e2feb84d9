/**
 * The arithmetic, one row an operation: the instruction for each kind of register, or how it is put together from
 * several. What is missing here fails when it is printed.
 */
import type { Expr, PureOp } from "../../compiler/expression.js";
import type { MnemonicOf } from "./assembler/instructions.js";
import { byBits, exponent, mantissa, pow2 } from "./print-float-bits.js";
import { EVEN_LANES, type Plain, type Printer, pushAll, type Rule, type Shape } from "./printing.js";

/** A vector comparison of f64 gives two masks of two wide lanes; wanted is one of four. */
const wide =
  (instruction: Plain): Rule =>
  (p, e) => {
    p.apply(instruction, e.args, 0);
    p.apply(instruction, e.args, 1);
    p.f.op("i8x16.shuffle", EVEN_LANES);
  };

/** One lane after the other, where there is no instruction for all. */
function lanewise(p: Printer, e: Expr, print: (a: number, b: number) => void): void {
  const [a, b] = [p.hold(e.args[0]!), p.hold(e.args[1]!)];
  const [x, y] = [p.temporary("i32"), p.temporary("i32")];
  for (let lane = 0; lane < 4; lane++) {
    p.f.get(a).op("i32x4.extract_lane", lane).set(x).get(b).op("i32x4.extract_lane", lane).set(y);
    print(x, y);
    if (lane === 0) p.f.op("i32x4.splat");
    else p.f.op("i32x4.replace_lane", lane);
  }
}

const isSafeDivisor = (e: Expr): boolean => e.op === "const" && e.value !== 0 && e.value !== -1;

/** The machine traps on x / 0 and on -2^31 / -1, where a product gives what we want: 0, and -x wrapped round. */
function divide(p: Printer, a: number, b: number): void {
  const { f } = p;
  const usual = p.temporary("i32");
  f.get(b).i32(1).op("i32.add").i32(1).op("i32.gt_u").set(usual);
  f.get(a).get(b).i32(1).get(usual).op("select").op("i32.div_s");
  f.get(a).get(b).op("i32.mul").get(usual).op("select");
}

/** 0 where the divisor is 0 or -1. */
function remain(p: Printer, a: number, b: number): void {
  const { f } = p;
  const usual = p.temporary("i32");
  f.get(b).i32(1).op("i32.add").i32(1).op("i32.gt_u").set(usual);
  f.get(a).get(b).i32(1).get(usual).op("select").op("i32.rem_s").i32(0).get(usual).op("select");
}

const guarded =
  (plain: Plain, print: typeof divide): Rule =>
  (p, e) => {
    if (isSafeDivisor(e.args[1]!)) p.apply(plain, e.args, 0);
    else print(p, p.hold(e.args[0]!), p.hold(e.args[1]!));
  };

/** The one of two i32 that the comparison picks. */
const picked =
  (comparison: Plain): Rule =>
  (p, e) => {
    const [a, b] = [p.hold(e.args[0]!), p.hold(e.args[1]!)];
    p.f.get(a).get(b).get(a).get(b).op(comparison).op("select");
  };

/**
 * min and max take seven machine instructions because of NaN and -0. Against a constant one comparison is enough:
 * `pmax(x, c)` is c where x < c, else x, so x where it is NaN. Only of two zeros it keeps x: where c = 0 a -0 is left,
 * which + 0 turns into 0, and `min` with -0 is left to the long way.
 */
const extreme =
  (stem: "min" | "max", vector: "f32x4" | "f64x2"): Rule =>
  (p, e, half) => {
    const [a, b] = e.args;
    const [x, c] = isNumber(a!) ? [b!, a!] : [a!, b!];
    if (!isNumber(c) || (stem === "min" && Object.is(c.args[0]!.value, -0))) {
      p.apply(`${vector}.${stem}`, e.args, half);
      return;
    }
    p.apply(`${vector}.p${stem}`, [x, c], half);
    if (stem === "min" || !Object.is(c.args[0]!.value, 0)) return;
    p.push(c, half);
    p.f.op(`${vector}.add`);
  };

/** One number, not NaN, in all lanes. */
const isNumber = (e: Expr): boolean =>
  e.op === "splat" && e.args[0]!.op === "const" && !Number.isNaN(e.args[0]!.value);

/** The instruction counts the same for all lanes; other counts go lane by lane. */
const shifted =
  (vector: Plain, scalar: Plain): Rule =>
  (p, e) => {
    const [x, count] = e.args;
    if (count!.op === "splat") {
      p.push(x!);
      p.push(count!.args[0]!);
      p.f.op(vector);
    } else lanewise(p, e, (a, b) => p.f.get(a).get(b).op(scalar));
  };

/** There is no fused instruction for scalars, so they go through a vector: the same number as in the vector loop. */
const scalarFma =
  (splat: Plain, madd: Plain, extract: MnemonicOf<"lane">, mul: Plain, add: Plain): Rule =>
  (p, e) => {
    const [a, b, c] = e.args;
    if (!p.relaxed) {
      p.apply(mul, [a!, b!], 0);
      p.push(c!);
      p.f.op(add);
      return;
    }
    for (const arg of e.args) {
      p.push(arg);
      p.f.op(splat);
    }
    p.f.op(madd).op(extract, 0);
  };

const vectorFma =
  (madd: Plain, mul: Plain, add: Plain): Rule =>
  (p, e, half) => {
    if (p.relaxed) return p.apply(madd, e.args, half);
    p.apply(mul, e.args.slice(0, 2), half);
    p.push(e.args[2]!, half);
    p.f.op(add);
  };

/** a < b ? b : a is one instruction, pmax(a, b), and a < b ? a : b is pmin(b, a); also where one of them is NaN or -0. */
function extremeOf(e: Expr): readonly ["pmin" | "pmax", readonly [Expr, Expr]] | undefined {
  const [condition, x, y] = e.args;
  if (condition!.op !== "lt" || (e.type !== "f32" && e.type !== "f64")) return undefined;
  const [a, b] = condition!.args;
  if (x === b && y === a) return ["pmax", [a!, b!]];
  return x === a && y === b ? ["pmin", [b!, a!]] : undefined;
}

/** v128.bitselect takes each bit from where the mask says; a lane of a mask is all ones or all zeros. */
const vectorSelect =
  (halves: 1 | 2): Rule =>
  (p, e, half) => {
    const extreme = extremeOf(e);
    if (extreme !== undefined) {
      p.apply(`${halves === 1 ? "f32x4" : "f64x2"}.${extreme[0]}`, extreme[1], half);
      return;
    }
    p.push(e.args[1]!, half);
    p.push(e.args[2]!, half);
    p.push(e.args[0]!);
    if (halves === 2) p.f.op(half === 0 ? "i64x2.extend_low_i32x4_s" : "i64x2.extend_high_i32x4_s");
    if (p.relaxed) p.f.op(halves === 2 ? "i64x2.relaxed_laneselect" : "i32x4.relaxed_laneselect");
    else p.f.op("v128.bitselect");
  };

const scalarSelect: Rule = (p, e) => {
  for (const arg of [e.args[1]!, e.args[2]!, e.args[0]!]) p.push(arg);
  p.f.op("select");
};

const vectorCopysign =
  (type: "i32" | "i64"): Rule =>
  (p, e, half) => {
    p.push(e.args[1]!, half);
    p.push(e.args[0]!, half);
    pushAll(p.f, type, type === "i32" ? -(2 ** 31) : -(2 ** 63));
    p.f.op("v128.bitselect");
  };

type FloatStem = "sqrt" | "floor" | "ceil" | "trunc" | "nearest";
const floats = <S extends FloatStem>(stem: S) => ({
  f32: `f32.${stem}` as const,
  f64: `f64.${stem}` as const,
  f32x4: `f32x4.${stem}` as const,
  f64x2: `f64x2.${stem}` as const,
});

type Stem = "add" | "sub" | "mul";
const numbers = <S extends Stem>(stem: S) => ({
  f32: `f32.${stem}` as const,
  f64: `f64.${stem}` as const,
  i32: `i32.${stem}` as const,
  f32x4: `f32x4.${stem}` as const,
  f64x2: `f64x2.${stem}` as const,
  i32x4: `i32x4.${stem}` as const,
});

type BitStem = "and" | "or" | "xor";
const bitwise = <S extends BitStem>(stem: S) => ({
  i32: `i32.${stem}` as const,
  bool: `i32.${stem}` as const,
  i32x4: `v128.${stem}` as const,
  boolx4: `v128.${stem}` as const,
});

const comparisons = (stem: "eq" | "ne" | "lt" | "le"): Partial<Record<Shape, Rule>> => {
  const ordered = stem === "lt" || stem === "le";
  return {
    f32: `f32.${stem}`,
    f64: `f64.${stem}`,
    i32: ordered ? `i32.${stem}_s` : `i32.${stem}`,
    bool: ordered ? `i32.${stem}_u` : `i32.${stem}`,
    f32x4: `f32x4.${stem}`,
    f64x2: wide(`f64x2.${stem}`),
    i32x4: ordered ? `i32x4.${stem}_s` : `i32x4.${stem}`,
    // True is -1, which is the larger one without a sign.
    boolx4: ordered ? `i32x4.${stem}_u` : `i32x4.${stem}`,
  };
};

const negate: Rule = (p, e) => {
  p.f.i32(0);
  p.push(e.args[0]!);
  p.f.op("i32.sub");
};

/** (x ^ s) - s, where s is -1 for negative x and 0 for others. */
const absolute: Rule = (p, e) => {
  const x = p.hold(e.args[0]!);
  const sign = p.temporary("i32");
  p.f.get(x).get(x).i32(31).op("i32.shr_s").tee(sign).op("i32.xor").get(sign).op("i32.sub");
};

const flipBits: Rule = (p, e) => {
  p.push(e.args[0]!);
  p.f.i32(-1).op("i32.xor");
};

/** By two factors whose exponents are the half of the low bits and the other half. */
const scale =
  (float: "f32" | "f32x4", whole: "i32" | "i32x4"): Rule =>
  (p, e) => {
    const { f } = p;
    const type = float === "f32" ? "i32" : "v128";
    const [all, half] = [p.temporary(type), p.temporary(type)];
    p.push(e.args[0]!);
    p.push(e.args[1]!);
    if (float === "f32") f.op("i32.reinterpret_f32");
    f.tee(all).i32(1).op(`${whole}.shr_s`).tee(half).i32(23).op(`${whole}.shl`);
    if (float === "f32") f.op("f32.reinterpret_i32");
    f.op(`${float}.mul`).get(all).get(half).op(`${whole}.sub`).i32(23).op(`${whole}.shl`);
    if (float === "f32") f.op("f32.reinterpret_i32");
    f.op(`${float}.mul`);
  };

const unchanged: Rule = (p, e, half) => p.push(e.args[0]!, half);

/** By the kind of the first argument; of `select`, of the result. */
export const RULES: Readonly<Record<Exclude<PureOp, "convert">, Partial<Record<Shape, Rule>>>> = {
  add: numbers("add"),
  sub: numbers("sub"),
  mul: numbers("mul"),
  div: {
    f32: "f32.div",
    f64: "f64.div",
    i32: guarded("i32.div_s", divide),
    f32x4: "f32x4.div",
    f64x2: "f64x2.div",
    i32x4: (p, e) => lanewise(p, e, (a, b) => divide(p, a, b)),
  },
  rem: {
    i32: guarded("i32.rem_s", remain),
    i32x4: (p, e) => lanewise(p, e, (a, b) => remain(p, a, b)),
  },
  neg: {
    f32: "f32.neg",
    f64: "f64.neg",
    i32: negate,
    f32x4: "f32x4.neg",
    f64x2: "f64x2.neg",
    i32x4: "i32x4.neg",
  },
  abs: {
    f32: "f32.abs",
    f64: "f64.abs",
    i32: absolute,
    f32x4: "f32x4.abs",
    f64x2: "f64x2.abs",
    i32x4: "i32x4.abs",
  },
  sqrt: floats("sqrt"),
  floor: floats("floor"),
  ceil: floats("ceil"),
  trunc: floats("trunc"),
  nearest: floats("nearest"),
  min: {
    f32: "f32.min",
    f64: "f64.min",
    i32: picked("i32.lt_s"),
    bool: "i32.and",
    f32x4: extreme("min", "f32x4"),
    f64x2: extreme("min", "f64x2"),
    i32x4: "i32x4.min_s",
    boolx4: "v128.and",
  },
  max: {
    f32: "f32.max",
    f64: "f64.max",
    i32: picked("i32.gt_s"),
    bool: "i32.or",
    f32x4: extreme("max", "f32x4"),
    f64x2: extreme("max", "f64x2"),
    i32x4: "i32x4.max_s",
    boolx4: "v128.or",
  },
  copysign: {
    f32: "f32.copysign",
    f64: "f64.copysign",
    f32x4: vectorCopysign("i32"),
    f64x2: vectorCopysign("i64"),
  },
  fma: {
    f32: scalarFma("f32x4.splat", "f32x4.relaxed_madd", "f32x4.extract_lane", "f32.mul", "f32.add"),
    f64: scalarFma("f64x2.splat", "f64x2.relaxed_madd", "f64x2.extract_lane", "f64.mul", "f64.add"),
    f32x4: vectorFma("f32x4.relaxed_madd", "f32x4.mul", "f32x4.add"),
    f64x2: vectorFma("f64x2.relaxed_madd", "f64x2.mul", "f64x2.add"),
  },
  lt: comparisons("lt"),
  le: comparisons("le"),
  eq: comparisons("eq"),
  ne: comparisons("ne"),
  and: bitwise("and"),
  or: bitwise("or"),
  xor: bitwise("xor"),
  not: { i32: flipBits, bool: "i32.eqz", i32x4: "v128.not", boolx4: "v128.not" },
  shl: { i32: "i32.shl", i32x4: shifted("i32x4.shl", "i32.shl") },
  shr: { i32: "i32.shr_s", i32x4: shifted("i32x4.shr_s", "i32.shr_s") },
  ushr: { i32: "i32.shr_u", i32x4: shifted("i32x4.shr_u", "i32.shr_u") },
  select: {
    f32: scalarSelect,
    f64: scalarSelect,
    i32: scalarSelect,
    bool: scalarSelect,
    f32x4: vectorSelect(1),
    f64x2: vectorSelect(2),
    i32x4: vectorSelect(1),
    boolx4: vectorSelect(1),
  },
  bits: {
    f32: "i32.reinterpret_f32",
    i32: "f32.reinterpret_i32",
    f32x4: unchanged,
    i32x4: unchanged,
  },
  scale: { f32: scale("f32", "i32"), f32x4: scale("f32x4", "i32x4") },
  quotient: { f32: "f32.div", f64: "f64.div", f32x4: "f32x4.div", f64x2: "f64x2.div" },
  pow2: byBits(pow2),
  exponent: byBits(exponent),
  mantissa: byBits(mantissa),
};
