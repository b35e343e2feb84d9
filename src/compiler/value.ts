/**
 * What an element of a node is, as an expression of the indices at which it is asked for. Movement only changes the
 * indices on the way down; elementwise primitives become operations; the walk ends at what lies in memory or in a
 * register. This is all of fusion: a kernel computes whatever is found between its outputs and such ends.
 */
import { type DType, isOp, type Node } from "../graph/index.js";
import { castExpression, elementwise, isElementwise, randomElement } from "./elementwise.js";
import {
  add,
  and,
  type Buffer,
  constant,
  type Expr,
  indexValue,
  isFalse,
  isTrue,
  label,
  load,
  lt,
  not,
  or,
  select,
  valueTypeOf,
  within,
} from "./expression.js";
import {
  at,
  bounds,
  flatten,
  type Index,
  minus,
  newVar,
  offsetBy,
  plus,
  quotient,
  remainder,
  times,
  unflatten,
  unknown,
  type Var,
  whole,
  ZERO,
} from "./index-form.js";
import { Substitution } from "./substitution.js";

/** A condition that must hold where `when` does, or else the run reports `value` as wrong. */
export interface Check {
  readonly condition: Expr;
  readonly site: Node;
  readonly value: Expr;
  /** Which index of the site, for its message. */
  readonly code: number;
}

/** Where the walk ends: the element of a node that is there already, or undefined to go on. */
export type Ends = (node: Node, indices: readonly Index[]) => Expr | undefined;

/** Indices of the source of a movement primitive for given indices of its result. */
export function sourceIndices(node: Node, indices: readonly Index[]): Index[] {
  const source = node.sources[0]!;
  if (isOp(node, "reshape")) return unflatten(flatten(indices, node.shape), source.shape);
  if (isOp(node, "permute")) {
    const result: Index[] = new Array(indices.length);
    node.attrs.axes.forEach((axis, i) => {
      result[axis] = indices[i]!;
    });
    return result;
  }
  if (isOp(node, "expand")) return indices.map((index, axis) => (source.shape[axis] === 1 ? ZERO : index));
  if (isOp(node, "slice")) {
    const { start, step } = node.attrs;
    return indices.map((index, axis) => offsetBy(times(index, step[axis]!), start[axis]!));
  }
  if (isOp(node, "windows")) {
    const { axes, stride, dilation } = node.attrs;
    const rank = source.shape.length;
    return source.shape.map((_, axis) => {
      const i = axes.indexOf(axis);
      if (i < 0) return indices[axis]!;
      return plus(times(indices[axis]!, stride[i]!), times(indices[rank + i]!, dilation[i]!));
    });
  }
  return [...indices];
}

/** Movement whose elements are elements of its one source, wherever they are asked for. */
export const MOVES: ReadonlySet<string> = new Set([
  "reshape",
  "permute",
  "expand",
  "slice",
  "windows",
  "detach",
  "barrier",
  "custom",
]);

const inside = (index: Index, size: number): Expr => {
  const [low, high] = bounds(index);
  if (low >= 0 && high < size) return TRUE();
  if (high < 0 || low >= size) return FALSE();
  return within(index, 0, size);
};
const TRUE = (): Expr => constant(1, "bool");
const FALSE = (): Expr => constant(0, "bool");

function both(a: Expr, b: Expr): Expr {
  if (isTrue(a) || isFalse(b)) return b;
  if (isTrue(b) || isFalse(a)) return a;
  return and(a, b);
}

/** The walk. One object a kernel, so that what is asked for twice is the same expression. */
export class Values {
  readonly checks: Check[] = [];
  readonly #known = new Map<Node, Map<string, Expr>>();
  /** Holds where the element that is being built is asked for; other places may be nonsense. */
  #guard: Expr = TRUE();

  constructor(readonly ends: Ends) {}

  /** From here on the ends are others: what was built before is not to be used again. */
  forget(): void {
    this.#known.clear();
  }

