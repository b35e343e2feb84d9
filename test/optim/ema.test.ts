/** Averages of weights against PyTorch's AveragedModel, in a compiled step, and into and out of a model. */
import { describe, expect, test } from "vitest";
import {
  array,
  CaptureError,
  compile,
  FormatError,
  nn,
  optim,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";
import { differences } from "../goldens/compare.js";
import type { GoldenArray } from "../goldens/golden.js";
import { toTensor } from "../goldens/ops.js";
import { emaCases } from "./extras.js";

/** Two parameters and two buffers, as in the golden script. */
class Net extends nn.Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly mean: Tensor;
  readonly seen = zeros([], { dtype: "int32" }) as Tensor;

  constructor(dtype: "float32" | "float64") {
    super();
    this.weight = zeros([2, 3], { dtype }) as Tensor;
    this.bias = zeros([3], { dtype }) as Tensor;
    this.mean = zeros([3], { dtype }) as Tensor;
    this.weight.requiresGrad = true;
    this.bias.requiresGrad = true;
  }
}

const tensorsOf = (state: Readonly<Record<string, GoldenArray>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(state).map(([name, values]) => [name, toTensor(values)]));

describe.each(["plain", "compiled"])("the averages of PyTorch's AveragedModel, %s", (how) => {
  test.each(emaCases)("$id", async ({ decay, useBuffers, steps }) => {
    const net = new Net(steps[0]!.own.weight!.dtype as "float32");
    net.loadStateDict(tensorsOf(steps[0]!.own));
    const average = optim.ema(net, { decay, useBuffers });
    const update = how === "compiled" ? compile(() => average.update()) : () => average.update();
    const found: string[] = [];
    for (const [t, { own, average: expected }] of steps.entries()) {
      net.loadStateDict(tensorsOf(own));
      if (t > 0) update();
      const state = average.stateDict();
      expect(Object.keys(state)).toEqual(["n_averaged", ...Object.keys(own).map((name) => `module.${name}`)]);
      for (const [name, values] of Object.entries(expected))
        found.push(...(await differences(`${t} ${name}`, state[name]!, values, "reduction")));
    }
    expect(found).toEqual([]);
  });
});

/** A model in training with its average. */
function training() {
  const p = array([4, -2], { requiresGrad: true }) as Tensor;
  const average = optim.ema([p], { decay: 0.5 });
  const optimizer = optim.sgd(0.25)([p]);
  const body = (): void => {
    optimizer.zeroGrad();
    p.square().sum().backward();
    optimizer.step();
    average.update();
  };
  return { p, average, body };
}

test("an update in a compiled step is the same to the bit, the first one too, in one capture", () => {
  const [plain, compiled] = [training(), training()];
  let captures = 0;
  const step = compile(() => {
    captures++;
    compiled.body();
  });
  for (let i = 0; i < 4; i++) {
    plain.body();
    step();
    expect(compiled.average.stateDict()["module.0"]!.toArray()).toEqual(
      plain.average.stateDict()["module.0"]!.toArray(),
    );
  }
  expect(captures).toBe(1);
  // 2, (2 + 1) / 2, (1.5 + 0.5) / 2, (1 + 0.25) / 2
  expect(compiled.average.stateDict()["module.0"]!.toArray()).toEqual([0.625, -0.3125]);
  expect(compiled.average.stateDict().n_averaged!.item()).toBe(4);
});

test("apply puts the averages into the model, restore brings its weights back, and training goes on", () => {
  const { p, average, body } = training();
  const step = compile(body);
  step();
  step();
  average.apply();
  expect(p.toArray()).toEqual([1.5, -0.75]);
  expect(p.requiresGrad).toBe(true);
  expect(() => average.apply()).toThrow(ValueError);
  expect(() => average.update()).toThrow(ValueError);
  average.restore();
  expect(p.toArray()).toEqual([1, -0.5]);
  expect(() => average.restore()).toThrow(ValueError);
  step();
  expect([p.toArray(), average.stateDict()["module.0"]!.toArray()]).toEqual([
    [0.5, -0.25],
    [1, -0.5],
  ]);
  expect(() => compile(() => average.apply())()).toThrow(CaptureError);
});

test("copyTo fills another model, and refuses one that is not like it", () => {
  const { average, body } = training();
  body();
  const other = array([0, 0]) as Tensor;
  average.copyTo([other]);
  expect(other.toArray()).toEqual([2, -1]);
  expect(() => average.copyTo([zeros([3]) as Tensor])).toThrow(ShapeError);
  expect(() => average.copyTo([other, other])).toThrow(FormatError);
  average.copyTo();
  const [model, twin] = [nn.linear(2, 1), nn.linear(2, 1)];
  const ofModel = optim.ema(model);
  ofModel.copyTo(twin);
  expect(twin.weight.toArray()).toEqual(model.weight.toArray());
  expect(() => ofModel.copyTo(nn.linear(3, 1))).toThrow(ShapeError);
});

test("a state goes on to the same bits, and a broken one changes nothing", () => {
  const [first, second] = [training(), training()];
  for (let i = 0; i < 3; i++) first.body();
  second.average.loadStateDict(first.average.stateDict());
  second.p.assign(first.p.detach());
  first.body();
  second.body();
  const good = first.average.stateDict();
  const text = (state: Record<string, Tensor>): string[] => Object.values(state).map(String);
  expect(text(second.average.stateDict())).toEqual(text(good));
  const { n_averaged, "module.0": values } = good as { n_averaged: Tensor; "module.0": Tensor };
  const load = (state: object) => () => second.average.loadStateDict(state as Record<string, Tensor>);
  expect(load({ n_averaged })).toThrow(FormatError);
  expect(load({ ...good, other: values })).toThrow(FormatError);
  expect(load({ n_averaged, "module.0": zeros([3]) })).toThrow(ShapeError);
  expect(text(second.average.stateDict())).toEqual(text(good));
});

test("what it refuses", () => {
  const p = array([1], { requiresGrad: true }) as Tensor;
  expect(() => optim.ema([p], { decay: 1.5 })).toThrow(ValueError);
  expect(() => optim.ema([p], { decay: Number.NaN })).toThrow(ValueError);
  expect(() => optim.ema([])).toThrow(ValueError);
  expect(() => optim.ema(nn.sequential(nn.relu()))).toThrow(ValueError);
});
