/**
 * The run-time half of indexing: what `t.at(...items)` and `t.set([...items], value)` read or write, worked out from
 * shapes alone and put down as plain data. The type half, with the same sentences, is `index-type.ts`.
 *
 * Every index is a strided view followed, where there are index arrays, by one gather (or scatter):
 *
 * 1. `slices`: one strided range for each axis of the array; an integer is a range of one position.
 * 2. `view`: the shape to read that slice in. The axes of integers are dropped, new axes put in.
 * 3. `advanced`: index arrays, each along one axis of the view, broadcast together to `indexShape`. Their axes leave
 *    the view, and the dimensions of `indexShape` come in at `position`.
 *
 * Without index arrays `view` is the shape of the result.
 */
import { IndexError } from "../errors.js";
import { tryBroadcastShapes } from "./broadcast.js";
import type { IndexItem, IndexTensor } from "./index-type.js";
import { shapeOf } from "./literal.js";
import { formatShape, mustBeList, type Shape } from "./shape.js";
import { readIndex, resolveSlice, Slice, type SliceRange } from "./slice.js";

/** One index array, along one axis of the view. */
export interface AdvancedIndex {
  /** The axis of `view` that it picks from. */
  readonly axis: number;
  /** Which of the items given it is. */
  readonly item: number;
  /**
   * For a mask, which of its axes: the index array is that row of the mask's `nonzero()`. Null for an array of
   * integers, which are positions along the axis, negative ones counted from its end.
   */
  readonly maskAxis: number | null;
  /** The shape of the index array, which broadcasts to `indexShape`. */
  readonly shape: readonly number[];
}

/** What an index reads or writes; see the head of this file. */
export interface IndexPlan {
  /** The shape of the result. */
  readonly shape: readonly number[];
  /** For each axis of the array, the positions taken; the whole axis where an index array picks from it later. */
  readonly slices: readonly SliceRange[];
  /** The shape in which the sliced array is read. */
  readonly view: readonly number[];
  /** The index arrays, in the order of their axes. Empty for an index of integers, slices and new axes. */
  readonly advanced: readonly AdvancedIndex[];
  /** The shape that the index arrays broadcast to. */
  readonly indexShape: readonly number[];
  /** Where the dimensions of `indexShape` stand in `shape`: result axes before it are the view's other axes, in order. */
  readonly position: number;
}

/** An item, read. */
type Kind =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "slice"; readonly slice: Slice }
  | { readonly kind: "new" }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "array" | "mask"; readonly item: number; readonly shape: number[] };

const notAnIndex = () =>
  new IndexError(
    'only integers, slices, strings such as "1:3", "...", null (a new axis) and integer or boolean arrays are valid indices',
  );

/** Whether a list holds booleans, integers, or neither alone. */
function listKind(list: readonly unknown[]): "array" | "mask" {
  const leaves = list.flat(Number.POSITIVE_INFINITY);
  if (leaves.length > 0 && leaves.every((leaf) => typeof leaf === "boolean")) return "mask";
  if (leaves.every((leaf) => Number.isInteger(leaf))) return "array";
  throw notAnIndex();
}

function classify(given: IndexItem, item: number): Kind {
  if (given === null) return { kind: "new" };
  const read = typeof given === "string" ? readIndex(given) : given;
  if (read === "...") return { kind: "ellipsis" };
  if (typeof read === "number") {
    if (!Number.isInteger(read)) throw notAnIndex();
    return { kind: "integer", value: read };
  }
  if (read instanceof Slice) return { kind: "slice", slice: read };
  if (Array.isArray(read)) {
    const shape = shapeOf(read);
    return { kind: listKind(read), item, shape };
  }
  const { shape, dtype } = (read ?? {}) as IndexTensor;
  if (!Array.isArray(shape) || typeof dtype !== "string") throw notAnIndex();
  if (dtype === "bool" && shape.length > 0) return { kind: "mask", item, shape: [...shape] };
  if (dtype === "int32" || dtype === "uint8") return { kind: "array", item, shape: [...shape] };
  throw new IndexError("arrays used as indices must be of integer (or boolean) type");
}

/** How many of the array's axes an item takes. */
const axesTaken = (kind: Kind) =>
  kind.kind === "mask" ? kind.shape.length : kind.kind === "new" || kind.kind === "ellipsis" ? 0 : 1;

const wholeAxis: Kind = { kind: "slice", slice: new Slice(undefined, undefined, undefined) };

/** The items with an ellipsis spelled out as whole axes, so that every axis of the array is named. */
function spellOut(kinds: readonly Kind[], rank: number): Kind[] {
  const ellipses = kinds.filter(({ kind }) => kind === "ellipsis").length;
  if (ellipses > 1) throw new IndexError("an index can only have a single ellipsis ('...')");
  const taken = kinds.reduce((sum, kind) => sum + axesTaken(kind), 0);
  if (taken > rank) {
    throw new IndexError(
      `too many indices for array: array is ${rank}-dimensional, but ${taken} were indexed`,
    );
  }
  const whole = new Array<Kind>(rank - taken).fill(wholeAxis);
  const at = kinds.findIndex(({ kind }) => kind === "ellipsis");
  // The ellipsis itself stays: even one of no axes parts two index arrays.
  return at < 0 ? [...kinds, ...whole] : [...kinds.slice(0, at + 1), ...whole, ...kinds.slice(at + 1)];
}

