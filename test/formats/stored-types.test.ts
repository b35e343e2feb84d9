/** The number types of files: how each is read, how floats round when they are written, and what is refused. */
import { describe, expect, it } from "vitest";
import { DTypeError, FormatError, ValueError } from "../../src/errors.js";
import {
  type ArrayRecord,
  encodeNpy,
  encodeSafetensors,
  parseNpy,
  parseSafetensors,
  type StoredDType,
} from "../../src/formats/index.js";
import { base64, fixture, json, refusalOf, seeded } from "./support.js";

const float = (dtype: "float32" | "float64", ...values: number[]): ArrayRecord => ({
  dtype,
  shape: [values.length],
  data: dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values),
});
const int = (...values: number[]): ArrayRecord => ({
  dtype: "int32",
  shape: [values.length],
  data: Int32Array.from(values),
});

/** The bits in which the values of an array are stored. */
function stored(array: ArrayRecord, dtype: "float16" | "bfloat16"): Uint16Array {
  const bytes = encodeSafetensors({ array }, {}, { dtype });
  return new Uint16Array(bytes.slice(bytes.length - 2 * array.data.length).buffer);
}

describe("every type", () => {
  const types: Record<string, StoredDType> = {
    "99 integers": "uint64",
    "98 integers": "int64",
    "97 integers": "uint32",
    "96 integers": "int32",
    "95 integers": "uint16",
    "94 integers": "int16",
    "93 integers": "int8",
    "92 integers": "uint8",
    "0 floats": "float16",
    "1 floats": "bfloat16",
    "2 floats": "float64",
    "3 floats": "float32",
    bools: "bool",
    "no halves": "float16",
  };
  const golden = fixture("every-type.safetensors");
  it("of PyTorch's safetensors is read", () => {
    const { tensors } = parseSafetensors(golden);
    expect([...tensors.keys()].sort()).toEqual(Object.keys(types).sort());
    for (const [name, { data, dtype }] of tensors) {
      if (name.endsWith("integers")) expect([...data]).toEqual([3, 0, 127]);
      if (name.endsWith("integers")) expect(dtype).toBe(types[name] === "uint8" ? "uint8" : "int32");
      if (name.endsWith("floats")) expect([...data]).toEqual([1.5, -0, 3.140625, -(2 ** -14)]);
    }
    expect(tensors.get("no halves")).toEqual({ dtype: "float32", shape: [0, 2], data: new Float32Array(0) });
  });
  it("is written as the reference implementation does, to the byte", () => {
    const { tensors } = parseSafetensors(golden);
    expect(encodeSafetensors(tensors, {}, { dtype: (name) => types[name] })).toEqual(golden);
    const wide = parseSafetensors(golden, { wideIntegers: "float64" }).tensors;
    expect(wide.get("97 integers")).toEqual(float("float64", 3, 0, 127));
  });
});

describe("rounding to the nearest, ties to even,", () => {
  const golden = json("rounding.golden.json") as Record<string, string>;
  it.each([
    ["float32", "float16"],
    ["float32", "bfloat16"],
    ["float64", "float16"],
    ["float64", "bfloat16"],
  ] as const)("%s to %s", (from, to) => {
    const { buffer } = base64(golden[from]!);
    const data = from === "float32" ? new Float32Array(buffer) : new Float64Array(buffer);
    const expected = new Uint16Array(base64(golden[`${from} as ${to}`]!).buffer);
    const found = stored({ dtype: from, shape: [data.length], data }, to);
    const least = to === "float16" ? 0x7c00 : 0x7f80;
    expect(data.length).toBeGreaterThan(200);
    for (let i = 0; i < data.length; i++) {
      if (Number.isNaN(data[i])) expect(found[i]! & 0x7fff).toBeGreaterThan(least);
      else expect({ value: data[i], bits: found[i] }).toEqual({ value: data[i], bits: expected[i] });
    }
  });
  it("keeps each 16-bit float as it was", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    for (const [name, dtype] of [
      ["F16", "float16"],
      ["BF16", "bfloat16"],
    ] as const) {
      const header = `{"x":{"dtype":"${name}","shape":[65536],"data_offsets":[0,131072]}}`;
      const file = new Uint8Array(8 + header.length + bits.byteLength);
      new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
      file.set(new TextEncoder().encode(header), 8);
      file.set(new Uint8Array(bits.buffer), 8 + header.length);
      const x = parseSafetensors(file).tensors.get("x")!;
      const again = stored(x, dtype);
      const changed = bits.filter((value, i) => !Number.isNaN(x.data[i]!) && again[i] !== value);
      expect([...changed]).toEqual([]);
    }
  });
});

