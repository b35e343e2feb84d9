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
import { type ArrayRecord, countElements, findNonBoolean, formatShape } from "./array-record.js";
import { type ParseOptions, type Refuse, refusal } from "./format-error.js";
import { widenBfloat16, widenFloat16 } from "./half.js";
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
/** As many axes as NumPy 2 allows. */
export const MAX_RANK = 64;
/** A surrogate without its partner: text that UTF-8 cannot write. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

interface StoredType {
  readonly dtype: DType;
  readonly bytes: number;
  /** Takes over a buffer that holds exactly the tensor's bytes. */
  readonly read: (buffer: ArrayBuffer) => ArrayRecord["data"];
}

const STORED_TYPES: ReadonlyMap<string, StoredType> = new Map([
  ["F32", { dtype: "float32", bytes: 4, read: (buffer) => new Float32Array(buffer) }],
  ["F64", { dtype: "float64", bytes: 8, read: (buffer) => new Float64Array(buffer) }],
  ["I32", { dtype: "int32", bytes: 4, read: (buffer) => new Int32Array(buffer) }],
  ["U8", { dtype: "uint8", bytes: 1, read: (buffer) => new Uint8Array(buffer) }],
  ["BOOL", { dtype: "bool", bytes: 1, read: (buffer) => new Uint8Array(buffer) }],
  ["F16", { dtype: "float32", bytes: 2, read: (buffer) => widenFloat16(new Uint16Array(buffer)) }],
  ["BF16", { dtype: "float32", bytes: 2, read: (buffer) => widenBfloat16(new Uint16Array(buffer)) }],
] satisfies [string, StoredType][]);

interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly typeName: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
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
function readHeaderText(bytes: Uint8Array, refuse: Refuse): { text: string; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) {
    refuse(`expected at least the ${LENGTH_BYTES} bytes of a header length, found ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = view.getBigUint64(0, true);
  const available = bytes.length - LENGTH_BYTES;
  if (stated > BigInt(available)) {
    refuse(
      `the header claims ${stated} bytes, but only ${available} follow: cut short, or not a safetensors file`,
    );
  }
  if (stated > BigInt(MAX_HEADER_BYTES)) {
    refuse(`the header claims ${stated} bytes; the format allows ${MAX_HEADER_BYTES}`);
  }
  const dataStart = LENGTH_BYTES + Number(stated);
  const header = bytes.subarray(LENGTH_BYTES, dataStart);
  if (header[0] !== 0x7b) {
    refuse(`the header must begin with "{", found ${header.length === 0 ? "nothing" : `byte ${header[0]}`}`);
  }
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(header), dataStart };
  } catch (error) {
    return refuse("the header is not UTF-8 text", error);
  }
}

function readHeader(text: string, refuse: Refuse): JsonObject {
  let header: JsonValue;
  try {
    header = parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    return refuse(`the header is not sound JSON: ${error.message}`, error);
  }
  return header instanceof Map ? header : refuse("the header must be one JSON object");
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

function readEntry(name: string, value: JsonValue, refuse: Refuse): Entry {
  const title = `tensor ${show(name)}`;
  if (LONE_SURROGATE.test(name)) return refuse(`${title}: the name is not Unicode text`);
  if (!(value instanceof Map)) return refuse(`${title}: expected an object, found ${show(value)}`);
  const entry: JsonObject = value;
  const typeName = entry.get("dtype");
  const type = typeof typeName === "string" ? STORED_TYPES.get(typeName) : undefined;
  if (type === undefined) {
    const readable = [...STORED_TYPES.keys()].join(", ");
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
  const needed = countElements(shape) * BigInt(type.bytes);
  if (needed !== BigInt(end - begin)) {
    const claim = `${typeName} of shape ${formatShape(shape)} takes ${needed} bytes`;
    return refuse(`${title}: ${claim}, but its data_offsets [${begin},${end}] span ${end - begin}`);
  }
  return { name, type, typeName: String(typeName), shape, begin, end };
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

/** Copies a tensor's bytes out of the file, which also aligns them. */
function readTensor(data: Uint8Array, { name, type, shape, begin, end }: Entry, refuse: Refuse): ArrayRecord {
  const copy = new Uint8Array(end - begin);
  copy.set(data.subarray(begin, end));
  const position = type.dtype === "bool" ? findNonBoolean(copy) : -1;
  if (position >= 0) {
    refuse(
      `tensor ${show(name)}: element ${position} of a BOOL is the byte ${copy[position]}; expected 0 or 1`,
    );
  }
  return { dtype: type.dtype, shape, data: type.read(copy.buffer) };
}

/**
 * Reads a safetensors file's bytes. F32, F64, I32, U8 and BOOL are read as they are, F16 and BF16 as float32.
 * The arrays are copies: the bytes may be thrown away or changed afterwards.
 *
 * @throws FormatError naming the file and the tensor: a header length beyond the file, a header that is not UTF-8 or not
 * JSON, a repeated name, an unreadable dtype, offsets that are negative, not whole, overlap, leave holes, or do not match
 * the shape, a BOOL byte that is neither 0 nor 1, bytes missing or left over. Nothing is allocated before that is known.
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
export function parseSafetensors(bytes: Uint8Array, options: ParseOptions = {}): SafetensorsContents {
  const refuse = refusal("parseSafetensors", options);
  const { text, dataStart } = readHeaderText(bytes, refuse);
  const header = readHeader(text, refuse);
  const metadata = readMetadata(header.get(METADATA_NAME), refuse);
  const entries = [...header]
    .filter(([name]) => name !== METADATA_NAME)
    .map(([name, value]) => readEntry(name, value, refuse))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const data = bytes.subarray(dataStart);
  checkLayout(entries, data.length, refuse);
  const tensors = new Map(entries.map((entry) => [entry.name, readTensor(data, entry, refuse)]));
  return { tensors, metadata };
}
