/**
 * The verifier: checks a graph between stages. Every node must be a row of the table, its sources must come before
 * it, and its shape and dtype must be what the row's rule says. It finds a wrong gradient rule or rewrite at the
 * node that it made, long before a number looks odd.
 */
import { VerificationError } from "../errors.js";
import { formatShape, sameShape, sizeOf } from "../shape/index.js";
import type { Meta } from "./attrs.js";
import { isFloat } from "./dtype.js";
import { inferMeta, isOp, type Node } from "./node.js";
import { type Accepts, ELEMENTWISE, primitives } from "./primitives.js";
import { topological } from "./traverse.js";

const describe = ({ shape, dtype }: Meta): string => `${dtype}${formatShape(shape)}`;

function accepted(accepts: Accepts, { dtype }: Meta): boolean {
  if (accepts === "any") return true;
  if (accepts === "float") return isFloat(dtype);
  if (accepts === "number") return dtype !== "bool";
  return accepts === "int32" ? dtype === "int32" : !isFloat(dtype);
}

function fail(at: Node, why: string): never {
  const sources = at.sources.map(describe).join(", ");
  throw new VerificationError(`node ${at.id} = ${at.op}(${sources}) -> ${describe(at)}: ${why}`);
}

function verifyElementwise(at: Node): void {
  const [first, ...rest] = at.op === "where" ? at.sources.slice(1) : at.sources;
  for (const other of rest) {
    if (!sameShape(first!.shape, other.shape)) fail(at, "elementwise sources differ in shape");
    if (first!.dtype !== other.dtype) fail(at, "elementwise sources differ in dtype");
  }
  if (at.op !== "where") return;
  const condition = at.sources[0]!;
  if (condition.dtype !== "bool") fail(at, "the condition is not bool");
  if (!sameShape(condition.shape, first!.shape)) fail(at, "the condition has another shape");
}

function verifyNode(at: Node): void {
  if (!Object.hasOwn(primitives, at.op)) fail(at, "no such primitive");
  const row = primitives[at.op];
  if (!at.shape.every((n) => Number.isSafeInteger(n) && n >= 0)) fail(at, "sizes must be whole numbers");
  if (at.sources.length > 0 && !accepted(row.accepts, at.sources[0]!))
    fail(at, `takes ${row.accepts} sources`);
  if (ELEMENTWISE.has(at.op)) verifyElementwise(at);
  const meta = inferMeta(at.op, at.sources, at.attrs);
  if (!sameShape(meta.shape, at.shape) || meta.dtype !== at.dtype)
    fail(at, `the rule gives ${describe(meta)}`);
  if (isOp(at, "constant") && !isFloat(at.dtype) && !Number.isInteger(at.attrs.value))
    fail(at, "a fraction in integers");
  const size = sizeOf(at.shape);
  if (at.storage !== undefined && (at.storage.length !== size || at.storage.dtype !== at.dtype))
    fail(at, `its value has ${at.storage.length} elements of ${at.storage.dtype}`);
}

/** Throws a `VerificationError` that names the first node that breaks a rule. Returns how many nodes were checked. */
export function verify(roots: readonly Node[]): number {
  const seen = new Set<Node>();
  const order = topological(roots);
  for (const at of order) {
    for (const source of at.sources)
      if (!seen.has(source)) fail(at, `source ${source.id} does not come before it`);
    verifyNode(at);
    seen.add(at);
  }
  return order.length;
}
