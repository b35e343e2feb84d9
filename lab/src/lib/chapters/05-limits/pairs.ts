/** The map of pairs of weights: for one threshold, which of them make a gate. */
import { linspace } from "maru/light";
import { type Gate, mapOf } from "../gates.js";

/** So many values of each weight, from -2 to 2. */
export const STEPS = 61;
export const AXIS: readonly number[] = linspace(-2, 2, STEPS).toArray();

/** How many pairs on the map make the gate. */
export const pairsOf = (gate: Gate, theta: number): number =>
  mapOf(gate, theta, AXIS).reduce((sum, row) => sum + row.filter((right) => right === 4).length, 0);
