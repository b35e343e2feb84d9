/** Every activation of a `sequential` is saved with its settings, and comes back. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormatError, loadModel, nn, random, saveModel } from "maru";
import { writeSafetensors } from "maru/formats/node";
import { afterEach, beforeEach, expect, it, test } from "vitest";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-activations-"));
  path = join(folder, "model.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const layers: readonly nn.Layer[] = [
  nn.step(),
  nn.sigmoid(),
  nn.tanh(),
  nn.relu(),
  nn.identity(),
  nn.softmax(0),
  nn.logSoftmax(0),
  nn.softmin(-2),
  nn.elu({ alpha: 0.5 }),
  nn.selu(),
  nn.celu({ alpha: 2 }),
  nn.gelu({ approximate: "tanh" }),
  nn.silu(),
  nn.mish(),
  nn.leakyRelu({ negativeSlope: 0.3 }),
  nn.relu6(),
  nn.hardtanh({ minVal: -0.25 }),
  nn.hardsigmoid(),
  nn.hardswish(),
  nn.hardshrink({ lambda: 0.25 }),
  nn.softshrink({ lambda: 0.25 }),
  nn.tanhshrink(),
  nn.softplus({ beta: 3, threshold: 2 }),
  nn.softsign(),
  nn.logSigmoid(),
  nn.threshold(0.25, -7),
  nn.prelu({ numParameters: 6, init: 0.1 }),
  nn.rrelu({ lower: 0.3, upper: 0.5 }),
  nn.glu(),
];

const names = layers.map((layer) => (layer instanceof nn.Activation ? layer.kind : layer.constructor.name));

it("covers every activation that there is", () => {
  expect(new Set(names).size).toBe(layers.length);
});

test.each(layers.map((layer, i) => [names[i]!, layer] as const))("%s", async (_, layer) => {
  const model = new nn.Sequential([layer]).eval();
  await saveModel(path, model);
  const loaded = (await loadModel(path)).model.eval();
  const x = random.normal([4, 6]);
  expect(loaded.forward(x as never).toArray()).toEqual(model.forward(x as never).toArray());
});

it("refuses settings that make no sense", async () => {
  const attempt = async (layer: object): Promise<unknown> => {
    const metadata = { format: "maru-model", version: "1", architecture: JSON.stringify([layer]) };
    await writeSafetensors(path, {}, metadata);
    return loadModel(path);
  };
  const wrong: [object, RegExp][] = [
    [{ layer: "elu" }, /alpha must be a finite number, found undefined/],
    [{ layer: "elu", alpha: "1" }, /alpha must be a finite number, found "1"/],
    [{ layer: "celu", alpha: 0 }, /celu: alpha must not be 0/],
    [{ layer: "gelu", approximate: "erf" }, /approximate must be one of none, tanh, found "erf"/],
    [{ layer: "softmax", axis: 0.5 }, /axis must be a whole number, found 0.5/],
    [{ layer: "prelu", parameters: 4 }, /needs 0.weight of shape \(4,\); it has no such tensor/],
    [{ layer: "rrelu", lower: 1, upper: 0 }, /lower must not be above upper/],
  ];
  for (const [layer, words] of wrong) {
    const failing = attempt(layer);
    await expect(failing).rejects.toThrow(FormatError);
    await expect(failing).rejects.toThrow(words);
  }
});
