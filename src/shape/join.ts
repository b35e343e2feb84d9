/**
 * Several arrays made one along an axis, one array cut in parts, and one array repeated.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { Add, AddDigits, DivideDigits, Multiply, ToNumber } from "./arithmetic.js";
import {
  type IsLiteral,
  type IsRanked,
  type IsUnion,
  type NormalizeAxis,
  normalizeAxis,
  type SetDim,
  type Shape,
  type SizeOf,
  sameShape,
  sizeOf,
  type UnknownDims,
} from "./shape.js";

// The first axis but Axis at which two shapes differ for certain; null where there is none.
type FirstDifference<
  A extends Shape,
  B extends Shape,
  Axis extends number,
  Seen extends 0[] = [],
> = A extends readonly [infer DimA extends number, ...infer RestA extends number[]]
  ? B extends readonly [infer DimB extends number, ...infer RestB extends number[]]
    ? Seen["length"] extends Axis
      ? FirstDifference<RestA, RestB, Axis, [...Seen, 0]>
      : IsLiteral<DimA> extends false
        ? FirstDifference<RestA, RestB, Axis, [...Seen, 0]>
        : IsLiteral<DimB> extends false
          ? FirstDifference<RestA, RestB, Axis, [...Seen, 0]>
          : [DimA] extends [DimB]
            ? FirstDifference<RestA, RestB, Axis, [...Seen, 0]>
            : Seen["length"]
    : null
  : null;

// Each dimension from whichever shape knows it.
type Agreed<A extends Shape, B extends Shape> = [
  ...{
    -readonly [Axis in keyof A]: number extends A[Axis]
      ? Axis extends keyof B
        ? Extract<B[Axis], number>
        : number
      : A[Axis];
  },
];

// `Result` is what the shapes so far agree on, `Total` the digits of their sum along the axis.
type FoldConcatenate<
  First extends Shape,
  Shapes extends readonly Shape[],
  Axis extends number,
  Result extends Shape,
  Total extends string,
  Count extends 0[],
> = Shapes extends readonly [infer Next extends Shape, ...infer Rest extends readonly Shape[]]
  ? IsRanked<Next> extends false
    ? SetDim<UnknownDims<First>, Axis, number>
    : Next["length"] extends First["length"]
      ? FirstDifference<Result, Next, Axis> extends infer At
        ? At extends number
          ? `all the input array dimensions except for the concatenation axis must match exactly, but along dimension ${At}, the array at index 0 has size ${Result[At]} and the array at index ${Count["length"]} has size ${Next[At]}`
          : FoldConcatenate<First, Rest, Axis, Agreed<Result, Next>, Plus<Total, Next[Axis]>, [...Count, 0]>
        : never
      : `all the input arrays must have same number of dimensions, but the array at index 0 has ${First["length"]} dimension(s) and the array at index ${Count["length"]} has ${Next["length"]} dimension(s)`
  : SetDim<Result, Axis, string extends Total ? number : ToNumber<Total>>;

type Plus<Total extends string, Dim extends number> = string extends Total
  ? string
  : IsLiteral<Dim> extends true
    ? AddDigits<Total, `${Dim}`>
    : string;

type ConcatenateAt<First extends Shape, Rest extends readonly Shape[], Axis> = Axis extends string
  ? Axis
  : Axis extends number
    ? number extends Axis
      ? UnknownDims<First>
      : FoldConcatenate<First, Rest, Axis, First, Plus<"0", First[Axis]>, [0]>
    : never;

/** The shape of `concatenate(arrays, Axis)`, or NumPy's sentence. */
export type Concatenate<
  Shapes extends readonly Shape[],
  Axis extends number = 0,
> = number extends Shapes["length"]
  ? ConcatenateMany<Shapes[number], Axis>
  : Shapes extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
    ? IsRanked<First> extends false
      ? Shape
      : First["length"] extends 0
        ? "zero-dimensional arrays cannot be concatenated"
        : ConcatenateAt<First, Rest, NormalizeAxis<Axis, First["length"]>>
    : "need at least one array to concatenate";

// An array of arrays of one shape: how many there are is known at run time.
type ConcatenateMany<S extends Shape, Axis extends number> =
  IsUnion<S> extends true
    ? Shape
    : IsRanked<S> extends false
      ? Shape
      : S["length"] extends 0
        ? "zero-dimensional arrays cannot be concatenated"
        : NormalizeAxis<Axis, S["length"]> extends infer Position
          ? Position extends string
            ? Position
            : Position extends number
              ? SetDim<S, Position, number>
              : never
          : never;

