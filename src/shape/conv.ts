/**
 * The shapes of convolutions, in any number of dimensions: the kernel's rank says how many.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { Add, Multiply, Remainder } from "./arithmetic.js";
import {
  type FormatShape,
  formatShape,
  type IsLiteral,
  type IsRanked,
  type Shape,
  type UnknownDims,
} from "./shape.js";
import {
  type CheckedCounts,
  normalizeWindow,
  type OptionOf,
  type PerAxis,
  type SplitSpatial,
  type WindowOptions,
  type WindowSettings,
  windowCounts,
} from "./window.js";

/**
 * How a convolution slides, and in how many groups of channels. Padding "valid" is none, and "same" is as much as
 * keeps the sizes as they are (stride 1; of an odd number the larger part comes after).
 */
export interface ConvOptions extends Omit<WindowOptions, "padding"> {
  readonly padding?: PerAxis | "same" | "valid" | undefined;
  readonly groups?: number | undefined;
}

export type Groups<Options> = OptionOf<Options, "groups"> extends number ? OptionOf<Options, "groups"> : 1;

type ConvName<Kernel extends Shape> = `conv${Kernel["length"]}d`;

type ConvRank<
  S extends Shape,
  Kernel extends Shape,
> = `${ConvName<Kernel>}: expected input of rank ${Add<Kernel["length"], 1>} (unbatched) or ${Add<Kernel["length"], 2>} (batched), but got shape ${FormatShape<S>}`;

// S is [batch, channels, ...spatial] or [channels, ...spatial].
type ConvParts<
  S extends Shape,
  Front,
  Spatial,
  Out extends number,
  In extends number,
  Kernel extends Shape,
  Options,
> = Front extends readonly [infer Channels extends number] | readonly [number, infer Channels extends number]
  ? ChannelsFit<Channels, Multiply<In, Groups<Options>>> extends false
    ? `${ConvName<Kernel>}: given groups=${Groups<Options>} and weight of shape ${FormatShape<[Out, In, ...Kernel]>}, expected input ${FormatShape<S>} to have ${Multiply<In, Groups<Options>>} channels, but got ${Channels} channels instead`
    : GroupsFit<Out, Groups<Options>> extends false
      ? `${ConvName<Kernel>}: expected the ${Out} output channels to be divisible by groups=${Groups<Options>}`
      : Spatial extends Shape
        ? ConvSizes<Spatial, Kernel, Options, OptionOf<Options, "padding">> extends infer Sizes
          ? Sizes extends Shape
            ? Front extends readonly [infer Batch extends number, number]
              ? [Batch, Out, ...Sizes]
              : [Out, ...Sizes]
            : Sizes
          : never
        : never
  : ConvRank<S, Kernel>;

// The sizes after a convolution, by the kind of its padding.
type ConvSizes<Spatial extends Shape, Kernel extends Shape, Options, Padding> = [Padding] extends ["same"]
  ? Spatial
  : [Padding] extends ["valid"]
    ? CheckedCounts<ConvName<Kernel>, Spatial, Kernel, Omit<Options & object, "padding">, undefined>
    : [Extract<Padding, string>] extends [never]
      ? CheckedCounts<ConvName<Kernel>, Spatial, Kernel, Options, undefined>
      : UnknownDims<Spatial>;

export type ChannelsFit<Channels extends number, Wanted extends number> =
  IsLiteral<Channels> extends false
    ? true
    : IsLiteral<Wanted> extends false
      ? true
      : [Channels] extends [Wanted]
        ? true
        : false;

export type GroupsFit<Out extends number, G extends number> = [G] extends [1]
  ? true
  : IsLiteral<Out> extends false
    ? true
    : IsLiteral<G> extends false
      ? true
      : Remainder<Out, G> extends 0
        ? true
        : false;

type NotAWeight<W extends Shape> =
  `conv: expected a weight of shape (out, in, ...kernel), but got ${FormatShape<W>}`;

