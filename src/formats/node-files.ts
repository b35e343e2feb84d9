/**
 * Node only: the formats of this room as files. Reading says what is wrong with the path before the format is looked at;
 * writing is whole or not at all.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { ArrayRecord } from "./array-record.js";
import { writeFileAtomic } from "./atomic-write.js";
import { fileError, toFileError } from "./file-error.js";
import { parseIdx } from "./idx.js";
import { decodePng, type GrayImage } from "./png.js";
import { parseSafetensors, type SafetensorsContents } from "./safetensors-read.js";
import { type NamedArrays, safetensorsChunks } from "./safetensors-write.js";

const MAX_READ = 2 ** 26;

function allocateFor(path: string, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw fileError("read", path, `its ${size} bytes do not fit into memory`, error);
  }
}

async function readWhole(file: FileHandle, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const stats = await file.stat();
  if (stats.isDirectory()) throw fileError("read", path, "it is a folder, not a file (EISDIR)");
  if (!stats.isFile()) throw fileError("read", path, "it is a device, a pipe or a socket, not a file");
  const bytes = allocateFor(path, stats.size);
  let position = 0;
  while (position < bytes.length) {
    const { bytesRead } = await file.read(
      bytes,
      position,
      Math.min(bytes.length - position, MAX_READ),
      position,
    );
    if (bytesRead === 0) break;
    position += bytesRead;
  }
  return bytes.subarray(0, position);
}

/**
 * The bytes of a file.
 *
 * @throws FileError with the path and the reason: no such file, a folder, permission denied, too large for memory.
 *
 * @example
 * ```ts
 * import { parseIdx } from "maru/formats";
 * import { readFileBytes } from "maru/formats/node";
 * const labels = parseIdx(await readFileBytes("t10k-labels-idx1-ubyte"), { path: "t10k-labels-idx1-ubyte" });
 * ```
 */
export async function readFileBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    return await readWhole(file, path);
  } catch (error) {
    throw toFileError("read", path, error);
  } finally {
    await file?.close();
  }
}

/**
 * Reads an IDX file, as `parseIdx` does its bytes.
 *
 * @throws FileError where the file cannot be read, FormatError where it is not sound IDX.
 *
 * @example
 * ```ts
 * import { readIdx } from "maru/formats/node";
 * const { shape, data } = await readIdx("t10k-images-idx3-ubyte"); // [10000, 28, 28], Uint8Array
 * ```
 */
export async function readIdx(path: string): Promise<ArrayRecord> {
  return parseIdx(await readFileBytes(path), { path });
}

/**
 * Reads a safetensors file, as `parseSafetensors` does its bytes.
 *
 * @throws FileError where the file cannot be read, FormatError where it is not sound safetensors.
 *
 * @example
 * ```ts
 * import { readSafetensors } from "maru/formats/node";
 * const { tensors } = await readSafetensors("model.safetensors");
 * tensors.get("0.weight")?.shape; // [128, 784]
 * ```
 */
export async function readSafetensors(path: string): Promise<SafetensorsContents> {
  return parseSafetensors(await readFileBytes(path), { path });
}

/**
 * Writes a safetensors file whole or not at all. The arrays must not change until the promise settles.
 *
 * @throws FileError where the file cannot be written (the previous one is then as it was); ValueError, DTypeError and
 * ShapeError as `encodeSafetensors` throws them, before anything is written.
 *
 * @example
 * ```ts
 * import { writeSafetensors } from "maru/formats/node";
 * const bias = { dtype: "float32", shape: [2], data: new Float32Array([0.5, -0.5]) } as const;
 * await writeSafetensors("model.safetensors", { bias }, { epoch: "3" });
 * ```
 */
export async function writeSafetensors(
  path: string,
  tensors: NamedArrays,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, safetensorsChunks(tensors, metadata));
}

/**
 * Reads a PNG file as a grey picture, as `decodePng` does its bytes.
 *
 * @throws FileError where the file cannot be read, FormatError where it is not a sound PNG.
 *
 * @example
 * ```ts
 * import { toMnistDigit } from "maru/formats";
 * import { readPng } from "maru/formats/node";
 * const pixels = toMnistDigit(await readPng("seven.png", { background: "contrast" })); // Float32Array of 784
 * ```
 */
export async function readPng(
  path: string,
  options: { background?: number | "contrast" } = {},
): Promise<GrayImage> {
  return decodePng(await readFileBytes(path), { ...options, path });
}
