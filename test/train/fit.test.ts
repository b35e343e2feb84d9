/** fit: learning, keeping the best, stopping, going on, and what it refuses. */
import {
  accuracy,
  array,
  DataError,
  evaluate,
  type FitOptions,
  fit,
  Generator,
  nn,
  optim,
  random,
  ShapeError,
  type Tensor,
  type TrainingState,
  ValueError,
  where,
  zeros,
} from "maru";
import { type Dataset, mnist, subset, tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";

/** Two clouds of points that a line separates. */
function clouds(n: number, seed = 0): Dataset<[2], [], "float32", "int32"> {
  const generator = new Generator(seed);
  const noise = generator.normal([n, 2], { std: 0.3 }).dataSync();
  const points = Float32Array.from(noise, (value, i) => value + ((i >> 1) % 2 === 0 ? 1 : -1));
  const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
  return tensorDataset(array(points).reshape([n, 2]), array(labels)) as unknown as Dataset<
    [2],
    [],
    "float32",
    "int32"
  >;
}

function network(seed = 1) {
  random.seed(seed);
  return nn.sequential(nn.linear(2, 8), nn.tanh(), nn.linear(8, 2));
}

const settings = {
  loss: nn.crossEntropy,
  optimizer: optim.adam(0.02),
  epochs: 4,
  batchSize: 16,
  progress: false,
} satisfies FitOptions;

const withoutTimes = (records: readonly object[]): object[] =>
  records.map((record) => ({ ...record, seconds: 0, samplesPerSecond: 0 }));

const weightsOf = (model: nn.Module): unknown =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([name, tensor]) => [name, tensor.toArray()]));

