/**
 * Axes in another order, and axes of size 1 that come and go.
 *
 * The run-time functions give a permutation (axis i of the result is axis `permutation[i]` of the input), because that
 * is what the graph records; `permuteShape` applies it to a shape.
 */
import { AxisError, ShapeError } from "../errors.js";
import type { Add } from "./arithmetic.js";
import {
  type AxisArgument,
  type DropAxes,
  type IsLiteral,
  type IsRanked,
  type NormalizeAxis,
  type NormalizeAxisList,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  type UnknownDims,
} from "./shape.js";

type Reversed<S extends Shape, Result extends number[] = []> = S extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? Reversed<Rest, [First, ...Result]>
  : Result;

type PickAxes<S extends Shape, Axes extends readonly number[]> = [
  ...{ -readonly [Position in keyof Axes]: S[Axes[Position]] },
];

type PickChecked<S extends Shape, Axes> = Axes extends string
  ? Axes
  : Axes extends number[]
    ? number extends Axes["length"]
      ? UnknownDims<S>
      : PickAxes<S, Axes>
    : never;

/** The shape of `t.permute(Axes)`, or NumPy's sentence. */
export type Permute<S extends Shape, Axes extends readonly number[]> =
  IsRanked<S> extends false
    ? Shape
    : IsRanked<Axes> extends false
      ? UnknownDims<S>
      : Axes["length"] extends S["length"]
        ? PickChecked<S, NormalizeAxisList<Axes, S["length"], "repeated axis in transpose">>
        : "axes don't match array";

/** The shape of `t.transpose(Axes)`: the axes reversed where none are given. */
export type Transpose<S extends Shape, Axes extends readonly number[] | null | undefined = undefined> =
  IsRanked<S> extends false
    ? Shape
    : [Axes] extends [readonly number[]]
      ? Permute<S, Axes>
      : [Axes] extends [null | undefined]
        ? Reversed<S>
        : UnknownDims<S>;

/** A shape with its axes in another order. */
export function permuteShape(shape: Shape, permutation: readonly number[]): number[] {
  return permutation.map((axis) => shape[axis]!);
}

/**
 * The permutation of `t.transpose(axes)`: the axes reversed where none are given.
 *
 * @throws AxisError when the axes are not each of the array's axes once
 */
export function transposeAxes(rank: number, axes?: readonly number[] | null): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (axes.length !== rank) throw new AxisError("axes don't match array");
  return normalizeAxes(axes, rank, "repeated axis in transpose");
}

type SwapTwo<S extends Shape, A, B> = A extends string
  ? A
  : B extends string
    ? B
    : A extends number
      ? B extends number
        ? number extends A | B
          ? UnknownDims<S>
          : [
              ...{
                -readonly [Axis in keyof S]: Axis extends `${A}`
                  ? S[B]
                  : Axis extends `${B}`
                    ? S[A]
                    : S[Axis];
              },
            ]
        : never
      : never;

/** The shape of `t.swapaxes(A, B)`. */
export type SwapAxes<S extends Shape, A extends number, B extends number> =
  IsRanked<S> extends false
    ? Shape
    : SwapTwo<S, NormalizeAxis<A, S["length"], "axis1">, NormalizeAxis<B, S["length"], "axis2">>;

/**
 * The permutation of `t.swapaxes(a, b)`.
 *
 * @throws AxisError when the array has no such axis
 */
export function swapAxes(rank: number, a: number, b: number): number[] {
  const first = normalizeAxis(a, rank, "axis1");
  const second = normalizeAxis(b, rank, "axis2");
  const permutation = Array.from({ length: rank }, (_, axis) => axis);
  permutation[first] = second;
  permutation[second] = first;
  return permutation;
}

// S with a dimension put in at a position of the result.
type Insert<
  S extends Shape,
  Position extends number,
  Dim extends number,
  Before extends number[] = [],
> = Before["length"] extends Position
  ? [...Before, Dim, ...S]
  : S extends readonly [infer First extends number, ...infer Rest extends number[]]
    ? Insert<Rest, Position, Dim, [...Before, First]>
    : [...Before, Dim];

type MoveOne<S extends Shape, Source, Destination> = Source extends string
  ? Source
  : Destination extends string
    ? Destination
    : Source extends number
      ? Destination extends number
        ? number extends Source | Destination
          ? UnknownDims<S>
          : Insert<DropAxes<S, Source>, Destination, S[Source]>
        : never
      : never;

/** The shape of `t.moveaxis(Source, Destination)`. For lists of axes the dimensions are known at run time. */
export type MoveAxis<
  S extends Shape,
  Source extends number | readonly number[],
  Destination extends number | readonly number[],
> =
  IsRanked<S> extends false
    ? Shape
    : [Source] extends [number]
      ? [Destination] extends [number]
        ? MoveOne<
            S,
            NormalizeAxis<Source, S["length"], "source">,
            NormalizeAxis<Destination, S["length"], "destination">
          >
        : UnknownDims<S>
      : UnknownDims<S>;

