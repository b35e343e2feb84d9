/** The option `augment`: what is learned from is changed at random, in the step; what is measured is not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  array,
  evaluate,
  type FitOptions,
  fit,
  loadCheckpoint,
  nn,
  optim,
  random,
  ShapeError,
  saveCheckpoint,
  type Tensor,
  type TrainingState,
  ValueError,
} from "maru";
import {
  augment,
  type Dataset,
  gaussianNoise,
  map,
  randomHorizontalFlip,
  randomRotation,
  randomShift,
  tensorDataset,
} from "maru/data";
import { describe, expect, it } from "vitest";
import { bitsOf, clouds, network, numbersOf, settings } from "./tiny.js";

/** Pictures of 2 x 2 with one bright pixel on the left, above (class 0) or below (class 1). */
function pictures(n: number): Dataset<[1, 2, 2], [], "float32", "int32"> {
  const labels = Int32Array.from({ length: n }, (_, i) => (i >> 1) % 2);
  const pixels = Float32Array.from({ length: 4 * n }, (_, i) => Number(i % 4 === 2 * labels[i >> 2]!));
  return tensorDataset(array(pixels).reshape([n, 1, 2, 2]), array(labels)) as never;
}

function pictureNet(seed = 3) {
  random.seed(seed);
  return nn.sequential(nn.flatten(), nn.linear(4, 2));
}

const picturing = {
  loss: nn.crossEntropy,
  optimizer: optim.sgd(0.5),
  epochs: 8,
  batchSize: 8,
  keep: "last",
  progress: false,
} satisfies FitOptions;

const noise = gaussianNoise(0.1);

