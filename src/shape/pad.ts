/**
 * Elements put before and after those of each axis.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { Add } from "./arithmetic.js";
import { type BroadcastTo, checkBroadcastTo } from "./broadcast.js";
import { type ShapeOf, shapeOf } from "./literal.js";
import type { IsRanked, Shape, UnknownDims } from "./shape.js";

/**
 * How much to pad, as NumPy takes it: one number for both sides of all axes, `[before, after]` for all axes, or a list
 * of `[before, after]` (or `[both]`), one an axis or one for all.
 */
export type PadWidths = number | readonly number[] | readonly (readonly number[])[];

// Each leaf of the widths.
type Leaves<W> = W extends number ? W : W extends readonly unknown[] ? Leaves<W[number]> : never;

type PadDim<Dim extends number, W> = W extends readonly [infer Both extends number]
  ? Add<Add<Dim, Both>, Both>
  : W extends readonly [infer Before extends number, infer After extends number]
    ? Add<Add<Dim, Before>, After>
    : number;

// One width pair for all axes, or one an axis.
type PadAll<S extends Shape, W> = [...{ -readonly [Axis in keyof S]: PadDim<S[Axis], W> }];
type PadEach<S extends Shape, W> = [
  ...{ -readonly [Axis in keyof S]: Axis extends keyof W ? PadDim<S[Axis], W[Axis]> : number },
];

type PadKnown<S extends Shape, W> = W extends number
  ? PadAll<S, [W]>
  : W extends readonly [readonly number[]]
    ? PadAll<S, W[0]>
    : W extends readonly (readonly number[])[]
      ? PadEach<S, W>
      : PadAll<S, W>;

/** The shape of `pad(t, Widths)`, or NumPy's sentence. */
export type Pad<S extends Shape, W extends PadWidths> =
  IsRanked<S> extends false
    ? Shape
    : [Extract<`${Leaves<W>}`, `-${string}`>] extends [never]
      ? ShapeOf<W> extends infer Given
        ? Given extends string
          ? Given
          : Given extends Shape
            ? BroadcastTo<Given, [S["length"], 2]> extends infer Fits
              ? Fits extends string
                ? Fits
                : number extends Given["length"] | Given[number]
                  ? UnknownDims<S>
                  : PadKnown<S, W>
              : never
            : never
        : never
      : "index can't contain negative values";

/**
 * `[before, after]` for each axis.
 *
 * @throws ValueError when a width is negative or not an integer; ShapeError when the list does not fit the rank
 */
export function normalizePadWidths(widths: PadWidths, rank: number): [number, number][] {
  const given = shapeOf(widths);
  const leaves = [widths].flat(2) as number[];
  if (leaves.some((width) => width < 0)) throw new ValueError("index can't contain negative values");
  if (!leaves.every((width) => Number.isSafeInteger(width)))
    throw new ValueError("pad widths must be integers");
  if (given.length > 2) throw new ShapeError("pad widths must be a number, a pair, or a list of pairs");
  checkBroadcastTo(given, [rank, 2]);
  const perAxis = given.length < 2 ? [leaves] : (widths as readonly (readonly number[])[]);
  return Array.from({ length: rank }, (_, axis) => {
    const pair = perAxis.length === 1 ? perAxis[0]! : perAxis[axis]!;
    return [pair[0]!, pair[pair.length - 1]!];
  });
}

/**
 * The shape of `pad(t, widths)`.
 *
 * @throws ValueError when a width is negative or not an integer; ShapeError when the list does not fit the rank
 */
export function padShape(shape: Shape, widths: PadWidths): number[] {
  const pairs = normalizePadWidths(widths, shape.length);
  return shape.map((size, axis) => pairs[axis]![0] + size + pairs[axis]![1]);
}
