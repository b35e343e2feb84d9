/**
 * Reads safetensors, the format in which weights are shared. Pure: bytes in, arrays out.
 *
 * A file is a little-endian uint64 n, n bytes of JSON header, then the values. The header maps each name to a dtype, a
 * shape and the two offsets between which its bytes lie, counted from the end of the header; `__metadata__` maps strings
 * to strings. Nothing in a header is believed: every claim is held against the bytes that are there.
 *
 * Source: the format section of the safetensors README (huggingface/safetensors), and its `metadata.validate`.
 */
import type { DType } from "../graph/dtype.js";
import { type ArrayRecord, countElements, formatShape, MAX_RANK } from "./array-record.js";
import { type Reading, readBytes, readFromBytes } from "./byte-source.js";
import { type Refuse, refusal } from "./format-error.js";
import {
  dtypeRead,
  type ReadNumbersOptions,
  readValues,
  STORED_TYPES,
  type StoredDType,
} from "./stored-types.js";
import { type JsonObject, JsonProblem, type JsonValue, parseStrictJson } from "./strict-json.js";

/** What a safetensors file holds. */
export interface SafetensorsContents {
  /** By name, in the order in which their bytes lie in the file. */
  readonly tensors: Map<string, ArrayRecord>;
  /** An object without a prototype, so that any name is safe. Empty where the file has none. */
  readonly metadata: Record<string, string>;
}

/** The limit that the reference implementation sets. */
export const MAX_HEADER_BYTES = 100_000_000;
export const LENGTH_BYTES = 8;
export const METADATA_NAME = "__metadata__";
/** A surrogate without its partner: text that UTF-8 cannot write. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** What the format calls a type, in the order in which the reference implementation lays tensors out. */
export const TYPE_NAMES: Readonly<Record<StoredDType, string>> = {
  uint64: "U64",
  int64: "I64",
  float64: "F64",
  float32: "F32",
  uint32: "U32",
  int32: "I32",
  bfloat16: "BF16",
  float16: "F16",
  uint16: "U16",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

const TYPES: ReadonlyMap<string, StoredDType> = new Map(
  Object.entries(TYPE_NAMES).map(([type, name]) => [name, type as StoredDType]),
);

/** What a header says of a tensor. */
export interface StoredTensor {
  /** What it is read as. */
  readonly dtype: DType;
  /** As what the file holds it. */
  readonly storedAs: StoredDType;
  readonly shape: readonly number[];
}

/** A header that has been held against the size of its file. */
export interface SafetensorsHeader {
  /** By name, in the order in which their bytes lie in the file. */
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly name: string;
  readonly type: StoredDType;
  readonly shape: readonly number[];
  /** Where its bytes lie, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
  /** Where its bytes begin in the file. */
  readonly position: number;
}

const isCount = (value: JsonValue | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** A value of the header as the error shows it: short, whatever a file put there. */
function show(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value instanceof Map) return "an object";
  const text =
    JSON.stringify(value, (_, inner) => (inner instanceof Map ? "(object)" : inner)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** The header's text, once its stated length is known to lie within the file. */
function* readHeaderText(size: number, refuse: Refuse): Reading<{ text: string; dataStart: number }> {
  if (size < LENGTH_BYTES) {
    refuse(`expected at least the ${LENGTH_BYTES} bytes of a header length, found ${size}`);
  }
  const length = yield* readBytes(0, LENGTH_BYTES);
  const stated = new DataView(length.buffer).getBigUint64(0, true);
  const available = size - LENGTH_BYTES;
  if (stated > BigInt(available)) {
    refuse(
      `the header claims ${stated} bytes, but only ${available} follow: cut short, or not a safetensors file`,
    );
  }
  if (stated > BigInt(MAX_HEADER_BYTES)) {
    refuse(`the header claims ${stated} bytes; the format allows ${MAX_HEADER_BYTES}`);
  }
  const header = yield* readBytes(LENGTH_BYTES, Number(stated));
  if (header[0] !== 0x7b) {
    refuse(`the header must begin with "{", found ${header.length === 0 ? "nothing" : `byte ${header[0]}`}`);
  }
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(header), dataStart: LENGTH_BYTES + Number(stated) };
  } catch (error) {
    return refuse("the header is not UTF-8 text", error);
  }
}

/** Hands out the members of the header. */
function visitHeader(text: string, visit: (name: string, value: JsonValue) => void, refuse: Refuse): void {
  try {
    if (!(parseStrictJson(text, visit) instanceof Map)) refuse("the header must be one JSON object");
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    refuse(`the header is not sound JSON: ${error.message}`, error);
  }
}

function readMetadata(value: JsonValue | undefined, refuse: Refuse): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  if (value === undefined) return metadata;
  if (!(value instanceof Map))
    return refuse(`${METADATA_NAME} must be an object of strings, found ${show(value)}`);
  for (const [name, text] of value) {
    if (typeof text !== "string") {
      return refuse(`${METADATA_NAME} ${JSON.stringify(name)} must be a string, found ${show(text)}`);
    }
    metadata[name] = text;
  }
  return metadata;
}

