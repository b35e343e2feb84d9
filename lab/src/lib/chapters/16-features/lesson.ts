import type { FilterLayer, LayerName } from "../../engine/digits/protocol.js";

/** The most rows of the picture and of the kernel that are slid over each other. */
export const MOST_SIDE = 8;
export const MOST_KERNEL = 4;
/** What a pen leaves in a cell. */
export const BRUSHES = [1, 0, -1] as const;

export interface FeaturesLesson {
  /** The picture, a hexadecimal digit for each pixel, and whether it is laid as those of MNIST already. */
  ink: string;
  ready: boolean;
  /** Which test digit is chosen next. */
  test: number;
  /** The map that is drawn large. */
  layer: LayerName;
  channel: number;
  /** The kernel of the first layer that can be painted, and what it is then. */
  filter: number;
  painted: boolean;
  kernel: number[];
  brush: (typeof BRUSHES)[number];
  /** A picture of `side` rows of digits and a kernel of `taps` rows, both in rows as long as the longest can be. */
  side: number;
  picture: string;
  taps: number;
  weights: number[];
  padding: number;
  stride: number;
  dilation: number;
  /** The place of the result that is looked at. */
  row: number;
  column: number;
  /** Whose favourite images are looked for. */
  wishLayer: FilterLayer;
  wishFilter: number;
  everywhere: boolean;
  /** What is drawn as a map, and the digit that is looked at. */
  mapLayer: "pixels" | LayerName;
  method: "pca" | "umap";
  point: number;
}

/** Kernels that do something well known to a picture. */
export const KERNELS = {
  vertical: [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  horizontal: [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  spot: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  mean: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
} as const;
export type KernelName = keyof typeof KERNELS;

/** A 7 in eight rows of eight. */
export const PICTURE = [
  "00000000",
  "01111100",
  "00000100",
  "00001000",
  "00010000",
  "00010000",
  "00000000",
  "00000000",
].join("");

export type SlideState = Pick<
  FeaturesLesson,
  "side" | "picture" | "taps" | "weights" | "padding" | "stride" | "dilation"
>;

/** The cells in use of a square that is kept in rows of `most`. */
const inUse = <T>(all: ArrayLike<T>, side: number, most: number): T[] =>
  Array.from({ length: side * side }, (_, i) => all[Math.floor(i / side) * most + (i % side)]!);

export const pictureOf = ({ picture, side }: SlideState): number[] =>
  inUse(picture, side, MOST_SIDE).map(Number);
export const kernelOf = ({ weights, taps }: SlideState): number[] => inUse(weights, taps, MOST_KERNEL);
