/** The plane as the hidden neurons see it: x goes to s = step(x W + b), with steps as steep as one likes. */
import { array, linspace, sigmoid, stack, type Tensor } from "maru/light";
import type { Point } from "../../figures/geometry.js";
import { CASES } from "../gates.js";

/** Columns: NAND, OR. */
const W = [
  [-0.5, 1],
  [-0.5, 1],
] as const;
const B = [0.7, -0.5] as const;

/** Part of the way from x to s. */
function along(x: Tensor, s: Tensor, fold: number): Point[] {
  return x
    .mul(1 - fold)
    .add(s.mul(fold))
    .toArray() as unknown as Point[];
}

/** The four cases: with hard steps, as the gates compute them. */
export function casesAt(fold: number): Point[] {
  const x: Tensor = array(CASES);
  return along(x, x.dot(array(W)).add(array(B)).gt(0).astype("float32"), fold);
}

/** What the last neuron, AND, says to points of the folded plane. */
export const lastOf = (s: readonly Point[]): number[] =>
  (array(s.map((point) => [...point])) as Tensor)
    .dot(array([0.5, 0.5]))
    .gt(0.7)
    .astype("int32")
    .toArray() as number[];

const LINES = 13;
const POINTS = 41;

/** Lines of a grid over the plane from -0.5 to 1.5; `steep` says how near to a step the sigmoid is. */
export function gridAt(fold: number, steep: number): Point[][] {
  const across = linspace(-0.5, 1.5, LINES).reshape(LINES, 1).broadcastTo([LINES, POINTS]);
  const down = linspace(-0.5, 1.5, POINTS).reshape(1, POINTS).broadcastTo([LINES, POINTS]);
  const both = [stack([across, down], 2), stack([down, across], 2)];
  return both.flatMap((grid) => {
    const x: Tensor = grid.reshape(LINES * POINTS, 2);
    const s = sigmoid(x.dot(array(W)).add(array(B)).mul(steep));
    const points = along(x, s, fold);
    return Array.from({ length: LINES }, (_, i) => points.slice(i * POINTS, (i + 1) * POINTS));
  });
}
