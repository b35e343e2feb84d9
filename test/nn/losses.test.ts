/** Losses have PyTorch's values and gradients, and refuse what makes no sense in words that help. */
import { describe, expect, it, test } from "vitest";
import { tensorDataset } from "../../src/data/index.js";
import {
  array,
  compile,
  DataError,
  DTypeError,
  fit,
  grad,
  IndexError,
  logSoftmax,
  nn,
  optim,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";
import { byOperation } from "../goldens/golden.js";
import { differencesFrom, leafCases, type Meaning } from "./golden-gradient.js";

const int32 = { dtype: "int32" } as const;

/** Weights come as a third input. */
const withWeight =
  (loss: (x: Tensor, t: Tensor, options: never) => Tensor): Meaning =>
  ([x, target, weight], params) =>
    loss(x!, target!, { ...params, ...(weight && { weight }) } as never);

const losses: Record<string, Meaning> = {
  mse: withWeight(nn.mse),
  l1: withWeight(nn.l1),
  huber: withWeight(nn.huber),
  smoothL1: withWeight(nn.smoothL1),
  crossEntropy: withWeight(nn.crossEntropy),
  nll: withWeight(nn.nll),
  bce: withWeight(nn.bce),
  bceWithLogits: withWeight(nn.bceWithLogits),
  bceWithLogitsWeighted: ([x, t, weight, posWeight], params) =>
    nn.bceWithLogits(x!, t!, { ...params, weight: weight!, posWeight: posWeight! }),
  klDiv: ([x, t], params) => nn.klDiv(x!, t!, params),
  hinge: ([x, t], params) => nn.hinge(x!, t!, params),
  hingeEmbedding: ([x, t], params) => nn.hingeEmbedding(x!, t!, params),
  multiMargin: withWeight(nn.multiMargin),
  cosineEmbedding: ([a, b, t], params) => nn.cosineEmbedding(a!, b!, t!, params),
  tripletMargin: ([a, p, n], params) => nn.tripletMargin(a!, p!, n!, params),
  ctc: ([x, t], { inputLengths, targetLengths, ...params }) =>
    nn.ctc(logSoftmax(x!, -1) as Tensor, t!, inputLengths!, targetLengths!, params),
};

for (const [op, cases] of byOperation(leafCases("losses.golden.json"))) {
  describe(op, () => {
    test.each(cases)("$id", async (item) => {
      expect(await differencesFrom(item, losses[op]!)).toEqual([]);
    });
  });
}

const labels = (...values: number[]): Tensor => array(values, int32) as Tensor;
const ctcOf = (logits: Tensor, targets: Tensor, inputs: nn.Lengths, counts: nn.Lengths): Tensor =>
  nn.ctc(logSoftmax(logits, -1) as Tensor, targets, inputs, counts, { reduction: "none" });

describe("a loss in a compiled step", () => {
  const eager = (f: (x: Tensor, t: Tensor) => Tensor, x: Tensor, t: Tensor): unknown => f(x, t).toArray();

  it("looks at labels anew at every run, the ignored ones too", () => {
    const f = (x: Tensor, t: Tensor): Tensor => nn.crossEntropy(x, t, { labelSmoothing: 0.1 });
    const step = compile(f);
    const x = random.normal([3, 4]) as Tensor;
    for (const t of [labels(0, 1, 3), labels(-100, 2, 3), labels(-100, -100, 0)]) {
      expect(Number(step(x, t).item())).toBeCloseTo(eager(f, x, t) as number, 5);
    }
    expect(() => step(x, labels(0, 4, 1))).toThrow(
      "crossEntropy: label 4 is out of bounds for 4 classes (0 to 3)",
    );
    expect(() => step(x, labels(0, -1, 1))).toThrow(IndexError);
    expect(() => compile((y: Tensor, t: Tensor) => nn.nll(y, t))(x, labels(9, 1, 1))).toThrow(
      "nll: label 9 is out of bounds",
    );
  });

  it("takes lengths as tensors, which need not be the same at every run", () => {
    const x = random.normal([5, 2, 3]) as Tensor;
    const rows = array(
      [
        [1, 2],
        [2, 2],
      ],
      int32,
    ) as Tensor;
    const step = compile((ends: Tensor, counts: Tensor) => ctcOf(x, rows, ends, counts));
    for (const [ends, counts] of [
      [
        [5, 5],
        [2, 2],
      ],
      [
        [3, 4],
        [1, 2],
      ],
      [
        [2, 2],
        [0, 2],
      ],
    ] as const) {
      const compiled = step(labels(...ends), labels(...counts)).toArray() as number[];
      const plain = ctcOf(x, rows, [...ends], [...counts]).toArray() as number[];
      for (const [i, value] of plain.entries()) expect(compiled[i]).toBeCloseTo(value, 5);
    }
    expect(() => step(labels(6, 5), labels(2, 2))).toThrow("ctc: inputLengths must be from 0 to 5, got 6");
  });

  it("takes labels one after the other whose lengths are known only when it runs", () => {
    const x = random.normal([5, 2, 3]) as Tensor;
    const joined = compile((counts: Tensor) => ctcOf(x, labels(1, 2, 1), [5, 5], counts));
    const expected = ctcOf(x, labels(1, 2, 1), [5, 5], [1, 2]).toArray() as number[];
    for (const [i, value] of (joined(labels(1, 2)).toArray() as number[]).entries())
      expect(value).toBeCloseTo(expected[i]!, 5);
  });
});

describe("ctc", () => {
  it("gives the probability that is found by going through all ways to spell the labels", () => {
    const [steps, classes] = [4, 3];
    const x = random.normal([steps, 1, classes], { dtype: "float64" }) as Tensor;
    const logs = logSoftmax(x, -1).toArray() as number[][][];
    const spell = (path: number[]): string =>
      path.filter((label, i) => label !== 0 && label !== path[i - 1]).join(",");
    let total = 0;
    for (let code = 0; code < classes ** steps; code++) {
      const path = Array.from({ length: steps }, (_, t) => Math.floor(code / classes ** t) % classes);
      if (spell(path) !== "1,2") continue;
      total += Math.exp(path.reduce((sum, label, t) => sum + logs[t]![0]![label]!, 0));
    }
    const [found] = ctcOf(x, array([[1, 2]], int32) as Tensor, [steps], [2]).toArray() as number[];
    expect(found).toBeCloseTo(-Math.log(total), 12);
  });

  it("learns nothing from what cannot be, and leaves the other samples alone", () => {
    const x = random.normal([3, 2, 3]) as Tensor;
    x.requiresGrad = true;
    const targets = array(
      [
        [1, 1],
        [1, 2],
      ],
      int32,
    ) as Tensor;
    const loss = nn.ctc(logSoftmax(x, -1) as Tensor, targets, [2, 3], [2, 2], { reduction: "none" });
    expect((loss.toArray() as number[])[0]).toBe(Infinity);
    loss.sum().backward();
    const slopes = (x.grad!.toArray() as number[][][]).map(([first, second]) => [first, second]);
    expect(slopes.flatMap(([first]) => first!).every((value) => value === 0)).toBe(true);
    expect(
      slopes.flatMap(([, second]) => second!).every((value) => Number.isFinite(value) && value !== 0),
    ).toBe(true);
  });

  it("may find a class impossible", () => {
    const logs = array([[[-Infinity, 0, -Infinity]], [[0, -Infinity, -Infinity]]]) as Tensor;
    logs.requiresGrad = true;
    const loss = nn.ctc(logs, array([[1]], int32), [2], [1]);
    expect(loss.item()).toBeCloseTo(0, 6);
    loss.backward();
    expect((logs.grad!.toArray() as number[][][]).flat(2).every(Number.isFinite)).toBe(true);
  });
});

describe("derivatives of derivatives", () => {
  it("of bce are those of its formula", () => {
    const p = array([0.2, 0.7], { dtype: "float64" }) as Tensor;
    const loss = (x: Tensor): Tensor => nn.bce(x, array([1, 0], { dtype: "float64" }), { reduction: "sum" });
    const second = grad((x: Tensor) => grad(loss)(x).sum())(p).toArray() as number[];
    for (const [i, value] of [1 / 0.04, 1 / 0.09].entries()) expect(second[i]).toBeCloseTo(value, 9);
  });
});

describe("a loss in fit", () => {
  it("is any of two tensors, with settings bound", async () => {
    random.seed(3);
    const points = random.normal([40, 2]);
    const side = (points.sum(1).gt(0).astype("int32") as Tensor).realize();
    const data = tensorDataset(points, side);
    const settings = { optimizer: optim.sgd(0.5), epochs: 3, progress: false } as const;
    for (const loss of [
      (x: Tensor, t: Tensor) => nn.crossEntropy(x, t, { labelSmoothing: 0.1, weight: array([1, 2]) }),
      (x: Tensor, t: Tensor) => nn.multiMargin(x, t),
    ]) {
      const history = await fit(nn.sequential(nn.linear(2, 2)), data as never, { ...settings, loss });
      expect(history.epochs[2]!.loss).toBeLessThan(history.epochs[0]!.loss);
    }
  });
});

describe("a loss refuses", () => {
  const x = zeros([2, 3]) as Tensor;
  const t = labels(0, 1);
  const signs = array([1, -1]) as Tensor;
  const rows = zeros([4, 2, 3]) as Tensor;
  const two = array(
    [
      [1, 2],
      [1, 2],
    ],
    int32,
  ) as Tensor;
  const refused: [string, () => unknown, new (message?: string) => Error, string][] = [
    ["another shape", () => nn.l1(x, t), ShapeError, "l1: the prediction has shape (2,3), the target (2,)"],
    [
      "a weight of another shape",
      () => nn.mse(x, x, { weight: signs }),
      ShapeError,
      "mse: the weight must have shape (2,3), got (2,)",
    ],
    [
      "no such reduction",
      () => nn.mse(x, x, { reduction: "max" as never }),
      ValueError,
      'reduction must be "mean", "sum" or "none", got "max"',
    ],
    [
      "delta 0",
      () => nn.huber(x, x, { delta: 0 }),
      ValueError,
      "huber: delta must be a number above 0, got 0",
    ],
    [
      "a negative beta",
      () => nn.smoothL1(x, x, { beta: -1 }),
      ValueError,
      "smoothL1: beta must be a number of at least 0, got -1",
    ],
    [
      "integer logits",
      () => nn.crossEntropy(labels(1, 2), t),
      DTypeError,
      "crossEntropy: logits must be floats, got int32",
    ],
    [
      "labels of another shape",
      () => nn.crossEntropy(x, labels(1)),
      ShapeError,
      "crossEntropy: logits of shape (2,3) need labels of shape (2,), got (1,)",
    ],
    [
      "as many weights as there are no classes",
      () => nn.crossEntropy(x, t, { weight: signs }),
      ShapeError,
      "crossEntropy: the weight (one a class) must have shape (3,), got (2,)",
    ],
    [
      "too much smoothing",
      () => nn.crossEntropy(x, t, { labelSmoothing: 1.5 }),
      ValueError,
      "labelSmoothing must be between 0 and 1, got 1.5",
    ],
    [
      "a label that is no class",
      () => nn.nll(x, labels(0, 3)),
      IndexError,
      "nll: label 3 is out of bounds for 3 classes (0 to 2)",
    ],
    [
      "a label to ignore that is no number",
      () => nn.nll(x, t, { ignoreIndex: 0.5 }),
      ValueError,
      "ignoreIndex must be a whole number",
    ],
    [
      "labels that are floats",
      () => nn.nll(x, signs),
      DTypeError,
      "nll: labels must be integers, got float32",
    ],
    [
      "a probability above 1",
      () => nn.bce(array([1.5]), array([1])),
      DataError,
      "bce: predictions must be between 0 and 1, got 1.5",
    ],
    [
      "a batchmean of others",
      () => nn.mse(x, x, { reduction: "batchmean" as never }),
      ValueError,
      'got "batchmean"',
    ],
    [
      "an unknown reduction of klDiv",
      () => nn.klDiv(x, x, { reduction: "max" as never }),
      ValueError,
      '"none" or "batchmean", got "max"',
    ],
    [
      "targets of 0 and 1",
      () => nn.hinge(signs, array([0, 1])),
      DataError,
      "hinge: targets must be 1 or -1, got 0",
    ],
    [
      "p 3",
      () => nn.multiMargin(x, t, { p: 3 as never }),
      ValueError,
      "multiMargin: p must be 1 or 2, got 3",
    ],
    ["the class after the last", () => nn.multiMargin(x, labels(0, 3)), IndexError, "multiMargin: label 3"],
    [
      "targets that are not one a pair",
      () => nn.cosineEmbedding(x, x, array([1])),
      ShapeError,
      "cosineEmbedding: the target must have shape (2,), got (1,)",
    ],
    [
      "a triplet of two shapes",
      () => nn.tripletMargin(x, x, signs),
      ShapeError,
      "must have one shape (..., size), got (2,3), (2,3), (2,)",
    ],
    [
      "a margin of 0",
      () => nn.tripletMargin(x, x, x, { margin: 0 }),
      ValueError,
      "tripletMargin: margin must be a number above 0, got 0",
    ],
    [
      "more steps than there are",
      () => nn.ctc(rows, two, [5, 4], [2, 2]),
      ValueError,
      "ctc: inputLengths must be from 0 to 4, got 5",
    ],
    [
      "more labels than there are",
      () => nn.ctc(rows, two, [4, 4], [2, 3]),
      ValueError,
      "ctc: targetLengths must be from 0 to 2, got 3",
    ],
    [
      "a length for each but one",
      () => nn.ctc(rows, two, [4], [2, 2]),
      ShapeError,
      "ctc: inputLengths must have shape (2,), got (1,)",
    ],
    [
      "a blank that is no class",
      () => nn.ctc(rows, two, [4, 4], [2, 2], { blank: 3 }),
      ValueError,
      "ctc: blank must be one of 3 classes (0 to 2), got 3",
    ],
    [
      "a target that is no class",
      () =>
        nn.ctc(
          rows,
          array(
            [
              [1, 3],
              [1, 2],
            ],
            int32,
          ),
          [4, 4],
          [2, 2],
        ),
      IndexError,
      "ctc: target 3 is out of bounds for 3 classes",
    ],
    [
      "lengths that do not add up",
      () => nn.ctc(rows, labels(1, 2, 1), [4, 4], [2, 2]),
      ValueError,
      "ctc: targetLengths add up to 4, and there are 3 targets",
    ],
    [
      "targets of one sample for two",
      () => nn.ctc(rows, array([[1, 2]], int32), [4, 4], [2, 2]),
      ShapeError,
      "ctc: targets must have shape (2,S) or be one axis, got (1,2)",
    ],
    [
      "what is no tensor",
      () => nn.crossEntropy([1] as never, t),
      DTypeError,
      "crossEntropy: prediction and target must be tensors",
    ],
  ];
  test.each(refused)("%s", (_, attempt, kind, words) => {
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(words);
  });

  it("but not a target beyond a sample's length", () => {
    const padded = array(
      [
        [1, -1],
        [1, 2],
      ],
      int32,
    );
    const [loss, plain] = [padded, two].map((targets) => nn.ctc(rows, targets, [4, 4], [1, 2]).item());
    expect(loss).toBe(plain);
  });
});
