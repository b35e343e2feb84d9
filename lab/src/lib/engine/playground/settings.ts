/** What a network of the playground can be, and where each of its numbers lies in one flat list. */

export const FEATURES = ["x1", "x2", "x1x1", "x2x2", "x1x2", "sin1", "sin2"] as const;
export const ACTIVATIONS = ["tanh", "relu", "sigmoid", "linear"] as const;
export const LOSSES = ["crossEntropy", "mse"] as const;
export const OPTIMIZERS = ["sgd", "momentum", "adam"] as const;
export type Feature = (typeof FEATURES)[number];
export type Activation = (typeof ACTIVATIONS)[number];
export type LossName = (typeof LOSSES)[number];
export type OptimizerName = (typeof OPTIMIZERS)[number];

export const MOST_LAYERS = 6;
export const MOST_NEURONS = 8;

/** The plane that is drawn, and that all points lie in: from -EDGE to EDGE both ways. */
export const EDGE = 2;
/** Points a side of the pictures of what a neuron sees. */
export const SIDE = 40;

/** What cannot change while a network is trained; rate and l2 are what they are at the first step. */
export interface NetworkSettings {
  readonly features: readonly Feature[];
  /** Neurons of each hidden layer. */
  readonly layers: readonly number[];
  readonly classes: 2 | 3;
  readonly activation: Activation;
  readonly loss: LossName;
  readonly optimizer: OptimizerName;
  readonly batch: number;
  readonly seed: number;
  readonly rate: number;
  readonly l2: number;
}

/** Points of training and test, x1 and x2 one after the other, and the class of each. */
export interface Points {
  readonly x: Float32Array;
  readonly y: Int32Array;
}

/** Two classes need one output neuron, the score of class 1; three have one each. */
export const sizesOf = ({
  features,
  layers,
  classes,
}: Pick<NetworkSettings, "features" | "layers" | "classes">): number[] => [
  features.length,
  ...layers,
  classes === 2 ? 1 : classes,
];

/** Where the numbers of a layer of weights lie: weight (outs, ins) row by row, then bias (outs). */
export interface LayerPlace {
  readonly weight: number;
  readonly bias: number;
  readonly ins: number;
  readonly outs: number;
}

export function placesOf(sizes: readonly number[]): LayerPlace[] {
  let at = 0;
  return sizes.slice(1).map((outs, i) => {
    const ins = sizes[i]!;
    const place = { weight: at, bias: at + ins * outs, ins, outs };
    at += ins * outs + outs;
    return place;
  });
}

export const countOf = (sizes: readonly number[]): number =>
  sizes.slice(1).reduce((sum, outs, i) => sum + (sizes[i]! + 1) * outs, 0);

/** Pictures of a network: one for each neuron, inputs and outputs too. */
export const picturesOf = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
