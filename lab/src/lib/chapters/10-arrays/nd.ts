/** Arrays of several axes as the figures show them: values, slices, reductions and stretching, all by maru. */
import { arange, MaruError, type Tensor } from "maru/light";
import type { ArraysLesson } from "./lesson.js";

export const MOST_ELEMENTS = 60;
export const MOST_AXES = 4;

/** Sizes of axes as typed, `3, 2` or `(3,2)`; undefined where they are none that can be drawn. */
export function shapeOf(text: string): number[] | undefined {
  const plain = text
    .trim()
    .replace(/^[([]|[)\]]$/g, "")
    .replace(/,\s*$/, "")
    .trim();
  if (plain === "") return /^[([]/.test(text.trim()) ? [] : undefined;
  const parts = plain.split(/\s*[,×x ]\s*/);
  if (parts.length > MOST_AXES || !parts.every((part) => /^-?\d{1,3}$/.test(part))) return undefined;
  return parts.map(Number);
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((all, size) => all * size, 1);

/** Where the element stands that is the i-th in memory order. */
export function indexOf(i: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = i;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

export const placeOf = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((all, value, axis) => all * shape[axis]! + value, 0);

/** A result, or what maru says is wrong: the class of its error and its sentence. */
export type Tried<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly error: { readonly name: string; readonly message: string }; readonly value?: undefined };

export function tried<T>(make: () => T): Tried<T> {
  try {
    return { value: make() };
  } catch (error) {
    if (!(error instanceof MaruError)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}

const counted = (n: number): Tensor => arange(1, n + 1).astype("int32") as Tensor;

/** The array of the viewer: 1 to count in its shape. */
export const arrayOf = ({
  count,
  shape,
  transposed,
}: Pick<ArraysLesson, "count" | "shape" | "transposed">): Tried<Tensor> => {
  const sizes = shapeOf(shape) ?? [];
  return tried(() => {
    const whole = counted(count).reshape(sizes as never) as Tensor;
    return transposed ? (whole.T as Tensor) : whole;
  });
};

export const flat = (of: Tensor): number[] => Array.from(of.dataSync() as ArrayLike<number>);

/** What a slice such as `1:, ::2` takes: its places in the array, and the result. */
export function sliceOf(array: Tensor, text: string): Tried<{ places: Set<number>; result: Tensor }> {
  const parts = text.split(",").map((part) => part.trim());
  return tried(() => {
    const places = (
      arange(array.size)
        .astype("int32")
        .reshape(array.shape as never) as Tensor
    ).at(...(parts as never[])) as Tensor;
    return { places: new Set(flat(places)), result: array.at(...(parts as never[])) as Tensor };
  });
}

/** Two arrays, 1 to n each, and what broadcasting makes of them. */
export function stretchOf({ a, b, op }: Pick<ArraysLesson, "a" | "b" | "op">) {
  const [left, right] = [shapeOf(a), shapeOf(b)];
  const drawable = (shape: number[] | undefined): shape is number[] =>
    shape !== undefined &&
    shape.length <= 3 &&
    shape.every((size) => size >= 1 && size <= 6) &&
    sizeOf(shape) <= MOST_ELEMENTS;
  if (!drawable(left) || !drawable(right)) return undefined;
  const make = (shape: number[]): Tensor => counted(sizeOf(shape)).reshape(shape as never) as Tensor;
  const [x, y] = [make(left), make(right)];
  const result = tried(() => (op === "add" ? x.add(y) : x.mul(y)) as Tensor);
  return { left, right, x: flat(x), y: flat(y), result };
}

export interface Column {
  readonly left: number | undefined;
  readonly right: number | undefined;
  readonly result: number | undefined;
}

/** The axes of both, lined up from the right. */
export function columnsOf(left: readonly number[], right: readonly number[]): Column[] {
  const axes = Math.max(left.length, right.length);
  return Array.from({ length: axes }, (_, i) => {
    const [l, r] = [left[i - axes + left.length], right[i - axes + right.length]];
    const fits = l === undefined || r === undefined || l === r || l === 1 || r === 1;
    return { left: l, right: r, result: fits ? (l === undefined || l === 1 ? (r ?? l) : l) : undefined };
  });
}

/** The element of an array that meets the i-th of the result. */
export function sourceOf(i: number, result: readonly number[], shape: readonly number[]): number {
  const index = indexOf(i, result).slice(result.length - shape.length);
  return placeOf(
    index.map((value, axis) => (shape[axis] === 1 ? 0 : value)),
    shape,
  );
}
