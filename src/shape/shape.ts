/**
 * The words that every shape rule shares: what a shape is, how it is printed, how many elements it has, and how an
 * axis is read. Types and functions stand side by side; each pair gives the same answer or the same sentence.
 *
 * A rule's type gives either a shape tuple or, where the shapes do not fit, the error sentence as a string literal
 * type. A dimension may be `number` and a shape may be `readonly number[]`: what cannot be known is not an error.
 */
import { AxisError, ValueError } from "../errors.js";
import type { CompareDigits, MultiplyDigits, SubtractDigits, ToNumber } from "./arithmetic.js";

/** The sizes of an array's axes, outermost first. `[]` is the shape of a scalar. */
export type Shape = readonly number[];

/** Whether a type is a union of several. */
export type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;

/** Whether N is one number literal, so that a rule can decide with it. */
export type IsLiteral<N> = [N] extends [never]
  ? false
  : [N] extends [number]
    ? number extends N
      ? false
      : IsUnion<N> extends true
        ? false
        : true
    : false;

/** Whether S is one tuple, so that its rank is known. */
export type IsRanked<S extends Shape> = number extends S["length"]
  ? false
  : IsUnion<S["length"]> extends true
    ? false
    : true;

/** The shape that a rule gave; any shape where it gave a sentence instead, so that one mistake is reported once. */
export type Ok<R> = [R] extends [never] ? Shape : [R] extends [Shape] ? R : Shape;

/**
 * The type of a parameter that a rule guards: T where the rule gave a shape, and the sentence where it did not, so
 * that the editor shows the sentence at the argument.
 *
 * The rule goes through `infer`: were it a branch itself, the compiler would infer its other parameters (an axis, say)
 * from this argument.
 */
export type Check<R, T> = [R] extends [infer Given]
  ? [Given] extends [never]
    ? T
    : [Given] extends [string]
      ? Given
      : T
  : T;

/**
 * The type of a rest parameter that a rule guards: Items where the rule gave a shape, and the sentence in place of
 * each where it did not.
 */
export type CheckAll<R, Items extends readonly unknown[]> = [R] extends [infer Given]
  ? [Given] extends [never]
    ? Items
    : [Given] extends [string]
      ? { readonly [Position in keyof Items]: Given }
      : Items
  : Items;

/** A dimension as the sentences print it; `?` where it is unknown. */
export type FormatDim<N extends number> = IsLiteral<N> extends true ? `${N}` : "?";

type JoinDims<S extends Shape, Text extends string = ""> = S extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? JoinDims<Rest, Text extends "" ? FormatDim<First> : `${Text},${FormatDim<First>}`>
  : Text;

/** A shape as NumPy's errors print it: `(2,3)`, `(4,)`, `()`. An unknown dimension is `?`. */
export type FormatShape<S extends Shape> =
  IsRanked<S> extends false
    ? "(...)"
    : S["length"] extends 0
      ? "()"
      : S["length"] extends 1
        ? `(${JoinDims<S>},)`
        : `(${JoinDims<S>})`;

