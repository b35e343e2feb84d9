/**
 * A network before its training, for the page to show at once: the weights that the seed gives and what the neurons see,
 * by the same draws and the same sums as in the worker, computed by the small face of maru.
 */
import { Generator, type Tensor } from "maru/light";
import { sharePictures, signedPictures } from "./pictures.js";
import { featuresOf, gridOf } from "./plane.js";
import { type FrameView, frameBytes, frameViews } from "./protocol.js";
import { type Activation, FEATURES, type NetworkSettings, placesOf, SIDE, sizesOf } from "./settings.js";

const ACTIVATE: Readonly<Record<Activation, (x: Tensor) => Tensor>> = {
  tanh: (x) => x.tanh() as Tensor,
  relu: (x) => x.maximum(0) as Tensor,
  sigmoid: (x) => x.neg().exp().add(1).pow(-1) as Tensor,
  linear: (x) => x,
};

export function firstLook(settings: NetworkSettings): FrameView {
  const sizes = sizesOf(settings);
  const [view] = frameViews(new ArrayBuffer(frameBytes(sizes, 1)), sizes, 1) as [FrameView];
  const generator = new Generator(settings.seed);
  const cells = SIDE * SIDE;
  let value = featuresOf(gridOf(), settings.features);
  let at = sizes[0]! * cells;
  signedPictures(value.dataSync(), sizes[0]!, view.pictures.subarray(0, at));
  for (const [i, { weight, bias, ins, outs }] of placesOf(sizes).entries()) {
    // Uniform between -1/sqrt(ins) and 1/sqrt(ins), the weights and then the biases: as nn.linear begins.
    const low = -1 / Math.sqrt(ins);
    const w = generator.uniform([outs, ins], { low, high: -low }).realize() as Tensor;
    const b = generator.uniform([outs], { low, high: -low }).realize() as Tensor;
    view.weights.set(w.dataSync() as Float32Array, weight);
    view.weights.set(b.dataSync() as Float32Array, bias);
    value = value.dot(w.transpose()).add(b) as Tensor;
    const picture = view.pictures.subarray(at, (at += outs * cells));
    if (i < sizes.length - 2) {
      value = ACTIVATE[settings.activation](value).realize() as Tensor;
      signedPictures(value.dataSync(), outs, picture);
    } else sharePictures(shares(value, outs).dataSync(), outs, picture);
  }
  return view;
}

const shares = (scores: Tensor, outs: number): Tensor => {
  if (outs === 1) return ACTIVATE.sigmoid(scores);
  const n = scores.shape[0]!;
  const powers = scores.sub(scores.max(1).reshape(n, 1)).exp() as Tensor;
  return powers.div(powers.sum(1).reshape(n, 1)) as Tensor;
};

/** What each possible input is, one picture after the other. */
export function inputPictures(): Uint8Array {
  const pictures = new Uint8Array(FEATURES.length * SIDE * SIDE);
  signedPictures(featuresOf(gridOf(), FEATURES).dataSync(), FEATURES.length, pictures);
  return pictures;
}
