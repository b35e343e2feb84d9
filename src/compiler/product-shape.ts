/**
 * How the loops of a sum of products are best walked over: which axis by vectors, tiles of what size, and which operands are
 * worth a copy in the order of reading. Part of the heuristics.
 */
import type { Expr } from "./expression.js";
import { type Axis, type Nest, type Reduction, visitIndices } from "./nest.js";
import { BYTES } from "./scopes.js";
import { expressionDependsOn, extentsOf, operationsOf, stepOf } from "./strides.js";

/** What a target's processor likes. */
export interface Machine {
  /** 32-bit numbers in a vector register. */
  readonly lanes: number;
  /** Vector registers that hold a tile's sums and what one turn of its loop loads. */
  readonly registers: number;
  /** Can a multiplication take one number from memory for all lanes? Then that number needs no register. */
  readonly broadcasts: boolean;
  /** Bytes of panels that stay in the cache of one processor. */
  readonly farCache: number;
  /** How code asks for memory ahead, where it can. */
  readonly prefetch: Nest["prefetch"];
  /** Results of at least so many bytes are written past the cache. */
  readonly streamed: number;
  /** Bytes before and behind each buffer that may be read, though they mean nothing. */
  readonly slack: number;
}

/** A copy is made of what is read at least so often. */
const FEWEST_READINGS = 24;
/** Elements so many bytes apart are each on a line of the cache, and soon each on a page, of their own. */
const FAR = 256;
/** Fewer of them than this stay in the cache. */
const LONG_WAY = 96;

/** Copying an element number by number takes as long as so many vectors of products, by and large. */
const ROW_COPY = 8;

/** The operands of a sum of products. */
export interface Product {
  readonly a: Expr;
  readonly b: Expr;
}

/** The two operands, where the nest begins by summing products. */
export function productOf(nest: Nest): Product | undefined {
  const [stage] = nest.stages;
  if (stage === undefined || nest.stages.length !== 1 || stage.reductions.length !== 1) return undefined;
  if (stage.stores.length > 0) return undefined;
  const [{ op, value, type }] = stage.reductions as [Reduction];
  if (op !== "add" || value.op !== "mul" || type === "bool") return undefined;
  const [a, b] = value.args;
  return a === b ? undefined : { a: a!, b: b! };
}

/** The part of the tiles along an axis that is really there. */
const fill = (extent: number, tile: number): number => extent / (Math.ceil(extent / tile) * tile);

/**
 * Products a cycle: two additions and two loads at a time. An addition is known after four cycles; a loop of just as many
 * as that takes waits for every load that comes late, which was measured to cost a sixth.
 */
const cycles = (rows: number, columns: number): number =>
  Math.max((rows * columns) / 2, (rows + columns) / 2, 4.75);

/** Which operand is read by vectors, and along which axis. */
interface Side {
  readonly operand: "a" | "b";
  readonly vector: Axis;
  /** Does it lie in memory in that order? */
  readonly direct: boolean;
}

export class ProductShape {
  readonly loops: readonly Axis[];

  constructor(
    readonly nest: Nest,
    readonly a: Expr,
    readonly b: Expr,
    readonly machine: Machine,
  ) {
    this.loops = nest.stages[0]!.loops;
  }

