/** float64 functions against values in high precision (test/reference/math_goldens.py), and `mod` against JavaScript's. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BinaryPrimitive, UnaryPrimitive } from "../../../src/graph/index.js";
import { floorMod } from "../../../src/targets/interpreter/special.js";
import { binaryOf, unaryOf, uniforms, unitOf } from "./support.js";

type Row = readonly number[];
const golden = JSON.parse(readFileSync(new URL("double.golden.json", import.meta.url), "utf8")) as Record<
  string,
  readonly Row[]
>;

/** In units in the last place. The bounds are those that the README states. */
const BOUNDS: Readonly<Record<string, number>> = {
  exp: 0.9,
  expm1: 1.7,
  log: 0.9,
  log1p: 1,
  sin: 0.8,
  cos: 0.8,
  tanh: 2.1,
  erf: 1.3,
  pow: 1.2,
  atan2: 1.9,
  sigmoid: 2,
};

const functionOf = (name: string, arity: number, fused: boolean): ((...x: number[]) => number) =>
  arity === 1
    ? unaryOf(name as UnaryPrimitive, "float64", fused)
    : (binaryOf(name as BinaryPrimitive, "float64", fused) as (...x: number[]) => number);

describe.each([false, true])("float64, fused multiply-add: %s", (fused) => {
  it.each(Object.keys(BOUNDS))("%s", (name) => {
    const rows = golden[name]!;
    const f = functionOf(name, rows[0]!.length - 2, fused);
    let worst = { ulp: 0, at: [] as Row };
    for (const row of rows) {
      const [at, high, low] = [row.slice(0, -2), row.at(-2)!, row.at(-1)!];
      const ulp = Math.abs(f(...at) - high - low) / unitOf(high, "float64");
      if (!(ulp <= worst.ulp)) worst = { ulp, at };
    }
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(BOUNDS[name]!);
  });

  it("mod is exact, however large the quotient", () => {
    const f = binaryOf("mod", "float64", fused);
    const random = uniforms(4);
    const any = (): number => (random() - 0.5) * 2 ** (random() * 2097 - 1074);
    for (let i = 0; i < 20_000; i++) {
      const b = any();
      const a = i % 2 === 0 ? any() : b * Math.round((random() - 0.5) * 2 ** (random() * 70));
      const [result, right] = [f(a, b), floorMod(a, b)];
      if (!Object.is(result, right)) expect([a, b, result]).toEqual([a, b, right]);
    }
  });
});
