/** Which nodes there are to compute, and in which order. */
import type { Node } from "../graph/index.js";
import { MOVES } from "./value.js";

let walks = 0;

/** The nodes to compute for the roots in program order. What a mark only carries along is left out. */
export function programOrder(roots: readonly Node[]): Node[] {
  const walk = ++walks;
  const found: Node[] = [];
  let sorted = true;
  const enter = (node: Node): void => {
    if (node.walk === walk) return;
    node.walk = walk;
    found.push(node);
  };
  for (const root of roots) enter(root);
  // The list grows while it is gone through.
  for (let i = 0; i < found.length; i++) {
    const node = found[i]!;
    if (i > 0 && node.id < found[i - 1]!.id) sorted = false;
    if (node.storage !== undefined) continue;
    const { sources } = node;
    const count = MOVES.has(node.op) ? 1 : sources.length;
    for (let k = 0; k < count; k++) enter(sources[k]!);
  }
  return sorted ? found : found.sort((a, b) => a.id - b.id);
}
