/**
 * The decimal digits of a float, as NumPy chooses them: the fewest that lead back to the same float, or the
 * exact value rounded at a given place. JavaScript offers the first for float64 only, and its toFixed and
 * toPrecision round halves up where NumPy rounds them to even, so both are stated here for float32 and float64.
 *
 * Sources: Steele and White, "How to Print Floating-Point Numbers Accurately" (1990); Burger and Dybvig,
 * "Printing Floating-Point Numbers Quickly and Accurately" (1996), whose free-format algorithm NumPy follows.
 */

import type { FloatDType } from "../../graph/dtype.js";

/** The number d.ddd... x 10^exponent; `digits` has no trailing zeros. Zero is "0" with exponent 0. */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** A positive float as mantissa x 2^exponent, exactly. */
interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
  /** A power of two has neighbours at different distances: the one below is half as far as the one above. */
  readonly unevenNeighbours: boolean;
}

const FLOAT32 = new Float32Array(1);
const FLOAT32_BITS = new Uint32Array(FLOAT32.buffer);
const FLOAT64 = new Float64Array(1);
const FLOAT64_BITS = new BigUint64Array(FLOAT64.buffer);

const FLOAT32_INFINITY_BITS = 0x7f800000;
const FLOAT32_SMALLEST_NORMAL_BITS = 0x00800000;

/**
 * The shortest decimal that reads back as `magnitude`; of several that short, the closest; of two that close,
 * the one with an even last digit.
 *
 * @param magnitude finite and not negative; for float32, a value that float32 holds.
 */
export function shortestDecimal(magnitude: number, dtype: FloatDType): Decimal {
  if (magnitude === 0) return { digits: "0", exponent: 0 };
  return dtype === "float64" ? parseExponential(magnitude.toExponential()) : shortestFloat32(magnitude);
}

/**
 * `magnitude` x 10^fractionDigits, rounded to an integer: its digits are those of the exact value of the float
 * cut `fractionDigits` places after the point (before it, when negative). Halves go to even.
 *
 * With `unique`, a cut that is finer than the float itself may round up where the exact value is nearer below:
 * under a power of two the neighbour is twice as close as above, so the shorter number may lie outside its range.
 */
export function roundedInteger(
  magnitude: number,
  fractionDigits: number,
  dtype: FloatDType,
  unique: boolean,
): bigint {
  if (magnitude === 0) return 0n;
  const { mantissa, exponent, unevenNeighbours } = decompose(magnitude, dtype);
  const unit = powerOfTen(fractionDigits) << BigInt(Math.max(exponent, 0));
  const divisor = powerOfTen(-fractionDigits) << BigInt(Math.max(-exponent, 0));
  const scaled = mantissa * unit;
  const quotient = scaled / divisor;
  const remainder = scaled % divisor;
  if (unique && unevenNeighbours) {
    const outsideBelow = 4n * remainder > unit;
    const insideAbove = 2n * remainder + unit >= 2n * divisor;
    if (outsideBelow && insideAbove) return quotient + 1n;
  }
  const half = 2n * remainder - divisor;
  const roundUp = half > 0n || (half === 0n && quotient % 2n === 1n);
  return roundUp ? quotient + 1n : quotient;
}

/**
 * `magnitude` with exactly `fractionDigits` digits after the leading one. The exponent is that of the exact
 * value: float32 1e-5 is 9.99999974...e-6, which shows once enough digits are asked for.
 */
export function roundedDecimal(
  magnitude: number,
  fractionDigits: number,
  dtype: FloatDType,
  unique: boolean,
): Decimal {
  if (magnitude === 0) return { digits: "0".repeat(fractionDigits + 1), exponent: 0 };
  const shortest = shortestDecimal(magnitude, dtype);
  let exponent = shortest.exponent;
  // Only a power of ten can sit above the exact value with none of its digits in common.
  if (shortest.digits === "1" && isBelowPowerOfTen(magnitude, exponent, dtype)) exponent -= 1;
  const digits = roundedInteger(magnitude, fractionDigits - exponent, dtype, unique).toString();
  if (digits.length > fractionDigits + 1) return { digits: digits.slice(0, -1), exponent: exponent + 1 };
  return { digits, exponent };
}

/**
 * Any decimal of up to 6 digits survives the way into a normal float32 and back (FLT_DIG of C), so 6 digits
 * decide about all shorter ones at once, and 9 always suffice (FLT_DECIMAL_DIG).
 */
function shortestFloat32(magnitude: number): Decimal {
  const range = float32Range(magnitude);
  for (let precision = range.isNormal ? 6 : 1; precision < 9; precision++) {
    const found = shortestOfPrecision(magnitude, precision, range);
    if (found !== undefined) return found;
  }
  return shortestOfPrecision(magnitude, 9, range) ?? parseExponential(magnitude.toExponential());
}

/** The numbers that read back as one float32: those between two exact float64 borders. */
interface Float32Range {
  readonly low: number;
  readonly high: number;
  /** A number on the border belongs to the float with the even mantissa. */
  readonly bordersInside: boolean;
  readonly isNormal: boolean;
  readonly isPowerOfTwo: boolean;
}

