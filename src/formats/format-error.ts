/** How every reader of this room says no: which reader, which file, and what is wrong with it, in one sentence. */
import { FormatError } from "../errors.js";

/** What the readers are told of the bytes that they are given. */
export interface ParseOptions {
  /** Where the bytes came from; only used to name the file in errors. */
  readonly path?: string;
}

/** A function that refuses the input it was made for by throwing a FormatError. */
export type Refuse = (problem: string, cause?: unknown) => never;

/** Makes the refusal of one reader for one input: `parseIdx: train-images: expected ..., found ...`. */
export function refusal(reader: string, { path }: ParseOptions): Refuse {
  return (problem, cause) => {
    throw new FormatError(
      `${reader}: ${path ?? "the input"}: ${problem}`,
      cause === undefined ? undefined : { cause },
    );
  };
}
