/**
 * The shape that is left when axes are summed, averaged or otherwise made one number.
 */
import type { AxisArgument, DropAxes, IsRanked, NormalizeAxisList, Shape, UnknownDims } from "./shape.js";

type KeepAxes<S extends Shape, Axes extends number> = [
  ...{ -readonly [Axis in keyof S]: Axis extends `${Axes}` ? 1 : S[Axis] },
];

type DropFirst<S extends Shape> = S extends readonly [number, ...infer Rest extends number[]]
  ? UnknownDims<Rest>
  : [];

// One or several axes that the rule knows to be there, or whose number it knows.
type ReduceAxes<
  S extends Shape,
  Axes,
  Keep extends boolean,
  Given extends readonly number[],
> = Axes extends string
  ? Axes
  : Axes extends number[]
    ? number extends Axes["length"]
      ? Keep extends true
        ? UnknownDims<S>
        : Given["length"] extends 1
          ? DropFirst<S>
          : Shape
      : Keep extends true
        ? KeepAxes<S, Axes[number]>
        : DropAxes<S, Axes[number]>
    : never;

/**
 * The shape of a reduction over an axis, a list of axes, or (null, undefined) all axes; Keep leaves them in with
 * size 1.
 */
export type Reduce<
  S extends Shape,
  Axis extends AxisArgument = undefined,
  Keep extends boolean = false,
> = boolean extends Keep
  ? Shape
  : [Axis] extends [null | undefined]
    ? Keep extends false
      ? []
      : IsRanked<S> extends false
        ? Shape
        : [...{ -readonly [Position in keyof S]: 1 }]
    : IsRanked<S> extends false
      ? Shape
      : [Axis] extends [number]
        ? ReduceAxes<S, NormalizeAxisList<[Axis], S["length"], "duplicate value in 'axis'">, Keep, [Axis]>
        : [Axis] extends [readonly number[]]
          ? ReduceAxes<S, NormalizeAxisList<Axis, S["length"], "duplicate value in 'axis'">, Keep, Axis>
          : Keep extends true
            ? UnknownDims<S>
            : Shape;

/**
 * The shape of a reduction.
 *
 * @param axes counted from the front, each once: what `normalizeAxes` gives, which also throws for a wrong axis
 */
export function reduceShape(shape: Shape, axes: readonly number[], keepdims: boolean): number[] {
  if (keepdims) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}