function float32Range(magnitude: number): Float32Range {
  const bits = float32Bits(magnitude);
  const below = float32FromBits(bits - 1);
  const aboveIsFinite = bits + 1 < FLOAT32_INFINITY_BITS;
  const above = aboveIsFinite ? float32FromBits(bits + 1) : magnitude + (magnitude - below);
  return {
    low: (magnitude + below) / 2,
    high: (magnitude + above) / 2,
    bordersInside: bits % 2 === 0,
    isNormal: bits >= FLOAT32_SMALLEST_NORMAL_BITS,
    isPowerOfTwo: (bits & 0x7fffff) === 0,
  };
}

function shortestOfPrecision(magnitude: number, precision: number, range: Float32Range): Decimal | undefined {
  const nearest = parseExponential(magnitude.toExponential(precision - 1), false);
  const integer = Number(nearest.digits);
  const shift = nearest.exponent - (precision - 1);
  // toExponential rounded a half up; the even neighbour is as close, unless it lies below a power of two's range.
  if (integer % 2 === 1 && isHalfway(magnitude, -shift) && isInRange(integer - 1, shift, range)) {
    return normalise(integer - 1, shift);
  }
  if (isInRange(integer, shift, range)) return normalise(integer, shift);
  // Above a power of two the range reaches further than below: the second nearest may be in it.
  if (range.isPowerOfTwo && isInRange(integer + 1, shift, range)) return normalise(integer + 1, shift);
  return undefined;
}

/**
 * Whether the cut after `fractionDigits` digits falls exactly in the middle: v = (n + 1/2) / 10^f has f + 1
 * fractional digits, and a binary fraction has as many decimal digits as binary ones, so v 2^(f+1) is odd.
 * In the integers (f < 0) the two candidates are never both in range.
 */
function isHalfway(magnitude: number, fractionDigits: number): boolean {
  return fractionDigits >= 0 && (magnitude * 2 ** (fractionDigits + 1)) % 2 === 1;
}

/** Whether integer x 10^shift reads back as the float of `range`, compared exactly where a float64 cannot tell. */
function isInRange(integer: number, shift: number, range: Float32Range): boolean {
  const value = Number(`${integer}e${shift}`);
  if (value !== range.low && value !== range.high) return range.low < value && value < range.high;
  const border = decompose(value, "float64");
  const left = (BigInt(integer) * powerOfTen(shift)) << BigInt(Math.max(-border.exponent, 0));
  const right = (border.mantissa << BigInt(Math.max(border.exponent, 0))) * powerOfTen(-shift);
  if (left === right) return range.bordersInside;
  return value === range.low ? left > right : left < right;
}

function isBelowPowerOfTen(magnitude: number, power: number, dtype: FloatDType): boolean {
  const { mantissa, exponent } = decompose(magnitude, dtype);
  const left = (mantissa << BigInt(Math.max(exponent, 0))) * powerOfTen(-power);
  const right = powerOfTen(power) << BigInt(Math.max(-exponent, 0));
  return left < right;
}

function decompose(magnitude: number, dtype: FloatDType): Binary {
  if (dtype === "float32") {
    const bits = float32Bits(magnitude);
    return binaryFromFields(BigInt(bits & 0x7fffff), bits >>> 23, 23, 127);
  }
  FLOAT64[0] = magnitude;
  const bits = FLOAT64_BITS[0] as bigint;
  return binaryFromFields(bits & 0xfffffffffffffn, Number(bits >> 52n), 52, 1023);
}

/** The fields of an IEEE 754 binary float: (1 + fraction / 2^width) 2^(biased - bias), without the 1 if subnormal. */
function binaryFromFields(fraction: bigint, biased: number, width: number, bias: number): Binary {
  const isNormal = biased > 0;
  return {
    mantissa: isNormal ? fraction | (1n << BigInt(width)) : fraction,
    exponent: Math.max(biased, 1) - bias - width,
    unevenNeighbours: fraction === 0n && biased > 1,
  };
}

function float32Bits(magnitude: number): number {
  FLOAT32[0] = magnitude;
  return FLOAT32_BITS[0] as number;
}

function float32FromBits(bits: number): number {
  FLOAT32_BITS[0] = bits;
  return FLOAT32[0] as number;
}

const POWERS_OF_TEN: bigint[] = [];

/** 10^exponent, or 1 for a negative exponent: callers put that power on the other side of the fraction. */
function powerOfTen(exponent: number): bigint {
  if (exponent <= 0) return 1n;
  return (POWERS_OF_TEN[exponent] ??= 10n ** BigInt(exponent));
}

/** Reads "d.ddde+x", the form of toExponential. */
function parseExponential(text: string, trim = true): Decimal {
  const mark = text.indexOf("e");
  const digits = text[0] + text.slice(2, mark);
  return { digits: trim ? trimZeros(digits) : digits, exponent: Number(text.slice(mark + 1)) };
}

function normalise(integer: number, shift: number): Decimal {
  const digits = String(integer);
  return { digits: trimZeros(digits), exponent: shift + digits.length - 1 };
}

/** The digits without trailing zeros, at least one. */
function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}
