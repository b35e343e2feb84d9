/**
 * Emit: a nest, its loops arranged as they are to run, is written out as statements. Loops are cut where conditions
 * change, so that inside of each piece they are constants; axes that are unrolled or go by vectors become points that
 * are computed side by side.
 */
import { advanceAddresses } from "./advance.js";
import type { KernelCode, Statement } from "./code.js";
import {
  type Across,
  acrossLanes,
  add,
  type Buffer,
  constant,
  type Expr,
  fma,
  indexValue,
  keepFirst,
  type Local,
  lt,
  newLocal,
  pure,
  readLocal,
  select,
  splat,
  type ValueType,
} from "./expression.js";
import { at, constantOf, type Index, newVar, offsetBy, plus, times, type Var, whole } from "./index-form.js";
import type { Axis, Nest, Reduction, Stage, Store, Test } from "./nest.js";
import { BYTES, Scopes } from "./scopes.js";
import { Substitution } from "./substitution.js";
import { type Lane, Vectorizer } from "./vectorize.js";

type Bindings = ReadonlyMap<Var, Index>;

/** One point, or `lane.valid` neighbours, that are computed together with others in one scope. */
interface Point {
  readonly bindings: Bindings;
  readonly lane: Lane | undefined;
  /** Which of several accumulators it adds to. */
  readonly copy: number;
}

/** What a point of the tile knows: the results of the sums so far. */
interface Tile extends Point {
  readonly results: Map<Local, Expr>;
}

/** Bytes of a line of the cache. */
const LINE = 64;

const integer = (n: number): Expr => constant(n, "i32");

const lowest = (type: ValueType): number => (type === "bool" ? 0 : type === "i32" ? -(2 ** 31) : -Infinity);
const highest = (type: ValueType): number => (type === "bool" ? 1 : type === "i32" ? 2 ** 31 - 1 : Infinity);

const IDENTITY: Record<Across, (type: ValueType) => number> = {
  add: () => 0,
  mul: () => 1,
  max: lowest,
  larger: lowest,
  min: highest,
  smaller: highest,
  and: () => -1,
  or: () => 0,
};

/** a op b; a product that is added is fused. */
function accumulate(op: Across, accumulator: Expr, value: Expr): Expr {
  if (op === "add" && value.op === "mul" && value.type !== "i32") {
    return fma(value.args[0]!, value.args[1]!, accumulator);
  }
  if (op === "larger") return select(lt(accumulator, value), value, accumulator);
  if (op === "smaller") return select(lt(value, accumulator), value, accumulator);
  return pure(op, [accumulator, value]);
}

/** `slack`: bytes around each buffer that may be read. */
export function emitNest(nest: Nest, grain: number, slack: number): KernelCode {
  return new Emission(nest, slack).kernel(grain);
}

/** How many turns the parallel loop of a nest has. */
export const turnsOf = (nest: Nest): number =>
  nest.outer.slice(0, nest.parallel).reduce((turns, { variable }) => turns * variable.extent, 1);

function writtenBuffers(nest: Nest): Set<Buffer> {
  return new Set(
    nest.stages.flatMap(({ stores, finish }) => [...stores, ...finish].map(({ buffer }) => buffer)),
  );
}

class Emission {
  readonly #scopes: Scopes;

  constructor(
    readonly nest: Nest,
    readonly slack: number,
  ) {
    this.#scopes = new Scopes(writtenBuffers(nest), slack);
  }

