/** Places for the nodes of a graph: each below all that it needs, in the middle of them where there is room. */
import type { Explanation } from "./runner.js";

export interface Placed {
  readonly id: number;
  readonly op: string;
  readonly shape: string;
  readonly leaf: boolean;
  /** The kernel that writes it; empty where it is a part of one that needs it, or a leaf. */
  readonly kernel: string;
  readonly x: number;
  readonly y: number;
}

export interface Drawn {
  readonly nodes: readonly Placed[];
  readonly wires: readonly { readonly from: Placed; readonly to: Placed }[];
  readonly width: number;
  readonly height: number;
}

export const BOX = { width: 108, height: 40, across: 20, down: 30 };
const MOST = 60;

const shapeText = (dtype: string, shape: readonly number[]): string => `${dtype} (${shape.join(", ")})`;

/** Numbers that stand in the program, in whatever shape they are wanted: they would hide the rest. */
function withoutConstants({ graph }: Explanation): Explanation["graph"] {
  const dull = new Set<number>();
  for (const { id, op, sources } of graph) {
    const same = (op === "reshape" || op === "expand") && sources.every((source) => dull.has(source));
    if (op === "constant" || same) dull.add(id);
  }
  return graph
    .filter(({ id }) => !dull.has(id))
    .map((node) => ({ ...node, sources: node.sources.filter((source) => !dull.has(source)) }));
}

/** undefined where there are too many nodes to draw. */
export function place(explanation: Explanation): Drawn | undefined {
  const graph = withoutConstants(explanation);
  if (graph.length > MOST || explanation.nodes > explanation.graph.length) return undefined;
  const kernelOf = new Map(
    explanation.kernels.flatMap(({ name, computes }) => computes.map((id) => [id, name] as const)),
  );
  const depth = new Map<number, number>();
  for (const { id, sources } of graph)
    depth.set(id, Math.max(-1, ...sources.map((source) => depth.get(source) ?? 0)) + 1);
  // Leaves stand just above what needs them first.
  for (const { id, sources } of graph) {
    if (sources.length > 0) continue;
    const users = graph.filter((node) => node.sources.includes(id)).map((node) => depth.get(node.id)!);
    if (users.length > 0) depth.set(id, Math.max(0, Math.min(...users) - 1));
  }
  const rows: (typeof graph)[number][][] = [];
  for (const node of graph) {
    const row = depth.get(node.id)!;
    (rows[row] ??= []).push(node);
  }
  const widest = Math.max(1, ...rows.map((row) => row?.length ?? 0));
  const width = widest * (BOX.width + BOX.across) - BOX.across;
  const placed = new Map<number, Placed>();
  rows.forEach((row, r) => {
    const own = row.length * (BOX.width + BOX.across) - BOX.across;
    const middle = (node: (typeof row)[number]): number => {
      const at = node.sources.flatMap((source) => placed.get(source)?.x ?? []);
      return at.length === 0 ? Number.POSITIVE_INFINITY : at.reduce((a, b) => a + b, 0) / at.length;
    };
    const order = [...row].sort((a, b) => middle(a) - middle(b) || a.id - b.id);
    order.forEach((node, i) => {
      placed.set(node.id, {
        id: node.id,
        op: node.op,
        shape: shapeText(node.dtype, node.shape),
        leaf: node.sources.length === 0,
        kernel: kernelOf.get(node.id) ?? "",
        x: (width - own) / 2 + i * (BOX.width + BOX.across),
        y: r * (BOX.height + BOX.down),
      });
    });
  });
  const wires = graph.flatMap(({ id, sources }) =>
    sources.flatMap((source) => {
      const from = placed.get(source);
      return from === undefined ? [] : [{ from, to: placed.get(id)! }];
    }),
  );
  return {
    nodes: [...placed.values()],
    wires,
    width,
    height: rows.length * (BOX.height + BOX.down) - BOX.down,
  };
}
