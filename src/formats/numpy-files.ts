/** Node only: npy and npz on the disk, read and written one array at a time. */
import type { ArrayRecord } from "./array-record.js";
import { checkDescription } from "./array-record.js";
import { type ArraySource, checkIfThere, load, type NamedSources } from "./array-source.js";
import { writeFileAtomic } from "./atomic-write.js";
import { FileSource } from "./file-source.js";
import { refusal } from "./format-error.js";
import { type NpyPlan, planNpy, readNpyArray, type WriteNpyOptions } from "./npy.js";
import {
  checkMaxBytes,
  type NpzPlan,
  NpzWriter,
  planNpz,
  type ReadNpzOptions,
  readNpzArrays,
  type WriteNpzOptions,
} from "./npz.js";
import type { ReadFileOptions } from "./safetensors-file.js";
import { storedPieces } from "./stored-write.js";

/**
 * Reads an npy file, as `parseNpy` does its bytes, but straight from the disk into the array's memory.
 *
 * @throws FileError where the file cannot be read, FormatError where it is not sound npy.
 *
 * @example
 * ```ts
 * import { readNpy, writeNpy } from "maru/formats/node";
 * const x = array([1, 2]);
 * await writeNpy("x.npy", x);
 * (await readNpy("x.npy")).data; // Float32Array [1, 2]
 * ```
 */
export async function readNpy(path: string, options: ReadFileOptions = {}): Promise<ArrayRecord> {
  return FileSource.with(path, (source) =>
    source.run(readNpyArray(source.size, options, refusal("readNpy", { path }))),
  );
}

/**
 * Reads an npz file, as `parseNpz` does its bytes, one array after the other: the file itself is never in memory.
 *
 * @throws FileError where the file cannot be read, FormatError where it is not sound npz.
 *
 * @example
 * ```ts
 * import { readNpz, writeNpz } from "maru/formats/node";
 * const x = zeros([100, 4]);
 * await writeNpz("zeros.npz", { x }, { compress: true });
 * const arrays = await readNpz("zeros.npz");
 * arrays.get("x")?.shape; // [100, 4]
 * ```
 */
export async function readNpz(
  path: string,
  options: Omit<ReadNpzOptions, "path"> = {},
): Promise<Map<string, ArrayRecord>> {
  checkMaxBytes("readNpz", options);
  return FileSource.with(path, (source) =>
    source.run(readNpzArrays(source.size, options, refusal("readNpz", { path }))),
  );
}

async function* npyChunks(array: ArraySource, { header, stored }: NpyPlan): AsyncIterable<Uint8Array> {
  yield header;
  yield* storedPieces("writeNpy", await load("writeNpy", array), stored);
}

/**
 * Writes an npy file for `numpy.load`, whole or not at all, from a record or a tensor.
 *
 * @throws FileError where the file cannot be written (the previous one is then as it was); DTypeError, ShapeError and
 * ValueError as `encodeNpy` throws them.
 *
 * @example
 * ```ts
 * import { writeNpy } from "maru/formats/node";
 * const x = array([[1, 2], [3, 4]]);
 * await writeNpy("x.npy", x, { dtype: "float16" });
 * ```
 */
export async function writeNpy(
  path: string,
  array: ArraySource,
  options: WriteNpyOptions = {},
): Promise<void> {
  checkDescription("writeNpy", array);
  checkIfThere("writeNpy", array);
  await writeFileAtomic(path, npyChunks(array, planNpy("writeNpy", "array", array, options)));
}

async function* npzChunks(plan: NpzPlan<ArraySource>, options: WriteNpzOptions): AsyncIterable<Uint8Array> {
  const writer = new NpzWriter(options);
  for (const item of plan) yield* writer.add(item, await load(item.title, item.array));
  yield* writer.end();
}

/**
 * Writes an npz file for `numpy.load`, whole or not at all, from records or tensors; their values are asked for one array
 * at a time, as they are written.
 *
 * @throws FileError where the file cannot be written (the previous one is then as it was); DTypeError, ShapeError and
 * ValueError as `encodeNpz` throws them.
 *
 * @example
 * ```ts
 * import { writeNpz } from "maru/formats/node";
 * const x = array([[1, 2], [3, 4]]);
 * const labels = array([0, 1], { dtype: "int32" });
 * await writeNpz("data.npz", { x, labels }, { compress: true });
 * ```
 */
export async function writeNpz(
  path: string,
  arrays: NamedSources,
  options: WriteNpzOptions = {},
): Promise<void> {
  const plan = planNpz(arrays, options);
  for (const { title, array } of plan) checkIfThere(title, array);
  await writeFileAtomic(path, npzChunks(plan, options));
}