/**
 * The shape of `concatenate(arrays, axis)`: the sizes along the axis are added, all others must be equal.
 *
 * @throws ShapeError NumPy's sentences; AxisError when the arrays have no such axis
 */
export function concatenateShape(shapes: readonly Shape[], axis = 0): number[] {
  const first = shapes[0];
  if (first === undefined) throw new ValueError("need at least one array to concatenate");
  if (first.length === 0) throw new ShapeError("zero-dimensional arrays cannot be concatenated");
  const position = normalizeAxis(axis, first.length);
  const result = [...first];
  for (const [index, shape] of shapes.entries()) {
    if (index === 0) continue;
    if (shape.length !== first.length) {
      throw new ShapeError(
        `all the input arrays must have same number of dimensions, but the array at index 0 has ${first.length} dimension(s) and the array at index ${index} has ${shape.length} dimension(s)`,
      );
    }
    const at = shape.findIndex((size, i) => i !== position && size !== first[i]);
    if (at >= 0) {
      throw new ShapeError(
        `all the input array dimensions except for the concatenation axis must match exactly, but along dimension ${at}, the array at index 0 has size ${first[at]} and the array at index ${index} has size ${shape[at]}`,
      );
    }
    result[position]! += shape[position]!;
  }
  return result;
}

type FoldStack<
  Shapes extends readonly Shape[],
  Result extends Shape,
  Count extends number,
  Axis extends number,
> = Shapes extends readonly [infer Next extends Shape, ...infer Rest extends readonly Shape[]]
  ? IsRanked<Next> extends false
    ? Shape
    : Next["length"] extends Result["length"]
      ? FirstDifference<Result, Next, -1> extends number
        ? "all input arrays must have the same shape"
        : FoldStack<Rest, Agreed<Result, Next>, Count, Axis>
      : "all input arrays must have the same shape"
  : InsertAt<Result, NormalizeAxis<Axis, Add<Result["length"], 1>>, Count>;

type InsertAt<
  S extends Shape,
  Position,
  Dim extends number,
  Before extends number[] = [],
> = Position extends string
  ? Position
  : number extends Position
    ? [...UnknownDims<Before>, ...UnknownDims<S>, number]
    : Before["length"] extends Position
      ? [...Before, Dim, ...S]
      : S extends readonly [infer First extends number, ...infer Rest extends number[]]
        ? InsertAt<Rest, Position, Dim, [...Before, First]>
        : [...Before, Dim];

/** The shape of `stack(arrays, Axis)`: a new axis that counts the arrays, or NumPy's sentence. */
export type Stack<Shapes extends readonly Shape[], Axis extends number = 0> = number extends Shapes["length"]
  ? IsUnion<Shapes[number]> extends true
    ? Shape
    : IsRanked<Shapes[number]> extends false
      ? Shape
      : InsertAt<Shapes[number], NormalizeAxis<Axis, Add<Shapes[number]["length"], 1>>, number>
  : Shapes extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
    ? IsRanked<First> extends false
      ? Shape
      : FoldStack<Rest, First, Shapes["length"], Axis>
    : "need at least one array to stack";

/**
 * The shape of `stack(arrays, axis)`: a new axis, at a position in the result, that counts the arrays.
 *
 * @throws ShapeError `all input arrays must have the same shape`; AxisError when the result has no such axis
 */
export function stackShape(shapes: readonly Shape[], axis = 0): number[] {
  const first = shapes[0];
  if (first === undefined) throw new ValueError("need at least one array to stack");
  if (!shapes.every((shape) => sameShape(shape, first))) {
    throw new ShapeError("all input arrays must have the same shape");
  }
  const position = normalizeAxis(axis, first.length + 1);
  return [...first.slice(0, position), shapes.length, ...first.slice(position)];
}

type SplitAt<S extends Shape, Parts extends number, Axis> = Axis extends string
  ? Axis
  : Axis extends number
    ? number extends Axis
      ? UnknownDims<S>
      : IsLiteral<Parts> extends false
        ? SetDim<S, Axis, number>
        : `${Parts}` extends "0" | `-${string}`
          ? "number sections must be larger than 0"
          : IsLiteral<S[Axis]> extends false
            ? SetDim<S, Axis, number>
            : DivideDigits<`${S[Axis]}`, `${Parts}`> extends [infer Part extends string, infer Rest]
              ? Rest extends "0"
                ? SetDim<S, Axis, ToNumber<Part>>
                : "array split does not result in an equal division"
              : never
    : never;