/**
 * A position along an axis counted from the front.
 *
 * @throws IndexError `index 5 is out of bounds for axis 0 with size 3`
 */
export function normalizeIndex(index: number, axis: number, size: number): number {
  if (index < -size || index >= size) {
    throw new IndexError(`index ${index} is out of bounds for axis ${axis} with size ${size}`);
  }
  return index < 0 ? index + size : index;
}

function checkMask(shape: Shape, axis: number, mask: Shape): void {
  for (const [i, size] of mask.entries()) {
    if (size === shape[axis + i]) continue;
    throw new IndexError(
      `boolean index did not match indexed array along axis ${axis + i}; size of axis is ${shape[axis + i]} but size of corresponding boolean axis is ${size}`,
    );
  }
}

/** The count of true elements in a nested list. */
function countTrue(list: IndexItem): number {
  if (Array.isArray(list)) return list.flat(Number.POSITIVE_INFINITY).filter(Boolean).length;
  throw new IndexError(
    "the number of true elements of a boolean tensor must be given to plan an index with it",
  );
}

/** The plan while the axes are walked. */
class Walk {
  readonly slices: SliceRange[] = [];
  readonly view: number[] = [];
  readonly advanced: AdvancedIndex[] = [];
  /** Where the index arrays begin in the result, while they stand side by side. */
  private begin = -1;
  private parted = false;
  private apart = false;

  /** The axis of the array that comes next. */
  get axis(): number {
    return this.slices.length;
  }

  /** A slice or a new axis: it parts the index arrays before it from those after it. */
  part(): void {
    this.parted = this.begin >= 0;
  }

  /** An index array, or an integer beside index arrays: where these begin, and whether they stand side by side. */
  gather(): void {
    if (this.begin < 0) this.begin = this.view.length;
    else if (this.parted) this.apart = true;
  }

  /** An index array along the next axis. */
  pick(size: number, index: Omit<AdvancedIndex, "axis">): void {
    this.gather();
    this.advanced.push({ ...index, axis: this.view.length });
    this.slices.push({ start: 0, step: 1, count: size });
    this.view.push(size);
  }

  finish(): IndexPlan {
    const shapes = this.advanced.map(({ shape }) => shape);
    const indexShape = tryBroadcastShapes(shapes);
    if (indexShape === null) {
      throw new IndexError(
        `shape mismatch: indexing arrays could not be broadcast together with shapes ${shapes.map(formatShape).join(" ")}`,
      );
    }
    const position = this.apart || this.begin < 0 ? 0 : this.begin;
    const rest = this.view.filter((_, axis) => !this.advanced.some((index) => index.axis === axis));
    return {
      shape: [...rest.slice(0, position), ...indexShape, ...rest.slice(position)],
      slices: this.slices,
      view: this.view,
      advanced: this.advanced,
      indexShape,
      position,
    };
  }
}

/**
 * What an index reads or writes in an array of a shape. An integer array in a nested list is checked against its axis
 * here; the values of a tensor are checked where they are known, by `normalizeIndex`.
 *
 * @param trueCount the number of true elements of the boolean item at a position among the items; needed where an item
 * is a boolean tensor, counted here where it is a nested list
 * @throws IndexError NumPy's sentences, for an item that is no index, an index out of bounds, too many items, index
 * arrays that do not broadcast, a mask that does not fit; ShapeError for a ragged list; ValueError for a step of zero
 */
export function planIndex(
  shape: Shape,
  items: readonly IndexItem[],
  trueCount: (item: number) => number = (item) => countTrue(items[item]!),
): IndexPlan {
  mustBeList(items, "the items of an index");
  const kinds = items.map(classify);
  const hasArrays = kinds.some(({ kind }) => kind === "array" || kind === "mask");
  const walk = new Walk();
  for (const kind of spellOut(kinds, shape.length)) {
    const axis = walk.axis;
    const size = shape[axis]!;
    if (kind.kind === "ellipsis") walk.part();
    else if (kind.kind === "new") {
      walk.part();
      walk.view.push(1);
    } else if (kind.kind === "slice") {
      const range = resolveSlice(kind.slice.start, kind.slice.stop, kind.slice.step, size);
      walk.part();
      walk.slices.push(range);
      walk.view.push(range.count);
    } else if (kind.kind === "integer") {
      if (hasArrays) walk.gather();
      walk.slices.push({ start: normalizeIndex(kind.value, axis, size), step: 1, count: 1 });
    } else if (kind.kind === "array") {
      const given = items[kind.item];
      if (Array.isArray(given)) {
        for (const index of given.flat(Number.POSITIVE_INFINITY)) normalizeIndex(index as number, axis, size);
      }
      walk.pick(size, { item: kind.item, maskAxis: null, shape: kind.shape });
    } else {
      checkMask(shape, axis, kind.shape);
      const count = trueCount(kind.item);
      for (const [maskAxis, length] of kind.shape.entries()) {
        walk.pick(length, { item: kind.item, maskAxis, shape: [count] });
      }
    }
  }
  return walk.finish();
}
