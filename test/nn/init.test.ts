/** Initialisers draw from what PyTorch's draw from, are what they say they are, and refuse what makes no sense. */
import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import {
  array,
  CaptureError,
  compile,
  DTypeError,
  Generator,
  type MaruError,
  nn,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";
import { normalQuantile } from "../../src/nn/initialisers/normal-quantile.js";
import { orthonormal } from "../../src/nn/initialisers/orthonormal.js";

interface Golden {
  readonly op: string;
  readonly shape: number[];
  readonly params: never;
  /** What the numbers are drawn from, and its two parameters. */
  readonly kind: "uniform" | "normal";
  readonly values: [number, number];
  readonly value: number;
  readonly flat: number[];
  readonly matrix: number[];
  readonly expected: number[];
}

const golden: { cases: Golden[] } = JSON.parse(
  readFileSync(new URL("init.golden.json", import.meta.url), "utf8"),
);
const casesOf = (...ops: string[]): (readonly [string, Golden])[] =>
  golden.cases
    .filter(({ op }) => ops.includes(op))
    .map((item) => [`${item.op} ${JSON.stringify(item.shape)} ${JSON.stringify(item.params)}`, item]);

type Initialiser = (tensor: Tensor, options: never) => Tensor;
const initialisers = nn.init as unknown as Record<string, Initialiser>;

const numbers = (tensor: Tensor): number[] => [...(tensor.dataSync() as Float64Array)];
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
};

/** How often a standard deviation of the mean a mean may miss: once in 10^7. */
const SIGMAS = 5.5;

/** A generator that notes what it is asked for. */
class Noting extends Generator {
  asked: [number, number][] = [];
  override uniform(shape: never, options: never): never {
    const { low = 0, high = 1 } = options as { low?: number; high?: number };
    this.asked.push([low, high]);
    return super.uniform(shape, options) as never;
  }
  override normal(shape: never, options: never): never {
    const { mean = 0, std = 1 } = options as { mean?: number; std?: number };
    this.asked.push([mean, std]);
    return super.normal(shape, options) as never;
  }
}

describe("gains", () => {
  test.each(casesOf("calculateGain"))("%s", (_, { params, value }) => {
    expect(nn.init.calculateGain(...(params as [never, number]))).toBeCloseTo(value, 15);
  });
});

describe("what is drawn from", () => {
  const spreads = casesOf(
    ...["uniform", "normal", "xavierUniform", "xavierNormal", "kaimingUniform", "kaimingNormal"],
  );
  test.each(spreads)("%s", (_, { op, shape, params, values }) => {
    const generator = new Noting(1);
    initialisers[op]!(zeros(shape) as Tensor, { ...(params as object), generator } as never);
    expect(generator.asked).toHaveLength(1);
    for (const [i, value] of generator.asked[0]!.entries()) expect(value).toBeCloseTo(values[i]!, 14);
  });

  test.each(spreads.filter((_, i) => i % 7 === 0))(
    "the numbers of %s",
    (_, { op, shape, params, kind, values }) => {
      random.seed(5);
      const many = Array.from({ length: 200 }, () =>
        numbers(initialisers[op]!(zeros(shape) as Tensor, params)),
      );
      const all = many.flat();
      const [first, second] = values;
      const [mean, std] =
        kind === "normal" ? values : [(first + second) / 2, (second - first) / Math.sqrt(12)];
      expect(Math.abs(meanOf(all) - mean)).toBeLessThan((SIGMAS * std) / Math.sqrt(all.length));
      expect(Math.abs(deviationOf(all) / std - 1)).toBeLessThan(SIGMAS / Math.sqrt(2 * all.length));
      if (kind === "normal") return;
      expect(Math.min(...all)).toBeGreaterThanOrEqual(Math.fround(first));
      expect(Math.max(...all)).toBeLessThanOrEqual(Math.fround(second));
    },
  );
});

describe("what is exact", () => {
  test.each(casesOf("eye", "dirac"))("%s", (_, { op, shape, params, flat }) => {
    const weight = zeros(shape, { requiresGrad: true }) as Tensor;
    weight.assign(weight.detach().add(9) as Tensor);
    expect(initialisers[op]!(weight, params)).toBe(weight);
    expect(numbers(weight)).toEqual(flat);
    expect(weight.requiresGrad).toBe(true);
  });

  test("constant, zeros and ones, of any dtype", () => {
    const x = zeros([3], { dtype: "int32" });
    expect(nn.init.constant(x, 7).toArray()).toEqual([7, 7, 7]);
    expect(nn.init.ones(x).toArray()).toEqual([1, 1, 1]);
    expect(nn.init.zeros(x).toArray()).toEqual([0, 0, 0]);
  });

  test.each(casesOf("orthonormal"))("%s", (_, { shape, matrix, flat }) => {
    const [rows, columns] = shape as [number, number];
    const column = (values: number[], k: number) =>
      Float64Array.from({ length: rows }, (_value, i) => values[i * columns + k]!);
    const found = orthonormal(Array.from({ length: columns }, (_value, k) => column(matrix, k)));
    for (const [k, q] of found.entries())
      for (const [i, value] of column(flat, k).entries()) expect(q[i]).toBeCloseTo(value, 12);
  });
});