/** The shape of each part of `split(t, Parts, Axis)`; for a list of positions, the parts differ along the axis. */
export type Split<S extends Shape, Parts extends number | readonly number[], Axis extends number = 0> =
  IsRanked<S> extends false
    ? Shape
    : [Parts] extends [number]
      ? SplitAt<S, Parts, NormalizeAxis<Axis, S["length"]>>
      : SplitAt<S, number, NormalizeAxis<Axis, S["length"]>>;

/**
 * Where `split(t, parts, axis)` cuts: `[start, stop]` of each part along the axis. A list of positions is read as
 * Python reads slices between them.
 *
 * @throws ShapeError `array split does not result in an equal division`; AxisError when the array has no such axis
 */
export function splitBounds(shape: Shape, parts: number | readonly number[], axis = 0): [number, number][] {
  const size = shape[normalizeAxis(axis, shape.length)]!;
  if (typeof parts === "number") {
    if (!Number.isInteger(parts) || parts <= 0) throw new ValueError("number sections must be larger than 0");
    if (size % parts !== 0) throw new ShapeError("array split does not result in an equal division");
    return Array.from({ length: parts }, (_, part) => [(part * size) / parts, ((part + 1) * size) / parts]);
  }
  const clamp = (position: number) => Math.min(size, Math.max(0, position < 0 ? position + size : position));
  const cuts = [0, ...parts.map(clamp), size];
  return cuts.slice(1).map((stop, part) => [cuts[part]!, Math.max(cuts[part]!, stop)]);
}

type TileBoth<S extends Shape, Reps extends Shape, Result extends number[] = []> = S extends readonly [
  ...infer RestS extends number[],
  infer Dim extends number,
]
  ? Reps extends readonly [...infer RestReps extends number[], infer Rep extends number]
    ? TileBoth<RestS, RestReps, [Multiply<Dim, Rep>, ...Result]>
    : TileBoth<RestS, [], [Dim, ...Result]>
  : Reps extends readonly [...infer RestReps extends number[], infer Rep extends number]
    ? TileBoth<[], RestReps, [Rep, ...Result]>
    : Result;

/** The shape of `tile(t, Reps)`: shape and repetitions aligned at their last axes and multiplied. */
export type Tile<S extends Shape, Reps extends number | readonly number[]> =
  IsRanked<S> extends false
    ? Shape
    : [Reps] extends [number]
      ? Tile<S, [Reps]>
      : [Reps] extends [readonly number[]]
        ? IsRanked<Reps> extends false
          ? Shape
          : [Extract<`${Reps[number]}`, `-${string}`>] extends [never]
            ? TileBoth<S, Reps>
            : "negative dimensions are not allowed"
        : Shape;

/**
 * The shape of `tile(t, reps)`: shape and repetitions aligned at their last axes and multiplied.
 *
 * @throws ValueError when a repetition is negative
 */
export function tileShape(shape: Shape, reps: number | readonly number[]): number[] {
  const times = typeof reps === "number" ? [reps] : reps;
  if (times.some((count) => !(count >= 0))) throw new ValueError("negative dimensions are not allowed");
  const rank = Math.max(shape.length, times.length);
  const at = (list: Shape, axis: number) => list[axis - rank + list.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => at(shape, axis) * at(times, axis));
}

type RepeatAt<S extends Shape, Count extends number, Axis> = Axis extends string
  ? Axis
  : Axis extends number
    ? SetDim<S, Axis, Multiply<S[Axis], Count>>
    : never;

/** The shape of `repeat(t, Count, Axis)`: flat where no axis is given. */
export type Repeat<
  S extends Shape,
  Count extends number,
  Axis extends number | null | undefined = undefined,
> =
  IsRanked<S> extends false
    ? [Axis] extends [null | undefined]
      ? [number]
      : Shape
    : `${Count}` extends `-${string}`
      ? "negative dimensions are not allowed"
      : [Axis] extends [null | undefined]
        ? [Multiply<SizeOf<S>, Count>]
        : [Axis] extends [number]
          ? RepeatAt<S, Count, NormalizeAxis<Axis, S["length"]>>
          : Shape;

/**
 * The shape of `repeat(t, count, axis)`: flat where no axis is given.
 *
 * @throws ValueError when the count is negative; AxisError when the array has no such axis
 */
export function repeatShape(shape: Shape, count: number, axis?: number | null): number[] {
  if (!(count >= 0)) throw new ValueError("negative dimensions are not allowed");
  if (axis === null || axis === undefined) return [sizeOf(shape) * count];
  const position = normalizeAxis(axis, shape.length);
  return shape.map((size, i) => (i === position ? size * count : size));
}
