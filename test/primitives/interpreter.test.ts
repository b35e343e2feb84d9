/** The interpreter computes every sample; the verifier accepts the graph and that of its derivative. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.js";
import { VerificationError } from "../../src/errors.js";
import {
  buffer,
  type FloatDType,
  full,
  isFloat,
  type Node,
  type Primitive,
  variable,
  verify,
} from "../../src/graph/index.js";
import { sizeOf } from "../../src/shape/index.js";
import { interpreter } from "../../src/targets/interpreter/interpreter.js";
import {
  build,
  dtypeOf,
  everyPrimitive,
  floatsOf,
  type Sample,
  samplesOf,
  steadyRandom,
  typed,
  valuesOf,
} from "./samples.js";

const compute = (roots: readonly Node[]) => {
  const pending = roots.filter(({ storage }) => storage === undefined);
  interpreter.run(pending, () => false);
  return roots.map(({ storage }) => storage!);
};

function leavesOf({ sources }: Sample, float: FloatDType): Node[] {
  const next = steadyRandom(7);
  return sources.map((source) => {
    const dtype = dtypeOf(source, float);
    return buffer(typed(dtype, valuesOf(source, next)), source.shape, dtype);
  });
}

function runs(op: Primitive, sample: Sample, float: FloatDType, title: string): void {
  const leaves = leavesOf(sample, float);
  const before = leaves.map(({ storage }) => Array.from(storage!.read()));
  const root = build(op, sample, leaves);
  verify([root]);
  const [value] = compute([root]);
  expect(value!.dtype, title).toBe(root.dtype);
  expect(value!.read().length, title).toBe(sizeOf(root.shape));
  const after = leaves.map(({ storage }) => Array.from(storage!.read()));
  expect(after, `${title}: sources are only read`).toEqual(before);
  if (root.dtype === "bool")
    expect(
      value!.read().every((b: number) => b === 0 || b === 1),
      title,
    ).toBe(true);
}

function differentiates(op: Primitive, sample: Sample, float: FloatDType, title: string): void {
  const leaves = leavesOf(sample, float).map((x) => (isFloat(x.dtype) ? variable(x) : x));
  const variables = leaves.filter((x) => isFloat(x.dtype));
  const root = build(op, sample, leaves);
  if (!isFloat(root.dtype)) return;
  const found = gradients([root], [full(root.shape, 1, root.dtype)], variables);
  const roots = found.filter((g) => g !== null);
  verify(roots);
  compute(roots).forEach((value, i) => {
    expect(value.length, title).toBe(sizeOf(roots[i]!.shape));
  });
  found.forEach((g, i) => {
    const x = variables[i]!;
    if (g !== null) expect([g.shape, g.dtype], title).toEqual([x.shape, x.dtype]);
  });
}

/** The result in float32 is the float64 one of the same float32 values, rounded. */
function rounds(op: Primitive, sample: Sample, title: string): void {
  const [narrow, wide] = (["float32", "float64"] as const).map((float) => {
    const leaves = leavesOf(sample, "float32").map((x, i) => {
      const dtype = dtypeOf(sample.sources[i]!, float);
      return buffer(typed(dtype, Array.from(x.storage!.read())), x.shape, dtype);
    });
    return Array.from(compute([build(op, sample, leaves)])[0]!.read());
  });
  expect(narrow, title).toHaveLength(wide!.length);
  narrow!.forEach((value, i) => {
    const expected = Math.fround(wide![i]!);
    if (Object.is(value, expected) || value === expected) return;
    const allowed = 2e-6 * Math.abs(expected) + 1e-6;
    expect(Math.abs(value - expected), `${title}: element ${i}`).toBeLessThanOrEqual(allowed);
  });
}

describe.each(everyPrimitive)("%s", (op) => {
  const each = (check: (sample: Sample, float: FloatDType, title: string) => void): void => {
    for (const { sample, title } of samplesOf(op))
      for (const float of floatsOf(sample)) check(sample, float, `${title} in ${float}`);
  };

  test("runs, and only reads its sources", () => {
    each((sample, float, title) => runs(op, sample, float, title));
  });

  test("has derivatives that the verifier accepts", () => {
    each((sample, float, title) => differentiates(op, sample, float, title));
  });

  test("gives in float32 what float64 gives, rounded", () => {
    if (op === "random") return;
    for (const { sample, title } of samplesOf(op)) if (floatsOf(sample).length > 1) rounds(op, sample, title);
  });
});

test("a source of a wrong dtype is found by the verifier", () => {
  const x = buffer(Int32Array.of(1), [1], "int32");
  expect(() => verify([build("exp", { sources: [], attrs: {} }, [x])])).toThrow(VerificationError);
});
