/** Places in the drawing of a network: columns of neurons, and curved edges between them. */
import { FEATURES, type Feature } from "../../engine/playground/settings.js";

export interface Node {
  readonly x: number;
  readonly y: number;
}
export interface Plan {
  readonly width: number;
  readonly height: number;
  /** Half the side of a neuron's picture. */
  readonly half: number;
  /** Neurons by layer; layer 0 is the inputs that are used. */
  readonly columns: readonly (readonly Node[])[];
  /** All inputs, used or not, in the order of FEATURES. */
  readonly inputs: readonly Node[];
}

const LABEL = 46;
/** Room for what stands above and below the last column. */
const RIGHT = 30;
const HEAD = 40;
/** Columns are never nearer than this: narrower pages scroll. */
const LEAST_PITCH = 58;
const ROW = 38;

export function planOf(room: number, features: readonly Feature[], sizes: readonly number[]): Plan {
  const half = 15;
  const columns = sizes.length;
  const pitch = Math.max(LEAST_PITCH, (room - LABEL - half - RIGHT) / (columns - 1));
  const width = Math.max(room, LABEL + half + RIGHT + pitch * (columns - 1));
  const rows = Math.max(FEATURES.length, ...sizes.slice(1));
  const height = HEAD + rows * ROW + 4;
  const middle = HEAD + (rows * ROW) / 2;
  const placed = (count: number, x: number): Node[] =>
    Array.from({ length: count }, (_, i) => ({ x, y: middle + (i - (count - 1) / 2) * ROW }));
  const inputs = placed(FEATURES.length, LABEL + half);
  const used = features.map((name) => inputs[FEATURES.indexOf(name)]!);
  const rest = sizes.slice(1).map((count, i) => placed(count, LABEL + half + pitch * (i + 1)));
  return { width, height, half, columns: [used, ...rest], inputs };
}

/** An edge: from a neuron of layer `layer` to one of the next. */
export interface Edge {
  readonly layer: number;
  readonly from: number;
  readonly to: number;
}

/** The control points of an edge's curve. */
export function curveOf(
  plan: Plan,
  { layer, from, to }: Edge,
): readonly [number, number, number, number, number] {
  const a = plan.columns[layer]![from]!;
  const b = plan.columns[layer + 1]![to]!;
  return [a.x + plan.half, a.y, (a.x + b.x) / 2, b.x - plan.half, b.y];
}

/** The edge nearest to a point of the drawing, if one is near. */
export function edgeAt(plan: Plan, x: number, y: number, reach = 7): Edge | undefined {
  let nearest: Edge | undefined;
  let least = reach;
  for (let layer = 0; layer + 1 < plan.columns.length; layer++) {
    const [left, right] = [plan.columns[layer]![0]!.x, plan.columns[layer + 1]![0]!.x];
    if (x < left || x > right) continue;
    plan.columns[layer]!.forEach((_, from) => {
      plan.columns[layer + 1]!.forEach((_, to) => {
        const away = Math.abs(heightAt(curveOf(plan, { layer, from, to }), x) - y);
        if (away < least) {
          least = away;
          nearest = { layer, from, to };
        }
      });
    });
  }
  return nearest;
}

/** The y of a curve (x1, y1) to (x2, y2), both control points half way across, at an x: by bisection. */
function heightAt(
  [x1, y1, bend, x2, y2]: readonly [number, number, number, number, number],
  x: number,
): number {
  let [low, high] = [0, 1];
  const cubic = (a: number, b: number, c: number, d: number, t: number): number =>
    a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t ** 3;
  for (let i = 0; i < 12; i++) {
    const t = (low + high) / 2;
    if (cubic(x1, bend, bend, x2, t) < x) low = t;
    else high = t;
  }
  return cubic(y1, y1, y2, y2, (low + high) / 2);
}

/** Widths of edges, thin to thick; all edges of one width and sign are one stroke. */
export const WIDTHS = [0.6, 1.2, 2, 3, 4.2, 5.6] as const;

/** Which width a magnitude gets, where `most` gets the last; -1 for nothing to see. */
export function widthOf(magnitude: number, most: number): number {
  if (!(magnitude > 0) || !(most > 0)) return -1;
  const part = Math.min(1, magnitude / most);
  return part < 0.015 ? -1 : Math.min(WIDTHS.length - 1, Math.floor(Math.sqrt(part) * WIDTHS.length));
}
