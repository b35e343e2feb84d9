/** Irises are told apart that were not learned from, and only after learning. */
import { describe, expect, it } from "vitest";
import { learnIris, rightOf } from "../../../examples/recipes/iris.js";
import { iris } from "../../../src/data/index.js";

const settings = { epochs: 60, lr: 0.01, seed: 0 };

describe("the iris recipe", () => {
  it("splits all flowers, a third of each species", async () => {
    const { train, test } = await learnIris(await iris(), { ...settings, epochs: 1 });
    expect([train.length, test.length]).toEqual([105, 45]);
    const { targets } = test.batch(Array.from({ length: 45 }, (_, i) => i));
    expect([0, 1, 2].map((label) => targets.eq(label).sum().item())).toEqual([15, 15, 15]);
  });

  it.each([0, 1, 2])("recognises at least 41 of 45 test flowers from seed %i", async (seed) => {
    const { test, species } = await learnIris(await iris(), { ...settings, seed });
    expect(rightOf(test, species)).toBeGreaterThanOrEqual(41);
  });

  it("recognises fewer where it hardly learns", async () => {
    const { test, species } = await learnIris(await iris(), { ...settings, epochs: 1, lr: 1e-6 });
    expect(rightOf(test, species)).toBeLessThan(41);
  });

  it("gives the same answers from the same seed", async () => {
    const flowers = await iris();
    const answers = async () => {
      const { test, species } = await learnIris(flowers, { ...settings, epochs: 3 });
      return species(test.batch(Array.from({ length: 45 }, (_, i) => i)).inputs).toArray();
    };
    expect(await answers()).toEqual(await answers());
  });
});
