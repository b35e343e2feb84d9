/** The chapters that there are, in their order. Each is loaded when a reader comes to it. */
import type { Chapter } from "./chapter.js";

export interface ChapterEntry {
  readonly number: number;
  /** Its address, in both languages. */
  readonly slug: string;
  /** Its folder, with `ko.md` and `en.md`. */
  readonly folder: string;
  load(): Promise<{ readonly default: Chapter }>;
}

export const CHAPTERS: readonly ChapterEntry[] = [
  { number: 2, slug: "perceptron", folder: "02-perceptron", load: () => import("./02-perceptron/index.js") },
];

export const entryOf = (slug: string): ChapterEntry | undefined =>
  CHAPTERS.find((entry) => entry.slug === slug);
