/**
 * The remainder with the divisor's sign, as Python's and NumPy's `%`. A remainder of floats is exact: long division in
 * base 2^26 or 2^29, each step of which takes away an exact product.
 */
import {
  abs,
  add,
  and,
  constant,
  div,
  type Expr,
  eq,
  fma,
  lt,
  mul,
  ne,
  neg,
  or,
  pure,
  select,
  sub,
} from "../expression.js";
import { copysign, floor, i32, inDouble, isNegative, like, times } from "./building.js";
import { split } from "./double-double.js";

/** r modulo the divisor times 2^shift: the digit is whole, and its products with the parts exact. */
function step(r: Expr, divisor: Expr, parts: readonly Expr[], shift: number): Expr {
  const digit = neg(times(floor(div(r, times(divisor, 2 ** shift))), 2 ** shift));
  return parts.reduce((rest, part) => fma(digit, part, rest), r);
}

/** An infinite divisor leaves r as it is, and 0 times infinity must not come up. */
const finite = (x: Expr): Expr => select(eq(x, like(x, Infinity)), like(x, 0), x);

/** A digit that was rounded up to a whole one leaves a little less than 0. */
const mend = (r: Expr, divisor: Expr): Expr => select(isNegative(r), add(r, finite(divisor)), r);

/** a modulo b of float32 numbers in float64, both >= 0: quotients are below 2^277, digits of 29 bits fill the 53. */
function restOfSingle(a: Expr, b: Expr): Expr {
  const parts = [finite(b)];
  let r = a;
  for (let shift = 261; shift >= 0; shift -= 29) r = step(r, b, parts, shift);
  return mend(r, b);
}

/** Quotients are up to 2^2098, more than a float64 holds: first modulo b 2^1400, then b 2^700, then b. */
const LEVELS = [1400, 700, 0];
/** A divisor of a level that is larger than this counts as infinite, so that it splits; the next level reaches up to it. */
const LARGEST = 2 ** 990;
/** 27 digits of 26 bits make 702. */
const FIRST_SHIFT = 26 * 26;

/** Where the condition holds, both are made smaller so that no product overflows; gives the factors there and back. */
const scales = (condition: Expr): readonly [Expr, Expr] => [
  select(condition, constant(2 ** -100, "f64"), constant(1, "f64")),
  select(condition, constant(2 ** 100, "f64"), constant(1, "f64")),
];

function restOfDouble(a: Expr, b: Expr): Expr {
  // Exact where a >= b, as a and b then are not near the subnormal numbers; a < b is its own rest.
  const [down, up] = scales(lt(like(b, 2 ** -900), b));
  const divisor = mul(b, down);
  let r = mul(a, down);
  for (const level of LEVELS) {
    const lifted = level === 0 ? divisor : liftedBy(divisor, level);
    if (level !== LEVELS[0]) r = longDivision(r, lifted);
    else {
      const [less, more] = scales(lt(like(r, 2 ** 900), r));
      r = mul(longDivision(mul(r, less), mul(lifted, less)), more);
    }
  }
  return select(lt(a, b), a, mul(r, up));
}

function liftedBy(divisor: Expr, power: number): Expr {
  let lifted = divisor;
  for (let rest = power; rest > 0; rest -= 700) lifted = times(lifted, 2 ** 700);
  return select(lt(like(lifted, LARGEST), lifted), like(lifted, Infinity), lifted);
}

function longDivision(a: Expr, divisor: Expr): Expr {
  const halves = split(finite(divisor));
  let r = a;
  for (let shift = FIRST_SHIFT; shift >= 0; shift -= 26)
    r = step(r, divisor, [halves.high, halves.low], shift);
  return mend(r, divisor);
}

/** From the remainder of the sizes to that of the numbers; 0 gets the divisor's sign. */
const signedBy =
  (restOf: (a: Expr, b: Expr) => Expr) =>
  (a: Expr, b: Expr): Expr => {
    const size = abs(b);
    const rest = restOf(abs(a), size);
    const same = equal(lt(a, like(a, 0)), lt(b, like(b, 0)));
    const keep = or(same, eq(rest, like(rest, 0)));
    return copysign(select(keep, rest, sub(size, rest)), b);
  };

const equal = (a: Expr, b: Expr): Expr => pure("not", [pure("xor", [a, b])]);

const single = inDouble((a, b) => signedBy(restOfSingle)(a!, b!));
const double = signedBy(restOfDouble);

export const floorMod = (a: Expr, b: Expr): Expr => (a.type === "f32" ? single(a, b) : double(a, b));

/** Of 32-bit integers; 0 where b is 0. */
export function integerMod(a: Expr, b: Expr): Expr {
  const rest = pure("rem", [a, b]);
  const apart = lt(pure("xor", [rest, b]), i32(0));
  return select(and(ne(rest, i32(0)), apart), add(rest, b), rest);
}
