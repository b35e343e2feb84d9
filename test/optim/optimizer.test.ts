/** Optimizers against PyTorch, step by step, plain and compiled, and what they refuse. */
import { describe, expect, test } from "vitest";
import {
  array,
  DTypeError,
  FormatError,
  getDevice,
  grad,
  nn,
  optim,
  ShapeError,
  type Tensor,
  ValueError,
} from "../../src/index.js";
import { begun, distance, optimizerCases, partings, stepOf } from "./problem.js";

const float64 = { dtype: "float64" } as const;
const bits = (tensor: Tensor): number[] => [
  ...new Uint8Array((tensor.dataSync() as Float32Array).slice().buffer),
];

/** Both dtypes, plain and compiled; on the native device, where a C compiler builds each program, one of them. */
const ways = [
  ["float32", "compiled"],
  ["float32", "plain"],
  ["float64", "compiled"],
  ["float64", "plain"],
] as const;
const tried = getDevice() === "native" ? ways.slice(0, 1) : ways;

describe.each(tried)("the same path and state as PyTorch's in %s, %s", (dtype, how) => {
  test.each(optimizerCases)("$id", async (item) => {
    expect(await partings(item, dtype, how === "compiled")).toEqual([]);
  });
});

describe("state goes on to the same bits", () => {
  test.each(optimizerCases.filter(({ groups }) => groups !== undefined))("$id", (item) => {
    const { problem, optimizer } = begun(item, "float32");
    const [step, later] = [stepOf(problem, optimizer, true), begun(item, "float32")];
    for (let i = 0; i < 3; i++) step();
    later.optimizer.loadStateDict(optimizer.stateDict());
    later.problem.parameters.forEach((parameter, i) => {
      parameter.assign(problem.parameters[i]!.detach());
    });
    const other = stepOf(later.problem, later.optimizer, false);
    for (let i = 0; i < 3; i++) {
      step();
      other();
    }
    expect(later.problem.parameters.map(bits)).toEqual(problem.parameters.map(bits));
    const [a, b] = [optimizer, later.optimizer].map((each) => Object.entries(each.stateDict()));
    expect(a!.map(([name, tensor]) => [name, bits(tensor)])).toEqual(
      b!.map(([name, tensor]) => [name, bits(tensor)]),
    );
  });
});

test.each([...new Map(optimizerCases.map((item) => [item.kind, item])).values()])(
  "a step of $kind that is not to be taken leaves parameters and state as they are",
  (item) => {
    const { problem, optimizer } = begun(item, "float32");
    const state = () => [...problem.parameters, ...Object.values(optimizer.stateDict())].map(bits);
    const step = (taken: boolean): void => {
      optimizer.zeroGrad();
      problem.loss().backward();
      optimizer.step(array(taken) as Tensor);
    };
    step(true);
    const before = state();
    step(false);
    expect(state()).toEqual(before);
    step(true);
    expect(state()).not.toEqual(before);
  },
);

test("Muon in bfloat16, as PyTorch computes it, takes the same way to bfloat16's two digits", () => {
  const item = optimizerCases.find(({ bfloat16 }) => bfloat16 !== undefined)!;
  // Ten steps of 0.001 times sqrt(2) at most, each within a twentieth.
  expect(distance(item, item.bfloat16!)).toBeLessThan((10 * 0.001 * Math.SQRT2) / 20);
  expect(distance(item, item.bfloat16!)).toBeGreaterThan(0);
});

