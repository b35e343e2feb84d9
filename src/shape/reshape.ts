/**
 * Reading the same elements, in the same order, in another shape.
 */
import { ShapeError, ValueError } from "../errors.js";
import type { DivideDigits, MultiplyDigits, ToNumber } from "./arithmetic.js";
import {
  type FormatDim,
  type FormatShape,
  formatShape,
  type IsLiteral,
  type IsRanked,
  mustBeList,
  type NormalizeAxis,
  normalizeAxis,
  type Shape,
  type SizeDigits,
  type SizeOf,
  sizeOf,
} from "./shape.js";

type CountUnknown<To extends Shape, Count extends 0[] = []> = To extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? CountUnknown<Rest, [First] extends [-1] ? [...Count, 0] : Count>
  : Count["length"];

type WithoutUnknown<To extends Shape, Result extends number[] = []> = To extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? WithoutUnknown<Rest, [First] extends [-1] ? Result : [...Result, First]>
  : Result;

type FillUnknown<To extends Shape, Dim extends number> = [
  ...{ -readonly [Axis in keyof To]: [To[Axis]] extends [-1] ? Dim : To[Axis] },
];

// As NumPy prints the shape asked for: -1 as "newaxis", but nothing for a -1 that comes first.
type FormatRequest<To extends Shape, Text extends string = ""> = To extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? FormatRequest<
      Rest,
      [First] extends [-1]
        ? Text extends ""
          ? ""
          : `${Text},newaxis`
        : Text extends ""
          ? `${FormatDim<First>}`
          : `${Text},${FormatDim<First>}`
    >
  : `(${Text})`;

type CannotReshape<
  S extends Shape,
  Request extends string,
> = `cannot reshape array of size ${SizeDigits<S>} into shape ${Request}`;

// One -1: the size divided by the product of the others.
type Infer<
  S extends Shape,
  To extends Shape,
  Size extends string,
  Others extends string,
> = string extends Others
  ? FillUnknown<To, number>
  : Others extends "0"
    ? CannotReshape<S, FormatRequest<To>>
    : string extends Size
      ? FillUnknown<To, number>
      : DivideDigits<Size, Others> extends [infer Dim extends string, infer Rest]
        ? Rest extends "0"
          ? FillUnknown<To, ToNumber<Dim>>
          : CannotReshape<S, FormatRequest<To>>
        : never;

// No -1: the sizes must be equal.
type SameSize<
  S extends Shape,
  To extends Shape,
  Size extends string,
  Wanted extends string,
> = string extends Size
  ? [...To]
  : string extends Wanted
    ? [...To]
    : Size extends Wanted
      ? [...To]
      : CannotReshape<S, FormatShape<To>>;

/** The shape of `t.reshape(To)`, in which one dimension may be -1, or NumPy's sentence. */
export type Reshape<S extends Shape, To extends Shape> =
  IsRanked<To> extends false
    ? Shape
    : [Exclude<Extract<`${To[number]}`, `-${string}`>, "-1">] extends [never]
      ? CountUnknown<To> extends 0
        ? SameSize<S, To, SizeDigits<S>, SizeDigits<To>>
        : CountUnknown<To> extends 1
          ? Infer<S, To, SizeDigits<S>, SizeDigits<WithoutUnknown<To>>>
          : "can only specify one unknown dimension"
      : "negative dimensions are not allowed";

// As NumPy prints the shape asked for: -1 as "newaxis", but nothing for a -1 that comes first.
function formatRequest(to: Shape): string {
  if (!to.includes(-1)) return formatShape(to);
  const known = to[0] === -1 ? to.slice(1) : to;
  return `(${known.map((size) => (size === -1 ? "newaxis" : size)).join(",")})`;
}

// Exact where the product of the dimensions exceeds 2^53.
function exactSize(shape: Shape): bigint {
  return shape.reduce((product, size) => product * BigInt(size), 1n);
}

/**
 * The shape of `t.reshape(to)`, with one -1 in `to` replaced by what the size leaves for it.
 *
 * @throws ShapeError `cannot reshape array of size 6 into shape (4,2)`, `can only specify one unknown dimension`
 * @throws ValueError when a dimension other than -1 is negative, or none is an integer
 */
