/**
 * Elementary functions. Those that are not primitives are composed so that they stay accurate near 0 and do not
 * overflow before their value does; the formula stands beside each.
 */
import {
  add,
  binary,
  cast,
  detach,
  div,
  floatOf,
  like,
  mul,
  type Node,
  neg,
  sub,
  type UnaryPrimitive,
  unary,
  where,
} from "../graph/index.js";
import { commonDType, meet, type Operand } from "./operand.js";

type Function1 = (x: Node) => Node;

/** Integers become floats first: int32 float64, uint8 and bool float32. */
const float =
  (f: Function1): Function1 =>
  (x) =>
    f(cast(x, floatOf(x.dtype)));

const primitive = (op: UnaryPrimitive): Function1 => float((x) => unary(op, x));

export const exp = primitive("exp");
export const expm1 = primitive("expm1");
export const log = primitive("log");
export const log1p = primitive("log1p");
export const sin = primitive("sin");
export const cos = primitive("cos");
export const tanh = primitive("tanh");
export const erf = primitive("erf");
export const sqrt = primitive("sqrt");

const less = (x: Node, bound: number): Node => binary("lt", x, like(x, bound));
const plus = (x: Node, n: number): Node => add(x, like(x, n));
const times = (x: Node, n: number): Node => mul(x, like(x, n));

export const exp2 = float((x) => binary("pow", like(x, 2), x));

/** ln x / ln b, set right where x is a whole power of b; the derivative is that of the quotient. */
const logarithm = (base: number): Function1 =>
  float((x) => {
    const quotient = div(unary("log", x), like(x, Math.log(base)));
    const whole = unary("round", quotient);
    const exact = binary("eq", binary("pow", like(x, base), whole), x);
    const finite = binary("lt", mul(whole, whole), like(x, Infinity));
    const mend = where(binary("and", exact, finite), sub(whole, quotient), like(x, 0));
    return add(quotient, detach(mend));
  });

export const log2 = logarithm(2);
export const log10 = logarithm(10);

export const tan = float((x) => div(unary("sin", x), unary("cos", x)));

/** sqrt(1 - x^2) without losing digits near 1. */
const side = (x: Node): Node => unary("sqrt", mul(sub(like(x, 1), x), plus(x, 1)));

export const asin = float((x) => binary("atan2", x, side(x)));
export const acos = float((x) => binary("atan2", side(x), x));
export const atan = float((x) => binary("atan2", x, like(x, 1)));

/** Angle of the point (x, y), from -pi to pi. */
export function atan2(y: Operand, x: Operand): Node {
  return binary("atan2", ...meet(y, x, floatOf(commonDType(y, x))));
}

/** An odd function from its right half: f(x) for x >= 0, -f(-x) below. The derivative at 0 is the right half's. */
const odd =
  (half: Function1): Function1 =>
  (x) => {
    const negative = less(x, 0);
    const result = half(where(negative, neg(x), x));
    return where(negative, neg(result), result);
  };

/** (e + e / (e + 1)) / 2 with e = exp(x) - 1; beyond 20 it is exp(x) / 2. */
export const sinh = float(
  odd((x) => {
    const large = binary("lt", like(x, 20), x);
    const e = unary("expm1", where(large, like(x, 0), x));
    const near = times(add(e, div(e, plus(e, 1))), 0.5);
    const root = unary("exp", times(x, 0.5));
    return where(large, mul(times(root, 0.5), root), near);
  }),
);

/** (h^2 + h^-2) / 2 with h = exp(|x| / 2), which overflows only where cosh does. */
export const cosh = float((x) => {
  const h = unary("exp", times(where(less(x, 0), neg(x), x), 0.5));
  return add(mul(times(h, 0.5), h), div(div(like(x, 0.5), h), h));
});

const LARGE = 1e9;

/** ln(x + sqrt(x^2 + 1)) = log1p(x (1 + x / (1 + sqrt(x^2 + 1)))), which keeps -0; for large x ln(2 x). */
export const asinh = float(
  odd((x) => {
    const large = binary("lt", like(x, LARGE), x);
    const safe = where(large, like(x, 1), x);
    const bent = div(safe, plus(unary("sqrt", plus(mul(safe, safe), 1)), 1));
    const near = unary("log1p", mul(safe, plus(bent, 1)));
    return where(large, plus(unary("log", where(large, x, like(x, 1))), Math.LN2), near);
  }),
);

/** log1p(t + sqrt(t) sqrt(t + 2)) with t = x - 1, whose roots make it NaN below 1; for large x ln(2 x). */
export const acosh = float((x) => {
  const large = binary("lt", like(x, LARGE), x);
  const t = plus(where(large, like(x, 2), x), -1);
  const near = unary("log1p", add(t, mul(unary("sqrt", t), unary("sqrt", plus(t, 2)))));
  return where(large, plus(unary("log", where(large, x, like(x, 1))), Math.LN2), near);
});

/** log1p(2 x / (1 - x)) / 2. */
export const atanh = float((x) => times(unary("log1p", div(times(x, 2), sub(like(x, 1), x))), 0.5));

/** 1 / (1 + exp(-x)). A primitive, since no composition of rounded steps stays within two units in the last place. */
export const sigmoid = primitive("sigmoid");

/** ln(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)). */
export const softplus = float((x) => {
  const negative = less(x, 0);
  const tail = unary("log1p", unary("exp", where(negative, x, neg(x))));
  return add(where(negative, like(x, 0), x), tail);
});
