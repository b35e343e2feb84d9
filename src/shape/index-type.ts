/**
 * The type half of indexing: the shape of `t.at(...items)`. The run-time half, with the same sentences, is
 * `index-items.ts`; the two are the one rule that does not fit a file together.
 *
 * Items are classified, an ellipsis is spelled out as whole axes, and the array's axes are then walked from the front.
 */

import type { CompareDigits, SubtractDigits } from "./arithmetic.js";
import type { BroadcastOrNever, FormatShapes } from "./broadcast.js";
import type { ShapeOf } from "./literal.js";
import type { IsLiteral, IsRanked, IsUnion, Shape } from "./shape.js";
import type { Bound, ReadIndex, Slice, SliceCount } from "./slice.js";

/** A tensor as an index sees it: integers pick elements, booleans select them. */
export interface IndexTensor {
  readonly shape: Shape;
  readonly dtype: string;
}

/** Lists of integers or booleans, nested to any depth. */
export type IndexList = readonly (number | boolean | IndexList)[];

/**
 * What may stand between the brackets of an index: an integer, a slice (also as a string such as `"1:3"`), `"..."`
 * for all axes that are not named, null for a new axis, integers or booleans in a list or tensor.
 */
export type IndexItem = number | string | null | Slice | IndexList | IndexTensor;

type Whole = { kind: "slice"; slice: Slice<undefined, undefined, undefined> };

type ElementKind<Item> = Item extends readonly unknown[]
  ? ElementKind<Item[number]>
  : Item extends boolean
    ? "mask"
    : "array";

type ClassifyList<Item> =
  ShapeOf<Item> extends infer Dims
    ? Dims extends string
      ? Dims
      : Dims extends Shape
        ? IsRanked<Dims> extends true
          ? [ElementKind<Item>] extends ["mask"]
            ? { kind: "mask"; shape: Dims }
            : [ElementKind<Item>] extends ["array"]
              ? { kind: "array"; shape: Dims }
              : { kind: "unknown" }
          : { kind: "unknown" }
        : never
    : never;

type ClassifyTensor<S extends Shape, D extends string> =
  IsUnion<D> extends true
    ? { kind: "unknown" }
    : string extends D
      ? { kind: "unknown" }
      : D extends "bool"
        ? IsRanked<S> extends true
          ? { kind: "mask"; shape: S }
          : { kind: "unknown" }
        : D extends "int32" | "uint8"
          ? { kind: "array"; shape: S }
          : "arrays used as indices must be of integer (or boolean) type";

type ClassifyRead<Read> = Read extends "..."
  ? { kind: "ellipsis" }
  : Read extends string
    ? Read
    : Read extends number
      ? { kind: "integer"; value: Read }
      : { kind: "slice"; slice: Read };

// What an item is, or the sentence for one that is no index.
type Classify<Item> = [Item] extends [null]
  ? { kind: "new" }
  : [Item] extends [number]
    ? { kind: "integer"; value: Item }
    : [Item] extends [string]
      ? string extends Item
        ? { kind: "unknown" }
        : IsUnion<Item> extends true
          ? { kind: "unknown" }
          : ClassifyRead<ReadIndex<Item>>
      : IsUnion<Item> extends true
        ? { kind: "unknown" }
        : Item extends Slice<Bound, Bound, Bound>
          ? { kind: "slice"; slice: Item }
          : Item extends readonly unknown[]
            ? ClassifyList<Item>
            : Item extends { readonly shape: infer S extends Shape; readonly dtype: infer D extends string }
              ? ClassifyTensor<S, D>
              : { kind: "unknown" };

type ClassifyAll<Items extends readonly unknown[]> = {
  -readonly [Position in keyof Items]: Classify<Items[Position]>;
};

// The axes that items take: a mask takes as many as it has.
type Consumed<Kinds extends readonly unknown[], Axes extends 0[] = []> = Kinds extends readonly [
  infer First,
  ...infer Rest,
]
  ? Consumed<
      Rest,
      First extends { kind: "new" | "ellipsis" }
        ? Axes
        : First extends { kind: "mask"; shape: infer S extends Shape }
          ? [...Axes, ...{ [Axis in keyof S]: 0 }]
          : [...Axes, 0]
    >
  : Axes;

