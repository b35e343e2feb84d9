/** The agent learns in a short training what it did not know before it. */
import { describe, expect, it } from "vitest";
import { best, examine, newAgent, play, trainAgent } from "../../../examples/recipes/cart-pole.js";
import { beginnings, LIMIT } from "../../../examples/recipes/cart-pole-world.js";
import { Generator } from "../../../src/index.js";

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value) / values.length;
const short = { updates: 40, episodes: 16, lr: 0.01, seed: 0 };

describe("an episode", () => {
  it("goes on as long as the pole stands, with what was seen before each push", () => {
    const first = beginnings(3, new Generator(5));
    const episodes = play(first, best(newAgent(0)));
    expect(episodes.map(({ states }) => states[0])).toEqual(first);
    for (const { states, actions } of episodes) {
      expect(states).toHaveLength(actions.length);
      expect(actions.length).toBeLessThan(LIMIT);
    }
  });
});

describe("the agent", () => {
  it("drops the pole at once before it has learned", () => {
    expect(mean(examine(newAgent(0)))).toBeLessThan(100);
  });

  it("keeps the pole up for 300 pushes and more after 640 episodes", { timeout: 120_000 }, () => {
    const { agent, returns } = trainAgent(short);
    expect(returns).toHaveLength(short.updates * short.episodes);
    expect(mean(returns.slice(0, 100))).toBeLessThan(60);
    expect(mean(examine(agent))).toBeGreaterThan(300);
  });

  it("gets the same returns from the same seed, and others from another", () => {
    const returns = (seed: number) => trainAgent({ ...short, updates: 4, seed }).returns;
    expect(returns(1)).toEqual(returns(1));
    expect(returns(1)).not.toEqual(returns(2));
  });
});
