/** What the lecture says of learning, for more seeds and epochs than the programs show. */
import { describe, expect, it } from "vitest";
import { scores } from "../../examples/05-xor-one-line.js";
import { gates, learn } from "../../examples/18-perceptron-rule.js";
import { trainXor } from "../../examples/19-xor-network.js";
import { array } from "../../src/index.js";

const inputs = array([
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
]);

describe("the perceptron rule", () => {
  it.each(["AND", "NAND", "OR"] as const)("finds weights for %s", (gate) => {
    const { w1, w2, b, errors } = learn(gates[gate], 100);
    expect(errors.at(-1)).toBe(0);
    expect(
      inputs
        .dot(array([w1, w2]))
        .add(b)
        .gt(0)
        .astype("int32")
        .toArray(),
    ).toEqual(gates[gate]);
  });

  it("never has an epoch without errors on XOR, in 1,000 epochs", () => {
    const { errors } = learn(gates.XOR, 1000);
    expect(errors).toHaveLength(1000);
    expect(Math.min(...errors)).toBeGreaterThan(0);
  });
});

describe("one perceptron", () => {
  it("is every gate but XOR", () => {
    const best = (["AND", "NAND", "OR", "XOR"] as const).map((gate) => scores(gate).max().item());
    expect(best).toEqual([4, 4, 4, 3]);
  });
});

describe("the 2-4-1 network", () => {
  it.each([0, 1, 2, 3, 4, 5])("learns XOR from seed %i", (seed) => {
    const { model, losses } = trainXor(seed);
    expect(model.forward(inputs).gt(0).ravel().toArray()).toEqual([false, true, true, false]);
    expect(losses.at(-1)).toBeLessThan(0.02);
  });

  it("gives the same losses from the same seed", () => {
    expect(trainXor(7, 20).losses).toEqual(trainXor(7, 20).losses);
  });
});
