/**
 * The shapes of what makes images larger or smaller without learning, and of an axis taken apart.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { Add, FloorDivide, Multiply, Remainder } from "./arithmetic.js";
import {
  type FormatShape,
  formatShape,
  type IsLiteral,
  type IsRanked,
  mustBeList,
  type NormalizeAxis,
  normalizeAxis,
  type Shape,
  type SizeOf,
  sizeOf,
} from "./shape.js";
import { type PerAxis, type SplitSpatial, spread } from "./window.js";

/** The sizes that come out, or what the sizes are multiplied with: one for all axes, or one an axis. */
export interface ResizeOptions {
  readonly size?: PerAxis | undefined;
  readonly scaleFactor?: PerAxis | undefined;
}

// Whole factors multiply; of others the compiler knows nothing.
type Scaled<Size extends number, Factor extends number> = `${Factor}` extends
  | `${string}.${string}`
  | `${string}e${string}`
  ? number
  : Multiply<Size, Factor>;

type At<Setting, Axis> = Setting extends number
  ? Setting
  : Axis extends keyof Setting
    ? Extract<Setting[Axis], number>
    : number;

type Resized<Spatial extends Shape, O> = [
  ...{
    -readonly [Axis in keyof Spatial]: O extends { readonly size: infer Size extends PerAxis }
      ? At<Size, Axis>
      : O extends { readonly scaleFactor: infer Factor extends PerAxis }
        ? IsLiteral<At<Factor, Axis>> extends true
          ? Scaled<Spatial[Axis], At<Factor, Axis>>
          : number
        : number;
  },
];

type Drop<S extends Shape> = S extends readonly [number, number, ...infer Rest extends number[]] ? Rest : [];

/** The shape of S, (batch, channels, ...sizes), with other sizes. Rank is that of the sizes where a mode needs one. */
export type Resize<S extends Shape, O extends ResizeOptions, Rank extends number = number> =
  IsRanked<S> extends false
    ? Shape
    : S extends readonly [infer Batch extends number, infer Channels extends number, number, ...number[]]
      ? Drop<S>["length"] extends Rank
        ? [Batch, Channels, ...Resized<Drop<S>, O>]
        : `upsample: expected input of rank ${Add<Rank, 2>}, but got shape ${FormatShape<S>}`
      : `upsample: expected input of shape (batch, channels, ...sizes), but got ${FormatShape<S>}`;

/**
 * The shape of an input, (batch, channels, ...sizes), with other sizes: those asked for, or floor(size * factor).
 *
 * @throws ShapeError when the input has another rank, or nothing is left
 * @throws ValueError when a setting makes no sense
 */
export function resizeShape(input: Shape, options: ResizeOptions, rank: number | null = null): number[] {
  const count = input.length - 2;
  if (count < 1) {
    throw new ShapeError(
      `upsample: expected input of shape (batch, channels, ...sizes), but got ${formatShape(input)}`,
    );
  }
  if (rank !== null && count !== rank) {
    throw new ShapeError(`upsample: expected input of rank ${rank + 2}, but got shape ${formatShape(input)}`);
  }
  const { size, scaleFactor } = options;
  const sizes = input.slice(2);
  if (size !== undefined) {
    const ones = sizes.map(() => 1);
    return [...input.slice(0, 2), ...spread(size, count, ones, 1, "upsample: size")];
  }
  const factors = typeof scaleFactor === "number" ? sizes.map(() => scaleFactor) : (scaleFactor ?? []);
  if (factors.length !== count) {
    throw new ValueError(
      `upsample: scaleFactor must be a number or a list of ${count}, got ${factors.length}`,
    );
  }
  const scaled = sizes.map((n, axis) => (n < 0 ? -1 : Math.floor(n * factors[axis]!)));
  if (scaled.some((n, axis) => n === 0 && sizes[axis] !== 0)) {
    throw new ShapeError(
      `upsample: nothing is left of an input of shape ${formatShape(input)} scaled by ${String(scaleFactor)}`,
    );
  }
  return [...input.slice(0, 2), ...scaled];
}

type Image<S extends Shape> = SplitSpatial<S, [1, 1, 1]>;
type NotAnImage<
  Name extends string,
  S extends Shape,
> = `${Name}: expected input of shape (..., channels, height, width), but got ${FormatShape<S>}`;

type Divides<N extends number, By extends number> = [Remainder<N, By>] extends [0]
  ? true
  : IsLiteral<Remainder<N, By>> extends true
    ? false
    : true;

/** The shape of S, (..., channels r^2, height, width), with channels turned to places: (..., channels, height r, width r). */
export type PixelShuffle<S extends Shape, R extends number> =
  IsRanked<S> extends false
    ? Shape
    : Image<S> extends [
          infer Front extends number[],
          [infer C extends number, infer H extends number, infer W extends number],
        ]
      ? Divides<C, Multiply<R, R>> extends true
        ? [...Front, FloorDivide<C, Multiply<R, R>>, Multiply<H, R>, Multiply<W, R>]
        : `pixelShuffle: expected channels that are divisible by ${Multiply<R, R>}, the square of the factor, but got ${C} in shape ${FormatShape<S>}`
      : NotAnImage<"pixelShuffle", S>;

