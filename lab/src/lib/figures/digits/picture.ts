/** Pictures of one digit, 28 by 28, as numbers from 0 (paper) to 1 (ink), and how any picture becomes one. */
import { PIXELS, SIDE } from "../../engine/digits/protocol.js";

/** A digit of MNIST lies in a box of so many pixels. */
const BOX = 20;

/** As a link carries it: a sixteenth of the way for each pixel. */
export const textOfInk = (ink: ArrayLike<number>): string =>
  Array.from(ink, (value) => Math.round(Math.min(1, Math.max(0, value)) * 15).toString(16)).join("");
export const inkOfText = (text: string): Float32Array =>
  Float32Array.from(text, (character) => Number.parseInt(character, 16) / 15);
export const EMPTY = "0".repeat(PIXELS);

export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The pen leaves ink around a point, less towards its edge; an eraser takes all that the pen would leave. */
export function stamp(ink: Float32Array, x: number, y: number, erase: boolean): void {
  for (let row = Math.max(0, Math.floor(y) - 2); row <= Math.min(SIDE - 1, y + 2); row++)
    for (let column = Math.max(0, Math.floor(x) - 2); column <= Math.min(SIDE - 1, x + 2); column++) {
      const left = Math.min(1, Math.max(0, 1.7 - Math.hypot(column + 0.5 - x, row + 0.5 - y)));
      const at = row * SIDE + column;
      if (!erase) ink[at] = Math.max(ink[at]!, left);
      else if (left > 0) ink[at] = 0;
    }
}

/** The least rectangle that holds all ink, or undefined for an empty picture. */
function bounds({ width, height, values }: Grey): { x: number; y: number; w: number; h: number } | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (values[y * width + x]! > 0.1) {
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
  return right < 0 ? undefined : { x: left, y: top, w: right - left + 1, h: bottom - top + 1 };
}

/** The mean ink of a rectangle, whose edges may run through pixels. */
function meanOf({ width, height, values }: Grey, x0: number, y0: number, x1: number, y1: number): number {
  let sum = 0;
  for (let y = Math.max(0, Math.floor(y0)); y < Math.min(height, y1); y++)
    for (let x = Math.max(0, Math.floor(x0)); x < Math.min(width, x1); x++) {
      const wide = Math.min(x + 1, x1) - Math.max(x, x0);
      const high = Math.min(y + 1, y1) - Math.max(y, y0);
      sum += values[y * width + x]! * wide * high;
    }
  return sum / ((x1 - x0) * (y1 - y0));
}

/**
 * As MNIST was made: the ink is scaled until its longer side is 20 pixels, and laid so that its centre of mass is the
 * centre of the 28 by 28.
 */
export function centred(grey: Grey): Float32Array {
  const result = new Float32Array(PIXELS);
  const box = bounds(grey);
  if (box === undefined) return result;
  const scale = Math.max(box.w, box.h) / BOX;
  const [w, h] = [Math.max(1, Math.round(box.w / scale)), Math.max(1, Math.round(box.h / scale))];
  const small = new Float32Array(w * h);
  let [mass, mx, my] = [0, 0, 0];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [x0, y0] = [box.x + (x * box.w) / w, box.y + (y * box.h) / h];
      const value = meanOf(grey, x0, y0, x0 + box.w / w, y0 + box.h / h);
      small[y * w + x] = value;
      mass += value;
      mx += value * (x + 0.5);
      my += value * (y + 0.5);
    }
  const [dx, dy] = [Math.round(SIDE / 2 - mx / mass), Math.round(SIDE / 2 - my / mass)];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const [column, row] = [x + dx, y + dy];
      if (column >= 0 && row >= 0 && column < SIDE && row < SIDE)
        result[row * SIDE + column] = small[y * w + x]!;
    }
  return result;
}

/** Light and dark as ink: what most of the edge is, is paper; the farthest from it is full ink. */
export function inkOf({ width, height, values }: Grey): Grey {
  const edge: number[] = [];
  for (let x = 0; x < width; x++) edge.push(values[x]!, values[(height - 1) * width + x]!);
  for (let y = 0; y < height; y++) edge.push(values[y * width]!, values[y * width + width - 1]!);
  const paper = edge.sort((a, b) => a - b)[Math.floor(edge.length / 2)]!;
  const farthest = values.reduce((most, value) => Math.max(most, Math.abs(value - paper)), 0);
  // Paper is never quite even, so what differs little from it is paper too.
  const ink = (value: number): number => Math.max(0, (Math.abs(value - paper) / farthest - 0.25) / 0.75);
  return { width, height, values: farthest < 0.08 ? new Float32Array(values.length) : values.map(ink) };
}
