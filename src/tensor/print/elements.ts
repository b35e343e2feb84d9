/**
 * How one element of an array looks: a formatter is made from all visible elements, because they share a width,
 * a number of digits and the choice between positional and exponential form, and then writes each of them.
 *
 * Conditions and cut-offs are those of NumPy 2.4 ("numpy.set_printoptions" documents the options).
 */

import type { DType, FloatDType } from "../../graph/dtype.js";
import { type Decimal, roundedDecimal, roundedInteger, shortestDecimal } from "./digits.js";
import type { PrintOptions } from "./options.js";

/** Writes one element; all texts of one formatter have the same width, except those of booleans outside arrays. */
export type ElementFormatter = (value: number) => string;

/** From here on the exponential form is used: 10^min(8, decimal digits that the dtype is sure to hold). */
const EXPONENTIAL_FROM = { float32: 1e6, float64: 1e8 } as const;

/** The same for a number on its own. */
const SCALAR_EXPONENTIAL_FROM = { float32: 1e6, float64: 1e16 } as const;

/** The formatter for an array whose visible elements are `values`; `inArray` is false for a 0-d array. */
export function elementFormatter(
  values: ArrayLike<number>,
  dtype: DType,
  options: PrintOptions,
  inArray: boolean,
): ElementFormatter {
  switch (dtype) {
    case "bool":
      return (value) => (value !== 0 ? (inArray ? " True" : "True") : "False");
    case "int32":
    case "uint8":
      return integerFormatter(values);
    case "float32":
      return floatFormatter(
        values instanceof Float32Array ? values : Float32Array.from(values),
        dtype,
        options,
      );
    case "float64":
      return floatFormatter(values, dtype, options);
  }
}

/**
 * One number as `str()` of a NumPy scalar or 0-d array writes it: all digits that identify it, no padding.
 *
 * @param value the number; for bool, 0 is False and all else True.
 * @example
 * ```ts
 * formatScalar(0.1 - 0.3, "float64"); // "-0.19999999999999998"
 * formatScalar(1e-5, "float32"); // "1e-05"
 * ```
 */
export function formatScalar(value: number, dtype: DType): string {
  if (dtype === "bool") return value !== 0 ? "True" : "False";
  if (dtype === "int32" || dtype === "uint8") return String(value);
  const number = dtype === "float32" ? Math.fround(value) : value;
  if (!Number.isFinite(number)) return nonFiniteText(number);
  const magnitude = Math.abs(number);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= SCALAR_EXPONENTIAL_FROM[dtype])) {
    const { digits, exponent } = shortestDecimal(magnitude, dtype);
    const point = digits.length > 1 ? "." : "";
    return `${signText(number)}${digits[0]}${point}${digits.slice(1)}e${exponentText(exponent, 2)}`;
  }
  const { whole, fraction } = shortestPositional(magnitude, dtype);
  return `${signText(number)}${whole}.${fraction === "" ? "0" : fraction}`;
}

function integerFormatter(values: ArrayLike<number>): ElementFormatter {
  let width = 0;
  for (let i = 0; i < values.length; i++) width = Math.max(width, String(values[i]).length);
  return (value) => String(value).padStart(width);
}

/** What a first pass over the visible floats finds out. */
interface FloatSurvey {
  readonly finite: number[];
  readonly hasNonFinite: boolean;
  readonly hasNegativeInfinity: boolean;
  /** Of the magnitudes that are finite and not zero; 0 when there are none. */
  readonly largest: number;
  readonly smallest: number;
}

function survey(values: ArrayLike<number>): FloatSurvey {
  const finite: number[] = [];
  let hasNegativeInfinity = false;
  let largest = 0;
  let smallest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      hasNegativeInfinity ||= value === -Infinity;
      continue;
    }
    finite.push(value);
    const magnitude = Math.abs(value);
    if (magnitude === 0) continue;
    largest = Math.max(largest, magnitude);
    smallest = smallest === 0 ? magnitude : Math.min(smallest, magnitude);
  }
  return { finite, hasNonFinite: finite.length < values.length, hasNegativeInfinity, largest, smallest };
}

/** Comparisons and the quotient are taken in the dtype itself, as NumPy takes them. */
function needsExponent(found: FloatSurvey, dtype: FloatDType, suppress: boolean): boolean {
  if (found.largest === 0) return false;
  if (found.largest >= EXPONENTIAL_FROM[dtype]) return true;
  if (suppress) return false;
  const inDType = dtype === "float32" ? Math.fround : (value: number) => value;
  return found.smallest < inDType(0.0001) || inDType(found.largest / found.smallest) > 1000;
}

/** A formatter for the finite numbers, and the width of its text on both sides of the point. */
interface FiniteFormatter {
  readonly format: ElementFormatter;
  readonly left: number;
  readonly right: number;
}

