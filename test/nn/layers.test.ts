/** Layers have PyTorch's outputs, gradients and buffers, in training and in use. */
import { describe, expect, it, test } from "vitest";
import { compile, getDevice, nn, random, setDevice, type Tensor } from "../../src/index.js";
import { byOperation } from "../goldens/golden.js";
import { toTensor } from "../goldens/ops.js";
import { type LayerCase, layerDifferences, layerOf, readCases } from "./layer-golden.js";

const cases = readCases<LayerCase>("layers.golden.json");

for (const [op, group] of byOperation(cases)) {
  describe(op, () => {
    test.each(group)("$id", async (item) => {
      expect(await layerDifferences(item)).toEqual([]);
    });
  });
}

it("has the cases that it says", () => expect(cases.length).toBeGreaterThanOrEqual(120));

describe("on the other devices", () => {
  const some = cases.filter(({ op }, i) => i % 7 === 0 || op.startsWith("convTranspose2d"));
  it("the interpreter agrees", async () => {
    const before = getDevice();
    setDevice("interpreter");
    try {
      for (const item of some) expect([item.id, ...(await layerDifferences(item))]).toEqual([item.id]);
    } finally {
      setDevice(before);
    }
  });
});

describe("in a compiled step", () => {
  it("running statistics move as they do outside", () => {
    for (const item of cases.filter(
      ({ op, mode, after }) => mode === "train" && op.endsWith("Norm2d") && after.running_mean,
    )) {
      const [plain, compiled] = [layerOf(item), layerOf(item)];
      const step = compile((x: Tensor) => compiled.forward(x));
      for (let i = 0; i < 3; i++) {
        const x = toTensor(item.inputs[0]!).mul(i + 1) as Tensor;
        expect(step(x).toArray()).toEqual(plain.forward(x).toArray());
      }
      const [a, b] = [plain.stateDict(), compiled.stateDict()];
      for (const name of Object.keys(a)) expect(b[name]!.toArray(), name).toEqual(a[name]!.toArray());
    }
  });

  it("a cumulative mean counts each call", () => {
    const norm = nn.batchNorm1d(2, { momentum: null });
    const step = compile((x: Tensor) => norm.forward(x as never) as Tensor);
    const all = [1, 2, 3].map((k) => random.normal([4, 2], { mean: k }) as Tensor);
    for (const x of all) step(x);
    expect(norm.numBatchesTracked!.item()).toBe(3);
    const means = all.map((x) => x.mean(0) as Tensor);
    const expected = means.reduce((a, b) => a.add(b) as Tensor).div(3) as Tensor;
    const far = norm.runningMean!.sub(expected).abs().max() as Tensor;
    expect(far.item()).toBeLessThan(1e-6);
  });

  it("each call leaves out others, and eval mode nothing", () => {
    const layer = nn.dropout(0.5);
    const step = compile((x: Tensor) => layer.forward(x) as Tensor);
    const x = random.uniform([64], { low: 1, high: 2 }) as Tensor;
    const [a, b] = [step(x).toArray(), step(x).toArray()];
    expect(a).not.toEqual(b);
    layer.eval();
    expect(step(x).toArray()).toEqual(x.toArray());
  });
});
