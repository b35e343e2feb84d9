/**
 * Broadcasting, as NumPy defines it: shapes are aligned at their last axes, a missing axis counts as 1, and 1
 * stretches to whatever the other has.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { CompareDigits } from "./arithmetic.js";
import {
  type FormatShape,
  formatShape,
  type IsLiteral,
  type IsRanked,
  mustBeList,
  type Shape,
} from "./shape.js";

/** One dimension of the result; `never` where the two do not fit. An unknown dimension fits everything. */
export type BroadcastDim<A extends number, B extends number> = [A] extends [1]
  ? B
  : [B] extends [1]
    ? A
    : IsLiteral<A> extends false
      ? IsLiteral<B> extends false
        ? number
        : B
      : IsLiteral<B> extends false
        ? A
        : [A] extends [B]
          ? A
          : never;

// From the last axis to the first; `never` where two dimensions do not fit.
type BroadcastFromBack<A extends Shape, B extends Shape, Result extends number[] = []> = A extends readonly [
  ...infer RestA extends number[],
  infer LastA extends number,
]
  ? B extends readonly [...infer RestB extends number[], infer LastB extends number]
    ? [BroadcastDim<LastA, LastB>] extends [never]
      ? never
      : BroadcastFromBack<RestA, RestB, [BroadcastDim<LastA, LastB>, ...Result]>
    : [...A, ...Result]
  : [...B, ...Result];

/** The shape, or `never` where the two do not fit: for rules that have their own sentence. */
export type BroadcastOrNever<A extends Shape, B extends Shape> =
  IsRanked<A> extends false ? Shape : IsRanked<B> extends false ? Shape : BroadcastFromBack<A, B>;

/** The shape of an elementwise operation on shapes A and B, or NumPy's sentence. */
export type Broadcast<A extends Shape, B extends Shape> = [BroadcastOrNever<A, B>] extends [never]
  ? `operands could not be broadcast together with shapes ${FormatShape<A>} ${FormatShape<B>}`
  : BroadcastOrNever<A, B>;

/** Shapes printed one after the other, a space between. */
export type FormatShapes<
  Shapes extends readonly Shape[],
  Text extends string = "",
> = Shapes extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
  ? FormatShapes<Rest, Text extends "" ? FormatShape<First> : `${Text} ${FormatShape<First>}`>
  : Text;

type FoldBroadcast<
  Shapes extends readonly Shape[],
  Result extends Shape = [],
> = number extends Shapes["length"]
  ? Shape
  : Shapes extends readonly [infer First extends Shape, ...infer Rest extends readonly Shape[]]
    ? [BroadcastOrNever<Result, First>] extends [never]
      ? never
      : FoldBroadcast<Rest, BroadcastOrNever<Result, First>>
    : Result;

/** The shape of an elementwise operation on any number of shapes, or NumPy's sentence, which names them all. */
export type BroadcastAll<Shapes extends readonly Shape[]> = [FoldBroadcast<Shapes>] extends [never]
  ? `operands could not be broadcast together with shapes ${FormatShapes<Shapes>}`
  : FoldBroadcast<Shapes>;

/** The common shape, or null where the shapes do not fit. */
export function tryBroadcastShapes(shapes: readonly Shape[]): number[] | null {
  let rank = 0;
  for (const shape of shapes) rank = Math.max(rank, shape.length);
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      const size = shape[axis]!;
      if (size === 1) continue;
      if (result[offset + axis] === 1) result[offset + axis] = size;
      else if (result[offset + axis] !== size) return null;
    }
  }
  return result;
}

/**
 * The shape of an elementwise operation on the given shapes.
 *
 * @throws ShapeError `operands could not be broadcast together with shapes (2,3) (4,)`
 */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const result = tryBroadcastShapes(shapes);
  if (result !== null) return result;
  throw new ShapeError(
    `operands could not be broadcast together with shapes ${shapes.map(formatShape).join(" ")}`,
  );
}

// From the last axes; S has no more axes than To.
type Stretches<S extends Shape, To extends Shape> = S extends readonly [
  ...infer RestS extends number[],
  infer LastS extends number,
]
  ? To extends readonly [...infer RestTo extends number[], infer LastTo extends number]
    ? [LastS] extends [1]
      ? Stretches<RestS, RestTo>
      : IsLiteral<LastS> extends false
        ? Stretches<RestS, RestTo>
        : IsLiteral<LastTo> extends false
          ? Stretches<RestS, RestTo>
          : [LastS] extends [LastTo]
            ? Stretches<RestS, RestTo>
            : false
    : false
  : true;

/** To, where S stretches to it, or NumPy's sentence. */
export type BroadcastTo<S extends Shape, To extends Shape> = [
  Extract<`${To[number]}`, `-${string}`>,
] extends [never]
  ? IsRanked<S> extends false
    ? [...To]
    : IsRanked<To> extends false
      ? Shape
      : CompareDigits<`${S["length"]}`, `${To["length"]}`> extends "greater"
        ? To["length"] extends 0
          ? "cannot broadcast a non-scalar to a scalar array"
          : "input operand has more dimensions than allowed by the axis remapping"
        : Stretches<S, To> extends true
          ? [...To]
          : `operands could not be broadcast together with remapped shapes [original->remapped]: ${FormatShape<S>}  and requested shape ${FormatShape<To>}`
  : "all elements of broadcast shape must be non-negative";

/**
 * Checks that a shape stretches to another.
 *
 * @throws ShapeError when it does not; ValueError when `to` has a negative dimension
 */
export function checkBroadcastTo(shape: Shape, to: Shape): void {
  mustBeList(to, "a shape");
  if (to.some((size) => size < 0))
    throw new ValueError("all elements of broadcast shape must be non-negative");
  const offset = to.length - shape.length;
  if (offset < 0) {
    if (to.length === 0) throw new ShapeError("cannot broadcast a non-scalar to a scalar array");
    throw new ShapeError("input operand has more dimensions than allowed by the axis remapping");
  }
  if (shape.every((size, axis) => size === 1 || size === to[offset + axis])) return;
  throw new ShapeError(
    `operands could not be broadcast together with remapped shapes [original->remapped]: ${formatShape(shape)}  and requested shape ${formatShape(to)}`,
  );
}
