/**
 * exp, expm1 and tanh. x = n ln 2 + r with a whole n and |r| <= ln 2 / 2; exp(r) is a polynomial; 2^n goes into the
 * exponent. Polynomials are from test/reference/minimax.py; their errors are those of exact arithmetic.
 */
import {
  abs,
  add,
  div,
  type Expr,
  eq,
  fma,
  lt,
  mul,
  neg,
  pure,
  SCALE_ORIGIN,
  select,
  sub,
} from "../expression.js";
import {
  addBits,
  asFloat,
  asInteger,
  atLeast,
  atMost,
  copysign,
  floor,
  isSmall,
  like,
  minus,
  multiplyAdd,
  nearest,
  perType,
  plus,
  polynomial,
  shiftLeft,
  times,
} from "./building.js";
import type { Pair } from "./double-double.js";

/** (exp(r) - 1 - r) / r^2 on |r| <= 0.3468: degree 4, error of exp(r) - 1 below 2^-26.1 of it. */
const SINGLE = [
  0.4999999701976776, 0.1666654646396637, 0.04166743531823158, 0.008366265334188938, 0.0013870671391487122,
];
/** The same: degree 10, error below 2^-61.6. */
const DOUBLE = [
  0.5, 0.16666666666666677, 0.041666666666666685, 0.008333333333321773, 0.0013888888888892064,
  0.00019841269885400282, 2.480158728364573e-5, 2.755724510320383e-6, 2.7557325095961915e-7,
  2.510870080730164e-8, 2.0895314829301267e-9,
];
/** The same: degree 5, error below 2^-31.9; for float64 work whose result is a float32. */
export const SHORT_EXP = [
  0.5000000044303995, 0.16666666369475783, 0.04166636025366896, 0.00833338947174539, 0.0013940683531016849,
  0.00019845900433367494,
];

/** ln 2 in two parts; the first has so few bits that n times it is exact. */
const LN2_SINGLE = [0.693359375, -0.00021219444005469057] as const;
const LN2_DOUBLE = [0.6931471803691238, 1.9082149292705877e-10] as const;

interface Reduced {
  /** Whole number n, as a float. */
  readonly n: Expr;
  /** r = high + low, where high is exact. */
  readonly high: Expr;
  readonly low: Expr;
}

interface ReducedSingle extends Reduced {
  /** n + SCALE_ORIGIN. */
  readonly shifted: Expr;
}

function reduceSingle(x: Expr): ReducedSingle {
  const shifted = multiplyAdd(x, Math.LOG2E, SCALE_ORIGIN);
  const n = minus(shifted, SCALE_ORIGIN);
  const high = multiplyAdd(n, -LN2_SINGLE[0], x);
  return { n, high, low: times(n, -LN2_SINGLE[1]), shifted };
}

function reduceDouble(x: Expr): Reduced {
  const n = nearest(times(x, Math.LOG2E));
  return { n, high: multiplyAdd(n, -LN2_DOUBLE[0], x), low: times(n, -LN2_DOUBLE[1]) };
}

/** e^r - 1 = high + (r^2 Q(r) + low): the parts that rounding touched are small. */
function nearZero({ high, low }: Reduced, coefficients: readonly number[]): Expr {
  const r = add(high, low);
  return add(high, fma(mul(r, r), polynomial(r, coefficients), low));
}

const nearOne = (reduced: Reduced, coefficients: readonly number[]): Expr =>
  plus(nearZero(reduced, coefficients), 1);

/**
 * e^r = 1 + r (1 + r Q(r)), with r rounded: e^x is within 0.9 ulp with a fused multiply-add and within 1.2 without. It is
 * three operations shorter than the sum of exact parts above; exp is what softmax, sigmoid and losses spend their time on.
 */
function nearOneSingle({ n, high }: ReducedSingle): Expr {
  const r = multiplyAdd(n, -LN2_SINGLE[1], high);
  return multiplyAdd(multiplyAdd(polynomial(r, SINGLE), r, 1), r, 1);
}

function scaleDouble(p: Expr, n: Expr): Expr {
  const half = floor(times(n, 0.5));
  return mul(mul(p, pure("pow2", [half])), pure("pow2", [sub(n, half)]));
}

function expSingle(x: Expr): Expr {
  // exp(-104) rounds to 0 and exp(89) to infinity.
  const reduced = reduceSingle(atMost(atLeast(x, -104), 89));
  return pure("scale", [nearOneSingle(reduced), reduced.shifted]);
}

/** e^x of a float64, with a polynomial of choice. */
export function expDouble(x: Expr, coefficients: readonly number[] = DOUBLE): Expr {
  const reduced = reduceDouble(atMost(atLeast(x, -746), 710));
  return scaleDouble(nearOne(reduced, coefficients), reduced.n);
}

