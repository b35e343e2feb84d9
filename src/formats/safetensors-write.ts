/**
 * Writes safetensors, byte for byte as the reference implementation lays a file out: wider dtypes first, then by name,
 * the header padded with spaces so that the values begin at a multiple of eight. Pure: arrays in, bytes out.
 * (The format is described beside the reader, in safetensors-read.ts.)
 */
import { ValueError } from "../errors.js";
import type { DType } from "../graph/dtype.js";
import { type ArrayRecord, bytesOf, checkArrayRecord } from "./array-record.js";
import {
  LENGTH_BYTES,
  LONE_SURROGATE,
  MAX_HEADER_BYTES,
  MAX_RANK,
  METADATA_NAME,
} from "./safetensors-read.js";

/** Arrays by name. Where the names come from outside, a Map keeps every one of them, `__proto__` too. */
export type NamedArrays = Readonly<Record<string, ArrayRecord>> | ReadonlyMap<string, ArrayRecord>;

const TYPE_NAME: Record<DType, string> = {
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

/** The reference implementation's order of dtypes, in which alignment never needs a gap. */
const ORDER: readonly DType[] = ["float64", "float32", "int32", "uint8", "bool"];

/** Unicode code point order, which is the order of the UTF-8 bytes; `<` compares UTF-16 units and differs past U+FFFF. */
function compareNames(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function checkText(text: string, role: string): void {
  if (typeof text !== "string" || LONE_SURROGATE.test(text)) {
    throw new ValueError(`encodeSafetensors: the ${role} ${JSON.stringify(text)} is not Unicode text`);
  }
}

function sortedTensors(tensors: NamedArrays): [string, ArrayRecord][] {
  const entries = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  for (const [name, array] of entries) {
    checkText(name, "tensor name");
    if (name === METADATA_NAME) {
      throw new ValueError(
        `encodeSafetensors: the format keeps the name ${METADATA_NAME} for itself; use another`,
      );
    }
    checkArrayRecord(`encodeSafetensors: tensor ${JSON.stringify(name)}`, array);
    if (array.shape.length > MAX_RANK) {
      throw new ValueError(
        `encodeSafetensors: tensor ${JSON.stringify(name)} has ${array.shape.length} axes; at most ${MAX_RANK} can be read`,
      );
    }
  }
  return entries.sort(
    ([nameA, a], [nameB, b]) => ORDER.indexOf(a.dtype) - ORDER.indexOf(b.dtype) || compareNames(nameA, nameB),
  );
}

/** `{"name":value,...}` in the order given: an object literal would put names that look like numbers first. */
const jsonObject = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;

function metadataJson(metadata: Readonly<Record<string, string>>): string {
  const entries = Object.entries(metadata).sort(([a], [b]) => compareNames(a, b));
  for (const [name, text] of entries) {
    checkText(name, "metadata name");
    checkText(text, `metadata ${JSON.stringify(name)}:`);
  }
  return jsonObject(entries.map(([name, text]) => [name, JSON.stringify(text)]));
}

function encodeHeader(text: string): Uint8Array {
  const json = new TextEncoder().encode(text);
  const padded = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (padded > MAX_HEADER_BYTES) {
    throw new ValueError(
      `encodeSafetensors: the header would take ${padded} bytes; the format allows ${MAX_HEADER_BYTES}: ` +
        "use fewer or shorter names, or less metadata",
    );
  }
  const header = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, LENGTH_BYTES);
  return header;
}

/**
 * The pieces of a safetensors file in order: the header, then each tensor's own memory, not copied. For writing a file
 * without holding it whole; `encodeSafetensors` joins them.
 */
export function safetensorsChunks(
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const sorted = sortedTensors(tensors);
  const members: [string, string][] = [];
  if (Object.keys(metadata).length > 0) members.push([METADATA_NAME, metadataJson(metadata)]);
  let begin = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    const end = begin + data.byteLength;
    members.push([
      name,
      `{"dtype":"${TYPE_NAME[dtype]}","shape":[${shape.join(",")}],"data_offsets":[${begin},${end}]}`,
    ]);
    begin = end;
  }
  return [encodeHeader(jsonObject(members)), ...sorted.map(([, { data }]) => bytesOf(data))];
}

/**
 * The bytes of a safetensors file that holds these arrays: float64 as F64, float32 as F32, int32 as I32, uint8 as U8,
 * bool as BOOL. The same arrays give the same bytes, whatever order they come in.
 *
 * @throws ValueError for a name or metadata that the format cannot hold; DTypeError, ShapeError or ValueError where the
 * parts of a record disagree.
 *
 * @example
 * ```ts
 * import { encodeSafetensors } from "maru/formats";
 * const weight = { dtype: "float32", shape: [1, 2], data: new Float32Array([1, 2]) } as const;
 * encodeSafetensors({ weight }, { format: "pt" }); // Uint8Array: 8 bytes of length, the JSON header, 8 bytes of values
 * ```
 */
export function encodeSafetensors(
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const chunks = safetensorsChunks(tensors, metadata);
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}
