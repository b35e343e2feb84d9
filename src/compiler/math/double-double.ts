/**
 * Sums and products of float64 together with what rounding took from them (Dekker 1971, Knuth 4.2.2). Every product that
 * is handed to fma here is exact, so it does not matter whether a machine fuses it.
 */
import { add, type Expr, fma, mul, neg, sub } from "../expression.js";
import { times } from "./building.js";

/** The value high + low. */
export interface Pair {
  readonly high: Expr;
  readonly low: Expr;
}

/** a + b where |a| >= |b| or a = 0. */
export function fastTwoSum(a: Expr, b: Expr): Pair {
  const high = add(a, b);
  return { high, low: sub(b, sub(high, a)) };
}

export function twoSum(a: Expr, b: Expr): Pair {
  const high = add(a, b);
  const part = sub(high, a);
  return { high, low: add(sub(a, sub(high, part)), sub(b, part)) };
}

/** Two halves of 26 bits; |x| below 2^996. */
export function split(x: Expr): Pair {
  const scaled = times(x, 2 ** 27 + 1);
  const high = sub(scaled, sub(scaled, x));
  return { high, low: sub(x, high) };
}

export function twoProduct(a: Expr, b: Expr): Pair {
  const high = mul(a, b);
  const [x, y] = [split(a), split(b)];
  const most = fma(x.high, y.high, neg(high));
  return { high, low: fma(x.low, y.low, fma(x.low, y.high, fma(x.high, y.low, most))) };
}
