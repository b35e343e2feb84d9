/**
 * The shapes of transposed convolutions, in any number of dimensions: the kernel's rank says how many.
 */
import { ShapeError, ValueError } from "../errors.js";
import type {
  Add,
  AddDigits,
  CompareDigits,
  Multiply,
  MultiplyDigits,
  SubtractDigits,
  ToNumber,
} from "./arithmetic.js";
import type { ChannelsFit, Groups } from "./conv.js";
import {
  type FormatShape,
  formatShape,
  type IsLiteral,
  type IsRanked,
  type Shape,
  type UnknownDims,
} from "./shape.js";
import {
  type HasZero,
  normalizeWindow,
  type OptionOf,
  type PerAxis,
  type SettingAt,
  type SplitSpatial,
  spread,
  type WindowOptions,
  type WindowSettings,
} from "./window.js";

/** How a transposed convolution spreads its input, and in how many groups of channels. */
export interface ConvTransposeOptions extends WindowOptions {
  /** So much more at the end of each axis; less than the stride or the dilation. 0 by default. */
  readonly outputPadding?: PerAxis | undefined;
  readonly groups?: number | undefined;
}

type Name<Kernel extends Shape> = `convTranspose${Kernel["length"]}d`;

// What there is before the padding is cut off, and what is cut off.
type Spread<
  Size extends number,
  Kernel extends number,
  Stride extends number,
  Dilation extends number,
  Extra extends number,
> = AddDigits<
  AddDigits<
    MultiplyDigits<SubtractDigits<`${Size}`, "1">, `${Stride}`>,
    MultiplyDigits<`${Dilation}`, SubtractDigits<`${Kernel}`, "1">>
  >,
  AddDigits<`${Extra}`, "1">
>;

type Cut<Whole extends string, Padding extends string> =
  CompareDigits<Whole, Padding> extends "greater" ? ToNumber<SubtractDigits<Whole, Padding>> : 0;

/** (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1; 0 where nothing is left. */
export type ConvTransposeOut<
  Size extends number,
  Kernel extends number,
  Stride extends number = 1,
  Padding extends number = 0,
  Dilation extends number = 1,
  Extra extends number = 0,
> =
  IsLiteral<Size> extends false
    ? number
    : number extends Kernel | Stride | Padding | Dilation | Extra
      ? number
      : Size extends 0
        ? 0
        : Cut<Spread<Size, Kernel, Stride, Dilation, Extra>, MultiplyDigits<"2", `${Padding}`>>;