export const exp = perType(expSingle, expDouble);

/** e^(high + low); low is ignored where e^high overflows or is 0. */
export function expOfPair({ high, low }: Pair): Expr {
  const bounded = atMost(atLeast(high, -800), 800);
  const small = select(eq(bounded, high), low, like(low, 0));
  const reduced = reduceDouble(bounded);
  return scaleDouble(nearOne({ ...reduced, low: add(reduced.low, small) }, DOUBLE), reduced.n);
}

/** 2^(n - less), a normal float. */
const powerSingle = ({ shifted }: ReducedSingle, less: number): Expr =>
  asFloat(shiftLeft(addBits(asInteger(shifted), -127 - less), 23));

/** e^x for -80 <= x <= 0, where 2^n is a normal float. */
export function expOfNegativeSingle(x: Expr): Expr {
  const reduced = reduceSingle(x);
  return mul(nearOneSingle(reduced), powerSingle(reduced, 0));
}

/** e^x for -700 <= x <= 0. */
export function expOfNegativeDouble(x: Expr): Expr {
  const reduced = reduceDouble(x);
  return mul(nearOne(reduced, DOUBLE), pure("pow2", [reduced.n]));
}

/**
 * e^x - 1 = 2 (2^(n-1) (e^r - 1) + (2^(n-1) - 1/2)), halved so that n may be as large as it gets. Below 2^-25 (2^-54) it
 * is x itself, which keeps -0 and all bits of subnormal floats.
 */
function expm1Single(x: Expr): Expr {
  const reduced = reduceSingle(atMost(atLeast(x, -18), 89));
  const power = powerSingle(reduced, 1);
  const half = fma(power, nearZero(reduced, SINGLE), minus(power, 0.5));
  return select(isSmall(x, 2 ** -25), x, add(half, half));
}

function expm1Double(x: Expr): Expr {
  const reduced = reduceDouble(atMost(atLeast(x, -39), 710));
  const power = pure("pow2", [minus(reduced.n, 1)]);
  const half = fma(power, nearZero(reduced, DOUBLE), minus(power, 0.5));
  return select(isSmall(x, 2 ** -54), x, add(half, half));
}

export const expm1 = perType(expm1Single, expm1Double);

/** tanh(x) / x - 1 over x^2, of x^2, for |x| <= 0.6: degree 4, error below 2^-28.4 of tanh(x). */
const TANH = [
  -0.33333298563957214, 0.13331936299800873, -0.05378471687436104, 0.02079862542450428, -0.005897966679185629,
];

/** Up to 0.6 a polynomial; further out 1 - 2 e / (1 + e) with e = exp(-2 |x|), which is 1 from 9.1 on. */
function tanhSingle(x: Expr): Expr {
  const size = abs(x);
  const e = expOfNegativeSingle(times(atMost(size, 10), -2));
  const far = sub(like(x, 1), div(add(e, e), plus(e, 1)));
  const square = mul(size, size);
  const near = fma(mul(size, square), polynomial(square, TANH), size);
  return copysign(select(lt(size, like(x, 0.6)), near, far), x);
}

/** With u = exp(-2 |x|) - 1: -u / (u + 2), and from 1 on 1 - 2 (u + 1) / (u + 2), which loses less. */
function tanhDouble(x: Expr): Expr {
  const size = abs(x);
  const reduced = reduceDouble(times(atMost(size, 20), -2));
  const power = pure("pow2", [reduced.n]);
  const p = nearZero(reduced, DOUBLE);
  const u = fma(power, p, minus(power, 1));
  const e = fma(power, p, power);
  const far = sub(like(x, 1), div(add(e, e), plus(e, 1)));
  const near = div(neg(u), plus(u, 2));
  const result = select(lt(size, like(x, 0.55)), near, far);
  return copysign(select(lt(size, like(x, 2 ** -28)), size, result), x);
}

export const tanh = perType(tanhSingle, tanhDouble);

/** ln(1/3): below it sigmoid(x) is less than a quarter. */
const QUARTER = -1.0986122886681098;

/**
 * With e = exp(-|x|): 1 / (1 + e), and for negative x q = e / (1 + e). The rounded 1 + e costs up to a unit in the last place,
 * which is too much where q is small; there e - e q, which is the same, feels it a third as much at most. Within 2 ulp.
 */
export function sigmoid(x: Expr): Expr {
  const e = exp(neg(abs(x)));
  const negative = lt(x, like(x, 0));
  const q = pure("quotient", [select(negative, e, like(x, 1)), plus(e, 1)]);
  return select(lt(x, like(x, QUARTER)), fma(neg(e), q, e), q);
}
