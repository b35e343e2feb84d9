/** What the page and the worker that learns digits tell each other. */

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
/** How many digits a step takes. */
export const BATCH = 100;
export const TEST_DIGITS = 10_000;
/** How many test digits are asked now and then while the network learns. */
export const SAMPLE = 1000;
export const SAMPLE_EVERY = 200;

export type Ask =
  | { readonly kind: "train"; readonly seed: number; readonly steps: number }
  | { readonly kind: "pause" }
  | { readonly kind: "go" }
  | { readonly kind: "stop" }
  | { readonly kind: "test"; readonly index: number }
  | { readonly kind: "predict"; readonly id: number; readonly image: Float32Array };

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
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

export type Answer =
  | { readonly kind: "loaded" }
  | { readonly kind: "progress"; readonly progress: Progress }
  /** Part of `of` test digits that were right. */
  | { readonly kind: "accuracy"; readonly step: number; readonly right: number; readonly of: number }
  | { readonly kind: "ended"; readonly complete: boolean }
  | { readonly kind: "digit"; readonly index: number; readonly image: Float32Array; readonly label: number }
  | {
      readonly kind: "prediction";
      readonly id: number;
      readonly probabilities: readonly number[];
      readonly maps: readonly FeatureMaps[];
    }
  | { readonly kind: "fault"; readonly detail: string };
