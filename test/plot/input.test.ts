/** What plots accept, and the sentences with which they refuse the rest. */
import { describe, expect, it } from "vitest";
import { ShapeError, ValueError } from "../../src/errors.js";
import { decisionRegion, heatmap, image, line, lossCurves, plot, scatter } from "../../src/plot/index.js";

describe("numbers", () => {
  it("come as lists, typed arrays, booleans, columns, or anything with toArray", () => {
    const expected = line([0, 1, 2], [1, 0, 1]);
    expect(line([1, 0, 1])).toEqual(expected);
    expect(line(new Float32Array([0, 1, 2]), new Uint8Array([1, 0, 1]))).toEqual(expected);
    expect(line([[0], [1], [2]], [true, false, true])).toEqual(expected);
    expect(line({ toArray: () => [0, 1, 2] }, { toArray: () => [[1], [0], [1]] })).toEqual(expected);
    expect(line([1, 0, 1], { label: "y" }).label).toBe("y");
  });

  it.each([
    [
      () => line([0, 1], [0]),
      ShapeError,
      "line: x and y must have the same length, got shapes (2,) and (1,)",
    ],
    [() => scatter([0, 1, 2], [0]), ShapeError, "scatter: x and y must have the same length"],
    [() => line([]), ValueError, "line: y is empty"],
    [
      () =>
        line([
          [1, 2],
          [3, 4],
        ]),
      ShapeError,
      "line: y must have one dimension, got shape (2,2)",
    ],
    [() => line([Number.NaN, Number.NaN]), ValueError, "line: no point is finite"],
    [() => line([0, Number.NaN], [Number.NaN, 1]), ValueError, "line: no point is finite"],
    [() => line({ toArray: () => ["a"] }), ValueError, "line: y holds a string where a number is needed"],
    [() => line({ toArray: () => [1, null] }), ValueError, "line: y holds null where a number is needed"],
    [() => line([0, 1], { color: "no colour" }), ValueError, '"no colour" is not a CSS colour'],
    [
      () => scatter([0], [0], { radius: -1 }),
      ValueError,
      "scatter: radius must be a positive number, got -1",
    ],
    [() => heatmap([1, 2]), ShapeError, "heatmap: the matrix must have two dimensions, got shape (2,)"],
    [
      () => heatmap([[1, 2], [3]]),
      ShapeError,
      "heatmap: the matrix is ragged; every row must have 2 entries",
    ],
    [() => heatmap([[1, [2]]]), ShapeError, "ragged; it mixes numbers and lists"],
    [() => heatmap([[]]), ValueError, "heatmap: the matrix is empty"],
    [() => image([[Number.NaN]]), ValueError, "image: no value is finite"],
    [() => image([[1]], { range: [1, 1] }), ValueError, "image: range must be two different finite numbers"],
  ])("refuses %s", (make, kind, sentence) => {
    expect(make).toThrow(kind);
    expect(make).toThrow(sentence);
  });
});

describe("regions", () => {
  const area = { x: [0, 1], y: [0, 1] } as const;

  it("rounds answers to classes, or cuts them at a threshold", () => {
    const answers = [[0.2, 0.7, 1.6, -3]];
    expect([...decisionRegion(answers, area).classes]).toEqual([0, 1, 2, -3]);
    expect([...decisionRegion(answers, { ...area, threshold: 0.7 }).classes]).toEqual([0, 0, 1, 0]);
  });

  it.each([
    [() => decisionRegion(() => Number.NaN, { ...area, resolution: 1 }), "the answer at (0.5, 0.5) is NaN"],
    [() => decisionRegion(() => 0, { ...area, x: [1, 1] }), "x must be two different finite numbers"],
    [
      () => decisionRegion(() => 0, { ...area, resolution: 1.5 }),
      "resolution must be a whole number, got 1.5",
    ],
    [
      () => decisionRegion(() => 0, { ...area, resolution: 0 }),
      "resolution must be a positive number, got 0",
    ],
    [() => decisionRegion(() => [1], { ...area, batch: true }), "was asked 22500 points and answered 1"],
  ])("refuses %s", (make, sentence) => expect(make).toThrow(sentence));
});

describe("figures", () => {
  it.each([
    [() => plot(), "there is nothing to draw"],
    [() => plot(line([0, 1]), { width: 0 }), "width must be a positive number, got 0"],
    [() => plot(line([0, 1]), { xDomain: [2, 2] }), "xDomain must be two different finite numbers"],
    [() => plot(line([0, 1]), { yDomain: [0, Number.NaN] }), "yDomain must be two different finite numbers"],
    [() => plot(line([1, 2]), { yScale: "log", yDomain: [0, 1] }), "a log y axis needs positive values"],
    [() => plot(line([-1, -2]), { yScale: "log" }), "no y value can stand on a log axis"],
  ])("refuses %s", (make, sentence) => {
    expect(make).toThrow(ValueError);
    expect(make).toThrow(sentence);
  });

  it("holds a constant line and a single point", async () => {
    for (const mark of [line([2, 2]), scatter([0], [0])]) expect(await plot(mark).svg()).toContain("<svg");
  });
});

describe("lossCurves", () => {
  it("draws a metric and its validation twin, from records or from lists", async () => {
    const records = [
      { event: "epoch", epoch: 1, loss: 3, valLoss: 4, accuracy: 0.5 },
      { event: "epoch", epoch: 2, loss: 2, accuracy: 0.6 },
      { event: "epoch", epoch: 3, loss: 1, valLoss: 3, accuracy: 0.7 },
    ];
    const svg = await lossCurves(records).svg();
    expect(svg).toContain(">training<");
    expect(svg).toContain(">validation<");
    expect(svg).toContain(">epoch<");
    const lists = { epoch: [1, 2, 3], loss: [3, 2, 1] };
    expect(await lossCurves(lists).svg()).toBe(
      await lossCurves(records.map(({ epoch, loss }) => ({ epoch, loss }))).svg(),
    );
    expect(await lossCurves(records, { metric: "accuracy" }).svg()).toContain(">accuracy<");
  });

  it("shows a single epoch as a point, at a whole number", async () => {
    const text = lossCurves([{ epoch: 1, loss: 0.5 }]).terminal({ columns: 40, rows: 12, color: false });
    expect(text).toContain("●");
    expect(text).not.toContain("0.95");
  });

  it("says which metrics there are", () => {
    expect(() => lossCurves([])).toThrow('the history has no finite "loss"; it is empty');
    expect(() => lossCurves({ accuracy: [1] })).toThrow('no finite "loss"; it has accuracy');
    expect(() => lossCurves([{ loss: Number.NaN }])).toThrow(ValueError);
  });
});
