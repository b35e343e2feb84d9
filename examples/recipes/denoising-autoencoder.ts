/**
 * An autoencoder that takes the noise out of digits, and has to put each digit into two numbers on the way: its code. It
 * sees digits with noise of standard deviation 0.5 and is to give the clean ones back (Vincent et al. 2008, Extracting and
 * Composing Robust Features with Denoising Autoencoders). Nobody tells it which digit is which, and yet the codes of one
 * digit come to lie together. 784-256-64-2, and back; ReLU between. A batch normalisation keeps the codes in one place.
 *
 * What it reaches: test digits with noise are 0.250 away from the clean ones in mean squared error, and what the network makes
 * of them 0.040, after 20 epochs (seed 0, on wasm and on native). The mean of all digits, the best without a look at them, is
 * at 0.065. For 61 % of 2,000 test digits (60 % on native) the nearest neighbour by the two numbers is the same digit, where
 * guessing gives 10 %; 4 and 9 lie over one another, and so do 3, 5 and 8. It takes a minute and a half on 2 cores.
 *
 * Run it: npx tsx examples/recipes/denoising-autoencoder.ts
 * Options: --epochs 20 --batch-size 100 --lr 0.002 --noise 0.5 --seed 0 --device auto
 */
import {
  argmin,
  broadcastTo,
  concatenate,
  eye,
  fit,
  Generator,
  nn,
  noGrad,
  optim,
  random,
  realize,
  type Tensor,
} from "maru";
import { type Dataset, gaussianNoise, type MnistDataset, map, mnist } from "maru/data";
import { plot } from "maru/plot";
import { type Print, show, table } from "../show.js";
import { digitPoints, epochLines, gallery, runRecipe } from "./shared.js";

const defaults = { epochs: 20, batchSize: 100, lr: 0.002, noise: 0.5, seed: 0, device: "auto" };

type Pictures = Tensor<[number, 1, 28, 28]>;

/** The code is what the encoder gives; the decoder gives a logit for each pixel. */
class Autoencoder extends nn.Module {
  readonly encoder = nn.sequential(
    nn.flatten(),
    nn.linear(784, 256),
    nn.relu(),
    nn.linear(256, 64),
    nn.relu(),
    nn.linear(64, 2),
    nn.batchNorm1d(2, { affine: false }),
  );
  readonly decoder = nn.sequential(
    nn.linear(2, 64),
    nn.relu(),
    nn.linear(64, 256),
    nn.relu(),
    nn.linear(256, 784),
    nn.unflatten(1, [1, 28, 28]),
  );
  forward(x: Pictures) {
    return this.decoder.forward(this.encoder.forward(x));
  }
}

/** Digits whose target is the digit itself. */
const withThemselves = (digits: MnistDataset): Dataset<[1, 28, 28], [1, 28, 28], "float32", "float32"> =>
  map(digits, ({ inputs }) => ({ inputs, targets: inputs }));

/** Trains a fresh network; `fit` adds the noise to what it sees, in every step anew. */
export async function learnToClean(
  train: MnistDataset,
  { epochs, batchSize, lr, noise, seed }: Omit<typeof defaults, "device">,
  print: Print,
): Promise<Autoencoder> {
  random.seed(seed);
  const model = new Autoencoder();
  const totalSteps = epochs * Math.ceil(train.length / batchSize);
  await fit(model, withThemselves(train), {
    loss: nn.bceWithLogits,
    optimizer: optim.adam(lr),
    schedule: { use: optim.cosineAnnealingLR({ tMax: totalSteps }), every: "step" },
    augment: gaussianNoise(noise),
    epochs,
    batchSize,
    seed,
    callbacks: [epochLines(print)],
  });
  return model;
}

/** Puts noise on digits; gives them with it, their codes (n, 2), and the digits that the decoder makes of those. */
export function clean(model: Autoencoder, digits: Pictures, noise: number) {
  model.eval();
  const noisy = gaussianNoise(noise)(digits, new Generator(1)) as Pictures;
  const codes = noGrad(() => model.encoder.forward(noisy));
  const rebuilt = noGrad(() => model.decoder.forward(codes).sigmoid());
  realize([noisy, codes, rebuilt]);
  return { noisy, codes, rebuilt };
}

/** The share of the digits whose nearest neighbour, by their codes, is the same digit. */
export function neighbourAccuracy(codes: Tensor<[number, number]>, labels: Tensor<[number]>): number {
  const squares = codes.square().sum(1);
  const distances = squares.at(":", null).add(squares).sub(codes.matmul(codes.transpose()).mul(2));
  const others = distances.add(eye(codes.shape[0]).mul(1e9));
  return Number(labels.take(argmin(others, 1)).eq(labels).mean().item());
}

const error = (a: Tensor, b: Tensor): string => Number(nn.mse(a, b).item()).toFixed(4);

export async function main(print: Print, out: string, options: typeof defaults): Promise<void> {
  const [train, test] = await Promise.all([mnist("train"), mnist("test")]);
  const model = await learnToClean(train, options, print);
  print();

  const { inputs: digits, targets: labels } = test.batch(Array.from({ length: 2000 }, (_, i) => i));
  const { noisy, codes, rebuilt } = clean(model, digits, options.noise);
  const pictures = concatenate([noisy, rebuilt, digits].map((rows) => rows.at(":12")));
  const title = "Digits with noise, what the network makes of them, and without noise";
  await show(gallery(pictures, 12, title), "denoising-autoencoder-digits", print, out);

  const plane = plot(digitPoints(codes, labels), {
    title: "The codes of 2,000 test digits",
    xLabel: "first number",
    yLabel: "second number",
    height: 560,
  });
  await show(plane, "denoising-autoencoder-codes", print, out);

  const mean = train.batch(Array.from({ length: 2000 }, (_, i) => i)).inputs.mean(0);
  print(
    table(
      ["what is held against the clean digits", "mean squared error"],
      [
        ["the digits with noise", error(noisy, digits)],
        ["the mean of digits, always", error(broadcastTo(mean, digits.shape), digits)],
        ["what the network makes of the noisy ones", error(rebuilt, digits)],
      ],
    ),
  );
  const share = (100 * neighbourAccuracy(codes, labels)).toFixed(1);
  print(`\nOf ${share} % of the digits the nearest neighbour by the two numbers is the same digit`);
}

await runRecipe(import.meta.url, main, defaults);
