/**
 * How many quarter turns an angle is, modulo four: x 2/pi = n + f. The digits of 2/pi that matter move with the exponent of
 * x (Payne & Hanek 1983). 2/pi is kept as a sum of pieces of so few bits that x times a piece is exact; whole multiples
 * of 4 are taken from each product, also exactly, before they are added. So f is right for every x, up to the largest.
 */
import { add, type Expr, fma, le, mul, select, sub } from "../expression.js";
import { like, nearest, times } from "./building.js";
import { fastTwoSum, type Pair, split, twoSum } from "./double-double.js";

/** 2/pi: 1184 binary digits after the point. */
const TWO_OVER_PI =
  "a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561" +
  "b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484" +
  "e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980f" +
  "ef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b" +
  "3d0739f78a5292ea6bfb5fb11f8d5d0856033046";
const DIGITS = 4 * TWO_OVER_PI.length;

/** Pieces of 2/pi of `width` bits each, as numbers below 1: their sum is that of piece k times 2^(-width k). */
function pieces(width: number, count: number): number[] {
  const digits = BigInt(`0x${TWO_OVER_PI}`);
  return Array.from({ length: count }, (_, k) => {
    const piece = BigInt.asUintN(width, digits >> BigInt(DIGITS - width * (k + 1)));
    return Number(piece) * 2 ** -width;
  });
}

/** What is left of a product modulo 4, from -2 to 2. A small negative one would not be exact from 0 to 4. */
const modulo4 = (y: Expr): Expr => fma(nearest(times(y, 0.25)), like(y, -4), y);

const total = (terms: readonly Expr[]): Expr => terms.reduce((sum, term) => add(sum, term));

/** A whole number n and f with |f| a little above 1/2 at most: x 2/pi = n + f modulo 4. */
export interface Turns<F> {
  readonly n: Expr;
  readonly f: F;
}

/** 24 bits of x times 27 bits of 2/pi fit a float64. x < 2^128, so products from the fifth on are below 4. */
const SINGLE = { width: 27, wrapped: 5, count: 7 };

/**
 * x >= 0 is a float64 that is exactly a float32. n is taken from the large products only, which is off by 2^-7 at most;
 * the largest products cancel exactly, and each sum after them is far larger than what still comes. So f has a relative
 * error below 2^-25, also where x is next to a multiple of a quarter turn (f is above 2^-33 for every float32).
 */
export function turnsOfSingle(x: Expr): Turns<Expr> {
  const products = pieces(SINGLE.width, SINGLE.count).map((piece, k) =>
    times(x, piece * 2 ** (-SINGLE.width * k)),
  );
  const large = products.slice(0, SINGLE.wrapped).map(modulo4);
  const n = nearest(total(large));
  return { n, f: total([sub(large[0]!, n), ...large.slice(1), ...products.slice(SINGLE.wrapped)]) };
}

/** x is split in halves, so that its products with 26 bits of 2/pi are exact. */
const WIDTH = 26;
/**
 * Pieces that the largest x skips, by halves: an x of at least 2^(26 skip + 54) times a skipped piece is a multiple of 4.
 * After these four steps x is below 2^132.
 */
const SKIPS = [18, 9, 5, 3] as const;
/** 2^132 times what is cut off is below 2^-127; the closest that a float64 comes to a multiple is 2^-61. */
const KEPT = 10;
/** Products with pieces up to here may be 4 or more. */
const WRAPPED = { high: 5, low: 4 };
/** Products from here on are below 2^-20 and their rounding below all that matters. */
const EXACT = 7;

/** The pieces that matter to x, and x scaled to them. */
function windowOf(x: Expr): { x: Expr; pieces: Expr[] } {
  let rest = SKIPS.reduce((sum, skip) => sum + skip, KEPT);
  let scaled = x;
  let chosen = pieces(WIDTH, rest).map((piece) => like(x, piece));
  for (const skip of SKIPS) {
    const large = le(like(x, 2 ** (WIDTH * skip + 54)), scaled);
    scaled = select(large, times(scaled, 2 ** (-WIDTH * skip)), scaled);
    rest -= skip;
    const before = chosen;
    chosen = before.slice(0, rest).map((piece, k) => select(large, before[k + skip]!, piece));
  }
  return { x: scaled, pieces: chosen.map((piece, k) => (k === 0 ? piece : times(piece, 2 ** (-WIDTH * k)))) };
}

/** x >= 0 is any finite float64. Subnormal x loses digits here; the caller knows better there. */
export function turnsOfDouble(x: Expr): Turns<Pair> {
  const { x: scaled, pieces: parts } = windowOf(x);
  const halves = split(scaled);
  const high = parts.map((piece, k) => wrapped(mul(halves.high, piece), k < WRAPPED.high));
  const low = parts.map((piece, k) => wrapped(mul(halves.low, piece), k < WRAPPED.low));
  // By size: the low half times a piece is as large as the high half times the next.
  const terms = high.flatMap((term, k) => (k === 0 ? [term] : [term, low[k - 1]!]));
  terms.push(low.at(-1)!);
  const exact = terms.slice(0, 2 * EXACT - 1);
  const n = nearest(total(exact));
  let sum = sub(exact[0]!, n);
  const lost: Expr[] = [];
  for (const term of exact.slice(1)) {
    const next = twoSum(sum, term);
    sum = next.high;
    lost.push(next.low);
  }
  return { n, f: fastTwoSum(sum, total([...lost, ...terms.slice(2 * EXACT - 1)])) };
}

const wrapped = (product: Expr, may: boolean): Expr => (may ? modulo4(product) : product);
