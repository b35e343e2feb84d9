/**
 * Looks over a PNG before any of it is decoded: what the header claims, which chunks there are, and whether the pixel
 * data inflates to exactly the size that the header needs, counted while it is inflated and not kept. A picture whose
 * small file unfolds into gigabytes is refused here.
 *
 * Source: PNG Specification (Third Edition), sections 5 (chunks), 8 (interlacing), 11.2 (critical chunks).
 */
import { Unzlib } from "fflate";
import type { Refuse } from "./format-error.js";

/** The header of a PNG, whose fields are known to go together. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colorType: number;
  readonly channels: number;
  readonly interlaced: boolean;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** The chunk with its length, type and checksum. */
  readonly whole: Uint8Array;
}

/** 2^26 pixels: 8192 by 8192. A header that claims more is refused. */
const MAX_PIXELS = 2 ** 26;
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const HEADER_BYTES = 13;
const PALETTE_TYPE = 3;
const MAX_PALETTE_BYTES = 3 * 256;
/** Deflate can unfold a byte into 1032, so a slice this long never makes more than about 8 MB at a time. */
const INFLATE_SLICE = 8192;

const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [PALETTE_TYPE, 1],
  [4, 2],
  [6, 4],
]);
const DEPTHS = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [PALETTE_TYPE, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

/** First column, first row, column step, row step of the seven passes of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function readChunks(bytes: Uint8Array, refuse: Refuse): Chunk[] {
  if (bytes.length < SIGNATURE.length || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    refuse("it does not begin with the signature of a PNG; only PNG pictures can be read");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let position = SIGNATURE.length;
  while (chunks.at(-1)?.type !== "IEND") {
    if (bytes.length - position < 12)
      refuse(`cut short: it ends after ${bytes.length} bytes without an IEND chunk`);
    const length = view.getUint32(position);
    const type = String.fromCharCode(...bytes.subarray(position + 4, position + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) refuse(`damaged: no chunk begins at byte ${position}`);
    const end = position + 12 + length;
    if (end > bytes.length) {
      refuse(`cut short: a chunk ${type} claims ${length} bytes, found ${bytes.length - position - 12}`);
    }
    chunks.push({ type, data: bytes.subarray(position + 8, end - 4), whole: bytes.subarray(position, end) });
    position = end;
  }
  return chunks;
}

function readHeader(chunk: Chunk | undefined, refuse: Refuse): PngHeader {
  if (chunk?.type !== "IHDR" || chunk.data.length !== HEADER_BYTES) {
    return refuse(`the first chunk must be an IHDR of ${HEADER_BYTES} bytes, found ${chunk?.type}`);
  }
  const view = new DataView(chunk.data.buffer, chunk.data.byteOffset, HEADER_BYTES);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const [depth = 0, colorType = 0, compression = 0, filter = 0, interlace = 0] = chunk.data.subarray(8);
  if (width === 0 || height === 0)
    refuse(`the picture is ${width} by ${height} pixels: there is nothing in it`);
  if (width * height > MAX_PIXELS) {
    refuse(
      `the header claims ${width} by ${height} pixels; at most ${MAX_PIXELS} are read: make it smaller first`,
    );
  }
  const channels = CHANNELS.get(colorType);
  if (channels === undefined) return refuse(`unknown colour type ${colorType}; expected 0, 2, 3, 4 or 6`);
  const depths = DEPTHS.get(colorType) ?? [];
  if (!depths.includes(depth)) {
    refuse(`colour type ${colorType} has ${depths.join(", ")} bits a channel, found ${depth}`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    refuse(
      `unknown compression ${compression}, filter ${filter} or interlace ${interlace}; expected 0, 0, and 0 or 1`,
    );
  }
  if (interlace === 1 && depth < 8) {
    refuse(`interlaced pictures of ${depth} bits a channel cannot be read: save it without interlacing`);
  }
  return { width, height, depth, colorType, channels, interlaced: interlace === 1 };
}

/** Bytes of the filtered scan lines, each with its filter byte. */
function scanlineBytes({ width, height, depth, channels, interlaced }: PngHeader): number {
  const bytes = (columns: number, rows: number) =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * channels * depth) / 8));
  if (!interlaced) return bytes(width, height);
  return ADAM7.reduce(
    (sum, [x, y, dx, dy]) => sum + bytes(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)),
    0,
  );
}

