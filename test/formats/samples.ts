/**
 * Files that maru writes, for other programs to read. test/reference/safetensors_check.py and npy_goldens.py read them
 * with Python's safetensors and with NumPy, and commit what they found; read-by-python.test.ts holds that against what maru
 * writes today.
 */
import {
  type ArrayRecord,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  type StoredDType,
} from "../../src/formats/index.js";

const floats = [0, -0, 1, -1.5, 1 / 3, 65504, 1e-7, Infinity, -Infinity, NaN, 2 ** -14, 3.140625];
const whole = [0, 1, 2, 3, 100, 127];

/** Arrays of all five dtypes, of ranks 0 to 3, and empty ones. */
export const arrays: Readonly<Record<string, ArrayRecord>> = {
  single: { dtype: "float32", shape: [3, 4], data: Float32Array.from(floats) },
  double: { dtype: "float64", shape: [2, 3, 2], data: Float64Array.from(floats) },
  int: { dtype: "int32", shape: [2, 3], data: Int32Array.from(whole) },
  byte: { dtype: "uint8", shape: [6], data: Uint8Array.from(whole) },
  bool: { dtype: "bool", shape: [2, 1], data: Uint8Array.of(1, 0) },
  scalar: { dtype: "float32", shape: [], data: Float32Array.of(2.5) },
  empty: { dtype: "float32", shape: [0, 4], data: new Float32Array(0) },
  "층 1.weight": { dtype: "float32", shape: [1, 2], data: Float32Array.of(1, 2) },
};

const many: ArrayRecord = {
  dtype: "float32",
  shape: [100, 1000],
  data: Float32Array.from({ length: 100_000 }, (_, i) => i % 997),
};

export const storedTypes: readonly StoredDType[] = [
  "float64",
  "float32",
  "float16",
  "bfloat16",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint64",
  "uint32",
  "uint16",
  "uint8",
];

/** Every file by its name. */
export function sampleFiles(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  files.set("plain.safetensors", encodeSafetensors(arrays, { format: "pt", epoch: "3" }));
  files.set("plain.npz", encodeNpz(arrays));
  files.set("deflated.npz", encodeNpz({ ...arrays, many }, { compress: true }));
  for (const [name, array] of Object.entries(arrays)) {
    if (/^\w+$/.test(name)) files.set(`${name}.npy`, encodeNpy(array));
  }
  for (const type of storedTypes) {
    files.set(`${type}.safetensors`, encodeSafetensors(arrays, {}, { dtype: type }));
    if (type !== "bfloat16") files.set(`${type}.npz`, encodeNpz(arrays, { dtype: type }));
  }
  return files;
}
