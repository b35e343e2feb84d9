/**
 * Every transform, alone, left out and together with all others, leaves what a graph computes as it was: the results agree
 * with the interpreter's (`random/trial.ts` says how closely), and are the same bits for any number of threads.
 */
import { afterEach, describe, expect, test } from "vitest";
import { type Node, type TypedArray, topological } from "../../src/graph/index.js";
import { disableTransforms } from "../../src/targets/known-programs.js";
import { underTest, useThreads } from "../setup/under-test.js";
import { fault } from "./random/check.js";
import { Trials } from "./random/trial.js";
import { SETTINGS } from "./step-names.js";
import { CASES, type Float, LARGE, type TransformCase } from "./transform-cases.js";

function graphOf({ build }: TransformCase, dtype: Float): readonly Node[] {
  const made = build(dtype);
  return Array.isArray(made) ? (made as readonly Node[]) : [made as Node];
}

afterEach(() => {
  disableTransforms(new Set());
  useThreads();
});

describe("each transform on and off", () => {
  test.each(CASES.map((each) => [each.title, each] as const))("%s", (title, each) => {
    // float64 is the same code with other registers: every other case is enough.
    const dtypes: readonly Float[] = title.length % 2 === 0 ? ["float32"] : ["float32", "float64"];
    for (const dtype of dtypes) {
      const roots = graphOf(each, dtype);
      const trials = new Trials();
      expect(topological(roots).every((node) => trials.of(node) !== undefined)).toBe(true);
      for (const setting of SETTINGS) {
        disableTransforms(setting.off);
        expect(fault(underTest, roots, trials), `${dtype}, ${setting.title}`).toBeUndefined();
      }
    }
  });
});

describe("one, two and three threads give the same bits", () => {
  const bits = (list: readonly TypedArray[]): string[] =>
    list.map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("latin1"));

  test.each(LARGE.map((each) => [each.title, each] as const))("%s", (_, each) => {
    for (const dtype of ["float32", "float64"] as const) {
      const roots = graphOf(each, dtype);
      const program = underTest.compile(roots, [], []);
      const results = [1, 2, 3].map((threads) => {
        useThreads(threads);
        return bits(program.run([]).map((storage) => storage.read()));
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });
});