/**
 * The permutation of `t.moveaxis(source, destination)`; the other axes keep their order.
 *
 * @throws AxisError when the array has no such axis, or one is named twice
 */
export function moveAxis(
  rank: number,
  source: number | readonly number[],
  destination: number | readonly number[],
): number[] {
  const list = (axes: number | readonly number[], what: string) => {
    const normalized = (typeof axes === "number" ? [axes] : axes).map((axis) =>
      normalizeAxis(axis, rank, what),
    );
    if (new Set(normalized).size !== normalized.length)
      throw new AxisError(`repeated axis in \`${what}\` argument`);
    return normalized;
  };
  const from = list(source, "source");
  const to = list(destination, "destination");
  if (from.length !== to.length) {
    throw new AxisError("`source` and `destination` arguments must have the same number of elements");
  }
  const permutation = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !from.includes(axis));
  for (const [position, axis] of to.map((axis, i) => [axis, from[i]!] as const).sort((a, b) => a[0] - b[0])) {
    permutation.splice(position, 0, axis);
  }
  return permutation;
}

type DropOnes<S extends Shape, Result extends number[] = []> = S extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? IsLiteral<First> extends false
    ? Shape
    : DropOnes<Rest, [First] extends [1] ? Result : [...Result, First]>
  : Result;

// An unknown dimension may be 1.
type SqueezeAxes<S extends Shape, Axes> = Axes extends string
  ? Axes
  : Axes extends number[]
    ? number extends Axes["length"]
      ? Shape
      : [Exclude<S[Axes[number]], 1>] extends [never]
        ? DropAxes<S, Axes[number]>
        : number extends S[Axes[number]]
          ? DropAxes<S, Axes[number]>
          : "cannot select an axis to squeeze out which has size not equal to one"
    : never;

/** The shape of `t.squeeze(Axis)`: axes of size 1 dropped, all of them where none are given. */
export type Squeeze<S extends Shape, Axis extends AxisArgument = undefined> =
  IsRanked<S> extends false
    ? Shape
    : [Axis] extends [null | undefined]
      ? DropOnes<S>
      : [Axis] extends [number]
        ? SqueezeAxes<S, NormalizeAxisList<[Axis], S["length"], "duplicate value in 'axis'">>
        : [Axis] extends [readonly number[]]
          ? SqueezeAxes<S, NormalizeAxisList<Axis, S["length"], "duplicate value in 'axis'">>
          : Shape;

/**
 * The shape of `t.squeeze(axis)`: axes of size 1 dropped, all of them where none are given.
 *
 * @throws AxisError when the array has no such axis; ShapeError when its size is not 1
 */
export function squeezeShape(shape: Shape, axis?: AxisArgument): number[] {
  if (axis === null || axis === undefined) return shape.filter((size) => size !== 1);
  const axes = normalizeAxes(axis, shape.length);
  if (axes.some((position) => shape[position] !== 1)) {
    throw new ShapeError("cannot select an axis to squeeze out which has size not equal to one");
  }
  return shape.filter((_, position) => !axes.includes(position));
}

// Axes are positions in the result, so they are read against the result's rank.
type InsertOnes<
  S extends Shape,
  Axes extends number,
  Seen extends 0[] = [],
  Result extends number[] = [],
> = Seen["length"] extends Axes
  ? InsertOnes<S, Axes, [...Seen, 0], [...Result, 1]>
  : S extends readonly [infer First extends number, ...infer Rest extends number[]]
    ? InsertOnes<Rest, Axes, [...Seen, 0], [...Result, First]>
    : Result;

type UnsqueezeAxes<S extends Shape, Axes> = Axes extends string
  ? Axes
  : Axes extends number[]
    ? number extends Axes["length"]
      ? Shape
      : InsertOnes<S, Axes[number]>
    : never;

/** The shape of `t.unsqueeze(Axis)`: axes of size 1 put in, at positions in the result. */
export type Unsqueeze<S extends Shape, Axis extends number | readonly number[]> =
  IsRanked<S> extends false
    ? Shape
    : [Axis] extends [number]
      ? UnsqueezeAxes<S, NormalizeAxisList<[Axis], Add<S["length"], 1>, "repeated axis">>
      : [Axis] extends [readonly number[]]
        ? UnsqueezeAxes<S, NormalizeAxisList<Axis, Add<S["length"], Axis["length"]>, "repeated axis">>
        : Shape;

/**
 * The shape of `t.unsqueeze(axis)`: axes of size 1 put in, at positions in the result.
 *
 * @throws AxisError when the result has no such axis, or one is named twice
 */
export function unsqueezeShape(shape: Shape, axis: number | readonly number[]): number[] {
  const count = typeof axis === "number" ? 1 : axis.length;
  const axes = normalizeAxes(axis, shape.length + count, "repeated axis");
  const result = [...shape];
  for (const position of axes.sort((a, b) => a - b)) result.splice(position, 0, 1);
  return result;
}
