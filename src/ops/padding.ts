/** Borders that are made of what they surround: mirrored, continued, or come round again. */

import { ShapeError } from "../errors.js";
import { buffer, type Node } from "../graph/index.js";
import { formatShape } from "../shape/index.js";
import { pad, takeAxis } from "./movement.js";

/** What a border holds: zeros, the mirrored inside, its last element, or its other end. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

const wrap = (place: number, n: number): number => ((place % n) + n) % n;

/** The place inside that a place outside repeats. */
const SOURCES: Readonly<Record<Exclude<PaddingMode, "zeros">, (place: number, n: number) => number>> = {
  reflect: (place, n) => (place < 0 ? -place : place >= n ? 2 * (n - 1) - place : place),
  replicate: (place, n) => Math.min(Math.max(place, 0), n - 1),
  circular: wrap,
};

/** The most that a mode can put at one side of n elements. */
const MOST: Readonly<Record<keyof typeof SOURCES, (n: number) => number>> = {
  reflect: (n) => n - 1,
  replicate: (n) => (n > 0 ? Infinity : 0),
  circular: (n) => n,
};

/** A border around the last axes, `[before, after]` of each. */
export function border(x: Node, widths: readonly (readonly [number, number])[], mode: PaddingMode): Node {
  const front = x.shape.length - widths.length;
  if (mode === "zeros") return pad(x, [...new Array(front).fill([0, 0]), ...widths] as [number, number][]);
  return widths.reduce((y, [low, high], i) => {
    if (low === 0 && high === 0) return y;
    const n = y.shape[front + i]!;
    if (Math.max(low, high) > MOST[mode](n)) {
      throw new ShapeError(
        `pad: mode ${mode} cannot put (${low},${high}) around axis ${front + i} of shape ${formatShape(x.shape)}; at most ${MOST[mode](n)} at a side`,
      );
    }
    const places = Array.from({ length: low + n + high }, (_, k) => SOURCES[mode](k - low, n));
    return takeAxis(y, buffer(Int32Array.from(places), [places.length], "int32"), front + i);
  }, x);
}
