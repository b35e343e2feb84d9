/**
 * Windows that slide over the last axes: what convolutions (`conv.ts`) and pooling (`pool.ts`) share.
 *
 * One rule serves 1-D, 2-D and 3-D: the kernel's rank says how many axes the window slides over. Sentences are
 * PyTorch's in substance, with the operation's name in front.
 */
import { ShapeError, ValueError } from "../errors.js";
import type {
  Add,
  AddDigits,
  CompareDigits,
  Multiply,
  MultiplyDigits,
  QuotientDigits,
  Subtract,
  SubtractDigits,
  ToNumber,
} from "./arithmetic.js";
import { type FormatDim, formatShape, type IsLiteral, mustBeList, type Shape } from "./shape.js";

/** A setting of a window: one number for all axes, or one an axis. */
export type PerAxis = number | readonly number[];

/** How a window slides. PyTorch's defaults: stride 1 (pooling: the kernel's size), padding 0, dilation 1. */
export interface WindowOptions {
  readonly stride?: PerAxis | undefined;
  readonly padding?: PerAxis | undefined;
  readonly dilation?: PerAxis | undefined;
}

/** A window that slides beyond the end where a part of it is still inside, as pooling may. */
export interface CeilOption {
  /** Round the number of windows up? false by default. A window must begin inside the input or its first padding. */
  readonly ceilMode?: boolean | undefined;
}

// size + 2 padding, and dilation (kernel - 1) + 1, as digits.
type PaddedDigits<Size extends number, Padding extends number> = AddDigits<
  `${Size}`,
  MultiplyDigits<"2", `${Padding}`>
>;
type SpanDigits<Kernel extends number, Dilation extends number> = AddDigits<
  MultiplyDigits<`${Dilation}`, SubtractDigits<`${Kernel}`, "1">>,
  "1"
>;

// The count of windows as digits; "0" where the window is larger than what it slides over.
type CountDigits<Padded extends string, Span extends string, Stride extends string> =
  CompareDigits<Padded, Span> extends "less"
    ? "0"
    : AddDigits<QuotientDigits<SubtractDigits<Padded, Span>, Stride>, "1">;

/** floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1; 0 where the window does not fit. */
export type ConvOut<
  Size extends number,
  Kernel extends number,
  Stride extends number = 1,
  Padding extends number = 0,
  Dilation extends number = 1,
> =
  IsLiteral<Size> extends false
    ? number
    : number extends Kernel | Stride | Padding | Dilation
      ? number
      : ToNumber<CountDigits<PaddedDigits<Size, Padding>, SpanDigits<Kernel, Dilation>, `${Stride}`>>;

/** floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1; 0 where the window does not fit. */
export function windowCount(size: number, kernel: number, stride = 1, padding = 0, dilation = 1): number {
  const room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

// Rounded up: the last window is left out where it would begin beyond the input and its first padding.
type LastInside<Rounded extends string, Stride extends string, Inside extends string> = Rounded extends "0"
  ? number
  : CompareDigits<MultiplyDigits<SubtractDigits<Rounded, "1">, Stride>, Inside> extends "less"
    ? ToNumber<Rounded>
    : ToNumber<SubtractDigits<Rounded, "1">>;

/** `ConvOut` rounded up, the last window beginning inside. */
export type CeilOut<
  Size extends number,
  Kernel extends number,
  Stride extends number = 1,
  Padding extends number = 0,
  Dilation extends number = 1,
> =
  IsLiteral<Size> extends false
    ? number
    : number extends Kernel | Stride | Padding | Dilation
      ? number
      : CountDigits<
            AddDigits<PaddedDigits<Size, Padding>, SubtractDigits<`${Stride}`, "1">>,
            SpanDigits<Kernel, Dilation>,
            `${Stride}`
          > extends infer Rounded extends string
        ? Rounded extends "0"
          ? 0
          : LastInside<Rounded, `${Stride}`, AddDigits<`${Size}`, `${Padding}`>>
        : never;

/** `windowCount` rounded up, the last window beginning inside the input or its first padding. */
export function ceilWindowCount(size: number, kernel: number, stride = 1, padding = 0, dilation = 1): number {
  const room = size + 2 * padding - dilation * (kernel - 1) - 1;
  const rounded = Math.max(0, Math.floor((room + stride - 1) / stride) + 1);
  return rounded > 0 && (rounded - 1) * stride >= size + padding ? rounded - 1 : rounded;
}

// A setting along one axis of the window. The axis is a tuple key, such as "0".
export type SettingAt<Setting, Axis, Default extends number> = [Setting] extends [undefined]
  ? Default
  : Setting extends number
    ? Setting
    : Axis extends keyof Setting
      ? Extract<Setting[Axis], number>
      : number;

export type OptionOf<Options, Name extends string> = Name extends keyof Options ? Options[Name] : undefined;

// `Defaults` are the strides where none are given: 1s for a convolution, the kernel for pooling.
type Count<
  Ceil,
  Size extends number,
  Kernel extends number,
  Stride extends number,
  Padding extends number,
  Dilation extends number,
> = [Ceil] extends [true]
  ? CeilOut<Size, Kernel, Stride, Padding, Dilation>
  : [Ceil] extends [false | undefined]
    ? ConvOut<Size, Kernel, Stride, Padding, Dilation>
    : number;

type Counts<Spatial extends Shape, Kernel extends Shape, Options, Defaults> = [
  ...{
    -readonly [Axis in keyof Spatial]: Axis extends keyof Kernel
      ? Count<
          OptionOf<Options, "ceilMode">,
          Spatial[Axis],
          Extract<Kernel[Axis], number>,
          SettingAt<
            OptionOf<Options, "stride">,
            Axis,
            Axis extends keyof Defaults ? Extract<Defaults[Axis], number> : 1
          >,
          SettingAt<OptionOf<Options, "padding">, Axis, 0>,
          SettingAt<OptionOf<Options, "dilation">, Axis, 1>
        >
      : number;
  },
];

type PaddedSizes<Spatial extends Shape, Options> = [
  ...{
    -readonly [Axis in keyof Spatial]: Add<
      Spatial[Axis],
      Multiply<2, SettingAt<OptionOf<Options, "padding">, Axis, 0>>
    >;
  },
];

type Spans<Kernel extends Shape, Options> = [
  ...{
    -readonly [Axis in keyof Kernel]: Add<
      Multiply<SettingAt<OptionOf<Options, "dilation">, Axis, 1>, Subtract<Kernel[Axis], 1>>,
      1
    >;
  },
];

export type JoinSizes<S extends Shape, Text extends string = ""> = S extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? JoinSizes<Rest, Text extends "" ? `${FormatDim<First>}` : `${Text} x ${FormatDim<First>}`>
  : `(${Text})`;

// An unknown count may be 0 and is left alone.
export type HasZero<Sizes extends Shape> = true extends {
  [Axis in keyof Sizes]: [Sizes[Axis]] extends [0] ? true : false;
}[number]
  ? true
  : false;

export type CheckedCounts<
  Name extends string,
  Spatial extends Shape,
  Kernel extends Shape,
  Options,
  Defaults,
> =
  HasZero<Counts<Spatial, Kernel, Options, Defaults>> extends true
    ? `${Name}: padded input size per channel: ${JoinSizes<PaddedSizes<Spatial, Options>>}, kernel size: ${JoinSizes<Spans<Kernel, Options>>}; the kernel can't be greater than the input`
    : Counts<Spatial, Kernel, Options, Defaults>;

// The last axes of S, as many as the kernel has, and the axes before them.
export type SplitSpatial<
  S extends Shape,
  Kernel extends Shape,
  Spatial extends number[] = [],
> = Spatial["length"] extends Kernel["length"]
  ? [S, Spatial]
  : S extends readonly [...infer Front extends number[], infer Last extends number]
    ? SplitSpatial<Front, Kernel, [Last, ...Spatial]>
    : [S, Spatial];

/** A setting as one number an axis. */
export function spread(
  setting: PerAxis | undefined,
  rank: number,
  defaults: readonly number[],
  least: number,
  what: string,
): number[] {
  const list =
    setting === undefined
      ? defaults
      : typeof setting === "number"
        ? new Array<number>(rank).fill(setting)
        : setting;
  mustBeList(list, `${what} that is not a number`);
  if (list.length !== rank)
    throw new ValueError(`${what} must be a number or a list of ${rank}, got ${list.length}`);
  if (!list.every((value) => Number.isSafeInteger(value) && value >= least)) {
    throw new ValueError(`${what} must be integers of at least ${least}, got ${formatShape(list)}`);
  }
  return [...list];
}

/** A window with each setting spelled out, one number an axis. */
export interface WindowSettings {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/**
 * Each setting of a window as one number an axis.
 *
 * @throws ValueError when a setting has the wrong length, is not an integer, or is too small
 */
export function normalizeWindow(
  name: string,
  kernel: readonly number[],
  options: WindowOptions = {},
  defaultStride?: readonly number[],
): WindowSettings {
  const ones = kernel.map(() => 1);
  return {
    kernel: spread(kernel, kernel.length, ones, 1, `${name}: kernel size`),
    stride: spread(options.stride, kernel.length, defaultStride ?? ones, 1, `${name}: stride`),
    padding: spread(
      options.padding,
      kernel.length,
      kernel.map(() => 0),
      0,
      `${name}: padding`,
    ),
    dilation: spread(options.dilation, kernel.length, ones, 1, `${name}: dilation`),
  };
}

/** How many windows fit along each axis (-1 where the size is -1, unknown); throws a ShapeError where none does. */
export function windowCounts(
  name: string,
  sizes: Shape,
  window: WindowSettings,
  count: typeof windowCount = windowCount,
): number[] {
  const { kernel, stride, padding, dilation } = window;
  const counts = sizes.map((size, axis) =>
    size < 0 ? -1 : count(size, kernel[axis]!, stride[axis], padding[axis], dilation[axis]),
  );
  if (!counts.includes(0)) return counts;
  const padded = sizes.map((size, axis) => (size < 0 ? "?" : size + 2 * padding[axis]!));
  const spans = kernel.map((size, axis) => dilation[axis]! * (size - 1) + 1);
  throw new ShapeError(
    `${name}: padded input size per channel: (${padded.join(" x ")}), kernel size: (${spans.join(" x ")}); the kernel can't be greater than the input`,
  );
}
