/**
 * The two 16-bit floats that weights are often stored in: widened to float32, which holds every value of both, and
 * rounded back from float32 and float64 to the nearest, ties to even.
 */

/**
 * bfloat16 to float32: bfloat16 is the upper half of a float32, so the lower half is zeros.
 *
 * @example
 * ```ts
 * widenBfloat16(new Uint16Array([0x3fc0])); // Float32Array [1.5]
 * ```
 */
export function widenBfloat16(
  values: Uint16Array,
  into: Float32Array = new Float32Array(values.length),
): Float32Array {
  const bits = new Uint32Array(into.buffer, into.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) bits[i] = values[i]! << 16;
  return into;
}

/**
 * IEEE 754 binary16 to float32. With sign s, 5-bit exponent e and 10-bit fraction f, the value is
 * (-1)^s * 2^(e-15) * (1 + f/1024), or (-1)^s * 2^-14 * f/1024 where e = 0; e = 31 is infinity, or NaN where f != 0.
 *
 * @example
 * ```ts
 * widenFloat16(new Uint16Array([0x3c00, 0xc000])); // Float32Array [1, -2]
 * ```
 */
export function widenFloat16(
  values: Uint16Array,
  into: Float32Array = new Float32Array(values.length),
): Float32Array {
  const bits = new Uint32Array(into.buffer, into.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const sign = (values[i]! & 0x8000) << 16;
    const magnitude = values[i]! & 0x7fff;
    // The exponents differ by 112, and the fractions by 13 bits.
    if (magnitude >= 0x7c00) bits[i] = sign | 0x7f800000 | ((magnitude & 0x3ff) << 13);
    else if (magnitude >= 0x400) bits[i] = sign | ((magnitude + (112 << 10)) << 13);
    else into[i] = (sign === 0 ? magnitude : -magnitude) * 2 ** -24;
  }
  return into;
}

/**
 * The bits of each value as a float32 that rounds to any 16-bit float as the value itself would. A float64 that lies
 * between two float32 is rounded to the one whose last bit is 1 ("round to odd"): so it lies on no tie that was not there,
 * and rounding twice does no harm.
 *
 * Source: Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd".
 */
function float32Bits(values: Float32Array | Float64Array): Uint32Array {
  const rounded = new Float32Array(values);
  const bits = new Uint32Array(rounded.buffer);
  if (values instanceof Float32Array) return bits;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const near = rounded[i]!;
    if (near === value || Number.isNaN(value)) continue;
    const towardsZero = Math.abs(near) > Math.abs(value) ? bits[i]! - 1 : bits[i]!;
    bits[i] = towardsZero | 1;
  }
  return bits;
}

/**
 * float32 or float64 to bfloat16, rounded to the nearest, ties to even. NaN stays NaN.
 *
 * @example
 * ```ts
 * narrowBfloat16(new Float32Array([1.5, 1 + 2 ** -8])); // Uint16Array [16320, 16256]
 * ```
 */
export function narrowBfloat16(values: Float32Array | Float64Array): Uint16Array {
  const singles = float32Bits(values);
  const narrow = new Uint16Array(values.length);
  for (let i = 0; i < narrow.length; i++) {
    const bits = singles[i]!;
    const nan = (bits & 0x7fffffff) > 0x7f800000;
    narrow[i] = nan ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return narrow;
}

/**
 * float32 or float64 to IEEE 754 binary16, rounded to the nearest, ties to even: 65520 and beyond become infinity, 2^-25
 * and less zero. NaN stays NaN.
 *
 * @example
 * ```ts
 * narrowFloat16(new Float32Array([1, -2, 1e6])); // Uint16Array [15360, 49152, 31744]
 * ```
 */
export function narrowFloat16(values: Float32Array | Float64Array): Uint16Array {
  const singles = float32Bits(values);
  const narrow = new Uint16Array(values.length);
  for (let i = 0; i < narrow.length; i++) {
    const sign = (singles[i]! >>> 16) & 0x8000;
    narrow[i] = sign | magnitudeFloat16(singles[i]! & 0x7fffffff);
  }
  return narrow;
}

function magnitudeFloat16(magnitude: number): number {
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= 0x477ff000) return 0x7c00;
  return magnitude >= 0x38800000 ? normalFloat16(magnitude) : subnormalFloat16(magnitude);
}

/** From 2^-14 on the exponents differ by 112, and the fraction loses 13 bits. */
function normalFloat16(magnitude: number): number {
  return (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
}

/** Below 2^-14 a binary16 counts units of 2^-24; a float32 of exponent e and 24-bit fraction m is m 2^(e-126) of them. */
function subnormalFloat16(magnitude: number): number {
  const exponent = magnitude >>> 23;
  if (exponent < 102) return 0;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent;
  const units = fraction >>> shift;
  const rest = fraction & (2 ** shift - 1);
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && units % 2 === 1) ? units + 1 : units;
}
