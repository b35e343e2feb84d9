/** The folder of checkpoints that fit keeps by itself: which files, when, for how long, and what is made of broken ones. */
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Callback,
  type CheckpointOptions,
  FileError,
  type FitOptions,
  FormatError,
  fit,
  loadCheckpoint,
  loadModel,
  newestCheckpoint,
  saveCheckpoint,
  type TrainingState,
  ValueError,
} from "maru";
import { readSafetensors, writeSafetensors } from "maru/formats/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bitsOf, clouds, network, numbersOf, settings } from "./tiny.js";

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "maru-checkpoints-")), "run", "one");
});
afterEach(() => rmSync(join(folder, "../.."), { recursive: true, force: true }));

const step = (updates: number): string => `step-${String(updates).padStart(9, "0")}.safetensors`;

/** 30 samples: two steps an epoch, six in all. */
const train = (checkpoint: Partial<CheckpointOptions>, more: Partial<FitOptions> = {}, model = network()) =>
  fit(model, clouds(30), { ...settings, checkpoint: { folder, ...checkpoint }, ...more } as never);

/** What is in the folder after each step and after each epoch. */
async function filesAfterEach(checkpoint: Partial<CheckpointOptions>): Promise<string[][]> {
  const seen: string[][] = [];
  const look = (): void => void seen.push(readdirSync(folder).sort());
  // Callbacks come before the checkpoint of their own event.
  const spy: Callback = { onBatchEnd: look, onEpochBegin: look, onTrainEnd: look };
  await train(checkpoint, { callbacks: [spy] });
  return seen;
}

describe("a folder of checkpoints", () => {
  it("gets one after each epoch, keeps the last two, and has the best model", async () => {
    const model = network();
    const history = await train({ settings: { note: 1 } }, {}, model);
    expect(readdirSync(folder).sort()).toEqual(["best.safetensors", step(4), step(6)]);
    const best = await loadModel(join(folder, "best.safetensors"));
    expect(best.metadata).toMatchObject({ epoch: "3", loss: String(history.best?.value) });
    expect(bitsOf(best.model.stateDict())).toEqual(bitsOf(model.stateDict()));
    const newest = await newestCheckpoint(folder);
    expect(newest).toMatchObject({ settings: { note: 1 }, state: { updates: 6, place: undefined } });
  });

  it("gets one after so many steps and after each epoch", async () => {
    const seen = await filesAfterEach({ every: { steps: 3 }, keep: 9 });
    const best = "best.safetensors";
    expect(seen).toEqual([
      ...[[], [], []],
      ...[
        [best, step(2)],
        [best, step(2)],
        [best, step(2), step(3)],
      ],
      ...[
        [best, step(2), step(3), step(4)],
        [best, step(2), step(3), step(4)],
        [best, step(2), step(3), step(4)],
      ],
      [best, step(2), step(3), step(4), step(6)],
    ]);
  });

  it("gets one after so many epochs, and after the last", async () => {
    await train({ every: { epochs: 2 }, keep: 9 });
    expect(readdirSync(folder).sort()).toEqual(["best.safetensors", step(4), step(6)]);
  });

  it("keeps as many as it is told, and the one before until the next is whole", async () => {
    const seen = await filesAfterEach({ every: { steps: 1 }, keep: 1 });
    expect(seen.slice(1).map((names) => names.filter((name) => name.startsWith("step")).length)).toEqual([
      ...[0, 1, 1, 1, 1, 1, 1, 1, 1],
    ]);
    expect(readdirSync(folder).sort()).toEqual(["best.safetensors", step(6)]);
  });

  it("gets one where the training is stopped in the middle of an epoch, and the next one goes on there", async () => {
    const whole = network();
    const reference = await fit(whole, clouds(30), settings as never);
    const controller = new AbortController();
    const stop: Callback = { onBatchEnd: (_, { updates }) => void (updates === 3 && controller.abort()) };
    const stopped = await train({ resume: true }, { callbacks: [stop], signal: controller.signal });
    expect(stopped).toMatchObject({ stopped: true, ending: "signal" });
    expect(readdirSync(folder).sort()).toEqual(["best.safetensors", step(2), step(3)]);
    const model = network(77);
    const history = await train({ resume: true }, {}, model);
    expect(numbersOf(history)).toEqual(numbersOf(reference));
    expect(bitsOf(model.stateDict())).toEqual(bitsOf(whole.stateDict()));
  });

  it("is not mixed up with another training, and loses what a killed one left half-written", async () => {
    await train({}, { epochs: 1 });
    await expect(train({})).rejects.toThrow(
      `fit: ${folder} holds the checkpoints of another training; go on with it by checkpoint.resume, or give another folder`,
    );
    writeFileSync(join(folder, `.maru-${"0".repeat(32)}.tmp`), "half");
    writeFileSync(join(folder, "notes.txt"), "mine");
    await train({ resume: true }, { epochs: 2 });
    expect(readdirSync(folder).sort()).toEqual(["best.safetensors", "notes.txt", step(2), step(4)]);
  });

  it("falls back on the one before where the newest was damaged, and says so where all were", async () => {
    const model = network();
    const reference = await train({ keep: 3 }, {}, model);
    truncateSync(join(folder, step(6)), 1000);
    expect((await newestCheckpoint(folder))?.state.updates).toBe(4);
    const other = network(5);
    expect(numbersOf(await train({ resume: true }, {}, other))).toEqual(numbersOf(reference));
    expect(bitsOf(other.stateDict())).toEqual(bitsOf(model.stateDict()));
    for (const name of readdirSync(folder)) truncateSync(join(folder, name), 100);
    await expect(train({ resume: true })).rejects.toThrow(FormatError);
  });

  it("does nothing more where all epochs are done, or early stopping has stopped it", async () => {
    await train({});
    const before = statSync(join(folder, step(6))).mtimeMs;
    expect((await train({ resume: true })).epochs.length).toBe(3);
    expect(statSync(join(folder, step(6))).mtimeMs).toBe(before);
    rmSync(folder, { recursive: true });
    const patient = { earlyStopping: { patience: 1, minDelta: 10 }, epochs: 9 };
    const first = await train({}, patient);
    expect(first).toMatchObject({ ending: "earlyStopping", epochs: { length: 2 } });
    expect(await train({ resume: true }, patient)).toMatchObject({
      ending: "earlyStopping",
      epochs: { length: 2 },
    });
  });

  it("is refused where it makes no sense or cannot be written", async () => {
    for (const wrong of [{ folder: "" }, { keep: 0 }, { every: { steps: 0 } }, { every: { epochs: 1.5 } }]) {
      await expect(train(wrong)).rejects.toThrow(ValueError);
    }
    const file = join(folder, "../..", "file");
    writeFileSync(file, "");
    await expect(train({ folder: file })).rejects.toThrow(FileError);
    await expect(train({ folder: join(file, "below") })).rejects.toThrow(FileError);
    await expect(newestCheckpoint(join(folder, "nowhere"))).rejects.toThrow(FileError);
  });
});

