/** Node only: safetensors on the disk, read and written one tensor at a time. */

import { ValueError } from "../errors.js";
import type { ArrayRecord } from "./array-record.js";
import { type ArraySource, checkIfThere, load, type NamedSources } from "./array-source.js";
import { writeFileAtomic } from "./atomic-write.js";
import { FileSource } from "./file-source.js";
import { refusal } from "./format-error.js";
import {
  describeEntry,
  readSafetensorsContents,
  readSafetensorsHeader,
  readSafetensorsTensor,
  type SafetensorsContents,
  type SafetensorsHeader,
  type StoredTensor,
} from "./safetensors-read.js";
import { planSafetensors, type SafetensorsPlan, type WriteSafetensorsOptions } from "./safetensors-write.js";
import type { ReadNumbersOptions } from "./stored-types.js";
import { storedPieces } from "./stored-write.js";

/** As much as `parseSafetensors` takes, but for the path, which is known. */
export type ReadFileOptions = Omit<ReadNumbersOptions, "path">;

/** An open safetensors file: what its header says, and its tensors when they are asked for. */
export class SafetensorsFile {
  /** What the file holds, by name, in the order in which it lies there. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
  private readonly source: FileSource;
  private readonly header: SafetensorsHeader;
  private readonly options: ReadNumbersOptions;
  private closed = false;

  /** Use `openSafetensors`. */
  constructor(source: FileSource, header: SafetensorsHeader, options: ReadNumbersOptions) {
    this.source = source;
    this.header = header;
    this.options = options;
    this.metadata = header.metadata;
    this.tensors = new Map(
      [...header.entries].map(([name, entry]) => [name, describeEntry(entry, options)] as const),
    );
  }

  /**
   * Reads one tensor from the disk.
   *
   * @throws ValueError for a name that the file does not have, or after `close`; FormatError for values that cannot be
   * read; FileError where the disk does not give them.
   */
  async read(name: string): Promise<ArrayRecord> {
    const { path } = this.source;
    if (this.closed) throw new ValueError(`SafetensorsFile.read: ${path} has been closed; open it again`);
    const entry = this.header.entries.get(name);
    if (entry === undefined) {
      const names = [...this.header.entries.keys()];
      const known = names.slice(0, 8).map((known) => JSON.stringify(known));
      if (names.length > known.length) known.push("...");
      throw new ValueError(
        `SafetensorsFile.read: ${path} has no tensor ${JSON.stringify(name)}; it has ${known.join(", ") || "none"}`,
      );
    }
    const refuse = refusal("SafetensorsFile.read", { path });
    return this.source.run(readSafetensorsTensor(entry, this.options, refuse));
  }

  /** Gives the file back to the system. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.source.close();
  }
}

/**
 * Opens a safetensors file and reads its header only; tensors are read from the disk one by one, when `read(name)` asks
 * for them. So a model of many gigabytes takes as much memory as the tensors that are kept.
 *
 * @throws FileError where the file cannot be read; FormatError where its header is not sound, as `parseSafetensors`.
 *
 * @example
 * ```ts
 * import { openSafetensors, writeSafetensors } from "maru/formats/node";
 * const weight = array([[1, 2], [3, 4]]);
 * await writeSafetensors("model.safetensors", { weight }, {}, { dtype: "float16" });
 * const file = await openSafetensors("model.safetensors");
 * file.tensors.get("weight"); // { dtype: "float32", storedAs: "float16", shape: [2, 2] }
 * (await file.read("weight")).data; // Float32Array [1, 2, 3, 4]
 * await file.close();
 * ```
 */
export async function openSafetensors(path: string, options: ReadFileOptions = {}): Promise<SafetensorsFile> {
  const source = await FileSource.open(path);
  try {
    const refuse = refusal("openSafetensors", { path });
    const header = await source.run(readSafetensorsHeader(source.size, refuse));
    return new SafetensorsFile(source, header, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/**
 * Reads a whole safetensors file, as `parseSafetensors` does its bytes, but each tensor straight from the disk: the file
 * itself is never in memory.
 *
 * @throws FileError where the file cannot be read, FormatError where it is not sound safetensors.
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "maru/formats/node";
 * const model = nn.linear(3, 2);
 * await writeSafetensors("linear.safetensors", model.stateDict());
 * const { tensors } = await readSafetensors("linear.safetensors");
 * tensors.get("weight")?.shape; // [2, 3]
 * ```
 */
export async function readSafetensors(
  path: string,
  options: ReadFileOptions = {},
): Promise<SafetensorsContents> {
  return FileSource.with(path, (source) =>
    source.run(readSafetensorsContents(source.size, options, refusal("readSafetensors", { path }))),
  );
}

async function* chunksOf({ header, tensors }: SafetensorsPlan<ArraySource>): AsyncIterable<Uint8Array> {
  yield header;
  for (const { title, array, stored } of tensors)
    yield* storedPieces(title, await load(title, array), stored);
}

/**
 * Writes a safetensors file whole or not at all. It takes tensors as well as records: their values are asked for one
 * tensor at a time, as they are written. Nothing may change until the promise settles.
 *
 * @throws FileError where the file cannot be written (the previous one is then as it was); ValueError, DTypeError and
 * ShapeError as `encodeSafetensors` throws them, before anything takes the previous file's place.
 *
 * @example
 * ```ts
 * import { writeSafetensors } from "maru/formats/node";
 * const bias = { dtype: "float32", shape: [2], data: new Float32Array([0.5, -0.5]) } as const;
 * await writeSafetensors("model.safetensors", { bias }, { epoch: "3" });
 * const model = nn.linear(4, 2);
 * await writeSafetensors("half.safetensors", model.stateDict(), {}, { dtype: "bfloat16" });
 * ```
 */
export async function writeSafetensors(
  path: string,
  tensors: NamedSources,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  const plan = planSafetensors(tensors, metadata, options);
  for (const { title, array } of plan.tensors) checkIfThere(title, array);
  await writeFileAtomic(path, chunksOf(plan));
}
