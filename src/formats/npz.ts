/**
 * npz, arrays by name: a zip of npy files, stored or deflated. Pure: bytes in, arrays out, and back.
 *
 * Source: NumPy's `numpy/lib/npyio.py` (`savez`, `savez_compressed`).
 */
import { Zip, ZipDeflate, type ZipInputFile, ZipPassThrough } from "fflate";
import { ValueError } from "../errors.js";
import {
  type ArrayRecord,
  checkArrayRecord,
  checkDescription,
  countElements,
  joinBytes,
} from "./array-record.js";
import { type Reading, readFromBytes } from "./byte-source.js";
import { type Refuse, refusal } from "./format-error.js";
import { type NpyPlan, planNpy, readNpyArray, type WriteNpyOptions } from "./npy.js";
import { LONE_SURROGATE } from "./safetensors-read.js";
import { entriesOf, type Named, type NamedArrays } from "./safetensors-write.js";
import type { ReadNumbersOptions } from "./stored-types.js";
import { type ArrayDescription, storedBytes, storedPieces } from "./stored-write.js";
import { readZipDirectory, type ZipEntry } from "./zip-directory.js";
import { readZipEntry } from "./zip-entry.js";

/** How npz is read. */
export interface ReadNpzOptions extends ReadNumbersOptions {
  /**
   * The most that the arrays may take in memory, all together: a small zip can claim to unfold into a huge one. Twice the
   * file and 64 MiB if left out.
   */
  readonly maxBytes?: number;
}

/** How npz is written. */
export interface WriteNpzOptions extends WriteNpyOptions {
  /** Deflate the arrays, as `numpy.savez_compressed` does. */
  readonly compress?: boolean;
}

const EXTENSION = ".npy";
const MORE_BYTES = 2 ** 26;

/** Counts what is claimed, and refuses when it becomes too much. */
function limiter(size: number, { maxBytes = 2 * size + MORE_BYTES }: ReadNpzOptions, refuse: Refuse) {
  let claimed = 0;
  return (bytes: number): void => {
    claimed += bytes;
    if (claimed > maxBytes) {
      refuse(
        `it claims to unfold into more than ${maxBytes} bytes, ${size} bytes as it is: if you trust it, read it with ` +
          "{ maxBytes: ... }",
      );
    }
  };
}

function checkNames(entries: readonly ZipEntry[], refuse: Refuse): void {
  const strange = entries.find(({ name }) => !name.endsWith(EXTENSION));
  if (strange !== undefined) {
    refuse(`file ${JSON.stringify(strange.name)} is no array: an npz holds files that end with ${EXTENSION}`);
  }
}

/** Reads an npz file of so many bytes, one array after the other. */
export function* readNpzArrays(
  size: number,
  options: ReadNpzOptions,
  refuse: Refuse,
): Reading<Map<string, ArrayRecord>> {
  const entries = yield* readZipDirectory(size, refuse);
  checkNames(entries, refuse);
  const unpacked = limiter(size, options, refuse);
  for (const entry of entries) unpacked(entry.size);
  const claim = limiter(size, options, refuse);
  const arrays = new Map<string, ArrayRecord>();
  for (const entry of entries) {
    const refuseEntry: Refuse = (problem, cause) =>
      refuse(`array ${JSON.stringify(nameOf(entry))}: ${problem}`, cause);
    const reader = readNpyArray(entry.size, options, refuseEntry, claim);
    arrays.set(nameOf(entry), yield* readZipEntry(entry, reader, refuseEntry));
  }
  return arrays;
}

const nameOf = ({ name }: ZipEntry): string => name.slice(0, -EXTENSION.length);

/**
 * Reads an npz file's bytes, as `numpy.savez` and `savez_compressed` write them: each array as `parseNpy` does. The
 * arrays are copies.
 *
 * @throws FormatError naming the file and the array: not a sound zip, a file that is no npy, sizes or checksums that are
 * wrong, arrays that would take more than `maxBytes`, and what `parseNpy` refuses. No size is believed: what is claimed is
 * held against the file before anything is unpacked, and unpacking stops where the claim ends.
 * @throws ValueError for a `maxBytes` that is no number from 0 up
 *
 * @example
 * ```ts
 * import { encodeNpz, parseNpz } from "maru/formats";
 * const x = { dtype: "float32", shape: [2], data: new Float32Array([1, 2]) } as const;
 * parseNpz(encodeNpz({ x }, { compress: true })).get("x")?.data; // Float32Array [1, 2]
 * ```
 */
export function parseNpz(bytes: Uint8Array, options: ReadNpzOptions = {}): Map<string, ArrayRecord> {
  checkMaxBytes("parseNpz", options);
  return readFromBytes(readNpzArrays(bytes.length, options, refusal("parseNpz", options)), bytes);
}

