/**
 * Writes safetensors, byte for byte as the reference implementation lays a file out: wider dtypes first, then by name,
 * the header padded with spaces so that the values begin at a multiple of eight. Pure: arrays in, bytes out.
 * (The format is described beside the reader, in safetensors-read.ts.)
 */
import { ValueError } from "../errors.js";
import {
  type ArrayRecord,
  checkArrayRecord,
  checkDescription,
  countElements,
  joinBytes,
  MAX_RANK,
} from "./array-record.js";
import {
  LENGTH_BYTES,
  LONE_SURROGATE,
  MAX_HEADER_BYTES,
  METADATA_NAME,
  TYPE_NAMES,
} from "./safetensors-read.js";
import type { StoredDType } from "./stored-types.js";
import {
  type ArrayDescription,
  type StoreAs,
  storedBytes,
  storedPieces,
  storedTypeFor,
} from "./stored-write.js";

/** Arrays by name. Where the names come from outside, a Map keeps every one of them, `__proto__` too. */
export type NamedArrays = Named<ArrayRecord>;

/** Things by name, in an object or in a Map. */
export type Named<T> = Readonly<Record<string, T>> | ReadonlyMap<string, T>;

/** How safetensors are written. */
export interface WriteSafetensorsOptions {
  /**
   * In which type numbers are stored, rounded to the nearest: `"bfloat16"` for all floats, for example, or a function of
   * name and array. As they are if left out.
   */
  readonly dtype?: StoreAs;
}

const STORED_ORDER = Object.keys(TYPE_NAMES) as StoredDType[];

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

/** The pieces of a file to be: its header, and what goes behind it in which type. */
export interface SafetensorsPlan<T> {
  readonly header: Uint8Array;
  readonly tensors: readonly { title: string; array: T; stored: StoredDType }[];
}

function checkTensor(name: string, array: ArrayDescription): string {
  const title = `encodeSafetensors: tensor ${JSON.stringify(name)}`;
  checkText(name, "tensor name");
  if (name === METADATA_NAME) {
    throw new ValueError(
      `encodeSafetensors: the format keeps the name ${METADATA_NAME} for itself; use another`,
    );
  }
  checkDescription(title, array);
  if (array.shape.length > MAX_RANK) {
    throw new ValueError(`${title} has ${array.shape.length} axes; at most ${MAX_RANK} can be read`);
  }
  return title;
}

export const entriesOf = <T>(named: Named<T>): [string, T][] =>
  named instanceof Map ? [...named] : Object.entries(named as Readonly<Record<string, T>>);

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
 * Checks all that is known before the values are there, and makes the header.
 *
 * @throws ValueError, DTypeError and ShapeError as `encodeSafetensors` does, except for what is wrong with values
 */
export function planSafetensors<T extends ArrayDescription>(
  tensors: Named<T>,
  metadata: Readonly<Record<string, string>>,
  { dtype }: WriteSafetensorsOptions,
): SafetensorsPlan<T> {
  const sorted = entriesOf(tensors)
    .map(([name, array]) => {
      const title = checkTensor(name, array);
      return { name, title, array, stored: storedTypeFor(title, name, array, dtype, STORED_ORDER) };
    })
    .sort(
      (a, b) =>
        STORED_ORDER.indexOf(a.stored) - STORED_ORDER.indexOf(b.stored) || compareNames(a.name, b.name),
    );
  const members: [string, string][] = [];
  if (Object.keys(metadata).length > 0) members.push([METADATA_NAME, metadataJson(metadata)]);
  let begin = 0;
  for (const { name, stored, array } of sorted) {
    const end = begin + storedBytes(Number(countElements(array.shape)), stored);
    members.push([
      name,
      `{"dtype":"${TYPE_NAMES[stored]}","shape":[${array.shape.join(",")}],"data_offsets":[${begin},${end}]}`,
    ]);
    begin = end;
  }
  return { header: encodeHeader(jsonObject(members)), tensors: sorted };
}

/**
 * The pieces of a safetensors file in order: the header, then each tensor's own memory, not copied, or pieces of it in
 * another type. For writing a file without holding it whole; `encodeSafetensors` joins them.
 */
export function safetensorsChunks(
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteSafetensorsOptions = {},
): Iterable<Uint8Array> {
  const plan = planSafetensors(tensors, metadata, options);
  for (const { title, array } of plan.tensors) checkArrayRecord(title, array);
  return chunksOf(plan);
}

function* chunksOf({ header, tensors }: SafetensorsPlan<ArrayRecord>): Iterable<Uint8Array> {
  yield header;
  for (const { title, array, stored } of tensors) yield* storedPieces(title, array, stored);
}

/**
 * The bytes of a safetensors file that holds these arrays: float64 as F64, float32 as F32, int32 as I32, uint8 as U8,
 * bool as BOOL, unless `dtype` says otherwise: `{ dtype: "bfloat16" }` rounds all floats to the nearest bfloat16.
 *
 * @throws ValueError for a name or metadata that the format cannot hold, or a whole number that the type asked for cannot;
 * DTypeError, ShapeError or ValueError where the parts of a record disagree.
 *
 * @example
 * ```ts
 * import { encodeSafetensors } from "maru/formats";
 * const weight = { dtype: "float32", shape: [1, 2], data: new Float32Array([1, 2]) } as const;
 * encodeSafetensors({ weight }, { format: "pt" }); // Uint8Array: 8 bytes of length, the JSON header, 8 bytes of values
 * encodeSafetensors({ weight }, {}, { dtype: "bfloat16" }); // ... 4 bytes of values
 * ```
 */
export function encodeSafetensors(
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteSafetensorsOptions = {},
): Uint8Array {
  return joinBytes(safetensorsChunks(tensors, metadata, options));
}
