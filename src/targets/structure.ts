/**
 * Structure: graphs that differ only in the values of their leaves are one program. To find the program of a step that
 * was run before takes a walk over its nodes and no more: a hash first, then a comparison with what was written down when
 * the graph came for the first time.
 */
import { MOVES } from "../compiler/value.js";
import { type Node, sameAttributes } from "../graph/index.js";

const MARKS: ReadonlySet<string> = new Set(["detach", "barrier", "custom"]);
const names = new Map<string, number>();

/** A number for each name. */
function numberOf(name: string): number {
  let number = names.get(name);
  if (number === undefined) {
    number = names.size + 1;
    names.set(name, number);
  }
  return number;
}

const LEAF = -1;

/** A hash of the graph in program order. It also numbers the nodes (`place`), which `describe` and `matches` use. */
export function hashOf(order: readonly Node[], roots: readonly Node[]): number {
  let hash = order.length;
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!;
    node.place = i;
    hash = mix(hash, node.storage === undefined ? numberOf(node.op) : LEAF);
    const { shape } = node;
    for (let axis = 0; axis < shape.length; axis++) hash = mix(hash, shape[axis]!);
  }
  for (const root of roots) hash = mix(hash, root.place);
  return hash;
}

const mix = (hash: number, n: number): number => (Math.imul(hash ^ n, 0x01000193) ^ (hash >>> 15)) | 0;

const sourcesOf = (node: Node): number => (MOVES.has(node.op) ? 1 : node.sources.length);

/** The graph written down: numbers, and the attributes as they are. */
function describe(order: readonly Node[], roots: readonly Node[]): unknown[] {
  const parts: unknown[] = [];
  for (const node of order) {
    const leaf = node.storage !== undefined;
    parts.push(leaf ? LEAF : numberOf(node.op), numberOf(node.dtype), ...node.shape);
    if (leaf) continue;
    for (let i = 0; i < sourcesOf(node); i++) parts.push(node.sources[i]!.place);
    if (!MARKS.has(node.op)) parts.push(node.attrs);
  }
  for (const root of roots) parts.push(root.place);
  return parts;
}

/** In place of the attributes of a constant that differs from time to time. */
const LOOSE = Symbol("a constant that differs");

/**
 * Is it the graph that was written down? With `differing`, constants may have other values, and the places of those that
 * have are put there.
 */
export function matches(
  parts: readonly unknown[],
  order: readonly Node[],
  roots: readonly Node[],
  differing?: number[],
): boolean {
  let at = 0;
  for (let n = 0; n < order.length; n++) {
    const node = order[n]!;
    const leaf = node.storage !== undefined;
    if (parts[at++] !== (leaf ? LEAF : numberOf(node.op)) || parts[at++] !== numberOf(node.dtype))
      return false;
    const { shape, sources } = node;
    for (let axis = 0; axis < shape.length; axis++) if (parts[at++] !== shape[axis]) return false;
    if (leaf) continue;
    const count = sourcesOf(node);
    for (let i = 0; i < count; i++) if (parts[at++] !== sources[i]!.place) return false;
    // Attributes of marks are names that differ each time; shape and dtype follow from the others.
    if (MARKS.has(node.op)) continue;
    const attributes = parts[at++];
    if (attributes === LOOSE || (isRecord(attributes) && sameAttributes(attributes, node.attrs))) continue;
    if (differing === undefined || node.op !== "constant") return false;
    differing.push(n);
  }
  for (const root of roots) if (parts[at++] !== root.place) return false;
  return at === parts.length;
}

/** The same graph written down with the constants at those places left open. */
export function loosened(
  order: readonly Node[],
  roots: readonly Node[],
  places: ReadonlySet<number>,
): unknown[] {
  const attributes = new Set<unknown>([...places].map((place) => order[place]!.attrs));
  return describe(order, roots).map((part) => (attributes.has(part) ? LOOSE : part));
}

const isRecord = (part: unknown): part is object => typeof part === "object" && part !== null;
