/** The adding problem is what it says, and a short training learns it far beyond what a guess gets. */
import { describe, expect, it } from "vitest";
import { AlwaysOne, addingProblems, examine, trainAdder } from "../../../examples/recipes/lstm-sequence.js";
import type { Tensor } from "../../../src/index.js";

const short = { steps: 10, hidden: 16, samples: 3000, epochs: 8, lr: 0.02, seed: 0 };

describe("the adding problem", () => {
  it("marks one number in each half, and asks for the sum of the two", () => {
    const { inputs, targets } = addingProblems(50, 7, 1).batch(Array.from({ length: 50 }, (_, i) => i));
    const sequences = inputs.toArray() as number[][][];
    const sums = targets.ravel().toArray() as number[];
    sequences.forEach((steps, i) => {
      const places = steps.flatMap(([, mark], place) => (mark === 1 ? [place] : []));
      expect(places).toHaveLength(2);
      expect(places[0]).toBeLessThan(3);
      expect(places[1]).toBeGreaterThanOrEqual(3);
      expect(sums[i]).toBeCloseTo(steps[places[0]!]![0]! + steps[places[1]!]![0]!, 6);
    });
  });

  it("leaves who has no memory with a mean squared error of 1/6", async () => {
    const { loss, right } = await examine(new AlwaysOne(), 20);
    expect(loss).toBeCloseTo(1 / 6, 1);
    expect(right).toBeGreaterThan(0.06);
    expect(right).toBeLessThan(0.1);
  });
});

describe("the LSTM", () => {
  it("adds what it kept in memory", async () => {
    const { model, losses } = await trainAdder("lstm", short);
    const { loss, right } = await examine(model, short.steps);
    expect(losses).toHaveLength(short.epochs);
    expect(loss).toBeLessThan(0.003);
    expect(right).toBeGreaterThan(0.7);
  });

  it("says in the end what it says after the last step", () => {
    const { inputs } = addingProblems(3, 6, 2).batch([0, 1, 2]);
    return trainAdder("gru", { ...short, steps: 6, samples: 32, epochs: 1 }).then(({ model }) => {
      const answer = model.forward(inputs as Tensor).toArray();
      expect((model.afterEachStep(inputs as Tensor).at(":", -1) as Tensor).toArray()).toEqual(answer);
    });
  });

  it("gets the same losses from the same seed, and others from another", async () => {
    const losses = async (seed: number) =>
      (await trainAdder("lstm", { ...short, samples: 320, epochs: 2, seed })).losses;
    const first = await losses(3);
    expect(await losses(3)).toEqual(first);
    expect(await losses(4)).not.toEqual(first);
  });
});