describe("orthogonal", () => {
  it.each([
    [[4, 4], 1],
    [[7, 3], 2],
    [[3, 7], 0.5],
    [[6, 2, 3, 2], 1],
    [[2, 3, 4], -1],
  ])("%j with gain %d has orthonormal rows or columns", (shape, gain) => {
    random.seed(2);
    const w = nn.init.orthogonal(zeros(shape, { dtype: "float64" }) as Tensor, { gain });
    const [rows, columns] = [shape[0]!, w.size / shape[0]!];
    const matrix = w.reshape(rows, columns) as Tensor;
    const product = rows < columns ? matrix.matmul(matrix.transpose()) : matrix.transpose().matmul(matrix);
    const side = Math.min(rows, columns);
    for (const [i, value] of numbers(product as Tensor).entries()) {
      expect(value).toBeCloseTo(i % (side + 1) === 0 ? gain ** 2 : 0, 12);
    }
  });

  it("is uniform: each element has mean 0 and variance 1 / n", () => {
    random.seed(3);
    const [n, times] = [3, 1500];
    const all = Array.from({ length: times }, () => numbers(nn.init.orthogonal(zeros([n, n]))));
    for (let i = 0; i < n * n; i++) {
      const element = all.map((values) => values[i]!);
      expect(Math.abs(meanOf(element))).toBeLessThan(SIGMAS * Math.sqrt(1 / n / times));
      expect(Math.abs(deviationOf(element) - Math.sqrt(1 / n))).toBeLessThan(0.05);
    }
  });

  it("leaves a tensor of no elements alone", () => {
    expect(nn.init.orthogonal(zeros([0, 3])).shape).toEqual([0, 3]);
  });
});

describe("truncNormal", () => {
  it("goes through the quantiles of the normal distribution", () => {
    const [{ flat, expected }] = casesOf("normalQuantile").map(([, item]) => item) as [Golden];
    for (const dtype of ["float32", "float64"] as const) {
      const found = numbers(normalQuantile(array(flat, { dtype }) as Tensor));
      const relative = dtype === "float64" ? 1e-6 : 1e-5;
      for (const [i, value] of expected.entries()) {
        if (flat[i]! > 0.9 && dtype === "float32") continue; // 1 - p has lost its digits in p already
        expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(relative * Math.abs(value) + 1e-7);
      }
    }
  });

  test.each(casesOf("truncNormal"))("%s has that mean and deviation", (_, { params, values }) => {
    random.seed(4);
    const { a, b } = params as { a: number; b: number };
    const all = numbers(nn.init.truncNormal(zeros([20000], { dtype: "float64" }), params));
    expect(Math.min(...all)).toBeGreaterThanOrEqual(a);
    expect(Math.max(...all)).toBeLessThanOrEqual(b);
    const [mean, std] = values;
    expect(Math.abs(meanOf(all) - mean)).toBeLessThan((SIGMAS * std) / Math.sqrt(all.length));
    expect(Math.abs(deviationOf(all) / std - 1)).toBeLessThan(0.06);
  });
});

describe("sparse", () => {
  it("leaves as many of each column as it should, anywhere in it", () => {
    random.seed(6);
    const w = nn.init.sparse(zeros([50, 40]), { sparsity: 0.33, std: 2 });
    expect(new Set(numbers(w.eq(0).astype("float32").sum(0) as Tensor))).toEqual(new Set([17]));
    const rows = numbers(w.eq(0).astype("float32").mean(1) as Tensor);
    expect(Math.max(...rows)).toBeLessThan(0.33 + SIGMAS * Math.sqrt((0.33 * 0.67) / 40));
    const kept = numbers(w).filter((value) => value !== 0);
    expect(Math.abs(deviationOf(kept) / 2 - 1)).toBeLessThan(SIGMAS / Math.sqrt(2 * kept.length));
  });
});

