/** Pictures moved, cut and turned: against NumPy, in exact cases, with derivatives. */
import { readFileSync } from "node:fs";
import {
  arange,
  array,
  compile,
  DTypeError,
  grad,
  ones,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "maru";
import { cropImages, rotateImages, shiftImages } from "maru/data";
import { describe, expect, it } from "vitest";
import { TOLERANCE } from "../goldens/tolerance.js";

interface Case {
  readonly shape: readonly [number, number, number, number];
  readonly degrees: readonly number[];
  readonly fill: number;
  readonly interpolation: "bilinear" | "nearest";
  readonly input: readonly number[];
  readonly expected: readonly number[];
}

const { cases } = JSON.parse(readFileSync(new URL("./images.golden.json", import.meta.url), "utf8")) as {
  cases: readonly Case[];
};
const { relative, absolute } = TOLERANCE.reduction.float32;

const picture = (height: number, width: number): Tensor =>
  arange(1, height * width + 1).reshape(1, 1, height, width) as unknown as Tensor;
const grid = (x: Tensor): unknown => x.reshape([x.shape[2]!, x.shape[3]!] as const).toArray();

describe("rotateImages", () => {
  it.each(cases)("turns $shape by $degrees as NumPy, $interpolation, fill $fill", (one) => {
    const x = array([...one.input]).reshape(one.shape) as unknown as Tensor;
    const { fill, interpolation } = one;
    const turned = rotateImages(x, array([...one.degrees]) as unknown as Tensor, { fill, interpolation });
    expect(turned.shape).toEqual(one.shape);
    const wrong = [...turned.dataSync()].flatMap((value, i) => {
      const expected = one.expected[i]!;
      return Math.abs(value - expected) <= relative * Math.abs(expected) + absolute
        ? []
        : [{ i, value, expected }];
    });
    expect(wrong).toEqual([]);
  });

  it("by 0 degrees leaves every bit, also NaN and infinity and float64", () => {
    const x = array([
      [
        [
          [1.1, Number.NaN],
          [Number.POSITIVE_INFINITY, -0],
        ],
      ],
    ]);
    const nearest = rotateImages(x, 0, { interpolation: "nearest" }).dataSync();
    expect([...nearest]).toEqual([...x.dataSync()]);
    const noise = random.normal([2, 3, 5, 7], { dtype: "float64" });
    const turned = rotateImages(noise, 0);
    expect(turned.dtype).toBe("float64");
    expect([...turned.dataSync()]).toEqual([...noise.dataSync()]);
  });

  it.each([
    [
      90,
      [
        [3, 6, 9],
        [2, 5, 8],
        [1, 4, 7],
      ],
    ],
    [
      180,
      [
        [9, 8, 7],
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      -90,
      [
        [7, 4, 1],
        [8, 5, 2],
        [9, 6, 3],
      ],
    ],
  ] as const)("by %i degrees exchanges pixels, counter-clockwise", (degrees, expected) => {
    expect(grid(rotateImages(picture(3, 3), degrees, { interpolation: "nearest" }))).toEqual(expected);
    const smooth = rotateImages(picture(3, 3), degrees).dataSync();
    expected.flat().forEach((value, i) => void expect(smooth[i]).toBeCloseTo(value, 5));
  });

  it("turns each picture by its own angle", () => {
    const two = ones([2, 1, 3, 3]).mul(picture(3, 3)) as unknown as Tensor;
    const turned = rotateImages(two, array([0, 90]) as unknown as Tensor, { interpolation: "nearest" });
    expect(turned.at(0, 0, 0).toArray()).toEqual([1, 2, 3]);
    expect(turned.at(1, 0, 0).toArray()).toEqual([3, 6, 9]);
  });

  it("differentiates: each pixel's weights add up to what stays in the picture", () => {
    const x = picture(4, 4);
    const gradient = grad((image: Tensor) => rotateImages(image, 25).mul(picture(4, 4)).sum())(x);
    const steps = 1e-2;
    const loss = (image: Tensor): number => Number(rotateImages(image, 25).mul(picture(4, 4)).sum().item());
    for (const at of [0, 5, 11]) {
      const bump = zeros([16]).set([at], steps).reshape([1, 1, 4, 4]) as unknown as Tensor;
      const slope = (loss(x.astype("float64").add(bump)) - loss(x.astype("float64").sub(bump))) / (2 * steps);
      expect(gradient.ravel().dataSync()[at]).toBeCloseTo(slope, 4);
    }
  });

  it("refuses what is no batch of pictures, and odd angles", () => {
    expect(() => rotateImages(ones([3, 3]), 10)).toThrow(
      "rotateImages: pictures have shape (N,C,H,W), got shape (3,3)",
    );
    expect(() => rotateImages(picture(2, 2).astype("uint8"), 10)).toThrow(DTypeError);
    expect(() => rotateImages(picture(2, 2), Number.NaN)).toThrow(ValueError);
    expect(() => rotateImages(picture(2, 2), ones([3]) as unknown as Tensor)).toThrow(
      "must be a number or have shape (1,)",
    );
    expect(() => rotateImages(picture(2, 2), 1, { interpolation: "cubic" as never })).toThrow(ValueError);
  });
});

describe("shiftImages", () => {
  it("moves by whole pixels, each picture by its own, and fills", () => {
    expect(grid(shiftImages(picture(2, 3), { right: 1 }))).toEqual([
      [0, 1, 2],
      [0, 4, 5],
    ]);
    expect(grid(shiftImages(picture(2, 3), { down: -1, right: -2, fill: 9 }))).toEqual([
      [6, 9, 9],
      [9, 9, 9],
    ]);
    const two = ones([2, 2, 1, 3]).mul(array([1, 2, 3])) as unknown as Tensor;
    const right = array(Int32Array.of(1, -1)) as unknown as Tensor;
    expect(shiftImages(two, { right }).toArray()).toEqual([
      [[[0, 1, 2]], [[0, 1, 2]]],
      [[[2, 3, 0]], [[2, 3, 0]]],
    ]);
  });

  it("keeps the dtype, and leaves nothing where it moves everything out", () => {
    const bytes = picture(2, 2).astype("uint8");
    const moved = shiftImages(bytes, { down: 5, fill: 7 });
    expect([moved.dtype, grid(moved as unknown as Tensor)]).toEqual([
      "uint8",
      [
        [7, 7],
        [7, 7],
      ],
    ]);
    expect(grid(shiftImages(bytes, {}) as unknown as Tensor)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("refuses shifts that are no whole numbers", () => {
    expect(() => shiftImages(picture(2, 2), { right: 0.5 })).toThrow("right must be a whole number, got 0.5");
    expect(() => shiftImages(picture(2, 2), { down: ones([1]) as unknown as Tensor })).toThrow(DTypeError);
  });
});

describe("cropImages", () => {
  it("cuts a part from a corner, and pads where the corner lies outside", () => {
    expect(grid(cropImages(picture(3, 3), [2, 2], { top: 1 }))).toEqual([
      [4, 5],
      [7, 8],
    ]);
    expect(grid(cropImages(picture(2, 2), [3, 4], { top: -1, left: -1, fill: -1 }))).toEqual([
      [-1, -1, -1, -1],
      [-1, 1, 2, -1],
      [-1, 3, 4, -1],
    ]);
  });

  it("works in compiled functions with corners that change from call to call", () => {
    const cut = compile((x: Tensor, left: Tensor) => cropImages(x, [1, 2], { left }));
    const at = (left: number) =>
      cut(picture(1, 4), array(Int32Array.of(left)) as unknown as Tensor)
        .ravel()
        .toArray();
    expect([at(0), at(2), at(3)]).toEqual([
      [1, 2],
      [3, 4],
      [4, 0],
    ]);
  });

  it("refuses sizes that are none", () => {
    expect(() => cropImages(picture(2, 2), [0, 1])).toThrow(ValueError);
    expect(() => cropImages(ones([2, 2]), [1, 1])).toThrow(ShapeError);
  });
});
