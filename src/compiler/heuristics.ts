/**
 * Heuristics: which transforms each kernel gets, in one place (with `product-shape.ts`, for sums of products). They look at how a nest walks through memory and at the
 * numbers of `Machine`, which each target states for itself. Turning a transform off (`disabled`) leaves kernels that are
 * slower and compute the same.
 */

import type { Buffer, Expr } from "./expression.js";
import type { Axis, Nest, Reduction, Stage } from "./nest.js";
import { type Machine, type Product, ProductShape, productOf } from "./product-shape.js";
import { BYTES } from "./scopes.js";
import { expressionDependsOn, extentsOf, farthestStep, operationsOf, stepOf, vectorCost } from "./strides.js";
import { applyStep, pack, type Step, type StepName, splitReduction } from "./transforms.js";

export interface Memory {
  temporary(name: string, length: number, like: Expr | Reduction): Buffer;
}

/** A nest with the steps that made it so. */
export interface Planned {
  readonly nest: Nest;
  readonly steps: readonly (Step | { readonly name: "pack" | "split"; readonly axis: string })[];
}

/** Sums longer than this are cut into chunks. */
const LONGEST_SUM = 16384;
const CHUNK = 8192;
/** Inner loops of up to this many turns are written out. */
const WRITTEN_OUT = 9;
/** Turns of the parallel loop that are enough for any number of threads. */
const ENOUGH_TURNS = 64;
/** Elements so far apart lie on different pages, and on the same few lines of the first cache where the step is even. */
const PAGE = 1024;
/** Elements of one turn of a walk over plain memory. */
const TURN = 4096;

export function planNest(
  nest: Nest,
  machine: Machine,
  disabled: ReadonlySet<StepName>,
  memory: Memory,
): Planned[] {
  return new Planner(machine, disabled, memory).kernels(nest);
}

type Done = Planned["steps"];

class Planner {
  constructor(
    readonly machine: Machine,
    readonly disabled: ReadonlySet<StepName>,
    readonly memory: Memory,
  ) {}

