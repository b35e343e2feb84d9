/** Places of a network's neurons and lines in a drawing as wide as the reader has room for. */
import type { Point } from "./geometry.js";

/** A line's name: layer it comes from, neuron there (−1 is the bias), neuron of the next layer. */
const edgeKey = (layer: number, from: number, to: number): string => `${layer}.${from}.${to}`;
export const nodeKey = (layer: number, node: number): string => `${layer}.${node}`;

export interface EdgePlace {
  readonly key: string;
  readonly layer: number;
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly a: Point;
  readonly b: Point;
}

/** Room above the neurons for the names of the layers. */
const HEAD = 44;

export interface NetworkPlaces {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  /** `[layer][node]`. */
  readonly nodes: readonly (readonly Point[])[];
  /** Of each layer but the last: the neuron that is always 1. */
  readonly ones: readonly Point[];
}

export function placesOf(
  width: number,
  sizes: readonly number[],
  bias: boolean,
  tall: number,
): NetworkPlaces {
  const narrow = width < 460;
  const radius = Math.max(15, Math.min(narrow ? 22 : 25, width / (sizes.length * 4)));
  const pitch = radius * 2 + tall;
  const across = (width - 2 * radius - 12) / Math.max(1, sizes.length - 1);
  const most = Math.max(...sizes.map((size, i) => size + (bias && i < sizes.length - 1 ? 1 : 0)));
  const middle = HEAD + (most * pitch) / 2;
  const x = (layer: number): number => radius + 6 + layer * across;
  const top = (layer: number): number => {
    const count = sizes[layer]! + (bias && layer < sizes.length - 1 ? 1 : 0);
    return middle - (count * pitch) / 2 + pitch / 2;
  };
  const shift = bias ? 1 : 0;
  return {
    width,
    height: HEAD + most * pitch + 4,
    radius,
    nodes: sizes.map((size, layer) =>
      Array.from({ length: size }, (_, i): Point => {
        const first = layer < sizes.length - 1 ? shift : 0;
        return [x(layer), top(layer) + (i + first) * pitch];
      }),
    ),
    ones: bias ? sizes.slice(0, -1).map((_, layer): Point => [x(layer), top(layer)]) : [],
  };
}

/** All lines; where there are places for the ones, those of the biases too. */
export function edgesIn(
  { nodes, ones }: NetworkPlaces,
  weights: readonly (readonly (readonly number[])[])[],
  biases: readonly (readonly number[])[],
): EdgePlace[] {
  return weights.flatMap((matrix, layer) => {
    const rows = matrix.map((row, from) => ({ from, row, a: nodes[layer]![from]! }));
    const one = ones[layer];
    if (one !== undefined) rows.unshift({ from: -1, row: biases[layer]!, a: one });
    return rows.flatMap(({ from, row, a }) =>
      row.map((weight, to) => ({
        key: edgeKey(layer, from, to),
        layer,
        from,
        to,
        weight,
        a,
        b: nodes[layer + 1]![to]!,
      })),
    );
  });
}

/** The line nearest to a place, if one is nearer than `reach`; ends count less than the way between. */
export function edgeNear(edges: readonly EdgePlace[], [x, y]: Point, reach: number): EdgePlace | undefined {
  let best: EdgePlace | undefined;
  let least = reach;
  for (const edge of edges) {
    const [dx, dy] = [edge.b[0] - edge.a[0], edge.b[1] - edge.a[1]];
    const part = ((x - edge.a[0]) * dx + (y - edge.a[1]) * dy) / (dx * dx + dy * dy);
    if (part < 0 || part > 1) continue;
    const away = Math.hypot(edge.a[0] + part * dx - x, edge.a[1] + part * dy - y);
    if (away < least) [best, least] = [edge, away];
  }
  return best;
}
