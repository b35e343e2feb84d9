import type { Activation } from "./deep.js";

export interface BackpropLesson {
  x1: number;
  x2: number;
  w1: number;
  w2: number;
  b: number;
  t: number;
  /** How many steps back have been taken. */
  back: number;
  /** A guess of the gradient of w1, before the truth is laid over it. */
  guess: "plus" | "minus" | "zero" | "none";
  depth: number;
  activation: Activation;
  seed: number;
  checked: boolean;
}
