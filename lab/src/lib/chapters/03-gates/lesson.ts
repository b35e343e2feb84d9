import type { Neuron } from "../gates.js";

/** What a reader changes in this chapter. */
export interface GatesLesson extends Neuron {
  goal: "and" | "nand" | "or";
  row: number;
  guess: number[];
  told: boolean;
}
