/** Every operation answers what NumPy answers: values, shape and dtype, or an error. */
import { describe, expect, test } from "vitest";
import { checkForward } from "./check.js";
import { byOperation } from "./golden.js";
import { forwardCases } from "./read.js";

for (const [op, cases] of byOperation(forwardCases())) {
  describe(op, () => {
    test.each(cases)("$id", async (item) => {
      expect(await checkForward(item)).toEqual([]);
    });
  });
}
