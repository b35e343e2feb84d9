/** How a nest walks through memory along its axes: what the heuristics decide by. */
import type { Expr } from "./expression.js";
import { dependsOn, type Index, strideOf, type Var, visitAtoms } from "./index-form.js";
import { type Nest, visitIndices } from "./nest.js";

/** Step along a variable: 0 where it stays, undefined where it jumps. */
export function stepOf(index: Index, variable: Var): number | undefined {
  let jumps = false;
  visitAtoms(index, (atom) => {
    if (atom.kind === "unknown" && expressionDependsOn(atom.value as Expr, variable)) jumps = true;
  });
  return jumps ? undefined : strideOf(index, variable);
}

/** The longest step in memory along a variable, in elements; a jump counts as nothing. */
export function farthestStep(nest: Nest, variable: Var): number {
  let farthest = 0;
  visitIndices(nest, (index, use) => {
    if (use === "load") farthest = Math.max(farthest, Math.abs(stepOf(index, variable) ?? 0));
  });
  return farthest;
}

export function expressionDependsOn(e: Expr, variable: Var): boolean {
  const seen = new Map<Expr, boolean>();
  const walk = (at: Expr): boolean => {
    const known = seen.get(at);
    if (known !== undefined) return known;
    let result = at.index !== undefined && dependsOn(at.index, variable);
    if (!result && at.index !== undefined) {
      visitAtoms(at.index, (atom) => {
        if (atom.kind === "unknown") result ||= walk(atom.value as Expr);
      });
    }
    result ||= at.args.some(walk);
    seen.set(at, result);
    return result;
  };
  return walk(e);
}

/** Cost of one access by vectors, in vector loads: neighbours are one load, anything else is a load a lane. */
function accessCost(step: number | undefined, use: "load" | "store" | "value"): number {
  if (step === 0) return use === "store" ? 6 : 0;
  if (use === "value") return step === undefined ? 8 : 0;
  if (step === 1) return 1;
  if (step === -1) return 2;
  if (step === 2) return 3;
  return step === undefined ? 12 : 7;
}

/** What it costs the nest to go by vectors along that variable. */
export function vectorCost(nest: Nest, variable: Var): number {
  let cost = 0;
  visitIndices(nest, (index, use) => {
    cost += accessCost(stepOf(index, variable), use);
  });
  return cost;
}

/** Does any number that is no place in memory, such as a condition, depend on it in a way that is not even? */
export const extentsOf = (variables: readonly { readonly variable: Var }[]): number =>
  variables.reduce((n, { variable }) => n * variable.extent, 1);

/** How many operations those values take, by and large. */
export function operationsOf(list: readonly { readonly value: Expr }[]): number {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e) || e.op === "const") return;
    seen.add(e);
    e.args.forEach(walk);
  };
  for (const { value } of list) walk(value);
  return seen.size;
}
