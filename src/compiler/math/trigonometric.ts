/** sin, cos and atan2. Polynomials are from test/reference/minimax.py. */
import { abs, add, and, div, type Expr, eq, fma, lt, mul, neg, select, sub } from "../expression.js";
import {
  copysign,
  floor,
  inDouble,
  isSmall,
  like,
  multiplyAdd,
  perType,
  plus,
  polynomial,
  times,
} from "./building.js";
import { type Pair, twoProduct } from "./double-double.js";
import { turnsOfDouble, turnsOfSingle } from "./quarter-turns.js";

/** sin(pi/2 f) / f of z = f^2, |f| <= 0.51: degree 3, error below 2^-27.9, relative; for float32 results. */
const SINE_SHORT = [1.5707963208264482, -0.6459633793571724, 0.0796789921051242, -0.0045984272337839];
/** (cos(pi/2 f) - 1) / z: degree 3, error of cos below 2^-33.8. */
const COSINE_SHORT = [-1.2337005421934264, 0.2536692108846535, -0.020860026832977406, 0.0009034109950019956];

/** (sin(r) / r - 1) / z of z = r^2, |r| <= 0.786: degree 5, error of sin(r) / r below 2^-57.9. */
const SINE = [
  -0.16666666666666632, 0.008333333333322462, -0.00019841269829822726, 2.755731369180841e-6,
  -2.5050757504489673e-8, 1.589673375590756e-10,
];
/** (cos(r) - 1 + z / 2) / z^2: degree 5, error of cos(r) below 2^-64. */
const COSINE = [
  0.0416666666666666, -0.0013888888888874448, 2.480158728964361e-5, -2.7557314390343554e-7,
  2.087572753748383e-9, -1.1359831176261994e-11,
];

/** pi/2 in two float64s. */
const HALF_PI = [1.5707963267948966, 6.123233995736766e-17] as const;

interface Waves {
  readonly sine: Expr;
  readonly cosine: Expr;
}

function wavesShort(f: Expr): Waves {
  const z = mul(f, f);
  return {
    sine: mul(f, polynomial(z, SINE_SHORT)),
    cosine: polynomial(z, [1, ...COSINE_SHORT]),
  };
}

/** r + d = pi/2 f, where d is so small that only its first power counts. */
function waves({ high, low }: Pair): Waves {
  const product = twoProduct(high, like(high, HALF_PI[0]));
  const r = product.high;
  const d = multiplyAdd(high, HALF_PI[1], multiplyAdd(low, HALF_PI[0], product.low));
  const z = mul(r, r);
  const half = times(z, 0.5);
  const one = sub(like(z, 1), half);
  // What 1 - z / 2 lost, and the rest.
  const tail = fma(mul(z, z), polynomial(z, COSINE), sub(sub(sub(like(z, 1), one), half), mul(r, d)));
  return { sine: add(r, fma(mul(r, z), polynomial(z, SINE), mul(d, one))), cosine: add(one, tail) };
}

/** sin(pi/2 (n + f)) for a whole n: four quarters. */
function turned(n: Expr, { sine, cosine }: Waves): Expr {
  const half = floor(times(n, 0.5));
  const odd = sub(n, add(half, half));
  const flip = multiplyAdd(floor(times(half, 0.5)), -2, half);
  const value = select(eq(odd, like(n, 0)), sine, cosine);
  return mul(value, multiplyAdd(flip, -2, 1));
}

/** Signs of x that are +-1, also for -0. */
const signOf = (x: Expr): Expr => copysign(like(x, 1), x);

const sinSingle = inDouble((x) => {
  const { n, f } = turnsOfSingle(abs(x!));
  return mul(turned(n, wavesShort(f)), signOf(x!));
});

const cosSingle = inDouble((x) => {
  const { n, f } = turnsOfSingle(abs(x!));
  return turned(plus(n, 1), wavesShort(f));
});

/** Below 2^-27 the sine is x itself. */
function sinDouble(x: Expr): Expr {
  const { n, f } = turnsOfDouble(abs(x));
  return select(isSmall(x, 2 ** -27), x, mul(turned(n, waves(f)), signOf(x)));
}

function cosDouble(x: Expr): Expr {
  const { n, f } = turnsOfDouble(abs(x));
  return select(isSmall(x, 2 ** -28), like(x, 1), turned(plus(n, 1), waves(f)));
}

export const sin = perType(sinSingle, sinDouble);
export const cos = perType(cosSingle, cosDouble);

/** (atan(u) / u - 1) / z of z = u^2, |u| <= tan(pi/8): degree 10, error of atan(u) / u below 2^-59.4. */
const ARC = [
  -0.333333333333332, 0.19999999999953819, -0.14285714280220535, 0.11111110784676048, -0.09090897793115242,
  0.07692060853429974, -0.06663111438581067, 0.05847944243869246, -0.05039558505414558, 0.0380711905100882,
  -0.01791468779259308,
];
/** The same: degree 5, error below 2^-35.3; for float32 results. */
const ARC_SHORT = [
  -0.3333333251390279, 0.19999905119729372, -0.14282040036963725, 0.11045066905206324, -0.08478249841664354,
  0.04747936857498086,
];
const TAN_EIGHTH = Math.SQRT2 - 1;
/** pi/4 in two parts; four times the first is exact. */
const QUARTER_PI = [0.7853981629014015, 4.960467898402702e-10] as const;

/**
 * The angle is m pi/4 + s atan(u): u is the smaller of |x| and |y| over the larger, or (a - b) / (a + b) where that is
 * closer to 0; m and s say in which of the eight sectors the point lies.
 */
function angle(y: Expr, x: Expr, coefficients: readonly number[]): Expr {
  const [width, height] = [abs(x), abs(y)];
  const steep = lt(width, height);
  let [a, b] = [select(steep, width, height), select(steep, height, width)];
  // Both infinite: as if both were 1. Sums must not overflow.
  const endless = and(eq(a, like(a, Infinity)), eq(b, like(b, Infinity)));
  const scale = select(lt(like(b, 2 ** 1000), b), like(b, 0.25), like(b, 1));
  a = select(endless, like(a, 1), mul(a, scale));
  b = select(endless, like(b, 1), mul(b, scale));
  const wide = lt(times(b, TAN_EIGHTH), a);
  const denominator = select(wide, add(a, b), select(eq(b, like(b, 0)), like(b, 1), b));
  const u = div(select(wide, sub(a, b), a), denominator);
  const sector = select(wide, like(a, 1), like(a, 0));
  const left = lt(signOf(x), like(x, 0));
  const upper = select(steep, sub(like(a, 2), sector), sector);
  const m = select(left, sub(like(a, 4), upper), upper);
  const turn = select(steep, like(a, -1), like(a, 1));
  const v = mul(u, select(left, neg(turn), turn));
  const z = mul(v, v);
  const arc = add(v, fma(mul(v, z), polynomial(z, coefficients), times(m, QUARTER_PI[1])));
  return copysign(multiplyAdd(m, QUARTER_PI[0], arc), y);
}

const angleSingle = inDouble((y, x) => angle(y!, x!, ARC_SHORT));

export const atan2 = (y: Expr, x: Expr): Expr => (y.type === "f32" ? angleSingle(y, x) : angle(y, x, ARC));
