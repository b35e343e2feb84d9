/**
 * The numbers that the benchmark computes with, and what is told of a result: every participant makes and tells them by
 * the same few lines in its own language (bench/peers), so that results can be compared.
 */

/** Which stream of numbers is for what. */
export const STREAM = { first: 1, second: 2, labels: 3, parameters: 10 } as const;

/** A mix of 32 bits (the end of MurmurHash3, Appleby) of an index in a stream. */
function mix(index: number, stream: number): number {
  let h = (Math.imul(index, 0x9e3779b1) + Math.imul(stream, 0x85ebca77)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Numbers between -scale and scale. */
export function uniform(count: number, stream: number, scale = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((mix(i, stream) >>> 8) / 2 ** 23 - 1) * scale);
}

/** Numbers 0 to classes - 1. */
export function labels(count: number, classes: number, stream: number = STREAM.labels): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => mix(i, stream) % classes);
}

/**
 * What is told of a result, so that nobody computes something else: the root of its mean square, and four of its
 * elements.
 */
export function fingerprint(values: ArrayLike<number>): number[] {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  const at = [0, Math.floor(values.length / 3), Math.floor(values.length / 2), values.length - 1];
  return [Math.sqrt(squares / values.length), ...at.map((i) => values[i]!)];
}

/**
 * What is told of a training: its first loss, and how far the next steps bring it down. The first drop needs a right
 * gradient, the second a right state of the optimizer.
 */
export function firstDrops(step: () => number): number[] {
  const losses = Array.from({ length: CHECKED_STEPS }, step);
  return losses.map((loss, i) => (i === 0 ? loss : losses[i - 1]! - loss));
}

/** How many steps of a training are compared. */
const CHECKED_STEPS = 3;

/** A task that stands ready. */
export interface Work {
  /** Does the task once. */
  step(): void;
  /** What every participant must find: numbers of the result, or of the first steps. */
  check(): number[];
}