/** @throws ValueError */
export function checkMaxBytes(operation: string, { maxBytes }: ReadNpzOptions): void {
  if (maxBytes !== undefined && !(maxBytes >= 0)) {
    throw new ValueError(`${operation}: maxBytes is a number of bytes from 0 up, found ${maxBytes}`);
  }
}

/** fflate writes no zip64, so neither a file nor the whole may be larger. Headers and directory have room besides. */
const MAX_BYTES = 2 ** 32 - 2 ** 26;
const MAX_ARRAYS = 2 ** 16 - 1;
const MAX_NAME_BYTES = 2 ** 16 - 1 - EXTENSION.length;
/** So that the same arrays give the same bytes; the first day that zip knows, as NumPy has it. */
const NO_TIME = [1980, 0, 1] as const;

/** The arrays of an npz file to be. */
export type NpzPlan<T> = readonly { title: string; name: string; array: T; npy: NpyPlan }[];

function checkName(name: string): string {
  const title = `encodeNpz: array ${JSON.stringify(name)}`;
  if (LONE_SURROGATE.test(name)) throw new ValueError(`${title}: the name is not Unicode text`);
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > MAX_NAME_BYTES) {
    throw new ValueError(`${title}: the name takes ${bytes} bytes; zip holds ${MAX_NAME_BYTES}`);
  }
  return title;
}

/** @throws ValueError, DTypeError and ShapeError as `encodeNpz` does, except for what is wrong with values */
export function planNpz<T extends ArrayDescription>(arrays: Named<T>, options: WriteNpzOptions): NpzPlan<T> {
  const plan = entriesOf(arrays).map(([name, array]) => {
    const title = checkName(name);
    checkDescription(title, array);
    return { title, name, array, npy: planNpy(title, name, array, options) };
  });
  const total = plan.reduce(
    (sum, { name, array, npy }) =>
      sum + 1024 + 6 * name.length + storedBytes(Number(countElements(array.shape)), npy.stored),
    0,
  );
  if (total > MAX_BYTES || plan.length > MAX_ARRAYS) {
    throw new ValueError(
      `encodeNpz: ${plan.length} arrays of ${total} bytes; an npz is written up to ${MAX_ARRAYS} arrays and ` +
        `${MAX_BYTES} bytes: write several, or safetensors`,
    );
  }
  return plan;
}

/** Writes a zip as the arrays come. Each call gives the bytes that are ready. */
export class NpzWriter {
  private ready: Uint8Array[] = [];
  private readonly zip = new Zip((error, bytes) => {
    if (error) throw error;
    this.ready.push(bytes);
  });
  private readonly compress: boolean;

  constructor({ compress = false }: WriteNpzOptions) {
    this.compress = compress;
  }

  *add(
    { title, name, npy }: Omit<NpzPlan<unknown>[number], "array">,
    record: ArrayRecord,
  ): Iterable<Uint8Array> {
    const file: ZipInputFile & { push(bytes: Uint8Array, last: boolean): void } = this.compress
      ? new ZipDeflate(name + EXTENSION)
      : new ZipPassThrough(name + EXTENSION);
    file.mtime = new Date(...NO_TIME);
    this.zip.add(file);
    file.push(npy.header, false);
    for (const piece of storedPieces(title, record, npy.stored)) {
      for (let at = 0; at < piece.length; at += PIECE) {
        file.push(piece.subarray(at, at + PIECE), false);
        yield* this.drain();
      }
    }
    file.push(new Uint8Array(0), true);
    yield* this.drain();
  }

  *end(): Iterable<Uint8Array> {
    this.zip.end();
    yield* this.drain();
  }

  private drain(): Uint8Array[] {
    const { ready } = this;
    this.ready = [];
    return ready;
  }
}

/** As much as is deflated at a time. */
const PIECE = 2 ** 18;

function* chunksOf(plan: NpzPlan<ArrayRecord>, options: WriteNpzOptions): Iterable<Uint8Array> {
  const writer = new NpzWriter(options);
  for (const item of plan) yield* writer.add(item, item.array);
  yield* writer.end();
}

/**
 * The bytes of an npz file that holds these arrays, for `numpy.load`. The same arrays give the same bytes.
 *
 * @throws ValueError for a name that zip cannot hold or 4 GiB and more; DTypeError, ShapeError and ValueError as
 * `encodeNpy` throws them.
 *
 * @example
 * ```ts
 * import { encodeNpz } from "maru/formats";
 * const x = { dtype: "float32", shape: [2], data: new Float32Array([1, 2]) } as const;
 * const bytes = encodeNpz({ x, half: x }, { dtype: (name) => (name === "half" ? "float16" : undefined) });
 * bytes.slice(0, 2); // Uint8Array [80, 75]
 * ```
 */
export function encodeNpz(arrays: NamedArrays, options: WriteNpzOptions = {}): Uint8Array {
  const plan = planNpz(arrays, options);
  for (const { title, array } of plan) checkArrayRecord(title, array);
  return joinBytes(chunksOf(plan, options));
}
