/**
 * What the file formats give and take: a dtype, a shape and the values, with nothing of tensors in it, so that a format
 * can be read where no device is, and so that this room depends on no other but the list of dtypes.
 */
import { DTypeError, ShapeError, ValueError } from "../errors.js";
import { type DType, isDType, type TypedArray } from "../graph/dtype.js";

/** An array as a file holds it: row-major values, bools as bytes that are 0 or 1. */
export interface ArrayRecord {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** As many axes as NumPy 2 allows. */
export const MAX_RANK = 64;

const STORAGE_CLASS: Record<DType, string> = {
  float32: "Float32Array",
  float64: "Float64Array",
  int32: "Int32Array",
  uint8: "Uint8Array",
  bool: "Uint8Array",
};

/** Product of the sizes, as a BigInt so that a lying header cannot make it wrap round or lose digits. */
export const countElements = (shape: readonly number[]): bigint =>
  shape.reduce((product, size) => product * BigInt(size), 1n);

/** `(60000,28,28)`, as NumPy writes a shape. */
export const formatShape = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(",")})`;

/** The same memory seen as bytes; nothing is copied. */
export const bytesOf = (data: TypedArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Pieces one after the other. */
export function joinBytes(pieces: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const list = [...pieces];
  const bytes = new Uint8Array(list.reduce((length, piece) => length + piece.length, 0));
  let position = 0;
  for (const piece of list) {
    bytes.set(piece, position);
    position += piece.length;
  }
  return bytes;
}

/** Position of the first byte that is neither 0 nor 1, or -1. */
export const findNonBoolean = (bytes: Uint8Array): number => bytes.findIndex((byte) => byte > 1);

/**
 * Checks what a program says of an array before its values are there.
 *
 * @throws DTypeError for an unknown dtype; ValueError for a size that is not a whole number from 0 up.
 */
export function checkDescription(
  operation: string,
  { dtype, shape }: Pick<ArrayRecord, "dtype" | "shape">,
): void {
  if (!isDType(dtype)) {
    throw new DTypeError(
      `${operation}: unknown dtype ${JSON.stringify(dtype)}; expected ${Object.keys(STORAGE_CLASS).join(", ")}`,
    );
  }
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ValueError(
        `${operation}: the shape ${formatShape(shape)} has a size that no array can have: ${size}`,
      );
    }
  }
}

/**
 * Checks an array that a program wants written: dtype, storage, shape and length must agree.
 *
 * @throws DTypeError for an unknown dtype, storage of another type, or a bool that is neither 0 nor 1.
 * @throws ValueError for a size that is not a whole number from 0 up.
 * @throws ShapeError where the shape does not hold as many elements as there are.
 */
export function checkArrayRecord(operation: string, { dtype, shape, data }: ArrayRecord): void {
  checkDescription(operation, { dtype, shape });
  const storage = Object.prototype.toString.call(data).slice(8, -1);
  if (storage !== STORAGE_CLASS[dtype]) {
    throw new DTypeError(
      `${operation}: dtype ${dtype} is held in a ${STORAGE_CLASS[dtype]}, found ${storage}`,
    );
  }
  const expected = countElements(shape);
  if (expected !== BigInt(data.length)) {
    throw new ShapeError(
      `${operation}: shape ${formatShape(shape)} holds ${expected} elements, but the data has ${data.length}`,
    );
  }
  if (dtype === "bool") {
    const position = findNonBoolean(bytesOf(data));
    if (position >= 0) {
      throw new DTypeError(
        `${operation}: element ${position} of a bool array is ${data[position]}; expected 0 or 1`,
      );
    }
  }
}