/** Inflates without keeping anything, and stops at the first byte too many. */
function checkPixelData(parts: readonly Uint8Array[], expected: number, refuse: Refuse): void {
  let found = 0;
  const inflate = new Unzlib((piece) => {
    found += piece.length;
  });
  try {
    for (const part of parts) {
      for (let start = 0; start < part.length && found <= expected; start += INFLATE_SLICE) {
        inflate.push(part.subarray(start, start + INFLATE_SLICE));
      }
    }
    if (found <= expected) inflate.push(new Uint8Array(0), true);
  } catch (error) {
    refuse("damaged: the pixel data cannot be decompressed", error);
  }
  if (found !== expected) {
    const amount = found > expected ? "more" : `only ${found}`;
    refuse(
      `the header needs ${expected} bytes of pixel data, found ${amount}: damaged, or the header is wrong`,
    );
  }
}

/** The palette and its transparency must be there, in size and in place, as the colour type asks. */
function checkColorChunks(chunks: readonly Chunk[], { colorType, depth }: PngHeader, refuse: Refuse): void {
  const palettes = chunks.filter(({ type }) => type === "PLTE");
  const transparencies = chunks.filter(({ type }) => type === "tRNS");
  const palette = palettes[0];
  if (palettes.length > 1 || transparencies.length > 1)
    refuse("a palette or a transparency chunk appears twice");
  if (palette !== undefined) {
    const bytes = palette.data.length;
    if (bytes === 0 || bytes % 3 !== 0 || bytes > MAX_PALETTE_BYTES) {
      refuse(`a palette has 1 to 256 colours of 3 bytes, found ${bytes} bytes`);
    }
  }
  if (colorType === PALETTE_TYPE && palette === undefined)
    refuse("the picture needs a palette, and has none");
  const transparency = transparencies[0];
  if (transparency === undefined) return;
  const found = transparency.data.length;
  if (colorType === PALETTE_TYPE) {
    const colors = palette!.data.length / 3;
    if (found > colors) refuse(`the palette has ${colors} colours, but transparency is given for ${found}`);
    if (chunks.indexOf(transparency) < chunks.indexOf(palette!))
      refuse("the transparency stands before the palette");
  } else {
    const expected = colorType === 0 ? 2 : 6;
    if (colorType > 2 || found !== expected) {
      refuse(`colour type ${colorType} of ${depth} bits cannot have a transparency chunk of ${found} bytes`);
    }
  }
}

/** Header, and the same picture with nothing left but the chunks that hold it: no profiles, texts or animations. */
export function inspectPng(bytes: Uint8Array, refuse: Refuse): { header: PngHeader; essence: Uint8Array } {
  const chunks = readChunks(bytes, refuse);
  const header = readHeader(chunks[0], refuse);
  const kept = chunks.filter(({ type }) => /^[A-Z]/.test(type) || type === "tRNS");
  const stranger = kept.find(({ type }, i) => !["PLTE", "tRNS", "IDAT", "IEND"].includes(type) && i > 0);
  if (stranger !== undefined) refuse(`a chunk ${stranger.type} has no place here`);
  checkColorChunks(kept, header, refuse);
  const pixelData = kept.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  checkPixelData(pixelData, scanlineBytes(header), refuse);
  const essence = new Uint8Array(SIGNATURE.length + kept.reduce((sum, { whole }) => sum + whole.length, 0));
  essence.set(SIGNATURE);
  let position = SIGNATURE.length;
  for (const { whole } of kept) {
    essence.set(whole, position);
    position += whole.length;
  }
  return { header, essence };
}
