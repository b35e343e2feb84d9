/** Samplers: what comes, how often, in what order, and what is refused. */
import { DataError, ValueError } from "maru";
import {
  balancedBatchSampler,
  balancedSampler,
  batchSampler,
  bucketSampler,
  randomSampler,
  type Sampler,
  sequentialSampler,
  stratifiedSampler,
  weightedSampler,
} from "maru/data";
import { describe, expect, it } from "vitest";
import { counts, range } from "./numbers.js";

const order = (sampler: Sampler, epoch = 0): number[] => Array.from(sampler.order(epoch));

describe("samplers", () => {
  it("sequential: each sample once, in order, every epoch", () => {
    const sampler = sequentialSampler(4);
    expect([order(sampler), order(sampler, 7)]).toEqual([range(4), range(4)]);
  });

  it("random without replacement: each once; the order is a function of seed and epoch alone", () => {
    const sampler = randomSampler(50, { seed: 3 });
    const late = order(sampler, 5);
    expect([...late].sort((a, b) => a - b)).toEqual(range(50));
    order(sampler, 0);
    expect(order(sampler, 5)).toEqual(late);
    expect(order(randomSampler(50, { seed: 3 }), 5)).toEqual(late);
    expect(order(sampler, 6)).not.toEqual(late);
    expect(order(randomSampler(50, { seed: 4 }), 5)).not.toEqual(late);
  });

  it("random with a count: so many of them, none twice", () => {
    const drawn = order(randomSampler(10, { count: 4, seed: 1 }));
    expect(new Set(drawn).size).toBe(4);
  });

  it("random with replacement: all about equally often, and as many as asked for", () => {
    const sampler = randomSampler(5, { replacement: true, count: 10_000, seed: 1 });
    const found = counts(order(sampler));
    expect(sampler.length).toBe(10_000);
    expect(Object.keys(found)).toHaveLength(5);
    // Four standard deviations of a binomial count of p = 1/5.
    for (const count of Object.values(found)) expect(Math.abs(count - 2000)).toBeLessThan(160);
  });

  it("weighted with replacement: as often as the weights say, never where they are 0", () => {
    const sampler = weightedSampler([1, 0, 3, 4, 0], { count: 16_000, seed: 2 });
    const found = counts(order(sampler));
    expect(Object.keys(found)).toEqual(["0", "2", "3"]);
    for (const [sample, share] of [
      [0, 1 / 8],
      [2, 3 / 8],
      [3, 4 / 8],
    ] as const) {
      const deviation = Math.sqrt(16_000 * share * (1 - share));
      expect(Math.abs(found[sample]! - 16_000 * share)).toBeLessThan(4 * deviation);
    }
  });

  it("weighted without replacement: none twice, the first as likely as its weight", () => {
    const firsts = range(4000).map((epoch) => {
      const drawn = order(weightedSampler([1, 2, 0, 5], { replacement: false, count: 3, seed: 9 }), epoch);
      expect([...drawn].sort()).toEqual([0, 1, 3]);
      return drawn[0]!;
    });
    const found = counts(firsts);
    for (const [sample, share] of [
      [0, 1 / 8],
      [1, 2 / 8],
      [3, 5 / 8],
    ] as const) {
      expect(Math.abs(found[sample]! - 4000 * share)).toBeLessThan(4 * Math.sqrt(4000 * share * (1 - share)));
    }
  });

  it("weighted: weights that are huge, tiny or of typed arrays are weights too", () => {
    expect(new Set(order(weightedSampler([1e300, 1e-300], { count: 50 })))).toEqual(new Set([0]));
    expect(new Set(order(weightedSampler(Float32Array.of(0, 0, 1))))).toEqual(new Set([2]));
  });

  it("balanced: a rare class comes as often as the others", () => {
    const labels = range(1000).map((i) => (i < 900 ? 0 : i < 990 ? 1 : 2));
    const found = counts(order(balancedSampler(labels, { count: 9000, seed: 1 })).map((i) => labels[i]!));
    for (const label of [0, 1, 2]) expect(Math.abs(found[label]! - 3000)).toBeLessThan(180);
  });

  it("stratified: each sample once, and any stretch has every class's share up to one", () => {
    const labels = range(120).map((i) => (i % 12 === 0 ? 2 : i % 3 === 0 ? 1 : 0));
    const totals = counts(labels);
    const sampler = stratifiedSampler(labels, { seed: 5 });
    const drawn = order(sampler);
    expect([...drawn].sort((a, b) => a - b)).toEqual(range(120));
    expect(order(sampler, 1)).not.toEqual(drawn);
    for (const at of [12, 30, 60, 96]) {
      const found = counts(drawn.slice(0, at).map((i) => labels[i]!));
      for (const label of [0, 1, 2]) {
        expect(Math.abs((found[label] ?? 0) - (totals[label]! * at) / 120)).toBeLessThanOrEqual(2);
      }
    }
  });

  it("refuse weights that are none, and say which", () => {
    expect(() => weightedSampler([1, -0.5])).toThrow(
      "weightedSampler: weights are finite and not negative, but weight 1 is -0.5",
    );
    expect(() => weightedSampler([Number.NaN, 1])).toThrow("weight 0 is NaN");
    expect(() => weightedSampler([1, Number.POSITIVE_INFINITY])).toThrow(ValueError);
    expect(() => weightedSampler([0, 0])).toThrow("all 2 weights are 0");
    expect(() => weightedSampler([])).toThrow(DataError);
    expect(() => weightedSampler([1, 0, 1], { replacement: false, count: 3 })).toThrow(
      "cannot draw 3 samples without replacement where 2 have a weight above 0",
    );
  });

  it("refuse empty data, odd counts and labels that are no whole numbers", () => {
    expect(() => sequentialSampler(0)).toThrow(DataError);
    expect(() => randomSampler(3, { count: 4 })).toThrow("cannot draw 4 of 3 samples without replacement");
    expect(() => randomSampler(3, { count: 0 })).toThrow(ValueError);
    expect(() => randomSampler(3, { seed: -1 })).toThrow(ValueError);
    expect(() => balancedSampler([0, 1.5])).toThrow("label 1 is 1.5");
    expect(() => stratifiedSampler([])).toThrow(DataError);
  });
});

