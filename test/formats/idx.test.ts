/** IDX: values against the description of the format, round trips, and every lie that a file can tell. */
import { describe, expect, it } from "vitest";
import { DTypeError, FormatError, ShapeError, ValueError } from "../../src/errors.js";
import { type ArrayRecord, encodeIdx, parseIdx } from "../../src/formats/index.js";
import { fuzz, join, refusalOf } from "./support.js";

const path = "digits-idx";
const refused = (...bytes: number[]) =>
  refusalOf(FormatError, () => parseIdx(Uint8Array.from(bytes), { path }));

describe("parseIdx", () => {
  it("reads every type, big-endian", () => {
    const read = (code: number, size: number, ...values: number[]) =>
      parseIdx(Uint8Array.from([0, 0, code, 1, 0, 0, 0, size, ...values]));
    expect(read(0x08, 2, 255, 1)).toEqual({ dtype: "uint8", shape: [2], data: Uint8Array.of(255, 1) });
    expect(read(0x09, 2, 255, 1)).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(-1, 1) });
    expect(read(0x0b, 2, 1, 2, 0xff, 0xfe)).toEqual({
      dtype: "int32",
      shape: [2],
      data: Int32Array.of(258, -2),
    });
    expect(read(0x0c, 1, 0x80, 0, 0, 1)).toEqual({
      dtype: "int32",
      shape: [1],
      data: Int32Array.of(-2147483647),
    });
    expect(read(0x0d, 1, 0x3f, 0xc0, 0, 0)).toEqual({
      dtype: "float32",
      shape: [1],
      data: Float32Array.of(1.5),
    });
    expect(read(0x0e, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0).data).toEqual(Float64Array.of(-2));
  });

  it("reads from the middle of a larger buffer, and copies", () => {
    const whole = Uint8Array.from([9, 9, 9, 0, 0, 0x0b, 1, 0, 0, 0, 1, 0, 7]);
    const array = parseIdx(whole.subarray(3));
    whole.fill(0);
    expect(array.data).toEqual(Int32Array.of(7));
  });

  it.each<ArrayRecord>([
    { dtype: "uint8", shape: [2, 1, 3], data: Uint8Array.of(0, 1, 2, 253, 254, 255) },
    { dtype: "int32", shape: [2, 2], data: Int32Array.of(-2147483648, -1, 0, 2147483647) },
    { dtype: "float32", shape: [3], data: Float32Array.of(-0, Infinity, 1e-45) },
    { dtype: "float64", shape: [1, 2], data: Float64Array.of(Math.PI, NaN) },
    { dtype: "float32", shape: [4, 0], data: new Float32Array(0) },
    { dtype: "uint8", shape: [1, 1, 1, 1, 1, 1, 1, 1], data: Uint8Array.of(5) },
  ])("gives back what encodeIdx wrote: $dtype $shape", (array) => {
    expect(parseIdx(encodeIdx(array))).toEqual(array);
  });

  it("writes bool as uint8", () => {
    const bools: ArrayRecord = { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) };
    expect(parseIdx(encodeIdx(bools))).toEqual({ ...bools, dtype: "uint8" });
  });
});