describe("fit with augment", () => {
  it("learns what the data alone does not show", async () => {
    /** The weights of the pixels on the right, which are dark in all pictures. */
    const right = (model: nn.Module): unknown => model.stateDict()["1.weight"]!.at(":", "1::2").toArray();
    const data = pictures(40);
    const flipped = map(data, ({ inputs, targets }) => ({ inputs: inputs.flip(3), targets }));
    const [plain, changed] = [pictureNet(), pictureNet()];
    const first = right(plain);
    await fit(plain, data, picturing);
    await fit(changed, data, { ...picturing, augment: randomHorizontalFlip() });
    expect(right(plain)).toEqual(first);
    const { loss } = picturing;
    const accuracies = async (model: typeof plain) =>
      Promise.all([data, flipped].map(async (set) => (await evaluate(model, set, { loss })).accuracy));
    expect(await accuracies(plain)).toEqual([1, 0.5]);
    expect(await accuracies(changed)).toEqual([1, 1]);
  });

  it("gives the same numbers for the same seed, compiled or not", async () => {
    const run = async (options: Partial<FitOptions>, seed = 1) => {
      const model = network(seed);
      const history = await fit(model, clouds(40), { ...settings, ...options } as never);
      return {
        numbers: numbersOf(history),
        weights: bitsOf(model.stateDict()),
        drawn: random.getState().draws,
      };
    };
    let calls = 0;
    const shaken = (x: Tensor, generator: typeof random): Tensor => {
      calls++;
      return x.add(generator.normal(x.shape, { std: 0.5 }));
    };
    const [plain, same] = [await run({}), await run({ augment: (x) => x })];
    expect(same).toEqual(plain);
    const once = await run({ augment: shaken });
    // Batches of 16 and of 8.
    expect(calls).toBe(2);
    expect(await run({ augment: shaken })).toEqual(once);
    expect(await run({ augment: shaken, compile: false })).toEqual(once);
    expect(calls).toBe(2 + 2 + 3 * 3);
    // A normal array takes two draws.
    expect(once.drawn).toBe(plain.drawn + 2 * 3 * 3);
    expect(once.weights).not.toEqual(plain.weights);
  });

  it("draws anew at every step", async () => {
    const model = nn.sequential(nn.linear(1, 1, { bias: false }));
    model.loadStateDict({ "0.weight": array([[1]]) });
    const losses: number[] = [];
    await fit(model, tensorDataset(array([[0], [0]]), array([[0], [0]])), {
      ...settings,
      loss: nn.mse,
      optimizer: optim.sgd(0),
      batchSize: 1,
      augment: (x, generator) => x.add(generator.normal(x.shape)),
      onBatch: ({ loss }) => void losses.push(loss),
    });
    expect(new Set(losses).size).toBe(6);
  });

  it("leaves validation and evaluation as they are", async () => {
    const given: number[] = [];
    const model = network();
    const options: FitOptions = {
      ...settings,
      compile: false,
      keep: "last",
      augment: (x, generator) => {
        expect(generator).toBe(random);
        expect(model.training).toBe(true);
        given.push(x.shape[0]!);
        return x.add(100) as Tensor;
      },
    };
    const validate = clouds(30, 9);
    const { epochs } = await fit(model, clouds(40), { ...options, validate } as never);
    expect(given).toEqual([16, 16, 8, 16, 16, 8, 16, 16, 8]);
    const { loss } = await evaluate(model, validate, { loss: nn.crossEntropy });
    expect(epochs.at(-1)?.valLoss).toBe(loss);
  });

  it("measures training as it was: loss and metrics of the changed inputs", async () => {
    const data = tensorDataset(array([[1], [2]]), array([[0], [0]]));
    const model = nn.sequential(nn.linear(1, 1, { bias: false }));
    model.loadStateDict({ "0.weight": array([[1]]) });
    const { epochs } = await fit(model, data, {
      ...settings,
      loss: nn.mse,
      optimizer: optim.sgd(0),
      epochs: 1,
      metrics: { mean: (prediction: Tensor) => prediction.squeeze(-1) as Tensor },
      augment: (x) => x.mul(10),
      validate: data,
    });
    expect(epochs[0]).toMatchObject({ loss: 250, mean: 15, valLoss: 2.5, valMean: 1.5 });
  });

  it("goes on from any step to the same bits, by way of a file, with pictures", async () => {
    const folder = mkdtempSync(join(tmpdir(), "maru-augment-"));
    const path = join(folder, "state.safetensors");
    const change = augment(randomShift(1), randomRotation(30), randomHorizontalFlip(), noise);
    const options = { ...picturing, augment: change, validate: pictures(8), epochs: 2 };
    const states: TrainingState[] = [];
    const note = {
      onBatchEnd: (_: unknown, now: { state(): TrainingState }) => void states.push(now.state()),
    };
    const whole = pictureNet();
    const history = await fit(whole, pictures(20), { ...options, callbacks: [note] });
    expect(states.length).toBe(6);
    for (const state of [states[0]!, states[3]!]) {
      await saveCheckpoint(path, state);
      const other = pictureNet(77);
      const resume = (await loadCheckpoint(path)).state;
      const resumed = await fit(other, pictures(20), { ...options, resume });
      expect(numbersOf(resumed)).toEqual(numbersOf(history));
      expect(bitsOf(other.stateDict())).toEqual(bitsOf(whole.stateDict()));
    }
    rmSync(folder, { recursive: true });
  });

  it("refuses what changes the shape, in the editor too, and what is no function", async () => {
    const words = (from: string, to: string): string =>
      `fit: augment turns inputs of shape ${from} into ${to}; it must keep their shape`;
    // @ts-expect-error fit: augment turns inputs of shape (?,2) into (?,); it must keep their shape
    const summed = fit(network(), clouds(4), { ...settings, augment: (x) => x.sum(1) });
    await expect(summed).rejects.toThrow(ShapeError);
    await expect(summed).rejects.toThrow(words("(4,2)", "(4,)"));
    const half = (x: Tensor): Tensor => x.at(":2");
    await expect(fit(network(), clouds(4), { ...settings, augment: half })).rejects.toThrow(
      words("(4,2)", "(2,2)"),
    );
    // What the editor cannot know is no error there, and what is known of the inputs is known to the function.
    await fit(network(), clouds(4), {
      ...settings,
      epochs: 1,
      augment: (x, generator) => {
        const width: 2 = x.shape[1];
        return x.add(generator.normal([x.shape[0], width], { std: 0.1 }));
      },
    });
    const wrong = { ...settings, augment: "flip" as never };
    await expect(fit(network(), clouds(4), wrong)).rejects.toThrow(ValueError);
    await expect(fit(network(), clouds(4), wrong)).rejects.toThrow(
      "fit: augment must be a function of a batch of inputs, got a string",
    );
  });
});