/** The shape of S, (..., channels, height r, width r), with places turned to channels: (..., channels r^2, height, width). */
export type PixelUnshuffle<S extends Shape, R extends number> =
  IsRanked<S> extends false
    ? Shape
    : Image<S> extends [
          infer Front extends number[],
          [infer C extends number, infer H extends number, infer W extends number],
        ]
      ? [Divides<H, R>, Divides<W, R>] extends [true, true]
        ? [...Front, Multiply<C, Multiply<R, R>>, FloorDivide<H, R>, FloorDivide<W, R>]
        : `pixelUnshuffle: expected height and width that are divisible by ${R}, but got shape ${FormatShape<S>}`
      : NotAnImage<"pixelUnshuffle", S>;

function imageOf(name: string, input: Shape): [number[], number, number, number] {
  if (input.length < 3) {
    throw new ShapeError(
      `${name}: expected input of shape (..., channels, height, width), but got ${formatShape(input)}`,
    );
  }
  const [c, h, w] = input.slice(-3) as [number, number, number];
  return [input.slice(0, -3), c, h, w];
}

/** A product or a quotient of a size that may not be known. */
const known = (n: number, f: (n: number) => number): number => (n < 0 ? -1 : f(n));

/**
 * The shape of (..., channels r^2, height, width) with channels turned to places: (..., channels, height r, width r).
 *
 * @throws ShapeError when there are no such axes, or r^2 does not divide the channels
 */
export function pixelShuffleShape(input: Shape, r: number): number[] {
  const [front, c, h, w] = imageOf("pixelShuffle", input);
  if (c >= 0 && c % (r * r) !== 0) {
    throw new ShapeError(
      `pixelShuffle: expected channels that are divisible by ${r * r}, the square of the factor, but got ${c} in shape ${formatShape(input)}`,
    );
  }
  return [...front, known(c, (n) => n / (r * r)), known(h, (n) => n * r), known(w, (n) => n * r)];
}

/**
 * The shape of (..., channels, height r, width r) with places turned to channels: (..., channels r^2, height, width).
 *
 * @throws ShapeError when there are no such axes, or r does not divide height and width
 */
export function pixelUnshuffleShape(input: Shape, r: number): number[] {
  const [front, c, h, w] = imageOf("pixelUnshuffle", input);
  if ([h, w].some((n) => n >= 0 && n % r !== 0)) {
    throw new ShapeError(
      `pixelUnshuffle: expected height and width that are divisible by ${r}, but got shape ${formatShape(input)}`,
    );
  }
  return [...front, known(c, (n) => n * r * r), known(h, (n) => n / r), known(w, (n) => n / r)];
}

type Replaced<
  S extends Shape,
  Axis extends number,
  To extends Shape,
  Seen extends number[] = [],
> = S extends readonly [infer First extends number, ...infer Rest extends number[]]
  ? Seen["length"] extends Axis
    ? [...Seen, ...To, ...Rest]
    : Replaced<Rest, Axis, To, [...Seen, First]>
  : Seen;

type DimAt<S extends Shape, Axis extends number> = `${Axis}` extends keyof S
  ? Extract<S[`${Axis}`], number>
  : number;

// A size of -1 is what is left.
type Asked<To extends Shape> = [...{ -readonly [Axis in keyof To]: To[Axis] extends -1 ? number : To[Axis] }];

type UnflattenAt<S extends Shape, Axis, To extends Shape> = Axis extends number
  ? number extends Axis
    ? Shape
    : IsLiteral<SizeOf<To>> extends false
      ? Replaced<S, Axis, To>
      : IsLiteral<DimAt<S, Axis>> extends false
        ? Replaced<S, Axis, To>
        : [SizeOf<To>] extends [DimAt<S, Axis>]
          ? Replaced<S, Axis, To>
          : `unflatten: sizes ${FormatShape<To>} do not multiply up to ${DimAt<S, Axis>}, the size of axis ${Axis} of shape ${FormatShape<S>}`
  : Axis;

/** The shape of S with one axis taken apart into several. */
export type Unflatten<S extends Shape, Axis extends number, To extends Shape> =
  IsRanked<S> extends false
    ? Shape
    : IsRanked<To> extends false
      ? Shape
      : UnflattenAt<S, NormalizeAxis<Axis, S["length"]>, Asked<To>>;

/**
 * The shape with one axis taken apart into several, of which one may be -1: what is left for it.
 *
 * @throws AxisError when there is no such axis; ShapeError when the sizes do not multiply up to its size
 */
export function unflattenShape(input: Shape, axis: number, to: Shape): number[] {
  mustBeList(to, "unflatten: the sizes");
  const at = normalizeAxis(axis, input.length);
  const size = input[at]!;
  const others = sizeOf(to.filter((n) => n !== -1));
  const missing = to.indexOf(-1);
  const sizes = to.map((n) => (n !== -1 ? n : size < 0 || others === 0 ? -1 : size / others));
  const fits = missing < 0 ? others === size : Number.isInteger(sizes[missing]);
  if (size >= 0 && !fits) {
    throw new ShapeError(
      `unflatten: sizes ${formatShape(to)} do not multiply up to ${size}, the size of axis ${at} of shape ${formatShape(input)}`,
    );
  }
  return [...input.slice(0, at), ...sizes, ...input.slice(at + 1)];
}