  #allowed(name: StepName): boolean {
    return !this.disabled.has(name);
  }

  /** Applies the steps that are switched on. */
  #run(nest: Nest, steps: readonly Step[], done: Done): Planned {
    let current = nest;
    const taken = [...done];
    for (const step of steps) {
      if (!this.#allowed(step.name)) continue;
      const next = applyStep(current, step);
      if (next !== current) taken.push(step);
      current = next;
    }
    return { nest: current, steps: taken };
  }

  /** The kernels of a nest, all their loops arranged. */
  kernels(nest: Nest): Planned[] {
    const { streamed, prefetch } = this.machine;
    return this.plan(nest, []).map((planned) => {
      const steps: Step[] = [{ name: "advance" }];
      if (prefetch !== undefined) steps.push({ name: "prefetch", by: prefetch });
      if (streams(planned.nest, streamed)) steps.push({ name: "stream", bytes: streamed });
      return this.#run(planned.nest, steps, planned.steps);
    });
  }

  plan(given: Nest, before: Done): Planned[] {
    const { nest, steps } = this.#run(given, [{ name: "coalesce" }], before);
    if (nest.stages.some(({ ordered }) => ordered)) return [this.#ordered(nest, steps)];
    const split = this.#split(nest, steps);
    if (split !== undefined) return split;
    const product = productOf(nest);
    if (product !== undefined && this.#allowed("tile")) {
      const planned = this.#contraction(nest, product, steps);
      if (planned !== undefined) return planned;
    }
    return [
      nest.stages.some(({ loops }) => loops.length > 0) ? this.#rows(nest, steps) : this.#map(nest, steps),
    ];
  }

  /** A walk over points that have nothing to do with each other. */
  #map(nest: Nest, done: Done): Planned {
    const cut = this.#run(nest, [{ name: "cut" }], done);
    const { outer } = cut.nest;
    const best = this.#vectorAxis(cut.nest, outer);
    const steps: Step[] = [];
    if (best === undefined)
      return this.#run(cut.nest, [{ name: "parallelize", axes: outer.length }], cut.steps);
    const { name, extent } = best.variable;
    steps.push({ name: "reorder", axes: [name] });
    const unroll = operations(nest) > 40 ? 2 : 4;
    const lanes = this.machine.lanes;
    if (best.cuts.length === 0 && extent > TURN && this.#allowed("tile")) {
      // Long rows in turns of some thousand elements.
      steps.push({ name: "tile", axis: name, size: TURN });
      steps.push({ name: "vectorize", axis: `${name}.i`, lanes, unroll });
      steps.push({ name: "parallelize", axes: outer.length });
    } else {
      steps.push({ name: "vectorize", axis: name, lanes, unroll: extent >= lanes * unroll ? unroll : 1 });
      steps.push({ name: "parallelize", axes: this.#turns(outer.filter((axis) => axis !== best)) });
    }
    return this.#run(cut.nest, steps, cut.steps);
  }

  /** As few of the first axes as make enough turns. */
  #turns(axes: readonly Axis[]): number {
    let turns = 1;
    for (let i = 0; i < axes.length; i++) {
      if (turns >= ENOUGH_TURNS) return i;
      turns *= axes[i]!.variable.extent;
    }
    return axes.length;
  }

  #vectorAxis(nest: Nest, axes: readonly Axis[]): Axis | undefined {
    let best: Axis | undefined;
    let least = Infinity;
    const { lanes } = this.machine;
    const hasWhole = axes.some(({ cuts, variable }) => cuts.length === 0 && variable.extent >= lanes);
    for (const axis of axes) {
      const { extent } = axis.variable;
      if (extent < 2) continue;
      // Pieces too short for vectors; of what the nest loads each needs its own part only.
      if (hasWhole && extent < (axis.cuts.length + 1) * lanes && axis.cuts.length > 2) continue;
      // A short axis leaves lanes empty.
      const waste = (Math.ceil(extent / lanes) * lanes) / extent;
      const cost = (vectorCost(nest, axis.variable) + 1) * waste;
      if (cost <= least) [best, least] = [axis, cost];
    }
    return best;
  }

  /** Loops whose turns build on each other: only the axes around them may go by vectors. */
  #ordered(nest: Nest, done: Done): Planned {
    const { outer } = nest;
    const best = this.#vectorAxis(nest, outer);
    if (best === undefined) return this.#run(nest, [{ name: "parallelize", axes: outer.length }], done);
    const steps: Step[] = [
      { name: "reorder", axes: [best.variable.name] },
      { name: "tile", axis: best.variable.name, size: this.machine.lanes },
      { name: "vectorize", axis: `${best.variable.name}.i`, lanes: this.machine.lanes, unroll: 1 },
      { name: "parallelize", axes: outer.length },
    ];
    return this.#run(nest, steps, done);
  }

  /** Sums over rows, with whatever is computed in those rows. */
  #rows(nest: Nest, done: Done): Planned {
    const cut = this.#run(nest, [{ name: "cut" }], done);
    const { outer } = cut.nest;
    const loops = longestLoops(cut.nest);
    const inner = this.#vectorAxis(cut.nest, loops);
    const around = this.#vectorAxis(cut.nest, outer);
    const costOf = (axis: Axis | undefined): number =>
      axis === undefined || axis.variable.extent < this.machine.lanes
        ? Infinity
        : vectorCost(cut.nest, axis.variable);
    const { lanes } = this.machine;
    const steps: Step[] = [];
    const turns = extentsOf(loops);
    if (around !== undefined && costOf(around) <= costOf(inner) && this.#allowed("tile")) {
      const { name, extent } = around.variable;
      const unroll = this.#columns(cut.nest, extent, turns);
      steps.push({ name: "reorder", axes: [name] });
      steps.push({ name: "tile", axis: name, size: lanes * unroll });
      steps.push({ name: "vectorize", axis: `${name}.i`, lanes, unroll });
      if (turns <= WRITTEN_OUT)
        for (const { variable } of loops) steps.push({ name: "unroll", axis: variable.name });
    } else if (inner !== undefined && turns > WRITTEN_OUT) {
      const { name, extent } = inner.variable;
      const longest = extent >= 16 * lanes ? 4 : extent >= 4 * lanes ? 2 : 1;
      steps.push({ name: "reorder", axes: [name] });
      const unrolls = nest.stages.map((stage) => Math.min(longest, sideBySide(stage)));
      if (unrolls.every((unroll) => unroll === unrolls[0]))
        steps.push({ name: "vectorize", axis: name, lanes, unroll: unrolls[0]! });
      else
        unrolls.forEach((unroll, stage) => {
          steps.push({ name: "vectorize", axis: name, lanes, unroll, stage });
        });
    } else if (turns <= WRITTEN_OUT)
      for (const { variable } of loops) steps.push({ name: "unroll", axis: variable.name });
    steps.push({ name: "parallelize", axes: outer.length });
    return this.#run(cut.nest, steps, cut.steps);
  }

  /**
   * How many vectors of columns are summed side by side: where that leaves enough tiles for all threads as many as there are
   * registers for, since each row is then read over whole cache lines. What comes after a long sum does not count. Of several
   * numbers the one that leaves the fewest columns.
   */
  #columns(nest: Nest, extent: number, turns: number): number {
    const sums = nest.stages.flatMap(({ reductions }) => reductions);
    const all = operations(nest);
    const inner = operationsOf([...sums, ...nest.stages.flatMap(({ stores }) => stores)]);
    if ((turns > all ? inner : all) > 30) return 1;
    const vectors = Math.max(1, Math.floor(extent / this.machine.lanes));
    const most = sums.length === 1 && vectors >= 32 ? 8 : 4;
    let best = Math.min(vectors, most);
    for (let n = best; n >= most / 2; n--) if (vectors % n < vectors % best) best = n;
    return best;
  }

  /** A long sum, or one with few results, goes by chunks. */
  #split(nest: Nest, done: Done): Planned[] | undefined {
    const [stage] = nest.stages;
    if (nest.stages.length !== 1 || stage!.stores.length > 0 || stage!.reductions.length === 0)
      return undefined;
    if (!this.#allowed("split")) return undefined;
    const { loops } = stage!;
    const terms = extentsOf(loops);
    const results = extentsOf(nest.outer);
    if (terms <= LONGEST_SUM || results * terms <= LONGEST_SUM * 4) return undefined;
    if (productOf(nest) !== undefined && results > ENOUGH_TURNS) return undefined;
    if (results >= ENOUGH_TURNS * 4 && terms <= LONGEST_SUM * 4) return undefined;
    // The outermost loop is cut where the others are short, else each longest.
    const axis =
      loops.find(({ variable }) => variable.extent > 1 && terms / variable.extent <= CHUNK) ?? loops.at(-1)!;
    const each = terms / axis.variable.extent;
    const chunk = Math.max(1, Math.round(CHUNK / each));
    if (chunk >= axis.variable.extent) return undefined;
    const { name } = axis.variable;
    const [partial, rest] = splitReduction(nest, name, chunk, (length, reduction) =>
      this.memory.temporary("parts", length, reduction),
    );
    const steps: Done = [...done, { name: "split", axis: name }];
    return [...this.plan(partial, steps), ...this.plan(rest, steps)];
  }

  /** Pack, multiply, finish. */
  #contraction(nest: Nest, { a, b }: Product, done: Done): Planned[] | undefined {
    const loops = nest.stages[0]!.loops;
    if (loops.length === 0) return undefined;
    const shape = new ProductShape(nest, a, b, this.machine);
    const steps: Step[] = [];
    const planned: Planned[] = [];
    const side = shape.vectorSide();
    let current = nest;
    let after = done;
    if (side === undefined) {
      const inner = shape.innerVector();
      if (inner === undefined) return undefined;
      // Both operands lie along the sum: products of rows, each point of the tile with its own lanes.
      const tiles = shape.innerTile();
      const order = [...loops.filter((axis) => axis !== inner), inner].map(({ variable }) => variable.name);
      steps.push({ name: "reorder", axes: order });
      for (const [axis, size] of tiles) {
        if (axis === undefined || size <= 1) continue;
        steps.push({ name: "tile", axis: axis.variable.name, size });
        steps.push({ name: "unroll", axis: `${axis.variable.name}.i` });
      }
      steps.push({ name: "vectorize", axis: inner.variable.name, lanes: this.machine.lanes, unroll: 1 });
      steps.push({ name: "parallelize", axes: nest.outer.length });
      return [this.#cluster(this.#run(nest, steps, done))];
    }
    const { vector, scalar, rows, columns } = shape.outerTile(side);
    const order = nest.outer.filter((axis) => axis !== vector && axis !== scalar);
    const walk = [...order, vector, ...(scalar === undefined ? [] : [scalar])].map(
      ({ variable }) => variable.name,
    );
    steps.push({ name: "reorder", axes: walk });
    if (scalar !== undefined && rows > 1) {
      steps.push({ name: "tile", axis: scalar.variable.name, size: rows });
      steps.push({ name: "unroll", axis: `${scalar.variable.name}.i` });
    }
    const wide = columns * this.machine.lanes;
    steps.push({ name: "tile", axis: vector.variable.name, size: wide });
    steps.push({
      name: "vectorize",
      axis: `${vector.variable.name}.i`,
      lanes: this.machine.lanes,
      unroll: columns,
    });
    const tiled = this.#run(current, steps, after);
    current = tiled.nest;
    after = tiled.steps;
    for (const name of [side.operand, side.operand === "a" ? "b" : "a"] as const) {
      if (!this.#allowed("pack") || !shape.worthPacking(name, name === side.operand && !side.direct))
        continue;
      const operand = productOf(current)![name];
      const axes = [...current.outer, ...current.stages[0]!.loops, ...current.tile].filter(({ variable }) =>
        expressionDependsOn(operand, variable),
      );
      // A constant needs no copy.
      if (axes.length === 0) continue;
      const [copy, packed] = pack(current, operand, axes, (length) =>
        this.memory.temporary("panel", length, operand),
      );
      planned.push(this.#copy(copy, after, name));
      current = packed;
      after = [...after, { name: "pack", axis: name }];
    }
    const rest: Step[] = [];
    // The longest loop goes innermost, its end is met least often; but around the others where each turn is on other pages.
    const far = (axis: Axis): boolean => farthestStep(current, axis.variable) >= PAGE;
    const long = [...loops].sort(
      (x, y) => Number(far(y)) - Number(far(x)) || x.variable.extent - y.variable.extent,
    );
    rest.push({ name: "reorder", axes: long.map(({ variable }) => variable.name) });
    rest.push({ name: "parallelize", axes: current.outer.length });
    return [...planned, this.#cluster(this.#run(current, rest, after))];
  }

  /**
   * Tiles along the last axis are read again for each place of the one before. Where they do not stay in the cache, they
   * are taken by clusters that do.
   */
  #cluster(planned: Planned): Planned {
    const { nest, steps } = planned;
    const product = productOf(nest);
    if (product === undefined || nest.parallel !== nest.outer.length || nest.parallel < 2) return planned;
    const [before, last] = [nest.outer.at(-2)!, nest.outer.at(-1)!];
    const own = [product.a, product.b].filter(
      (e) => expressionDependsOn(e, last.variable) && !expressionDependsOn(e, before.variable),
    );
    if (own.length !== 1) return planned;
    const inner = [...nest.stages[0]!.loops, ...nest.tile].filter(({ variable }) =>
      expressionDependsOn(own[0]!, variable),
    );
    const bytes = extentsOf(inner) * (own[0]!.type === "f64" ? 8 : 4);
    const size = Math.max(4, Math.floor(this.machine.farCache / bytes));
    if (last.variable.extent <= 1.5 * size) return planned;
    return this.#run(nest, [{ name: "cluster", size }], steps);
  }

  /**
   * The nest that packs. Vectors are written whole; around them it walks as the operand lies in memory, which the
   * processor then fetches ahead, and writes to all panels in turns.
   */
  #copy(nest: Nest, done: Done, operand: string): Planned {
    const steps: Step[] = [];
    const last = nest.outer.at(-1);
    if (last === undefined) return { nest, steps: done };
    let around = nest.outer.slice(0, -1);
    const { value } = nest.stages[0]!.finish[0]!;
    if (value.op === "load") {
      const far = (axis: Axis): number => Math.abs(stepOf(value.index!, axis.variable) ?? Infinity);
      // Not a number where both are infinite.
      around = around.sort((p, q) => far(q) - far(p) || 0);
      steps.push({ name: "reorder", axes: [...around, last].map(({ variable }) => variable.name) });
    }
    steps.push({ name: "vectorize", axis: last.variable.name, lanes: this.machine.lanes, unroll: 1 });
    steps.push({ name: "parallelize", axes: this.#turns(around) });
    return this.#run(nest, steps, [...done, { name: "pack", axis: operand }]);
  }
}

/** Does it write a result of at least so many bytes? */
const streams = ({ stages }: Nest, bytes: number): boolean =>
  stages.some(({ stores, finish }) =>
    [...stores, ...finish].some(
      ({ buffer }) => buffer.role === "output" && buffer.length * BYTES[buffer.dtype] >= bytes,
    ),
  );

const longestLoops = (nest: Nest): readonly Axis[] =>
  nest.stages.map(({ loops }) => loops).reduce((a, b) => (b.length > a.length ? b : a));

/** How many operations the nest writes out. */
const operations = ({ stages }: Nest): number =>
  operationsOf(stages.flatMap(({ reductions, stores, finish }) => [...reductions, ...stores, ...finish]));

/**
 * How many vectors of a stage are computed side by side. Short work waits for its sums, and wants several. Long work does
 * not, since processors look far ahead; its values side by side would only not fit in the registers.
 */
function sideBySide({ reductions, stores }: Stage): number {
  const work = operationsOf([...reductions, ...stores]);
  return work > 20 ? 1 : work > 10 ? 2 : 4;
}
