import * as v from "valibot";

/** What a reader may write: enough for a lesson, and short enough for a link. */
export const MOST_CELLS = 24;
export const MOST_CHARACTERS = 2000;

export const FIRST = `const W = array([[1, 2, 3], [4, 5, 6]]);
W.dot(W.T)`;

const text = v.pipe(v.string(), v.maxLength(MOST_CHARACTERS));

export const schema = v.object({
  /** What has been entered, in order. */
  cells: v.optional(v.pipe(v.array(text), v.maxLength(MOST_CELLS)), () => []),
  /** What is being written. */
  draft: v.optional(text, FIRST),
  /** What is looked for in the list of functions. */
  query: v.optional(v.pipe(v.string(), v.maxLength(40)), ""),
});

export interface ReferenceLesson {
  cells: string[];
  draft: string;
  query: string;
}
