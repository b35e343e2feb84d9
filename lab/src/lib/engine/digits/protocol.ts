/** What the page and the worker that learns digits tell each other. */

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
/** How many digits a step takes. */
export const BATCH = 100;
export const TEST_DIGITS = 10_000;
/** How many test digits are asked now and then while the network learns. */
export const SAMPLE = 1000;
export const SAMPLE_EVERY = 200;

/** The layers of the network, in their order, and how many channels each gives. */
export const LAYERS = [
  { name: "conv1", channels: 16 },
  { name: "relu1", channels: 16 },
  { name: "pool1", channels: 16 },
  { name: "conv2", channels: 32 },
  { name: "relu2", channels: 32 },
  { name: "pool2", channels: 32 },
  { name: "linear", channels: 10 },
] as const;
export type LayerName = (typeof LAYERS)[number]["name"];
export const channelsOf = (layer: LayerName): number => LAYERS.find(({ name }) => name === layer)!.channels;

/** Layers whose filters are asked what they answer to: what they say after the ReLU, and the ten scores. */
export const FILTERS = ["relu1", "relu2", "linear"] as const;
export type FilterLayer = (typeof FILTERS)[number];

/** A kernel of the first layer that a reader has painted, in place of the learned one. */
export interface Painted {
  readonly filter: number;
  /** 3 by 3. */
  readonly kernel: readonly number[];
}

/** What an image is made for: an answer everywhere, or in the one place in the middle. */
export interface Wish {
  readonly layer: FilterLayer;
  readonly filter: number;
  readonly everywhere: boolean;
}

/** What a layer says of many digits, as a map of two axes. */
export interface MapWish {
  /** `pixels` is the digits themselves, before any layer. */
  readonly layer: "pixels" | LayerName;
  readonly method: "pca" | "umap";
}

export type Ask =
  | { readonly kind: "train"; readonly seed: number; readonly steps: number }
  | { readonly kind: "pause" }
  | { readonly kind: "go" }
  | { readonly kind: "stop" }
  | { readonly kind: "forget"; readonly id: number }
  | { readonly kind: "test"; readonly id: number; readonly index: number }
  | {
      readonly kind: "predict";
      readonly id: number;
      readonly image: Float32Array;
      readonly painted?: Painted | undefined;
    }
  | { readonly kind: "weights"; readonly id: number }
  | { readonly kind: "dream"; readonly id: number; readonly wish: Wish }
  | { readonly kind: "best"; readonly id: number; readonly layer: FilterLayer }
  | { readonly kind: "map"; readonly id: number; readonly wish: MapWish };

/** How far a training is. Seconds are of the training alone, without fetching and without pauses. */
export interface Progress {
  readonly step: number;
  readonly steps: number;
  /** Mean loss, and part of digits that were right, over the steps since the last report. */
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
  /** Digits that a second takes. */
  readonly rate: number;
}

/** What a layer says of an image: `channels` pictures of `height` by `width`, one after the other. */
export interface FeatureMaps {
  readonly name: LayerName;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

export interface Prediction {
  readonly probabilities: readonly number[];
  readonly maps: readonly FeatureMaps[];
}

/** Numbers with their shape, by the names that PyTorch would give them. */
export type NetworkWeights = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>
>;

/** A test digit that a filter answers to, and where in it. */
export interface Excited {
  readonly index: number;
  readonly label: number;
  readonly image: Float32Array;
  readonly value: number;
  /** Row and column of the answer in the layer's map. */
  readonly row: number;
  readonly column: number;
}

export interface Dreamed {
  readonly step: number;
  readonly steps: number;
  readonly image: Float32Array;
  /** What the filter answers: its mean over the map, or its answer in the middle. */
  readonly value: number;
  readonly first: number;
}

export interface Mapped {
  readonly done: boolean;
  /** Two numbers for each digit, the test digits from the first on. */
  readonly points: Float32Array;
  readonly labels: Uint8Array;
  /** Part of the points whose nearest neighbour on the map is the same digit. */
  readonly together: number;
  /** Part of the variance that the two axes of a PCA keep. */
  readonly kept?: number;
}

/** Answers to one question, by its number; some come more than once. */
export type Reply =
  | { readonly kind: "digit"; readonly image: Float32Array; readonly label: number }
  | ({ readonly kind: "prediction" } & Prediction)
  | { readonly kind: "weights"; readonly weights: NetworkWeights }
  | ({ readonly kind: "dream" } & Dreamed)
  | { readonly kind: "best"; readonly of: number; readonly filters: readonly (readonly Excited[])[] }
  | ({ readonly kind: "map" } & Mapped);

export type Answer =
  | { readonly kind: "loaded" }
  | { readonly kind: "progress"; readonly progress: Progress }
  /** Part of `of` test digits that were right. */
  | { readonly kind: "accuracy"; readonly step: number; readonly right: number; readonly of: number }
  | { readonly kind: "ended"; readonly complete: boolean }
  | { readonly kind: "reply"; readonly id: number; readonly reply: Reply }
  /** Nothing more comes to that question. */
  | { readonly kind: "answered"; readonly id: number }
  | { readonly kind: "fault"; readonly detail: string };
