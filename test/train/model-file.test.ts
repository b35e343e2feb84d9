/** Models and checkpoints in files: back to the same numbers, and nothing believed that a file merely says. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  FileError,
  FormatError,
  fit,
  loadCheckpoint,
  loadModel,
  nn,
  optim,
  random,
  saveCheckpoint,
  saveModel,
  type TrainingState,
  zeros,
} from "maru";
import { tensorDataset } from "maru/data";
import { readSafetensors, writeSafetensors } from "maru/formats/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-model-"));
  path = join(folder, "model.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const everyLayer = () =>
  nn.sequential(
    nn.conv2d(2, 4, [3, 2], { padding: 1, groups: 2, bias: false }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.avgPool2d([2, 2], { stride: 1 }),
    nn.tanh(),
    nn.flatten(),
    nn.linear(16, 5),
    nn.sigmoid(),
    nn.linear(5, 3, { bias: false }),
    nn.identity(),
  );

describe("saveModel and loadModel", () => {
  it("make the same network again", async () => {
    const model = everyLayer();
    await saveModel(path, model, { note: "as it was" });
    const before = random.getState();
    const loaded = await loadModel(path);
    expect(random.getState()).toEqual(before);
    expect(loaded.metadata.note).toBe("as it was");
    const x = random.normal([2, 2, 6, 5]);
    const [given, made] = [model.forward(x), loaded.model.forward(x as never)];
    expect(made.toArray()).toEqual(given.toArray());
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  it("say so where the file does not tell what the network is", async () => {
    class Net extends nn.Module {
      readonly layer = nn.linear(2, 2);
    }
    await saveModel(path, new Net());
    await expect(loadModel(path)).rejects.toThrow("load them with loadStateDict");
    expect([...(await readSafetensors(path)).tensors.keys()].sort()).toEqual(["layer.bias", "layer.weight"]);
  });

  it("refuse what is not a model's file", async () => {
    await expect(loadModel(path)).rejects.toThrow(FileError);
    await writeSafetensors(path, {}, { format: "pt" });
    await expect(loadModel(path)).rejects.toThrow(/is not a maru-model file: its metadata say format "pt"/);
    await writeSafetensors(path, {}, { format: "maru-model", version: "9" });
    await expect(loadModel(path)).rejects.toThrow(/version "9"/);
    await expect(saveModel(join(folder, "no", "such.safetensors"), everyLayer())).rejects.toThrow(FileError);
  });

  it("make nothing of a size that a file merely claims", async () => {
    const weight = { dtype: "float32", shape: [2, 3], data: new Float32Array(6) } as const;
    const attempt = async (architecture: unknown): Promise<unknown> => {
      const metadata = { format: "maru-model", version: "1", architecture: JSON.stringify(architecture) };
      await writeSafetensors(path, { "0.weight": weight }, metadata);
      return loadModel(path);
    };
    const linear = { layer: "linear", in: 3, out: 2, bias: false };
    await expect(attempt([linear])).resolves.toBeDefined();
    const wrong: [unknown, RegExp][] = [
      [
        [{ ...linear, in: 1e9, out: 1e9 }],
        /needs 0.weight of shape \(1000000000,1000000000\); it has \(2,3\)/,
      ],
      [[{ ...linear, bias: true }], /needs 0.bias of shape \(2,\); it has no such tensor/],
      [[{ layer: "relu" }], /has no place for 0.weight/],
      [[{ ...linear, in: -3 }], /in must be a whole number of at least 1, found -3/],
      [[{ ...linear, in: "3" }], /in must be a whole number/],
      [[{ layer: "constructor" }], /unknown kind, "constructor"/],
      [[null], /unknown kind/],
      [[], /must be a list of layers/],
      [{}, /must be a list of layers/],
      [[linear, { layer: "maxPool2d", kernel: 2 }, { layer: "flatten", start: -1 }], /start must be a whole/],
    ];
    for (const [architecture, words] of wrong) {
      const failing = attempt(architecture);
      await expect(failing).rejects.toThrow(FormatError);
      await expect(failing).rejects.toThrow(words);
    }
  });
});

describe("checkpoints", () => {
  it("bring a training back exactly", async () => {
    const data = tensorDataset(random.normal([20, 3]), zeros([20], { dtype: "int32" }));
    const options = { loss: nn.crossEntropy, optimizer: optim.adam(0.1), epochs: 3, progress: false };
    let saved: TrainingState | undefined;
    const whole = nn.sequential(nn.linear(3, 2));
    const reference = await fit(whole, data, {
      ...options,
      onEpoch: async ({ epoch }, state) => {
        if (epoch !== 1) return;
        saved = state;
        await saveCheckpoint(path, state, { any: ["thing"] });
      },
    });
    const { state, settings } = await loadCheckpoint(path);
    expect(settings).toEqual({ any: ["thing"] });
    expect(state.epochs).toEqual(saved?.epochs);
    const other = nn.sequential(nn.linear(3, 2));
    const resumed = await fit(other, data, { ...options, resume: state });
    expect(resumed.epochs.map(({ loss }) => loss)).toEqual(reference.epochs.map(({ loss }) => loss));
    expect(other.stateDict()["0.weight"]!.toArray()).toEqual(whole.stateDict()["0.weight"]!.toArray());
  });

  it("are refused where they are something else", async () => {
    await saveModel(path, nn.linear(2, 2));
    await expect(loadCheckpoint(path)).rejects.toThrow("is not a maru-checkpoint file");
    const metadata = { format: "maru-checkpoint", version: "1", epochs: "[{}]", best: "{}", random: "{}" };
    await writeSafetensors(path, {}, metadata);
    await expect(loadCheckpoint(path)).rejects.toThrow("do not tell of a training");
    await writeSafetensors(path, {}, { ...metadata, epochs: "[" });
    await expect(loadCheckpoint(path)).rejects.toThrow("no sound epochs");
  });
});
