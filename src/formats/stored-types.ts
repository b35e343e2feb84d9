/**
 * The number types that files hold and how each becomes one of maru's five. float16 and bfloat16 widen to float32; int8,
 * int16 and uint16 to int32; int64, uint32 and uint64 become int32 where every value fits, or float64 on request, where
 * float64 holds every value exactly. A value is never changed on the way.
 */
import type { DType, TypedArray } from "../graph/dtype.js";
import { bytesOf, findNonBoolean } from "./array-record.js";
import type { Reading } from "./byte-source.js";
import type { ParseOptions, Refuse } from "./format-error.js";
import { widenBfloat16, widenFloat16 } from "./half.js";

/** The types in which files hold numbers. */
export type StoredDType =
  | "float64"
  | "float32"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool";

/** How numbers are read that no dtype of maru is made for. */
export interface ReadNumbersOptions extends ParseOptions {
  /**
   * What uint32, int64 and uint64 become: `"int32"` (the default; a value that does not fit is refused) or `"float64"`
   * (a whole number that float64 does not hold exactly, from 2^53 on, is refused).
   */
  readonly wideIntegers?: "int32" | "float64";
}

/**
 * Widens the values of a piece of a file, whose bytes are in the machine's order at the front of a buffer, into as many
 * elements of the dtype that they are read as.
 */
type Widen = (raw: ArrayBuffer, into: TypedArray) => void;

interface StoredType {
  readonly bytes: number;
  /** What it is read as; null: what `wideIntegers` says. */
  readonly dtype: DType | null;
  /** Null where the bytes are the values of the dtype already. */
  readonly widen: Widen | null;
}

/** A view of so many elements at the front of a buffer. */
type ViewType = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayLike<number>;

const whole = (bytes: number, View: ViewType): StoredType => ({
  bytes,
  dtype: "int32",
  widen: (raw, into) => into.set(new View(raw, 0, into.length)),
});
const half = (widen: (values: Uint16Array, into: Float32Array) => void): StoredType => ({
  bytes: 2,
  dtype: "float32",
  widen: (raw, into) => widen(new Uint16Array(raw, 0, into.length), into as Float32Array),
});
const same = (bytes: number, dtype: DType): StoredType => ({ bytes, dtype, widen: null });
const wide = (bytes: number, widen: Widen): StoredType => ({ bytes, dtype: null, widen });

export const STORED_TYPES: Readonly<Record<StoredDType, StoredType>> = {
  float64: same(8, "float64"),
  float32: same(4, "float32"),
  float16: half(widenFloat16),
  bfloat16: half(widenBfloat16),
  int64: wide(8, (raw, into) => narrow64(new BigInt64Array(raw, 0, into.length), into, true)),
  int32: same(4, "int32"),
  int16: whole(2, Int16Array),
  int8: whole(1, Int8Array),
  uint64: wide(8, (raw, into) => narrow64(new BigUint64Array(raw, 0, into.length), into, false)),
  uint32: wide(4, (raw, into) => narrowUint32(new Uint32Array(raw, 0, into.length), into)),
  uint16: whole(2, Uint16Array),
  uint8: same(1, "uint8"),
  bool: same(1, "bool"),
};

/** The dtype of what is read of a stored type. */
export const dtypeRead = (type: StoredDType, { wideIntegers = "int32" }: ReadNumbersOptions): DType =>
  STORED_TYPES[type].dtype ?? (wideIntegers === "float64" ? "float64" : "int32");

/** A value that the dtype cannot hold, and where it is. */
class Misfit extends Error {
  readonly index: number;
  readonly value: bigint;

  constructor(index: number, value: bigint) {
    super(String(value));
    this.index = index;
    this.value = value;
  }
}

function narrowUint32(values: Uint32Array, into: TypedArray): void {
  const misfit = into instanceof Int32Array ? values.findIndex((value) => value > 0x7fffffff) : -1;
  if (misfit >= 0) throw new Misfit(misfit, BigInt(values[misfit]!));
  into.set(values);
}

