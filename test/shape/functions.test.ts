/** What the run-time rules do beyond their twins: error classes, settings that are not literals, plans. */
import { describe, expect, it } from "vitest";
import { AxisError, ShapeError, ValueError } from "../../src/errors.js";
import {
  broadcastShapes,
  checkShape,
  concatenateShape,
  convShape,
  formatShape,
  moveAxis,
  normalizeAxes,
  normalizePadWidths,
  planEinsum,
  pool2dShape,
  poolShape,
  reshapeShape,
  sameShape,
  shapeOf,
  splitBounds,
  transposeAxes,
} from "../../src/shape/index.js";

it("prints shapes as NumPy's errors do", () => {
  expect([[], [4], [2, 3]].map(formatShape)).toEqual(["()", "(4,)", "(2,3)"]);
});

it("compares shapes", () => {
  expect(sameShape([2, 3], [2, 3])).toBe(true);
  expect(sameShape([2, 3], [2])).toBe(false);
  expect(sameShape([2, 3], [2, 4])).toBe(false);
});

describe("checkShape", () => {
  it("refuses what is not a size", () => {
    expect(() => checkShape([2, -1])).toThrow(new ValueError("negative dimensions are not allowed"));
    for (const size of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => checkShape([size])).toThrow(ValueError);
    }
    checkShape([0, 2 ** 53 - 1]);
  });
});

describe("axes", () => {
  it("are counted from the front, in the order given", () => {
    expect(normalizeAxes([-1, 0], 3)).toEqual([2, 0]);
    expect(normalizeAxes(null, 2)).toEqual([0, 1]);
  });

  it("that are wrong throw an AxisError", () => {
    expect(() => normalizeAxes(0.5, 3)).toThrow(AxisError);
    expect(() => normalizeAxes([0, -3], 3)).toThrow(AxisError);
    expect(() => transposeAxes(2, [0])).toThrow(AxisError);
    expect(() => moveAxis(3, [0, 1], [2])).toThrow(AxisError);
    expect(() => moveAxis(3, [0, 0], [1, 2])).toThrow(AxisError);
  });

  it("move by lists", () => {
    expect(moveAxis(4, [0, 1], [-1, -2])).toEqual([2, 3, 1, 0]);
    expect(moveAxis(4, [3, 2], [0, 1])).toEqual([3, 2, 0, 1]);
  });
});

it("broadcasts none, one and many shapes", () => {
  expect(broadcastShapes()).toEqual([]);
  expect(broadcastShapes([2, 1], [3], [4, 1, 1], [])).toEqual([4, 2, 3]);
});

it("measures typed arrays and lists of them", () => {
  expect(shapeOf(new Float32Array(5))).toEqual([5]);
  expect(shapeOf([new Int32Array(2), new Int32Array(2)])).toEqual([2, 2]);
  expect(() => shapeOf([new Int32Array(2), new Int32Array(3)])).toThrow(ShapeError);
});

it("reshapes by exact sizes, past 2^53 too", () => {
  expect(reshapeShape([2 ** 31, 2 ** 31], [-1, 2])).toEqual([2 ** 61, 2]);
  expect(() => reshapeShape([2 ** 53 - 1, 3], [2 ** 53 - 2, 3])).toThrow(ShapeError);
  expect(() => reshapeShape([6], [1.5, 4])).toThrow(ValueError);
});

it("cuts at positions as NumPy does", () => {
  expect(splitBounds([5], [2, 9, 1])).toEqual([
    [0, 2],
    [2, 5],
    [5, 5],
    [1, 5],
  ]);
  expect(splitBounds([5], [-2])).toEqual([
    [0, 3],
    [3, 5],
  ]);
  expect(() => splitBounds([6], 1.5)).toThrow(ValueError);
});

it("concatenates by class of error", () => {
  expect(() => concatenateShape([])).toThrow(ValueError);
  expect(() => concatenateShape([[2], [2, 2]])).toThrow(ShapeError);
});

it("spreads pad widths", () => {
  expect(normalizePadWidths(1, 2)).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(
    normalizePadWidths(
      [
        [1, 2],
        [3, 4],
      ],
      2,
    ),
  ).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(() => normalizePadWidths(1.5, 2)).toThrow(ValueError);
  expect(() => normalizePadWidths([[1, 2], [3]], 2)).toThrow(ShapeError);
});

describe("einsum with an ellipsis", () => {
  it("broadcasts the axes under it", () => {
    const plan = planEinsum("...ij,...jk->...ik", [
      [5, 1, 2, 3],
      [7, 3, 4],
    ]);
    expect(plan.shape).toEqual([5, 7, 2, 4]);
    expect(plan.inputs).toEqual([
      [".1", ".0", "i", "j"],
      [".0", "j", "k"],
    ]);
    expect(plan.output).toEqual([".1", ".0", "i", "k"]);
  });

  it("puts it first in an implicit output", () => {
    expect(planEinsum("b...a", [[2, 5, 3]]).shape).toEqual([5, 3, 2]);
  });

  it("refuses a dot that is no ellipsis, batches that do not fit, and an output without it", () => {
    expect(() => planEinsum("i.j->", [[2, 3]])).toThrow(ValueError);
    expect(() =>
      planEinsum("...i,...i", [
        [2, 3],
        [4, 3],
      ]),
    ).toThrow(ShapeError);
    expect(() => planEinsum("...i->i", [[2, 3]])).toThrow(ShapeError);
  });
});

describe("windows", () => {
  it("refuse settings that make no sense", () => {
    expect(() => convShape([1, 1, 8, 8], [1, 1, 3, 3], { stride: 0 })).toThrow(ValueError);
    expect(() => convShape([1, 1, 8, 8], [1, 1, 3, 3], { padding: -1 })).toThrow(ValueError);
    expect(() => convShape([1, 1, 8, 8], [1, 1, 3, 3], { dilation: [1, 2, 3] })).toThrow(ValueError);
    expect(() => convShape([1, 1, 8, 8], [1, 1, 3, 3], { groups: 0 })).toThrow(ValueError);
    expect(() => pool2dShape([1, 8, 8], 0)).toThrow(ValueError);
  });

  it("pool over any number of axes", () => {
    expect(poolShape([2, 3, 10], [3])).toEqual([2, 3, 3]);
    expect(poolShape([3, 4, 6, 8], [2, 2, 2], { stride: 1 })).toEqual([3, 3, 5, 7]);
  });
});
