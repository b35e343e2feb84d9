/** Every operation in WebAssembly, against plain JavaScript; and fused multiply-adds, with and without the instruction. */
import { describe, expect, test } from "vitest";
import { pure } from "../../src/compiler/expression.js";
import type { DType } from "../../src/graph/dtype.js";
import { describeOperations } from "../printers/operations.js";
import { evaluate, relaxations } from "./run-code.js";

const WIDTHS = [1, 4] as const;

describe.each(relaxations)("relaxed instructions: %s", (relaxed) => {
  describeOperations(
    (expression, inputs, result, lanes) => evaluate(expression, inputs, result, lanes as 1 | 4, { relaxed }),
    WIDTHS,
  );
});

let seed = 12345;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

describe("fma", () => {
  /** 24 bits in [1, 2): product and sum have less than 53 bits, so that JavaScript has them exactly. */
  const one = (): number => 1 + Math.floor(random() * 2 ** 23) / 2 ** 23;
  const values = Array.from({ length: 3 }, () => Array.from({ length: 64 }, one));
  values[2] = values[2]!.map((x, i) => (i % 2 === 0 ? -x : x));
  const of = (dtype: DType, relaxed: boolean, lanes: 1 | 4, inputs = values): number[] =>
    evaluate(
      (a, b, c) => pure("fma", [a!, b!, c!]),
      inputs.map((values) => ({ dtype, values })),
      dtype,
      lanes,
      { relaxed },
    );
  const expected = (rounded: (x: number) => number) =>
    values[0]!.map((a, i) => Math.fround(rounded(a * values[1]![i]!) + values[2]![i]!));

  test.each(WIDTHS)("rounds twice without the relaxed instructions, %i lanes", (lanes) => {
    expect(of("float32", false, lanes)).toEqual(expected(Math.fround));
    const double = values[0]!.map((a, i) => a * values[1]![i]! + values[2]![i]!);
    expect(of("float64", false, lanes)).toEqual(double);
  });

  test.runIf(relaxations.length > 1)("gives the same for one lane as for four", () => {
    expect(of("float32", true, 1)).toEqual(of("float32", true, 4));
    expect(of("float64", true, 1)).toEqual(of("float64", true, 4));
    const once = expected((x) => x);
    const twice = expected(Math.fround);
    // A machine without the instruction may round twice, but then always.
    expect([once, twice]).toContainEqual(of("float32", true, 4));
  });

  test.runIf(relaxations.length > 1)("of float64 rounds once or twice, for one lane as for four", () => {
    const near = 1 + 2 ** -30;
    const inputs = [[near], [near], [-1 - 2 ** -29]].map((one) => new Array<number>(4).fill(one[0]!));
    const four = of("float64", true, 4, inputs);
    expect([2 ** -60, 0]).toContain(four[0]);
    expect(of("float64", true, 1, inputs)).toEqual(four);
  });
});