/** With low and high halves l and h, a value is l + 2^32 h; it fits int32 where h only repeats the sign of l. */
function narrow64(values: BigInt64Array | BigUint64Array, into: TypedArray, signed: boolean): void {
  const halves = new Int32Array(values.buffer, 0, 2 * values.length);
  const double = into instanceof Float64Array;
  for (let i = 0; i < values.length; i++) {
    const low = halves[2 * i]!;
    const high = halves[2 * i + 1]!;
    const fits = signed ? high === low >> 31 : high === 0 && low >= 0;
    if (fits) into[i] = low;
    else if (double && BigInt(Number(values[i]!)) === values[i]!) into[i] = Number(values[i]!);
    else throw new Misfit(i, values[i]!);
  }
}

/** Reverses the bytes of each value. */
function swapBytes(raw: Uint8Array, width: number): void {
  for (let at = 0; at < raw.length; at += width) {
    for (let low = at, high = at + width - 1; low < high; low++, high--) {
      const byte = raw[low]!;
      raw[low] = raw[high]!;
      raw[high] = byte;
    }
  }
}

/** Zeroed memory for what a file holds; a file may be sound and still too large. */
function makeRoom(dtype: DType, count: number, refuse: Refuse): TypedArray {
  try {
    if (dtype === "float64") return new Float64Array(count);
    if (dtype === "float32") return new Float32Array(count);
    return dtype === "int32" ? new Int32Array(count) : new Uint8Array(count);
  } catch (error) {
    return refuse(`${count} elements of ${dtype} do not fit into memory`, error);
  }
}

/** So many values are widened at a time: what is read beside the result stays small. */
const PIECE = 2 ** 16;

/** Values as they lie in a file. */
export interface StoredValues {
  readonly type: StoredDType;
  /** How many there are. */
  readonly count: number;
  /** Where they begin. */
  readonly position: number;
  /** The most significant byte first. */
  readonly bigEndian?: boolean;
  /** Puts the values that come next where they belong; in the order in which they come if left out. */
  readonly place?: (target: TypedArray, values: TypedArray) => void;
}

function widenPiece(
  type: StoredDType,
  raw: Uint8Array<ArrayBuffer>,
  into: TypedArray,
  at: number,
  refuse: Refuse,
): void {
  const { widen } = STORED_TYPES[type];
  try {
    if (widen === null) bytesOf(into).set(raw);
    else widen(raw.buffer, into);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const found = `element ${at + error.index} of ${type} is ${error.value}`;
    const advice = 'read whole numbers as float64 with { wideIntegers: "float64" }';
    refuse(
      into instanceof Float64Array
        ? `${found}, which float64 does not hold exactly`
        : `${found}, which int32 cannot hold: ${advice}`,
    );
  }
}

/**
 * Reads values and widens them. The caller has made sure that the input has so many bytes.
 *
 * @throws FormatError for a value that the dtype cannot hold, a bool that is neither 0 nor 1, or no memory for so many
 */
export function* readValues(
  { type, count, position, bigEndian = false, place }: StoredValues,
  options: ReadNumbersOptions,
  refuse: Refuse,
): Reading<TypedArray> {
  const { bytes: width, widen } = STORED_TYPES[type];
  const dtype = dtypeRead(type, options);
  const target = makeRoom(dtype, count, refuse);
  if (widen === null && place === undefined && !(bigEndian && width > 1)) {
    if (count > 0) yield { position, into: bytesOf(target) };
    checkBooleans(dtype, bytesOf(target), 0, refuse);
    return target;
  }
  const buffer = new ArrayBuffer(Math.min(PIECE, count) * width);
  const values = place && makeRoom(dtype, Math.min(PIECE, count), refuse);
  for (let at = 0; at < count; at += PIECE) {
    const length = Math.min(PIECE, count - at);
    const raw = new Uint8Array(buffer, 0, length * width);
    yield { position: position + at * width, into: raw };
    if (bigEndian && width > 1) swapBytes(raw, width);
    checkBooleans(dtype, raw, at, refuse);
    const into = values?.subarray(0, length) ?? target.subarray(at, at + length);
    widenPiece(type, raw, into, at, refuse);
    place?.(target, into);
  }
  return target;
}

function checkBooleans(dtype: DType, bytes: Uint8Array, at: number, refuse: Refuse): void {
  const position = dtype === "bool" ? findNonBoolean(bytes) : -1;
  if (position >= 0) {
    refuse(`element ${at + position} of a BOOL is the byte ${bytes[position]}; expected 0 or 1`);
  }
}
