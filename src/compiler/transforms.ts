/**
 * The rewrites of nests, by name. Each is data (a `Step`) that can be printed, left out and tested by itself, and each
 * gives a nest that computes the same. Which ones a kernel gets is decided in `heuristics.ts` and nowhere else.
 *
 * Axes are told by name; a tiled axis `i` becomes `i.o` (which tile) and `i.i` (where in it).
 */
import { type Buffer, type Expr, load, newLocal, readLocal } from "./expression.js";
import {
  at,
  flatten,
  type Index,
  newVar,
  plus,
  quotient,
  remainder,
  times,
  type Var,
  visitAtoms,
} from "./index-form.js";
import {
  type Axis,
  axisOver,
  type Mode,
  mapNest,
  type Nest,
  type Reduction,
  SERIAL,
  type Stage,
  substituteNest,
  UNROLLED,
  visitIndices,
} from "./nest.js";
import { Substitution } from "./substitution.js";

export type Step =
  /** Neighbouring axes that lie one after the other in all memory become one. */
  | { readonly name: "coalesce" }
  /** Loops are cut where a condition on them changes. */
  | { readonly name: "cut" }
  | { readonly name: "reorder"; readonly axes: readonly string[] }
  /** An outer axis by tiles: the points of a tile are computed together. */
  | { readonly name: "tile"; readonly axis: string; readonly size: number }
  | { readonly name: "unroll"; readonly axis: string }
  /** `stage`: only in that one of the stages that walk over the axis. */
  | {
      readonly name: "vectorize";
      readonly axis: string;
      readonly lanes: number;
      readonly unroll: number;
      readonly stage?: number;
    }
  | { readonly name: "parallelize"; readonly axes: number }
  /** Turns of the last two parallel axes in another order: `size` of the last one with all of the one before it. */
  | { readonly name: "cluster"; readonly size: number }
  /** Addresses in innermost loops move on from turn to turn. */
  | { readonly name: "advance" }
  /** Loops ask for memory some time before they need it, as the target would have it. */
  | { readonly name: "prefetch"; readonly by: NonNullable<Nest["prefetch"]> }
  /** Results of at least so many bytes go to memory past the cache, which would first fetch what is overwritten. */
  | { readonly name: "stream"; readonly bytes: number };

export type StepName = Step["name"] | "pack" | "split";

export const stepText = (step: Step | { readonly name: "pack" | "split"; readonly axis: string }): string => {
  const { name, ...rest } = step;
  return [
    name,
    ...Object.entries(rest).flatMap(([key, value]) => (typeof value === "function" ? [] : `${key}=${value}`)),
  ].join(" ");
};

export function applyStep(nest: Nest, step: Step): Nest {
  switch (step.name) {
    case "coalesce":
      return coalesce(nest);
    case "cut":
      return cutAtConditions(nest);
    case "reorder":
      return reorder(nest, step.axes);
    case "tile":
      return tile(nest, step.axis, step.size);
    case "unroll":
      return withMode(nest, step.axis, UNROLLED);
    case "vectorize":
      if (!isInnermost(nest, step.axis)) return nest;
      return vectorize(nest, step);
    case "parallelize":
      return { ...nest, parallel: Math.min(step.axes, nest.outer.length) };
    case "cluster":
      return { ...nest, cluster: step.size };
    case "advance":
      return { ...nest, advance: true };
    case "prefetch":
      return { ...nest, prefetch: step.by };
    case "stream":
      return { ...nest, stream: step.bytes };
  }
}

const named = (axis: Axis, name: string): boolean => axis.variable.name === name;

function mapAxes(nest: Nest, map: (axes: readonly Axis[]) => readonly Axis[]): Nest {
  return {
    ...nest,
    outer: map(nest.outer),
    tile: map(nest.tile),
    stages: nest.stages.map((stage) => ({ ...stage, loops: map(stage.loops) })),
  };
}

function withMode(nest: Nest, name: string, mode: Mode): Nest {
  return mapAxes(nest, (axes) => axes.map((axis) => (named(axis, name) ? { ...axis, mode } : axis)));
}

