/** Walking and rebuilding graphs. Everything here is iterative: a loop of 10,000 steps is a chain of that depth. */
import type { PrimitiveAttrs } from "./attrs.js";
import { type Node, node } from "./node.js";

/**
 * The nodes below the roots, sources before users, each once. `stop` ends the walk at a node (which is still listed).
 */
export function topological(roots: readonly Node[], stop: (node: Node) => boolean = () => false): Node[] {
  const order: Node[] = [];
  const entered = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (entered.has(node)) return;
    entered.add(node);
    stack.push({ node, next: stop(node) ? node.sources.length : 0 });
  };
  for (const root of roots) {
    enter(root);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next < top.node.sources.length) enter(top.node.sources[top.next++]!);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}

/** The roots rebuilt with some nodes replaced; what does not depend on a replaced node stays as it is. */
export function substitute(roots: readonly Node[], replacements: ReadonlyMap<Node, Node>): Node[] {
  const done = new Map<Node, Node>(replacements);
  for (const old of topological(roots, (n) => replacements.has(n))) {
    if (done.has(old)) continue;
    const sources = old.sources.map((source) => done.get(source)!);
    const changed = sources.some((source, i) => source !== old.sources[i]);
    done.set(old, changed ? node(old.op, sources, old.attrs as PrimitiveAttrs[typeof old.op]) : old);
  }
  return roots.map((root) => done.get(root)!);
}

/** Same elements in the same order: such a value needs no memory of its own. */
const SAME_LAYOUT: ReadonlySet<string> = new Set(["reshape", "detach", "barrier", "custom"]);

/** The node whose values these are too: below marks and reshapes, down to one that is computed or has to be. */
export function withoutMarks(node: Node): Node {
  let at = node;
  while (at.storage === undefined && SAME_LAYOUT.has(at.op)) at = at.sources[0]!;
  return at;
}
