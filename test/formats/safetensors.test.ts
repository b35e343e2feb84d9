/** safetensors: files of the reference implementation read and reproduced byte for byte, and every lie refused. */
import { describe, expect, it } from "vitest";
import { DTypeError, FormatError, ShapeError, ValueError } from "../../src/errors.js";
import { type ArrayRecord, encodeSafetensors, parseSafetensors } from "../../src/formats/index.js";
import { ascii, fixture, fuzz, join, refusalOf } from "./support.js";

const f32 = (shape: number[], ...values: number[]): ArrayRecord => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});

const everyDType: Record<string, ArrayRecord> = {
  bias: f32([3], 0.5, -0.25, Infinity),
  weight: f32([2, 3], 0, 0.125, 0.25, 0.375, 0.5, 0.625),
  double: { dtype: "float64", shape: [2, 1], data: Float64Array.of(Math.PI, -Math.E) },
  counts: { dtype: "int32", shape: [3], data: Int32Array.of(-2147483648, 0, 2147483647) },
  pixels: { dtype: "uint8", shape: [3, 2], data: Uint8Array.of(250, 251, 252, 253, 254, 255) },
  mask: { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) },
  scalar: f32([], 1.5),
  empty: f32([0, 4]),
  '층 "0"\n': { dtype: "int32", shape: [1], data: Int32Array.of(1) },
};

/** A file with any header text and any values. */
function file(header: string | object, data: number | Uint8Array = 0, statedLength?: bigint): Uint8Array {
  const text = ascii(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, statedLength ?? BigInt(text.length), true);
  return join(length, text, typeof data === "number" ? new Uint8Array(data) : data);
}

const refused = (bytes: Uint8Array) => {
  const message = refusalOf(FormatError, () => parseSafetensors(bytes, { path: "model.safetensors" }));
  expect(message).toMatch(/^parseSafetensors: model\.safetensors: /);
  return message;
};
const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });

describe("the reference implementation's files", () => {
  it("are read", () => {
    const { tensors, metadata } = parseSafetensors(fixture("every-dtype.safetensors"));
    expect(Object.fromEntries(tensors)).toEqual(everyDType);
    expect({ ...metadata }).toEqual({ epoch: "3" });
  });
  it("are reproduced byte for byte, whatever the order of the arrays", () => {
    const golden = fixture("every-dtype.safetensors");
    expect(encodeSafetensors(everyDType, { epoch: "3" })).toEqual(golden);
    expect(encodeSafetensors(new Map(Object.entries(everyDType).reverse()), { epoch: "3" })).toEqual(golden);
  });
  it("may hold no tensors", () => {
    const { tensors, metadata } = parseSafetensors(fixture("no-tensors.safetensors"));
    expect(tensors.size).toBe(0);
    expect(Object.keys(metadata)).toEqual([]);
    expect(encodeSafetensors({})).toEqual(fixture("no-tensors.safetensors"));
  });
  it("of float16 are widened", () => {
    const half = parseSafetensors(fixture("float16.safetensors")).tensors.get("half");
    const values = [0, -0, 1.5, 65504, 2 ** -24, 2 ** -14, -Infinity, NaN, 0.333251953125];
    expect(half).toEqual(f32([9], ...values));
  });
  it("of int64 that int32 holds are read as int32", () => {
    const { tensors } = parseSafetensors(fixture("int64.safetensors"));
    expect(tensors.get("long")).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(1, 2) });
  });
});

