/** Pictures as bytes: what the worker sends of them, and what a table of colours takes. */

/**
 * Values of neurons (n, width), row by row, as one picture of n bytes for each neuron: 0 is -1 or less, 128 is 0, 255 is
 * 1 or more.
 */
export function signedPictures(values: ArrayLike<number>, width: number, into: Uint8Array): void {
  const n = into.length / width;
  for (let j = 0; j < width; j++) {
    for (let i = 0, at = j; i < n; i++, at += width) {
      const byte = 127.5 + 127.5 * values[at]!;
      into[j * n + i] = byte >= 255 ? 255 : byte > 0 ? Math.round(byte) : byte <= 0 ? 0 : 128;
    }
  }
}

/** Probabilities (n, width) the same way, from 0 to 255. */
export function sharePictures(values: ArrayLike<number>, width: number, into: Uint8Array): void {
  const n = into.length / width;
  for (let j = 0; j < width; j++)
    for (let i = 0; i < n; i++) into[j * n + i] = Math.round(255 * (values[i * width + j]! || 0));
}
