/** Clipped gradients against PyTorch, plain and compiled, and together with a step. */
import { describe, expect, test } from "vitest";
import {
  array,
  compile,
  DTypeError,
  nn,
  optim,
  random,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";
import { allDifferences, differences } from "../goldens/compare.js";
import type { GoldenArray } from "../goldens/golden.js";
import { toTensor } from "../goldens/ops.js";
import { normCases, valueCases } from "./extras.js";

/** Parameters with those gradients. */
const withGradients = (gradients: readonly GoldenArray[]): Tensor[] =>
  gradients.map((gradient) => {
    const parameter = zeros(gradient.shape, { dtype: gradient.dtype }) as Tensor;
    parameter.requiresGrad = true;
    parameter.grad = toTensor(gradient);
    return parameter;
  });

const gradientsOf = (parameters: readonly Tensor[]): Tensor[] => parameters.map(({ grad }) => grad!);

describe.each(["plain", "compiled"])("%s", (how) => {
  const run = <R>(body: () => R): R => (how === "compiled" ? compile(body)() : body());

  test.each(normCases)("$id", async ({ gradients, maxNorm, normType, norm, clipped }) => {
    const parameters = withGradients(gradients);
    const found = run(() => optim.clipGradNorm(parameters, maxNorm, { normType }));
    expect(await differences("norm", found, norm, "reduction")).toEqual([]);
    expect(await allDifferences("gradient", gradientsOf(parameters), clipped, "reduction")).toEqual([]);
  });

  test.each(valueCases)("$id", async ({ gradients, clipValue, clipped }) => {
    const parameters = withGradients(gradients);
    run(() => optim.clipGradValue(parameters, clipValue));
    expect(await allDifferences("gradient", gradientsOf(parameters), clipped, "exact")).toEqual([]);
  });
});

/** Twelve steps of a network whose gradients are clipped. */
function train(compiled: boolean) {
  random.seed(1);
  const model = nn.sequential(nn.linear(3, 5), nn.tanh(), nn.linear(5, 1));
  const optimizer = optim.adam(0.1)(model.parameters());
  const [x, y] = [random.normal([8, 3]), random.normal([8, 1])];
  let captures = 0;
  const body = () => {
    captures++;
    optimizer.zeroGrad();
    const loss = nn.mse(model.forward(x), y);
    loss.backward();
    const norm = optim.clipGradNorm(optimizer, 0.1);
    optimizer.step();
    return { loss, norm };
  };
  const step = compiled ? compile(body) : body;
  const losses = Array.from({ length: 12 }, () => {
    const { loss, norm } = step();
    return [loss.item(), norm.item()];
  });
  const weights = model.parameters().map((parameter) => parameter.toArray());
  const gradients = model.parameters().map(({ grad }) => [...(grad!.dataSync() as Float32Array)]);
  return { losses, weights, gradients, captures };
}

test("composed with a step it is the same to the bit plain and compiled, in one capture", () => {
  const [plain, compiled] = [train(false), train(true)];
  expect({ ...plain, captures: 1 }).toEqual(compiled);
  expect(Math.hypot(...compiled.gradients.flat())).toBeCloseTo(0.1, 4);
  expect(Number(compiled.losses[0]![1])).toBeGreaterThan(0.1);
});

test("a parameter without a gradient is left alone, one that stands there twice counts once", () => {
  const [a, b] = [array([3], { requiresGrad: true }), array([9], { requiresGrad: true })] as Tensor[];
  a!.square().sum().backward();
  expect(optim.clipGradNorm([a!, a!, b!], 3).item()).toBe(6);
  expect(b!.grad).toBeNull();
  expect(Number(a!.grad!.item())).toBeCloseTo(3, 4);
  expect(optim.clipGradNorm([b!], 1).item()).toBe(0);
});

test("float32 and float64 gradients are one vector", () => {
  const a = array([0, 0], { requiresGrad: true }) as Tensor;
  const b = array([0], { dtype: "float64", requiresGrad: true }) as Tensor;
  [a.grad, b.grad] = [array([2, 3]) as Tensor, array([6], { dtype: "float64" }) as Tensor];
  expect(optim.clipGradNorm([a, b], 3.5).item()).toBeCloseTo(7, 6);
  expect([a.grad.dtype, b.grad.dtype]).toEqual(["float32", "float64"]);
  expect([a.grad.toArray(), b.grad.toArray()].flat()).toEqual([
    expect.closeTo(1, 5),
    expect.closeTo(1.5, 5),
    expect.closeTo(3, 5),
  ]);
});

test("a NaN shows in the norm", () => {
  const a = array([1, 2], { requiresGrad: true }) as Tensor;
  a.grad = array([Number.NaN, 1]) as Tensor;
  expect(optim.clipGradNorm(a, 1).item()).toBeNaN();
});

test("what it refuses", () => {
  const a = array([1], { requiresGrad: true }) as Tensor;
  expect(() => optim.clipGradNorm([a], -1)).toThrow(ValueError);
  expect(() => optim.clipGradNorm([a], Number.NaN)).toThrow(ValueError);
  expect(() => optim.clipGradNorm([a], 1, { normType: 0 })).toThrow(ValueError);
  expect(() => optim.clipGradValue([a], -1)).toThrow(ValueError);
  expect(() => optim.clipGradValue([3 as unknown as Tensor], 1)).toThrow(DTypeError);
  expect(() => optim.clipGradNorm("w" as unknown as Tensor, 1)).toThrow(DTypeError);
});