function vectorize(nest: Nest, { axis, lanes, unroll, stage }: Extract<Step, { name: "vectorize" }>): Nest {
  const by: Mode = { kind: "vector", lanes, unroll };
  if (stage === undefined) return withMode(nest, axis, by);
  const change = (a: Axis): Axis => (named(a, axis) ? { ...a, mode: by } : a);
  return {
    ...nest,
    stages: nest.stages.map((s, i) => (i === stage ? { ...s, loops: s.loops.map(change) } : s)),
  };
}

/** Is nothing walked over within one turn of the axis, but the loops of stages? Only such an axis can go by vectors. */
function isInnermost({ outer, tile, stages }: Nest, name: string): boolean {
  const around = tile.length > 0 ? tile : outer;
  const lists = [around, ...stages.map(({ loops }) => loops)];
  return [...outer, ...tile, ...stages.flatMap(({ loops }) => loops)].every(
    (axis) => !named(axis, name) || lists.some((list) => list.at(-1) === axis),
  );
}

/** Axes in the given order; those that are not named come first, as they were. */
function reorder(nest: Nest, order: readonly string[]): Nest {
  const rank = (axis: Axis): number => order.indexOf(axis.variable.name);
  return mapAxes(nest, (axes) => [...axes].sort((a, b) => rank(a) - rank(b)));
}

/** Does any index of the nest need a quotient of one of these variables? */
function hasQuotientOf(nest: Nest, variable: Var): boolean {
  let found = false;
  visitIndices(nest, (index) => {
    for (const { atom } of index.terms)
      if (atom.kind === "quotient") visitAtoms(atom.of, (inner) => void (found ||= inner === variable));
  });
  return found;
}

/** Merges pairs of neighbours p, q into one axis m = p extent(q) + q wherever no index needs m taken apart again. */
function coalesce(nest: Nest): Nest {
  let current = dropUnits(nest);
  current = mergeList(
    current,
    (n) => n.outer,
    (n, outer) => ({ ...n, outer }),
  );
  const sameLoops = current.stages.filter(({ loops }) => loops.length > 0);
  if (sameLoops.length === 0 || sameLoops.some(({ ordered }) => ordered)) return current;
  // All stages walk over the same inner axes.
  return mergeList(
    current,
    (n) => n.stages.find(({ loops }) => loops.length > 0)!.loops,
    (n, loops) => ({
      ...n,
      stages: n.stages.map((stage) => (stage.loops.length > 0 ? { ...stage, loops } : stage)),
    }),
  );
}

function dropUnits(nest: Nest): Nest {
  return mapAxes(nest, (axes) => axes.filter(({ variable }) => variable.extent !== 1));
}

/** Pieces of an axis keep to themselves. */
const isPart = ({ cuts, tail }: Axis): boolean => cuts.length > 0 || tail !== undefined;

function mergeList(
  nest: Nest,
  get: (nest: Nest) => readonly Axis[],
  set: (nest: Nest, axes: readonly Axis[]) => Nest,
): Nest {
  let current = nest;
  for (let i = get(current).length - 2; i >= 0; i--) {
    const axes = get(current);
    if (isPart(axes[i]!) || isPart(axes[i + 1]!)) continue;
    const [p, q] = [axes[i]!.variable, axes[i + 1]!.variable];
    const merged = newVar(`${p.name}${q.name}`, p.extent * q.extent);
    const replaced = substituteNest(current, (v) =>
      v === p ? quotient(at(merged), q.extent) : v === q ? remainder(at(merged), q.extent) : undefined,
    );
    if (hasQuotientOf(replaced, merged)) continue;
    current = set(replaced, [...axes.slice(0, i), axisOver(merged), ...axes.slice(i + 2)]);
  }
  return current;
}

