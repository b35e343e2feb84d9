import type { Circuit } from "./circuit.js";

/** What a reader changes in this chapter. */
export interface XorLesson {
  circuit: Circuit;
  /** How far the plane is folded, from 0 to 1. */
  fold: number;
  /** How steep the steps of the hidden neurons are. */
  steep: number;
  row: number;
}