describe("batch samplers", () => {
  it("cut an order in batches, the last one smaller or left out", () => {
    const batches = (dropLast: boolean) =>
      batchSampler(sequentialSampler(5), 2, { dropLast })
        .batches(0)
        .map((batch) => Array.from(batch));
    expect(batches(false)).toEqual([[0, 1], [2, 3], [4]]);
    expect(batches(true)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(() => batchSampler(sequentialSampler(2), 3, { dropLast: true })).toThrow(DataError);
  });

  it("balanced: so many samples of so many classes, none twice in a batch, other ones in the next", () => {
    const labels = range(60).map((i) => i % 5);
    const sampler = balancedBatchSampler(labels, { classes: 3, samples: 4, seed: 2 });
    expect(sampler.length).toBe(5);
    const batches = sampler.batches(1).map((batch) => Array.from(batch));
    for (const batch of batches) {
      expect(new Set(batch).size).toBe(12);
      expect(Object.values(counts(batch.map((i) => labels[i]!)))).toEqual([4, 4, 4]);
    }
    expect(batches[0]).not.toEqual(batches[1]);
    expect(sampler.batches(1).map((batch) => Array.from(batch))).toEqual(batches);
  });

  it("balanced: refuse more than there is", () => {
    expect(() => balancedBatchSampler([0, 0, 1], { samples: 2 })).toThrow(
      "class 1 has 1 samples, a batch takes 2",
    );
    expect(() => balancedBatchSampler([0, 1], { samples: 1, classes: 3 })).toThrow(ValueError);
    expect(() => balancedBatchSampler([0, 1], { samples: 0 })).toThrow(ValueError);
  });

  it("buckets: every sample once, batches of about equal lengths, in random order", () => {
    const lengths = range(200).map((i) => (i * 37) % 101);
    const sampler = bucketSampler(lengths, 10, { bucket: 20, seed: 1 });
    const batches = sampler.batches(0).map((batch) => Array.from(batch));
    expect(batches.flat().sort((a, b) => a - b)).toEqual(range(200));
    const spread = (batch: readonly number[]): number => {
      const own = batch.map((i) => lengths[i]!);
      return Math.max(...own) - Math.min(...own);
    };
    // One bucket holds all: sorted, 200 lengths from 0 to 100 in tens.
    expect(Math.max(...batches.map(spread))).toBeLessThanOrEqual(6);
    const starts = batches.map((batch) => lengths[batch[0]!]!);
    expect(starts).not.toEqual([...starts].sort((a, b) => a - b));
    expect(sampler.batches(1).map((batch) => Array.from(batch))).not.toEqual(batches);
    expect(() => bucketSampler([1, -2], 1)).toThrow("length 1 is -2");
  });
});
