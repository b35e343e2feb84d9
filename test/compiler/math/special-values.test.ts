/** Infinities, NaN, signed zeros and the ends of the range, of both float types, as the interpreter has them. */
import { describe, expect, it } from "vitest";
import type { BinaryPrimitive, UnaryPrimitive } from "../../../src/graph/index.js";
import { binaryLoop, unaryLoops } from "../../../src/targets/interpreter/elementwise.js";
import { binaryOf, type Float, unaryOf, unitOf } from "./support.js";

const LIMITS = {
  float32: [2 ** -149, 2 ** -126, 2 ** -126 - 2 ** -149, 2 ** 127 * (2 - 2 ** -23), 2 ** 127],
  float64: [5e-324, 2 ** -1022, 2 ** -1022 - 5e-324, Number.MAX_VALUE, 2 ** 1023],
} as const;

function specials(dtype: Float): number[] {
  const epsilon = dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const sizes = [
    0,
    1,
    2,
    3,
    0.5,
    1.5,
    2.5,
    1 + epsilon,
    1 - epsilon / 2,
    1e-5,
    100,
    1e10,
    2 ** 53,
    2 ** 53 + 2,
  ];
  const all = [...sizes, ...LIMITS[dtype], Number.POSITIVE_INFINITY].flatMap((size) => [size, -size]);
  return [...all, Number.NaN].map((x) => (dtype === "float32" ? Math.fround(x) : x));
}

const arrayOf = (dtype: Float, values: readonly number[]): Float32Array | Float64Array =>
  dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values);

/** Equal; or, where both are numbers of one sign, a few places apart. */
function agree(result: number, right: number, dtype: Float): boolean {
  if (Object.is(result, right)) return true;
  if (!Number.isFinite(right) || right === 0 || Math.sign(result) !== Math.sign(right)) return false;
  return Math.abs(result - right) <= 2.5 * unitOf(right, dtype);
}

const UNARY = Object.keys(unaryLoops) as UnaryPrimitive[];
const BINARY = ["add", "sub", "mul", "div", "mod", "pow", "atan2", "maximum", "minimum"] as BinaryPrimitive[];
const COMPARISONS = ["lt", "eq"] as BinaryPrimitive[];

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  const values = specials(dtype);

  it.each(UNARY)("%s", (name) => {
    const out = arrayOf(dtype, values);
    unaryLoops[name](arrayOf(dtype, values), out);
    for (const fused of [false, true]) {
      const f = unaryOf(name, dtype, fused);
      const wrong = values.flatMap((x, i) => (agree(f(x), out[i]!, dtype) ? [] : [[x, f(x), out[i]!]]));
      expect(wrong).toEqual([]);
    }
  });

  it.each([...BINARY, ...COMPARISONS])("%s", (name) => {
    const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
    const [left, right] = [0, 1].map((side) =>
      arrayOf(
        dtype,
        pairs.map((pair) => pair[side]!),
      ),
    );
    const out = arrayOf(dtype, left as unknown as number[]);
    binaryLoop(name, dtype)(left!, right!, out);
    for (const fused of [false, true]) {
      const f = binaryOf(name, dtype, fused);
      const wrong = pairs.flatMap(([a, b], i) =>
        agree(f(a, b), out[i]!, dtype) ? [] : [[a, b, f(a, b), out[i]!]],
      );
      expect(wrong).toEqual([]);
    }
  });
});