describe("parseIdx refuses", () => {
  it("nothing, and less than a magic number", () => {
    expect(refused()).toBe(
      "parseIdx: digits-idx: expected at least the 4 bytes of an IDX magic number, found 0",
    );
    expect(refused(0, 0, 8)).toContain("found 3");
  });
  it("a bad magic number", () => {
    expect(refused(0, 7, 8, 1)).toContain("begins with the bytes 0x00 0x00, found 0x00 0x07");
  });
  it("a gzip file, and says so", () => {
    expect(refused(0x1f, 0x8b, 8, 0)).toContain("this is a gzip file; decompress it first");
  });
  it("an unknown type", () => {
    expect(refused(0, 0, 0x0a, 1, 0, 0, 0, 0)).toContain(
      "unknown IDX type 0x0a; expected 0x08 (uint8), 0x09 (int8)",
    );
  });
  it.each([0, 9, 255])("rank %i", (rank) => {
    expect(refused(0, 0, 8, rank)).toContain(`expected a rank from 1 to 8, found ${rank}`);
  });
  it("a header that is cut short", () => {
    expect(refused(0, 0, 8, 3, 0, 0, 0, 1)).toContain(
      "a header of rank 3 takes 16 bytes, but the file ends after 8",
    );
  });
  it("values that are cut short or left over", () => {
    expect(refused(0, 0, 8, 1, 0, 0, 0, 3, 1, 2)).toContain(
      "takes 3 bytes after the header, found 2: the file is cut short",
    );
    expect(refused(0, 0, 8, 1, 0, 0, 0, 1, 1, 2)).toContain(
      "takes 1 bytes after the header, found 2: the file has bytes left",
    );
    expect(refused(0, 0, 0x0c, 1, 0, 0, 0, 1, 1, 2, 3)).toContain("int32 of shape (1,) takes 4 bytes");
  });
  it("sizes whose product overflows, without allocating", () => {
    const huge = [0xff, 0xff, 0xff, 0xff];
    const sizes = Array.from({ length: 8 }, () => huge).flat();
    const product = (2n ** 32n - 1n) ** 8n * 8n;
    expect(refused(0, 0, 0x0e, 8, ...sizes)).toContain(`takes ${product} bytes after the header, found 0`);
    // 2^16 * 2^16 * 2^16 * 2^16 = 2^64, which 64 bits would hold as 0.
    expect(refused(0, 0, 8, 4, ...Array.from({ length: 4 }, () => [0, 1, 0, 0]).flat())).toContain(
      `takes ${2n ** 64n}`,
    );
  });
  it("2,000 broken files, or reads them into something consistent", () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => i / 7);
    const originals = [
      encodeIdx({ dtype: "float32", shape: [3, 4], data: values }),
      encodeIdx({ dtype: "uint8", shape: [2, 3, 3], data: new Uint8Array(18).fill(200) }),
      join(Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 2), new Uint8Array(8).fill(3)),
    ];
    const tally = fuzz(originals, 2000, parseIdx, ({ shape, data }, bytes) => {
      expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
      expect(data.byteLength).toBeLessThanOrEqual(4 * bytes.length);
    });
    expect(tally.read).toBeGreaterThan(50);
    expect(tally.refused).toBeGreaterThan(500);
  });
});

describe("encodeIdx refuses", () => {
  const data = Float32Array.of(1, 2);
  it("a rank that IDX does not have", () => {
    const scalar: ArrayRecord = { dtype: "float32", shape: [], data: Float32Array.of(1) };
    expect(refusalOf(ValueError, () => encodeIdx(scalar))).toContain(
      "1 to 8 axes of up to 4294967295, found shape ()",
    );
    const deep: ArrayRecord = { dtype: "float32", shape: [2, 1, 1, 1, 1, 1, 1, 1, 1], data };
    expect(refusalOf(ValueError, () => encodeIdx(deep))).toContain("1 to 8 axes");
    const wide: ArrayRecord = { dtype: "float32", shape: [0, 2 ** 32], data: new Float32Array(0) };
    expect(refusalOf(ValueError, () => encodeIdx(wide))).toContain("(0,4294967296)");
  });
  it("records whose parts disagree", () => {
    expect(refusalOf(ShapeError, () => encodeIdx({ dtype: "float32", shape: [3], data }))).toBe(
      "encodeIdx: shape (3,) holds 3 elements, but the data has 2",
    );
    expect(refusalOf(DTypeError, () => encodeIdx({ dtype: "int32", shape: [2], data }))).toBe(
      "encodeIdx: dtype int32 is held in a Int32Array, found Float32Array",
    );
    expect(refusalOf(ValueError, () => encodeIdx({ dtype: "float32", shape: [-1, -2], data }))).toContain(
      ": -1",
    );
    const two: ArrayRecord = { dtype: "bool", shape: [1], data: Uint8Array.of(2) };
    expect(refusalOf(DTypeError, () => encodeIdx(two))).toContain(
      "element 0 of a bool array is 2; expected 0 or 1",
    );
  });
});
