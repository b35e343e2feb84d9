/** The arithmetic, one row an operation: how it is written in C. What a row does not know fails when it is printed. */
import type { Expr, PureOp } from "../../compiler/expression.js";
import { fail, suffixOf } from "./c-words.js";

/** `isShared`: whether all lanes are one value, which loops around do not change; its reciprocal is worth having. */
type Rule = (e: Expr, text: (arg: Expr) => string, isShared: (arg: Expr) => boolean) => string;

const isPair = (e: Expr): boolean => e.type === "f64" && e.lanes > 1;
const isMask = (e: Expr): boolean => e.type === "bool" && e.lanes > 1;

const never = (): boolean => false;

/** name_f32v(a, b): the kind is the first argument's. */
const call =
  (name: string): Rule =>
  (e, text) =>
    `${name}_${suffixOf(e.args[0]!)}(${e.args.map(text).join(", ")})`;

/** a + b, but for pairs of halves a call. */
const infix =
  (sign: string, name: string): Rule =>
  (e, text) =>
    isPair(e.args[0]!) ? call(name)(e, text, never) : `(${text(e.args[0]!)} ${sign} ${text(e.args[1]!)})`;

const compare =
  (sign: string, name: "lt" | "le" | "eq" | "ne"): Rule =>
  (e, text) => {
    const [a, b] = e.args as [Expr, Expr];
    if (a.lanes === 1) return `(${text(a)} ${sign} ${text(b)})`;
    if (a.type !== "bool") return call(name)(e, text, never);
    if (name === "ne") return `xor_boolv(${text(a)}, ${text(b)})`;
    if (name === "eq") return `not_boolv(xor_boolv(${text(a)}, ${text(b)}))`;
    return `${name === "lt" ? "and" : "or"}_boolv(not_boolv(${text(a)}), ${text(b)})`;
  };

const bitwise =
  (sign: string, name: string): Rule =>
  (e, text) =>
    isMask(e) ? call(name)(e, text, never) : `(${text(e.args[0]!)} ${sign} ${text(e.args[1]!)})`;

/** One number, not NaN, in all lanes. */
const numberOf = (e: Expr): number | undefined => {
  const x = e.op === "splat" ? e.args[0]! : e;
  return x.op === "const" && !Number.isNaN(x.value) ? x.value : undefined;
};

/**
 * min and max take several instructions because of NaN and -0. Against a constant c one comparison is enough: x < c ? c : x
 * is x where it is NaN. Only of two zeros it keeps x: where c = 0 a -0 is left, which + 0 turns into 0, and `min` with -0 is
 * left to the long way.
 */
const extreme =
  (name: "min" | "max"): Rule =>
  (e, text) => {
    const [a, b] = e.args as [Expr, Expr];
    if (e.type === "bool")
      return isMask(e)
        ? `${name === "min" ? "and" : "or"}_boolv(${text(a)}, ${text(b)})`
        : `(${text(a)} ${name === "min" ? "&" : "|"} ${text(b)})`;
    if (e.type === "i32") return call(name)(e, text, never);
    const [x, c] = numberOf(a) === undefined ? [a, b] : [b, a];
    const limit = numberOf(c);
    if (limit === undefined || (name === "min" && Object.is(limit, -0))) return call(name)(e, text, never);
    const picked = `${name === "min" ? "smaller" : "larger"}_${suffixOf(e)}(${text(x)}, ${text(c)})`;
    if (name === "min" || !Object.is(limit, 0)) return picked;
    return isPair(e) ? `add_f64v(${picked}, ${text(c)})` : `(${picked} + ${text(c)})`;
  };

/** a < b ? b : a is one instruction, and so is b < a ? b : a; also where one of them is NaN or -0. */
const select: Rule = (e, text) => {
  const [condition, x, y] = e.args as [Expr, Expr, Expr];
  if (condition.op === "lt" && (e.type === "f32" || e.type === "f64")) {
    const [a, b] = condition.args as [Expr, Expr];
    if (x === b && y === a) return `larger_${suffixOf(e)}(${text(a)}, ${text(b)})`;
    if (x === a && y === b) return `smaller_${suffixOf(e)}(${text(b)}, ${text(a)})`;
  }
  if (e.lanes === 1) return `(${text(condition)} ? ${text(x)} : ${text(y)})`;
  return `select_${suffixOf(e)}(${text(condition)}, ${text(x)}, ${text(y)})`;
};

/** Counts are taken modulo 32. */
const shift =
  (sign: "<<" | ">>", unsigned: boolean): Rule =>
  (e, text) => {
    const [x, count] = e.args as [Expr, Expr];
    const number = numberOf(count);
    const by = number === undefined ? `(${text(count)} & 31)` : String(number & 31);
    const end = e.lanes > 1 ? "v" : "";
    return unsigned ? `(i32${end})((u32${end})${text(x)} ${sign} ${by})` : `(${text(x)} ${sign} ${by})`;
  };

const divide =
  (name: "div" | "rem"): Rule =>
  (e, text, isShared) => {
    const [a, b] = e.args as [Expr, Expr];
    if (name === "div" && e.type === "f32" && isShared(b)) return `div_all_f32v(${text(a)}, ${text(b)})`;
    if (e.type !== "i32")
      return name === "div" ? infix("/", "div")(e, text, never) : fail(e, "only whole numbers have one");
    const divisor = numberOf(b);
    const sign = name === "div" ? "/" : "%";
    return divisor !== undefined && divisor !== 0 && divisor !== -1
      ? `(${text(a)} ${sign} ${text(b)})`
      : call(name)(e, text, never);
  };

const negate: Rule = (e, text) => (isPair(e) ? call("neg")(e, text, never) : `(- ${text(e.args[0]!)})`);

const invert: Rule = (e, text) => {
  const [x] = e.args as [Expr];
  if (e.type !== "bool") return `(~${text(x)})`;
  return isMask(e) ? `not_boolv(${text(x)})` : `(!${text(x)})`;
};

export const RULES: Readonly<Record<Exclude<PureOp, "convert">, Rule>> = {
  add: infix("+", "add"),
  sub: infix("-", "sub"),
  mul: infix("*", "mul"),
  div: divide("div"),
  rem: divide("rem"),
  neg: negate,
  abs: call("abs"),
  sqrt: call("sqrt"),
  floor: call("floor"),
  ceil: call("ceil"),
  trunc: call("trunc"),
  nearest: call("nearest"),
  min: extreme("min"),
  max: extreme("max"),
  copysign: call("copysign"),
  fma: call("fma"),
  lt: compare("<", "lt"),
  le: compare("<=", "le"),
  eq: compare("==", "eq"),
  ne: compare("!=", "ne"),
  and: bitwise("&", "and"),
  or: bitwise("|", "or"),
  xor: bitwise("^", "xor"),
  not: invert,
  shl: shift("<<", true),
  shr: shift(">>", false),
  ushr: shift(">>", true),
  select,
  bits: call("bits"),
  scale: call("scale"),
  quotient: call("quotient"),
  pow2: call("pow2"),
  exponent: call("exponent"),
  mantissa: call("mantissa"),
};