describe("parseSafetensors", () => {
  it("widens bfloat16", () => {
    const bytes = file({ x: entry("BF16", [3], [0, 6]) }, Uint8Array.of(0xc0, 0x3f, 0x80, 0xff, 0, 0x80));
    expect(parseSafetensors(bytes).tensors.get("x")).toEqual(f32([3], 1.5, -Infinity, -0));
  });
  it("reads from the middle of a larger buffer, and copies", () => {
    const bytes = join(Uint8Array.of(1, 2, 3), encodeSafetensors({ x: f32([2], 1, 2) }));
    const { tensors } = parseSafetensors(bytes.subarray(3));
    bytes.fill(0);
    expect(tensors.get("x")?.data).toEqual(Float32Array.of(1, 2));
  });
  it("keeps names such as __proto__ harmless", () => {
    const bytes = encodeSafetensors(new Map([["__proto__", f32([1], 1)]]), JSON.parse('{"__proto__":"x"}'));
    const { tensors, metadata } = parseSafetensors(bytes);
    expect([...tensors.keys()]).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(metadata)).toBe(null);
    expect(Object.entries(metadata)).toEqual([["__proto__", "x"]]);
  });
  it("takes values that begin at an odd place, and a header without padding", () => {
    const bytes = file(
      '{"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"f":{"dtype":"F64","shape":[1],"data_offsets":[1,9]}}',
      9,
    );
    expect(parseSafetensors(bytes).tensors.get("f")?.data).toEqual(Float64Array.of(0));
  });
});

