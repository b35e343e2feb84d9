/**
 * Node only: the formats of this room as files. Reading says what is wrong with the path before the format is looked at;
 * writing is whole or not at all.
 */
import type { ArrayRecord } from "./array-record.js";
import type { Reading } from "./byte-source.js";
import { type CsvOptions, type CsvTable, parseCsv } from "./csv.js";
import { fileError } from "./file-error.js";
import { FileSource } from "./file-source.js";
import { parseIdx } from "./idx.js";
import { decodePng, type GrayImage } from "./png.js";

export { readNpy, readNpz, writeNpy, writeNpz } from "./numpy-files.js";
export { readSafetensors, writeSafetensors } from "./safetensors-file.js";

function allocateFor(path: string, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw fileError("read", path, `its ${size} bytes do not fit into memory`, error);
  }
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
  return FileSource.with(path, async (source) => {
    const bytes = allocateFor(path, source.size);
    function* whole(): Reading<void> {
      if (bytes.length > 0) yield { position: 0, into: bytes };
    }
    await source.run(whole());
    return bytes;
  });
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

/**
 * Reads a CSV file, as `parseCsv` does its bytes.
 *
 * @throws FileError where the file cannot be read, FormatError where it is not a sound table; both name the file.
 *
 * @example
 * ```ts
 * import { toTensor } from "maru/formats";
 * import { readCsv } from "maru/formats/node";
 * const iris = await readCsv("iris.csv", { types: { species: ["setosa", "versicolor", "virginica"] } });
 * const x = toTensor(iris.matrix()); // (150,4), float32
 * const y = toTensor(iris.column("species")); // (150,), int32
 * ```
 */
export async function readCsv(path: string, options: Omit<CsvOptions, "path"> = {}): Promise<CsvTable> {
  return parseCsv(await readFileBytes(path), { ...options, path });
}
