/** The digits of MNIST: fetched when they are first needed, as bytes. */

export interface Digits {
  readonly n: number;
  /** 28 rows of 28 bytes for each digit: 0 is paper, 255 is ink. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** A server may unpack what is packed on the way, so the first bytes tell. */
async function bytesOf(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${url.pathname}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

/** IDX: two zeros, the type of the numbers (8 for bytes), how many axes, and the length of each in four bytes. */
function contents(bytes: Uint8Array, axes: number): Uint8Array {
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || bytes[3] !== axes)
    throw new Error("the file of digits is not in the format IDX");
  return bytes.subarray(4 + 4 * axes);
}

const url = {
  "train-images-idx3-ubyte": new URL("../../../../.cache/digits/train-images.idx.gz", import.meta.url),
  "train-labels-idx1-ubyte": new URL("../../../../.cache/digits/train-labels.idx.gz", import.meta.url),
  "t10k-images-idx3-ubyte": new URL("../../../../.cache/digits/test-images.idx.gz", import.meta.url),
  "t10k-labels-idx1-ubyte": new URL("../../../../.cache/digits/test-labels.idx.gz", import.meta.url),
} as const;

async function load(images: keyof typeof url, labels: keyof typeof url): Promise<Digits> {
  const [pixels, names] = await Promise.all([bytesOf(url[images]), bytesOf(url[labels])]);
  const found = contents(names, 1);
  return { n: found.length, images: contents(pixels, 3), labels: found };
}

/** One of the four files of MNIST by its name, unpacked; there are no others. */
export function digitsFile(name: string): Promise<Uint8Array> {
  if (!Object.hasOwn(url, name)) return Promise.reject(new Error(`there is no file "${name}"`));
  return bytesOf(url[name as keyof typeof url]);
}

let train: Promise<Digits> | undefined;
let test: Promise<Digits> | undefined;

export const trainDigits = (): Promise<Digits> => {
  train ??= load("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
  return train;
};

export const testDigits = (): Promise<Digits> => {
  test ??= load("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
  return test;
};
