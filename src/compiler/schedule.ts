/**
 * Schedule: which values are computed together. Nodes are taken in the order of the program; each value that has a
 * place (`uses.ts`) joins the kernel of a value that it reads where both are walked over in the same way and no circle
 * arises, and begins a kernel of its own otherwise. So the bias and a light activation join the contraction before them, and
 * the sums of a softmax share one walk over each row.
 */
import { isOp, type Node } from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import { dependsOnGroup, type Group, indicesOf, newGroup, REDUCTIONS } from "./group.js";
import {
  at,
  flatten,
  type Index,
  newVar,
  quotient,
  remainder,
  substitute,
  unflatten,
  type Var,
  visitAtoms,
  ZERO,
} from "./index-form.js";
import type { Uses } from "./uses.js";
import { MOVES, sourceIndices } from "./value.js";

/** A row up to this many elements is walked through again and again where it lies, in the cache. */
const LONGEST_ROW = 65536;
/** With fewer rows than this the rows themselves would have to be shared out. */
const FEWEST_ROWS = 16;
/** As little as this one thread does in no time. */
const SMALL = 32768;

/** A contraction with more results than these takes on no more than so much (in the costs of `uses.ts`) and so many arrays. */
const FEW_RESULTS = 4096;
const MOST_FINISH_COST = 16;
const MOST_FINISH_READS = 1;

interface Finish {
  readonly cost: number;
  readonly reads: Set<Node>;
}

export interface Schedule {
  readonly groups: readonly Group[];
  readonly groupOf: ReadonlyMap<Node, Group>;
}

interface Hit {
  readonly node: Node;
  readonly indices: readonly Index[];
}

/** The placed values that a node reads, and where, through all that is computed on the way. */
function findHits(
  node: Node,
  indices: readonly Index[],
  placed: ReadonlySet<Node>,
  ranOut: { budget: number },
): Hit[] {
  const hits: Hit[] = [];
  const seen = new Map<Node, Set<string>>();
  const visit = (at: Node, where: readonly Index[]): void => {
    if (at.storage !== undefined || ranOut.budget-- <= 0) return;
    const key = where.map(({ id }) => id).join(";");
    let keys = seen.get(at);
    if (keys === undefined) {
      keys = new Set();
      seen.set(at, keys);
    }
    if (keys.has(key)) return;
    keys.add(key);
    if (placed.has(at)) hits.push({ node: at, indices: where });
    else below(at, where);
  };
  const below = (at: Node, where: readonly Index[]): void => {
    if (MOVES.has(at.op)) visit(at.sources[0]!, sourceIndices(at, where));
    else if (PLAIN.has(at.op)) for (const source of at.sources) visit(source, where);
    else for (const source of at.sources) visitElsewhere(source);
  };
  /** What is read in another order: it only counts as a dependency. */
  const visitElsewhere = (at: Node): void => {
    visit(
      at,
      at.shape.map((n, axis) => fresh(n, axis)),
    );
  };
  below(node, indices);
  return hits;
}

const fresh = (n: number, axis: number): Index => at(newVar(`x${axis}`, n));

/** Elementwise: all sources are read where the result is. */
const PLAIN: ReadonlySet<string> = new Set([
  ...[
    "cast",
    "neg",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "erf",
    "sqrt",
    "floor",
    "round",
  ],
  ...["add", "sub", "mul", "div", "mod", "pow", "atan2", "maximum", "minimum"],
  ...["lt", "eq", "and", "or", "xor", "where"],
]);

/**
 * Solves "element `asked`(v) is element `held`(group)" for the variables v: the flat position of the element is a number
 * written in mixed radix by v, so each v is a digit of the held position. Undefined where it is not.
 */
function solve(
  asked: Index,
  held: Index,
  size: number,
  variables: ReadonlySet<Var>,
): Map<Var, Index> | undefined {
  if (asked.constant !== 0) return undefined;
  const digits = [...asked.terms].sort((a, b) => a.factor - b.factor);
  let step = 1;
  const solution = new Map<Var, Index>();
  for (const { atom, factor } of digits) {
    if (atom.kind !== "var" || !variables.has(atom) || factor !== step) return undefined;
    const place = quotient(held, step);
    step *= atom.extent;
    solution.set(atom, step === size ? place : remainder(place, atom.extent));
  }
  return step === size ? solution : undefined;
}

interface Place {
  readonly level: "outer" | "inner";
  readonly indices: readonly Index[];
  readonly stage: number;
  readonly source?: readonly Index[];
}

class Scheduler {
  readonly groups: Group[] = [];
  readonly groupOf = new Map<Node, Group>();

  /** What follows a contraction in its kernel, besides the sums themselves. */
  readonly #finish = new Map<Group, Finish>();

  constructor(
    readonly placed: ReadonlySet<Node>,
    readonly cost: Uses["cost"],
  ) {}

