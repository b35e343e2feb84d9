/** A training that goes on from its folder's newest checkpoint, for `kill.test.ts`: node kill-script.mjs FOLDER THREADS */

import { tensorDataset } from "../../dist/data/index.js";
import { array, fit, Generator, nn, optim, random, setDevice, setThreads } from "../../dist/node.js";

const [folder, threads] = process.argv.slice(2);
setDevice("wasm");
setThreads(Number(threads));
random.seed(3);
const points = new Generator(0).normal([240, 40]);
const labels = array(Int32Array.from({ length: 240 }, (_, i) => i % 2));

class Net extends nn.Module {
  hidden = nn.linear(40, 64);
  out = nn.linear(64, 2);
  forward(x) {
    const noise = this.training ? random.normal(x.shape, { std: 0.1 }) : 0;
    return this.out.forward(this.hidden.forward(x.add(noise)).tanh());
  }
}

await fit(new Net(), tensorDataset(points, labels), {
  loss: nn.crossEntropy,
  optimizer: optim.adam(0.01),
  epochs: 8,
  batchSize: 4,
  accumulate: 2,
  ema: 0.9,
  clipNorm: 1,
  schedule: optim.reduceLROnPlateau({ patience: 1, factor: 0.5 }),
  earlyStopping: { patience: 20 },
  checkpoint: { folder, every: { steps: 3 }, keep: 3, resume: true },
});