describe("a checkpoint's file", () => {
  const stateOf = async (): Promise<TrainingState> => {
    let state: TrainingState | undefined;
    const keep: Callback = { onBatchEnd: (_, training) => void (state = training.state()) };
    const metrics = {
      odd: (x: { shape: readonly number[] }) => clouds(x.shape[0]!).batch([0]).inputs.sum(1).div(0),
    };
    await fit(network(), clouds(30), { ...settings, metrics, ema: 0.5, callbacks: [keep] } as never);
    return state!;
  };

  it("gives back every number, also those that JSON lacks", async () => {
    const state = await stateOf();
    const path = join(folder, "../..", "state.safetensors");
    await saveCheckpoint(path, state, { any: ["thing"] });
    const read = await loadCheckpoint(path);
    expect(read.settings).toEqual({ any: ["thing"] });
    expect(read.state.epochs[0]).toMatchObject({ odd: state.epochs[0]!.odd });
    expect(Number.isFinite(state.epochs[0]!.odd)).toBe(false);
    for (const part of ["weights", "bestWeights", "optimizer", "average"] as const) {
      expect(bitsOf(read.state[part]!)).toEqual(bitsOf(state[part]!));
    }
    const plain = { weights: 0, bestWeights: 0, optimizer: 0, average: 0 };
    const stated = Object.entries(state).filter(([, value]) => value !== undefined);
    const found = Object.entries(read.state).filter(([, value]) => value !== undefined);
    expect({ ...Object.fromEntries(found), ...plain }).toEqual({ ...Object.fromEntries(stated), ...plain });
  });

  it("is believed in nothing", async () => {
    const path = join(folder, "../..", "state.safetensors");
    await saveCheckpoint(path, await stateOf());
    const { tensors, metadata } = await readSafetensors(path);
    const attempt = async (fields: Record<string, string>): Promise<unknown> => {
      await writeSafetensors(path, tensors, { ...metadata, ...fields });
      return loadCheckpoint(path);
    };
    await expect(attempt({})).resolves.toBeDefined();
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    for (const fields of [
      { version: "3" },
      { format: "pt" },
      { epochs: "[{}]" },
      { epochs: "[" },
      { best: "null" },
      { best: '{"epoch":9,"metric":"loss","value":1}' },
      { random: '{"seed":-1,"draws":0}' },
      { updates: "-1" },
      { place: '{"step":1}' },
      { place: '{"step":1,"seconds":0,"tally":{"samples":1,"loss":1,"sums":{"a":"b"}}}' },
      { order: '{"samples":1}' },
      { rates: "[null]" },
      { stopping: '{"waited":0.5}' },
      { callbacks: "[1]" },
      { schedule: deep },
    ]) {
      await expect(attempt(fields), JSON.stringify(fields).slice(0, 60)).rejects.toThrow(FormatError);
    }
  });

  it("with a thousand faults is refused or read, and nothing else", async () => {
    const path = join(folder, "../..", "state.safetensors");
    await saveCheckpoint(path, await stateOf());
    const whole = readFileSync(path);
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const header = 8 + Number(whole.readBigUInt64LE());
    const broken = join(folder, "../..", "broken.safetensors");
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const bytes = Buffer.from(i % 10 === 0 ? whole.subarray(0, next(whole.length)) : whole);
      // Mostly where the words are.
      if (i % 10 !== 0) bytes[next(i % 2 === 0 ? header : whole.length)]! ^= 1 << next(8);
      writeFileSync(broken, bytes);
      try {
        await loadCheckpoint(broken);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
    copyFileSync(path, broken);
    await expect(loadCheckpoint(broken)).resolves.toBeDefined();
  });
});
