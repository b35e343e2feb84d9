import type { Problem } from "./loss.js";

export interface LearningLesson {
  seed: number;
  /** The weights that the reader sets by hand: slope and intercept of a line. */
  w: number;
  b: number;
  problem: Problem;
  start: number[];
  rate: number;
  /** How many steps were taken, and at which rate, in turn. */
  runs: number[][];
}
