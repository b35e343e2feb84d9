/**
 * PNG pictures as grey values, for digits that people draw. Pure: bytes in, values out. fast-png does the decoding, once
 * png-chunks.ts has seen that the file is no larger than it says.
 */
import { type DecodedPng, decode, encode } from "fast-png";
import { ShapeError, ValueError } from "../errors.js";
import { type ParseOptions, type Refuse, refusal } from "./format-error.js";
import { inspectPng, type PngHeader } from "./png-chunks.js";

/** A grey picture, row by row: 0 is black, 1 is white. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export interface DecodePngOptions extends ParseOptions {
  /**
   * What lies behind transparent pixels: a grey from 0 (black) to 1 (white, the default, as paper), or `"contrast"`:
   * black where the visible pixels are bright and white where they are dark, so that they can be seen.
   */
  readonly background?: number | "contrast";
}

/** How bright a colour is: the weights of ITU-R BT.601, applied to the values as stored. */
const luma = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/** Brightness and opacity of each pixel, both from 0 to 1; no opacity where every pixel is opaque. */
interface Layers {
  readonly gray: Float32Array;
  readonly alpha?: Float32Array;
}

/** One sample a pixel from scan lines in which several share a byte, the leftmost in the highest bits. */
function unpack(packed: ArrayLike<number>, { width, height, depth }: PngHeader): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = packed[y * rowBytes + (bit >> 3)]!;
      samples[y * width + x] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}

function lookUpPalette(samples: ArrayLike<number>, palette: readonly number[][], refuse: Refuse): Layers {
  const gray = new Float32Array(samples.length);
  const alpha = new Float32Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const color = palette[samples[i]!];
    if (color === undefined)
      return refuse(`a pixel has colour ${samples[i]} of a palette of ${palette.length}`);
    const [red = 0, green = 0, blue = 0, opacity = 255] = color;
    gray[i] = luma(red, green, blue) / 255;
    alpha[i] = opacity / 255;
  }
  return { gray, alpha };
}

/** Grey or colour samples; the one colour that a tRNS chunk names is transparent. */
function readSamples(
  samples: ArrayLike<number>,
  header: PngHeader,
  transparent: Uint16Array | undefined,
): Layers {
  const { channels, depth } = header;
  const top = 2 ** depth - 1;
  const pixels = header.width * header.height;
  const gray = new Float32Array(pixels);
  const colors = channels >= 3 ? 3 : 1;
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    const first = samples[at]!;
    gray[i] = (colors === 1 ? first : luma(first, samples[at + 1]!, samples[at + 2]!)) / top;
  }
  if (channels === colors && transparent === undefined) return { gray };
  const alpha = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    if (channels > colors) alpha[i] = samples[at + colors]! / top;
    else alpha[i] = transparent?.every((value, channel) => value === samples[at + channel]) ? 0 : 1;
  }
  return { gray, alpha };
}

/** Black behind bright pixels, white behind dark ones. */
function contrastingBackground(gray: Float32Array, alpha: Float32Array): number {
  let light = 0;
  let weight = 0;
  for (let i = 0; i < gray.length; i++) {
    light += gray[i]! * alpha[i]!;
    weight += alpha[i]!;
  }
  return light > weight / 2 ? 0 : 1;
}

/** The picture as it looks lying on its background: v a + b (1 - a). Works in the memory of the brightness. */
function flatten({ gray, alpha }: Layers, background: number | "contrast"): Float32Array {
  if (alpha === undefined) return gray;
  const behind = background === "contrast" ? contrastingBackground(gray, alpha) : background;
  for (let i = 0; i < gray.length; i++) gray[i] = gray[i]! * alpha[i]! + behind * (1 - alpha[i]!);
  return gray;
}

function decodeWith(essence: Uint8Array, refuse: Refuse): DecodedPng {
  try {
    return decode(essence, { checkCrc: true });
  } catch (error) {
    return refuse(`damaged: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/**
 * Decodes a PNG of any kind (grey, colour, palette, with or without transparency, 1 to 16 bits) into grey values from
 * 0 to 1: `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601), laid over the background where it is transparent. An 8-bit
 * grey v becomes v / 255. Interlaced pictures of less than 8 bits a channel are refused.
 *
 * @throws FormatError for anything but a sound PNG, and for more than 2^26 pixels; both are known before the picture is
 * decoded. ValueError for a background outside 0 to 1.
 *
 * @example
 * ```ts
 * import { decodePng, encodePng } from "maru/formats";
 * const bytes = encodePng({ width: 2, height: 1, data: new Float32Array([0, 1]) });
 * decodePng(bytes); // { width: 2, height: 1, data: Float32Array [0, 1] }
 * ```
 */
export function decodePng(bytes: Uint8Array, options: DecodePngOptions = {}): GrayImage {
  const { background = 1 } = options;
  if (background !== "contrast" && !(background >= 0 && background <= 1)) {
    throw new ValueError(
      `decodePng: the background is a grey from 0 to 1 or "contrast", found ${background}`,
    );
  }
  const refuse = refusal("decodePng", options);
  const { header, essence } = inspectPng(bytes, refuse);
  const image = decodeWith(essence, refuse);
  const samples = header.depth < 8 ? unpack(image.data, header) : image.data;
  const layers =
    header.colorType === 3
      ? lookUpPalette(samples, image.palette ?? [], refuse)
      : readSamples(samples, header, image.transparency);
  return { width: header.width, height: header.height, data: flatten(layers, background) };
}

/**
 * Encodes a grey picture as an 8-bit PNG: each value is cut to 0..1 and rounded to `round(255 v)`.
 *
 * @throws ValueError for sizes that are not whole numbers from 1 up, or a value that is not finite; ShapeError where there are
 * not width times height values.
 *
 * @example
 * ```ts
 * import { encodePng } from "maru/formats";
 * encodePng({ width: 28, height: 28, data: new Float32Array(784).fill(0.5) }); // Uint8Array of a PNG file
 * ```
 */
export function encodePng({ width, height, data }: GrayImage): Uint8Array {
  checkGrayImage("encodePng", { width, height, data });
  return encode({
    width,
    height,
    data: Uint8ClampedArray.from(data, (value) => 255 * value),
    channels: 1,
    depth: 8,
  });
}

/** Checks a picture that a program hands over. */
export function checkGrayImage(operation: string, { width, height, data }: GrayImage): void {
  if (!Number.isSafeInteger(width) || !Number.isSafeInteger(height) || width < 1 || height < 1) {
    throw new ValueError(
      `${operation}: a picture is at least 1 by 1 whole pixels, found ${width} by ${height}`,
    );
  }
  if (data.length !== width * height) {
    throw new ShapeError(
      `${operation}: ${width} by ${height} pixels are ${width * height} values, found ${data.length}`,
    );
  }
  const position = data.findIndex((value) => Number.isNaN(value));
  if (position >= 0)
    throw new ValueError(`${operation}: pixel ${position} is NaN; expected a grey from 0 to 1`);
}