describe("seeds", () => {
  const all: [string, (tensor: Tensor, generator?: Generator) => Tensor][] = [
    ["uniform", (w, generator) => nn.init.uniform(w, { ...(generator && { generator }) })],
    ["truncNormal", (w, generator) => nn.init.truncNormal(w, { ...(generator && { generator }) })],
    ["orthogonal", (w, generator) => nn.init.orthogonal(w, { ...(generator && { generator }) })],
    ["sparse", (w, generator) => nn.init.sparse(w, { sparsity: 0.5, ...(generator && { generator }) })],
  ];
  test.each(all)("%s: the same seed gives the same numbers, of random or of a generator", (_, draw) => {
    const w = (): Tensor => zeros([4, 3]) as Tensor;
    random.seed(9);
    const first = numbers(draw(w()));
    expect(numbers(draw(w()))).not.toEqual(first);
    random.seed(9);
    expect(numbers(draw(w()))).toEqual(first);
    const before = random.getState();
    expect(numbers(draw(w(), new Generator(9)))).toEqual(first);
    expect(random.getState()).toEqual(before);
  });

  it("a compiled function draws anew each time", () => {
    const w = zeros([4, 3], { requiresGrad: true }) as Tensor;
    const again = compile(() => {
      nn.init.xavierUniform(w);
    });
    again();
    const first = numbers(w);
    again();
    expect(numbers(w)).not.toEqual(first);
    expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 7));
    expect(() => compile(() => nn.init.orthogonal(w))()).toThrow(CaptureError);
  });
});

describe("an initialiser refuses", () => {
  const w = zeros([2, 3]) as Tensor;
  const line = zeros([3]) as Tensor;
  type Kind = new (message?: string) => MaruError;
  const refused: [string, () => unknown, Kind, string][] = [
    [
      "bounds in the wrong order",
      () => nn.init.uniform(w, { a: 2 }),
      ValueError,
      "uniform: a must not be above b, got 2 and 1",
    ],
    [
      "a negative deviation",
      () => nn.init.normal(w, { std: -1 }),
      ValueError,
      "normal: std must not be negative, got -1",
    ],
    [
      "integers",
      () => nn.init.normal(zeros([2], { dtype: "int32" })),
      DTypeError,
      "normal: a tensor of floats is needed, got int32",
    ],
    [
      "a cut at one point",
      () => nn.init.truncNormal(w, { a: 2 }),
      ValueError,
      "truncNormal: a must be below b, got 2 and 2",
    ],
    [
      "a cut far out",
      () => nn.init.truncNormal(w, { a: 8, b: 9 }),
      ValueError,
      "8 to 9 lies more than 5 standard deviations from the mean 0",
    ],
    [
      "a cut of no spread",
      () => nn.init.truncNormal(w, { std: 0 }),
      ValueError,
      "truncNormal: std must be above 0, got 0",
    ],
    [
      "fans of one dimension",
      () => nn.init.xavierUniform(line),
      ShapeError,
      "xavierUniform: fans are known of weights of at least 2 dimensions (out, in, ...), got shape (3,)",
    ],
    [
      "a gain that is no number",
      () => nn.init.xavierNormal(w, { gain: Number.NaN }),
      ValueError,
      "xavierNormal: gain must be a finite number, got NaN",
    ],
    [
      "an unknown mode",
      () => nn.init.kaimingUniform(w, { mode: "fan_in" as never }),
      ValueError,
      'mode must be "fanIn" or "fanOut", got "fan_in"',
    ],
    [
      "an unknown activation",
      () => nn.init.kaimingNormal(w, { nonlinearity: "swish" as never }),
      ValueError,
      "calculateGain: no gain is known for swish; known: linear, conv1d",
    ],
    [
      "an infinite slope",
      () => nn.init.calculateGain("leakyRelu", Infinity),
      ValueError,
      "the slope must be a finite number",
    ],
    [
      "an identity of one dimension",
      () => nn.init.eye(line),
      ShapeError,
      "eye: 2 dimensions are needed, got shape (3,)",
    ],
    [
      "a dirac of two",
      () => nn.init.dirac(w),
      ShapeError,
      "dirac: 3, 4, 5 dimensions are needed, got shape (2,3)",
    ],
    [
      "groups that do not divide",
      () => nn.init.dirac(zeros([3, 1, 1]), { groups: 2 }),
      ValueError,
      "dirac: 3 output channels do not divide into 2 groups",
    ],
    [
      "orthogonal vectors",
      () => nn.init.orthogonal(line),
      ShapeError,
      "orthogonal: at least 2 dimensions are needed",
    ],
    [
      "more zeros than there are",
      () => nn.init.sparse(w, { sparsity: 1.5 }),
      ValueError,
      "sparse: sparsity must be from 0 to 1, got 1.5",
    ],
  ];
  test.each(refused)("%s", (_, attempt, kind, words) => {
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(words);
    expect(numbers(w)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