/** Where `low <= f v + c < high` begins and ends to hold. */
function cutAtConditions(nest: Nest): Nest {
  const cuts = new Map<Var, Set<number>>();
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    e.args.forEach(walk);
    if (e.index !== undefined) {
      visitAtoms(e.index, (atom) => {
        if (atom.kind === "unknown") walk(atom.value as Expr);
      });
    }
    if (e.op !== "within" || e.index!.terms.length !== 1) return;
    const { atom, factor } = e.index!.terms[0]!;
    if (atom.kind !== "var") return;
    const places = cuts.get(atom) ?? new Set();
    for (const edge of [e.value, e.value2]) {
      const place = (edge - e.index!.constant) / factor;
      places.add(factor > 0 ? Math.ceil(place) : Math.floor(place) + 1);
    }
    cuts.set(atom, places);
  };
  for (const stage of nest.stages) {
    for (const { value } of [...stage.reductions, ...stage.stores, ...stage.finish]) walk(value);
    for (const { condition } of [...stage.tests, ...stage.finishTests]) walk(condition);
  }
  const cutsOf = (axis: Axis): number[] => {
    const places = [...(cuts.get(axis.variable) ?? [])].filter((n) => n > 0 && n < axis.variable.extent);
    return [...new Set([...axis.cuts, ...places])].sort((a, b) => a - b);
  };
  // One axis may have many, such as that along which many arrays are joined, where no other has any.
  const all = [...nest.outer, ...nest.tile, ...nest.stages.flatMap(({ loops }) => loops)].map(cutsOf);
  const alone = all.filter((places) => places.length > 0).length === 1;
  return mapAxes(nest, (axes) =>
    axes.map((axis) => {
      const places = cutsOf(axis);
      return places.length > (alone ? MOST_CUTS_ALONE : MOST_CUTS) ? axis : { ...axis, cuts: places };
    }),
  );
}

/** More pieces than this are left as conditions. */
const MOST_CUTS = 6;
const MOST_CUTS_ALONE = 255;

/** Parts of an axis: i = size i.o + i.i, where the last i.o has fewer. */
function parts(axis: Axis, size: number): { out: Axis; within: Axis; index: Index } {
  const { variable } = axis;
  const count = Math.ceil(variable.extent / size);
  const rest = variable.extent - (count - 1) * size;
  const [o, i] = [
    newVar(`${variable.name}.o`, count),
    newVar(`${variable.name}.i`, Math.min(size, variable.extent)),
  ];
  const whole = rest === i.extent;
  const out: Axis = { variable: o, mode: SERIAL, cuts: whole ? [] : [count - 1] };
  const within: Axis = {
    variable: i,
    mode: SERIAL,
    cuts: [],
    ...(whole ? {} : { tail: { of: o, last: count - 1, rest } }),
  };
  return { out, within, index: plus(times(at(o), size), at(i)) };
}

function tile(nest: Nest, name: string, size: number): Nest {
  const axis = nest.outer.find((a) => named(a, name));
  if (axis === undefined || axis.cuts.length > 0) return nest;
  const { out, within, index } = parts(axis, size);
  const replaced = substituteNest(nest, (v) => (v === axis.variable ? index : undefined));
  const outer = replaced.outer.map((a) => (a === axis ? out : a));
  return widenRows({ ...replaced, outer, tile: [...replaced.tile, within] }, within.variable);
}

/** Rows that a thread keeps for itself: one for each point of the tile. */
function widenRows(nest: Nest, point: Var): Nest {
  const wide = new Map<Buffer, Buffer>();
  for (const { stores } of nest.stages) {
    for (const { buffer } of stores) {
      if (buffer.role !== "private") continue;
      wide.set(buffer, { ...buffer, id: widened(), length: buffer.length * point.extent });
    }
  }
  if (wide.size === 0) return nest;
  const spread = (index: Index): Index => plus(times(index, point.extent), at(point));
  const by = new Widen(wide, spread);
  const mapped = mapNest(nest, by);
  return {
    ...mapped,
    stages: mapped.stages.map((stage) => ({
      ...stage,
      stores: stage.stores.map((store) => {
        const buffer = wide.get(store.buffer);
        return buffer === undefined ? store : { ...store, buffer, index: spread(store.index) };
      }),
    })),
  };
}

