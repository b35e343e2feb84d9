/** Arrays in the number types that files hold: which type an option asks for, and the bytes of the values in it. */
import { DTypeError, ValueError } from "../errors.js";
import type { DType } from "../graph/dtype.js";
import { type ArrayRecord, bytesOf } from "./array-record.js";
import { narrowBfloat16, narrowFloat16 } from "./half.js";
import { STORED_TYPES, type StoredDType } from "./stored-types.js";

/** What is known of an array before its values are there. */
export interface ArrayDescription {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * In which type an array's numbers are written. A type by itself is for the arrays of its kind: a float type for floats,
 * an integer type for int32 and uint8, and all others stay as they are. A function says it for each array; undefined:
 * as it is.
 */
export type StoreAs<T extends StoredDType = StoredDType> =
  | T
  | ((name: string, array: ArrayDescription) => T | undefined);

type Kind = "float" | "integer" | "bool";

const kindOf = (dtype: StoredDType): Kind =>
  dtype === "bool" ? "bool" : dtype.includes("float") ? "float" : "integer";

/**
 * The type in which an array is written.
 *
 * @throws DTypeError for an unknown type, one that the format does not have, and one of another kind than the array's
 */
export function storedTypeFor<T extends StoredDType>(
  operation: string,
  name: string,
  array: ArrayDescription,
  storeAs: StoreAs<T> | undefined,
  formatTypes: readonly T[],
): StoredDType {
  const chosen = typeof storeAs === "function" ? storeAs(name, array) : storeAs;
  if (chosen === undefined) return array.dtype;
  if (!formatTypes.includes(chosen)) {
    const known = formatTypes.join(", ");
    throw new DTypeError(`${operation}: cannot write ${JSON.stringify(chosen)}; expected one of ${known}`);
  }
  if (kindOf(chosen) === kindOf(array.dtype)) return chosen;
  if (typeof storeAs !== "function") return array.dtype;
  throw new DTypeError(
    `${operation}: ${JSON.stringify(name)} is ${array.dtype} and cannot be written as ${chosen}: ` +
      "floats are written as floats, whole numbers as whole numbers, bools as bools",
  );
}

/** Least and greatest value of the integer types that int32 and uint8 may not fit. */
const RANGES: Partial<Record<StoredDType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  uint32: [0, 2 ** 31 - 1],
  uint64: [0, 2 ** 31 - 1],
};

function checkRange(title: string, data: ArrayRecord["data"], stored: StoredDType): void {
  const range = RANGES[stored];
  if (range === undefined) return;
  const [least, greatest] = range;
  const misfit = data.findIndex((value) => value < least || value > greatest);
  if (misfit >= 0) {
    throw new ValueError(`${title}: element ${misfit} is ${data[misfit]}, which ${stored} cannot hold`);
  }
}

function convert(values: ArrayRecord["data"], stored: StoredDType): ArrayBufferView {
  switch (stored) {
    case "float64":
      return new Float64Array(values);
    case "float32":
      return new Float32Array(values);
    case "float16":
      return narrowFloat16(values as Float32Array | Float64Array);
    case "bfloat16":
      return narrowBfloat16(values as Float32Array | Float64Array);
    case "int64":
    case "uint64":
      return BigInt64Array.from(values as Int32Array, BigInt);
    case "int32":
    case "uint32":
      return new Int32Array(values);
    case "int16":
    case "uint16":
      return new Int16Array(values);
    default:
      return new Uint8Array(values);
  }
}

/** So many values are converted at a time. */
const PIECE = 2 ** 16;

/** How many bytes an array takes in a type. */
export const storedBytes = (count: number, stored: StoredDType): number => count * STORED_TYPES[stored].bytes;

/**
 * The bytes of an array's values, little-endian, in pieces: the array's own memory where it is of that type already, else
 * rounded to the nearest, ties to even.
 *
 * @throws ValueError for a whole number that the type cannot hold, at the first piece
 */
export function* storedPieces(
  title: string,
  { dtype, data }: ArrayRecord,
  stored: StoredDType,
): Iterable<Uint8Array> {
  if (stored === dtype) {
    yield bytesOf(data);
    return;
  }
  checkRange(title, data, stored);
  for (let at = 0; at < data.length; at += PIECE) {
    const { buffer } = convert(data.subarray(at, at + PIECE), stored);
    yield new Uint8Array(buffer);
  }
}
