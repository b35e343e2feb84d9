/**
 * The node: one primitive applied to sources. A graph is nothing but nodes; forward, backward and optimizer update
 * are one graph. Nodes never change what they stand for and are hash-consed: asking twice for the same primitive of
 * the same sources gives the same node, so equal work is shared without a search. A node may remember its computed
 * value; that is a cache and nothing else.
 */
import { VerificationError } from "../errors.js";
import type { Meta, Primitive, PrimitiveAttrs } from "./attrs.js";
import type { DType } from "./dtype.js";
import { primitives } from "./primitives.js";
import type { Storage } from "./storage.js";

let nextId = 1;

export class Node<P extends Primitive = Primitive> {
  readonly id = nextId++;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Does a derivative flow through here to some variable? */
  readonly tracked: boolean;
  /** Longest chain of uncomputed nodes below, as it was when this node was made. */
  readonly depth: number;
  /** The part of that chain through which no derivative flows: it ends where a derivative was taken or cut off. */
  readonly chain: number;
  /** The computed value, once there is one. */
  storage: Storage | undefined = undefined;
  /** Was it computed on the way to something else, and the value let go? */
  computedBefore = false;
  /** For walks over the graph: the last walk that came here, and a number that it gave. */
  walk = 0;
  place = 0;

  constructor(
    readonly op: P,
    readonly sources: readonly Node[],
    readonly attrs: PrimitiveAttrs[P],
    meta: Meta,
  ) {
    this.shape = meta.shape;
    this.dtype = meta.dtype;
    let tracked = false;
    let depth = -1;
    let chain = -1;
    for (const source of sources) {
      tracked ||= source.tracked;
      if (source.storage !== undefined) {
        source.storage.lent = true;
        continue;
      }
      if (source.depth > depth) depth = source.depth;
      if (!source.tracked && source.chain > chain) chain = source.chain;
    }
    if (op === "detach") tracked = (attrs as PrimitiveAttrs["detach"]).id !== 0;
    this.tracked = tracked && (meta.dtype === "float32" || meta.dtype === "float64");
    this.depth = depth + 1;
    this.chain = chain + 1;
    if (op === "buffer") this.storage = (attrs as PrimitiveAttrs["buffer"]).storage;
    else if (op === "detach") this.storage = sources[0]!.storage;
  }
}

/** Is this a node of that primitive? Narrows `attrs`. */
export const isOp = <P extends Primitive>(node: Node, op: P): node is Node<P> => node.op === op;

const OP_HASH = new Map<Primitive, number>(
  (Object.keys(primitives) as Primitive[]).map((op, i) => [op, Math.imul(i + 1, 0x9e3779b1)]),
);

const mix = (hash: number, value: number): number =>
  (Math.imul(hash ^ value, 0x01000193) ^ (hash >>> 15)) | 0;

const words = new Float64Array(1);
const halves = new Int32Array(words.buffer);

function hashNumber(hash: number, value: number): number {
  if ((value | 0) === value) return mix(hash, value);
  words[0] = value;
  return mix(mix(hash, halves[0]!), halves[1]!);
}

function hashAttrs(start: number, attrs: object): number {
  let hash = start;
  for (const value of Object.values(attrs) as unknown[]) {
    if (typeof value === "number") hash = hashNumber(hash, value);
    else if (typeof value === "string") hash = mix(hash, value.length * 31 + value.charCodeAt(0));
    else if (Array.isArray(value)) for (const n of value as number[]) hash = hashNumber(mix(hash, 7), n);
  }
  return hash;
}

function equalAttrs(a: object, b: object): boolean {
  if (a === b) return true;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key in x) {
    const [left, right] = [x[key], y[key]];
    if (Object.is(left, right)) continue;
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    for (let i = 0; i < left.length; i++) if (!Object.is(left[i], right[i])) return false;
  }
  return true;
}

/**
 * The table of nodes by hash. It holds nodes strongly, so it is emptied whenever values are computed (`forgetNodes`):
 * what was made before and after a computation is shared through the nodes themselves, and a long loop stays level.
 */
const table = new Map<number, Node[]>();
let entries = 0;
const MOST_ENTRIES = 200_000;

export function forgetNodes(): void {
  table.clear();
  entries = 0;
}

/** The node of that primitive over those sources: an old one where there is one, else a new one. */
export function node<P extends Primitive>(
  op: P,
  sources: readonly Node[],
  attrs: PrimitiveAttrs[P],
): Node<P> {
  let hash = OP_HASH.get(op)!;
  for (const source of sources) hash = mix(hash, source.id);
  hash = hashAttrs(hash, attrs);
  const bucket = table.get(hash);
  if (bucket !== undefined) {
    for (const old of bucket) {
      if (old.op !== op || old.sources.length !== sources.length) continue;
      if (old.sources.every((source, i) => source === sources[i]) && equalAttrs(old.attrs, attrs))
        return old as Node<P>;
    }
  }
  const fresh = new Node(op, sources, attrs, inferMeta(op, sources, attrs));
  if (entries >= MOST_ENTRIES) forgetNodes();
  const kept = table.get(hash);
  if (kept === undefined) table.set(hash, [fresh as Node]);
  else kept.push(fresh as Node);
  entries++;
  return fresh;
}

/** A variable over a node: its number is its own, so there is no equal one to look for. */
export const variableOver = (x: Node, id: number): Node<"detach"> => new Node("detach", [x], { id }, x);

const NO_SOURCES: readonly Node[] = [];

/** A node that is never shared: leaves with a storage of their own. */
export function leaf(meta: Meta, storage: Storage): Node<"buffer"> {
  // Written out: spreading an object takes twenty times as long.
  return new Node("buffer", NO_SOURCES, { shape: meta.shape, dtype: meta.dtype, storage }, meta);
}

/** Shape and dtype by the table's rule, after the checks that all primitives share. */
export function inferMeta<P extends Primitive>(
  op: P,
  sources: readonly Node[],
  attrs: PrimitiveAttrs[P],
): Meta {
  const row = primitives[op];
  const enough =
    typeof row.arity === "number" ? sources.length === row.arity : sources.length >= row.arity.atLeast;
  if (!enough)
    throw new VerificationError(`${op}: takes ${JSON.stringify(row.arity)} sources, got ${sources.length}`);
  return row.infer(sources, attrs);
}
