/**
 * npy, the format in which NumPy keeps one array: a signature, a version, a header that says type, order and shape, then
 * the values. Pure: bytes in, array out, and back.
 *
 * Source: NumPy's `numpy/lib/format.py` (NEP 1): versions 1.0, 2.0 (a longer header) and 3.0 (UTF-8 in it).
 */
import { ValueError } from "../errors.js";
import type { TypedArray } from "../graph/dtype.js";
import { type ArrayRecord, checkArrayRecord, joinBytes, MAX_RANK } from "./array-record.js";
import { type Reading, readBytes, readFromBytes } from "./byte-source.js";
import { type Refuse, refusal } from "./format-error.js";
import {
  checkNpySize,
  encodeNpyHeader,
  NPY_TYPES,
  type NpyDType,
  type NpyHeader,
  parseNpyHeader,
} from "./npy-header.js";
import { dtypeRead, type ReadNumbersOptions, readValues, STORED_TYPES } from "./stored-types.js";
import { type ArrayDescription, type StoreAs, storedPieces, storedTypeFor } from "./stored-write.js";

/** How npy and npz are written. */
export interface WriteNpyOptions {
  /** In which type numbers are stored, rounded to the nearest; as they are if left out. NumPy has no bfloat16. */
  readonly dtype?: StoreAs<NpyDType>;
}

const SIGNATURE = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const VERSION_AT = SIGNATURE.length;
/** Signature and version. */
const START_BYTES = 8;
/** Much more than a header of 64 axes takes; NumPy itself refuses more than 10,000 unless told otherwise. */
const MAX_HEADER_BYTES = 2 ** 16;

/** The header, and where the values begin. */
function* readHeader(size: number, refuse: Refuse): Reading<{ header: NpyHeader; dataStart: number }> {
  if (size < START_BYTES + 2) refuse(`expected at least ${START_BYTES + 2} bytes, found ${size}`);
  const start = yield* readBytes(0, START_BYTES);
  if (SIGNATURE.some((byte, i) => start[i] !== byte)) {
    const zip = start[0] === 0x50 && start[1] === 0x4b;
    refuse(zip ? "this is a zip: read it as npz" : "it does not begin with the signature of an npy file");
  }
  const [major, minor] = start.subarray(VERSION_AT);
  if (major === undefined || major < 1 || major > 3 || minor !== 0) {
    refuse(`version ${major}.${minor} is not known; maru reads 1.0, 2.0 and 3.0`);
  }
  const lengthBytes = major === 1 ? 2 : 4;
  if (size < START_BYTES + lengthBytes) refuse("cut short: the header's length is missing");
  const view = new DataView((yield* readBytes(START_BYTES, lengthBytes)).buffer);
  const stated = lengthBytes === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
  const headerStart = START_BYTES + lengthBytes;
  if (stated > size - headerStart) {
    refuse(`the header claims ${stated} bytes, but only ${size - headerStart} follow: cut short`);
  }
  if (stated > MAX_HEADER_BYTES)
    refuse(`the header claims ${stated} bytes; at most ${MAX_HEADER_BYTES} are read`);
  const text = decodeHeader(yield* readBytes(headerStart, stated), major === 3, refuse);
  return { header: parseNpyHeader(text, refuse), dataStart: headerStart + stated };
}

/** Latin-1 up to version 2, UTF-8 from version 3 on. */
function decodeHeader(bytes: Uint8Array, utf8: boolean, refuse: Refuse): string {
  try {
    return new TextDecoder(utf8 ? "utf-8" : "latin1", { fatal: true }).decode(bytes);
  } catch (error) {
    return refuse("the header is not UTF-8 text", error);
  }
}

/**
 * Puts values that come with the first axis fastest where they belong with the last axis fastest. Index k of the file is
 * (k mod n0, k / n0 mod n1, ...); an odometer counts that, and carries the position in the target along.
 */
function fortranPlacer(shape: readonly number[]): (target: TypedArray, values: TypedArray) => void {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  let position = 0;
  return (target, values) => {
    for (let i = 0; i < values.length; i++) {
      target[position] = values[i]!;
      for (let axis = 0; axis < shape.length; axis++) {
        position += steps[axis]!;
        if (++index[axis]! < shape[axis]!) break;
        position -= steps[axis]! * shape[axis]!;
        index[axis] = 0;
      }
    }
  };
}

