/**
 * The shapes of pooling, in any number of dimensions: the kernel's rank says how many.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { Add, Less, Multiply } from "./arithmetic.js";
import { type FormatShape, formatShape, type IsRanked, type Shape, type UnknownDims } from "./shape.js";
import {
  type CeilOption,
  type CheckedCounts,
  ceilWindowCount,
  normalizeWindow,
  type OptionOf,
  type PerAxis,
  type SettingAt,
  type SplitSpatial,
  type WindowOptions,
  windowCount,
  windowCounts,
} from "./window.js";

/** How a pooling window slides. */
export interface PoolOptions extends WindowOptions, CeilOption {}

/** How many axes a window slides over. */
export type SpatialRank = 1 | 2 | 3;

/** One number for each axis of a window. */
export type Fill<Value extends number, Rank extends SpatialRank> = {
  1: [Value];
  2: [Value, Value];
  3: [Value, Value, Value];
}[Rank];

type PoolParts<S extends Shape, Front, Spatial, Kernel extends Shape, Options> = Front extends
  | readonly [number]
  | readonly [number, number]
  ? Spatial extends Shape
    ? PaddingTooLarge<Kernel, Options> extends infer Padding extends string
      ? `pool${Kernel["length"]}d: ${Padding}`
      : CheckedCounts<`pool${Kernel["length"]}d`, Spatial, Kernel, Options, Kernel> extends infer Sizes
        ? Sizes extends Shape
          ? [...Front, ...Sizes]
          : Sizes
        : never
    : never
  : `pool${Kernel["length"]}d: expected input of rank ${Add<Kernel["length"], 1>} (unbatched) or ${Add<Kernel["length"], 2>} (batched), but got shape ${FormatShape<S>}`;

type PaddingTooLarge<Kernel extends Shape, Options> = Kernel extends readonly [number, ...number[]]
  ? true extends {
      [Axis in keyof Kernel]: Less<
        Kernel[Axis],
        Multiply<2, SettingAt<OptionOf<Options, "padding">, Axis, 0>>
      > extends true
        ? true
        : false;
    }[number]
    ? "padding must be at most half of the kernel size"
    : null
  : null;

/** The shape of pooling S, (batch, channels, ...sizes) or (channels, ...sizes), over windows of a kernel's shape. */
export type Pool<S extends Shape, Kernel extends Shape, Options extends PoolOptions = Record<never, never>> =
  IsRanked<S> extends false
    ? Shape
    : IsRanked<Kernel> extends false
      ? UnknownDims<S>
      : SplitSpatial<S, Kernel> extends [infer Front, infer Spatial]
        ? PoolParts<S, Front, Spatial, Kernel, Options>
        : never;

/** `Pool` over the last axes, as many as Rank; the kernel is one number or one an axis, and so is the stride's default. */
export type PoolOver<
  S extends Shape,
  Rank extends SpatialRank,
  Kernel extends PerAxis,
  Options extends PoolOptions = Record<never, never>,
> = [Kernel] extends [number]
  ? Pool<S, Fill<Kernel, Rank>, Options>
  : [Kernel] extends [readonly number[]]
    ? Pool<S, Kernel, Options>
    : Shape;

/** `Pool` over the last two axes; the kernel is one number or (height, width), and so is the stride's default. */
export type Pool2d<
  S extends Shape,
  Kernel extends PerAxis,
  Options extends PoolOptions = Record<never, never>,
> = PoolOver<S, 2, Kernel, Options>;

/**
 * The shape of pooling an input, (batch, channels, ...sizes) or (channels, ...sizes), over windows.
 *
 * @throws ShapeError when the kernel is larger than the padded input; ValueError when a setting makes no sense
 */
export function poolShape(input: Shape, kernel: readonly number[], options: PoolOptions = {}): number[] {
  const rank = kernel.length;
  const name = `pool${rank}d`;
  if (input.length !== rank + 1 && input.length !== rank + 2) {
    throw new ShapeError(
      `${name}: expected input of rank ${rank + 1} (unbatched) or ${rank + 2} (batched), but got shape ${formatShape(input)}`,
    );
  }
  const window = normalizeWindow(name, kernel, options, kernel);
  if (window.padding.some((padding, axis) => 2 * padding > kernel[axis]!)) {
    throw new ValueError(`${name}: padding must be at most half of the kernel size`);
  }
  const sizes = input.length - rank;
  const count = options.ceilMode === true ? ceilWindowCount : windowCount;
  return [...input.slice(0, sizes), ...windowCounts(name, input.slice(sizes), window, count)];
}

/** `poolShape` over the last two axes; the kernel is one number or (height, width). */
export function pool2dShape(input: Shape, kernel: PerAxis, options: PoolOptions = {}): number[] {
  return poolShape(input, typeof kernel === "number" ? [kernel, kernel] : kernel, options);
}

/** The sizes that adaptive pooling gives: one for all axes, or one an axis; null keeps an axis as it is. */
export type AdaptiveSize = number | null | readonly (number | null)[];

type Adapted<Spatial extends Shape, Size> = [
  ...{
    -readonly [Axis in keyof Spatial]: [Size] extends [null]
      ? Spatial[Axis]
      : [Size] extends [number]
        ? Size
        : Axis extends keyof Size
          ? [Size[Axis]] extends [null]
            ? Spatial[Axis]
            : [Size[Axis]] extends [number]
              ? Size[Axis]
              : number
          : number;
  },
];

/** The shape of adaptive pooling over the last axes, as many as Rank: those get the sizes asked for. */
export type AdaptivePool<S extends Shape, Rank extends SpatialRank, Size extends AdaptiveSize> =
  IsRanked<S> extends false
    ? Shape
    : SplitSpatial<S, Fill<1, Rank>> extends [infer Front, infer Spatial extends Shape]
      ? Front extends readonly [number] | readonly [number, number]
        ? [...Front, ...Adapted<Spatial, Size>]
        : `adaptivePool${Rank}d: expected input of rank ${Add<Rank, 1>} (unbatched) or ${Add<Rank, 2>} (batched), but got shape ${FormatShape<S>}`
      : never;

/**
 * The shape of adaptive pooling over the last axes, as many as `rank`: those get the sizes asked for.
 *
 * @throws ShapeError when the input has another rank; ValueError when a size makes no sense
 */
export function adaptivePoolShape(input: Shape, rank: number, size: AdaptiveSize): number[] {
  const name = `adaptivePool${rank}d`;
  const sizes = Array.isArray(size)
    ? (size as (number | null)[])
    : new Array<number | null>(rank).fill(size as number | null);
  if (sizes.length !== rank || !sizes.every((n) => n === null || (Number.isSafeInteger(n) && n >= 1))) {
    throw new ValueError(
      `${name}: the output size must be a whole number of at least 1, null, or a list of ${rank}, got ${JSON.stringify(size)}`,
    );
  }
  if (input.length !== rank + 1 && input.length !== rank + 2) {
    throw new ShapeError(
      `${name}: expected input of rank ${rank + 1} (unbatched) or ${rank + 2} (batched), but got shape ${formatShape(input)}`,
    );
  }
  const front = input.length - rank;
  return [...input.slice(0, front), ...sizes.map((n, axis) => n ?? input[front + axis]!)];
}
