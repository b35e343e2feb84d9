/** What fit can be told besides: early stopping, schedules, clipping, gathered gradients, averages, the monitored number. */
import {
  array,
  type Callback,
  type EpochRecord,
  type FitOptions,
  fit,
  type Metrics,
  nn,
  optim,
  type Tensor,
  ValueError,
  zeros,
} from "maru";
import { type Dataset, tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";
import { bitsOf, clouds, network, numbersOf, settings } from "./tiny.js";

/** A model and data whose metric "told" is what a list says, epoch by epoch. */
async function told(values: readonly number[], options: Partial<FitOptions>) {
  let epoch = 0;
  const metrics: Metrics = { told: (x) => zeros([x.shape[0]!]).add(values[epoch]!) as Tensor };
  const weights: string[] = [];
  const count: Callback = {
    onEpochEnd: (_, { model }) => {
      epoch++;
      weights.push(JSON.stringify(bitsOf(model.stateDict())));
    },
  };
  const model = network();
  const history = await fit(model, clouds(16), {
    ...settings,
    epochs: values.length,
    metrics,
    compile: false,
    ...options,
    callbacks: [count],
  } as never);
  return { history, rests: weights.indexOf(JSON.stringify(bitsOf(model.stateDict()))) + 1 };
}

describe("early stopping", () => {
  const min = { name: "told", mode: "min" } as const;

  it("waits for patience epochs, and leaves the best weights", async () => {
    const { history, rests } = await told([5, 3, 4, 3, 3, 1], {
      monitor: min,
      earlyStopping: { patience: 3 },
    });
    expect(history).toMatchObject({ ending: "earlyStopping", stopped: false, best: { epoch: 2, value: 3 } });
    expect(history.epochs.length).toBe(5);
    expect(rests).toBe(2);
  });

  it("begins to wait anew where an epoch is better, by more than minDelta", async () => {
    const values = [5, 6, 4, 3.5, 3, 2.5, 2];
    const patient = { monitor: min, earlyStopping: { patience: 2 } };
    expect((await told(values, patient)).history.epochs.length).toBe(7);
    const { history, rests } = await told(values, {
      monitor: min,
      earlyStopping: { patience: 2, minDelta: 1 },
    });
    // 4 is not better than 5 by more than 1; the best weights are those of the lowest number all the same.
    expect(history.epochs.length).toBe(3);
    expect(rests).toBe(3);
  });

  it("stops with patience 0 at the first epoch that is no better, looks up where it is told so, and at no NaN", async () => {
    const max = { name: "told", mode: "max" } as const;
    const up = await told([1, 2, 3, 2, 5], { monitor: max, earlyStopping: { patience: 0 } });
    expect([up.history.epochs.length, up.rests]).toEqual([4, 3]);
    const nan = await told([Number.NaN, Number.NaN, 1], { monitor: min, earlyStopping: { patience: 2 } });
    expect(nan.history.epochs.length).toBe(2);
    const late = await told([Number.NaN, 3, 1], { monitor: min, earlyStopping: { patience: 2 } });
    expect([late.history.epochs.length, late.history.best?.epoch]).toEqual([3, 3]);
  });

  it("keeps the last weights where that is asked for", async () => {
    const { rests } = await told([5, 3, 4, 6], {
      monitor: min,
      keep: "last",
      earlyStopping: { patience: 2 },
    });
    expect(rests).toBe(4);
  });

  it("refuses settings that make no sense, and a number that is not there", async () => {
    for (const earlyStopping of [{ patience: -1 }, { patience: 1.5 }, { patience: 1, minDelta: -1 }]) {
      await expect(fit(network(), clouds(4), { ...settings, earlyStopping })).rejects.toThrow(ValueError);
    }
    const unknown = { ...settings, monitor: "valF1" };
    await expect(fit(network(), clouds(4), unknown)).rejects.toThrow(
      'fit: the monitored "valF1" is not in the epoch\'s record, which has loss, accuracy, samplesPerSecond; a number of the validation data needs validate',
    );
    const wrong = { ...settings, monitor: { name: "loss", mode: "best" } } as never;
    await expect(fit(network(), clouds(4), wrong)).rejects.toThrow(ValueError);
  });

  it("takes accuracy for a number that is to be large", async () => {
    const { best } = await fit(network(), clouds(40), { ...settings, monitor: "accuracy" });
    expect(best?.metric).toBe("accuracy");
    expect(best?.value).toBeGreaterThan(0.5);
  });
});

describe("a schedule", () => {
  const ratesOf = async (options: Partial<FitOptions>): Promise<{ steps: number[]; epochs: number[] }> => {
    const [steps, epochs]: [number[], number[]] = [[], []];
    const watch: Callback = {
      onBatchEnd: (_, { optimizer }) => void steps.push(optimizer.lr),
      onEpochEnd: (_: EpochRecord, { optimizer }) => void epochs.push(optimizer.lr),
    };
    await fit(network(), clouds(30), {
      ...settings,
      optimizer: optim.sgd(1),
      ...options,
      callbacks: [watch],
    } as never);
    return { steps, epochs };
  };

  it("moves after each epoch, or after each step", async () => {
    const schedule = optim.exponentialLR({ gamma: 0.5 });
    expect(await ratesOf({ schedule })).toEqual({
      steps: [1, 1, 0.5, 0.5, 0.25, 0.25],
      epochs: [0.5, 0.25, 0.125],
    });
    const { steps } = await ratesOf({ schedule: { use: schedule, every: "step" } });
    expect(steps).toEqual([0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625]);
    const gathered = await ratesOf({ schedule: { use: schedule, every: "step" }, accumulate: 2 });
    expect(gathered.steps).toEqual([0.5, 0.25, 0.125]);
  });

  it("is the one that PyTorch's loop would have: a step after the update, so that the first update has the first rate", async () => {
    const [a, b] = [network(), network()];
    const data = clouds(32);
    const schedule = optim.exponentialLR({ gamma: 0.1 });
    const options = {
      ...settings,
      optimizer: optim.sgd(0.5),
      batchSize: 16,
      shuffle: false,
      keep: "last" as const,
    };
    await fit(a, data, { ...options, epochs: 1, schedule: { use: schedule, every: "step" } });
    const optimizer = optim.sgd(0.5)(b.parameters());
    const moving = schedule(optimizer);
    for (const from of [0, 16]) {
      const { inputs, targets } = data.batch(Array.from({ length: 16 }, (_, i) => from + i));
      nn.crossEntropy(b.forward(inputs), targets).backward();
      optimizer.step();
      optimizer.zeroGrad();
      moving.step();
    }
    for (const [name, tensor] of Object.entries(a.stateDict())) {
      const other = b.stateDict()[name]!.dataSync();
      tensor.dataSync().forEach((value: number, i: number) => {
        expect(value).toBeCloseTo(other[i]!, 6);
      });
    }
  });

  it("may watch the monitored number", async () => {
    const schedule = optim.reduceLROnPlateau({ factor: 0.5, patience: 0, mode: "min" });
    const rates: number[] = [];
    const watch: Callback = { onEpochEnd: (_, { optimizer }) => void rates.push(optimizer.lr) };
    let epoch = 0;
    const values = [3, 2, 2, 2, 1];
    const metrics: Metrics = { told: (x) => zeros([x.shape[0]!]).add(values[epoch]!) as Tensor };
    const next: Callback = { onEpochEnd: () => void epoch++ };
    await fit(network(), clouds(16), {
      ...settings,
      ...{ optimizer: optim.sgd(1), epochs: 5, metrics, compile: false, schedule },
      monitor: { name: "told", mode: "min" },
      callbacks: [watch, next],
    });
    expect(rates).toEqual([1, 1, 0.5, 0.25, 0.25]);
  });

  it("is refused where it is none", async () => {
    const schedule = { use: optim.stepLR({ stepSize: 1 }), every: "day" } as never;
    await expect(fit(network(), clouds(4), { ...settings, schedule })).rejects.toThrow(ValueError);
    await expect(fit(network(), clouds(4), { ...settings, schedule: {} as never })).rejects.toThrow(
      ValueError,
    );
  });
});

/** Weights after one step of plain SGD from a known model: weight - rate * gradient. */
async function afterOneStep(data: Dataset, options: Partial<FitOptions>): Promise<number[]> {
  const model = nn.sequential(nn.linear(2, 1, { bias: false }));
  model.loadStateDict({ "0.weight": zeros([1, 2]) });
  const base = { loss: nn.mse, optimizer: optim.sgd(1), epochs: 1, shuffle: false, keep: "last" };
  await fit(model, data as never, { ...base, progress: false, ...options } as never);
  return [...(model.stateDict()["0.weight"]!.dataSync() as Float32Array)];
}

describe("clipping", () => {
  // The gradient of (w x - y)^2 at w = 0 is -2 x y: (-6, -8), of norm 10.
  const data = tensorDataset(array([[3, 4]]), array([[1]])) as Dataset;

  it("by norm scales the gradients of all parameters together", async () => {
    for (const compile of [true, false]) {
      expect(await afterOneStep(data, { compile })).toEqual([6, 8]);
      const [a, b] = await afterOneStep(data, { compile, clipNorm: 5 });
      expect(a).toBeCloseTo(3, 5);
      expect(b).toBeCloseTo(4, 5);
      expect(await afterOneStep(data, { compile, clipNorm: 50 })).toEqual([6, 8]);
    }
  });

  it("by value bounds each number", async () => {
    expect(await afterOneStep(data, { clipValue: 7 })).toEqual([6, 7]);
  });

  it("refuses bounds that make no sense", async () => {
    for (const wrong of [{ clipNorm: 0 }, { clipNorm: Number.NaN }, { clipValue: -1 }]) {
      await expect(fit(network(), clouds(4), { ...settings, ...wrong })).rejects.toThrow(ValueError);
    }
  });
});

describe("gathered gradients", () => {
  it("make the step of the large batch, to rounding", async () => {
    for (const compile of [true, false]) {
      const run = async (options: Partial<FitOptions>) => {
        const model = network();
        // 50 samples: three full steps of 16 and one of 2, which is a part of a batch of 4.
        const history = await fit(model, clouds(50), { ...settings, compile, ...options } as never);
        return { history, weights: model.stateDict() };
      };
      const [large, small] = [await run({ batchSize: 16 }), await run({ batchSize: 4, accumulate: 4 })];
      for (const [i, { loss, accuracy }] of large.history.epochs.entries()) {
        expect(small.history.epochs[i]!.loss).toBeCloseTo(loss, 5);
        expect(small.history.epochs[i]!.accuracy).toBe(accuracy);
      }
      for (const [name, tensor] of Object.entries(large.weights)) {
        const other = small.weights[name]!.dataSync() as Float32Array;
        for (const [i, value] of (tensor.dataSync() as Float32Array).entries()) {
          expect(Math.abs(value - other[i]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
        }
      }
    }
  });

  it("weigh batches by their samples, and clip what was gathered", async () => {
    const data = tensorDataset(
      array([
        [1, 0],
        [1, 0],
        [0, 1],
      ]),
      array([[3], [3], [3]]),
    ) as Dataset;
    // The mean of -2 x y over the three: (-4, -2).
    const [a, b] = await afterOneStep(data, { batchSize: 2, accumulate: 2 });
    expect(a).toBeCloseTo(4, 5);
    expect(b).toBeCloseTo(2, 5);
    const clipped = await afterOneStep(data, { batchSize: 1, accumulate: 3, clipNorm: Math.sqrt(5) });
    expect(clipped[0]).toBeCloseTo(2, 5);
    expect(clipped[1]).toBeCloseTo(1, 5);
  });

  it("leave out with dropLast what does not fill a batch", async () => {
    const counts: number[] = [];
    const count: Callback = { onBatchEnd: ({ samples }) => void counts.push(samples) };
    const options = { ...settings, epochs: 1, batchSize: 4, accumulate: 3, dropLast: true };
    await fit(network(), clouds(22), { ...options, callbacks: [count] });
    expect(counts).toEqual([12, 8]);
  });
});

describe("averages", () => {
  it("are kept after every step, and are what is validated and what the model has in the end", async () => {
    const weights: number[] = [];
    const measured: number[] = [];
    const model = nn.sequential(nn.linear(1, 1, { bias: false }));
    model.loadStateDict({ "0.weight": zeros([1, 1]) });
    const data = tensorDataset(array([[1], [1], [1]]), array([[8], [8], [8]]));
    const watch: Callback = {
      onBatchEnd: (_, { model: moving }) => void weights.push(moving.parameters()[0]!.item() as number),
      onValidation: ({ valLoss }) => void measured.push(valLoss!),
    };
    await fit(model, data, {
      ...{ loss: nn.mse, optimizer: optim.sgd(0.25), epochs: 1, batchSize: 1, progress: false },
      ...{ ema: 0.5, validate: data, callbacks: [watch] },
    });
    // w - 0.25 * 2 (w - 8): half of the way at each step.
    expect(weights).toEqual([4, 6, 7]);
    const average = 0.5 * (0.5 * 4 + 0.5 * 6) + 0.5 * 7;
    expect(model.parameters()[0]!.item()).toBe(average);
    expect(measured).toEqual([(average - 8) ** 2]);
  });

  it("do not change what is learned", async () => {
    const run = async (ema: number | undefined) => {
      const moving: unknown[] = [];
      const note: Callback = { onBatchEnd: (_, { model }) => void moving.push(bitsOf(model.stateDict())) };
      const validate = clouds(10, 2);
      const history = await fit(network(), clouds(40), { ...settings, ema, validate, callbacks: [note] });
      return { moving, losses: history.epochs.map(({ loss }) => loss) };
    };
    expect(await run(0.9)).toEqual(await run(undefined));
  });

  it("are refused for a decay that makes no sense", async () => {
    await expect(fit(network(), clouds(4), { ...settings, ema: 1 })).rejects.toThrow(ValueError);
  });
});

describe("groups of parameters", () => {
  it("come from an optimizer factory of one's own", async () => {
    const model = network();
    const before = bitsOf(model.stateDict());
    const [first, , second] = model.layers as unknown as [nn.Module, nn.Module, nn.Module];
    const optimizer = () =>
      optim.sgd(0.1)([{ params: first.parameters(), lr: 0 }, { params: second.parameters() }]);
    const history = await fit(model, clouds(20), { ...settings, optimizer });
    const after = bitsOf(model.stateDict());
    expect(after["0.weight"]).toBe(before["0.weight"]);
    expect(after["2.weight"]).not.toBe(before["2.weight"]);
    expect(numbersOf(history)).toMatchObject({ ending: "epochs" });
  });
});
