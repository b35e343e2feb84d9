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
  /** Of a variable, whoever stands for it among users: as if a weak map held it. */
  owner: object | undefined = undefined;

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
  const record = attrs as Record<string, unknown>;
  for (const key in record) {
    const value = record[key];
    if (typeof value === "number") hash = hashNumber(hash, value);
    else if (typeof value === "string") hash = mix(hash, value.length * 31 + value.charCodeAt(0));
    else if (Array.isArray(value)) {
      hash = mix(hash, 7);
      for (let i = 0; i < value.length; i++) hash = hashNumber(hash, value[i] as number);
    }
  }
  return hash;
}

/** Have two records of attributes the same contents? */
export function sameAttributes(a: object, b: object): boolean {
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

function sameSources(a: readonly Node[], b: readonly Node[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * The nodes by hash, with open addressing. It holds nodes strongly, so it is emptied whenever values are computed
 * (`forgetNodes`): what was made before and after a computation is shared through the nodes themselves, and a long loop
 * stays level. Not a Map: one that is cleared leaves its old table, with all that was in it, pointing to the new one, and
 * such a chain of dead graphs survives every collection but the full ones.
 */
class NodeTable {
  #slots: (Node | undefined)[] = new Array<Node | undefined>(FIRST_SLOTS).fill(undefined);
  #hashes = new Int32Array(FIRST_SLOTS);
  /** The places in use, in the order in which they were taken. */
  #used = new Int32Array(FIRST_SLOTS / 2);
  #count = 0;
  /** 32 less the binary logarithm of the number of slots. */
  #shift = 32 - Math.log2(FIRST_SLOTS);

  /** The place where an equal node is, or where it would be. */
  find(hash: number, op: Primitive, sources: readonly Node[], attrs: object): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let i = Math.imul(hash, 0x9e3779b1) >>> this.#shift; ; i = (i + 1) & mask) {
      const old = slots[i];
      if (old === undefined) return i;
      if (this.#hashes[i] !== hash || old.op !== op) continue;
      if (sameSources(old.sources, sources) && sameAttributes(old.attrs, attrs)) return i;
    }
  }

  at(place: number): Node | undefined {
    return this.#slots[place];
  }

  /** Puts a node where `find` has said. */
  put(place: number, hash: number, fresh: Node): void {
    if (this.#count >= MOST_ENTRIES) this.empty();
    this.#slots[place] = fresh;
    this.#hashes[place] = hash;
    this.#used[this.#count++] = place;
    if (this.#count === this.#used.length) this.#grow();
  }

  empty(): void {
    for (let i = 0; i < this.#count; i++) this.#slots[this.#used[i]!] = undefined;
    this.#count = 0;
  }

  #grow(): void {
    const nodes = Array.from(this.#used, (place) => [this.#hashes[place]!, this.#slots[place]!] as const);
    const size = 2 * this.#slots.length;
    this.#slots = new Array<Node | undefined>(size).fill(undefined);
    this.#hashes = new Int32Array(size);
    this.#used = new Int32Array(size / 2);
    this.#count = 0;
    this.#shift--;
    for (const [hash, old] of nodes) this.put(this.find(hash, old.op, old.sources, old.attrs), hash, old);
  }
}

const FIRST_SLOTS = 2048;
const MOST_ENTRIES = 200_000;
const table = new NodeTable();

export function forgetNodes(): void {
  table.empty();
}

/** The node of that primitive over those sources: an old one where there is one, else a new one. */
export function node<P extends Primitive>(
  op: P,
  sources: readonly Node[],
  attrs: PrimitiveAttrs[P],
): Node<P> {
  let hash = OP_HASH.get(op)!;
  for (let i = 0; i < sources.length; i++) hash = mix(hash, sources[i]!.id);
  hash = hashAttrs(hash, attrs);
  const place = table.find(hash, op, sources, attrs);
  const old = table.at(place);
  if (old !== undefined) return old as Node<P>;
  const fresh = new Node(op, sources, attrs, inferMeta(op, sources, attrs));
  table.put(place, hash, fresh as Node);
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
