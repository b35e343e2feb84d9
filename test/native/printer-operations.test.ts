/** Every operation in C, one lane and a whole vector at a time, against plain JavaScript. */
import { describe, expect, test } from "vitest";
import { pure } from "../../src/compiler/expression.js";
import { openNative } from "../../src/targets/native/library.js";
import { describeOperations } from "../printers/operations.js";
import { evaluate, LANES } from "./run-code.js";

describeOperations(evaluate, [1, LANES]);

describe("fma", () => {
  const { fused } = openNative().toolchain.set;
  test.each([1, LANES])("rounds once where the processor can, %i lanes", (lanes) => {
    const near = 1 + 2 ** -12;
    const values = Array.from({ length: 2 * LANES }, () => near);
    const product = Math.fround(near * near);
    const of = (dtype: "float32" | "float64", c: number, x = near): number =>
      evaluate(
        (a, b, d) => pure("fma", [a!, b!, d!]),
        [
          { dtype, values: values.map(() => x) },
          { dtype, values: values.map(() => x) },
          { dtype, values: values.map(() => c) },
        ],
        dtype,
        lanes,
      )[1]!;
    expect(of("float32", -product)).toBe(fused ? near * near - product : 0);
    const wide = 1 + 2 ** -30;
    expect(of("float64", -(1 + 2 ** -29), wide)).toBe(fused ? 2 ** -60 : 0);
  });
});
