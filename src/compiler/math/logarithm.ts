/**
 * log and log1p. x = 2^k (1 + f); ln x = k ln 2 + ln(1 + f). Polynomials are from test/reference/minimax.py.
 */
import { add, and, convert, div, type Expr, eq, fma, le, lt, mul, pure, select, sub } from "../expression.js";
import {
  addBits,
  asFloat,
  asInteger,
  copysign,
  floor,
  i32,
  like,
  minus,
  multiplyAdd,
  perType,
  plus,
  polynomial,
  shiftLeft,
  shiftRight,
  times,
} from "./building.js";

/** (ln(1 + f) - f + f^2 / 2) / f^3 on |f| <= 1/3: degree 7, error below 2^-27.6 of ln(1 + f). */
const SINGLE = [
  0.3333321511745453, -0.2499980628490448, 0.2001042664051056, -0.16680188477039337, 0.14005738496780396,
  -0.12187623977661133, 0.13984552025794983, -0.12879343330860138,
];

/** (ln((1 + s) / (1 - s)) / s - 2) / z of z = s^2, |s| <= 0.1716: degree 6, error below 2^-59.4 of the logarithm. */
const DOUBLE = [
  0.6666666666666734, 0.39999999999416525, 0.2857142874207382, 0.22222198598723394, 0.18183563251790366,
  0.15314073035421152, 0.1479576506874939,
];
/** The same: degree 3, error below 2^-37; for float64 work whose result is a float32. */
export const SHORT_LOG = [0.6666666564505352, 0.40000335290449696, 0.2853730171584114, 0.235822896460223];

/** ln 2 in two parts; the first has so few bits that k times it is exact. */
const LN2_SINGLE = [0.693359375, -0.00021219444005469057] as const;
const LN2_DOUBLE = [0.6931471803691238, 1.9082149292705877e-10] as const;

/** k ln 2 + ln(1 + f). */
function sumSingle(k: Expr, f: Expr): Expr {
  const square = mul(f, f);
  const cube = mul(square, f);
  const low = fma(cube, polynomial(f, SINGLE), multiplyAdd(k, LN2_SINGLE[1], times(square, -0.5)));
  return multiplyAdd(k, LN2_SINGLE[0], add(f, low));
}

/**
 * ln(1 + f) with s = f / (2 + f): f - f^2 / 2 + s (f^2 / 2 + z L(z)), whose first two terms carry the digits (the sum of
 * Tang 1990, "Table-driven implementation of the logarithm function", without the table).
 */
function sumDouble(k: Expr, f: Expr, coefficients: readonly number[]): Expr {
  const s = div(f, plus(f, 2));
  const z = mul(s, s);
  const half = mul(times(f, 0.5), f);
  const tail = fma(s, fma(z, polynomial(z, coefficients), half), times(k, LN2_DOUBLE[1]));
  return multiplyAdd(k, LN2_DOUBLE[0], sub(f, sub(half, tail)));
}

/** The right values where x is not a positive finite number; NaN stays. */
function outside(x: Expr, inside: Expr): Expr {
  const zeroOrNone = select(eq(x, like(x, 0)), like(x, -Infinity), like(x, Number.NaN));
  return select(le(x, like(x, 0)), zeroOrNone, select(lt(x, like(x, Infinity)), inside, x));
}

/** Bits of 2/3: 1 + f is kept from 2/3 to 4/3. */
const TWO_THIRDS = 0x3f2aaaab;
const ONE = 0x3f800000;

function logSingle(x: Expr): Expr {
  const subnormal = lt(x, like(x, 2 ** -126));
  const bits = asInteger(select(subnormal, times(x, 2 ** 23), x));
  const k = shiftRight(addBits(bits, -TWO_THIRDS), 23);
  const f = minus(asFloat(sub(bits, shiftLeft(k, 23))), 1);
  const power = add(convert(k, "f32"), select(subnormal, like(x, -23), like(x, 0)));
  return outside(x, sumSingle(power, f));
}

/** ln x of a float64, with a polynomial of choice. */
export function logDouble(x: Expr, coefficients: readonly number[] = DOUBLE): Expr {
  const subnormal = lt(x, like(x, 2 ** -1022));
  const { k, m } = splitDouble(select(subnormal, times(x, 2 ** 54), x));
  const power = add(k, select(subnormal, like(x, -54), like(x, 0)));
  return outside(x, sumDouble(power, minus(m, 1), coefficients));
}

/** x = 2^k m with m from sqrt(1/2) to sqrt(2), of a positive normal x. */
export function splitDouble(x: Expr): { k: Expr; m: Expr } {
  const [k, m] = [pure("exponent", [x]), pure("mantissa", [x])];
  const large = lt(like(x, Math.SQRT2), m);
  return { k: select(large, plus(k, 1), k), m: select(large, times(m, 0.5), m) };
}

export const log = perType(logSingle, logDouble);

/**
 * ln(1 + x) with 1 + f = 2^-k (1 + x), so f = 2^-k x + (2^-k - 1), where k is that of the rounded 1 + x. For k = 0 this
 * is x itself, and otherwise the one rounding is far below the result. k is at most 128, so 2^(2-k) is normal.
 */
function log1pSingle(x: Expr): Expr {
  const shift = and(addBits(asInteger(plus(x, 1)), -TWO_THIRDS), i32(-(2 ** 23)));
  const scaled = asFloat(sub(asInteger(x), shift));
  const four = asFloat(sub(i32(ONE + 2 ** 24), shift));
  const f = add(scaled, multiplyAdd(four, 0.25, -1));
  return outside1p(x, sumSingle(times(convert(shift, "f32"), 2 ** -23), f));
}

/** As above; 2^-k in two factors, because k is up to 1024. */
function log1pDouble(x: Expr): Expr {
  const { k } = splitDouble(plus(x, 1));
  const half = floor(times(k, 0.5));
  const [one, other] = [pure("pow2", [sub(like(x, 0), half)]), pure("pow2", [sub(half, k)])];
  const f = fma(mul(x, one), other, minus(mul(one, other), 1));
  return outside1p(x, sumDouble(k, f, DOUBLE));
}

/** ln(1 + x) has the sign of x. */
function outside1p(x: Expr, inside: Expr): Expr {
  const limits = select(eq(x, like(x, -1)), like(x, -Infinity), like(x, Number.NaN));
  const right = select(lt(x, like(x, Infinity)), copysign(inside, x), x);
  return select(le(x, like(x, -1)), limits, right);
}

export const log1p = perType(log1pSingle, log1pDouble);