describe("what an optimizer refuses", () => {
  const w = (): Tensor => array([1, 2, 3], { requiresGrad: true }) as Tensor;

  test("a gradient of another shape", () => {
    const p = w();
    p.grad = array([1]) as Tensor;
    expect(() => optim.sgd(0.1)([p]).step()).toThrow(ShapeError);
    expect(String(p)).toBe("[1. 2. 3.]");
  });

  test("results instead of parameters, and no parameters at all", () => {
    expect(() => optim.sgd(0.1)([w().mul(2) as Tensor])).toThrow(ValueError);
    expect(() => optim.sgd(0.1)([array([1]) as Tensor])).toThrow(ValueError);
    expect(() => optim.sgd(0.1)([])).toThrow(ValueError);
    expect(() => optim.sgd(-1)([w()])).toThrow(ValueError);
  });

  test.each([
    ["a negative learning rate", () => optim.adadelta(-1)],
    ["a learning rate that is no number", () => optim.adam(Number.NaN)],
    ["a beta of 1", () => optim.adamw(0.1, { betas: [1, 0.9] })],
    ["a negative beta", () => optim.lion(0.1, { betas: [0.5, -0.1] })],
    ["one beta", () => optim.nadam(0.1, { betas: [0.5] as unknown as [number, number] })],
    ["a negative eps", () => optim.rmsprop(0.1, { eps: -1 })],
    ["a negative weight decay", () => optim.adam(0.1, { weightDecay: -1 })],
    ["a negative decay of the learning rate", () => optim.adagrad(0.1, { lrDecay: -1 })],
    ["a rho above 1", () => optim.adadelta(1, { rho: 1.5 })],
    ["a negative momentum", () => optim.sgd(0.1, { momentum: -0.9 })],
    ["Nesterov's momentum without momentum", () => optim.sgd(0.1, { nesterov: true })],
    ["a negative decay of the momentum", () => optim.nadam(0.1, { momentumDecay: -1 })],
    ["an unknown adjustment", () => optim.muon(0.1, { adjustLrFn: "none" as "original" })],
    ["a hundred steps of Newton and Schulz", () => optim.muon(0.1, { nsSteps: 100 })],
    ["two coefficients", () => optim.muon(0.1, { nsCoefficients: [1, 2] as unknown as [1, 2, 3] })],
  ])("%s", (_, make) => {
    const matrix = array([[1, 2]], { requiresGrad: true }) as Tensor;
    expect(() => (make() as optim.OptimizerFactory)([matrix])).toThrow(ValueError);
  });

  test("for Muon, what is no matrix", () => {
    expect(() => optim.muon(0.1)([w()])).toThrow(
      "optim.muon: parameters must be matrices, got shape (3,); give the others to another optimizer, such as adamw",
    );
  });

  test("a state that is not its own, and then nothing has changed", () => {
    const optimizer = optim.adam(0.1)([w()]);
    const [long, short, count] = [array([0, 0, 0]), array([0, 0]), array(1, float64)] as Tensor[];
    expect(() => optimizer.loadStateDict({ "0.0": short!, "0.1": long!, "0.2": count! })).toThrow(ShapeError);
    expect(() => optimizer.loadStateDict({ "0.0": long! })).toThrow(FormatError);
    expect(() => optimizer.loadStateDict({ "0.0": long!, "0.1": long!, "0.2": array(1) as Tensor })).toThrow(
      DTypeError,
    );
    expect(() => optimizer.loadStateDict({ "7.0": long! })).toThrow(FormatError);
    expect(optimizer.stateDict()).toEqual({});
  });
});

test("a state of fewer parameters puts the others back to their beginning", () => {
  const [p, q] = [array([1, 2], { requiresGrad: true }), array([3], { requiresGrad: true })] as Tensor[];
  const optimizer = optim.adagrad(0.1, { initialAccumulatorValue: 2 })([p!, q!]);
  const step = (): void => {
    optimizer.zeroGrad();
    p!.sum().add(q!.sum()).backward();
    optimizer.step();
  };
  step();
  optimizer.loadStateDict({ "0.0": array([5, 5]), "0.1": array(7, float64) } as Record<string, Tensor>);
  expect(Object.keys(optimizer.stateDict())).toEqual(["0.0", "0.1"]);
  step();
  const state = Object.values(optimizer.stateDict()).map((tensor) => tensor.toArray());
  expect(state).toEqual([[6, 6], 8, [3], 1]);
});

test("state does not carry the history of a gradient that has one", () => {
  const p = array([1, 2], { requiresGrad: true }) as Tensor;
  const optimizer = optim.adam(0.1)([p]);
  for (let i = 0; i < 3; i++) {
    p.grad = grad((v: Tensor) => v.pow(3).sum() as Tensor)(p);
    optimizer.step();
  }
  expect(Object.values(optimizer.stateDict()).some(({ requiresGrad }) => requiresGrad)).toBe(false);
});

test("an error in a loss that nobody reads does not spoil another's step", () => {
  const foreign = array([1, 2, 3], { requiresGrad: true }) as Tensor;
  const beyond = array([9], { dtype: "int32" }).add(array([1], { dtype: "int32" }));
  foreign
    .take(beyond as Tensor)
    .sum()
    .detach();
  const p = array([1], { requiresGrad: true }) as Tensor;
  p.sum().backward();
  optim.sgd(0.5)([p]).step();
  expect(String(p)).toBe("[0.5]");
});

test("parameters begin as PyTorch's: uniform between -1/sqrt(n) and 1/sqrt(n)", () => {
  for (const [layer, fanIn] of [
    [nn.linear(400, 300), 400],
    [nn.conv2d(16, 32, 3), 144],
  ] as const) {
    for (const parameter of layer.parameters()) {
      const values = [...(parameter.dataSync() as Float32Array)];
      const bound = 1 / Math.sqrt(fanIn);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound * 1.000001);
      if (values.length < 1000) continue;
      const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
      expect(variance / ((bound * bound) / 3)).toBeGreaterThan(0.93);
      expect(variance / ((bound * bound) / 3)).toBeLessThan(1.07);
    }
  }
});
