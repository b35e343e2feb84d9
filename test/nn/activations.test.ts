/** Activations have PyTorch's values and derivatives, as functions and as layers, and refuse settings that make no sense. */
import { describe, expect, it, test } from "vitest";
import {
  array,
  compile,
  full,
  nn,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";
import { byOperation } from "../goldens/golden.js";
import type { AnyTensor } from "../goldens/ops.js";
import { differencesFrom, leafCases, type Meaning } from "./golden-gradient.js";

type Settings = Readonly<Record<string, never>>;

const functions = nn.functional as unknown as Record<string, (x: AnyTensor, options: Settings) => AnyTensor>;
const layers = nn as unknown as Record<string, (options?: Settings) => nn.Layer>;

/** What takes its axis, or its two numbers, bare. */
const bare: Record<string, (settings: Settings) => readonly number[]> = {
  softmax: ({ axis }) => [axis!],
  logSoftmax: ({ axis }) => [axis!],
  softmin: ({ axis }) => [axis!],
  glu: ({ axis }) => [axis!],
  threshold: ({ threshold, value }) => [threshold!, value!],
};

const apply = (layer: nn.Layer, x: AnyTensor): AnyTensor => layer.eval().forward(x as never) as AnyTensor;

const asFunction: (op: string) => Meaning =
  (op) =>
  ([x, weight], settings) => {
    if (op === "prelu") return nn.functional.prelu(x!, weight!);
    const own = functions[op];
    const given = bare[op]?.(settings) ?? [settings];
    if (own !== undefined) return (own as (...args: unknown[]) => AnyTensor)(x!, ...given);
    return (x as unknown as Record<string, (...args: unknown[]) => AnyTensor>)[op]!(
      ...given.filter(Number.isInteger),
    );
  };

const asLayer: (op: string) => Meaning =
  (op) =>
  ([x, weight], settings) => {
    if (op !== "prelu") {
      const given = bare[op]?.(settings) ?? [settings];
      return apply((layers[op] as (...args: unknown[]) => nn.Layer)(...given), x!);
    }
    const layer = nn.prelu({ numParameters: weight!.size });
    (layer as { weight: Tensor }).weight = weight!;
    return apply(layer, x!);
  };

for (const [op, cases] of byOperation(leafCases("activations.golden.json"))) {
  describe(op, () => {
    test.each(cases)("$id", async (item) => {
      expect(await differencesFrom(item, asFunction(op))).toEqual([]);
      expect(await differencesFrom(item, asLayer(op))).toEqual([]);
    });
  });
}

const values = (x: Tensor): number[] => (x.toArray() as number[]).flat(9) as number[];

describe("rrelu", () => {
  it("draws a slope for each element while it is trained", () => {
    random.seed(1);
    const layer = nn.rrelu({ lower: 0.2, upper: 0.4 });
    const x = full([4000], -1) as Tensor;
    x.requiresGrad = true;
    const y = layer.forward(x as never) as Tensor;
    const slopes = values(y.neg() as Tensor);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...slopes)).toBeLessThanOrEqual(0.4);
    const mean = slopes.reduce((a, b) => a + b, 0) / slopes.length;
    expect(Math.abs(mean - 0.3)).toBeLessThan(4 * (0.2 / Math.sqrt(12 * 4000)));
    y.sum().backward();
    expect(values(x.grad as Tensor)).toEqual(slopes);
    expect(values(layer.forward(x as never) as Tensor)).not.toEqual(values(y));
    expect(values(layer.eval().forward(x as never) as Tensor)[0]).toBeCloseTo(-0.3, 6);
    expect(values(layer.forward(array([2]) as never) as Tensor)).toEqual([2]);
  });

  it("draws anew at every run of a compiled step, and stops drawing when it is used", () => {
    const layer = nn.rrelu();
    const step = compile((x: Tensor) => layer.forward(x as never) as Tensor);
    const x = full([50], -1) as Tensor;
    const first = values(step(x));
    expect(values(step(x))).not.toEqual(first);
    layer.eval();
    expect(new Set(values(step(x))).size).toBe(1);
  });
});

