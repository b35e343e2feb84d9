/** Every differentiable operation has PyTorch's gradient, and PyTorch's gradient of the gradient. */
import { describe, expect, test } from "vitest";
import { checkGradient } from "./check.js";
import { byOperation } from "./golden.js";
import { gradientCases } from "./read.js";

for (const [op, cases] of byOperation(gradientCases())) {
  describe(op, () => {
    test.each(cases)("$id", async (item) => {
      expect(await checkGradient(item)).toEqual([]);
    });
  });
}
