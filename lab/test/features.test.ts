/** Looking into the network of digits: principal components, neighbours, and what a kernel covers. */
import { Generator } from "maru";
import { describe, expect, test } from "vitest";
import { PICTURE, type SlideState } from "../src/lib/chapters/16-features/lesson.js";
import { coveredBy, slideOf } from "../src/lib/chapters/16-features/slide.js";
import { principal, togetherOf } from "../src/lib/engine/digits/look.js";

describe("principal components", () => {
  test("of points on a line", () => {
    // (1, 2, 2) has the length 3: the points lie at -3, 0 and 3 of it.
    const { coordinates, kept } = principal(Float32Array.from([0, 0, 0, 1, 2, 2, 2, 4, 4]), 3, 2);
    expect(coordinates.map(([x]) => Math.abs(x!))).toEqual([
      expect.closeTo(3, 4),
      expect.closeTo(0, 4),
      expect.closeTo(3, 4),
    ]);
    expect(Math.sign(coordinates[0]![0]!)).toBe(-Math.sign(coordinates[2]![0]!));
    expect(kept[0]).toBeCloseTo(1, 5);
    expect(kept[1]).toBeCloseTo(0, 5);
  });

  test("of axes that are stretched apart keep what NumPy's eigenvalues say", () => {
    // numpy.linalg.eigvalsh of the covariance of points at ±a on three axes: 2a² of the sum of 2a².
    const points = [4, 0, 0, -4, 0, 0, 0, 2, 0, 0, -2, 0, 0, 0, 1, 0, 0, -1];
    const { coordinates, kept } = principal(Float32Array.from(points), 6, 3);
    expect(kept).toEqual([expect.closeTo(16 / 21, 5), expect.closeTo(4 / 21, 5), expect.closeTo(1 / 21, 5)]);
    expect(Math.abs(coordinates[0]![0]!)).toBeCloseTo(4, 4);
    expect(Math.abs(coordinates[2]![1]!)).toBeCloseTo(2, 4);
  });

  test("with all axes keep every distance", () => {
    const values = new Generator(3).normal([20, 5]).dataSync() as Float32Array;
    const { coordinates } = principal(values, 20, 5);
    const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Math.hypot(...Array.from(a, (value, k) => value - b[k]!));
    for (const [i, j] of [
      [0, 1],
      [3, 17],
      [12, 8],
    ] as const)
      expect(distance(coordinates[i]!, coordinates[j]!)).toBeCloseTo(
        distance(values.subarray(i * 5, i * 5 + 5), values.subarray(j * 5, j * 5 + 5)),
        3,
      );
  });
});

test("a point's nearest neighbour may be of its kind or not", () => {
  expect(togetherOf([0, 0, 1, 0, 10, 0, 11, 0, 12.5, 0], [1, 1, 2, 2, 3])).toBe(0.8);
});

describe("a kernel slides", () => {
  const state: SlideState = {
    side: 4,
    picture: PICTURE,
    taps: 2,
    weights: [1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    padding: 0,
    stride: 1,
    dilation: 1,
  };
  test("over every place that it fits in", () => {
    // The picture's corner: 0000 / 0111 / 0000 / 0000.
    expect(slideOf(state).result).toEqual([
      [-1, -1, -1],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(slideOf({ ...state, stride: 2, padding: 1 }).result).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(slideOf({ ...state, dilation: 3 }).result).toEqual([[0]]);
  });
  test("and says in maru's words that there is no place", () => {
    const { result, error } = slideOf({ ...state, side: 3, taps: 4 });
    expect(result).toBeUndefined();
    expect(error!.message).toMatch(/conv2d/);
  });
  test("covering cells that the stride moves and the dilation spreads", () => {
    expect(coveredBy({ ...state, stride: 2, dilation: 3 }, 1, 0)).toEqual([
      { row: 2, column: 0 },
      { row: 2, column: 3 },
      { row: 5, column: 0 },
      { row: 5, column: 3 },
    ]);
  });
});