function floatFormatter(
  values: ArrayLike<number>,
  dtype: FloatDType,
  options: PrintOptions,
): ElementFormatter {
  const found = survey(values);
  const read = dtype === "float32" ? Math.fround : (value: number) => value;
  let { format, left, right } = !found.finite.length
    ? { format: nonFiniteText, left: 0, right: 0 }
    : needsExponent(found, dtype, options.suppress)
      ? exponentialFormatter(found.finite, dtype, options)
      : positionalFormatter(found.finite, dtype, options);
  if (found.hasNonFinite) {
    left = Math.max(left, "nan".length + (found.hasNegativeInfinity ? 1 : 0) - (right + 1));
  }
  const width = left + 1 + right;
  return (value) => {
    const number = read(value);
    return (Number.isFinite(number) ? format(number) : nonFiniteText(number)).padStart(width);
  };
}

/** The two sides of the point; the whole part carries no sign. */
interface Positional {
  readonly whole: string;
  readonly fraction: string;
}

function positionalFormatter(
  finite: readonly number[],
  dtype: FloatDType,
  options: PrintOptions,
): FiniteFormatter {
  const fixed = options.floatmode === "fixed";
  const limit = options.floatmode === "unique" ? Infinity : options.precision;
  const write = (value: number) =>
    fixed
      ? roundedPositional(Math.abs(value), limit, dtype, false)
      : limitedPositional(Math.abs(value), limit, dtype);
  let left = 0;
  let right = 0;
  for (const value of finite) {
    const { whole, fraction } = write(value);
    left = Math.max(left, signText(value).length + whole.length);
    right = Math.max(right, fraction.length);
  }
  const equalDigits = options.floatmode === "maxprec_equal";
  const format = (value: number): string => {
    const { whole, fraction } = equalDigits
      ? roundedPositional(Math.abs(value), right, dtype, true)
      : write(value);
    return `${signText(value)}${whole}.${fraction.padEnd(right)}`;
  };
  return { format, left, right };
}

function shortestPositional(magnitude: number, dtype: FloatDType): Positional {
  const { digits, exponent } = shortestDecimal(magnitude, dtype);
  if (exponent < 0) {
    return { whole: "0", fraction: magnitude === 0 ? "" : "0".repeat(-exponent - 1) + digits };
  }
  return {
    whole: digits.slice(0, exponent + 1).padEnd(exponent + 1, "0"),
    fraction: digits.slice(exponent + 1),
  };
}

/** The shortest digits, or the exact value rounded at `limit` digits after the point where those are more. */
function limitedPositional(magnitude: number, limit: number, dtype: FloatDType): Positional {
  const shortest = shortestPositional(magnitude, dtype);
  if (shortest.fraction.length <= limit) return shortest;
  const { whole, fraction } = roundedPositional(magnitude, limit, dtype, true);
  return { whole, fraction: fraction.replace(/0+$/, "") };
}

function roundedPositional(
  magnitude: number,
  places: number,
  dtype: FloatDType,
  unique: boolean,
): Positional {
  const digits = roundedInteger(magnitude, places, dtype, unique)
    .toString()
    .padStart(places + 1, "0");
  return { whole: digits.slice(0, digits.length - places), fraction: digits.slice(digits.length - places) };
}

/** Every element gets the digits that the longest one needs: exact ones, not zeros, behind the shortest. */
function exponentialFormatter(
  finite: readonly number[],
  dtype: FloatDType,
  options: PrintOptions,
): FiniteFormatter {
  const fixed = options.floatmode === "fixed";
  const limit = options.floatmode === "unique" ? Infinity : options.precision;
  let left = 1;
  let places = fixed ? options.precision : 0;
  let exponentDigits = 2;
  for (const value of finite) {
    const magnitude = Math.abs(value);
    const { digits, exponent } = limitedDecimal(magnitude, limit, dtype, fixed);
    if (!fixed) places = Math.max(places, digits.length - 1);
    exponentDigits = Math.max(exponentDigits, String(Math.abs(exponent)).length);
    left = Math.max(left, 1 + signText(value).length);
  }
  const format = (value: number): string => {
    const { digits, exponent } = roundedDecimal(Math.abs(value), places, dtype, !fixed);
    return `${signText(value)}${digits[0]}.${digits.slice(1)}e${exponentText(exponent, exponentDigits)}`;
  };
  return { format, left, right: places + 2 + exponentDigits };
}

/** The shortest digits where `limit` places are enough for them, else the exact value rounded there. */
function limitedDecimal(magnitude: number, limit: number, dtype: FloatDType, fixed: boolean): Decimal {
  if (fixed) return roundedDecimal(magnitude, limit, dtype, false);
  const shortest = shortestDecimal(magnitude, dtype);
  if (shortest.digits.length - 1 <= limit) return shortest;
  const { digits, exponent } = roundedDecimal(magnitude, limit, dtype, true);
  return { digits: digits[0] + digits.slice(1).replace(/0+$/, ""), exponent };
}

/** A negative zero keeps its sign. */
function signText(value: number): string {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}

function exponentText(exponent: number, minimumDigits: number): string {
  return (exponent < 0 ? "-" : "+") + String(Math.abs(exponent)).padStart(minimumDigits, "0");
}

function nonFiniteText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}
