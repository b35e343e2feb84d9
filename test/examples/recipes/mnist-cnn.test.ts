/** The convolutional network reads digits after a short training, and knows which it misread. */
import { describe, expect, it } from "vitest";
import { readAll, trainDigits } from "../../../examples/recipes/mnist-cnn.js";
import { mnist, take } from "../../../src/data/index.js";

const silent = (): void => {};
const settings = { epochs: 3, batchSize: 50, lr: 0.01, seed: 0 };
const train = take(await mnist("train"), 1000);
const test = take(await mnist("test"), 500);

describe("the network that reads digits", () => {
  it("reads nine of ten that it has not seen, and says which it misread", async () => {
    const { model, history } = await trainDigits(train, test, settings, silent);
    const { confusion, misread } = readAll(model, test);
    const right = confusion.reduce((sum, row, digit) => sum + row[digit]!, 0);
    expect(right).toBeGreaterThan(450);
    expect(history.epochs.at(-1)?.valAccuracy).toBeCloseTo(right / 500, 12);

    expect(right + misread.length).toBe(500);
    const { targets } = test.batch(misread.map(({ sample }) => sample));
    expect(targets.toArray()).toEqual(misread.map(({ digit }) => digit));
    for (const [digit, row] of confusion.entries()) {
      const mistakes = row.map((count, read) => (read === digit ? 0 : count));
      const counted = row.map(
        (_, read) => misread.filter((m) => m.digit === digit && m.read === read).length,
      );
      expect(counted).toEqual(mistakes);
    }
  });

  it("reads hardly any where it does not learn", async () => {
    const { model } = await trainDigits(train, test, { ...settings, epochs: 1, lr: 1e-9 }, silent);
    expect(readAll(model, test).misread.length).toBeGreaterThan(300);
  });

  it("gives the same numbers from the same seed, and others from another", async () => {
    const few = take(train, 100);
    const losses = async (seed: number) => {
      const { history } = await trainDigits(few, few, { ...settings, epochs: 2, seed }, silent);
      return history.epochs.map(({ loss, valLoss }) => [loss, valLoss]);
    };
    const first = await losses(1);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
  });
});
