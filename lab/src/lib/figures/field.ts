import type { Frame, Point } from "./geometry.js";

/** The middles of side by side cells of the frame, row by row from below. */
export function fieldPlaces({ from, to }: Frame, side: number): Point[] {
  const axis = Array.from({ length: side }, (_, i) => from + ((i + 0.5) / side) * (to - from));
  return axis.flatMap((y) => axis.map((x): Point => [x, y]));
}
