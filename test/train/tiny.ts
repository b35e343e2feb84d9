/** A small training for the tests of `fit`: two clouds of points, a small network, and what is left of a run, to the bit. */
import {
  array,
  type FitHistory,
  type FitOptions,
  Generator,
  nn,
  optim,
  random,
  type Tensor,
  where,
} from "maru";
import { type Dataset, tensorDataset } from "maru/data";

/** Points around (1, 1) and (-1, -1), by turns. */
export function clouds(n: number, seed = 0): Dataset<[2], [], "float32", "int32"> {
  const noise = new Generator(seed).normal([n, 2], { std: 0.3 }).dataSync();
  const points = Float32Array.from(noise, (value, i) => value + ((i >> 1) % 2 === 0 ? 1 : -1));
  const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
  return tensorDataset(array(points).reshape([n, 2]), array(labels)) as never;
}

export function network(seed = 1) {
  random.seed(seed);
  return nn.sequential(nn.linear(2, 8), nn.tanh(), nn.linear(8, 2));
}

/** A network that draws random numbers in training and moves a buffer with each batch, as dropout and normalisation do. */
export class Noisy extends nn.Module {
  readonly inner = network();
  readonly mean = array([0, 0]);
  forward(x: Tensor): Tensor {
    if (this.training) {
      this.mean.assign(this.mean.mul(0.9).add(x.mean(0).mul(0.1)));
      const kept = random.uniform(x.shape).lt(0.8);
      return this.inner.forward(where(kept, x, 0) as never) as Tensor;
    }
    return this.inner.forward(x.sub(this.mean) as never) as Tensor;
  }
}

export const settings = {
  loss: nn.crossEntropy,
  optimizer: optim.adam(0.02),
  epochs: 3,
  batchSize: 16,
  progress: false,
} satisfies FitOptions;

/** The numbers of a history, without how long they took. */
export const numbersOf = ({ epochs, best, ending }: FitHistory): object => ({
  epochs: epochs.map((record) => ({ ...record, seconds: 0, samplesPerSecond: 0 })),
  best,
  ending,
});

/** The values of tensors by name; equal only where every bit is. */
export const bitsOf = (tensors: Readonly<Record<string, Tensor>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const { buffer, byteOffset, byteLength } = tensor.dataSync();
      return [name, Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("hex")];
    }),
  );