type Repeat<Item, Times extends number, List extends unknown[] = []> = List["length"] extends Times
  ? List
  : Repeat<Item, Times, [...List, Item]>;

type ToCount<Text> = Text extends `${infer N extends number}` ? N : 0;

// The ellipsis as whole axes after a mark (even an empty one parts two arrays); where there is none it stands at the end.
type SpellOut<
  Kinds extends readonly unknown[],
  Missing extends number,
  Before extends unknown[] = [],
> = Kinds extends readonly [infer First, ...infer Rest]
  ? First extends { kind: "ellipsis" }
    ? [...Before, First, ...Repeat<Whole, Missing>, ...Rest]
    : SpellOut<Rest, Missing, [...Before, First]>
  : [...Before, ...Repeat<Whole, Missing>];

type CountEllipses<Kinds extends readonly unknown[], Count extends 0[] = []> = Kinds extends readonly [
  infer First,
  ...infer Rest,
]
  ? CountEllipses<Rest, First extends { kind: "ellipsis" } ? [...Count, 0] : Count>
  : Count["length"];

/** How far the walk has come. */
interface Walk {
  /** The axis of the array. */
  axis: 0[];
  /** The dimensions of the result before and after the place of the index arrays. */
  front: number[];
  back: number[];
  /** Whether index arrays have begun, have ended, or have begun again after something else. */
  arrays: "none" | "open" | "closed" | "apart";
  /** The shapes of the index arrays. */
  shapes: Shape[];
}

type Start = { axis: []; front: []; back: []; arrays: "none"; shapes: [] };

type Append<W extends Walk, Dim extends number, Axes extends 0[]> = W["arrays"] extends "none"
  ? {
      axis: [...W["axis"], ...Axes];
      front: [...W["front"], Dim];
      back: [];
      arrays: "none";
      shapes: W["shapes"];
    }
  : {
      axis: [...W["axis"], ...Axes];
      front: W["front"];
      back: [...W["back"], Dim];
      arrays: W["arrays"] extends "apart" ? "apart" : "closed";
      shapes: W["shapes"];
    };

// An integer beside index arrays counts as one of them when their place is decided.
type Gather<W extends Walk, Axes extends 0[], Shapes extends Shape[]> = {
  axis: [...W["axis"], ...Axes];
  front: W["front"];
  back: W["back"];
  arrays: W["arrays"] extends "none" | "open" ? "open" : "apart";
  shapes: [...W["shapes"], ...Shapes];
};

type Drop<W extends Walk> = {
  axis: [...W["axis"], 0];
  front: W["front"];
  back: W["back"];
  arrays: W["arrays"];
  shapes: W["shapes"];
};

type Part<W extends Walk> = {
  axis: W["axis"];
  front: W["front"];
  back: W["back"];
  arrays: W["arrays"] extends "open" ? "closed" : W["arrays"];
  shapes: W["shapes"];
};

type InBounds<Value extends number, Size extends number> =
  IsLiteral<Value> extends false
    ? true
    : IsLiteral<Size> extends false
      ? true
      : `${Value}` extends `-${infer Distance}`
        ? CompareDigits<Distance, `${Size}`> extends "greater"
          ? false
          : true
        : CompareDigits<`${Value}`, `${Size}`> extends "less"
          ? true
          : false;

// The first axis of a mask that differs from the array's for certain.
type MaskMisfit<S extends Shape, Mask extends Shape, Axis extends 0[]> = Mask extends readonly [
  infer M extends number,
  ...infer RestMask extends number[],
]
  ? S extends readonly [infer Size extends number, ...infer RestS extends number[]]
    ? IsLiteral<M> extends false
      ? MaskMisfit<RestS, RestMask, [...Axis, 0]>
      : IsLiteral<Size> extends false
        ? MaskMisfit<RestS, RestMask, [...Axis, 0]>
        : [M] extends [Size]
          ? MaskMisfit<RestS, RestMask, [...Axis, 0]>
          : `boolean index did not match indexed array along axis ${Axis["length"]}; size of axis is ${Size} but size of corresponding boolean axis is ${M}`
    : null
  : null;

type DropFront<S extends Shape, Mask extends Shape> = Mask extends readonly [
  number,
  ...infer RestMask extends number[],
]
  ? S extends readonly [number, ...infer RestS extends number[]]
    ? DropFront<RestS, RestMask>
    : S
  : S;

