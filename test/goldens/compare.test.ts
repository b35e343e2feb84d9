/** The comparison that the goldens rest on lets through what it should, and nothing else. */
import { expect, test } from "vitest";
import { array } from "../../src/index.js";
import { differences } from "./compare.js";
import type { GoldenArray } from "./golden.js";
import { type AnyTensor, OPS } from "./ops.js";
import { forwardCases, gradientCases } from "./read.js";
import type { Tolerance } from "./tolerance.js";

const golden = (...values: number[]): GoldenArray => ({
  dtype: "float64",
  shape: [values.length],
  values: new Float64Array(values),
});
const tensor = (...values: number[]): AnyTensor => array(new Float64Array(values));
const agrees = async (actual: AnyTensor, expected: GoldenArray, tolerance: Tolerance) =>
  (await differences("x", actual, expected, tolerance)).length === 0;

test.each<[string, number, number, Tolerance, boolean]>([
  ["NaN is NaN", Number.NaN, Number.NaN, "exact", true],
  ["NaN is not a number", Number.NaN, 1, "reduction", false],
  ["a number is not NaN", 1, Number.NaN, "reduction", false],
  ["infinities agree", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, "float", true],
  ["infinities have a sign", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, "reduction", false],
  ["a large number is not infinity", 1e308, Number.POSITIVE_INFINITY, "reduction", false],
  ["zeros have a sign where exact", 0, -0, "exact", false],
  ["zeros have none where near", 0, -0, "float", true],
  ["exact is exact", 1 + 2 ** -52, 1, "exact", false],
  ["float64 within 1e-10", 1 + 9e-11, 1, "float", true],
  ["float64 beyond 1e-10", 1 + 2e-10, 1, "float", false],
  ["float has no absolute allowance", 1e-300, 0, "float", false],
])("%s", async (_, actual, expected, tolerance, answer) => {
  expect(await agrees(tensor(actual), golden(expected), tolerance)).toBe(answer);
});

test("dtype, shape and place are named", async () => {
  const wrong = await differences("x", array([1, 5, 3]), golden(1, 2, 3), "float");
  expect(wrong[0]).toBe("x: dtype float32, expected float64");
  expect(wrong[1]).toMatch(/^x\[1\]: 5, expected 2/);
  expect(await differences("x", tensor(1, 2), golden(1, 2, 3), "float")).toEqual([
    "x: shape (2,), expected (3,)",
  ]);
});

test("every operation of the table has goldens, and every golden an operation", () => {
  const used = new Set([...forwardCases(), ...gradientCases()].map(({ op }) => op));
  expect([...used].sort()).toEqual(Object.keys(OPS).sort());
});
