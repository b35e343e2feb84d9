/**
 * Nests: a kernel as loops that can still be rearranged. The transforms (`transforms/`) turn a nest into another that
 * computes the same; `emit.ts` then writes it out as statements.
 *
 *   for outer axes                         turns of the parallel loop and what lies in them
 *     for each stage
 *       accumulators, one for each point of the tile
 *       for the stage's loops              sums, or a walk over a row
 *         for each point of the tile: accumulate; store what is computed at inner points
 *       for each point of the tile: store what is computed once the sums are known
 */

import type { Node } from "../graph/index.js";
import type { KernelCode } from "./code.js";
import type { Across, Buffer, Expr, Local, ValueType } from "./expression.js";
import { type Index, type Var, visitAtoms } from "./index-form.js";
import { Substitution } from "./substitution.js";

export type Mode =
  /** One after the other. */
  | { readonly kind: "serial" }
  /** Written out, so that what it selects can live in registers. */
  | { readonly kind: "unrolled" }
  /** `lanes` neighbours at a time, `unroll` such groups together. */
  | { readonly kind: "vector"; readonly lanes: number; readonly unroll: number };

export interface Axis {
  readonly variable: Var;
  readonly mode: Mode;
  /** Places where the loop is cut in two, since conditions change there. */
  readonly cuts: readonly number[];
  /** Where this axis is a part of another one: in turn `last` of that axis only `rest` of it is there. */
  readonly tail?: { readonly of: Var; readonly last: number; readonly rest: number };
}

export interface Reduction {
  /** Stands for the result in the expressions that use it. */
  readonly result: Local;
  readonly op: Across;
  readonly type: ValueType;
  readonly value: Expr;
}

export interface Store {
  readonly buffer: Buffer;
  readonly index: Index;
  readonly value: Expr;
}

export interface Test {
  readonly condition: Expr;
  readonly value: Expr;
  readonly code: number;
  readonly site: Node;
}

export interface Stage {
  readonly loops: readonly Axis[];
  readonly reductions: readonly Reduction[];
  /** At every inner point. */
  readonly stores: readonly Store[];
  readonly tests: readonly Test[];
  /** Once the loops are done. */
  readonly finish: readonly Store[];
  readonly finishTests: readonly Test[];
  /** The turns of its loops build on each other: they stay in order. */
  readonly ordered?: boolean;
}

export interface Nest {
  readonly name: string;
  readonly outer: readonly Axis[];
  /** Outer axes, or parts of them, whose points are computed together in registers. */
  readonly tile: readonly Axis[];
  readonly stages: readonly Stage[];
  /** How many of the outer axes are turns of the parallel loop. */
  readonly parallel: number;
  /** How many places of the last parallel axis are visited with all places of the one before it. */
  readonly cluster?: number;
  /** Do addresses move on from turn to turn? Else they are computed in each. */
  readonly advance?: boolean;
  /** How code is made to ask for memory ahead of its use. */
  readonly prefetch?: (code: KernelCode) => KernelCode;
  /** Results of at least so many bytes go to memory past the cache. */
  readonly stream?: number;
}

export const SERIAL: Mode = { kind: "serial" };
export const UNROLLED: Mode = { kind: "unrolled" };

export const axisOver = (variable: Var, mode: Mode = SERIAL): Axis => ({ variable, mode, cuts: [] });

/** The nest with variables replaced everywhere but in its axes. */
export function substituteNest(nest: Nest, replace: (variable: Var) => Index | undefined): Nest {
  return mapNest(nest, new Substitution(replace));
}

export function mapNest(nest: Nest, by: Substitution): Nest {
  const store = ({ buffer, index, value }: Store): Store => ({
    buffer,
    index: by.index(index),
    value: by.expr(value),
  });
  const test = (t: Test): Test => ({ ...t, condition: by.expr(t.condition), value: by.expr(t.value) });
  return {
    ...nest,
    stages: nest.stages.map((stage) => ({
      ...stage,
      reductions: stage.reductions.map((r) => ({ ...r, value: by.expr(r.value) })),
      stores: stage.stores.map(store),
      tests: stage.tests.map(test),
      finish: stage.finish.map(store),
      finishTests: stage.finishTests.map(test),
    })),
  };
}

/** Every index form in the nest, with what it is for: addresses of loads and stores, and other numbers. */
export function visitIndices(
  nest: Nest,
  visit: (index: Index, use: "load" | "store" | "value") => void,
): void {
  const seen = new Set<Expr>();
  const inside = (index: Index): void =>
    visitAtoms(index, (atom) => {
      if (atom.kind === "unknown") walk(atom.value as Expr);
    });
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.index !== undefined) {
      visit(e.index, e.op === "load" ? "load" : "value");
      inside(e.index);
    }
    e.args.forEach(walk);
  };
  const stores = (list: readonly Store[]): void => {
    for (const { index, value } of list) {
      visit(index, "store");
      inside(index);
      walk(value);
    }
  };
  const tests = (list: readonly Test[]): void => {
    for (const { condition, value } of list) {
      walk(condition);
      walk(value);
    }
  };
  for (const stage of nest.stages) {
    for (const { value } of stage.reductions) walk(value);
    stores(stage.stores);
    stores(stage.finish);
    tests(stage.tests);
    tests(stage.finishTests);
  }
}