  place(node: Node): void {
    const reduces = REDUCTIONS.has(node.op);
    const source = reduces && node.op !== "contract" ? node.sources[0]! : node;
    const variables = source.shape.map((n, axis) => newVar(`v${axis}`, n));
    const budget = { budget: 4000 };
    const own = indicesOf(variables);
    const hits =
      source === node
        ? findHits(node, own, this.placed, budget)
        : this.placed.has(source)
          ? [{ node: source, indices: own }]
          : findHits(source, own, this.placed, budget);
    const joinable =
      budget.budget > 0 && node.op !== "contract" && (PLAIN.has(node.op) || MOVES.has(node.op) || reduces);
    if (joinable) {
      const candidates = [...new Set(hits.map((hit) => this.groupOf.get(hit.node)!))].sort(
        (a, b) => b.id - a.id,
      );
      for (const group of candidates) {
        const place = this.#fit(node, group, variables, hits);
        if (place === undefined || !this.#light(node, group)) continue;
        this.#join(node, group, place, hits);
        return;
      }
    }
    this.#begin(node, hits);
  }

  #join(node: Node, group: Group, place: Place, hits: readonly Hit[]): void {
    group.members.set(node, { node, ...place });
    this.groupOf.set(node, group);
    this.#need(group, hits);
  }

  /**
   * A contraction comes to a tile of its results only after a long walk elsewhere. What the tile reads from outside the
   * program is not in the near cache by then, and no other tile's work goes on while it waits; and what takes many
   * registers pushes the sums out of them. So a contraction takes on little; the rest, such as the update of a weight, goes
   * through memory in one walk.
   */
  #light(node: Node, group: Group): boolean {
    if (group.kind !== "contract" || sizeOf(group.outer.map(({ extent }) => extent)) <= FEW_RESULTS)
      return true;
    const before = this.#finish.get(group);
    const cost = (before?.cost ?? 0) + this.cost.get(node)!;
    const reads = new Set(before?.reads);
    this.#collectReads(node, group, reads);
    const cold = [...reads].some(({ storage }) => storage !== undefined);
    if (cost > MOST_FINISH_COST || reads.size > MOST_FINISH_READS || cold) return false;
    this.#finish.set(group, { cost, reads });
    return true;
  }

  /** Arrays as large as the results of a group, or larger, that a value reads from elsewhere. */
  #collectReads(node: Node, group: Group, reads: Set<Node>): void {
    const results = sizeOf(group.outer.map(({ extent }) => extent));
    const seen = new Set<Node>();
    const visit = (source: Node): void => {
      if (seen.has(source) || this.groupOf.get(source) === group) return;
      seen.add(source);
      if (source.storage === undefined && !this.placed.has(source)) source.sources.forEach(visit);
      else if (sizeOf(source.shape) >= results) reads.add(source);
    };
    node.sources.forEach(visit);
  }

  #need(group: Group, hits: readonly Hit[]): void {
    for (const hit of hits) {
      const other = this.groupOf.get(hit.node)!;
      if (other !== group) group.needs.add(other);
    }
  }

  #begin(node: Node, hits: readonly Hit[]): void {
    const group = frameOf(node);
    const anchored = group.kind !== "map";
    group.members.set(node, {
      node,
      level: "outer",
      indices: OPEN.has(group.kind) ? indicesOf(group.outer) : [],
      stage: anchored ? 1 : 0,
      ...(group.kind === "reduce" ? { source: sourceOf(node as Node<"sum">, group) } : {}),
    });
    this.groups.push(group);
    this.groupOf.set(node, group);
    this.#need(group, hits);
  }

  /** Where the node would be computed in that group, or undefined where it does not fit. */
  #fit(node: Node, group: Group, variables: readonly Var[], hits: readonly Hit[]): Place | undefined {
    if (!OPEN.has(group.kind) || variables.some(({ extent }) => extent === 0)) return undefined;
    for (const hit of hits) {
      const other = this.groupOf.get(hit.node)!;
      if (other !== group && dependsOnGroup(other, group)) return undefined;
    }
    const solution = this.#solveAny(group, variables, hits);
    if (solution === undefined) return undefined;
    const replace = (atom: object): Index | undefined => solution.get(atom as Var);
    const indices = variables.map((variable) => (variable.extent === 1 ? ZERO : solution.get(variable)!));
    let stage = 0;
    for (const hit of hits) {
      if (this.groupOf.get(hit.node) !== group) continue;
      const member = group.members.get(hit.node)!;
      const same = hit.indices.every((index, i) => substitute(index, replace) === member.indices[i]!);
      if (!same) return undefined;
      stage = Math.max(stage, member.stage);
    }
    const touches = (index: Index, among: readonly Var[]): boolean => {
      let found = false;
      visitAtoms(index, (atom) => {
        found ||= among.includes(atom as Var);
      });
      return found;
    };
    if (REDUCTIONS.has(node.op)) return this.#fitReduction(node, group, indices, stage, touches);
    const level = indices.some((index) => touches(index, group.inner)) ? "inner" : "outer";
    if (level === "outer") {
      const complete = sizeOf(node.shape) === sizeOf(group.outer.map(({ extent }) => extent));
      return complete ? { level, indices, stage } : undefined;
    }
    if (group.kind !== "reduce" || !fitsRow(group)) return undefined;
    return sizeOf(node.shape) === frameSize(group) ? { level, indices, stage } : undefined;
  }

  #fitReduction(
    node: Node,
    group: Group,
    indices: readonly Index[],
    stage: number,
    touches: (index: Index, among: readonly Var[]) => boolean,
  ): Place | undefined {
    if (group.kind !== "reduce" || !fitsRow(group)) return undefined;
    const { axes } = (node as Node<"sum">).attrs;
    const [kept, reduced]: [Index[], Index[]] = [[], []];
    indices.forEach((index, axis) => void (axes.includes(axis) ? reduced : kept).push(index));
    if (kept.some((index) => touches(index, group.inner))) return undefined;
    if (reduced.some((index) => touches(index, group.outer))) return undefined;
    if (sizeOf(node.shape) !== sizeOf(group.outer.map(({ extent }) => extent))) return undefined;
    if (sizeOf(node.sources[0]!.shape) !== frameSize(group)) return undefined;
    return { level: "outer", indices: kept, stage: stage + 1, source: indices };
  }

  #solveAny(group: Group, variables: readonly Var[], hits: readonly Hit[]): Map<Var, Index> | undefined {
    const set = new Set(variables);
    for (const hit of hits) {
      if (this.groupOf.get(hit.node) !== group) continue;
      const member = group.members.get(hit.node)!;
      const size = sizeOf(hit.node.shape);
      const held = flatten(member.indices, hit.node.shape);
      const solution = solve(flatten(hit.indices, hit.node.shape), held, size, set);
      if (solution === undefined) continue;
      const rest = variables.filter((variable) => variable.extent > 1 && !solution.has(variable));
      if (rest.length === 0) return solution;
      // Axes that the value is repeated along are the inner ones.
      if (member.level !== "outer" || group.inner.length === 0) continue;
      const shape = rest.map(({ extent }) => extent);
      if (sizeOf(shape) !== sizeOf(group.inner.map(({ extent }) => extent))) continue;
      const inner = flatten(
        indicesOf(group.inner),
        group.inner.map(({ extent }) => extent),
      );
      unflatten(inner, shape).forEach((index, i) => void solution.set(rest[i]!, index));
      return solution;
    }
    return undefined;
  }
}

