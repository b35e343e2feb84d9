/** The two 16-bit floats that weights are often stored in, widened to float32, which holds every value of both. */

/**
 * bfloat16 to float32: bfloat16 is the upper half of a float32, so the lower half is zeros.
 *
 * @example
 * ```ts
 * widenBfloat16(new Uint16Array([0x3fc0])); // Float32Array [1.5]
 * ```
 */
export function widenBfloat16(values: Uint16Array): Float32Array {
  const bits = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) bits[i] = values[i]! << 16;
  return new Float32Array(bits.buffer);
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
export function widenFloat16(values: Uint16Array): Float32Array {
  const widened = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const bits = values[i]!;
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = (bits & 0x3ff) / 1024;
    if (exponent === 0x1f) widened[i] = fraction === 0 ? sign * Infinity : Number.NaN;
    else if (exponent === 0) widened[i] = sign * 2 ** -14 * fraction;
    else widened[i] = sign * 2 ** (exponent - 15) * (1 + fraction);
  }
  return widened;
}