describe("prelu", () => {
  it("has a parameter named weight that begins at 0.25", () => {
    const layer = nn.prelu({ numParameters: 3 });
    expect(layer.namedParameters().map(([name, { shape }]) => [name, [...shape]])).toEqual([["weight", [3]]]);
    expect(values(layer.weight)).toEqual([0.25, 0.25, 0.25]);
    expect(values(nn.prelu({ init: 0.5 }).weight)).toEqual([0.5]);
  });

  it("refuses channels that it has no slope for", () => {
    const wrong =
      "prelu: the weight must have 1 element or one for each of 2 channels of input (4,2), got (3,)";
    expect(() => nn.prelu({ numParameters: 3 }).forward(zeros([4, 2]))).toThrow(ShapeError);
    expect(() => nn.prelu({ numParameters: 3 }).forward(zeros([4, 2]))).toThrow(wrong);
  });
});

describe("glu", () => {
  it("halves an axis in the editor too", () => {
    const y = nn.sequential(nn.linear(3, 8), nn.glu()).forward(zeros([5, 3]));
    const shape: readonly [5, 4] = y.shape;
    expect(shape).toEqual([5, 4]);
    expect(nn.glu(1).outputShape([-1, 6, -1])).toEqual([-1, 3, -1]);
    expect(nn.glu(0).outputShape([-1, 3])).toEqual([-1, 3]);
    expect(nn.glu().outputShape(null)).toBe(null);
  });

  it("refuses an odd axis, in sequential already", () => {
    const words = "glu: axis 1 of shape (?,7) has size 7, which has no halves";
    expect(() => nn.sequential(nn.linear(3, 7), nn.glu() as never)).toThrow(words);
    expect(() => nn.functional.glu(zeros([3]) as Tensor)).toThrow(ShapeError);
  });
});

describe("an activation refuses", () => {
  const refused: [string, () => unknown, string][] = [
    [
      "alpha that is no number",
      () => nn.elu({ alpha: Number.NaN }),
      "elu: alpha must be a finite number, got NaN",
    ],
    ["alpha 0", () => nn.celu({ alpha: 0 }), "celu: alpha must not be 0"],
    [
      "an unknown form",
      () => nn.gelu({ approximate: "erf" as never }),
      'gelu: approximate must be "none" or "tanh", got "erf"',
    ],
    [
      "an infinite slope",
      () => nn.leakyRelu({ negativeSlope: Infinity }),
      "leakyRelu: negativeSlope must be a finite number, got Infinity",
    ],
    [
      "bounds in the wrong order",
      () => nn.hardtanh({ minVal: 2 }),
      "hardtanh: minVal must be below maxVal, got 2 and 1",
    ],
    [
      "slopes in the wrong order",
      () => nn.rrelu({ lower: 1 }),
      "rrelu: lower must not be above upper, got 1 and 0.333",
    ],
    [
      "a negative distance",
      () => nn.hardshrink({ lambda: -1 }),
      "hardshrink: lambda must not be negative, got -1",
    ],
    [
      "a negative distance to come nearer",
      () => nn.softshrink({ lambda: -1 }),
      "softshrink: lambda must not be negative",
    ],
    ["beta 0", () => nn.softplus({ beta: 0 }), "softplus: beta must not be 0"],
    [
      "a threshold that is no number",
      () => nn.threshold("1" as never, 0),
      "threshold: threshold must be a finite number, got 1",
    ],
    [
      "no parameters",
      () => nn.prelu({ numParameters: 0 }),
      "prelu: numParameters must be a whole number of at least 1, got 0",
    ],
    ["half an axis", () => nn.glu(0.5), "glu: the axis must be a whole number, got 0.5"],
    [
      "half an axis to go along",
      () => nn.logSoftmax(0.5),
      "logSoftmax: the axis must be a whole number, got 0.5",
    ],
  ];
  test.each(refused)("%s", (_, attempt, words) => {
    expect(attempt).toThrow(ValueError);
    expect(attempt).toThrow(words);
  });
});