export function reshapeShape(shape: Shape, to: Shape): number[] {
  mustBeList(to, "a shape");
  let unknown = -1;
  for (let axis = 0; axis < to.length; axis++) {
    const size = to[axis]!;
    if (!Number.isInteger(size))
      throw new ValueError(`a dimension must be an integer, got ${size} in shape ${formatShape(to)}`);
    if (size < -1) throw new ValueError("negative dimensions are not allowed");
    if (size !== -1) continue;
    if (unknown >= 0) throw new ShapeError("can only specify one unknown dimension");
    unknown = axis;
  }
  const size = exactSize(shape);
  const wanted = exactSize(unknown < 0 ? to : to.filter((_, axis) => axis !== unknown));
  const fits = unknown < 0 ? size === wanted : wanted > 0n && size % wanted === 0n;
  if (!fits) throw new ShapeError(`cannot reshape array of size ${size} into shape ${formatRequest(to)}`);
  return to.map((dim, axis) => (axis === unknown ? Number(size / wanted) : dim));
}

/**
 * The shape of `t.ravel()`: one axis with all the elements.
 *
 * @public the tests read it by name
 */
export type Ravel<S extends Shape> = [SizeOf<S>];

/** The shape of `t.ravel()`: one axis with all the elements. */
export function ravelShape(shape: Shape): number[] {
  return [sizeOf(shape)];
}

// The axes before Start, the product of Start to End, and the axes after End.
type FlattenBetween<
  S extends Shape,
  Start extends number,
  End extends number,
  Seen extends 0[] = [],
  Before extends number[] = [],
  Product extends string | null = null,
> = S extends readonly [infer First extends number, ...infer Rest extends number[]]
  ? Seen["length"] extends End
    ? [...Before, ToDim<TimesDim<Product extends null ? "1" : Product, First>>, ...Rest]
    : Product extends string
      ? FlattenBetween<Rest, Start, End, [...Seen, 0], Before, TimesDim<Product, First>>
      : Seen["length"] extends Start
        ? FlattenBetween<Rest, Start, End, [...Seen, 0], Before, TimesDim<"1", First>>
        : FlattenBetween<Rest, Start, End, [...Seen, 0], [...Before, First], null>
  : Before;

type TimesDim<Product extends string | null, Dim extends number> = string extends Product
  ? string
  : IsLiteral<Dim> extends true
    ? MultiplyDigits<Extract<Product, string>, `${Dim}`>
    : string;

type ToDim<Product extends string> = string extends Product ? number : ToNumber<Product>;

type FlattenAxes<S extends Shape, Start, End> = Start extends string
  ? Start
  : End extends string
    ? End
    : Start extends number
      ? End extends number
        ? number extends Start | End
          ? Shape
          : StartsAfter<S, Start, End> extends true
            ? "flatten: the start axis must not come after the end axis"
            : FlattenBetween<S, Start, End>
        : never
      : never;

// Whether End is reached before Start when the axes are counted.
type StartsAfter<
  S extends Shape,
  Start extends number,
  End extends number,
  Seen extends 0[] = [],
> = Seen["length"] extends Start
  ? false
  : Seen["length"] extends End
    ? true
    : StartsAfter<S, Start, End, [...Seen, 0]>;

/** The shape with the axes Start to End (both included) made one, as `torch.flatten`; a scalar becomes (1,). */
export type Flatten<S extends Shape, Start extends number = 0, End extends number = -1> =
  IsRanked<S> extends false
    ? Shape
    : S["length"] extends 0
      ? [1]
      : FlattenAxes<S, NormalizeAxis<Start, S["length"]>, NormalizeAxis<End, S["length"]>>;

/**
 * The shape with the axes `start` to `end` (both included) made one, as `torch.flatten`; a scalar becomes (1,).
 *
 * @throws AxisError when the array has no such axis; ShapeError when `start` comes after `end`
 */
export function flattenShape(shape: Shape, start = 0, end = -1): number[] {
  if (shape.length === 0) return [1];
  const first = normalizeAxis(start, shape.length);
  const last = normalizeAxis(end, shape.length);
  if (first > last) throw new ShapeError("flatten: the start axis must not come after the end axis");
  return [...shape.slice(0, first), sizeOf(shape.slice(first, last + 1)), ...shape.slice(last + 1)];
}
