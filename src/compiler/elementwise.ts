/** Elementwise primitives as expressions: the names of the graph, the operations of `math/`. */
import type { BinaryPrimitive, DType, Primitive, UnaryPrimitive } from "../graph/index.js";
import { constant, type Expr, indexValue, lt } from "./expression.js";
import type { Index } from "./index-form.js";
import * as math from "./math/index.js";

export type ElementwisePrimitive = UnaryPrimitive | BinaryPrimitive;

export const isElementwise = (op: Primitive): op is ElementwisePrimitive =>
  Object.hasOwn(math.unaryFunctions, op) || Object.hasOwn(math.binaryFunctions, op);

/** `refuse` is told the condition under which there is no result: an integer to a negative power. */
export function elementwise(
  op: ElementwisePrimitive,
  args: readonly Expr[],
  dtype: DType,
  refuse: (bad: Expr) => void,
): Expr {
  const [a, b] = args;
  if (op in math.unaryFunctions) return math.unaryFunctions[op as UnaryPrimitive](a!, dtype);
  if (op === "pow" && dtype === "int32") refuse(lt(b!, constant(0, "i32")));
  return math.binaryFunctions[op as BinaryPrimitive](a!, b!, dtype);
}

export const castExpression = (x: Expr, from: DType, to: DType): Expr => math.cast(x, from, to);

/** Element `flat` of a random array under a key of two words. */
export const randomElement = (key0: Expr, key1: Expr, flat: Index, dtype: DType): Expr =>
  math.randomElement(key0, key1, indexValue(flat), dtype);
