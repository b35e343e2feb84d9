/** The cart-pole's equations of motion against Gymnasium's CartPole-v1, and where an episode ends. */
import { describe, expect, it } from "vitest";
import { beginnings, isOver, push, type State } from "../../../examples/recipes/cart-pole-world.js";
import { Generator } from "../../../src/index.js";

/** Gymnasium 1.4, CartPole-v1 in float64, from (0.01, -0.02, 0.03, 0.04): the state after each push. */
const path: [action: number, state: State][] = [
  [1, [0.009600000000000001, 0.17467919574755525, 0.030799999999999998, -0.2430687179600081]],
  [0, [0.013093583914951107, -0.020868848948191993, 0.025938625640799837, 0.0591679999394166]],
  [0, [0.012676206935987267, -0.21635292104612766, 0.02712198563958817, 0.3599205713784138]],
  [1, [0.008349148515064714, -0.021626799199488206, 0.03432039706715644, 0.0759116989474441]],
  [1, [0.00791661253107495, 0.17298676004769037, 0.035838631046105324, -0.20574851582677406]],
  [1, [0.011376347732028757, 0.3675783725675468, 0.03172366072956984, -0.4869142013445082]],
];

describe("a push", () => {
  it("moves cart and pole as Gymnasium's does", () => {
    let state: State = [0.01, -0.02, 0.03, 0.04];
    for (const [action, expected] of path) {
      state = push(state, action);
      state.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 14);
      });
    }
  });

  it("to the left is the mirror image of one to the right", () => {
    const state: State = [0.3, -0.2, 0.1, 0.4];
    const mirrored = state.map((value) => -value) as unknown as State;
    expect(push(mirrored, 0)).toEqual(push(state, 1).map((value) => -value));
  });

  it("always to the same side drops a pole that stood still at the ninth", () => {
    let [state, pushes]: [State, number] = [[0, 0, 0, 0], 0];
    for (; !isOver(state); pushes++) state = push(state, 1);
    expect(pushes).toBe(9);
    expect(state[2]).toBeCloseTo(-0.21518604988500967, 14);
  });
});

describe("an episode", () => {
  it.each<[State, boolean]>([
    [[2.4, 9, 0, 9], false],
    [[2.41, 0, 0, 0], true],
    [[-2.41, 0, 0, 0], true],
    [[0, 0, (11.9 * Math.PI) / 180, 0], false],
    [[0, 0, (-12.1 * Math.PI) / 180, 0], true],
  ])("in state %j is over: %s", (state, over) => {
    expect(isOver(state)).toBe(over);
  });

  it("begins near the middle, upright, from a seed", () => {
    const states = beginnings(200, new Generator(3));
    expect(states.flat().every((value) => Math.abs(value) <= 0.05)).toBe(true);
    expect(Math.max(...states.flat())).toBeGreaterThan(0.045);
    expect(beginnings(200, new Generator(3))).toEqual(states);
    expect(beginnings(200, new Generator(4))).not.toEqual(states);
  });
});