function readEntry(name: string, value: JsonValue, dataStart: number, refuse: Refuse): Entry {
  const title = `tensor ${show(name)}`;
  if (LONE_SURROGATE.test(name)) return refuse(`${title}: the name is not Unicode text`);
  if (!(value instanceof Map)) return refuse(`${title}: expected an object, found ${show(value)}`);
  const entry: JsonObject = value;
  const typeName = entry.get("dtype");
  const type = typeof typeName === "string" ? TYPES.get(typeName) : undefined;
  if (type === undefined) {
    const readable = [...TYPES.keys()].join(", ");
    return refuse(
      `${title}: dtype ${show(typeName)} cannot be read; maru reads ${readable}: convert it first`,
    );
  }
  const shape = entry.get("shape");
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isCount)) {
    return refuse(
      `${title}: the shape must be up to ${MAX_RANK} whole numbers from 0 up, found ${show(shape)}`,
    );
  }
  const offsets = entry.get("data_offsets");
  const [begin, end] = Array.isArray(offsets) ? (offsets as readonly JsonValue[]) : [];
  if (!Array.isArray(offsets) || offsets.length !== 2 || !isCount(begin) || !isCount(end) || begin > end) {
    return refuse(
      `${title}: data_offsets must be [begin, end] with 0 <= begin <= end, found ${show(offsets)}`,
    );
  }
  const needed = countElements(shape) * BigInt(STORED_TYPES[type].bytes);
  if (needed !== BigInt(end - begin)) {
    const claim = `${typeName} of shape ${formatShape(shape)} takes ${needed} bytes`;
    return refuse(`${title}: ${claim}, but its data_offsets [${begin},${end}] span ${end - begin}`);
  }
  return { name, type, shape, begin, end, position: dataStart + begin };
}

/** Each tensor begins where the one before it ended, and the last ends with the file. */
function checkLayout(entries: readonly Entry[], available: number, refuse: Refuse): void {
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position) {
      const what = begin < position ? "overlaps the tensor before it" : "leaves a hole before it";
      refuse(`tensor ${show(name)} ${what}: expected it to begin at ${position}, found ${begin}`);
    }
    position = end;
  }
  if (position !== available) {
    const verdict = position > available ? "the file is cut short" : "bytes are left over";
    refuse(`the tensors take ${position} bytes after the header, found ${available}: ${verdict}`);
  }
}

/** Reads the header of an input of so many bytes; none of the values. */
export function* readSafetensorsHeader(size: number, refuse: Refuse): Reading<SafetensorsHeader> {
  const { text, dataStart } = yield* readHeaderText(size, refuse);
  let metadata = readMetadata(undefined, refuse);
  const entries: Entry[] = [];
  const visit = (name: string, value: JsonValue): void => {
    if (name === METADATA_NAME) metadata = readMetadata(value, refuse);
    else entries.push(readEntry(name, value, dataStart, refuse));
  };
  visitHeader(text, visit, refuse);
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, size - dataStart, refuse);
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), metadata };
}

/** An entry of the header in maru's words. */
export const describeEntry = ({ type, shape }: Entry, options: ReadNumbersOptions): StoredTensor => ({
  dtype: dtypeRead(type, options),
  storedAs: type,
  shape,
});

/** Reads the values of one tensor. */
export function* readSafetensorsTensor(
  { name, type, shape, begin, end, position }: Entry,
  options: ReadNumbersOptions,
  refuse: Refuse,
): Reading<ArrayRecord> {
  const count = (end - begin) / STORED_TYPES[type].bytes;
  const data = yield* readValues({ type, count, position }, options, (problem, cause) =>
    refuse(`tensor ${show(name)}: ${problem}`, cause),
  );
  return { dtype: dtypeRead(type, options), shape, data };
}

/** Reads all of a file: header, then one tensor after the other. */
export function* readSafetensorsContents(
  size: number,
  options: ReadNumbersOptions,
  refuse: Refuse,
): Reading<SafetensorsContents> {
  const { entries, metadata } = yield* readSafetensorsHeader(size, refuse);
  const tensors = new Map<string, ArrayRecord>();
  for (const [name, entry] of entries)
    tensors.set(name, yield* readSafetensorsTensor(entry, options, refuse));
  return { tensors, metadata };
}

/**
 * Reads a safetensors file's bytes. F32, F64, I32, U8 and BOOL are read as they are; F16 and BF16 as float32; I8, I16 and
 * U16 as int32; U32, I64 and U64 as int32 where every value fits, or as float64 with `{ wideIntegers: "float64" }`.
 * The arrays are copies: the bytes may be thrown away or changed afterwards.
 *
 * @throws FormatError naming the file and the tensor: a header length beyond the file, a header that is not UTF-8 or not
 * JSON, a repeated name, an unreadable dtype, offsets that are negative, not whole, overlap, leave holes, or do not match
 * the shape, a BOOL byte that is neither 0 nor 1, a whole number that does not fit, bytes missing or left over. Nothing is
 * allocated before the header is known to be sound.
 *
 * @example
 * ```ts
 * import { encodeSafetensors, parseSafetensors } from "maru/formats";
 * const bias = { dtype: "float32", shape: [2], data: new Float32Array([0.5, -0.5]) } as const;
 * const { tensors, metadata } = parseSafetensors(encodeSafetensors({ bias }, { epoch: "3" }));
 * tensors.get("bias")?.data; // Float32Array [0.5, -0.5]
 * metadata.epoch;            // "3"
 * ```
 */
export function parseSafetensors(bytes: Uint8Array, options: ReadNumbersOptions = {}): SafetensorsContents {
  const refuse = refusal("parseSafetensors", options);
  return readFromBytes(readSafetensorsContents(bytes.length, options, refuse), bytes);
}