  /** The element of the node at those indices. */
  of(node: Node, indices: readonly Index[]): Expr {
    const end = this.ends(node, indices);
    if (end !== undefined) return end;
    let places = this.#known.get(node);
    if (places === undefined) {
      places = new Map();
      this.#known.set(node, places);
    }
    const key = `${indices.map(({ id }) => id).join(";")}|${this.#guard.id}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const value = this.#compute(node, indices);
    places.set(key, value);
    return value;
  }

  #compute(node: Node, indices: readonly Index[]): Expr {
    if (MOVES.has(node.op)) return this.of(node.sources[0]!, sourceIndices(node, indices));
    if (isOp(node, "constant")) return constant(node.attrs.value, valueTypeOf(node.dtype));
    if (isOp(node, "iota")) return indexValue(indices[0]!);
    if (isOp(node, "cast")) {
      const source = node.sources[0]!;
      const x = this.of(source, indices);
      return label(castExpression(x, source.dtype, node.dtype), node.dtype, [x]);
    }
    if (node.op === "where") {
      const [condition, a, b] = node.sources.map((source) => this.of(source, indices));
      return select(condition!, a!, b!);
    }
    if (isElementwise(node.op)) {
      const args = node.sources.map((source) => this.of(source, indices));
      const value = elementwise(node.op, args, node.sources[0]!.dtype, (bad) =>
        this.#check(not(bad), node, args[1]!, 0),
      );
      return label(value, node.op, args);
    }
    if (isOp(node, "pad")) return this.#pad(node, indices);
    if (isOp(node, "concat")) return this.#concat(node, indices);
    if (isOp(node, "fold")) return this.#fold(node, indices);
    if (isOp(node, "gather")) return this.#gather(node, indices);
    if (isOp(node, "random")) {
      const key = [0, 1].map((word) => this.of(node.sources[0]!, [whole(word)]));
      const value = randomElement(key[0]!, key[1]!, flatten(indices, node.shape), node.dtype);
      return label(value, "random", [...(key as Expr[]), indexValue(flatten(indices, node.shape))]);
    }
    throw new Error(`compiler: ${node.op} has to be in memory before it is read`);
  }

  #check(condition: Expr, site: Node, value: Expr, code: number): void {
    if (isTrue(condition)) return;
    const where = isTrue(this.#guard) ? condition : or(not(this.#guard), condition);
    this.checks.push({ condition: where, site, value, code });
  }

  /** `build()` where the condition holds, else the other value. */
  #guarded(condition: Expr, build: () => Expr, otherwise: Expr): Expr {
    if (isFalse(condition)) return otherwise;
    const before = this.#guard;
    this.#guard = both(before, condition);
    const value = build();
    this.#guard = before;
    return isTrue(condition) ? value : select(condition, value, otherwise);
  }

  #pad(node: Node<"pad">, indices: readonly Index[]): Expr {
    const { low, interior, value } = node.attrs;
    const source = node.sources[0]!;
    let condition = TRUE();
    const moved = indices.map((index, axis) => {
      const [size, step] = [source.shape[axis]!, interior[axis]! + 1];
      const from = offsetBy(index, -low[axis]!);
      const place = quotient(from, step);
      if (step > 1) condition = both(condition, inside(remainder(from, step), 1));
      condition = both(condition, inside(place, size));
      return place;
    });
    const padding = constant(value, valueTypeOf(node.dtype));
    return this.#guarded(condition, () => this.#inside(source, moved), padding);
  }

  /**
   * The element at indices that are known to be inside wherever it counts. It is built with variables that are inside
   * everywhere, so that its own indices become simple.
   */
  #inside(source: Node, indices: readonly Index[]): Expr {
    const actual = new Map<Var, Index>();
    const bounded = indices.map((index, axis) => {
      const size = source.shape[axis]!;
      const [low, high] = bounds(index);
      if ((low >= 0 && high < size) || size === 1) return size === 1 ? ZERO : index;
      const variable = newVar("inside", size);
      actual.set(variable, index);
      return at(variable);
    });
    if (actual.size === 0) return this.of(source, bounded);
    const from = this.checks.length;
    const value = this.of(source, bounded);
    const back = new Substitution((variable) => actual.get(variable));
    for (let i = from; i < this.checks.length; i++) {
      const check = this.checks[i]!;
      this.checks[i] = { ...check, condition: back.expr(check.condition), value: back.expr(check.value) };
    }
    return back.expr(value);
  }

  #concat(node: Node<"concat">, indices: readonly Index[]): Expr {
    const { axis } = node.attrs;
    const along = indices[axis]!;
    let end = node.shape[axis]!;
    let value: Expr | undefined;
    for (let i = node.sources.length - 1; i >= 0; i--) {
      const part = node.sources[i]!;
      const size = part.shape[axis]!;
      const begin = end - size;
      end = begin;
      if (size === 0) continue;
      const from = offsetBy(along, -begin);
      const moved = indices.map((index, other) => (other === axis ? from : index));
      const condition = inside(from, size);
      if (value === undefined)
        value = this.#guarded(condition, () => this.#inside(part, moved), zero(node.dtype));
      else value = this.#guarded(condition, () => this.#inside(part, moved), value);
    }
    return value ?? zero(node.dtype);
  }

  /** The adjoint of windows, pulled: the sum over all places in a window that may have come from here. */
  #fold(node: Node<"fold">, indices: readonly Index[]): Expr {
    const { axes, size, stride, dilation } = node.attrs;
    const source = node.sources[0]!;
    const rank = node.shape.length;
    const window: Index[] = new Array(axes.length).fill(ZERO);
    const moved = [...indices, ...window];
    const tap = (i: number, condition: Expr): Expr => {
      if (i === axes.length) {
        return this.#guarded(condition, () => this.#inside(source, [...moved]), zero(node.dtype));
      }
      const axis = axes[i]!;
      const [n, s, d] = [source.shape[axis]!, stride[i]!, dilation[i]!];
      const at = (k: Index): Expr => {
        const from = minus(indices[axis]!, times(k, d));
        moved[rank + i] = k;
        moved[axis] = quotient(from, s);
        return tap(i + 1, both(condition, both(inside(remainder(from, s), 1), inside(moved[axis]!, n))));
      };
      // Windows that do not overlap: every place lies in one of them at most.
      if (d === 1 && s >= size[i]!) {
        const k = remainder(indices[axis]!, s);
        moved[rank + i] = k;
        moved[axis] = quotient(indices[axis]!, s);
        return tap(i + 1, both(condition, both(inside(k, size[i]!), inside(moved[axis]!, n))));
      }
      let sum: Expr | undefined;
      for (let k = 0; k < size[i]!; k++) {
        const term = at(whole(k));
        sum = sum === undefined ? term : add(sum, term);
      }
      return sum!;
    };
    return tap(0, TRUE());
  }

  #gather(node: Node<"gather">, indices: readonly Index[]): Expr {
    const { axes } = node.attrs;
    const [x, ...positions] = node.sources;
    const front = positions[0]!.shape.length;
    const moved: Index[] = [];
    let rest = front;
    for (let axis = 0; axis < x!.shape.length; axis++) {
      const n = axes.indexOf(axis);
      if (n < 0) moved.push(indices[rest++]!);
      else
        moved.push(
          this.position(node, this.of(positions[n]!, indices.slice(0, front)), x!.shape[axis]!, axis),
        );
    }
    return this.of(x!, moved);
  }

  /** An index that was read: counted from the end where it is negative, checked, and kept within the axis. */
  position(site: Node, read: Expr, size: number, axis: number): Index {
    if (read.op === "index") {
      const [low, high] = bounds(read.index!);
      if (low >= 0 && high < size) return read.index!;
    }
    const fixed = read.op === "const" ? read.value : undefined;
    if (fixed !== undefined && fixed >= -size && fixed < size) return whole(fixed < 0 ? fixed + size : fixed);
    const number = (n: number): Expr => constant(n, "i32");
    const counted = select(lt(read, number(0)), add(read, number(size)), read);
    const fits = both(not(lt(counted, number(0))), lt(counted, number(size)));
    this.#check(fits, site, read, axis);
    return unknown(select(fits, counted, number(0)), size - 1);
  }
}

const zero = (dtype: DType): Expr => constant(0, valueTypeOf(dtype));

/** An element of a buffer that holds a node's values row by row. */
export const loadAt = (buffer: Buffer, indices: readonly Index[], shape: readonly number[]): Expr =>
  load(buffer, flatten(indices, shape));
