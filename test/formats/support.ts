/** What the tests of this room share: fixtures, a seeded generator, mutations of bytes, and the error that a call throws. */
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { expect } from "vitest";
import { FormatError } from "../../src/errors.js";

export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)));

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
function crc32(bytes: Uint8Array): number {
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
