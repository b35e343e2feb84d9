/** A training goes on from any step of it to the same bits: weights, optimizer, averages, and the numbers of its history. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Callback,
  type FitOptions,
  FormatError,
  fit,
  loadCheckpoint,
  metrics,
  nn,
  optim,
  random,
  saveCheckpoint,
  type TrainingState,
  ValueError,
} from "maru";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bitsOf, clouds, Noisy, network, numbersOf, settings } from "./tiny.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-resume-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A callback with something to remember. */
function counter(): Callback & { count: number } {
  return {
    name: "counter",
    count: 0,
    onBatchEnd() {
      this.count++;
    },
    stateDict() {
      return { count: this.count, odd: [Number.NaN, -0, Infinity] };
    },
    loadStateDict(state) {
      expect(state).toMatchObject({ odd: [Number.NaN, -0, Infinity] });
      this.count = (state as { count: number }).count;
    },
  };
}

const kinds: Record<string, Partial<FitOptions>> = {
  plainly: {},
  "with SGD, momentum and dampening": { optimizer: optim.sgd(0.05, { momentum: 0.9, dampening: 0.1 }) },
  "with a schedule of steps": {
    schedule: { use: optim.oneCycleLR({ maxLr: 0.05, totalSteps: 15 }), every: "step" },
  },
  "with a schedule that watches a value": {
    schedule: optim.reduceLROnPlateau({ patience: 0, threshold: 0.5 }),
  },
  "with averages": { ema: 0.8 },
  "with gathered gradients and clipping": { accumulate: 2, batchSize: 8, clipNorm: 0.1 },
  "with early stopping": { epochs: 9, earlyStopping: { patience: 2, minDelta: 10 } },
  uncompiled: { compile: false },
  "with augmentation": { augment: (x, generator) => x.add(generator.normal(x.shape, { std: 0.3 })) },
  "with augmentation of gathered batches": {
    augment: (x) => x.mul(random.uniform([x.shape[0]!, 1])),
    accumulate: 2,
    batchSize: 8,
  },
  "with a metric that gathers": { metrics: { f1: metrics.f1(), auc: metrics.rocAuc() } },
  "without validation": { validate: undefined, monitor: "accuracy" },
};

describe.each(Object.entries(kinds))("goes on %s", (_, kind) => {
  const options = { ...settings, validate: clouds(30, 9), seed: 11, ...kind } as FitOptions;

  it("from every step and every epoch to the same bits", async () => {
    const data = clouds(70) as never;
    const states: TrainingState[] = [];
    const steps = counter();
    const last: Callback = {
      onBatchEnd: (_, training) => void states.push(training.state()),
      onEpochEnd: (_, training) => void states.push(training.state()),
    };
    const model = new Noisy();
    const whole = await fit(model, data, { ...options, callbacks: [steps, last] });
    const end = states.at(-1)!;
    expect(states.length).toBe(6 * whole.epochs.length);
    // Some of them, by way of a file: after steps, after the last step of an epoch, and after an epoch.
    for (const [i, state] of states.entries()) {
      if (![1, 4, 5, 9].includes(i)) continue;
      const path = join(folder, "state.safetensors");
      await saveCheckpoint(path, state);
      const resume = (await loadCheckpoint(path)).state;
      random.seed(1234 + i);
      const [other, counted] = [new Noisy(), counter()];
      let after: TrainingState | undefined;
      const history = await fit(other, data, {
        ...options,
        resume,
        callbacks: [counted, { onEpochEnd: (_, training) => void (after = training.state()) }],
      });
      expect(numbersOf(history)).toEqual(numbersOf(whole));
      expect(bitsOf(other.stateDict())).toEqual(bitsOf(model.stateDict()));
      expect(counted.count).toBe(steps.count);
      if (after === undefined) continue;
      expect(bitsOf(after.weights)).toEqual(bitsOf(end.weights));
      expect(bitsOf(after.optimizer)).toEqual(bitsOf(end.optimizer));
      expect(bitsOf(after.average ?? {})).toEqual(bitsOf(end.average ?? {}));
      expect({ ...after, ...untold }).toEqual({ ...end, ...untold });
    }
  });
});

/** Tensors are compared by their bits, and times not at all. */
const untold = { epochs: 0, weights: 0, bestWeights: 0, optimizer: 0, average: 0 };

describe("a state to go on from", () => {
  it("is refused in the middle of an epoch of other data or settings", async () => {
    let state: TrainingState | undefined;
    const stop: Callback = {
      onBatchEnd: (_, training) => {
        state = training.state();
        training.stop();
      },
    };
    const history = await fit(network(), clouds(70), { ...settings, callbacks: [stop] });
    expect(history).toMatchObject({ epochs: [], best: null, stopped: false, ending: "callback" });
    const attempt = (more: Partial<FitOptions>, samples = 70) =>
      fit(network(), clouds(samples), { ...settings, resume: state, ...more } as never);
    await expect(attempt({ batchSize: 8 })).rejects.toThrow(
      "fit: the state to go on from is from the middle of an epoch with batchSize 16, now it is 8; give the same, or a state from the end of an epoch",
    );
    await expect(attempt({ seed: 3 })).rejects.toThrow(ValueError);
    await expect(attempt({}, 71)).rejects.toThrow("with samples 70, now it is 71");
    await expect(attempt({})).resolves.toMatchObject({ ending: "epochs" });
  });

  it("is refused where it has what the training lacks", async () => {
    let state: TrainingState | undefined;
    const data = clouds(20);
    await fit(network(), data, {
      ...settings,
      epochs: 1,
      callbacks: [counter()],
      onEpoch: (_, now) => void (state = now),
    });
    await expect(fit(network(), data, { ...settings, resume: state })).rejects.toThrow(
      'holds that of a callback "counter"',
    );
    const groups = (parameters: readonly never[]) =>
      optim.adam(0.1)([{ params: parameters.slice(0, 2) }, { params: parameters.slice(2) }]);
    await expect(
      fit(network(), data, {
        ...settings,
        optimizer: groups as never,
        resume: state,
        callbacks: [counter()],
      }),
    ).rejects.toThrow("has 1 learning rates, and the optimizer 2 groups");
    const twice = [counter(), counter()];
    await expect(fit(network(), data, { ...settings, callbacks: twice })).rejects.toThrow(
      'two callbacks with states are called "counter"',
    );
  });

  it("of version 1 is still read, and goes on", async () => {
    const path = join(import.meta.dirname, "checkpoint-v1.safetensors");
    const { state, settings: kept } = await loadCheckpoint(path);
    expect(kept).toEqual({ note: "version 1" });
    expect(state).toMatchObject({ best: { epoch: 2, metric: "loss" }, place: undefined, average: undefined });
    expect(state.epochs.map(({ loss }) => loss)).toEqual([0.7279038310050965, 0.706788980960846]);
    const model = nn.sequential(nn.linear(2, 3), nn.tanh(), nn.linear(3, 2));
    const data = clouds(20);
    const { epochs } = await fit(model, data, { ...settings, epochs: 4, resume: state });
    expect(epochs.length).toBe(4);
    const none = { loss: nn.crossEntropy, optimizer: optim.sgd(0.1), epochs: 3, progress: false };
    await expect(fit(model, data, { ...none, resume: state })).rejects.toThrow(FormatError);
  });
});