let nextWidened = 1;
/** Below 0, apart from the numbers that a compilation gives. */
const widened = (): number => -nextWidened++;

class Widen extends Substitution {
  constructor(
    readonly wide: ReadonlyMap<Buffer, Buffer>,
    readonly spread: (index: Index) => Index,
  ) {
    super(() => undefined);
  }

  override expr(e: Expr): Expr {
    const buffer = e.op === "load" ? this.wide.get(e.buffer!) : undefined;
    return buffer === undefined ? super.expr(e) : load(buffer, this.spread(e.index!));
  }
}

/** A copy of an expression in the order in which the nest will read it, and the nest that reads the copy. */
export function pack(
  nest: Nest,
  operand: Expr,
  order: readonly Axis[],
  memory: (length: number) => Buffer,
): readonly [copy: Nest, nest: Nest] {
  const shape = order.map(({ variable }) => variable.extent);
  const index = flatten(
    order.map(({ variable }) => at(variable)),
    shape,
  );
  const buffer = memory(shape.reduce((n, size) => n * size, 1));
  const store = { buffer, index, value: operand };
  const stage: Stage = { loops: [], reductions: [], stores: [], tests: [], finish: [store], finishTests: [] };
  const copy: Nest = {
    name: `${nest.name}_pack`,
    outer: order.map((axis) => ({ ...axis, mode: SERIAL })),
    tile: [],
    stages: [stage],
    parallel: 0,
  };
  const swap = new Map([[operand, load(buffer, index)]]);
  return [copy, replaceExpressions(nest, swap)];
}

function replaceExpressions(nest: Nest, swap: ReadonlyMap<Expr, Expr>): Nest {
  return mapNest(nest, new Swap(swap));
}

class Swap extends Substitution {
  constructor(readonly swap: ReadonlyMap<Expr, Expr>) {
    super(() => undefined);
  }

  override expr(e: Expr): Expr {
    return this.swap.get(e) ?? super.expr(e);
  }
}

/**
 * A long sum by chunks of fixed length, which any thread may take, and then the sum of the chunks' sums in their order.
 * The chunks depend on the shape alone, so the result does not depend on who computes them.
 */
export function splitReduction(
  nest: Nest,
  name: string,
  chunk: number,
  memory: (length: number, reduction: Reduction) => Buffer,
): readonly [partial: Nest, nest: Nest] {
  const [stage] = nest.stages as [Stage];
  const axis = stage.loops.find((a) => named(a, name))!;
  const { out, within, index } = parts(axis, chunk);
  const outerVars = nest.outer.map(({ variable }) => variable);
  const shape = outerVars.map(({ extent }) => extent);
  const place = flatten(outerVars.map(at), shape);
  const size = shape.reduce((n, extent) => n * extent, 1);
  const cell = plus(times(at(out.variable), size), place);
  const sums = stage.reductions.map((reduction) => ({
    reduction,
    partial: newLocal("part", reduction.type),
    buffer: memory(size * out.variable.extent, reduction),
  }));
  const first = substituteNest(
    {
      ...nest,
      name: `${nest.name}_parts`,
      outer: [out, ...nest.outer],
      stages: [
        {
          ...stage,
          loops: stage.loops.map((a) => (a === axis ? within : a)),
          reductions: sums.map(({ reduction, partial }) => ({ ...reduction, result: partial })),
          finish: sums.map(({ partial, buffer }) => ({ buffer, index: cell, value: readLocal(partial) })),
          finishTests: [],
        },
      ],
    },
    (v) => (v === axis.variable ? index : undefined),
  );
  const reductions = sums.map(
    ({ reduction, buffer }): Reduction => ({ ...reduction, value: load(buffer, cell) }),
  );
  const second: Nest = {
    ...nest,
    stages: [{ ...stage, tests: [], stores: [], loops: [{ ...out, cuts: [] }], reductions }],
  };
  return [first, second];
}
