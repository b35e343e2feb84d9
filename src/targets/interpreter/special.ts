/** Functions that JavaScript's Math lacks, in double precision, by textbook series. Slow and plainly right. */

/**
 * erf(x) = 2/sqrt(pi) * integral of exp(-t^2) from 0 to x.
 * Near 0 the series 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!! (Abramowitz & Stegun 7.1.6), whose terms all have
 * one sign; further out 1 - erfc(x) by the continued fraction 7.1.14.
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (!(a <= 6)) return Number.isNaN(x) ? x : Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let tail = a;
  for (let k = 80; k >= 1; k--) tail = a + k / 2 / tail;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * tail));
}

/** 1 / (1 + exp(-x)); for negative x by exp(x), which is not lost where the result is subnormal. */
export function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** To the nearest whole number, halves to even, as IEEE 754 and NumPy round. */
export function roundHalfEven(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** Remainder with the divisor's sign, as Python's and NumPy's `%`. */
export function floorMod(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

/** C's pow, which NumPy follows: JavaScript's differs for a base of 1 or -1. */
export function power(a: number, b: number): number {
  if (a === 1) return 1;
  if (a === -1 && (b === Infinity || b === -Infinity)) return 1;
  return a ** b;
}

/** a^b in 32-bit integers that wrap around; b >= 0. */
export function integerPower(a: number, b: number): number {
  let result = 1;
  for (let base = a, rest = b; rest > 0; rest = Math.floor(rest / 2), base = Math.imul(base, base)) {
    if (rest % 2 === 1) result = Math.imul(result, base);
  }
  return result;
}
