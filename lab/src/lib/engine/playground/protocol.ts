/**
 * What page and worker say to each other.
 *
 * The page asks, and the worker answers each question with one message; it never speaks unasked, so that a page which
 * asks once a frame gets at most one message a frame. An answer holds one transferred buffer with all that a frame shows:
 * for each timeline its weights, the gradients of its last step and its pictures, one after the other (`framePlaces`).
 *
 * There is one timeline (0), and a second one (1) after `fork`. `advance` takes both forward by equal numbers of updates;
 * a fork that began in the past first catches up alone.
 */
import {
  countOf,
  type NetworkSettings,
  type OptimizerName,
  type Points,
  picturesOf,
  SIDE,
} from "./settings.js";

/** A change in the middle of a training: the learning rate, the L2 penalty, or one weight (`index` in the flat list). */
export interface Act {
  readonly at: number;
  readonly what: "rate" | "l2" | "weight";
  readonly index: number;
  readonly to: number;
}

export interface ForkSettings {
  /** The update at which it leaves the first timeline. */
  readonly at: number;
  readonly optimizer: OptimizerName;
  readonly rate: number;
  readonly l2: number;
}

export type Ask =
  /** A new training, at step 0. */
  | { kind: "begin"; settings: NetworkSettings; train: Points; test: Points; acts: readonly Act[] }
  /** So many updates, but not longer than `budget` milliseconds nor beyond step `until`. */
  | { kind: "advance"; updates: number; budget: number; until: number }
  /** One more sample of the batch: forward and back. The last one of a batch updates the weights. */
  | { kind: "sample" }
  /** A change now. */
  | { kind: "act"; what: Act["what"]; index: number; to: number }
  /** The past, at the kept step that is nearest before `at`; the present where that is undefined. */
  | { kind: "look"; at?: number }
  | { kind: "fork"; fork: ForkSettings }
  | { kind: "unfork" };

export interface Measures {
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  /** NaN where there are no points to test with. */
  readonly testLoss: number;
  readonly testAccuracy: number;
}

/** The sample that has just gone through the network. */
export interface SampleSeen {
  /** Which of the points of training it is. */
  readonly index: number;
  /** The how many-th of how many of its batch. */
  readonly place: number;
  readonly of: number;
  readonly loss: number;
}

export interface TimelineSeen extends Measures {
  readonly step: number;
  /** Has the loss stopped being a number? */
  readonly lost: boolean;
  /** The mean size of the gradients of each layer's weights. */
  readonly gradientSizes: readonly number[];
}

export type Answer = {
  readonly kind: "frame";
  readonly timelines: readonly TimelineSeen[];
  /** The step that the pictures show, where it is in the past. */
  readonly past?: number;
  readonly sample?: SampleSeen;
  /** The act that has been carried out, with its step. */
  readonly act?: Act;
  /** Steps whose weights are kept, where they have changed. */
  readonly kept?: readonly number[];
  readonly buffer: ArrayBuffer;
};

/** Where the parts of a frame lie in its buffer, in bytes. */
export interface FramePlaces {
  readonly weights: number;
  readonly gradients: number;
  /** One picture of SIDE by SIDE bytes for each neuron, layer after layer; of timeline 1 only the output's. */
  readonly pictures: number;
  readonly end: number;
}

export function framePlaces(sizes: readonly number[], timelines: number): FramePlaces[] {
  const all: FramePlaces[] = [];
  let at = 0;
  for (let i = 0; i < timelines; i++) {
    const numbers = 4 * countOf(sizes);
    const pictures = SIDE * SIDE * (i === 0 ? picturesOf(sizes) : sizes.at(-1)!);
    const end = at + 2 * numbers + pictures;
    all.push({ weights: at, gradients: at + numbers, pictures: at + 2 * numbers, end });
    // Numbers of four bytes begin at multiples of four.
    at = end + ((4 - (end % 4)) % 4);
  }
  return all;
}

/** One timeline of a frame, as views into its buffer. */
export interface FrameView {
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  readonly pictures: Uint8Array;
}

export function frameViews(buffer: ArrayBuffer, sizes: readonly number[], timelines: number): FrameView[] {
  const count = countOf(sizes);
  return framePlaces(sizes, timelines).map(({ weights, gradients, pictures, end }) => ({
    weights: new Float32Array(buffer, weights, count),
    gradients: new Float32Array(buffer, gradients, count),
    pictures: new Uint8Array(buffer, pictures, end - pictures),
  }));
}

export const frameBytes = (sizes: readonly number[], timelines: number): number =>
  framePlaces(sizes, timelines).at(-1)!.end;