  /** Products a cycle. Where loads hide behind additions, each still takes something: the larger tile is better. */
  #speed(rows: number, columns: number): number {
    const loads = this.machine.broadcasts ? 0.1 * rows + 0.15 * columns : 0;
    return (rows * columns) / (cycles(rows, columns) + loads);
  }

  #step(operand: Expr, { variable }: Axis): number | undefined {
    if (!expressionDependsOn(operand, variable)) return 0;
    return operand.op === "load" ? stepOf(operand.index!, variable) : undefined;
  }

  #storeStep({ variable }: Axis): number {
    let worst = 0;
    visitIndices(this.nest, (index, use) => {
      if (use === "store") worst = Math.max(worst, Math.abs(stepOf(index, variable) ?? 99));
    });
    return worst;
  }

  #terms(): number {
    return extentsOf(this.loops);
  }

  /** The outer axis to go by vectors, unless the sum itself is the better one. */
  vectorSide(): Side | undefined {
    const candidates = this.nest.outer.flatMap((axis): Side[] => {
      const [a, b] = [this.#step(this.a, axis), this.#step(this.b, axis)];
      if (axis.variable.extent < 2) return [];
      if (a === 0 && b !== 0) return [{ operand: "b", vector: axis, direct: b === 1 }];
      if (b === 0 && a !== 0) return [{ operand: "a", vector: axis, direct: a === 1 }];
      return [];
    });
    const { lanes } = this.machine;
    const rate = ({ operand, vector, direct }: Side): number => {
      const { extent } = vector.variable;
      const full = extent / (Math.ceil(extent / lanes) * lanes);
      return (
        full *
        (direct ? 1 : this.#afterPacking(operand)) *
        this.#afterRows(operand === "a" ? "b" : "a") *
        (this.#storeStep(vector) === 1 ? 1 : 1 - 4 / (8 + this.#terms()))
      );
    };
    const [best] = candidates.sort(
      (x, y) => rate(y) - rate(x) || y.vector.variable.extent - x.vector.variable.extent,
    );
    const inner = this.innerVector();
    if (inner === undefined || best === undefined) return best;
    return rate(best) >= 0.95 * this.#innerRate(inner) ? best : undefined;
  }

  /** What is left of the rate where an operand is first copied across its order; without the copy it is loaded number by number. */
  #afterPacking(operand: "a" | "b"): number {
    if (!this.worthPacking(operand, true)) return 0.6;
    // An element of the copy takes as long as so many products.
    const copying = this.machine.lanes ** 2 / 6;
    return 1 / (1 + copying / this.#readings(operand));
  }

  /** What is left of the rate where the other operand is first copied by rows, number by number. */
  #afterRows(operand: "a" | "b"): number {
    if (!this.worthPacking(operand, false)) return 1;
    return 1 / (1 + (ROW_COPY * this.machine.lanes) / this.#readings(operand));
  }

  /** The rate of a sum by vectors: at its end their lanes are added up, and the result is finished number by number. */
  #innerRate({ variable }: Axis): number {
    const { lanes } = this.machine;
    const { extent } = variable;
    const finishing = operationsOf(this.nest.stages[0]!.finish);
    return (fill(extent, lanes) * this.#terms()) / (this.#terms() + (6 + finishing) * lanes);
  }

  /** How often each element of an operand is read. */
  #readings(operand: "a" | "b"): number {
    const own = operand === "a" ? this.a : this.b;
    return extentsOf(this.nest.outer.filter(({ variable }) => !expressionDependsOn(own, variable)));
  }

  /** The axis of the sum along which both operands lie in memory. */
  innerVector(): Axis | undefined {
    return [...this.loops].reverse().find((axis) => {
      const [a, b] = [this.#step(this.a, axis), this.#step(this.b, axis)];
      return a === 1 && b === 1 && axis.variable.extent >= this.machine.lanes;
    });
  }

  /** The largest axis that only one of the operands has. */
  #free(has: Expr, hasNot: Expr, except?: Axis): Axis | undefined {
    return this.nest.outer
      .filter(
        (axis) =>
          axis !== except &&
          expressionDependsOn(has, axis.variable) &&
          !expressionDependsOn(hasNot, axis.variable),
      )
      .sort((x, y) => y.variable.extent - x.variable.extent)[0];
  }

  /** Tiles over rows of both operands, for sums by vectors. */
  innerTile(): readonly [readonly [Axis | undefined, number], readonly [Axis | undefined, number]] {
    const [m, n] = [this.#free(this.a, this.b), this.#free(this.b, this.a)];
    let [best, rate] = [[1, 1] as readonly [number, number], 0];
    const size = (axis: Axis | undefined): number => axis?.variable.extent ?? 1;
    for (const [p, q] of this.#tiles(true)) {
      if ((m === undefined && p > 1) || (n === undefined && q > 1)) continue;
      const value = fill(size(m), p) * fill(size(n), q) * this.#speed(p, q);
      if (value > rate * 1.001) [best, rate] = [[p, q], value];
    }
    return [
      [m, best[0]],
      [n, best[1]],
    ];
  }

  /**
   * Tiles whose sums and loads fit in the registers. Some engines load all that a turn needs before they add, so a turn's
   * loads count in full; where one operand comes from memory, one register is enough for it. `inner`: both come in vectors.
   */
  #tiles(inner: boolean): (readonly [number, number])[] {
    const wide = this.a.type === "f64" ? 2 : 1;
    const tiles: (readonly [number, number])[] = [];
    for (let rows = this.machine.broadcasts ? 14 : 8; rows >= 1; rows--) {
      for (let columns = 8; columns >= 1; columns--) {
        const own = rows * (inner ? wide : 1);
        const loads = (this.machine.broadcasts ? Math.min(own, wide) : own) + columns * wide;
        if (rows * columns * wide + loads <= this.machine.registers) tiles.push([rows, columns]);
      }
    }
    return tiles;
  }

  /** Rows of the one operand by vectors of the other. */
  outerTile({ operand, vector }: Side): {
    vector: Axis;
    scalar: Axis | undefined;
    rows: number;
    columns: number;
  } {
    const [own, other] = operand === "a" ? [this.a, this.b] : [this.b, this.a];
    const scalar = this.#free(other, own, vector);
    const { lanes } = this.machine;
    const vectors = Math.ceil(vector.variable.extent / lanes);
    let [best, rate] = [{ rows: 1, columns: 1 }, 0];
    for (const [rows, columns] of this.#tiles(false)) {
      if (columns > vectors || (scalar === undefined && rows > 1)) continue;
      const value =
        fill(scalar?.variable.extent ?? 1, rows) * fill(vectors, columns) * this.#speed(rows, columns);
      if (value > rate * 1.001) [best, rate] = [{ rows, columns }, value];
    }
    return { vector, scalar, ...best };
  }

  /**
   * Does a copy in the order of reading pay? Where it is read often, and what one turn reads after the other lies far
   * apart. Never where windows overlap, since the copy would hold every element many times.
   */
  worthPacking(operand: "a" | "b", scattered: boolean): boolean {
    const own = operand === "a" ? this.a : this.b;
    const { outer } = this.nest;
    const again = this.#readings(operand);
    if (own.op !== "load") return again > 1;
    const { length, dtype } = own.buffer!;
    const copied = extentsOf(
      [...outer, ...this.loops].filter(({ variable }) => expressionDependsOn(own, variable)),
    );
    if (copied > 1.5 * length || again < FEWEST_READINGS) return false;
    if (scattered) return true;
    const stride = Math.max(...this.loops.map((axis) => Math.abs(this.#step(own, axis) ?? Infinity)));
    return stride * BYTES[dtype] >= FAR && extentsOf(this.loops) >= LONG_WAY;
  }
}