describe("fit", () => {
  it("learns, and measures the validation data", async () => {
    const model = network();
    const history = await fit(model, clouds(100), { ...settings, validate: clouds(50, 7) });
    expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(history.stopped).toBe(false);
    const last = history.epochs[3]!;
    expect(last.loss).toBeLessThan(history.epochs[0]!.loss);
    expect(last.accuracy).toBe(1);
    expect(last.valAccuracy).toBe(1);
    expect(last.seconds).toBeGreaterThan(0);
    expect(last.samplesPerSecond).toBeCloseTo(100 / last.seconds, 3);
    const measured = await evaluate(model, clouds(50, 7), { loss: nn.crossEntropy });
    expect(measured.loss).toBe(history.best?.value);
    expect(measured.accuracy).toBe(1);
  });

  it("gives the same numbers for the same seeds, others for others", async () => {
    const run = async (seed: number) =>
      withoutTimes((await fit(network(), clouds(50), { ...settings, seed })).epochs);
    const first = await run(3);
    expect(await run(3)).toEqual(first);
    expect(await run(4)).not.toEqual(first);
  });

  it("counts each batch by its size", async () => {
    const data = tensorDataset(array([[0], [0], [0], [0], [0]]), array([[1], [1], [1], [1], [6]]));
    const model = nn.sequential(nn.linear(1, 1));
    model.loadStateDict({ "0.weight": zeros([1, 1]), "0.bias": zeros([1]) });
    const options = { ...settings, loss: nn.mse, optimizer: optim.sgd(0), epochs: 1, batchSize: 4 };
    const { epochs } = await fit(model, data, { ...options, shuffle: false, validate: data });
    // (4 x 1 + 36) / 5, not (1 + 36) / 2.
    expect(epochs[0]).toMatchObject({ epoch: 1, loss: 8, valLoss: 8 });
    expect(epochs[0]).not.toHaveProperty("accuracy");
  });

  it("takes metrics of one's own", async () => {
    const error = (prediction: Tensor, target: Tensor): Tensor => prediction.sub(target).abs().squeeze(-1);
    const data = tensorDataset(zeros([3, 1]), array([[1], [2], [3]]));
    const model = nn.sequential(nn.linear(1, 1, { bias: false }));
    const options = { ...settings, loss: nn.mse, optimizer: optim.sgd(0), epochs: 1, metrics: { error } };
    const { epochs } = await fit(model, data, { ...options, validate: data });
    expect(epochs[0]).toMatchObject({ error: 2, valError: 2 });
  });

  it("keeps the weights of the epoch with the lowest validation loss", async () => {
    const steps: TrainingState[] = [];
    const model = network();
    // A validation set with labels turned round: learning makes it worse, so that the first epoch is the best.
    const turned = clouds(40, 5);
    const validate: typeof turned = {
      ...turned,
      batch: (indices) => {
        const { inputs, targets } = turned.batch(indices);
        return { inputs, targets: array(targets.dataSync().map((label) => 1 - label)) as typeof targets };
      },
    };
    const options = {
      ...settings,
      validate,
      onEpoch: (_: object, state: TrainingState) => void steps.push(state),
    };
    const history = await fit(model, clouds(60), options);
    expect(history.best).toMatchObject({ epoch: 1, metric: "valLoss" });
    expect(model.stateDict()["0.bias"]!.toArray()).toEqual(steps[0]!.weights["0.bias"]!.toArray());
    const other = network();
    await fit(other, clouds(60), { ...options, keep: "last" });
    expect(other.stateDict()["0.bias"]!.toArray()).toEqual(steps[3]!.weights["0.bias"]!.toArray());
  });

  it("stops between steps when its signal comes, with the best weights", async () => {
    const model = network();
    const controller = new AbortController();
    const states: TrainingState[] = [];
    let steps = 0;
    const history = await fit(model, clouds(64), {
      ...settings,
      epochs: 100,
      signal: controller.signal,
      onEpoch: (_, state) => void states.push(state),
      onBatch: () => {
        if (++steps === 10) controller.abort();
      },
    });
    expect(steps).toBe(10);
    expect(history.stopped).toBe(true);
    expect(history.epochs.length).toBe(2);
    expect(history.best?.epoch).toBe(2);
    expect(model.stateDict()["2.bias"]!.toArray()).toEqual(states[1]!.weights["2.bias"]!.toArray());
  });

  it("lets timers and signals have their turn", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const history = await fit(network(), clouds(64), { ...settings, epochs: 1e6, signal: controller.signal });
    expect(history.stopped).toBe(true);
  });

  it("goes on from a state to the same numbers, bit for bit", async () => {
    const states: TrainingState[] = [];
    const options = { ...settings, validate: clouds(20, 3), seed: 11 };
    const whole = network();
    const reference = await fit(whole, clouds(70), {
      ...options,
      onEpoch: (_, state) => void states.push(state),
    });
    const other = network(99);
    random.seed(5);
    const resumed = await fit(other, clouds(70), { ...options, resume: states[1]! });
    expect(withoutTimes(resumed.epochs)).toEqual(withoutTimes(reference.epochs));
    expect(resumed.best).toEqual(reference.best);
    expect(weightsOf(other)).toEqual(weightsOf(whole));
  });

  it("names epoch, step and cause of a loss that is not a number", async () => {
    const model = nn.sequential(nn.linear(2, 1));
    const data = tensorDataset(
      array([
        [1e18, 1e18],
        [1, 1],
      ]),
      zeros([2, 1]),
    );
    const options = { ...settings, loss: nn.mse, optimizer: optim.sgd(1e10), batchSize: 2 };
    const attempt = fit(model, data, options);
    await expect(attempt).rejects.toThrow(DataError);
    await expect(attempt).rejects.toThrow(
      /^fit: epoch 2, step 1 of 1: the loss is (NaN|Infinity); the steps are probably too large: try a learning rate well below 10000000000; the weights were overrun by an update before this step, 0\.weight holds NaN or infinity$/,
    );
    const broken: Dataset<[2], []> = {
      ...clouds(4),
      batch: (indices) => {
        const { targets } = clouds(4).batch(indices);
        return { inputs: zeros([4, 2]).div(0) as never, targets: targets as never };
      },
    };
    await expect(fit(network(), broken, settings)).rejects.toThrow(
      "the inputs of this batch hold NaN or infinity",
    );
  });

  it("reports labels that are no class as the data's fault", async () => {
    const data = tensorDataset(zeros([2, 2]), array([0, 2], { dtype: "int32" }));
    await expect(fit(network(), data, settings)).rejects.toThrow(DataError);
    await expect(fit(network(), data, settings)).rejects.toThrow(
      "fit: epoch 1, step 1 of 1: crossEntropy: label 2 is out of bounds for 2 classes (0 to 1)",
    );
    await expect(evaluate(network(), data, { loss: nn.crossEntropy })).rejects.toThrow(DataError);
  });

  it("refuses models that do not take the samples, in the editor too", async () => {
    const model = nn.sequential(nn.linear(3, 2));
    // @ts-expect-error linear: expected last dimension 3, got 2 in shape (?,2)
    await expect(fit(model, clouds(4), settings)).rejects.toThrow(ShapeError);
    const digits = await mnist("test");
    const narrow = nn.sequential(nn.flatten(), nn.linear(700, 10));
    // @ts-expect-error linear: expected last dimension 700, got 784 in shape (?,784)
    await expect(fit(narrow, digits, settings)).rejects.toThrow(
      "linear: expected last dimension 700, got 784 in shape (16,784)",
    );
  });

  it("refuses settings that make no sense", async () => {
    for (const wrong of [{ epochs: 0 }, { epochs: 1.5 }, { batchSize: 0 }, { seed: -1 }]) {
      await expect(fit(network(), clouds(4), { ...settings, ...wrong })).rejects.toThrow(ValueError);
    }
  });

  it("trains modules of one's own", async () => {
    class Net extends nn.Module {
      readonly hidden = nn.linear(2, 4);
      readonly out = nn.linear(4, 2);
      forward(x: Tensor): Tensor {
        return this.out.forward(this.hidden.forward(x).relu());
      }
    }
    random.seed(2);
    const { epochs } = await fit(new Net(), clouds(100), { ...settings, epochs: 6 });
    expect(epochs.at(-1)!.accuracy).toBe(1);
  });

  it("gives the same numbers compiled or not, and runs the model's code once for each shape of batches", async () => {
    const run = async (compile: boolean) => {
      let calls = 0;
      class Net extends nn.Module {
        readonly inner = network();
        forward(x: Tensor): Tensor {
          calls++;
          const kept = random.uniform(x.shape).lt(0.9) as Tensor;
          return this.inner.forward((this.training ? where(kept, x, 0) : x) as never) as Tensor;
        }
      }
      const model = new Net();
      const grads: unknown[] = [];
      const { epochs } = await fit(model, clouds(70), {
        ...settings,
        compile,
        validate: clouds(20, 3),
        onBatch: () => void grads.push(model.parameters().map(({ grad }) => grad!.toArray())),
      });
      return { epochs: withoutTimes(epochs), weights: weightsOf(model), grads, calls };
    };
    const [compiled, plain] = [await run(true), await run(false)];
    expect({ ...compiled, calls: 0 }).toEqual({ ...plain, calls: 0 });
    // Batches of 16 and of 6, and one of the validation data.
    expect(compiled.calls).toBe(3);
    expect(plain.calls).toBe(4 * 6);
  });

  it("trains a model that reads values as it is", async () => {
    class Reader extends nn.Module {
      readonly inner = network();
      readonly seen: number[] = [];
      forward(x: Tensor): Tensor {
        const noisy = x.add(random.normal(x.shape, { std: 0.01 }));
        this.seen.push(noisy.sum().item() as number);
        return this.inner.forward(noisy as never) as Tensor;
      }
    }
    const run = async (compile: boolean) => {
      const model = new Reader();
      const { epochs } = await fit(model, clouds(40), { ...settings, compile });
      return { epochs: withoutTimes(epochs), weights: weightsOf(model), seen: model.seen };
    };
    const [first, second] = [await run(true), await run(false)];
    expect(first).toEqual(second);
    expect(first.seen).toHaveLength(4 * 3);
  });

  it("changes nothing where the loss is not a number", async () => {
    for (const compile of [true, false]) {
      const model = network();
      const before = weightsOf(model);
      const options = { ...settings, compile, loss: (x: Tensor) => x.sum().mul(NaN) as never };
      await expect(fit(model, clouds(16), options)).rejects.toThrow("step 1 of 1: the loss is NaN");
      expect(weightsOf(model)).toEqual(before);
    }
  });

  it("tells layers when they are trained and when they are used", async () => {
    const seen: boolean[] = [];
    class Spy extends nn.Module {
      readonly layer = nn.linear(2, 2);
      forward(x: Tensor): Tensor {
        seen.push(this.training);
        return this.layer.forward(x);
      }
    }
    const model = new Spy();
    await fit(model, clouds(4), { ...settings, epochs: 1, validate: clouds(4) });
    expect(seen).toEqual([true, false]);
    expect(model.training).toBe(true);
  });

  it("learns real digits", async () => {
    random.seed(0);
    const model = nn.sequential(nn.flatten(), nn.linear(784, 32), nn.relu(), nn.linear(32, 10));
    const first = (n: number) => Array.from({ length: n }, (_, i) => i);
    const { epochs } = await fit(model, subset(await mnist("train"), first(2000)), {
      ...settings,
      optimizer: optim.adam(0.003),
      epochs: 2,
      batchSize: 32,
      validate: subset(await mnist("test"), first(1000)),
    });
    expect(epochs[1]!.valAccuracy).toBeGreaterThan(0.8);
  });
});

describe("accuracy", () => {
  it("takes labels and one-hot rows", () => {
    const logits = array([
      [0.1, 0.9],
      [0.8, 0.2],
    ]);
    expect(accuracy(logits, array([1, 1], { dtype: "int32" })).toArray()).toEqual([true, false]);
    const oneHot = array([
      [0, 1],
      [1, 0],
    ]);
    expect(accuracy(logits, oneHot).toArray()).toEqual([true, true]);
    expect(() => accuracy(logits, zeros([3], { dtype: "int32" }))).toThrow(ShapeError);
  });
});
