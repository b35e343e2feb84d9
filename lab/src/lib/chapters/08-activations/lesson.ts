import type { FunctionName } from "./functions.js";

export interface ActivationsLesson {
  fn: FunctionName;
  /** Another one, drawn under it. */
  other: FunctionName | "none";
  formula: string;
  x: number;
  list: string;
  h: Exclude<FunctionName, "own"> | "identity";
  steep: number;
  b: number;
}
