/** pow: |x|^y = exp(y ln |x|), with the special cases of C (ISO 9899, F.10.4.4), and integer powers. */
import { abs, add, and, div, type Expr, eq, fma, lt, mul, ne, not, or, select, sub } from "../expression.js";
import {
  atLeast,
  atMost,
  copysign,
  floor,
  i32,
  inDouble,
  like,
  minus,
  multiplyAdd,
  polynomial,
  times,
} from "./building.js";
import { fastTwoSum, type Pair, twoProduct } from "./double-double.js";
import { expDouble, expOfPair, SHORT_EXP } from "./exponential.js";
import { logDouble, SHORT_LOG, splitDouble } from "./logarithm.js";

/** ln x = k ln 2 + s (2 + 2/3 z + z^2 M(z)) with s = f / (2 + f), z = s^2: M of degree 8, error below 2^-74 of ln x. */
const ATANH_TAIL = [
  0.4, 0.2857142857142689, 0.2222222222271647, 0.18181818106025138, 0.15384622185811186, 0.13332959831290347,
  0.11777272646735898, 0.102788231419061, 0.12030326870475108,
];
const TWO_THIRDS = [2 / 3, 3.700743415417188e-17] as const;
const LN2 = [0.6931471803691238, 1.9082149292705877e-10] as const;

/** ln x of a positive normal float64 to about 2^-65 of its value. */
function logOfDouble(x: Expr): Pair {
  const { k, m } = splitDouble(x);
  const f = minus(m, 1);
  const sum = fastTwoSum(like(x, 1), m);
  // s + d = f / (1 + m)
  const s = div(f, sum.high);
  const back = twoProduct(s, sum.high);
  const d = div(sub(sub(sub(f, back.high), back.low), mul(s, sum.low)), sum.high);
  const square = twoProduct(s, s);
  const z = square.high;
  const dz = fma(add(s, s), d, square.low);
  const third = twoProduct(z, like(z, TWO_THIRDS[0]));
  const tail = fma(mul(z, z), polynomial(z, ATANH_TAIL), third.low);
  const rest = multiplyAdd(z, TWO_THIRDS[1], multiplyAdd(dz, TWO_THIRDS[0], tail));
  const factor = fastTwoSum(like(x, 2), third.high);
  const product = twoProduct(s, factor.high);
  const low = fma(d, factor.high, fma(s, add(factor.low, rest), product.low));
  const whole = fastTwoSum(times(k, LN2[0]), product.high);
  return { high: whole.high, low: add(whole.low, multiplyAdd(k, LN2[1], low)) };
}

/** |x|^y of float64. Larger |y| than 2^65 gives 0, 1 or infinity for every x, and would not split. */
function sizeOfDouble(x: Expr, y: Expr): Expr {
  const subnormal = lt(x, like(x, 2 ** -1022));
  const scaled = select(subnormal, times(x, 2 ** 54), x);
  // 0, infinity and NaN.
  const edge = or(eq(x, like(x, 0)), not(lt(x, like(x, Infinity))));
  const safe = select(edge, like(x, 2), scaled);
  const near = logOfDouble(safe);
  const lifted = select(subnormal, like(x, 54), like(x, 0));
  const log = fastTwoSum(multiplyAdd(lifted, -LN2[0], near.high), multiplyAdd(lifted, -LN2[1], near.low));
  const bounded = atMost(atLeast(y, -(2 ** 65)), 2 ** 65);
  const product = twoProduct(bounded, log.high);
  const limit = mul(y, select(eq(x, like(x, 0)), like(x, -Infinity), x));
  const high = select(edge, limit, product.high);
  const low = select(edge, like(x, 0), fma(bounded, log.low, product.low));
  return expOfPair({ high, low });
}

/** |x|^y where the result is a float32. */
const sizeOfSingle = (x: Expr, y: Expr): Expr => expDouble(mul(y, logDouble(x, SHORT_LOG)), SHORT_EXP);

const powerBy =
  (sizeOf: (x: Expr, y: Expr) => Expr) =>
  (x: Expr, y: Expr): Expr => {
    const [zero, one] = [like(x, 0), like(x, 1)];
    const size = abs(x);
    // 1^y and |x|^0 are 1 whatever the other is; y ln |x| would be 0 times infinity, or NaN.
    const plain = or(eq(size, one), eq(y, zero));
    const value = select(plain, one, sizeOf(size, y));
    const whole = eq(floor(y), y);
    const half = times(y, 0.5);
    const odd = and(whole, ne(floor(half), half));
    const signed = select(odd, copysign(value, x), value);
    const negative = and(lt(x, zero), lt(like(x, -Infinity), x));
    const known = or(whole, not(negative));
    const result = select(known, signed, like(x, Number.NaN));
    // |x| = 1 with y = NaN: only 1 itself.
    return select(eq(x, one), one, result);
  };

const powerSingle = inDouble((x, y) => powerBy(sizeOfSingle)(x!, y!));
const powerDouble = powerBy(sizeOfDouble);

/** x^y of floats. */
export const power = (x: Expr, y: Expr): Expr => (x.type === "f32" ? powerSingle(x, y) : powerDouble(x, y));

/**
 * x^y of 32-bit integers that wrap around, for 0 <= y < 2^bits: the squares of x whose bits are set in y. The last square
 * that counts is that of bit 29, because odd numbers to the power 2^30 are 1 and even ones 0.
 */
export function integerPower(x: Expr, y: Expr, bits = 31): Expr {
  let result: Expr = i32(1);
  let square = x;
  for (let bit = 0; bit < bits; bit++) {
    const has = ne(and(y, i32(2 ** bit)), i32(0));
    result = mul(result, select(has, square, i32(1)));
    if (bit + 1 < bits) square = mul(square, square);
  }
  return result;
}