/** (size - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1; 0 where nothing is left. */
export function convTransposeCount(
  size: number,
  kernel: number,
  stride = 1,
  padding = 0,
  dilation = 1,
  extra = 0,
): number {
  return size === 0
    ? 0
    : Math.max(0, (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1);
}

type Sizes<Spatial extends Shape, Kernel extends Shape, Options> = [
  ...{
    -readonly [Axis in keyof Spatial]: Axis extends keyof Kernel
      ? ConvTransposeOut<
          Spatial[Axis],
          Extract<Kernel[Axis], number>,
          SettingAt<OptionOf<Options, "stride">, Axis, 1>,
          SettingAt<OptionOf<Options, "padding">, Axis, 0>,
          SettingAt<OptionOf<Options, "dilation">, Axis, 1>,
          SettingAt<OptionOf<Options, "outputPadding">, Axis, 0>
        >
      : number;
  },
];

type Parts<
  S extends Shape,
  Front,
  Spatial,
  In extends number,
  Out extends number,
  Kernel extends Shape,
  Options,
> = Front extends readonly [infer Channels extends number] | readonly [number, infer Channels extends number]
  ? ChannelsFit<Channels, In> extends false
    ? `${Name<Kernel>}: given weight of shape ${FormatShape<[In, Out, ...Kernel]>}, expected input ${FormatShape<S>} to have ${In} channels, but got ${Channels} channels instead`
    : Spatial extends Shape
      ? Sizes<Spatial, Kernel, Options> extends infer Found extends Shape
        ? HasZero<Found> extends true
          ? `${Name<Kernel>}: nothing is left of an input of shape ${FormatShape<S>}: the output would have the sizes ${FormatShape<Found>}`
          : Front extends readonly [infer Batch extends number, number]
            ? [Batch, Multiply<Out, Groups<Options>>, ...Found]
            : [Multiply<Out, Groups<Options>>, ...Found]
        : never
      : never
  : `${Name<Kernel>}: expected input of rank ${Add<Kernel["length"], 1>} (unbatched) or ${Add<Kernel["length"], 2>} (batched), but got shape ${FormatShape<S>}`;

type NotAWeight<W extends Shape> =
  `convTranspose: expected a weight of shape (in, out, ...kernel), but got ${FormatShape<W>}`;

/**
 * The shape of a transposed convolution of S, (batch, channels, ...sizes) or (channels, ...sizes), with a weight of
 * shape W = (in channels, out channels / groups, ...kernel).
 */
export type ConvTranspose<
  S extends Shape,
  W extends Shape,
  Options extends ConvTransposeOptions = Record<never, never>,
> =
  IsRanked<S> extends false
    ? Shape
    : IsRanked<W> extends false
      ? UnknownDims<S>
      : W extends readonly [
            infer In extends number,
            infer Out extends number,
            ...infer Kernel extends number[],
          ]
        ? Kernel["length"] extends 0
          ? NotAWeight<W>
          : SplitSpatial<S, Kernel> extends [infer Front, infer Spatial]
            ? Parts<S, Front, Spatial, In, Out, Kernel, Options>
            : never
        : NotAWeight<W>;

/** The window of a transposed convolution, and what is added at the end. */
export interface ConvTransposeWindow extends WindowSettings {
  readonly extra: readonly number[];
}

/**
 * Each setting of a transposed convolution as one number an axis.
 *
 * @throws ValueError when a setting makes no sense
 */
export function normalizeConvTranspose(
  name: string,
  kernel: readonly number[],
  options: ConvTransposeOptions,
): ConvTransposeWindow {
  const window = normalizeWindow(name, kernel, options);
  const none = kernel.map(() => 0);
  const extra = spread(options.outputPadding, kernel.length, none, 0, `${name}: outputPadding`);
  if (extra.some((n, axis) => n >= Math.max(window.stride[axis]!, window.dilation[axis]!))) {
    throw new ValueError(
      `${name}: outputPadding must be smaller than the stride or the dilation, got ${formatShape(extra)} with stride ${formatShape(window.stride)} and dilation ${formatShape(window.dilation)}`,
    );
  }
  return { ...window, extra };
}

/**
 * The shape of a transposed convolution of an input, (batch, channels, ...sizes) or (channels, ...sizes), with a weight
 * (in channels, out channels / groups, ...kernel). A size of -1 is one that is not known.
 *
 * @throws ShapeError when the channels do not match, or nothing is left
 * @throws ValueError when a setting makes no sense
 */
export function convTransposeShape(
  input: Shape,
  weight: Shape,
  options: ConvTransposeOptions = {},
): number[] {
  if (weight.length < 3) {
    throw new ShapeError(
      `convTranspose: expected a weight of shape (in, out, ...kernel), but got ${formatShape(weight)}`,
    );
  }
  const [inner, out, ...kernel] = weight as [number, number, ...number[]];
  const rank = kernel.length;
  const name = `convTranspose${rank}d`;
  if (input.length !== rank + 1 && input.length !== rank + 2) {
    throw new ShapeError(
      `${name}: expected input of rank ${rank + 1} (unbatched) or ${rank + 2} (batched), but got shape ${formatShape(input)}`,
    );
  }
  const { stride, padding, dilation, extra } = normalizeConvTranspose(name, kernel, options);
  const groups = options.groups ?? 1;
  if (!Number.isSafeInteger(groups) || groups < 1 || inner % groups !== 0)
    throw new ValueError(`${name}: groups must divide the ${inner} input channels, got ${groups}`);
  const front = input.length - rank - 1;
  const channels = input[front]!;
  if (channels !== inner && channels !== -1) {
    throw new ShapeError(
      `${name}: given weight of shape ${formatShape(weight)}, expected input ${formatShape(input)} to have ${inner} channels, but got ${channels} channels instead`,
    );
  }
  const sizes = input
    .slice(front + 1)
    .map((n, i) =>
      n < 0 ? -1 : convTransposeCount(n, kernel[i]!, stride[i], padding[i], dilation[i], extra[i]),
    );
  if (sizes.includes(0)) {
    throw new ShapeError(
      `${name}: nothing is left of an input of shape ${formatShape(input)}: the output would have the sizes ${formatShape(sizes)}`,
    );
  }
  return [...input.slice(0, front), out * groups, ...sizes];
}
