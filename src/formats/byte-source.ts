/**
 * Readers that do not care where their bytes lie. A reader is a generator that asks for one stretch of the input after
 * the other; whoever runs it fills the stretches from memory (here), from a disk (file-source.ts) or out of a zip
 * (zip-entry.ts). So a format is read by one piece of code, and from a disk only what is asked for is ever in memory.
 */

/** A stretch of the input that a reader wants next: as many bytes as `into` has, from `position` on. */
export interface Fill {
  readonly position: number;
  readonly into: Uint8Array;
}

/** A reader on its way to a T. It only asks for bytes that the input has. */
export type Reading<T> = Generator<Fill, T, void>;

/** Some bytes of the input, as a fresh array. */
export function* readBytes(position: number, length: number): Reading<Uint8Array<ArrayBuffer>> {
  const into = new Uint8Array(length);
  if (length > 0) yield { position, into };
  return into;
}

/** Runs a reader on bytes in memory. */
export function readFromBytes<T>(reading: Reading<T>, bytes: Uint8Array): T {
  for (;;) {
    const { done, value } = reading.next();
    if (done) return value;
    value.into.set(bytes.subarray(value.position, value.position + value.into.length));
  }
}
