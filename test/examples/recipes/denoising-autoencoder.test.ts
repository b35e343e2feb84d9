/** Noise is taken out of digits by way of two numbers after a short training, and only after it. */
import { describe, expect, it } from "vitest";
import { clean, learnToClean, neighbourAccuracy } from "../../../examples/recipes/denoising-autoencoder.js";
import { mnist, take } from "../../../src/data/index.js";
import { array, nn, type Tensor } from "../../../src/index.js";

const silent = (): void => {};
const settings = { epochs: 8, batchSize: 50, lr: 0.002, noise: 0.5, seed: 0 };
const train = take(await mnist("train"), 3000);
const { inputs: digits, targets: labels } = (await mnist("test")).batch(
  Array.from({ length: 500 }, (_, i) => i),
);

const errorOf = (pictures: Tensor): number => Number(nn.mse(pictures, digits as Tensor).item());
/** The error of the best that can be said without a look at the digit: the mean of all. */
const blind = errorOf(digits.mean(0).broadcastTo(digits.shape));

describe("the autoencoder", () => {
  it("takes noise out of digits that it has not seen", async () => {
    const model = await learnToClean(train, settings, silent);
    const { noisy, codes, rebuilt } = clean(model, digits, settings.noise);
    expect(errorOf(noisy)).toBeCloseTo(settings.noise ** 2, 2);
    expect(errorOf(rebuilt)).toBeLessThan(0.85 * blind);
    expect(codes.shape).toEqual([500, 2]);
    expect(neighbourAccuracy(codes, labels)).toBeGreaterThan(0.3);
  });

  it("gives no better than the mean of all digits where it does not learn", async () => {
    const model = await learnToClean(train, { ...settings, epochs: 1, lr: 1e-9 }, silent);
    expect(errorOf(clean(model, digits, settings.noise).rebuilt)).toBeGreaterThan(blind);
  });

  it("gives the same weights from the same seed, and others from another", async () => {
    const few = take(train, 100);
    const weights = async (seed: number) => {
      const model = await learnToClean(few, { ...settings, epochs: 2, seed }, silent);
      return [...model.parameters()].map((parameter) => parameter.sum().item());
    };
    const first = await weights(1);
    expect(await weights(1)).toEqual(first);
    expect(await weights(2)).not.toEqual(first);
  });
});

it("the share of codes whose nearest neighbour is the same digit does not count a code as its own", () => {
  const codes = array([
    [0, 0],
    [0.1, 0],
    [5, 5],
    [5, 5.1],
    [0, 0.2],
  ]);
  expect(neighbourAccuracy(codes, array([1, 1, 2, 3, 1], { dtype: "int32" }))).toBeCloseTo(0.6);
});