describe("parseSafetensors refuses", () => {
  it("less than a header length", () => {
    expect(refused(new Uint8Array(7))).toContain("expected at least the 8 bytes of a header length, found 7");
  });
  it("a header length beyond the file", () => {
    expect(refused(file("{}", 0, 3n))).toContain("the header claims 3 bytes, but only 2 follow");
    expect(refused(file("{}", 0, 2n ** 64n - 1n))).toContain("the header claims 18446744073709551615 bytes");
  });
  it("a header longer than the format allows", () => {
    const bytes = new Uint8Array(8 + 100_000_001);
    new DataView(bytes.buffer).setBigUint64(0, 100_000_001n, true);
    expect(refused(bytes)).toContain("claims 100000001 bytes; the format allows 100000000");
  });
  it("a header that does not begin with a brace", () => {
    expect(refused(file(" {}"))).toContain('must begin with "{", found byte 32');
    expect(refused(file(""))).toContain('must begin with "{", found nothing');
    expect(refused(file("[]"))).toContain('must begin with "{"');
  });
  it("a header that is not UTF-8", () => {
    const bytes = file('{"x":1}');
    bytes[10] = 0xff;
    expect(refused(bytes)).toContain("the header is not UTF-8 text");
  });
  it("a header that is not JSON", () => {
    expect(refused(file('{"x":}'))).toContain(
      "the header is not sound JSON: expected a value at character 5",
    );
    expect(refused(file("{} x"))).toContain("not sound JSON");
    expect(refused(file(`{"x":${"[".repeat(100_000)}`))).toContain("nested deeper");
  });
  it("a header of more than a million values", () => {
    expect(refused(file(`{"x":{"shape":[${"1,".repeat(2 ** 20)}1]}}`))).toContain("more than 1048576 values");
  });
  it("a name that appears twice", () => {
    const tensor = JSON.stringify(entry("U8", [1], [0, 1]));
    expect(refused(file(`{"w":${tensor},"w":${tensor}}`, 1))).toContain('the name "w" appears twice');
    expect(refused(file('{"__metadata__":{},"__metadata__":{}}'))).toContain("appears twice");
    expect(refused(file('{"__metadata__":{"a":"1","a":"2"}}'))).toContain("appears twice");
    expect(refused(file('{"w":{"dtype":"U8","dtype":"F32","shape":[1],"data_offsets":[0,1]}}', 1))).toContain(
      "twice",
    );
  });
  it("a name that is not Unicode text", () => {
    expect(refused(file('{"\\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'))).toContain(
      "not Unicode text",
    );
  });
  it("metadata that are not strings", () => {
    expect(refused(file({ __metadata__: { a: 1 } }))).toContain('__metadata__ "a" must be a string, found 1');
    expect(refused(file({ __metadata__: [] }))).toContain(
      "__metadata__ must be an object of strings, found []",
    );
  });
  it("an entry that is not an object, or lacks a part", () => {
    expect(refused(file({ x: 5 }))).toContain('tensor "x": expected an object, found 5');
    expect(refused(file({ x: {} }))).toContain("dtype nothing cannot be read");
    expect(refused(file({ x: { dtype: "U8" } }))).toContain("the shape must be");
    expect(refused(file({ x: { dtype: "U8", shape: [] } }))).toContain("data_offsets must be");
  });
  it.each(["C64", "f32", "F8_E4M3", 7, null])("dtype %j", (dtype) => {
    expect(refused(file({ x: entry(dtype, [0], [0, 0]) }))).toContain(
      `tensor "x": dtype ${JSON.stringify(dtype)} cannot be read; maru reads U64, I64, F64, F32, U32, I32, BF16, F16, U16, I16, I8, U8, BOOL`,
    );
  });
  it.each([[[-1]], [[1.5]], [["1"]], ["1"], [[2 ** 53]], [[null]], [Array(65).fill(1)]])(
    "shape %j",
    (shape) => {
      expect(refused(file({ x: entry("U8", shape, [0, 1]) }, 1))).toContain(
        "the shape must be up to 64 whole numbers",
      );
    },
  );
  it.each([[[-1, 0]], [[0, 1.5]], [["0", "1"]], [[0]], [[0, 1, 1]], [[1, 0]], ["01"], [[0, 2 ** 53]], [{}]])(
    "data_offsets %j",
    (offsets) => {
      expect(refused(file({ x: entry("U8", [1], offsets) }, 1))).toContain(
        "data_offsets must be [begin, end]",
      );
    },
  );
  it("numbers that JSON lets through and no file can have", () => {
    const text = (offsets: string) => `{"x":{"dtype":"U8","shape":[1],"data_offsets":${offsets}}}`;
    expect(refused(file(text("[0,1e400]"), 1))).toContain("data_offsets must be");
    expect(refused(file(text("[0,9007199254740993]"), 1))).toContain("data_offsets must be");
  });
  it("a shape that needs another number of bytes, even where 64 bits would overflow", () => {
    expect(refused(file({ x: entry("F32", [2], [0, 4]) }, 4))).toContain(
      "F32 of shape (2,) takes 8 bytes, but its data_offsets [0,4] span 4",
    );
    const overflowing = entry("F32", [2 ** 32, 2 ** 32, 4], [0, 0]);
    expect(refused(file({ x: overflowing }))).toContain(`takes ${2n ** 68n} bytes`);
  });
  it("tensors that overlap", () => {
    const header = { a: entry("U8", [4], [0, 4]), b: entry("U8", [2], [3, 5]) };
    expect(refused(file(header, 5))).toContain(
      'tensor "b" overlaps the tensor before it: expected it to begin at 4, found 3',
    );
    expect(refused(file({ a: entry("U8", [4], [0, 4]), b: entry("U8", [4], [0, 4]) }, 4))).toContain(
      "overlaps",
    );
  });
  it("holes, at the front and in between", () => {
    expect(refused(file({ a: entry("U8", [1], [1, 2]) }, 2))).toContain(
      "leaves a hole before it: expected it to begin at 0",
    );
    expect(refused(file({ a: entry("U8", [1], [0, 1]), b: entry("U8", [1], [2, 3]) }, 3))).toContain(
      '"b" leaves a hole',
    );
  });
  it("bytes that are missing or left over", () => {
    expect(refused(file({ a: entry("U8", [4], [0, 4]) }, 3))).toContain(
      "take 4 bytes after the header, found 3: the file is cut short",
    );
    expect(refused(file({ a: entry("U8", [4], [0, 4]) }, 5))).toContain("found 5: bytes are left over");
    expect(refused(file({}, 1))).toContain("take 0 bytes after the header, found 1");
    const claim = 2 ** 50;
    expect(refused(file({ a: entry("U8", [claim], [0, claim]) }, 8))).toContain(`take ${claim} bytes`);
  });
  it("a BOOL that is neither 0 nor 1", () => {
    const bytes = file({ m: entry("BOOL", [3], [0, 3]) }, Uint8Array.of(1, 0, 2));
    expect(refused(bytes)).toContain('tensor "m": element 2 of a BOOL is the byte 2; expected 0 or 1');
  });
  it("2,000 broken files, or reads them into something consistent", () => {
    const originals = [
      fixture("every-dtype.safetensors"),
      fixture("float16.safetensors"),
      encodeSafetensors({ weight: f32([2, 2], 1, 2, 3, 4), bias: f32([2], 0.5, -0.5) }, { format: "pt" }),
    ];
    const tally = fuzz(originals, 2000, parseSafetensors, ({ tensors, metadata }, bytes) => {
      let total = 0;
      for (const { shape, data } of tensors.values()) {
        expect(shape.reduce((a, b) => a * b, 1)).toBe(data.length);
        total += data.byteLength;
      }
      expect(total).toBeLessThanOrEqual(2 * bytes.length);
      for (const text of Object.values(metadata)) expect(typeof text).toBe("string");
    });
    expect(tally.read).toBeGreaterThan(50);
    expect(tally.refused).toBeGreaterThan(500);
  });
});

