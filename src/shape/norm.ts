/**
 * What normalisation asks of a shape, which stays as it is: channels at an axis, or certain last axes. And embedding,
 * which adds an axis.
 */
import { ShapeError } from "../errors.js";
import { type FormatShape, formatShape, type IsLiteral, type IsRanked, type Shape } from "./shape.js";

type MayEqual<A extends number, B extends number> =
  IsLiteral<A> extends false ? true : IsLiteral<B> extends false ? true : [A] extends [B] ? true : false;

/** For each rank that a layer takes, the axis of the channels. */
export type ChannelAxes = Readonly<Record<number, number>>;

/** Batches of vectors or of sequences: (batch, channels), (batch, channels, length). */
export const BATCH_1D = { 2: 1, 3: 1 } as const;
/** Batches of images: (batch, channels, height, width). */
export const BATCH_2D = { 4: 1 } as const;
/** Sequences with or without a batch. */
export const SPATIAL_1D = { 2: 0, 3: 1 } as const;
/** Images with or without a batch. */
export const SPATIAL_2D = { 3: 0, 4: 1 } as const;
/** A batch, channels, and any sizes. */
export const ANY_SPATIAL = { 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1 } as const;

type RankWords<Axes> = Axes extends typeof ANY_SPATIAL
  ? "2 or more"
  : Axes extends typeof BATCH_2D
    ? "4"
    : Axes extends typeof BATCH_1D | typeof SPATIAL_1D
      ? "2 or 3"
      : "3 or 4";

type ChannelAt<S extends Shape, Axis> = Axis extends keyof S ? Extract<S[Axis], number> : number;

/** S where its channels are as many as expected, or the sentence. */
export type Channels<Name extends string, S extends Shape, C extends number, Axes extends ChannelAxes> =
  IsRanked<S> extends false
    ? Shape
    : S["length"] extends keyof Axes
      ? MayEqual<ChannelAt<S, `${Axes[S["length"]]}`>, C> extends true
        ? S
        : `${Name}: expected ${C} channels (axis ${Axes[S["length"]]}), got ${ChannelAt<S, `${Axes[S["length"]]}`>} in shape ${FormatShape<S>}`
      : `${Name}: expected input of rank ${RankWords<Axes>}, but got shape ${FormatShape<S>}`;

function rankWords(axes: ChannelAxes): string {
  const ranks = Object.keys(axes);
  return ranks.length > 2 ? "2 or more" : ranks.join(" or ");
}

/**
 * The shape as it is, where its channels are as many as expected.
 *
 * @throws ShapeError `batchNorm2d: expected 16 channels (axis 1), got 3 in shape (8,3,28,28)`
 */
export function channelsShape(name: string, input: Shape, channels: number, axes: ChannelAxes): number[] {
  const axis = axes[input.length];
  if (axis === undefined) {
    throw new ShapeError(
      `${name}: expected input of rank ${rankWords(axes)}, but got shape ${formatShape(input)}`,
    );
  }
  if (input[axis] !== channels && input[axis] !== -1) {
    throw new ShapeError(
      `${name}: expected ${channels} channels (axis ${axis}), got ${input[axis]} in shape ${formatShape(input)}`,
    );
  }
  return [...input];
}

// Do the last axes fit, from the last one on?
type EndsWith<S extends Shape, End extends Shape> = End extends readonly [
  ...infer Rest extends number[],
  infer Last extends number,
]
  ? S extends readonly [...infer Front extends number[], infer Dim extends number]
    ? MayEqual<Dim, Last> extends true
      ? EndsWith<Front, Rest>
      : false
    : false
  : true;

type Joined<S extends Shape, Text extends string = "*"> = S extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? Joined<Rest, `${Text},${First}`>
  : Text;

/** S where it ends with the normalised shape, or the sentence. */
export type Normalized<Name extends string, S extends Shape, End extends Shape> =
  IsRanked<S> extends false
    ? Shape
    : IsRanked<End> extends false
      ? S
      : EndsWith<S, End> extends true
        ? S
        : `${Name}: expected input of shape (${Joined<End>}), but got ${FormatShape<S>}`;

/**
 * The shape as it is, where it ends with the normalised shape.
 *
 * @throws ShapeError `layerNorm: expected input of shape (*,10), but got (4,5)`
 */
export function normalizedShape(name: string, input: Shape, end: Shape): number[] {
  const from = input.length - end.length;
  if (from < 0 || end.some((n, i) => input[from + i] !== n && input[from + i] !== -1)) {
    throw new ShapeError(
      `${name}: expected input of shape (${["*", ...end].join(",")}), but got ${formatShape(input)}`,
    );
  }
  return [...input];
}

/** The shape of a table's rows at indices of shape S. */
export type Embedding<S extends Shape, Dim extends number> = IsRanked<S> extends false ? Shape : [...S, Dim];

/** The shape of a table's rows at indices. */
export const embeddingShape = (input: Shape, dim: number): number[] => [...input, dim];

/** S where what a layer makes of it, R, has the same shape, so that both can be added; or the sentence. */
export type Residual<S extends Shape, R> = R extends Shape
  ? IsRanked<S> extends false
    ? Shape
    : IsRanked<R> extends false
      ? S
      : [EndsWith<S, R>, EndsWith<R, S>] extends [true, true]
        ? S
        : `residual: the layer turns shape ${FormatShape<S>} into ${FormatShape<R>}, which cannot be added to it`
  : R;

/**
 * The shape as it is, where what a layer makes of it has the same.
 *
 * @throws ShapeError `residual: the layer turns shape (8,4) into (8,5), which cannot be added to it`
 */
export function residualShape(input: Shape, result: Shape): number[] {
  const fits =
    input.length === result.length && input.every((n, i) => n === result[i] || n === -1 || result[i] === -1);
  if (fits) return [...input];
  throw new ShapeError(
    `residual: the layer turns shape ${formatShape(input)} into ${formatShape(result)}, which cannot be added to it`,
  );
}
