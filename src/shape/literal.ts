/**
 * The shape of nested lists: `[[1, 2], [3, 4]]` is (2,2).
 *
 * The type looks at the union of a list's elements rather than at each element, so a literal of ten thousand numbers
 * costs the checker no more than its nesting.
 */
import { ShapeError } from "../errors.js";
import type { FormatShape, IsUnion, Shape } from "./shape.js";
import { formatShape } from "./shape.js";

/** A number or boolean, or lists of them nested to any depth. */
export type Nested = number | boolean | readonly Nested[];

/** Lists whose lengths differ somewhere: the axes before the first difference. */
interface Ragged<Dims extends Shape> {
  readonly ragged: Dims;
}

type Tails<Shapes> = Shapes extends readonly [number, ...infer Rest extends number[]] ? Rest : [];

// The shape that all the shapes of a union agree on.
type Agree<Shapes, Result extends number[] = []> = [Shapes] extends [readonly []]
  ? Result
  : [Shapes] extends [readonly [number, ...number[]]]
    ? IsUnion<Shapes[0]> extends true
      ? Ragged<Result>
      : Agree<Tails<Shapes>, [...Result, Shapes[0]]>
    : Ragged<Result>;

type DimsOf<Child> = Child extends Ragged<infer Dims> ? Dims : Child;

type Inside<Length extends number, Children> = [Children] extends [never]
  ? [Length]
  : Shape extends Children
    ? Shape
    : [Children] extends [Shape]
      ? Agree<Children> extends infer Dims
        ? Dims extends Ragged<infer Common>
          ? Ragged<[Length, ...Common]>
          : Dims extends Shape
            ? [Length, ...Dims]
            : never
        : never
      : Agree<DimsOf<Children>> extends infer Dims
        ? Ragged<[Length, ...(Dims extends Ragged<infer Common> ? Common : Dims extends Shape ? Dims : [])]>
        : never;

// The tuple, Shape, or Ragged of each member of a union.
type Measure<N> = N extends number | boolean | bigint
  ? []
  : N extends { readonly BYTES_PER_ELEMENT: number }
    ? [number]
    : N extends readonly unknown[]
      ? Nested extends N[number]
        ? Shape
        : Inside<N["length"], Measure<N[number]>>
      : Shape;

/** The shape of nested lists, or NumPy's sentence where they are ragged. `number[]` is `[number]`. */
export type ShapeOf<N> = Nested extends N
  ? Shape
  : Measure<N> extends infer Dims
    ? IsUnion<Dims> extends true
      ? Shape
      : Dims extends Ragged<infer Common>
        ? `setting an array element with a sequence. The requested array has an inhomogeneous shape after ${Common["length"]} dimensions. The detected shape was ${FormatShape<Common>} + inhomogeneous part.`
        : Dims
    : never;

// The axes that all children agree on, and whether that is all of them.
function measure(nested: unknown): { dims: number[]; ragged: boolean } {
  if (ArrayBuffer.isView(nested)) return { dims: [(nested as Float32Array).length], ragged: false };
  if (!Array.isArray(nested)) return { dims: [], ragged: false };
  if (nested.length === 0) return { dims: [0], ragged: false };
  let { dims, ragged } = measure(nested[0]);
  for (let position = 1; position < nested.length; position++) {
    const next = measure(nested[position]);
    let common = 0;
    while (common < dims.length && common < next.dims.length && dims[common] === next.dims[common]) common++;
    if (next.ragged || common < dims.length || common < next.dims.length) ragged = true;
    dims = dims.slice(0, common);
  }
  return { dims: [nested.length, ...dims], ragged };
}

/**
 * The shape of nested lists. A number is `[]`, an empty list `[0]`.
 *
 * @throws ShapeError NumPy's sentence where lists at the same depth differ in length
 */
export function shapeOf(nested: unknown): number[] {
  const { dims, ragged } = measure(nested);
  if (!ragged) return dims;
  throw new ShapeError(
    `setting an array element with a sequence. The requested array has an inhomogeneous shape after ${dims.length} dimensions. The detected shape was ${formatShape(dims)} + inhomogeneous part.`,
  );
}
