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
  { number: 1, slug: "why-now", folder: "01-why-now", load: () => import("./01-why-now/index.js") },
  { number: 2, slug: "perceptron", folder: "02-perceptron", load: () => import("./02-perceptron/index.js") },
  { number: 3, slug: "gates", folder: "03-gates", load: () => import("./03-gates/index.js") },
  { number: 4, slug: "bias", folder: "04-bias", load: () => import("./04-bias/index.js") },
  { number: 5, slug: "limits", folder: "05-limits", load: () => import("./05-limits/index.js") },
  { number: 6, slug: "xor", folder: "06-xor", load: () => import("./06-xor/index.js") },
  { number: 7, slug: "layers", folder: "07-layers", load: () => import("./07-layers/index.js") },
  {
    number: 8,
    slug: "activations",
    folder: "08-activations",
    load: () => import("./08-activations/index.js"),
  },
  { number: 9, slug: "nonlinear", folder: "09-nonlinear", load: () => import("./09-nonlinear/index.js") },
  { number: 10, slug: "arrays", folder: "10-arrays", load: () => import("./10-arrays/index.js") },
  { number: 11, slug: "products", folder: "11-products", load: () => import("./11-products/index.js") },
  { number: 12, slug: "forward", folder: "12-forward", load: () => import("./12-forward/index.js") },
  { number: 13, slug: "learning", folder: "13-learning", load: () => import("./13-learning/index.js") },
  { number: 14, slug: "backprop", folder: "14-backprop", load: () => import("./14-backprop/index.js") },
  { number: 15, slug: "digits", folder: "15-digits", load: () => import("./15-digits/index.js") },
  { number: 16, slug: "features", folder: "16-features", load: () => import("./16-features/index.js") },
  { number: 17, slug: "playground", folder: "17-playground", load: () => import("./17-playground/index.js") },
  { number: 18, slug: "reference", folder: "18-reference", load: () => import("./18-reference/index.js") },
];

export const entryOf = (slug: string): ChapterEntry | undefined =>
  CHAPTERS.find((entry) => entry.slug === slug);
