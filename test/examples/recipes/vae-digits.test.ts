/** Digits are drawn from random numbers after a short training, and only after it. */
import { describe, expect, it } from "vitest";
import { learnToDraw } from "../../../examples/recipes/vae-digits.js";
import { mnist, take } from "../../../src/data/index.js";
import { random } from "../../../src/index.js";

const silent = (): void => {};
const settings = { epochs: 5, batchSize: 50, lr: 0.002, seed: 0 };
const train = take(await mnist("train"), 2000);
const test = take(await mnist("test"), 500);

describe("the variational autoencoder", () => {
  it("comes below the loss of what does not look at a digit, and draws different ones", () => {
    const { model, testLoss } = learnToDraw(train, test, settings, silent);
    // The mean of all digits, whatever was seen, is at 206 nats; the recipe's own training ends near 141.
    expect(testLoss).toBeLessThan(185);
    expect(testLoss).toBeGreaterThan(130);

    const drawn = model.draw(random.normal([64, 2]));
    expect(drawn.shape).toEqual([64, 1, 28, 28]);
    // Pixels are black and white, differ from picture to picture, and pictures are as bright as digits are.
    expect(Number(drawn.min().item())).toBeGreaterThanOrEqual(0);
    expect(Number(drawn.max().item())).toBeGreaterThan(0.9);
    expect(Number(drawn.std(0).mean().item())).toBeGreaterThan(0.05);
    expect(Number(drawn.mean().item())).toBeCloseTo(0.13, 1);
  });

  it("draws grey noise where it does not learn", () => {
    const { model, testLoss } = learnToDraw(train, test, { ...settings, epochs: 1, lr: 1e-9 }, silent);
    expect(testLoss).toBeGreaterThan(500);
    expect(
      Number(
        model
          .draw(random.normal([64, 2]))
          .mean()
          .item(),
      ),
    ).toBeCloseTo(0.5, 1);
  });

  it("gives the same loss from the same seed, and another from another", () => {
    const few = take(train, 100);
    const loss = (seed: number) => learnToDraw(few, few, { ...settings, epochs: 2, seed }, silent).testLoss;
    const first = loss(1);
    expect(loss(1)).toBe(first);
    expect(loss(2)).not.toBe(first);
  });
});
