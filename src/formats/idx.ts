/**
 * IDX, the format of MNIST: a big-endian array of any rank with a four-byte magic number. Pure: bytes in, array out.
 *
 * Source: the format is described on the MNIST page of Yann LeCun, Corinna Cortes and Christopher Burges:
 * two zero bytes, one byte for the type, one byte for the rank, one big-endian uint32 a size, then the values, last axis
 * fastest. Int8 and int16 are read as int32, which holds every value of theirs.
 */
import { ValueError } from "../errors.js";
import { allocate, type DType } from "../graph/dtype.js";
import { type ArrayRecord, bytesOf, checkArrayRecord, countElements, formatShape } from "./array-record.js";
import { type ParseOptions, type Refuse, refusal } from "./format-error.js";

interface ElementType {
  readonly name: string;
  readonly dtype: DType;
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
}

const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([
  [0x08, { name: "uint8", dtype: "uint8", bytes: 1, read: (view, at) => view.getUint8(at) }],
  [0x09, { name: "int8", dtype: "int32", bytes: 1, read: (view, at) => view.getInt8(at) }],
  [0x0b, { name: "int16", dtype: "int32", bytes: 2, read: (view, at) => view.getInt16(at) }],
  [0x0c, { name: "int32", dtype: "int32", bytes: 4, read: (view, at) => view.getInt32(at) }],
  [0x0d, { name: "float32", dtype: "float32", bytes: 4, read: (view, at) => view.getFloat32(at) }],
  [0x0e, { name: "float64", dtype: "float64", bytes: 8, read: (view, at) => view.getFloat64(at) }],
] satisfies [number, ElementType][]);

const TYPE_CODE: Record<DType, number> = {
  uint8: 0x08,
  bool: 0x08,
  int32: 0x0c,
  float32: 0x0d,
  float64: 0x0e,
};

/** No known IDX file has more axes than this; a larger rank byte means that the file is something else. */
const MAX_RANK = 8;
const MAX_SIZE = 2 ** 32 - 1;

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, "0")}`;

/** The type and the rank that the first four bytes state. */
function readMagic(bytes: Uint8Array, refuse: Refuse): { type: ElementType; rank: number } {
  if (bytes.length < 4) refuse(`expected at least the 4 bytes of an IDX magic number, found ${bytes.length}`);
  const [first = 0, second = 0, code = 0, rank = 0] = bytes;
  if (first === 0x1f && second === 0x8b) refuse("this is a gzip file; decompress it first");
  if (first !== 0 || second !== 0) {
    refuse(`an IDX file begins with the bytes 0x00 0x00, found ${hex(first)} ${hex(second)}`);
  }
  const type = ELEMENT_TYPES.get(code);
  if (type === undefined) {
    const known = [...ELEMENT_TYPES].map(([value, { name }]) => `${hex(value)} (${name})`).join(", ");
    return refuse(`unknown IDX type ${hex(code)}; expected ${known}`);
  }
  if (rank < 1 || rank > MAX_RANK) refuse(`expected a rank from 1 to ${MAX_RANK}, found ${rank}`);
  return { type, rank };
}

/** Copies big-endian values into a fresh array of the machine's byte order. */
function readValues(bytes: Uint8Array, type: ElementType): ArrayRecord["data"] {
  if (type.name === "uint8") return bytes.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = allocate(type.dtype, bytes.length / type.bytes);
  for (let i = 0; i < data.length; i++) data[i] = type.read(view, i * type.bytes);
  return data;
}

/**
 * Reads an IDX file's bytes into an array: uint8 stays uint8, int8, int16 and int32 become int32, floats stay.
 * The sizes that the header states are compared with the bytes that are there before anything is allocated.
 *
 * @throws FormatError where the magic number, the type or the rank is wrong, the header is cut short, or the sizes ask
 * for more or fewer bytes than follow.
 *
 * @example
 * ```ts
 * import { parseIdx } from "maru/formats";
 * parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]));
 * // { dtype: "uint8", shape: [3], data: Uint8Array [7, 2, 1] }
 * ```
 */
export function parseIdx(bytes: Uint8Array, options: ParseOptions = {}): ArrayRecord {
  const refuse = refusal("parseIdx", options);
  const { type, rank } = readMagic(bytes, refuse);
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) {
    refuse(`a header of rank ${rank} takes ${headerLength} bytes, but the file ends after ${bytes.length}`);
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerLength);
  const shape = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
  const values = bytes.subarray(headerLength);
  const expected = countElements(shape) * BigInt(type.bytes);
  if (expected !== BigInt(values.length)) {
    const verdict = expected > values.length ? "is cut short" : "has bytes left over";
    refuse(
      `${type.name} of shape ${formatShape(shape)} takes ${expected} bytes after the header, found ${values.length}: ` +
        `the file ${verdict} or its sizes are wrong`,
    );
  }
  return { dtype: type.dtype, shape, data: readValues(values, type) };
}

/**
 * The IDX bytes of an array. IDX has no bool: it is written as uint8, and is read back as uint8.
 *
 * @throws ValueError for a rank outside 1 to 8, or a size that 32 bits cannot hold; DTypeError and ShapeError where the
 * parts of the record disagree.
 *
 * @example
 * ```ts
 * import { encodeIdx } from "maru/formats";
 * encodeIdx({ dtype: "uint8", shape: [3], data: new Uint8Array([7, 2, 1]) });
 * // Uint8Array [0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]
 * ```
 */
export function encodeIdx(array: ArrayRecord): Uint8Array {
  checkArrayRecord("encodeIdx", array);
  const { dtype, shape, data } = array;
  if (shape.length < 1 || shape.length > MAX_RANK || shape.some((size) => size > MAX_SIZE)) {
    throw new ValueError(
      `encodeIdx: IDX holds 1 to ${MAX_RANK} axes of up to ${MAX_SIZE}, found shape ${formatShape(shape)}`,
    );
  }
  const headerLength = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerLength + data.byteLength);
  bytes.set([0, 0, TYPE_CODE[dtype], shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  if (dtype === "uint8" || dtype === "bool") bytes.set(bytesOf(data), headerLength);
  else if (dtype === "int32") data.forEach((value, i) => void view.setInt32(headerLength + 4 * i, value));
  else if (dtype === "float32") data.forEach((value, i) => void view.setFloat32(headerLength + 4 * i, value));
  else data.forEach((value, i) => void view.setFloat64(headerLength + 8 * i, value));
  return bytes;
}
