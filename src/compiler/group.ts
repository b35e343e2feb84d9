/**
 * Groups: what becomes one kernel. A group is a frame of loops, some over what is computed (outer) and some that are
 * summed up or walked through within (inner), and the values that are computed in it. A value lives at a level: once for
 * each outer point, or once for each outer and inner point, in a stage: stage s may use what the inner loops of the
 * stages before s have summed up.
 */
import type { Node, Primitive } from "../graph/index.js";
import { at, type Index, newVar, type Var } from "./index-form.js";

export type GroupKind = "map" | "reduce" | "contract" | "cumsum" | "argsort" | "scatter";

/** Primitives that begin a kernel: their result is more than one reading of each source. */
export const ANCHORS: ReadonlySet<Primitive> = new Set<Primitive>([
  "sum",
  "prod",
  "amax",
  "amin",
  "contract",
  "cumsum",
  "argsort",
  "scatter",
]);

export const REDUCTIONS: ReadonlySet<Primitive> = new Set<Primitive>([
  "sum",
  "prod",
  "amax",
  "amin",
  "contract",
]);

export interface Member {
  readonly node: Node;
  readonly level: "outer" | "inner";
  /** The node's own indices in terms of the group's variables. */
  readonly indices: readonly Index[];
  /**
   * Of an inner value, the stage in which it is computed. Of an outer value, the stage from which on it is known: one more
   * than the stage that sums it.
   */
  readonly stage: number;
  /** Of a sum, the indices of what it sums. */
  readonly source?: readonly Index[];
}

export interface Group {
  readonly id: number;
  readonly kind: GroupKind;
  readonly outer: readonly Var[];
  readonly inner: readonly Var[];
  readonly members: Map<Node, Member>;
  /** Groups whose results this one reads. */
  readonly needs: Set<Group>;
}

let nextGroup = 1;

export function newGroup(kind: GroupKind, outer: readonly number[], inner: readonly number[]): Group {
  return {
    id: nextGroup++,
    kind,
    outer: outer.map((n, i) => newVar(`${"ijklmnop"[i] ?? `o${i}_`}`, n)),
    inner: inner.map((n, i) => newVar(`${"rstuvw"[i] ?? `r${i}_`}`, n)),
    members: new Map(),
    needs: new Set(),
  };
}

export const indicesOf = (variables: readonly Var[]): Index[] => variables.map(at);

/** Does the group read, through any number of others, what the other one computes? */
export function dependsOnGroup(group: Group, other: Group): boolean {
  const seen = new Set<Group>();
  const stack = [group];
  while (stack.length > 0) {
    const next = stack.pop()!;
    if (next === other) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    for (const needed of next.needs) stack.push(needed);
  }
  return false;
}
