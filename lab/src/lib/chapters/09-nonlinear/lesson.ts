import type { Activation } from "./stack.js";

export interface NonlinearLesson {
  w1: number[][];
  w2: number[][];
  w3: number[][];
  /** What stands between the layers, where something does. */
  activation: Activation;
  between: boolean[];
  x: number[];
  bend: Activation | "none";
  neurons: number;
  seed: number;
}