/** Reads an npy file of so many bytes, from its first to its last. `claim` is told what memory the values take. */
export function* readNpyArray(
  size: number,
  options: ReadNumbersOptions,
  refuse: Refuse,
  claim: (bytes: number) => void = () => {},
): Reading<ArrayRecord> {
  const { header, dataStart } = yield* readHeader(size, refuse);
  const { type, bigEndian, shape, fortranOrder } = header;
  const count = checkNpySize(header, size - dataStart, refuse);
  const dtype = dtypeRead(type, options);
  claim(count * STORED_TYPES[dtype].bytes);
  const values = { type, count, position: dataStart, bigEndian };
  const transposed = fortranOrder && shape.filter((length) => length !== 1).length > 1;
  const data = yield* readValues(
    transposed ? { ...values, place: fortranPlacer(shape) } : values,
    options,
    refuse,
  );
  return { dtype, shape, data };
}

/**
 * Reads an npy file's bytes: versions 1 to 3, row-major or Fortran order (the result is row-major), either byte order.
 * float64, float32, int32, uint8 and bool are read as they are; float16 as float32; int8, int16 and uint16 as int32;
 * uint32, int64 (which NumPy makes of whole numbers) and uint64 as int32 where every value fits, or as float64 with
 * `{ wideIntegers: "float64" }`. The array is a copy.
 *
 * @throws FormatError naming the file: no npy, cut short or with bytes left over, a header that is not NumPy's; records,
 * Python objects, text, dates and complex numbers; a whole number that does not fit.
 *
 * @example
 * ```ts
 * import { encodeNpy, parseNpy } from "maru/formats";
 * const bytes = encodeNpy({ dtype: "int32", shape: [2], data: new Int32Array([7, -7]) }, { dtype: "int64" });
 * parseNpy(bytes).data; // Int32Array [7, -7]
 * parseNpy(bytes, { wideIntegers: "float64" }).data; // Float64Array [7, -7]
 * ```
 */
export function parseNpy(bytes: Uint8Array, options: ReadNumbersOptions = {}): ArrayRecord {
  return readFromBytes(readNpyArray(bytes.length, options, refusal("parseNpy", options)), bytes);
}

/** An npy file to be: its header, and the type of its values. */
export interface NpyPlan {
  readonly header: Uint8Array;
  readonly stored: NpyDType;
}

/** @throws DTypeError for a type that NumPy does not have or of another kind; ValueError for too many axes */
export function planNpy(
  title: string,
  name: string,
  array: ArrayDescription,
  { dtype }: WriteNpyOptions,
): NpyPlan {
  if (array.shape.length > MAX_RANK) {
    throw new ValueError(`${title}: NumPy holds up to ${MAX_RANK} axes, found ${array.shape.length}`);
  }
  const types = Object.keys(NPY_TYPES) as NpyDType[];
  const stored = storedTypeFor(title, name, array, dtype, types) as NpyDType;
  return { header: encodeNpyHeader(stored, array.shape), stored };
}

function* chunksOf(header: Uint8Array, array: ArrayRecord, stored: NpyDType): Iterable<Uint8Array> {
  yield header;
  yield* storedPieces("encodeNpy", array, stored);
}

/**
 * The bytes of an npy file, as `numpy.save` writes them. `{ dtype: "float16" }` stores a float array so, rounded to the
 * nearest; `{ dtype: "int64" }` a whole-number array.
 *
 * @throws DTypeError, ShapeError and ValueError where the parts of the record disagree; DTypeError for a type that NumPy
 * does not have; ValueError for a whole number that the type cannot hold.
 *
 * @example
 * ```ts
 * import { encodeNpy } from "maru/formats";
 * encodeNpy({ dtype: "float32", shape: [2, 2], data: new Float32Array(4) }).length; // 144
 * ```
 */
export function encodeNpy(array: ArrayRecord, options: WriteNpyOptions = {}): Uint8Array {
  checkArrayRecord("encodeNpy", array);
  const { header, stored } = planNpy("encodeNpy", "array", array, options);
  return joinBytes(chunksOf(header, array, stored));
}
