/** Metrics are their formulas, in one batch or in many, by themselves and in fit and evaluate. */
import { readFileSync } from "node:fs";
import {
  array,
  DataError,
  DTypeError,
  evaluate,
  fit,
  IndexError,
  type Metric,
  metrics,
  nn,
  optim,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "maru";
import { tensorDataset } from "maru/data";
import { confusionPlot } from "maru/plot";
import { describe, expect, it, test } from "vitest";
import { byOperation, casesIn, type GoldenArray } from "../goldens/golden.js";
import { toTensor } from "../goldens/ops.js";

interface Golden {
  readonly op: string;
  readonly note: string;
  readonly prediction: GoldenArray;
  readonly target: GoldenArray;
  readonly params: Readonly<Record<string, never>>;
  readonly value: number | number[] | number[][] | boolean[];
}

const golden = casesIn<Golden>(readFileSync(new URL("metrics.golden.json", import.meta.url), "utf8"));

type Made = metrics.StreamingMetric<unknown> | Metric;

function make({ op, params }: Golden): Made {
  if (op === "meanAbsoluteError") return metrics.meanAbsoluteError;
  if (op === "topK") return metrics.topK(params.k!);
  return (metrics as unknown as Record<string, (options: unknown) => Made>)[op]!(params);
}

const part = (x: Tensor, from: number, to: number): Tensor => x.at(`${from}:${to}`) as Tensor;

/** Three batches, the last smaller where it must be. */
function* batches(prediction: Tensor, target: Tensor): Generator<[Tensor, Tensor]> {
  const n = prediction.shape[0]!;
  const size = Math.ceil(n / 3);
  for (let from = 0; from < n; from += size) {
    const to = Math.min(n, from + size);
    yield [part(prediction, from, to), part(target, from, to)];
  }
}

const flat = (value: unknown): number[] => [value].flat(9).map(Number);

function near(found: unknown, expected: unknown): void {
  const [a, b] = [flat(found), flat(expected)];
  expect(a).toHaveLength(b.length);
  for (const [i, value] of b.entries())
    expect(Math.abs(a[i]! - value)).toBeLessThanOrEqual(1e-5 * Math.abs(value));
}

for (const [op, cases] of byOperation(golden)) {
  describe(op, () => {
    test.each(
      cases.map(
        (item) => [`${item.prediction.shape} ${JSON.stringify(item.params)} ${item.note}`, item] as const,
      ),
    )("%s", (_, item) => {
      const [prediction, target] = [toTensor(item.prediction), toTensor(item.target)];
      const metric = make(item);
      if (typeof metric === "function") {
        near(metric(prediction, target).toArray(), item.value);
        return;
      }
      near(metric.update(prediction, target).compute(), item.value);
      metric.reset();
      for (const [some, theirs] of batches(prediction, target)) metric.update(some, theirs);
      near(metric.compute(), item.value);
    });
  });
}

describe("in fit and evaluate", () => {
  random.seed(8);
  const points = random.normal([60, 2]);
  const sides = (points.sum(1).gt(0.3).astype("int32") as Tensor).realize();
  const data = tensorDataset(points, sides) as never;
  const settings = { loss: nn.crossEntropy, batchSize: 16, progress: false } as const;
  const chosen = {
    accuracy: metrics.accuracy,
    f1: metrics.f1(),
    macro: metrics.f1({ average: "macro" }),
    auc: metrics.rocAuc(),
    perplexity: metrics.perplexity(),
    top1: metrics.topK(1),
  };

  it.each([true, false])("they are those of all samples, compiled %s", async (compile) => {
    const model = nn.sequential(nn.linear(2, 2));
    const measured = await evaluate(model, data, { ...settings, metrics: chosen, compile, batchSize: 7 });
    const whole = model.forward(points) as Tensor;
    near(measured.f1, metrics.f1().update(whole, sides).compute());
    near(measured.macro, metrics.f1({ average: "macro" }).update(whole, sides).compute());
    near(measured.auc, metrics.rocAuc().update(whole, sides).compute());
    near(measured.perplexity, Math.exp(measured.loss));
    expect(measured.top1).toBe(measured.accuracy);
    expect(chosen.f1.compute()).toBe(0);
  });

  it("every epoch has its own", async () => {
    const model = nn.sequential(nn.linear(2, 2));
    const { epochs } = await fit(model, data, {
      ...settings,
      optimizer: optim.adam(0.1),
      epochs: 4,
      metrics: chosen,
      validate: data,
    });
    const measured = await evaluate(model, data, { ...settings, metrics: chosen });
    const last = epochs.at(-1)!;
    expect(last.valF1).toBeGreaterThan(0.9);
    expect(last.auc).toBeGreaterThan(epochs[0]!.auc!);
    near([last.valF1, last.valAuc, last.valPerplexity], [measured.f1, measured.auc, measured.perplexity]);
  });
});

describe("at the edge", () => {
  it("nothing has come: 0, nothing, or no number", () => {
    expect(metrics.f1().compute()).toBe(0);
    expect(metrics.confusionMatrix().compute()).toEqual([]);
    expect(metrics.r2().compute()).toBeNaN();
    expect(metrics.rocAuc().compute()).toBeNaN();
    expect(metrics.perplexity().compute()).toBeNaN();
  });

  it("only positives have no area", () => {
    expect(
      metrics
        .rocAuc()
        .update(array([0.1, 0.9]), array([1, 1]))
        .compute(),
    ).toBeNaN();
  });

  it("topK: equal scores are in order, and NaN is never right", () => {
    const labels = array([1, 0, 2], { dtype: "int32" });
    const scores = array([
      [1, 1, 0],
      [Number.NaN, 1, 0],
      [Number.NaN, 0, 1],
    ]);
    expect(metrics.topK(1)(scores, labels).toArray()).toEqual([false, false, false]);
    expect(metrics.topK(2)(scores, labels).toArray()).toEqual([true, false, true]);
  });

  it("targets may be rows of probabilities", () => {
    const scores = array([
      [0.2, 0.8],
      [0.9, 0.1],
    ]);
    expect(
      metrics
        .confusionMatrix()
        .update(
          scores,
          array([
            [0, 1],
            [0, 1],
          ]),
        )
        .compute(),
    ).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

describe("a metric refuses", () => {
  const scores = zeros([2, 3]) as Tensor;
  const labels = (...values: number[]): Tensor => array(values, { dtype: "int32" }) as Tensor;
  const refused: [string, () => unknown, new (message?: string) => Error, string][] = [
    [
      "an unknown average",
      () => metrics.f1({ average: "mean" as never }),
      ValueError,
      'f1: average must be "binary", "macro", "micro", "weighted" or "none", got "mean"',
    ],
    [
      "a binary average of three",
      () => metrics.recall({ average: "binary" }).update(scores, labels(0, 1)).compute(),
      ValueError,
      'recall: average "binary" is for 2 classes, there are 3',
    ],
    [
      "one class",
      () => metrics.precision({ classes: 1 }),
      ValueError,
      "precision: classes must be a whole number of at least 2, got 1",
    ],
    [
      "a threshold that is no number",
      () => metrics.f1({ threshold: Number.NaN }),
      ValueError,
      "f1: threshold must be a finite number, got NaN",
    ],
    [
      "labels of nobody knows how many classes",
      () => metrics.f1().update(labels(0, 1), labels(0, 1)),
      ValueError,
      "say how many classes there are",
    ],
    [
      "other classes than said",
      () => metrics.f1({ classes: 4 }).update(scores, labels(0, 1)),
      ShapeError,
      "f1: predictions of 3 classes, and classes is 4",
    ],
    [
      "a label that is no class",
      () => metrics.confusionMatrix().update(scores, labels(0, 3)),
      IndexError,
      "confusionMatrix: label 3 is out of bounds for 3 classes (0 to 2)",
    ],
    [
      "a guess that is no class",
      () => metrics.f1({ classes: 2 }).update(labels(0, 2), labels(0, 1)),
      IndexError,
      "f1: label 2 is out of bounds for 2 classes",
    ],
    [
      "another number of targets",
      () => metrics.f1().update(scores, labels(0)),
      ShapeError,
      "f1: 2 predictions need targets of shape (2,), got (1,)",
    ],
    [
      "floats for labels of three",
      () => metrics.f1().update(scores, array([0, 1])),
      DTypeError,
      "f1: labels must be whole numbers, got float32",
    ],
    [
      "half a label",
      () => metrics.f1().update(array([0.1]), array([0.5])),
      IndexError,
      "f1: label 0.5 is out of bounds",
    ],
    [
      "the first none",
      () => metrics.topK(0),
      ValueError,
      "topK: k must be a whole number of at least 1, got 0",
    ],
    [
      "more places than classes",
      () => metrics.topK(4)(scores, labels(0, 1)),
      ShapeError,
      "topK: there are no 4 classes in (2,3)",
    ],
    [
      "labels that are floats",
      () => metrics.topK(1)(scores, array([0, 1])),
      DTypeError,
      "topK: labels must be whole numbers",
    ],
    [
      "an area of three classes",
      () => metrics.rocAuc().update(scores, labels(0, 1)),
      ShapeError,
      "take one against the rest",
    ],
    [
      "a score that is NaN",
      () =>
        metrics
          .rocAuc()
          .update(array([Number.NaN]), labels(1))
          .compute(),
      DataError,
      "rocAuc: a score is NaN",
    ],
    [
      "a truth that is 2",
      () =>
        metrics
          .rocAuc()
          .update(array([1]), labels(2))
          .compute(),
      DataError,
      "rocAuc: targets must be 0 or 1, got 2",
    ],
    [
      "numbers of two shapes",
      () => metrics.r2().update(scores, labels(0, 1)),
      ShapeError,
      "r2: predictions and targets must have one shape (n, ...), got (2,3) and (2,)",
    ],
    [
      "a matrix that is not square",
      () => confusionPlot([[1, 2]]),
      ShapeError,
      "confusionPlot: the matrix must be square, got shape (1,2)",
    ],
  ];
  test.each(refused)("%s", (_, attempt, kind, words) => {
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(words);
  });
});

describe("the picture of a confusion matrix", () => {
  const matrix = [
    [8, 2],
    [1, 9],
  ];

  it("has a cell for each pair, the darker the more", async () => {
    const svg = await confusionPlot(matrix).svg();
    for (const word of ["predicted", "true"]) expect(svg).toContain(`>${word}`);
    const cells = svg.slice(svg.indexOf('aria-label="grid"'));
    expect(
      new Set([...cells.matchAll(/d="M[^"]*" fill="([^"]+)"/g)].map((match) => match[1])).size,
    ).toBeGreaterThanOrEqual(4);
  });

  it("is text in the terminal, and shares where asked for", () => {
    const text = confusionPlot(matrix).terminal({ color: false });
    expect(text).toContain("predicted");
    expect(confusionPlot(matrix, { normalize: true }).terminal({ color: false })).not.toBe(text);
    expect(() =>
      confusionPlot(
        [
          [0, 0],
          [1, 1],
        ],
        { normalize: true },
      ).terminal(),
    ).not.toThrow();
  });
});