describe("encodeSafetensors", () => {
  it("puts values at a multiple of eight, and metadata in order", () => {
    const bytes = encodeSafetensors({ x: f32([1], 1) }, { b: "2", a: "1", "10": "n", "9": "m" });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
    expect(header).toMatch(/^\{"__metadata__":\{"10":"n","9":"m","a":"1","b":"2"\},"x":\{.*\}\} *$/);
  });
  it("sorts names by code point, as UTF-8 does", () => {
    const names = ["\u{1f600}", "\uffee", "a", "aa", "10", "9"];
    const bytes = encodeSafetensors(new Map(names.map((name) => [name, f32([0])])));
    const order = [...new TextDecoder().decode(bytes).matchAll(/"([^"]+)":\{/g)].map(([, name]) => name);
    expect(order).toEqual(["10", "9", "a", "aa", "\uffee", "\u{1f600}"]);
  });
  it("writes a view of a larger array as the view alone", () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const { tensors } = parseSafetensors(encodeSafetensors({ x: { dtype: "float32", shape: [2], data } }));
    expect(tensors.get("x")?.data).toEqual(Float32Array.of(1, 2));
  });
  it("refuses what the format cannot hold", () => {
    const encode = (name: string, array: ArrayRecord) => () => encodeSafetensors(new Map([[name, array]]));
    expect(refusalOf(ValueError, encode("__metadata__", f32([1], 1)))).toContain(
      "keeps the name __metadata__ for itself",
    );
    expect(refusalOf(ValueError, encode("\ud800", f32([1], 1)))).toContain("is not Unicode text");
    expect(refusalOf(ValueError, encode("x", f32(Array(65).fill(1), 1)))).toContain("has 65 axes");
    expect(refusalOf(ShapeError, encode("x", f32([2], 1)))).toContain(
      'tensor "x": shape (2,) holds 2 elements',
    );
    const wrong: ArrayRecord = { dtype: "bool", shape: [1], data: Uint8Array.of(3) };
    expect(refusalOf(DTypeError, encode("x", wrong))).toContain("expected 0 or 1");
    const text = JSON.parse('{"a":1}') as Record<string, string>;
    expect(refusalOf(ValueError, () => encodeSafetensors({}, text))).toContain(
      'metadata "a": 1 is not Unicode text',
    );
  });
  it("refuses a header beyond the format's limit", () => {
    const long = { text: "x".repeat(100_000_000) };
    expect(refusalOf(ValueError, () => encodeSafetensors({}, long))).toContain("the format allows 100000000");
  });
});
