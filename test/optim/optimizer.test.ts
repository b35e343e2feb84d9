/** Optimizers against PyTorch, step by step, and what they refuse. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  array,
  DTypeError,
  FormatError,
  grad,
  nn,
  optim,
  ShapeError,
  type Tensor,
  ValueError,
} from "../../src/index.js";

interface Golden {
  readonly w: number[];
  readonly a: number[];
  readonly t: number[];
  readonly cases: { kind: "sgd" | "adam"; lr: number; options: object; path: number[][] }[];
}

const golden = JSON.parse(readFileSync(new URL("optimizer.golden.json", import.meta.url), "utf8")) as Golden;
const float64 = { dtype: "float64" } as const;

describe("the same path as PyTorch's", () => {
  test.each(golden.cases)("$kind $options", ({ kind, lr, options, path }) => {
    const w = array(golden.w, { ...float64, requiresGrad: true }) as Tensor;
    const [a, t] = [array(golden.a, float64) as Tensor, array(golden.t, float64) as Tensor];
    const optimizer = optim[kind](lr, options)([w]);
    for (const expected of path) {
      optimizer.zeroGrad();
      a.mul(w.sub(t).pow(4)).sum().backward();
      optimizer.step();
      const found = w.toArray() as number[];
      for (const [i, value] of expected.entries()) {
        expect(Math.abs(found[i]! - value)).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)));
      }
    }
  });
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
