/**
 * Which values are worth a place in memory. Most nodes are not: they are computed where they are read. A value gets a
 * place when it was asked for, when it sums or sorts, or when computing it anew at each of its readers would cost more
 * than keeping it.
 *
 * The rule: cost counts the operations of the expression down to the next values that have a place (see `OPERATION`);
 * a value is kept where (readings - 1) * cost > `CHEAP`. An `expand` that repeats it, a window that overlaps and an
 * operand of a contraction count as many readings.
 */
import { isOp, type Node, type Primitive } from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import { ANCHORS } from "./group.js";
import { MOVES } from "./value.js";

/** What computing a value once more may cost, in simple operations. */
const CHEAP = 4;
/** An expression larger than this is cut, so that no kernel grows without end. */
const LARGEST = 150;
const MANY = 1000;
/** Arrays that are joined, so many that each is computed by itself. */
const MANY_PARTS = 6;

/** Cost of one operation in additions, by and large what four lanes of it take. Others cost 1. */
const OPERATION: Partial<Record<Primitive, number>> = {
  constant: 0,
  iota: 0,
  exp: 12,
  expm1: 16,
  log: 14,
  log1p: 16,
  sin: 24,
  cos: 24,
  tanh: 14,
  sigmoid: 20,
  erf: 18,
  sqrt: 3,
  div: 3,
  mod: 6,
  pow: 40,
  atan2: 24,
  random: 80,
  gather: 4,
  fold: 4,
  pad: 1,
  concat: 2,
};

export interface Uses {
  /** Does the node get a place of its own (memory, or a register of its kernel)? */
  readonly placed: ReadonlySet<Node>;
  /** What the node costs where it is computed from placed values. */
  readonly cost: ReadonlyMap<Node, number>;
}

/** Is the operand of a contraction read as it lies in memory, whatever moves its indices? */
function operandToPlace(operand: Node): Node | undefined {
  let at = operand;
  let pad: Node | undefined;
  while (MOVES.has(at.op) || at.op === "pad") {
    if (at.op === "pad") pad ??= at;
    at = at.sources[0]!;
  }
  return pad ?? at;
}

/** Nodes whose elements some reader fetches at places that are only known when it runs, or many times over. */
function mustPlace(node: Node): Node[] {
  const base = (x: Node): Node => {
    let at = x;
    while (MOVES.has(at.op)) at = at.sources[0]!;
    return at;
  };
  if (isOp(node, "contract")) return node.sources.map((source) => operandToPlace(source)!);
  if (node.op === "argsort") return [base(node.sources[0]!)];
  if (node.op === "random") return [base(node.sources[0]!)];
  if (node.op === "gather") return [base(node.sources[0]!)];
  if (isOp(node, "fold")) return [base(node.sources[0]!)];
  // Each part in a kernel of its own: together they would be one with all their conditions.
  if (node.op === "concat" && node.sources.length > MANY_PARTS) return node.sources.map(base);
  return [];
}

/** How often one element of a source is read for the elements of the node. */
function repetition(node: Node, source: Node): number {
  if (node.op === "contract" || node.op === "argsort") return MANY;
  if (node.op === "expand" || node.op === "windows" || node.op === "gather") {
    const [outer, inner] = [sizeOf(node.shape), sizeOf(source.shape)];
    return inner === 0 ? 1 : Math.max(1, outer / inner);
  }
  return 1;
}

/** `order`: the nodes to compute, sources first. `asked`: those whose values somebody wants. */
export function findUses(order: readonly Node[], asked: ReadonlySet<Node>): Uses {
  const readings = new Map<Node, number>();
  const forced = new Set<Node>(asked);
  // From the readers to what is read: a value that is moved is read as often as what comes of it.
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    for (const must of mustPlace(node)) if (!isTrivial(must)) forced.add(must);
    const own = MOVES.has(node.op) && !asked.has(node) ? (readings.get(node) ?? 1) : 1;
    for (const source of new Set(node.sources)) {
      const times = own * repetition(node, source);
      readings.set(source, (readings.get(source) ?? 0) + times);
    }
  }
  const placed = new Set<Node>();
  const cost = new Map<Node, number>();
  for (const node of order) {
    if (node.storage !== undefined) continue;
    let total = OPERATION[node.op] ?? (MOVES.has(node.op) ? 0 : 1);
    for (const source of node.sources) if (!placed.has(source)) total += cost.get(source) ?? 0;
    cost.set(node, total);
    const worth = total > 0 && ((readings.get(node) ?? 0) - 1) * total > CHEAP;
    const moves = MOVES.has(node.op) && !asked.has(node);
    if (ANCHORS.has(node.op) || forced.has(node) || (!moves && worth) || total > LARGEST) placed.add(node);
  }
  return { placed, cost };
}

const isTrivial = (node: Node): boolean =>
  node.storage !== undefined || node.op === "constant" || node.op === "iota";