/** Kinds of kernels that others may join. */
const OPEN: ReadonlySet<string> = new Set(["map", "reduce", "contract"]);

/** Indices of what a sum sums in the kernel that it begins. */
function sourceOf({ attrs: { axes }, sources }: Node<"sum">, { outer, inner }: Group): Index[] {
  let [kept, reduced] = [0, 0];
  return sources[0]!.shape.map((_, axis) => at(axes.includes(axis) ? inner[reduced++]! : outer[kept++]!));
}

const frameSize = (group: Group): number =>
  sizeOf([...group.outer, ...group.inner].map(({ extent }) => extent));

/** May the rows of the group be walked through more than once in one kernel? */
function fitsRow(group: Group): boolean {
  const rows = sizeOf(group.outer.map(({ extent }) => extent));
  const row = sizeOf(group.inner.map(({ extent }) => extent));
  return rows * row <= SMALL || (row <= LONGEST_ROW && rows >= FEWEST_ROWS);
}

/** The loops of a new kernel that a node begins. */
function frameOf(node: Node): Group {
  const source = node.sources[0];
  if (isOp(node, "contract")) {
    const { sumA } = node.attrs;
    return newGroup(
      "contract",
      node.shape,
      sumA.map((axis) => source!.shape[axis]!),
    );
  }
  if (isOp(node, "sum") || isOp(node, "prod") || isOp(node, "amax") || isOp(node, "amin")) {
    return newGroup(
      "reduce",
      node.shape,
      node.attrs.axes.map((axis) => source!.shape[axis]!),
    );
  }
  if (isOp(node, "cumsum")) {
    const rest = node.shape.filter((_, axis) => axis !== node.attrs.axis);
    return newGroup("cumsum", rest, [node.shape[node.attrs.axis]!]);
  }
  if (node.op === "argsort" || node.op === "scatter") return newGroup(node.op, node.shape, []);
  return newGroup("map", node.shape, []);
}

/** Kernels in an order in which each comes after those that it reads. */
function sorted(groups: readonly Group[]): Group[] {
  const order: Group[] = [];
  const state = new Map<Group, "open" | "done">();
  for (const root of groups) {
    const stack: Group[] = [root];
    while (stack.length > 0) {
      const group = stack[stack.length - 1]!;
      if (state.get(group) === undefined) {
        state.set(group, "open");
        for (const needed of group.needs) if (state.get(needed) === undefined) stack.push(needed);
      } else {
        stack.pop();
        if (state.get(group) === "done") continue;
        state.set(group, "done");
        order.push(group);
      }
    }
  }
  return order;
}

/** `order`: the nodes to compute in program order, sources first. */
export function schedule(order: readonly Node[], { placed, cost }: Uses): Schedule {
  const scheduler = new Scheduler(placed, cost);
  for (const node of order) if (placed.has(node)) scheduler.place(node);
  return { groups: sorted(scheduler.groups), groupOf: scheduler.groupOf };
}
