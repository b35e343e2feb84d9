/**
 * Slices as Python has them: start, stop and step, each of which may be left out or negative, as values
 * (`slice(1, -1)`) and as strings (`"1:-1"`, `"::-1"`).
 */
import { IndexError, ValueError } from "../errors.js";
import type { AddDigits, CompareDigits, QuotientDigits, SubtractDigits, ToNumber } from "./arithmetic.js";
import type { IsLiteral } from "./shape.js";

/** One bound of a slice; null or undefined leaves it out. */
export type Bound = number | null | undefined;

/** A range of positions along an axis, from `start` up to but not including `stop`, by `step`. */
export class Slice<out A extends Bound = Bound, out B extends Bound = Bound, out C extends Bound = Bound> {
  /** The first position; left out, the end that the step comes from. */
  readonly start: A;
  /** The position where it ends, itself left out. */
  readonly stop: B;
  /** From one position to the next; 1 where left out. */
  readonly step: C;

  constructor(start: A, stop: B, step: C) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * A range of positions along an axis, as Python's `start:stop:step`.
 *
 * @example
 * arange(10).at(slice(2, 8, 2));     // [2. 4. 6.]
 * arange(10).at(slice(null, -7));    // [0. 1. 2.]
 */
export function slice<
  const A extends Bound = undefined,
  const B extends Bound = undefined,
  const C extends Bound = undefined,
>(start?: A, stop?: B, step?: C): Slice<A, B, C> {
  return new Slice(start as A, stop as B, step as C);
}

type Part<Text extends string> = Text extends ""
  ? undefined
  : Text extends `${infer N extends number}`
    ? N
    : "unreadable";

type ReadParts<Text extends string, A, B, C> = "unreadable" extends A | B | C
  ? UnreadableIndex<Text>
  : Slice<Extract<A, Bound>, Extract<B, Bound>, Extract<C, Bound>>;

/** The sentence for a string that is not an index. */
export type UnreadableIndex<Text extends string> =
  `cannot read "${Text}" as an index: write an integer, a slice such as "1:3" or "::-1", or "..."`;

/** What a string means as an index: a number, a Slice, `"..."`, or the sentence where it means nothing. */
export type ReadIndex<Text extends string> = Text extends "..."
  ? "..."
  : Text extends `${infer A}:${infer B}:${infer C}`
    ? ReadParts<Text, Part<A>, Part<B>, Part<C>>
    : Text extends `${infer A}:${infer B}`
      ? ReadParts<Text, Part<A>, Part<B>, undefined>
      : Text extends `${bigint}`
        ? ToNumber<Text>
        : UnreadableIndex<Text>;

/**
 * What a string means as an index: a number, a Slice, or `"..."`.
 *
 * @throws IndexError when it means nothing
 */
export function readIndex(text: string): number | Slice | "..." {
  if (text === "...") return text;
  const match = /^(-?\d+)?(?:(:)(-?\d+)?(?::(-?\d+)?)?)?$/.exec(text);
  if (match === null || text === "") {
    throw new IndexError(
      `cannot read "${text}" as an index: write an integer, a slice such as "1:3" or "::-1", or "..."`,
    );
  }
  const [, start, colon, stop, step] = match;
  if (colon === undefined) return Number(start);
  const bound = (part: string | undefined) => (part === undefined ? undefined : Number(part));
  return new Slice(bound(start), bound(stop), bound(step));
}

// For a positive step: a bound as a position from 0 to Size.
type Clamp<Value, Size extends string, Default extends string> = Value extends number
  ? `${Value}` extends `-${infer Distance}`
    ? CompareDigits<Distance, Size> extends "greater"
      ? "0"
      : SubtractDigits<Size, Distance>
    : CompareDigits<`${Value}`, Size> extends "less"
      ? `${Value}`
      : Size
  : Default;

// For a negative step: a bound plus one, since it may lie before the first position; from 0 to Size.
type ClampBack<Value, Size extends string, Default extends string> = Value extends number
  ? `${Value}` extends `-${infer Distance}`
    ? CompareDigits<Distance, Size> extends "greater"
      ? "0"
      : AddDigits<SubtractDigits<Size, Distance>, "1">
    : CompareDigits<`${Value}`, Size> extends "less"
      ? AddDigits<`${Value}`, "1">
      : Size
  : Default;

// How many steps there are from Low up to but not including High.
type Steps<Low extends string, High extends string, Step extends string> =
  CompareDigits<Low, High> extends "less"
    ? ToNumber<AddDigits<QuotientDigits<SubtractDigits<SubtractDigits<High, Low>, "1">, Step>, "1">>
    : 0;

// A bound that is left out is known; a `number` is not.
type BoundKnown<Value> = [Value] extends [null | undefined] ? true : IsLiteral<Value>;

/** How many positions a slice takes along an axis, or the sentence for a step of zero. */
export type SliceCount<Size extends number, A, B, C> = C extends 0
  ? "slice step cannot be zero"
  : IsLiteral<Size> extends false
    ? number
    : false extends BoundKnown<A> | BoundKnown<B> | BoundKnown<C>
      ? number
      : C extends number
        ? `${C}` extends `-${infer Back}`
          ? Steps<ClampBack<B, `${Size}`, "0">, ClampBack<A, `${Size}`, `${Size}`>, Back>
          : Steps<Clamp<A, `${Size}`, "0">, Clamp<B, `${Size}`, `${Size}`>, `${C}`>
        : Steps<Clamp<A, `${Size}`, "0">, Clamp<B, `${Size}`, `${Size}`>, "1">;

/** The positions `start`, `start + step`, ... (`count` of them). */
export interface SliceRange {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/**
 * The positions that a slice takes along an axis of a size, as Python takes them: bounds outside the axis are cut.
 *
 * @throws ValueError `slice step cannot be zero`; IndexError when a bound is not an integer
 */
export function resolveSlice(start: Bound, stop: Bound, step: Bound, size: number): SliceRange {
  for (const bound of [start, stop, step]) {
    if (bound !== null && bound !== undefined && !Number.isInteger(bound)) {
      throw new IndexError(`slice indices must be integers or null, got ${String(bound)}`);
    }
  }
  const by = step ?? 1;
  if (by === 0) throw new ValueError("slice step cannot be zero");
  const lowest = by > 0 ? 0 : -1;
  const clamp = (bound: number) =>
    Math.min(size + lowest, Math.max(lowest, bound < 0 ? bound + size : bound));
  const from = start === null || start === undefined ? (by > 0 ? 0 : size - 1) : clamp(start);
  const to = stop === null || stop === undefined ? (by > 0 ? size : -1) : clamp(stop);
  const count = Math.max(0, Math.ceil((to - from) / by));
  return { start: count === 0 ? 0 : from, step: by, count };
}
