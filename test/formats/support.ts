/** What the tests of this room share: fixtures, a seeded generator, mutations of bytes, and the error that a call throws. */
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { expect } from "vitest";
import { FormatError } from "../../src/errors.js";
import type { ArrayRecord } from "../../src/formats/index.js";

export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

/** An array as the scripts in test/reference write it: the bytes of the values in base64. */
export interface GoldenArray {
  dtype: ArrayRecord["dtype"];
  shape: number[];
  data: string;
}

const STORAGE = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

/** Bytes in base64, alone in their buffer. */
export const base64 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, "base64"));

export const fromGolden = ({ dtype, shape, data }: GoldenArray): ArrayRecord => ({
  dtype,
  shape,
  data: new STORAGE[dtype](base64(data).buffer),
});

export const json = (name: string): unknown => JSON.parse(new TextDecoder().decode(fixture(name)));

export const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

export function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** Mulberry32: small, seeded, good enough to choose where to break a file. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One to three random injuries: a bit or byte changed, a stretch removed, doubled or filled, the end cut off. */
export function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = original.slice();
  const injuries = 1 + random(3);
  for (let i = 0; i < injuries && bytes.length > 0; i++) {
    // Half of the injuries go to the front, where the header is.
    const at = random(random(2) === 0 ? Math.min(bytes.length, 32) : bytes.length);
    const length = 1 + random(Math.min(bytes.length - at, 16));
    const kind = random(7);
    if (kind === 0) bytes[at]! ^= 1 << random(8);
    else if (kind === 1) bytes[at] = random(256);
    else if (kind === 2) bytes[at] = 0x30 + random(10);
    else if (kind === 3) bytes = bytes.slice(0, at);
    else if (kind === 4) bytes = join(bytes.subarray(0, at), bytes.subarray(at + length));
    else if (kind === 5) bytes = join(bytes.subarray(0, at + length), bytes.subarray(at));
    else bytes.fill(random(2) * 255, at, at + length);
  }
  return bytes;
}

/**
 * Reads `count` broken files. Each must be read into something that `check` finds consistent, or be refused with a
 * FormatError. Gives how many were read and how many refused.
 */
export function fuzz<T>(
  originals: Uint8Array[],
  count: number,
  parse: (bytes: Uint8Array) => T,
  check: (parsed: T, bytes: Uint8Array) => void,
): { read: number; refused: number } {
  const random = seeded(2024);
  const tally = { read: 0, refused: 0 };
  for (let i = 0; i < count; i++) {
    const bytes = mutate(originals[i % originals.length]!, random);
    let parsed: T;
    try {
      parsed = parse(bytes);
    } catch (error) {
      if (!(error instanceof FormatError))
        throw new Error(`mutation ${i} threw ${String(error)}`, { cause: error });
      tally.refused++;
      continue;
    }
    check(parsed, bytes);
    tally.read++;
  }
  return tally;
}

/** The message of the error that a call must throw, of the class that it must have. */
export function refusalOf(type: new (message: string) => Error, call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

/** The checksum of section 5.5 of the specification; node:zlib has one only from Node 20.15 on. */
export function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(ascii(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

export interface PngParts {
  width: number;
  height: number;
  depth: number;
  colorType: number;
  interlace?: number;
  /** Filtered scan lines, each with its filter byte. */
  lines: Uint8Array;
  /** Chunks before the pixel data. */
  before?: Uint8Array[];
}

/** A PNG put together from its parts, so that a test can make one lie about any of them. */
export function makePng({
  width,
  height,
  depth,
  colorType,
  interlace = 0,
  lines,
  before = [],
}: PngParts): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, colorType, 0, 0, interlace], 8);
  return join(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk("IHDR", header),
    ...before,
    pngChunk("IDAT", new Uint8Array(deflateSync(lines))),
    pngChunk("IEND", new Uint8Array(0)),
  );
}

/** A file of a zip, and what the zip says of it; what is left out is true. */
export interface ZipFile {
  name: string;
  /** The bytes that its checksum and size are of. */
  content: Uint8Array;
  /** The bytes in the zip: the content itself if left out. */
  packed?: Uint8Array;
  method?: number;
  flags?: number;
  crc?: number;
  claimedSize?: number;
  claimedOffset?: number;
  localName?: string;
}

interface ZipOptions {
  comment?: Uint8Array;
  zip64?: boolean;
  count?: number;
  disk?: number;
}

/** Little-endian numbers: [bytes, value] each. */
function numbers(...fields: [2 | 4 | 8, number][]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

const ALL_ONES = 0xffffffff;

/** A zip put together from its parts, so that a test can make one lie about any of them. */
export function makeZip(files: readonly ZipFile[], options: ZipOptions = {}): Uint8Array {
  const { comment = new Uint8Array(0), zip64 = false, disk = 0, count = files.length } = options;
  const body: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const file of files) {
    const { content, packed = content, method = 0, flags = 0 } = file;
    const { crc = crc32(content), claimedSize = content.length, claimedOffset = offset } = file;
    const name = ascii(file.name);
    const localName = ascii(file.localName ?? file.name);
    const common = numbers([2, 20], [2, flags], [2, method], [2, 0], [2, 33], [4, crc]);
    const sizes = numbers([4, packed.length], [4, claimedSize]);
    const padding = numbers([2, 0xcafe], [2, 3], [2, 0]);
    const local = join(
      numbers([4, 0x04034b50]),
      common,
      sizes,
      numbers([2, localName.length], [2, 7]),
      localName,
      join(padding, Uint8Array.of(0)),
      packed,
    );
    const sizes64 = numbers([2, 1], [2, 24], [8, claimedSize], [8, packed.length], [8, claimedOffset]);
    const extra = zip64 ? join(numbers([2, 0xcafe], [2, 0]), sizes64) : new Uint8Array(0);
    directory.push(
      numbers([4, 0x02014b50], [2, 20]),
      common,
      zip64 ? numbers([4, ALL_ONES], [4, ALL_ONES]) : sizes,
      numbers([2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0]),
      numbers([4, zip64 ? ALL_ONES : claimedOffset]),
      name,
      extra,
    );
    body.push(local);
    offset += local.length;
  }
  const index = join(...directory);
  const end64 = join(
    numbers([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, count], [8, count]),
    numbers([8, index.length], [8, offset]),
    numbers([4, 0x07064b50], [4, 0], [8, offset + index.length], [4, 1]),
  );
  const shortCount = zip64 ? 0xffff : count;
  const end = numbers(
    [4, 0x06054b50],
    [2, disk],
    [2, disk],
    [2, shortCount],
    [2, shortCount],
    [4, zip64 ? ALL_ONES : index.length],
    [4, zip64 ? ALL_ONES : offset],
    [2, comment.length],
  );
  return join(...body, index, zip64 ? end64 : new Uint8Array(0), end, comment);
}
