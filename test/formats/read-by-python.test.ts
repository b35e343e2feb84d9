/** What Python's safetensors and NumPy found in maru's files, held against what maru writes today. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseNpy, parseNpz, parseSafetensors, type StoredDType } from "../../src/formats/index.js";
import { arrays, sampleFiles } from "./samples.js";
import { base64, json } from "./support.js";

interface Found {
  dtype: string;
  shape: number[];
  data: string;
}
interface Case {
  file: string;
  sha256: string;
  arrays: Record<string, Found> & { __metadata__?: Record<string, string> };
}

const cases = json("read-by-python.golden.json") as Case[];
const files = sampleFiles();

const FLOATS: Readonly<Record<string, number>> = { float64: 8, float32: 4, float16: 2, bfloat16: 2 };
const isInteger = (type: string) => /^u?int\d/.test(type);

/** The dtype that Python must have found for an array of maru's, in a file named after the type of its numbers. */
function expectedType(dtype: string, file: string): string {
  const type = file.replace(/\..*/, "") as StoredDType;
  const integers = dtype === "int32" || dtype === "uint8";
  return (type in FLOATS && dtype.startsWith("float")) || (isInteger(type) && integers) ? type : dtype;
}

describe("Python's safetensors and NumPy read maru's files:", () => {
  it("all of them", () => {
    expect(cases.map(({ file }) => file).sort()).toEqual([...files.keys()].sort());
  });
  describe.each(cases)("$file", ({ file, sha256, arrays: found }) => {
    const bytes = files.get(file)!;
    it("is written today as it was read then", () => {
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    });
    it("has the arrays and types that were written", () => {
      const { __metadata__, ...rest } = found;
      if (file === "plain.safetensors") expect(__metadata__).toEqual({ format: "pt", epoch: "3" });
      const names = file.endsWith(".npy") ? [file.slice(0, -4)] : Object.keys(arrays);
      expect(Object.keys(rest).filter((name) => name !== "many")).toEqual([...names].sort());
      for (const name of names) {
        const array = arrays[name]!;
        expect(rest[name]).toMatchObject({ dtype: expectedType(array.dtype, file), shape: array.shape });
      }
    });
    it("has the values that maru reads from it too", () => {
      const own = file.endsWith(".npy")
        ? new Map([[file.slice(0, -4), parseNpy(bytes)]])
        : file.endsWith(".npz")
          ? parseNpz(bytes)
          : parseSafetensors(bytes).tensors;
      for (const [name, array] of own) {
        const { dtype, data } = found[name]!;
        if (name === "many") {
          const raw = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
          expect(createHash("sha256").update(raw).digest("hex")).toBe(data);
        } else expect([...array.data]).toEqual(valuesOf(dtype, base64(data)));
      }
    });
  });

  const asTheyAre = cases.filter(({ file }) => /^(plain|deflated)\.|\.npy$/.test(file));
  it.each(asTheyAre)("$file has the values that were written", ({ arrays: found }) => {
    for (const [name, { dtype, data }] of Object.entries(found)) {
      if (name in arrays) expect(valuesOf(dtype, base64(data))).toEqual([...arrays[name]!.data]);
    }
  });
});

/** The values of Python's bytes, in the type that Python named; of a bfloat16 it wrote down the float32. */
function valuesOf(dtype: string, bytes: Uint8Array<ArrayBuffer>): number[] {
  const view = new DataView(bytes.buffer);
  const width = dtype === "bfloat16" ? 4 : dtype === "bool" ? 1 : Number(/\d+/.exec(dtype)![0]) / 8;
  return Array.from({ length: bytes.length / width }, (_, i) => {
    const at = i * width;
    if (dtype === "float16") return half(view.getUint16(at, true));
    if (dtype === "float64") return view.getFloat64(at, true);
    if (dtype.startsWith("float") || dtype === "bfloat16") return view.getFloat32(at, true);
    if (width === 8) return Number(view.getBigInt64(at, true));
    if (width === 4) return view.getInt32(at, true);
    if (width === 2) return view.getInt16(at, true);
    return dtype === "int8" ? view.getInt8(at) : view.getUint8(at);
  });
}

/** The definition, once more, so that the test does not lean on what it tests. */
function half(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
