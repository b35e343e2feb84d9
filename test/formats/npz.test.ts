/** npz: round trips, and zips that lie about sizes, places, checksums and what is in them. */
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DTypeError, FormatError, ShapeError, ValueError } from "../../src/errors.js";
import { type ArrayRecord, encodeNpy, encodeNpz, parseNpz } from "../../src/formats/index.js";
import { ascii, join, makeZip, refusalOf, type ZipFile } from "./support.js";

const x: ArrayRecord = { dtype: "float32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
const npy = encodeNpy(x);
const stored: ZipFile = { name: "x.npy", content: npy };
const deflated: ZipFile = {
  name: "x.npy",
  content: npy,
  packed: new Uint8Array(deflateRawSync(npy)),
  method: 8,
};

const refused = (bytes: Uint8Array, options = {}) => {
  const message = refusalOf(FormatError, () => parseNpz(bytes, { path: "x.npz", ...options }));
  expect(message).toMatch(/^parseNpz: x\.npz: /);
  return message;
};

/** A deflated npy of so many zero bytes behind a header that states them. */
function bomb(length: number): ZipFile {
  const content = encodeNpy({ dtype: "uint8", shape: [length], data: new Uint8Array(length) });
  return { name: "bomb.npy", content, packed: new Uint8Array(deflateRawSync(content)), method: 8 };
}

describe("npz", () => {
  const arrays: Record<string, ArrayRecord> = {
    x,
    "층/1.weight": { dtype: "int32", shape: [], data: Int32Array.of(-7) },
    empty: { dtype: "bool", shape: [0], data: new Uint8Array(0) },
    large: {
      dtype: "float64",
      shape: [70, 1000],
      data: Float64Array.from({ length: 70_000 }, (_, i) => Math.sin(i)),
    },
  };
  it.each([false, true])("comes back as it was written, deflated: %s", (compress) => {
    const found = parseNpz(encodeNpz(arrays, { compress }));
    expect([...found.keys()]).toEqual(Object.keys(arrays));
    for (const [name, { dtype, shape, data }] of found) {
      expect({ dtype, shape }).toEqual({ dtype: arrays[name]!.dtype, shape: arrays[name]!.shape });
      expect(data.every((value, i) => value === arrays[name]!.data[i])).toBe(true);
    }
  });
  it("gives the same bytes for the same arrays, and fewer where it deflates", () => {
    expect(encodeNpz({ x })).toEqual(encodeNpz({ x }));
    const zeros: ArrayRecord = { dtype: "uint8", shape: [50_000], data: new Uint8Array(50_000) };
    expect(encodeNpz({ zeros }, { compress: true }).length).toBeLessThan(500);
    expect(encodeNpz({ zeros }).length).toBeGreaterThan(50_000);
  });
  it("may hold nothing", () => {
    expect(parseNpz(encodeNpz({})).size).toBe(0);
    expect(parseNpz(makeZip([])).size).toBe(0);
  });
  it("stores numbers in the types asked for", () => {
    const bytes = encodeNpz({ x, n: arrays["층/1.weight"]! }, { dtype: "float16" });
    expect(bytes.length).toBeLessThan(encodeNpz({ x, n: arrays["층/1.weight"]! }).length);
    expect(parseNpz(bytes).get("x")).toEqual(x);
  });
  it("is read as other programs zip it: stored or deflated, with comments, extra fields and 64-bit sizes", () => {
    for (const file of [stored, deflated]) {
      expect(parseNpz(makeZip([file])).get("x")).toEqual(x);
      expect(parseNpz(makeZip([file], { comment: ascii("PK\x05\x06 a comment") })).get("x")).toEqual(x);
      expect(parseNpz(makeZip([file, { ...file, name: "y.npy" }], { zip64: true })).get("y")).toEqual(x);
    }
  });
  it("refuses to write what a record or a zip cannot be", () => {
    expect(refusalOf(ShapeError, () => encodeNpz({ x: { ...x, shape: [3] } }))).toContain(
      'encodeNpz: array "x"',
    );
    expect(refusalOf(DTypeError, () => encodeNpz({ x: { ...x, dtype: "int32" } }))).toContain("Int32Array");
    expect(refusalOf(ValueError, () => encodeNpz({ "\ud800": x }))).toContain("not Unicode text");
    expect(refusalOf(ValueError, () => encodeNpz({ ["x".repeat(70_000)]: x }))).toContain(
      "takes 70000 bytes",
    );
    const huge = { dtype: "float32", shape: [2 ** 30], data: new Float32Array(0) } as const;
    expect(refusalOf(ValueError, () => encodeNpz({ huge }))).toContain("write several, or safetensors");
  });
});

describe("parseNpz refuses", () => {
  it("what is no zip, or cut short", () => {
    expect(refused(new Uint8Array(21))).toContain("expected at least 22 bytes, found 21");
    expect(refused(npy)).toContain("no directory at the end: cut short, or not a zip");
    expect(refused(makeZip([stored]).slice(0, -1))).toContain("no directory at the end");
    expect(refused(makeZip([stored]).slice(1))).toContain("but its end stands at");
  });
  it("directories that contradict themselves", () => {
    expect(refused(makeZip([stored], { disk: 1 }))).toContain("one of several parts");
    expect(refused(makeZip([stored], { count: 2 }))).toContain("claims 2 files in a directory of");
    expect(refused(makeZip([stored, { ...stored, name: "y.npy" }], { count: 1 }))).toContain(
      "bytes left over",
    );
    expect(refused(makeZip([stored], { zip64: true, count: 2 ** 40 }))).toContain(
      "claims 1099511627776 files",
    );
    expect(refused(makeZip([stored, stored]))).toContain('file "x.npy" appears twice');
    expect(refused(makeZip([{ ...stored, claimedOffset: 1 }]))).toContain('array "x": its header is damaged');
    expect(refused(makeZip([{ ...stored, claimedOffset: 2 ** 31 }]))).toContain("lies outside the zip");
    expect(refused(makeZip([{ ...stored, localName: "z.npy" }]))).toContain(
      "another name than the directory",
    );
  });
  it("files that lie over one another", () => {
    const second = { ...stored, name: "y.npy", claimedOffset: 0 };
    expect(refused(makeZip([stored, second]))).toContain("overlaps what comes after it");
  });
  it("files that are encrypted, packed in a way it does not know, or no arrays", () => {
    expect(refused(makeZip([{ ...stored, flags: 1 }]))).toContain("is encrypted");
    expect(refused(makeZip([{ ...stored, method: 12 }]))).toContain("packed by method 12");
    expect(refused(makeZip([{ ...stored, name: "notes.txt" }]))).toContain('file "notes.txt" is no array');
    expect(refused(makeZip([{ ...stored, content: ascii("text") }]))).toContain(
      'array "x": expected at least 10',
    );
  });
  it("sizes that are not those of the data", () => {
    const length = npy.length;
    expect(refused(makeZip([{ ...stored, claimedSize: length + 1 }]))).toContain("which no file does");
    expect(refused(makeZip([{ ...deflated, claimedSize: 2 ** 31 }]))).toContain("which no file does");
    const longer = makeZip([{ ...deflated, claimedSize: length + 8 }]);
    expect(refused(longer)).toContain("takes 16 bytes after the header, found 24");
    const shape = encodeNpy({ ...x, shape: [6], data: new Float32Array(6) }).slice(0, length);
    const short = { ...deflated, packed: new Uint8Array(deflateRawSync(shape)), claimedSize: length + 8 };
    expect(refused(makeZip([short]))).toContain("unpacks to fewer bytes than the directory claims");
    const long = { ...deflated, packed: new Uint8Array(deflateRawSync(join(npy, new Uint8Array(9)))) };
    expect(refused(makeZip([long]))).toContain("unpacks to more bytes than the directory claims");
  });
  it("data that are damaged", () => {
    expect(refused(makeZip([{ ...stored, crc: 1 }]))).toContain('array "x": damaged: its checksum is wrong');
    expect(refused(makeZip([{ ...deflated, crc: 1 }]))).toContain("its checksum is wrong");
    const broken = { ...deflated, packed: deflated.packed!.map((byte, i) => (i === 0 ? 0x07 : byte)) };
    expect(refused(makeZip([broken]))).toContain("damaged: it cannot be unpacked");
  });
  it("a small zip that unfolds into more than twice itself and 64 MiB, unless it is trusted", () => {
    // What it claims is enough: nothing of it is unpacked.
    const claims = (megabytes: number, name = "x.npy"): ZipFile => ({
      ...deflated,
      name,
      packed: new Uint8Array(1000 * megabytes),
      claimedSize: 1_000_000 * megabytes,
    });
    const bytes = makeZip([claims(70)]);
    expect(refused(bytes)).toContain(
      `it claims to unfold into more than ${2 * bytes.length + 2 ** 26} bytes, ${bytes.length} bytes as it is`,
    );
    expect(refused(makeZip(Array.from({ length: 9 }, (_, i) => claims(9, `${i}.npy`))))).toContain(
      "claims to unfold",
    );
    const small = makeZip([bomb(100_000)]);
    expect(refused(small, { maxBytes: 99_999 })).toContain("more than 99999 bytes");
    expect(parseNpz(small, { maxBytes: 100_128 }).get("bomb")?.shape).toEqual([100_000]);
    expect(refusalOf(ValueError, () => parseNpz(bytes, { maxBytes: Number.NaN }))).toContain("found NaN");
  });
  it("arrays that widen beyond the limit", () => {
    const int8 = encodeNpy({ dtype: "int32", shape: [1000], data: new Int32Array(1000) }, { dtype: "int8" });
    const bytes = makeZip([{ name: "x.npy", content: int8 }]);
    expect(refused(bytes, { maxBytes: 3_000 })).toContain("more than 3000 bytes");
    expect(parseNpz(bytes, { maxBytes: 4_000 }).get("x")?.data.length).toBe(1000);
  });
});
