/**
 * Turns a scalar expression into a JavaScript function, so that a sweep over millions of floats takes seconds. The same
 * meaning as `compiler/evaluate.ts`, which `evaluate.test.ts` compares.
 */
import {
  type Expr,
  type Local,
  type PureOp,
  SCALE_ORIGIN,
  type ValueType,
} from "../../../src/compiler/expression.js";

type Template = (args: readonly string[], e: Expr) => string;

/** Helpers that the functions see by name. */
const word = new DataView(new ArrayBuffer(8));
const halves = (x: number): number => {
  const scaled = x * 134217729;
  return scaled - (scaled - x);
};
const helpers = {
  fround: Math.fround,
  copysign: (a: number, b: number) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  nearest(x: number) {
    // 2^52 has no fractions: adding it rounds, halves to even.
    const size = Math.abs(x);
    const whole = size < 2 ** 52 ? size + 2 ** 52 - 2 ** 52 : size;
    return helpers.copysign(whole, x);
  },
  fusedDouble(a: number, b: number, c: number) {
    const product = a * b;
    const sum = product + c;
    const [p, q] = [halves(a), halves(b)];
    const lost = p * q - product + p * (b - q) + (a - p) * q + (a - p) * (b - q);
    const part = sum - product;
    const rest = product - (sum - part) + (c - part) + lost;
    return Number.isFinite(rest) ? sum + rest : sum;
  },
  toInteger(x: number) {
    if (Number.isNaN(x)) return 0;
    return Math.max(-2147483648, Math.min(2147483647, Math.trunc(x)));
  },
  floatBits(x: number) {
    word.setFloat32(0, x);
    return word.getInt32(0);
  },
  bitsFloat(x: number) {
    word.setInt32(0, x);
    return word.getFloat32(0);
  },
  power(x: number, least: number) {
    return Number.isInteger(x) && x >= least && x <= 1 - least ? 2 ** x : Number.NaN;
  },
  exponent(x: number, least: number) {
    const size = Math.abs(x);
    if (!(size >= 2 ** least && size < Number.POSITIVE_INFINITY)) return Number.NaN;
    word.setFloat64(0, size);
    return (word.getInt32(0) >> 20) - 1023;
  },
};

const round = (type: ValueType, text: string): string =>
  type === "f32" ? `fround(${text})` : type === "i32" ? `(${text}) | 0` : text;
const least = (e: Expr): number => (e.type === "f32" ? -126 : -1022);
const infix =
  (sign: string): Template =>
  ([a, b]) =>
    `${a} ${sign} ${b}`;
const call =
  (name: string): Template =>
  (args) =>
    `${name}(${args.join(", ")})`;
const truth =
  (sign: string): Template =>
  ([a, b]) =>
    `(${a} ${sign} ${b} ? 1 : 0)`;

const TEMPLATES: { readonly [P in Exclude<PureOp, "fma">]: Template } = {
  add: infix("+"),
  sub: infix("-"),
  mul: (args, e) => (e.type === "i32" ? call("Math.imul") : infix("*"))(args, e),
  div: (args, e) =>
    e.type === "i32" ? `(${args[1]} === 0 ? 0 : ${args[0]} / ${args[1]})` : infix("/")(args, e),
  rem: ([a, b]) => `(${b} === 0 ? 0 : ${a} % ${b})`,
  neg: ([a]) => `-${a}`,
  abs: call("Math.abs"),
  sqrt: call("Math.sqrt"),
  floor: call("Math.floor"),
  ceil: call("Math.ceil"),
  trunc: call("Math.trunc"),
  nearest: call("nearest"),
  min: call("Math.min"),
  max: call("Math.max"),
  copysign: call("copysign"),
  lt: truth("<"),
  le: truth("<="),
  eq: truth("==="),
  ne: truth("!=="),
  and: infix("&"),
  or: infix("|"),
  xor: infix("^"),
  not: ([a], e) => (e.type === "bool" ? `1 - ${a}` : `~${a}`),
  shl: infix("<<"),
  shr: infix(">>"),
  ushr: infix(">>>"),
  select: ([condition, a, b]) => `(${condition} !== 0 ? ${a} : ${b})`,
  convert: ([a], e) => {
    const from = e.args[0]!.type;
    if (e.type === "bool") return `(${a} === 0 ? 0 : 1)`;
    return e.type === "i32" && (from === "f32" || from === "f64") ? `toInteger(${a})` : a!;
  },
  bits: ([a], e) => (e.type === "i32" ? `floatBits(${a})` : `bitsFloat(${a})`),
  // 2^n in two steps would round twice for subnormal results, but in float64 neither does.
  scale: ([p, s]) => `${p} * 2 ** (${s} - ${SCALE_ORIGIN})`,
  quotient: infix("/"),
  pow2: ([a], e) => `power(${a}, ${least(e)})`,
  exponent: ([a], e) => `exponent(${a}, ${least(e)})`,
  mantissa: ([a], e) => `Math.abs(${a}) / 2 ** exponent(${a}, ${least(e)})`,
};

function multiplyAdd([a, b, c]: readonly string[], e: Expr, fused: boolean): string {
  if (!fused) return `${round(e.type, `${a} * ${b}`)} + ${c}`;
  return e.type === "f32" ? `${a} * ${b} + ${c}` : `fusedDouble(${a}, ${b}, ${c})`;
}

/** A function of the parameters, in their order, that computes all results into `out`. */
function generate(results: readonly Expr[], parameters: readonly Local[], fused: boolean): string {
  const names = new Map<Expr, string>();
  const lines: string[] = [];
  const visit = (e: Expr): string => {
    const known = names.get(e);
    if (known !== undefined) return known;
    if (e.op === "const") return Object.is(e.value, -0) ? "-0" : `(${String(e.value)})`;
    if (e.op === "local") return `p${parameters.indexOf(e.local!)}`;
    const args = e.args.map(visit);
    const text =
      e.op === "fma" ? multiplyAdd(args, e, fused) : TEMPLATES[e.op as Exclude<PureOp, "fma">](args, e);
    const name = `v${names.size}`;
    names.set(e, name);
    lines.push(`const ${name} = ${round(e.type, text)};`);
    return name;
  };
  const values = results.map(visit);
  return `${lines.join("\n")}\nreturn ${values.length === 1 ? values[0] : `[${values.join(", ")}]`};`;
}

/** A scalar expression of registers as a function of numbers. */
export function toFunction(
  e: Expr,
  parameters: readonly Local[],
  fused: boolean,
): (...x: number[]) => number {
  const names = Object.keys(helpers);
  const arguments_ = parameters.map((_, i) => `p${i}`);
  const body = `return function (${arguments_.join(", ")}) {\n${generate([e], parameters, fused)}\n};`;
  return new Function(...names, body)(...Object.values(helpers));
}
