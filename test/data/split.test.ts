/** Stratified parts: their sizes, their classes, and what is refused. */
import { array, DataError, ones, ValueError } from "maru";
import { stratifiedSplit, tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";
import { counts, labelled, range } from "./numbers.js";

const numbersOf = (part: ReturnType<typeof labelled>): number[] =>
  part.batch(range(part.length)).inputs.toArray().flat();
const labelsOf = (part: ReturnType<typeof labelled>): number[] =>
  part.batch(range(part.length)).targets.toArray();

describe("stratifiedSplit", () => {
  it("gives each part its share of every class, and every sample to one part", () => {
    const labels = range(100).map((i) => (i < 70 ? 0 : i < 90 ? 1 : 2));
    const parts = stratifiedSplit(labelled(labels), [0.7, 0.2, 0.1], { seed: 4 });
    expect(parts.map((part) => counts(labelsOf(part)))).toEqual([
      { 0: 49, 1: 14, 2: 7 },
      { 0: 14, 1: 4, 2: 2 },
      { 0: 7, 1: 2, 2: 1 },
    ]);
    expect(parts.flatMap(numbersOf).sort((a, b) => a - b)).toEqual(range(100));
  });

  it("has exactly the sizes asked for where classes do not divide", () => {
    for (const n of [7, 10, 23]) {
      for (const classes of [2, 3, 5, n]) {
        const whole = labelled(range(n).map((i) => i % classes));
        const parts = stratifiedSplit(whole, [n - 4, 3, 1], { seed: n });
        expect(parts.map(({ length }) => length)).toEqual([n - 4, 3, 1]);
        expect(parts.flatMap(numbersOf).sort((a, b) => a - b)).toEqual(range(n));
      }
    }
  });

  it("is decided by the seed", () => {
    const whole = labelled(range(40).map((i) => i % 2));
    const first = (seed: number) => numbersOf(stratifiedSplit(whole, [20, 20], { seed })[0]!);
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  it("takes labels that are not the targets", () => {
    const whole = tensorDataset(ones([6, 2]), ones([6, 3]));
    const [a, b] = stratifiedSplit(whole, [2, 4], { labels: [5, 5, 5, 9, 9, 9] });
    expect([a!.length, b!.length]).toEqual([2, 4]);
    expect(() => stratifiedSplit(whole, [2, 4])).toThrow("targets have shape (3,); give { labels }");
    expect(() => stratifiedSplit(whole, [2, 4], { labels: [1] })).toThrow(ValueError);
  });

  it("refuses targets that are no labels, and sizes that do not add up", () => {
    const measures = tensorDataset(ones([2, 1]), array([0.5, 1]));
    expect(() => stratifiedSplit(measures, [1, 1])).toThrow(
      "stratifiedSplit: label 0 is 0.5; labels are whole numbers",
    );
    expect(() => stratifiedSplit(labelled([0, 1]), [1, 2])).toThrow("give counts that add up to 2");
    expect(() => stratifiedSplit(labelled([0, 1]), [2, 0])).toThrow(DataError);
  });
});
