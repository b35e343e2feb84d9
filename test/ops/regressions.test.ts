/** What random programs, compared with NumPy 2 and PyTorch, once found to be wrong. */
import { describe, expect, test } from "vitest";
import * as maru from "../../src/index.js";
import {
  acosh,
  array,
  asinh,
  broadcastTo,
  clip,
  DeviceError,
  floorDivide,
  ones,
  random,
  type Tensor,
  zeros,
} from "../../src/index.js";

const float64 = (...values: number[]): Tensor => array(Float64Array.from(values)) as Tensor;

describe("values", () => {
  test("acosh is NaN below 1, also below -1", () => {
    expect(acosh(float64(-1e9, -3, -1, 0, 0.5, 1)).toArray()).toEqual([...new Array(5).fill(Number.NaN), 0]);
  });

  test("asinh keeps the sign of zero", () => {
    expect(asinh(float64(-0, 0)).toArray()).toEqual([-0, 0]);
  });

  test("a floor quotient of zero has the sign of the quotient", () => {
    expect(floorDivide(float64(-0.5, 0.5, -0, 0), float64(-1, 1, 1, -1)).toArray()).toEqual([0, 0, -0, -0]);
  });

  test("clip gives NaN where a bound is NaN", () => {
    const nan = Number.NaN;
    expect(clip(float64(1, 2, nan), float64(nan, 0, 0)).toArray()).toEqual([nan, 2, nan]);
    expect(clip(float64(1, 2), null, nan).toArray()).toEqual([nan, nan]);
  });

  test("a bound that an integer dtype cannot reach does nothing; one beyond its other end is refused", () => {
    const bytes = array([1, 5, 255], { dtype: "uint8" });
    expect(clip(bytes, -1, 300).toArray()).toEqual([1, 5, 255]);
    expect(clip(bytes, -1, 4).dtype).toBe("uint8");
    expect(() => clip(bytes, 300)).toThrow(maru.DTypeError);
    expect(() => clip(bytes, null, -3)).toThrow(maru.DTypeError);
  });

  test("a fraction written into integers is cut off", () => {
    maru.setVerification(true);
    try {
      expect(array([1, 2], { dtype: "int32" }).set([0], -2.7).toArray()).toEqual([-2, 2]);
      expect(array([true, false]).set([1], 0.5).toArray()).toEqual([true, true]);
    } finally {
      maru.setVerification(false);
    }
  });
});

describe("a list of sizes that its owner changes later", () => {
  test.each<[string, (sizes: number[]) => Tensor]>([
    ["zeros", (sizes) => zeros(sizes)],
    ["random.uniform", (sizes) => random.uniform(sizes)],
    ["random.normal", (sizes) => random.normal(sizes)],
    ["random.integers", (sizes) => random.integers(0, 5, sizes)],
    ["broadcastTo", (sizes) => broadcastTo([1, 2, 3], sizes) as Tensor],
    ["reshape", (sizes) => (ones([6]) as Tensor).reshape(sizes)],
  ])("changes nothing in %s", (_, make) => {
    const sizes = [2, 3];
    const made = make(sizes);
    sizes[0] = 7;
    expect(made.shape).toEqual([2, 3]);
    expect(made.toArray()).toHaveLength(2);
  });
});

test("an array that there is no room for is a clear error when it is computed, not before", () => {
  const huge = ones([1e6, 1]).add(ones([1, 1e6]));
  expect(huge.shape).toEqual([1e6, 1e6]);
  expect(() => huge.dataSync()).toThrow(DeviceError);
  expect(() => huge.dataSync()).toThrow(
    /(expand|add) of shape \(1000000,1000000\): there is no room for 1000000000000 elements of float32/,
  );
  expect(zeros([1e6, 1e6]).at(5, 7).shape).toEqual([]);
});

test.each<[string, (bad: never) => unknown]>([
  ["tile", (bad) => ones([2]).tile(bad)],
  ["repeat", (bad) => ones([2]).repeat(bad)],
  ["roll", (bad) => ones([2]).roll(bad)],
  ["tril", (bad) => ones([2, 2]).tril(bad)],
  ["triu", (bad) => ones([2, 2]).triu(bad)],
  ["diagonal", (bad) => ones([2, 2]).diagonal(bad)],
])("%s refuses what is no whole number", (_, call) => {
  for (const bad of [2.5, Number.NaN, Infinity, "3", 1n, {}, true])
    expect(() => call(bad as never), String(bad)).toThrow(maru.ValueError);
});
