/**
 * Reads what users hand to a plot: nested lists, typed arrays, or anything that can turn itself into a list (a Tensor).
 * Plots know nothing of tensors beyond this structural interface, so that they can be used without them.
 */
import { ShapeError, ValueError } from "../errors.js";

/** Numbers in lists of any depth; booleans count as 0 and 1. */
export type NestedNumbers = readonly (number | boolean | NestedNumbers)[];

/** Whatever a plot accepts as numbers: lists, typed arrays, or an object with `toArray()` such as a Tensor. */
export type NumericInput = NestedNumbers | ArrayLike<number> | { toArray(): unknown };

/** A table of numbers stored row after row. */
export interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** The shape and the flat values of any numeric input; ragged lists and things that are not numbers are errors. */
export function readNumbers(operation: string, name: string, input: NumericInput) {
  const source = hasToArray(input) ? input.toArray() : input;
  const shape = measure(source);
  const values = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let filled = 0;

  function visit(node: unknown, depth: number): void {
    if (depth === shape.length) {
      values[filled++] = toNumber(operation, name, node);
      return;
    }
    if (!isArrayLike(node) || node.length !== shape[depth]) {
      throw new ShapeError(`${operation}: ${name} is ragged; every row must have ${shape[depth]} entries`);
    }
    for (let index = 0; index < node.length; index++) visit(node[index], depth + 1);
  }

  visit(source, 0);
  return { shape, values };
}

/** A sequence of numbers: shape (n,), or a column (n, 1) as networks return it. Empty input is an error. */
export function readVector(operation: string, name: string, input: NumericInput): Float64Array {
  const { shape, values } = readNumbers(operation, name, input);
  const isVector = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!isVector) {
    throw new ShapeError(`${operation}: ${name} must have one dimension, got shape ${formatShape(shape)}`);
  }
  if (values.length === 0) throw new ValueError(`${operation}: ${name} is empty; there is nothing to draw`);
  return values;
}

/** A table of numbers of shape (rows, columns). Empty input is an error. */
export function readMatrix(operation: string, name: string, input: NumericInput): Matrix {
  const { shape, values } = readNumbers(operation, name, input);
  if (shape.length !== 2) {
    throw new ShapeError(`${operation}: ${name} must have two dimensions, got shape ${formatShape(shape)}`);
  }
  if (values.length === 0) throw new ValueError(`${operation}: ${name} is empty; there is nothing to draw`);
  return { values, rows: shape[0]!, columns: shape[1]! };
}

/** The least and greatest finite values, or null where no value is finite. */
export function finiteExtent(values: Iterable<number>): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** A shape as NumPy writes it: `(3,)`, `(2,3)`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(",")})`;
}

function measure(source: unknown): number[] {
  const shape: number[] = [];
  let node = source;
  while (isArrayLike(node)) {
    shape.push(node.length);
    if (node.length === 0) break;
    node = node[0];
  }
  return shape;
}

function toNumber(operation: string, name: string, value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (isArrayLike(value)) {
    throw new ShapeError(`${operation}: ${name} is ragged; it mixes numbers and lists`);
  }
  throw new ValueError(
    `${operation}: ${name} holds ${value === null ? "null" : `a ${typeof value}`} where a number is needed`,
  );
}

function hasToArray(input: unknown): input is { toArray(): unknown } {
  return (
    typeof input === "object" && input !== null && "toArray" in input && typeof input.toArray === "function"
  );
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && "length" in value && typeof value.length === "number";
}
