import type { Gate, Neuron } from "../gates.js";

/** What a reader changes in this chapter. */
export interface LimitsLesson extends Neuron {
  goal: Gate;
  /** How often the rule has gone through the four cases, and the most that were right after any pass. */
  passes: number;
  best: number;
  /** The reader's guess: a line through two points. */
  p: [number, number];
  q: [number, number];
  told: boolean;
}
