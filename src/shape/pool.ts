/**
 * The shapes of pooling, in any number of dimensions: the kernel's rank says how many.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { Add, Less, Multiply } from "./arithmetic.js";
import { type FormatShape, formatShape, type IsRanked, type Shape, type UnknownDims } from "./shape.js";
import {
  type CheckedCounts,
  normalizeWindow,
  type OptionOf,
  type PerAxis,
  type SettingAt,
  type SplitSpatial,
  type WindowOptions,
  windowCounts,
} from "./window.js";

// One number for a rank, as a tuple.
type Fill<
  Value extends number,
  Rank extends number,
  Result extends number[] = [],
> = Result["length"] extends Rank ? Result : Fill<Value, Rank, [...Result, Value]>;

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
export type Pool<
  S extends Shape,
  Kernel extends Shape,
  Options extends WindowOptions = Record<never, never>,
> =
  IsRanked<S> extends false
    ? Shape
    : IsRanked<Kernel> extends false
      ? UnknownDims<S>
      : SplitSpatial<S, Kernel> extends [infer Front, infer Spatial]
        ? PoolParts<S, Front, Spatial, Kernel, Options>
        : never;

/** `Pool` over the last two axes; the kernel is one number or (height, width), and so is the stride's default. */
export type Pool2d<
  S extends Shape,
  Kernel extends PerAxis,
  Options extends WindowOptions = Record<never, never>,
> = [Kernel] extends [number]
  ? Pool<S, Fill<Kernel, 2>, Options>
  : [Kernel] extends [readonly number[]]
    ? Pool<S, Kernel, Options>
    : Shape;

/**
 * The shape of pooling an input, (batch, channels, ...sizes) or (channels, ...sizes), over windows.
 *
 * @throws ShapeError when the kernel is larger than the padded input; ValueError when a setting makes no sense
 */
export function poolShape(input: Shape, kernel: readonly number[], options: WindowOptions = {}): number[] {
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
  return [...input.slice(0, sizes), ...windowCounts(name, input.slice(sizes), window)];
}

/** `poolShape` over the last two axes; the kernel is one number or (height, width). */
export function pool2dShape(input: Shape, kernel: PerAxis, options: WindowOptions = {}): number[] {
  return poolShape(input, typeof kernel === "number" ? [kernel, kernel] : kernel, options);
}
