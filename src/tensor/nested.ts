/** Elements and nested lists of them, as JavaScript has them. */
import type { DType, TypedArray } from "../graph/index.js";
import type { Shape } from "../shape/index.js";

/** The nested lists that `toArray` gives for a shape: a number for 0-d, a list of lists for 2-d. */
export type NestedOf<S extends Shape, E> = S extends readonly []
  ? E
  : S extends readonly [number, ...infer Rest extends readonly number[]]
    ? NestedOf<Rest, E>[]
    : NestedArray<E>;

/** Nested lists of unknown depth. */
export type NestedArray<E> = E | NestedArray<E>[];

/** What one element is in JavaScript. */
export type ElementOf<D extends DType> = D extends "bool" ? boolean : number;

export const element = (value: number, dtype: DType): number | boolean =>
  dtype === "bool" ? value !== 0 : value;

/** Values in row-major order as nested lists. */
export function nest(data: TypedArray, shape: Shape, dtype: DType): NestedArray<number | boolean> {
  const build = (axis: number, from: number, block: number): NestedArray<number | boolean> => {
    if (axis === shape.length) return element(data[from]!, dtype);
    const inner = block / shape[axis]!;
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, from + i * inner, inner));
  };
  return build(0, 0, data.length);
}
