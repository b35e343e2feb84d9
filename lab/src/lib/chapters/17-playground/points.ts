/** The reader's own points: put, taken away, and made of a set that was drawn. */
import { MOST_POINTS, type OwnPoint, type Split } from "../../engine/playground/data.js";
import { EDGE } from "../../engine/playground/settings.js";

/** Points nearer than this to the last one are not painted again. */
export const BRUSH = 0.16;
/** How far from its middle the eraser reaches. */
const REACH = 0.14;

const tidy = (value: number): number => Math.round(Math.min(EDGE, Math.max(-EDGE, value)) * 100) / 100 + 0;

/** The points of a set as the reader's own, to two decimals. */
export function ownOf({ train, test }: Split): OwnPoint[] {
  return [train, test].flatMap(({ x, y }) =>
    Array.from(y, (label, i): OwnPoint => [tidy(x[2 * i]!), tidy(x[2 * i + 1]!), label]),
  );
}

/** With one more; as they were where there is no room, or another one lies there. */
export function withPoint(points: readonly OwnPoint[], x1: number, x2: number, label: number): OwnPoint[] {
  const point: OwnPoint = [tidy(x1), tidy(x2), label];
  const there = points.findIndex(([a, b]) => a === point[0] && b === point[1]);
  if (there >= 0) return points.with(there, point);
  return points.length >= MOST_POINTS ? [...points] : [...points, point];
}

/** Without those near a place. */
export const withoutNear = (points: readonly OwnPoint[], x1: number, x2: number): OwnPoint[] =>
  points.filter(([a, b]) => Math.hypot(a - x1, b - x2) > REACH);

/** The nearest one that the eraser would reach. */
export function nearest(points: readonly OwnPoint[], x1: number, x2: number): OwnPoint | undefined {
  const away = ([a, b]: OwnPoint): number => Math.hypot(a - x1, b - x2);
  const best = points.toSorted((a, b) => away(a) - away(b))[0];
  return best !== undefined && away(best) <= REACH ? best : undefined;
}