describe("wide integers", () => {
  const golden = fixture("wide-integers.safetensors");
  const only = (name: string) => {
    // A file with one of the tensors, cut out of the golden.
    const length = Number(new DataView(golden.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(golden.subarray(8, 8 + length)));
    const [begin, end] = header[name].data_offsets;
    const text = JSON.stringify({ [name]: { ...header[name], data_offsets: [0, end - begin] } });
    const file = new Uint8Array(8 + text.length + end - begin);
    new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
    file.set(new TextEncoder().encode(text), 8);
    file.set(golden.subarray(8 + length + begin, 8 + length + end), 8 + text.length);
    return file;
  };
  const read = (name: string, wideIntegers: "int32" | "float64") =>
    parseSafetensors(only(name), { wideIntegers }).tensors.get(name);
  it("that fit become int32, as the narrow ones do", () => {
    expect(read("fits", "int32")).toEqual(int(-(2 ** 31), 2 ** 31 - 1));
    expect(read("unsigned fits", "int32")).toEqual(int(7, 2 ** 31 - 1));
    expect(read("short", "int32")).toEqual(int(-32768, 32767));
    expect(read("unsigned short", "float64")).toEqual(int(0, 65535));
    expect(read("byte", "float64")).toEqual(int(-128, 127));
  });
  it("that do not are refused, with the element and what to do", () => {
    const refused = (name: string) => refusalOf(FormatError, () => read(name, "int32"));
    expect(refused("large")).toBe(
      'parseSafetensors: the input: tensor "large": element 0 of int64 is 2147483648, which int32 cannot hold: ' +
        'read whole numbers as float64 with { wideIntegers: "float64" }',
    );
    expect(refused("unsigned")).toContain("element 0 of uint32 is 2147483648");
    expect(refused("unsigned large")).toContain("element 0 of uint64 is 9223372036854775808");
  });
  it("become float64 on request, where it holds them exactly", () => {
    expect(read("large", "float64")).toEqual(float("float64", 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 2 ** 62));
    expect(read("fits", "float64")).toEqual(float("float64", -(2 ** 31), 2 ** 31 - 1));
    expect(read("unsigned", "float64")).toEqual(float("float64", 2 ** 31, 2 ** 32 - 1));
    expect(read("unsigned large", "float64")).toEqual(float("float64", 2 ** 63));
    expect(refusalOf(FormatError, () => read("inexact", "float64"))).toContain(
      "element 1 of int64 is 9007199254740993, which float64 does not hold exactly",
    );
  });
});

describe("the type in which numbers are written", () => {
  const { tensors } = parseSafetensors(
    encodeSafetensors(
      {
        w: float("float32", 1.5),
        d: float("float64", 0.1),
        n: int(3),
        m: { dtype: "bool", shape: [1], data: Uint8Array.of(1) },
      },
      {},
      { dtype: "bfloat16" },
    ),
  );
  it("of floats leaves the other kinds alone", () => {
    expect(tensors.get("w")).toEqual(float("float32", 1.5));
    expect(tensors.get("d")).toEqual(float("float32", 0.10009765625));
    expect(tensors.get("n")).toEqual(int(3));
    expect(tensors.get("m")?.dtype).toBe("bool");
  });
  it("comes in pieces where there are many, and is the same", () => {
    const random = seeded(7);
    const data = Float32Array.from({ length: 150_001 }, () => random(1 << 20) / 1024);
    const array: ArrayRecord = { dtype: "float32", shape: [data.length], data };
    const back = parseNpy(encodeNpy(array, { dtype: "float64" }));
    expect(back.data).toEqual(Float64Array.from(data));
    const long = int(...Int32Array.from({ length: 70_000 }, (_, i) => i - 35_000));
    expect(parseNpy(encodeNpy(long, { dtype: "int64" }))).toEqual(long);
  });
  it("must be able to hold the numbers", () => {
    const encode = (array: ArrayRecord, dtype: StoredDType) => () =>
      encodeSafetensors({ x: array }, {}, { dtype });
    expect(refusalOf(ValueError, encode(int(1, 128), "int8"))).toBe(
      'encodeSafetensors: tensor "x": element 1 is 128, which int8 cannot hold',
    );
    for (const dtype of ["uint8", "uint16", "uint32", "uint64"] as const)
      expect(refusalOf(ValueError, encode(int(-1), dtype))).toContain(`is -1, which ${dtype} cannot hold`);
    expect(refusalOf(ValueError, encode(int(-32769), "int16"))).toContain("is -32769");
    expect(refusalOf(ValueError, encode(int(65536), "uint16"))).toContain("is 65536");
  });
  it("must be one that there is, of the array's kind", () => {
    const named = (dtype: unknown) => () =>
      encodeSafetensors({ x: float("float32", 1) }, {}, { dtype: () => dtype as StoredDType });
    expect(refusalOf(DTypeError, named("float8"))).toContain(
      'cannot write "float8"; expected one of uint64, int64',
    );
    expect(refusalOf(DTypeError, named("int8"))).toContain('"x" is float32 and cannot be written as int8');
    expect(
      refusalOf(DTypeError, () => encodeNpy(float("float32", 1), { dtype: "bfloat16" as "float16" })),
    ).toContain('cannot write "bfloat16"');
  });
});