/**
 * The shape of a convolution of S, (batch, channels, ...sizes) or (channels, ...sizes), with a weight of shape
 * W = (out channels, in channels / groups, ...kernel).
 */
export type Conv<S extends Shape, W extends Shape, Options extends ConvOptions = Record<never, never>> =
  IsRanked<S> extends false
    ? Shape
    : IsRanked<W> extends false
      ? UnknownDims<S>
      : W extends readonly [
            infer Out extends number,
            infer In extends number,
            ...infer Kernel extends number[],
          ]
        ? Kernel["length"] extends 0
          ? NotAWeight<W>
          : SplitSpatial<S, Kernel> extends [infer Front, infer Spatial]
            ? ConvParts<S, Front, Spatial, Out, In, Kernel, Options>
            : never
        : NotAWeight<W>;

/** The window of a convolution, its padding as it lies before and after each axis. */
export interface ConvWindow extends Omit<WindowSettings, "padding"> {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * Each setting of a convolution as one number an axis.
 *
 * @throws ValueError when a setting makes no sense
 */
export function normalizeConv(
  name: string,
  kernel: readonly number[],
  { stride, padding = 0, dilation }: ConvOptions,
): ConvWindow {
  const word = typeof padding === "string" ? (padding as string) : null;
  if (word !== null && word !== "same" && word !== "valid") {
    throw new ValueError(
      `${name}: padding must be a number, a list, "same" or "valid", got ${JSON.stringify(word)}`,
    );
  }
  const window = normalizeWindow(name, kernel, {
    stride,
    dilation,
    padding: word === null ? (padding as PerAxis) : 0,
  });
  if (word !== "same") return { ...window, low: window.padding, high: window.padding };
  if (window.stride.some((step) => step !== 1)) {
    throw new ValueError(`${name}: padding "same" needs stride 1, got ${formatShape(window.stride)}`);
  }
  const total = kernel.map((size, axis) => window.dilation[axis]! * (size - 1));
  const low = total.map((n) => Math.floor(n / 2));
  return { ...window, low, high: total.map((n, axis) => n - low[axis]!) };
}

/**
 * The shape of a convolution of an input, (batch, channels, ...sizes) or (channels, ...sizes), with a weight
 * (out channels, in channels / groups, ...kernel).
 *
 * @throws ShapeError when the channels do not match, or the kernel is larger than the padded input
 * @throws ValueError when a setting makes no sense
 */
export function convShape(input: Shape, weight: Shape, options: ConvOptions = {}): number[] {
  if (weight.length < 3) {
    throw new ShapeError(
      `conv: expected a weight of shape (out, in, ...kernel), but got ${formatShape(weight)}`,
    );
  }
  const [out, inner, ...kernel] = weight as [number, number, ...number[]];
  const rank = weight.length - 2;
  const name = `conv${rank}d`;
  if (input.length !== rank + 1 && input.length !== rank + 2) {
    throw new ShapeError(
      `${name}: expected input of rank ${rank + 1} (unbatched) or ${rank + 2} (batched), but got shape ${formatShape(input)}`,
    );
  }
  const { low, ...window } = normalizeConv(name, kernel, options);
  const groups = options.groups ?? 1;
  if (!Number.isSafeInteger(groups) || groups < 1)
    throw new ValueError(`${name}: groups must be an integer of at least 1, got ${groups}`);
  const channels = input[input.length - rank - 1]!;
  if (channels !== inner * groups && channels !== -1) {
    throw new ShapeError(
      `${name}: given groups=${groups} and weight of shape ${formatShape(weight)}, expected input ${formatShape(input)} to have ${inner * groups} channels, but got ${channels} channels instead`,
    );
  }
  if (out % groups !== 0) {
    throw new ShapeError(`${name}: expected the ${out} output channels to be divisible by groups=${groups}`);
  }
  const sizes = input.slice(input.length - rank);
  // Padding "same" is uneven, and always fits.
  const counts = options.padding === "same" ? sizes : windowCounts(name, sizes, { ...window, padding: low });
  return [...input.slice(0, input.length - rank - 1), out, ...counts];
}
