/** Bytes that grow, and the variable-length numbers of WebAssembly (LEB128). */

const floatBytes = new Uint8Array(8);
const firstFour = floatBytes.subarray(0, 4);
const floats = new DataView(floatBytes.buffer);

export class ByteWriter {
  #bytes: Uint8Array;
  length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  #room(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  append(values: ArrayLike<number>): void {
    this.#room(values.length);
    this.#bytes.set(values, this.length);
    this.length += values.length;
  }

  /** A whole number from 0 to 2^32 - 1. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 127) {
      this.byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  signed(value: number | bigint): void {
    let rest = BigInt.asIntN(64, BigInt(value));
    for (;;) {
      const low = Number(rest & 127n);
      rest >>= 7n;
      if ((rest === 0n && low < 64) || (rest === -1n && low >= 64)) {
        this.byte(low);
        return;
      }
      this.byte(low | 128);
    }
  }

  /** Like `signed`, for numbers of 32 bits. */
  signed32(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 127;
      rest >>= 7;
      if ((rest === 0 && low < 64) || (rest === -1 && low >= 64)) {
        this.byte(low);
        return;
      }
      this.byte(low | 128);
    }
  }

  f32(value: number): void {
    floats.setFloat32(0, value, true);
    this.append(firstFour);
  }

  f64(value: number): void {
    floats.setFloat64(0, value, true);
    this.append(floatBytes);
  }

  text(value: string): void {
    const encoded = new TextEncoder().encode(value);
    this.unsigned(encoded.length);
    this.append(encoded);
  }

  /** What was written, in place: valid until the next byte. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