type Tail<S extends Shape> = S extends readonly [number, ...infer Rest extends number[]] ? Rest : [];

// S is what is left of the array's shape.
type WalkItems<
  S extends Shape,
  Kinds extends readonly unknown[],
  HasArrays extends boolean,
  W extends Walk = Start,
> = Kinds extends readonly [infer First, ...infer Rest]
  ? First extends { kind: "new" }
    ? WalkItems<S, Rest, HasArrays, Append<W, 1, []>>
    : First extends { kind: "ellipsis" }
      ? WalkItems<S, Rest, HasArrays, Part<W>>
      : First extends { kind: "slice"; slice: Slice<infer A, infer B, infer C> }
        ? SliceCount<S[0], A, B, C> extends infer Count
          ? Count extends number
            ? WalkItems<Tail<S>, Rest, HasArrays, Append<W, Count, [0]>>
            : Count
          : never
        : First extends { kind: "integer"; value: infer Value extends number }
          ? InBounds<Value, S[0]> extends true
            ? WalkItems<Tail<S>, Rest, HasArrays, HasArrays extends true ? Gather<W, [0], []> : Drop<W>>
            : `index ${Value} is out of bounds for axis ${W["axis"]["length"]} with size ${S[0]}`
          : First extends { kind: "array"; shape: infer Dims extends Shape }
            ? WalkItems<Tail<S>, Rest, HasArrays, Gather<W, [0], [Dims]>>
            : First extends { kind: "mask"; shape: infer Mask extends Shape }
              ? MaskMisfit<S, Mask, W["axis"]> extends infer Misfit extends string
                ? Misfit
                : WalkItems<
                    DropFront<S, Mask>,
                    Rest,
                    HasArrays,
                    Gather<W, [...{ [Axis in keyof Mask]: 0 }], [[number]]>
                  >
              : never
  : Place<W>;

type FoldArrays<Shapes extends readonly Shape[], Result extends Shape = []> = Shapes extends readonly [
  infer First extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? [BroadcastOrNever<Result, First>] extends [never]
    ? never
    : FoldArrays<Rest, BroadcastOrNever<Result, First>>
  : Result;

// NumPy's rule: in place of the index arrays where these stand side by side, first where they do not.
type Place<W extends Walk> = [FoldArrays<W["shapes"]>] extends [never]
  ? `shape mismatch: indexing arrays could not be broadcast together with shapes ${FormatShapes<W["shapes"]>}`
  : IsRanked<FoldArrays<W["shapes"]>> extends false
    ? Shape
    : W["arrays"] extends "apart"
      ? [...FoldArrays<W["shapes"]>, ...W["front"], ...W["back"]]
      : [...W["front"], ...FoldArrays<W["shapes"]>, ...W["back"]];

type HasArrays<Kinds extends readonly unknown[]> = true extends {
  [Position in keyof Kinds]: Kinds[Position] extends { kind: "array" | "mask" } ? true : false;
}[number]
  ? true
  : false;

type FirstString<Kinds extends readonly unknown[]> = Kinds extends readonly [infer First, ...infer Rest]
  ? First extends string
    ? First
    : FirstString<Rest>
  : never;

type AtRank<S extends Shape, Kinds extends readonly unknown[], Axes extends number> =
  CompareDigits<`${Axes}`, `${S["length"]}`> extends "greater"
    ? `too many indices for array: array is ${S["length"]}-dimensional, but ${Axes} were indexed`
    : WalkItems<S, SpellOut<Kinds, ToCount<SubtractDigits<`${S["length"]}`, `${Axes}`>>>, HasArrays<Kinds>>;

type AtKinds<S extends Shape, Kinds extends readonly unknown[]> = [FirstString<Kinds>] extends [never]
  ? { kind: "unknown" } extends Kinds[number]
    ? Shape
    : CountEllipses<Kinds> extends 0 | 1
      ? IsRanked<S> extends false
        ? Shape
        : AtRank<S, Kinds, Consumed<Kinds>["length"]>
      : "an index can only have a single ellipsis ('...')"
  : FirstString<Kinds>;

/** The shape of `t.at(...Items)`, or NumPy's sentence. */
export type At<S extends Shape, Items extends readonly IndexItem[]> = number extends Items["length"]
  ? Shape
  : AtKinds<S, ClassifyAll<Items>>;
