/** The irises are Fisher's. */
import { fit, nn, optim, random } from "maru";
import { DataLoader, type Dataset, IRIS_CLASSES, IRIS_FEATURES, iris, stratifiedSplit } from "maru/data";
import { expect, it } from "vitest";
import { counts, range } from "./numbers.js";

it("has 150 flowers, 50 of each species, with the well-known means and extremes", async () => {
  const flowers: Dataset<[4], [], "float32", "int32"> = await iris();
  const { inputs, targets } = flowers.batch(range(150));
  expect([inputs.shape, inputs.dtype, targets.dtype]).toEqual([[150, 4], "float32", "int32"]);
  expect(counts(targets.toArray())).toEqual({ 0: 50, 1: 50, 2: 50 });
  const rounded = (values: number[]): number[] => values.map((value) => Math.round(value * 1000) / 1000);
  expect(rounded(inputs.mean(0).toArray())).toEqual([5.843, 3.057, 3.758, 1.199]);
  expect(rounded(inputs.max(0).toArray())).toEqual([7.9, 4.4, 6.9, 2.5]);
  expect(rounded(inputs.min(0).toArray())).toEqual([4.3, 2, 1, 0.1]);
  // The two rows in which a copy that is often used differs from Fisher's table.
  expect(rounded(inputs.at(34).toArray())).toEqual([4.9, 3.1, 1.5, 0.2]);
  expect(rounded(inputs.at(37).toArray())).toEqual([4.9, 3.6, 1.4, 0.1]);
  expect([IRIS_CLASSES.length, IRIS_FEATURES.length]).toEqual([3, 4]);
});

it("can be split by species and learned", async () => {
  const [train, validate] = stratifiedSplit(await iris(), [0.8, 0.2], { seed: 1 });
  expect(counts(validate!.batch(range(30)).targets.toArray())).toEqual({ 0: 10, 1: 10, 2: 10 });
  random.seed(1);
  const model = nn.sequential(nn.linear(4, 16), nn.relu(), nn.linear(16, 3));
  const settings = {
    loss: nn.crossEntropy,
    optimizer: optim.adam(0.02),
    epochs: 30,
    batchSize: 20,
    progress: false,
  };
  const { best, epochs } = await fit(model, train!, { ...settings, validate: validate! });
  expect(epochs[best!.epoch - 1]!.valAccuracy).toBeGreaterThanOrEqual(0.9);
  const [batch] = new DataLoader(train!, { batchSize: 120 });
  expect(batch!.inputs.shape).toEqual([120, 4]);
});
