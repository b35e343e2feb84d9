/** How any picture becomes one like those of MNIST, and how a picture goes into an address. */
import { describe, expect, test } from "vitest";
import {
  centred,
  EMPTY,
  type Grey,
  inkOf,
  inkOfText,
  stamp,
  textOfInk,
} from "../src/lib/figures/digits/picture.js";

const blank = (width: number, height: number, value = 0): Grey => ({
  width,
  height,
  values: new Float32Array(width * height).fill(value),
});
function rectangle(grey: Grey, x: number, y: number, w: number, h: number, value: number): Grey {
  for (let row = y; row < y + h; row++)
    for (let column = x; column < x + w; column++) grey.values[row * grey.width + column] = value;
  return grey;
}
/** Mean place of the ink. */
function centre(ink: Float32Array): [x: number, y: number] {
  let [mass, x, y] = [0, 0, 0];
  ink.forEach((value, i) => {
    mass += value;
    x += value * ((i % 28) + 0.5);
    y += value * (Math.floor(i / 28) + 0.5);
  });
  return [x / mass, y / mass];
}

describe("a picture is laid as MNIST's are", () => {
  test("its longer side is 20 pixels, and its shape is kept", () => {
    const ink = centred(rectangle(blank(200, 100), 10, 20, 60, 30, 1));
    const rows = new Set<number>();
    const columns = new Set<number>();
    ink.forEach((value, i) => {
      if (value > 0.5) {
        rows.add(Math.floor(i / 28));
        columns.add(i % 28);
      }
    });
    expect([columns.size, rows.size]).toEqual([20, 10]);
  });

  test("its centre of mass is the centre, wherever the ink was", () => {
    for (const [x, y] of [
      [0, 0],
      [30, 5],
      [3, 33],
    ] as const) {
      const grey = rectangle(rectangle(blank(60, 60), x, y, 4, 20, 1), x, y + 16, 14, 4, 1);
      const [cx, cy] = centre(centred(grey));
      expect(Math.abs(cx - 14)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(cy - 14)).toBeLessThanOrEqual(0.5);
    }
  });

  test("its ink is kept where it shrinks", () => {
    const ink = centred(rectangle(blank(280, 280), 100, 40, 20, 200, 1));
    // 20 by 200 becomes 2 by 20.
    expect(ink.reduce((a, b) => a + b)).toBeCloseTo(40, 3);
  });

  test("an empty one stays empty", () => {
    expect(centred(blank(50, 50)).every((value) => value === 0)).toBe(true);
  });
});

describe("light and dark become ink", () => {
  test("dark on light, and light on dark", () => {
    for (const [paper, pen] of [
      [0.9, 0.1],
      [0.1, 0.9],
    ] as const) {
      const { values } = inkOf(rectangle(blank(40, 40, paper), 10, 10, 5, 20, pen));
      expect(values[0]).toBe(0);
      expect(values[15 * 40 + 12]).toBeCloseTo(1, 5);
    }
  });

  test("uneven paper is paper, and a page of nothing has no ink", () => {
    const shaded = blank(40, 40);
    shaded.values.set(Float32Array.from({ length: 1600 }, (_, i) => 0.85 + 0.1 * ((i % 40) / 40)));
    const { values } = inkOf(rectangle(shaded, 18, 5, 3, 30, 0));
    expect(values.filter((value) => value > 0)).toHaveLength(90);
    expect(inkOf(blank(40, 40, 0.7)).values.every((value) => value === 0)).toBe(true);
  });
});

describe("a picture in an address", () => {
  test("comes back to a sixteenth", () => {
    const ink = Float32Array.from({ length: 784 }, (_, i) => (i % 17) / 16);
    const text = textOfInk(ink);
    expect(text).toMatch(/^[0-9a-f]{784}$/);
    const again = inkOfText(text);
    expect(Math.max(...again.map((value, i) => Math.abs(value - ink[i]!)))).toBeLessThanOrEqual(
      1 / 30 + 1e-6,
    );
    expect(textOfInk(again)).toBe(text);
    expect(textOfInk(new Float32Array(784))).toBe(EMPTY);
  });
  test("numbers out of bounds are ink or paper", () => {
    expect(textOfInk(Float32Array.of(-1, 2)).slice(0, 2)).toBe("0f");
  });
});

test("a pen leaves ink that an eraser takes, at the edge too", () => {
  for (const [x, y] of [
    [14, 14],
    [0, 0],
    [27.9, 27.9],
  ] as const) {
    const ink = new Float32Array(784);
    stamp(ink, x, y, false);
    // The nearest pixel's middle is at most 0.71 away.
    expect(Math.max(...ink)).toBeGreaterThanOrEqual(0.99);
    stamp(ink, x, y, true);
    expect(Math.max(...ink)).toBe(0);
  }
});