  kernel(grain: number): KernelCode {
    const { nest } = this;
    const [begin, end] = [newLocal("begin", "i32"), newLocal("end", "i32")];
    const turns = turnsOf(nest);
    const turn = newVar("turn", Math.max(turns, 2));
    const body = this.#scopes.inside(() => {
      const bindings = this.#decode(nest.outer.slice(0, nest.parallel), turn);
      this.#segments(nest.outer.slice(0, nest.parallel), bindings, (bound) => {
        this.#walk([...nest.outer.slice(nest.parallel), ...nest.tile], bound, (points) =>
          this.#stages(points),
        );
      });
    }, turn);
    const loop: Statement = {
      kind: "loop",
      variable: turn,
      from: readLocal(begin),
      to: readLocal(end),
      step: 1,
      body,
    };
    const code = { name: nest.name, begin, end, turns, grain, body: [...this.#scopes.statements, loop] };
    if (nest.advance !== true) return code;
    const advanced = advanceAddresses(code);
    return nest.prefetch?.(advanced) ?? advanced;
  }

  /** The variables of the parallel axes in a turn. */
  #decode(axes: readonly Axis[], turn: Var): Bindings {
    const bindings = new Map<Var, Index>();
    if (axes.length === 1) bindings.set(axes[0]!.variable, at(turn));
    if (axes.length < 2) return bindings;
    let rest: Expr = this.#scopes.lower(indexValue(at(turn)));
    const bind = (variable: Var, value: Expr): void => {
      if (variable.extent === 1) return;
      const named = newVar(variable.name, variable.extent);
      this.#scopes.bind(named, readLocal(this.#scopes.declare(variable.name, value, variable.extent)));
      bindings.set(variable, at(named));
    };
    let last = axes.length - 1;
    if (this.nest.cluster !== undefined) {
      const [before, after] = [axes[last - 1]!.variable, axes[last]!.variable];
      const pair = before.extent * after.extent;
      const [row, column] = this.#clustered(pure("rem", [rest, integer(pair)]), before.extent, after.extent);
      bind(before, row);
      bind(after, column);
      rest = readLocal(this.#scopes.declare("rest", pure("div", [rest, integer(pair)])));
      last -= 2;
    }
    for (let i = last; i >= 0; i--) {
      const { variable } = axes[i]!;
      if (variable.extent === 1) continue;
      bind(variable, i === 0 ? rest : pure("rem", [rest, integer(variable.extent)]));
      if (i > 0)
        rest = readLocal(this.#scopes.declare("rest", pure("div", [rest, integer(variable.extent)])));
    }
    return bindings;
  }

  /** Place `flat` of a walk over rows x columns that takes `cluster` columns at a time down all rows. */
  #clustered(flat: Expr, rows: number, columns: number): readonly [row: Expr, column: Expr] {
    const size = this.nest.cluster!;
    const keep = (name: string, value: Expr): Expr => readLocal(this.#scopes.declare(name, value));
    const place = keep("place", flat);
    const cluster = keep("cluster", pure("div", [place, integer(rows * size)]));
    const within = keep("within", pure("sub", [place, pure("mul", [cluster, integer(rows * size)])]));
    const first = keep("first", pure("mul", [cluster, integer(size)]));
    const wide = keep("wide", pure("min", [integer(size), pure("sub", [integer(columns), first])]));
    const row = keep("row", pure("div", [within, wide]));
    return [row, add(first, pure("sub", [within, pure("mul", [row, wide])]))];
  }

  /** Parallel axes with cuts: one branch a piece. */
  #segments(axes: readonly Axis[], bindings: Bindings, body: (bindings: Bindings) => void): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) {
      body(bindings);
      return;
    }
    const pieces = piecesOf(axis, bindings);
    if (pieces.length === 1) {
      this.#segments(rest, bindings, body);
      return;
    }
    const index = bindings.get(axis.variable)!;
    const value = this.#scopes.lower(indexValue(index));
    const branch = (i: number): Statement[] => {
      const [from, to] = pieces[i]!;
      return this.#scopes.inside(() => {
        const inner = newVar(axis.variable.name, to - from);
        let bound: Index = whole(from);
        if (to - from > 1) {
          const local = this.#scopes.declare(axis.variable.name, add(value, integer(-from)), to - from);
          this.#scopes.bind(inner, readLocal(local));
          bound = offsetBy(at(inner), from);
        }
        this.#segments(rest, new Map([...bindings, [axis.variable, bound]]), body);
      });
    };
    const chain = (i: number): Statement[] => {
      if (i === pieces.length - 1) return branch(i);
      const condition = pure("lt", [value, integer(pieces[i]![1])]);
      return [{ kind: "if", condition, whenTrue: branch(i), whenFalse: chain(i + 1) }];
    };
    this.#scopes.statements.push(...chain(0));
  }

  /** Loops over the axes; `leaf` gets the points of the innermost ones that are written out. */
  #walk(axes: readonly Axis[], bindings: Bindings, leaf: (points: Point[]) => void): void {
    const [axis, ...rest] = axes;
    if (axis === undefined) {
      leaf([{ bindings, lane: undefined, copy: 0 }]);
      return;
    }
    const { mode, variable } = axis;
    for (const [from, to] of piecesOf(axis, bindings)) {
      const bound = (index: Index): Bindings => new Map([...bindings, [variable, index]]);
      if (mode.kind === "serial") {
        this.#loop(variable.name, to - from, 1, (index) => {
          this.#walk(rest, bound(offsetBy(index, from)), leaf);
        });
      } else if (mode.kind === "unrolled") {
        this.#together(
          range(from, to).map((place) => bound(whole(place))),
          rest,
          leaf,
        );
      } else {
        this.#vectors(axis, mode, [from, to], bound, leaf);
        if (rest.length > 0) throw new Error("compiler: a vector axis must be the innermost one");
      }
    }
  }

  /** The points of all the bindings, side by side. */
  #together(choices: readonly Bindings[], rest: readonly Axis[], leaf: (points: Point[]) => void): void {
    if (rest.some(({ mode }) => mode.kind === "serial")) {
      for (const bindings of choices) this.#walk(rest, bindings, leaf);
      return;
    }
    // Cuts and whole vectors are the same for all of them: batch k of each goes together.
    const batches: Point[][] = [];
    for (const bindings of choices) {
      let k = 0;
      this.#walk(rest, bindings, (points) => {
        const batch = batches[k];
        if (batch === undefined) batches.push([...points]);
        else batch.push(...points);
        k++;
      });
    }
    for (const batch of batches) leaf(batch);
  }

  #vectors(
    { variable }: Axis,
    { lanes, unroll }: { lanes: number; unroll: number },
    [from, to]: readonly [number, number],
    bound: (index: Index) => Bindings,
    leaf: (points: Point[]) => void,
  ): void {
    const point = (base: Index, valid: number, copy: number): Point => {
      if (valid === 1) return { bindings: bound(base), lane: undefined, copy };
      const lane = newVar("lane", valid);
      this.#scopes.bind(lane);
      return { bindings: bound(plus(base, at(lane))), lane: { variable: lane, lanes, valid }, copy };
    };
    const step = lanes * unroll;
    const full = Math.floor((to - from) / step);
    this.#loop(variable.name, full, 1, (index) => {
      const base = offsetBy(times(index, step), from);
      leaf(range(0, unroll).map((u) => point(offsetBy(base, u * lanes), lanes, u)));
    });
    const left: Point[] = [];
    for (let place = from + full * step; place < to; place += lanes) {
      left.push(point(whole(place), Math.min(lanes, to - place), left.length));
    }
    if (left.length > 0) leaf(left);
  }

  /** A loop over 0 <= index < count; written out where it turns once. */
  #loop(name: string, count: number, step: number, body: (index: Index) => void): void {
    if (count <= 0) return;
    if (count === 1) {
      body(whole(0));
      return;
    }
    const variable = newVar(name, count);
    const statements = this.#scopes.inside(() => body(at(variable)), variable);
    this.#scopes.statements.push({
      kind: "loop",
      variable,
      from: integer(0),
      to: integer(count),
      step,
      body: statements,
    });
  }

  #stages(points: readonly Point[]): void {
    const tiles = points.map((point): Tile => ({ ...point, results: new Map() }));
    for (const stage of this.nest.stages) {
      this.#scopes.block(() => {
        const sums = this.#accumulate(stage, tiles);
        sums.forEach(([tile, result, value]) => void tile.results.set(result, value));
        this.#scopes.block(() => this.#finish(stage, tiles));
      });
    }
  }

  /** The loops of a stage; gives for each tile what its sums came to. */
  #accumulate(stage: Stage, tiles: readonly Tile[]): [Tile, Local, Expr][] {
    if (stage.reductions.length + stage.stores.length + stage.tests.length === 0) return [];
    const last = stage.loops.at(-1)?.mode;
    const [copies, lanes] = last?.kind === "vector" ? [last.unroll, last.lanes] : [1, 1];
    const accumulators = new Map<Tile, Local[][]>();
    for (const tile of tiles) {
      const own = stage.reductions.map(({ op, type }) => {
        const begin = splat(constant(IDENTITY[op](type), type), Math.max(lanes, tile.lane?.lanes ?? 1));
        return range(0, copies).map(() => this.#scopes.declare("sum", begin));
      });
      accumulators.set(tile, own);
    }
    this.#walk(stage.loops, tiles[0]!.bindings, (points) => {
      this.#scopes.block(() => {
        for (const point of points) this.#inner(stage, tiles, point, accumulators);
      });
    });
    return tiles.flatMap((tile) =>
      stage.reductions.map(({ op, result }, r): [Tile, Local, Expr] => {
        const parts = accumulators.get(tile)![r]!.map(readLocal);
        let sum = pairwise(parts, op);
        if (lanes > 1) sum = acrossLanes(sum, op);
        return [tile, result, readLocal(this.#scopes.declare(result.name, sum))];
      }),
    );
  }

  #inner(
    stage: Stage,
    tiles: readonly Tile[],
    point: Point,
    accumulators: ReadonlyMap<Tile, Local[][]>,
  ): void {
    for (const tile of tiles) {
      const vectorizer = this.#at(tile, point, new Map());
      stage.reductions.forEach((reduction, r) => {
        const local = accumulators.get(tile)![r]![point.copy] ?? accumulators.get(tile)![r]![0]!;
        const value = this.#summand(reduction, vectorizer, point, local);
        this.#scopes.statements.push({ kind: "set", local, value });
      });
    }
    for (const tile of tiles) {
      const running = new Map<Local, Expr>();
      if (stage.ordered)
        stage.reductions.forEach(({ result }, r) => {
          const local = accumulators.get(tile)![r]![0]!;
          this.#scopes.running.add(local);
          running.set(result, readLocal(local));
        });
      const vectorizer = this.#at(tile, point, running);
      this.#tests(stage.tests, vectorizer);
      this.#store(stage.stores, vectorizer);
    }
  }

  #summand({ op, type, value }: Reduction, vectorizer: Vectorizer, point: Point, local: Local): Expr {
    const symbolic = vectorizer.expr(value);
    const lowered = this.#scopes.lower(symbolic);
    const sum = accumulate(op, readLocal(local), lowered);
    if (point.lane === undefined && vectorizer.lane === undefined && local.lanes > 1) {
      // A last element by itself: it counts once.
      const once = keepFirst(splat(lowered, local.lanes), constant(IDENTITY[op](type), type), 1);
      return accumulate(op, readLocal(local), once);
    }
    if (point.lane === undefined || point.lane.valid === point.lane.lanes) return sum;
    return keepFirst(sum, readLocal(local), point.lane.valid);
  }

  /** How expressions read at a point: with its variables put in, by lanes where it has them. */
  #at(tile: Tile, point: Point, running: ReadonlyMap<Local, Expr>): Vectorizer {
    const substitution = new Substitution(
      (variable) => tile.bindings.get(variable) ?? point.bindings.get(variable),
      (local) => running.get(local) ?? tile.results.get(local),
    );
    return new Vectorizer(substitution, tile.lane ?? point.lane, this.slack);
  }

  #finish(stage: Stage, tiles: readonly Tile[]): void {
    const nothing: Point = { bindings: new Map(), lane: undefined, copy: 0 };
    const vectorizers = tiles.map((tile) => this.#at(tile, nothing, new Map()));
    for (const vectorizer of vectorizers) this.#tests(stage.finishTests, vectorizer);
    for (const vectorizer of vectorizers) this.#store(stage.finish, vectorizer);
  }

  #tests(tests: readonly Test[], vectorizer: Vectorizer): void {
    for (const { condition, value, code, site } of tests) {
      for (const scalar of vectorizer.scalars()) {
        this.#scopes.statements.push({
          kind: "check",
          condition: this.#scopes.lower(scalar.expr(condition)),
          code: code + 1,
          site: site.id,
          value: this.#scopes.lower(scalar.expr(value)),
        });
      }
    }
  }

  /** Is it a large result, and does the place begin a line of the cache wherever the loops are? */
  #streams({ role, length, dtype }: Buffer, { constant: start, terms }: Index): boolean {
    const { stream } = this.nest;
    if (stream === undefined || role !== "output" || length * BYTES[dtype] < stream) return false;
    return [start, ...terms.map(({ factor }) => factor)].every((n) => (n * BYTES[dtype]) % LINE === 0);
  }

  /** All values first: one store may overwrite what another one still reads. */
  #store(stores: readonly Store[], vectorizer: Vectorizer): void {
    const writes = stores.flatMap(({ buffer, index, value }) =>
      vectorizer
        .places(index)
        .map((place) => ({ buffer, ...place, value: this.#scopes.lower(place.at.expr(value)) })),
    );
    const values = writes.map(({ value }) =>
      writes.length === 1 || value.op === "const" ? value : readLocal(this.#scopes.declare("out", value)),
    );
    writes.forEach(({ buffer, index, stride, lanes, valid }, i) => {
      const { address, offset } = this.#scopes.address(buffer, index);
      const value = splat(values[i]!, lanes);
      const stream = stride === 1 && valid === lanes && lanes > 1 && this.#streams(buffer, index);
      this.#scopes.statements.push({ kind: "store", buffer, address, offset, stride, valid, value, stream });
    });
  }
}

function pairwise(parts: readonly Expr[], op: Across): Expr {
  if (parts.length === 1) return parts[0]!;
  const half = Math.ceil(parts.length / 2);
  return accumulate(op, pairwise(parts.slice(0, half), op), pairwise(parts.slice(half), op));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** The pieces [from, to) into which an axis is cut, where its tail counts. */
function piecesOf({ variable, cuts, tail }: Axis, bindings: Bindings): [number, number][] {
  const inTail = tail !== undefined && constantOf(bindings.get(tail.of) ?? whole(0)) === tail.last;
  const extent = inTail ? tail.rest : variable.extent;
  const edges = [0, ...cuts.filter((cut) => cut > 0 && cut < extent), extent];
  return edges.slice(1).map((to, i) => [edges[i]!, to]);
}