/** A shape as NumPy's errors print it: `(2,3)`, `(4,)`, `()`. A dimension of -1 is one that is not known: `?`. */
export function formatShape(shape: Shape): string {
  const sizes = shape.map((size) => (size === -1 ? "?" : size));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(",")})`;
}

/** The number of elements as digits, exact at any length; `string` where a dimension is unknown. */
export type SizeDigits<S extends Shape, Product extends string = "1"> =
  IsRanked<S> extends false
    ? string
    : S extends readonly [infer First extends number, ...infer Rest extends number[]]
      ? IsLiteral<First> extends true
        ? SizeDigits<Rest, MultiplyDigits<Product, `${First}`>>
        : string
      : Product;

/** The number of elements: the product of the dimensions; `number` where one is unknown or the product exceeds 2^53. */
export type SizeOf<S extends Shape> = string extends SizeDigits<S> ? number : ToNumber<SizeDigits<S>>;

/** The number of elements: the product of the dimensions. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

/** Whether two shapes have the same rank and the same dimensions. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** What a value is, for an error: `a string`, `null`, `a list`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? (value.constructor?.name ?? "an object") : `a ${typeof value}`;
}

/** Throws a ValueError unless a value is a list: programs without types pass anything. */
export function mustBeList(value: unknown, what: string): void {
  if (!Array.isArray(value)) throw new ValueError(`${what} must be a list, got ${kindOf(value)}`);
}

/** Throws a ValueError where options are no object, or one of them is not known: a mistyped name is no wish. */
export function refuseUnknown(name: string, options: object, known: readonly string[]): void {
  const wrong =
    typeof options === "object" ? Object.keys(options).find((word) => !known.includes(word)) : options;
  if (wrong === undefined) return;
  throw new ValueError(`${name}: no option ${JSON.stringify(wrong)}; the options are ${known.join(", ")}`);
}

/** Throws a ValueError unless each dimension is a non-negative integer that a number holds exactly. */
export function checkShape(shape: Shape): void {
  mustBeList(shape, "a shape");
  for (const size of shape) {
    if (typeof size !== "number" || !Number.isSafeInteger(size)) {
      throw new ValueError(
        `a dimension must be an integer, got ${String(size)} in shape ${formatShape(shape)}`,
      );
    }
    if (size < 0) throw new ValueError("negative dimensions are not allowed");
  }
}

/** A non-negative axis below Rank, `number` where unknown, or the sentence of an axis out of bounds. */
export type NormalizeAxis<Axis extends number, Rank extends number, What extends string = ""> =
  IsLiteral<Axis> extends false
    ? number
    : IsLiteral<Rank> extends false
      ? number
      : `${Axis}` extends `-${infer Distance}`
        ? CompareDigits<Distance, `${Rank}`> extends "greater"
          ? AxisOutOfBounds<Axis, Rank, What>
          : ToNumber<SubtractDigits<`${Rank}`, Distance>>
        : CompareDigits<`${Axis}`, `${Rank}`> extends "less"
          ? Axis
          : AxisOutOfBounds<Axis, Rank, What>;

type AxisOutOfBounds<
  Axis extends number,
  Rank extends number,
  What extends string,
> = `${What extends "" ? "" : `${What}: `}axis ${Axis} is out of bounds for array of dimension ${Rank}`;

/**
 * An axis counted from the front. A negative axis counts from the back: -1 is the last.
 *
 * @param what the name of the argument, put before the sentence where an operation takes several axes
 * @throws AxisError when the array has no such axis
 */
export function normalizeAxis(axis: number, rank: number, what?: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const prefix = what === undefined ? "" : `${what}: `;
    throw new AxisError(`${prefix}axis ${String(axis)} is out of bounds for array of dimension ${rank}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** What a rule takes for its axes: one, several, or (null, undefined) all. */
export type AxisArgument = number | readonly number[] | null | undefined;

/**
 * Each axis of a list counted from the front, as a tuple; `Twice` where one is named twice, the sentence where one is
 * out of bounds, and `number[]` where any is unknown.
 */
export type NormalizeAxisList<
  Axes extends readonly number[],
  Rank extends number,
  Twice extends string,
  Result extends number[] = [],
> = number extends Axes["length"]
  ? number[]
  : Axes extends readonly [infer First extends number, ...infer Rest extends number[]]
    ? NormalizeAxis<First, Rank> extends infer Axis
      ? Axis extends string
        ? Axis
        : Axis extends number
          ? number extends Axis
            ? number[]
            : Axis extends Result[number]
              ? Twice
              : NormalizeAxisList<Rest, Rank, Twice, [...Result, Axis]>
          : never
      : never
    : Result;

/**
 * The axes that an argument names, counted from the front, in the order given; all axes for null or undefined.
 *
 * @param twice the sentence for an axis that is named twice
 * @throws AxisError when the array has no such axis, or one is named twice
 */
export function normalizeAxes(
  axes: AxisArgument,
  rank: number,
  twice = "duplicate value in 'axis'",
): number[] {
  if (axes === null || axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  if (typeof axes !== "number") mustBeList(axes, "an axis that is not a number");
  const normalized: number[] = [];
  for (const axis of typeof axes === "number" ? [axes] : axes) {
    const position = normalizeAxis(axis, rank);
    if (normalized.includes(position)) throw new AxisError(twice);
    normalized.push(position);
  }
  return normalized;
}

/** S with every dimension unknown. */
export type UnknownDims<S extends Shape> = [...{ -readonly [Axis in keyof S]: number }];

/** S with the dimension at an axis (counted from the front) replaced. */
export type SetDim<S extends Shape, Axis extends number, Dim extends number> = number extends Axis
  ? UnknownDims<S>
  : [...{ -readonly [Position in keyof S]: Position extends `${Axis}` ? Dim : S[Position] }];

/** S without the axes in the union `Axes`, each counted from the front. */
export type DropAxes<
  S extends Shape,
  Axes extends number,
  Result extends number[] = [],
  Seen extends 0[] = [],
> = S extends readonly [infer First extends number, ...infer Rest extends number[]]
  ? DropAxes<Rest, Axes, Seen["length"] extends Axes ? Result : [...Result, First], [...Seen, 0]>
  : Result;
