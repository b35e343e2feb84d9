/** explain: what the compiler made of an expression, as data and as text that a person can read. */
import { describe, expect, test } from "vitest";
import {
  array,
  explain,
  getDevice,
  nn,
  ones,
  optim,
  random,
  setDevice,
  type Tensor,
} from "../../src/index.js";
import { currentTarget, useTarget } from "../../src/tensor/runtime.js";

const rows = (): Tensor => random.normal([64, 100]).realize() as Tensor;

describe("explain", () => {
  test("softmax is one kernel of three walks over each row, with its functions by their names", async () => {
    const explained = await explain(rows().softmax(-1));
    expect(explained.kernels).toHaveLength(1);
    const { loops, transforms, listing, bytesMoved, operations, milliseconds } = explained.kernels[0]!;
    expect(loops.match(/for r/g)).toHaveLength(3);
    expect(loops).toContain("+= exp(");
    expect(loops).not.toContain("...");
    expect(transforms.some((name) => name.startsWith("vectorize"))).toBe(true);
    const words =
      getDevice() === "native"
        ? /^void kernel_0\([\s\S]*fma_f32v/
        : /^\(func [\s\S]*f32x4\.(relaxed_madd|mul)/;
    expect(listing).toMatch(words);
    expect(bytesMoved).toBe(2 * 64 * 100 * 4);
    expect(operations).toBeGreaterThan(64 * 100 * 4);
    expect(milliseconds).toBeGreaterThan(0);
    expect(explained.milliseconds).toBeGreaterThan(0);
  });

  test("the text has the graph, the loops, the transforms, the listing and the costs, in lines to read", async () => {
    const x = rows();
    const text = String(await explain(x.mul(2).add(1).sum(1)));
    for (const part of ["graph", "-> k0", "loops", "transforms: ", "listing", "operations", " bytes", " ms"])
      expect(text).toContain(part);
    const loops = text.split("\n").filter((line) => /for|=/.test(line) && !line.includes("local"));
    expect(Math.max(...loops.map((line) => line.length))).toBeLessThan(200);
  });

  test("a function's call is captured and not carried out", async () => {
    const model = nn.sequential(nn.linear(6, 4), nn.relu(), nn.linear(4, 3));
    const optimizer = optim.sgd(0.1)(model.parameters());
    const before = model.parameters().map((w) => [...w.dataSync()]);
    const step = (x: Tensor<[5, 6]>, y: Tensor): Tensor => {
      const loss = nn.crossEntropy(model.forward(x), y as never) as Tensor;
      loss.backward();
      optimizer.step();
      return loss;
    };
    const { kernels, phases } = await explain(
      step as never,
      ones([5, 6]),
      array([0, 1, 2, 0, 1], { dtype: "int32" }),
    );
    expect(phases.flat().sort()).toEqual(kernels.map(({ name }) => name).sort());
    expect(kernels.every(({ milliseconds }) => milliseconds !== undefined)).toBe(true);
    expect(model.parameters().map((w) => [...w.dataSync()])).toEqual(before);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  test("a device that does not compile says so", async () => {
    const device = currentTarget();
    setDevice("interpreter");
    try {
      await expect(explain(ones([3]).exp())).rejects.toThrow("does not compile");
    } finally {
      useTarget(device);
    }
  });
});
