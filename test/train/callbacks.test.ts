/** Callbacks: who is called when, in which order, and with what. */
import {
  array,
  type BatchRecord,
  type Callback,
  DataError,
  type FitOptions,
  fit,
  nn,
  optim,
  type Training,
  type TrainingState,
  zeros,
} from "maru";
import { tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";
import { bitsOf, clouds, network, numbersOf, settings } from "./tiny.js";

/** A callback that notes every event in a list, some of them after waiting a moment. */
function noting(name: string, seen: string[], slow = false): Callback {
  const note = (event: string): void | Promise<void> => {
    if (!slow) return void seen.push(`${name}: ${event}`);
    return new Promise((resolve) => setTimeout(resolve, 1)).then(() => void seen.push(`${name}: ${event}`));
  };
  return {
    onTrainBegin: ({ updates }) => note(`begin at ${updates}`),
    onEpochBegin: (epoch) => note(`epoch ${epoch}`),
    onBatchEnd: ({ step }, { updates }) => note(`step ${step}, update ${updates}`),
    onValidation: (means) => note(`validation of ${Object.keys(means)}`),
    onEpochEnd: ({ epoch }) => note(`end of epoch ${epoch}`),
    onTrainEnd: ({ ending, error }) => note(`end by ${ending}${error === undefined ? "" : ", failed"}`),
  };
}

const EVENTS = (epoch: number, after: number): string[] => [
  `epoch ${epoch}`,
  `step 1, update ${after + 1}`,
  `step 2, update ${after + 2}`,
  "validation of valLoss,valAccuracy",
  `end of epoch ${epoch}`,
];

describe("callbacks", () => {
  it("are called at each event in the order of the list, then onBatch and onEpoch, and waited for", async () => {
    const seen: string[] = [];
    const history = await fit(network(), clouds(30), {
      ...settings,
      epochs: 2,
      validate: clouds(10, 3),
      callbacks: [noting("a", seen), noting("slow", seen, true), noting("b", seen)],
      onBatch: ({ step }) => void seen.push(`onBatch: step ${step}`),
      onEpoch: ({ epoch }) => void seen.push(`onEpoch: ${epoch}`),
    });
    expect(history.ending).toBe("epochs");
    const all = ["begin at 0", ...EVENTS(1, 0), ...EVENTS(2, 2), "end by epochs"];
    const expected = all.flatMap((event) => {
      const called = ["a", "slow", "b"].map((name) => `${name}: ${event}`);
      const step = /^step (\d)/.exec(event)?.[1];
      const epoch = /^end of epoch (\d)/.exec(event)?.[1];
      if (step !== undefined) called.push(`onBatch: step ${step}`);
      if (epoch !== undefined) called.push(`onEpoch: ${epoch}`);
      return called;
    });
    expect(seen).toEqual(expected);
  });

  it("see the schedule moved, early stopping told and the best weights taken, and precede the checkpoint", async () => {
    const seen: unknown[] = [];
    const saved: (TrainingState | undefined)[] = [];
    const counter: Callback & { steps: number } = {
      name: "counter",
      steps: 0,
      onBatchEnd(_, { optimizer }) {
        this.steps++;
        seen.push(optimizer.lr);
      },
      onEpochEnd: (record, training) => {
        const { best, stopping, rates } = training.state();
        seen.push({ best: best?.epoch, waited: stopping?.waited, rates, loss: record.loss === best?.value });
      },
      stateDict() {
        return this.steps;
      },
    };
    await fit(network(), clouds(30), {
      ...settings,
      optimizer: optim.sgd(1),
      epochs: 2,
      schedule: { use: optim.exponentialLR({ gamma: 0.5 }), every: "step" },
      earlyStopping: { patience: 3 },
      callbacks: [counter],
      onEpoch: (_, state) => void saved.push(state),
    });
    const epoch = (number: number, rate: number) => ({ best: number, waited: 0, rates: [rate], loss: true });
    expect(seen).toEqual([0.5, 0.25, epoch(1, 0.25), 0.125, 0.0625, epoch(2, 0.0625)]);
    expect(saved.map((state) => state?.callbacks)).toEqual([{ counter: 2 }, { counter: 4 }]);
  });

  it("may stop the training after a step and after an epoch", async () => {
    const stopsWhen = (when: (training: Training, epochs: number) => boolean): Callback => ({
      onBatchEnd: (_, training) => void (when(training, 0) && training.stop()),
      onEpochEnd: ({ epoch }, training) => void (when(training, epoch) && training.stop()),
    });
    const run = (callback: Callback) => fit(network(), clouds(30), { ...settings, callbacks: [callback] });
    expect(await run(stopsWhen(({ updates }, epochs) => updates === 3 && epochs === 0))).toMatchObject({
      ending: "callback",
      stopped: false,
      best: { epoch: 1 },
    });
    expect((await run(stopsWhen((_, epochs) => epochs === 2))).epochs.length).toBe(2);
  });

  it("all hear of the end where one of them or the training fails", async () => {
    const seen: string[] = [];
    const failing: Callback = {
      onBatchEnd: () => {
        throw new Error("no more");
      },
      onTrainEnd: () => {
        seen.push("failing");
        throw new Error("and not at the end either");
      },
    };
    const options = { ...settings, callbacks: [failing, noting("b", seen)] };
    await expect(fit(network(), clouds(30), options)).rejects.toThrow("no more");
    expect(seen).toEqual(["b: begin at 0", "b: epoch 1", "failing", "b: end by error, failed"]);
    const wrong = tensorDataset(zeros([2, 2]), array([0, 2], { dtype: "int32" }));
    seen.length = 0;
    const listening = { ...settings, callbacks: [noting("b", seen)] };
    await expect(fit(network(), wrong, listening)).rejects.toThrow(DataError);
    expect(seen.at(-1)).toBe("b: end by error, failed");
    const last: Callback = { onTrainEnd: () => Promise.reject(new Error("at the end")) };
    await expect(fit(network(), clouds(30), { ...settings, callbacks: [last] })).rejects.toThrow(
      "at the end",
    );
  });

  it("change no number, and see gradients where they say that they look", async () => {
    const grads: unknown[] = [];
    const look = (gradients: boolean): Callback => ({
      gradients,
      onBatchEnd: (_, { model }) => void grads.push(model.parameters().map(({ grad }) => grad === null)),
    });
    const run = async (options: Partial<FitOptions>) => {
      const model = network();
      const history = await fit(model, clouds(40), { ...settings, ...options } as never);
      return { numbers: numbersOf(history), bits: bitsOf(model.stateDict()) };
    };
    const plain = await run({});
    expect(await run({ callbacks: [look(false)] })).toEqual(plain);
    expect(grads.flat(2)).toEqual(grads.flat(2).map(() => true));
    grads.length = 0;
    expect(await run({ callbacks: [look(true)] })).toEqual(plain);
    expect(grads.flat(2)).toEqual(grads.flat(2).map(() => false));
  });

  it("get the samples and the mean loss of each step, of gathered batches together", async () => {
    const data = tensorDataset(array([[0], [0], [0], [0], [0]]), array([[1], [1], [1], [1], [6]]));
    const model = nn.sequential(nn.linear(1, 1));
    model.loadStateDict({ "0.weight": zeros([1, 1]), "0.bias": zeros([1]) });
    const batches: BatchRecord[] = [];
    const options = { ...settings, loss: nn.mse, optimizer: optim.sgd(0), epochs: 1, shuffle: false };
    const listen: Callback = { onBatchEnd: (batch) => void batches.push(batch) };
    await fit(model, data, { ...options, batchSize: 2, accumulate: 2, callbacks: [listen] });
    expect(batches).toEqual([
      { epoch: 1, step: 1, steps: 2, samples: 4, loss: 1 },
      { epoch: 1, step: 2, steps: 2, samples: 1, loss: 36 },
    ]);
  });
});
