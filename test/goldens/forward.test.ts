/** Every operation answers what NumPy answers: values, shape and dtype, or an error. */
import { describe, expect, test } from "vitest";
import * as maru from "../../src/index.js";
import { allDifferences } from "./compare.js";
import { byOperation, type ForwardCase, forwardCases, type GoldenArray } from "./golden.js";
import { apply, toTensor } from "./ops.js";

const ERRORS: Record<string, new (message?: string) => Error> = {
  AxisError: maru.AxisError,
  DTypeError: maru.DTypeError,
  IndexError: maru.IndexError,
  ShapeError: maru.ShapeError,
  ValueError: maru.ValueError,
};

const listOf = (expected: GoldenArray | readonly GoldenArray[]): readonly GoldenArray[] =>
  "dtype" in expected ? [expected] : expected;

async function refused({ op, inputs, params, error, errorClass, byValue }: ForwardCase): Promise<void> {
  const call = async () => {
    const answer = await apply(op, inputs.map(toTensor), params);
    if (byValue) for (const tensor of answer) await tensor.data();
    return answer.map((tensor) => `(${tensor.shape})`).join(" ");
  };
  const thrown: unknown = await call().then(
    (shapes) => expect.fail(`expected an error like /${error}/, got ${shapes}`),
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(maru.MaruError);
  if (errorClass) expect(thrown).toBeInstanceOf(ERRORS[errorClass]);
  expect((thrown as Error).message).toMatch(new RegExp(error!));
}

async function answered({ op, inputs, params, expected, tolerance }: ForwardCase): Promise<void> {
  const actual = await apply(op, inputs.map(toTensor), params);
  const found = await allDifferences("result", actual, listOf(expected!), tolerance!);
  if (found.length > 0) expect.fail(found.join("\n"));
}

for (const [op, cases] of byOperation(forwardCases())) {
  describe(op, () => {
    test.each(cases)("$id", (item) => (item.error === undefined ? answered(item) : refused(item)));
  });
}
