/** Sequences of different lengths as one tensor: padded to the longest, with their lengths and a mask. */
import { DataError, DTypeError, ShapeError, ValueError } from "../errors.js";
import { allocate, buffer, type DType, type TypedArray } from "../graph/index.js";
import * as ops from "../ops/index.js";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape/index.js";
import { realize, Tensor, type TensorLike, wrapNode } from "../tensor/index.js";
import { type Collate, type Collated, collate, rowOf } from "./collate.js";

/** Sequences that were padded to one length T. */
export interface PaddedSequences<S extends Shape = Shape, D extends DType = DType> {
  /** Shape (N, T, ...): the sequences, and the padding behind (or before) them. */
  readonly data: Tensor<[number, number, ...S], D>;
  /** How long each of the N is. */
  readonly lengths: Tensor<[number], "int32">;
  /** Shape (N, T): true where there is an element, false where there is padding. */
  readonly mask: Tensor<[number, number], "bool">;
  /** Which sequence of the list each row is: 0 to N - 1 in order, unless they were sorted. */
  readonly order: Tensor<[number], "int32">;
}

/** What `padSequences` takes beside the sequences. */
export interface PadOptions {
  /** What the padding is; 0 by default. */
  readonly value?: number;
  /** The length T; that of the longest by default. */
  readonly length?: number;
  /** Cut what is longer than `length` instead of refusing it? false by default. */
  readonly truncate?: boolean;
  /** Where the padding is: behind the elements ("right", the default) or before them. */
  readonly side?: "right" | "left";
  /** Sort by length, the longest first (equal ones stay in order), as packed recurrent layers like it? false by default. */
  readonly sort?: boolean;
}

type Sequence = TensorLike | TypedArray;

type ElementShape<T> =
  T extends Tensor<infer S>
    ? S extends readonly [number, ...infer R extends number[]]
      ? R
      : Shape
    : T extends TypedArray | readonly number[] | readonly boolean[]
      ? []
      : Shape;
type ElementDType<T> =
  T extends Tensor<Shape, infer D>
    ? D
    : T extends Float64Array
      ? "float64"
      : T extends Int32Array
        ? "int32"
        : T extends Uint8Array
          ? "uint8"
          : T extends readonly boolean[]
            ? "bool"
            : "float32";

function checkSequences(rows: readonly ReturnType<typeof rowOf>[]): void {
  const [first] = rows;
  if (first === undefined) throw new DataError("padSequences: there are no sequences");
  rows.forEach(({ shape, dtype }, i) => {
    if (shape.length === 0) {
      throw new ShapeError(`padSequences: sequence ${i} must have an axis to pad, got a 0-d array`);
    }
    if (!sameShape(shape.slice(1), first.shape.slice(1))) {
      throw new ShapeError(
        `padSequences: elements of sequence ${i} have shape ${formatShape(shape.slice(1))}, those of sequence 0 ${formatShape(first.shape.slice(1))}; only the first axis may differ`,
      );
    }
    if (dtype !== first.dtype) {
      throw new DTypeError(
        `padSequences: sequence ${i} is ${dtype}, sequence 0 is ${first.dtype}; use astype`,
      );
    }
  });
}

function checkLengths(lengths: Int32Array, length: number, truncate: boolean): void {
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new ValueError(`padSequences: length must be a whole number of at least 1, got ${length}`);
  }
  const empty = lengths.indexOf(0);
  if (empty >= 0) throw new DataError(`padSequences: sequence ${empty} is empty; leave it out`);
  const long = lengths.findIndex((n) => n > length);
  if (long >= 0 && !truncate) {
    throw new ValueError(
      `padSequences: sequence ${long} has ${lengths[long]} elements, more than length ${length}; say truncate: true to cut it`,
    );
  }
}

/**
 * Sequences of shape (t, ...) with lengths t of their own, as one array of shape (N, T, ...) with their lengths and a
 * mask. The dtype is that of the sequences; lists of numbers are float32.
 *
 * @throws DataError where there are no sequences, or one has no elements
 * @throws ShapeError where they differ in more than the first axis
 * @throws DTypeError where they differ in dtype, or the dtype cannot hold the padding
 * @throws ValueError where one is longer than `length` and `truncate` does not say that it shall be cut
 * @example
 * ```ts
 * const { data, lengths, mask } = padSequences([[1, 2], [3, 4, 5], [6]]);
 * data.toArray(); // [[1, 2, 0], [3, 4, 5], [6, 0, 0]]
 * lengths.toArray(); // [2, 3, 1]
 * mask.at(0).toArray(); // [true, true, false]
 * ```
 */
export function padSequences<const T extends Sequence>(
  sequences: readonly T[],
  { value = 0, length, truncate = false, side = "right", sort = false }: PadOptions = {},
): PaddedSequences<ElementShape<T>, ElementDType<T>> {
  if (side !== "right" && side !== "left") {
    throw new ValueError(`padSequences: side is "right" or "left", got ${JSON.stringify(side)}`);
  }
  realize(sequences.filter((one) => one instanceof Tensor));
  const rows = sequences.map(rowOf);
  checkSequences(rows);
  const counts = Int32Array.from(rows, ({ shape }) => shape[0]!);
  const longest = length ?? counts.reduce((most, count) => Math.max(most, count), 1);
  checkLengths(counts, longest, truncate);
  const order = Int32Array.from(rows, (_, i) => i);
  if (sort) order.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const lengths = order.map((i) => Math.min(counts[i]!, longest));
  const [{ dtype, shape }] = rows as [(typeof rows)[number]];
  const width = sizeOf(shape.slice(1));
  const data = filled(dtype, order.length * longest * width, value);
  const mask = new Uint8Array(order.length * longest);
  order.forEach((i, row) => {
    const from = row * longest + (side === "left" ? longest - lengths[row]! : 0);
    data.set(rows[i]!.data.subarray(0, lengths[row]! * width), from * width);
    mask.fill(1, from, from + lengths[row]!);
  });
  return {
    data: new Tensor(buffer(data, [order.length, longest, ...shape.slice(1)], dtype)),
    lengths: new Tensor(buffer(lengths, [order.length], "int32")),
    mask: new Tensor(buffer(mask, [order.length, longest], "bool")),
    order: new Tensor(buffer(order, [order.length], "int32")),
  };
}

/** An array of one value, which the dtype must hold. */
function filled(dtype: DType, length: number, value: number): TypedArray {
  const data = allocate(dtype, length);
  const kept = Number(allocate(dtype, 1).fill(value)[0]);
  const whole = dtype === "int32" || dtype === "uint8" || dtype === "bool";
  if (whole && (kept !== value || (dtype === "bool" && value > 1))) {
    throw new DTypeError(`padSequences: ${dtype} cannot hold the padding ${value}`);
  }
  return value === 0 ? data : data.fill(value);
}

/**
 * The sequences that padding was added to behind: row i up to its length, on the device, with derivatives.
 *
 * @throws ShapeError where there is not a length for each row
 * @throws ValueError where a length is negative or longer than the rows
 * @example
 * ```ts
 * const { data, lengths } = padSequences([[1, 2], [3]]);
 * unpadSequences(data, lengths).map(String); // ["[1. 2.]", "[3.]"]
 * ```
 */
export function unpadSequences(data: Tensor, lengths: Tensor | ArrayLike<number>): Tensor[] {
  const counts = lengths instanceof Tensor ? lengths.dataSync() : Array.from(lengths);
  const [rows, longest] = data.shape;
  if (rows === undefined || longest === undefined || counts.length !== rows) {
    throw new ShapeError(
      `unpadSequences: ${counts.length} lengths do not go with data of shape ${formatShape(data.shape)}`,
    );
  }
  return Array.from(counts, (count, i) => {
    if (!Number.isInteger(count) || count < 0 || count > longest) {
      throw new ValueError(`unpadSequences: length ${i} is ${count}; rows have ${longest} elements`);
    }
    const row = ops.squeeze(ops.part(data.node, 0, i, i + 1), 0);
    return wrapNode(ops.part(row, 0, 0, count));
  });
}

/**
 * Makes a collate function for records some of whose fields are sequences: those come padded, as `padSequences` gives
 * them; the others as {@link collate} gives them. With `sort` the whole record would have to follow, so it is refused:
 * use `bucketSampler` for batches of about equal lengths.
 *
 * @throws ValueError for no fields, or with `sort`
 * @example
 * ```ts
 * const together = collatePadded(["words"]);
 * const batch = together([{ words: [1, 2, 3], label: 0 }, { words: [4], label: 1 }]);
 * batch.words.data.toArray(); // [[1, 2, 3], [4, 0, 0]]
 * batch.words.lengths.toArray(); // [3, 1]
 * ```
 */
export function collatePadded<const K extends string>(
  fields: readonly K[],
  options: PadOptions = {},
): <T extends { readonly [P in K]: Sequence }>(
  samples: readonly T[],
  indices?: ArrayLike<number>,
) => {
  [P in keyof T]: P extends K ? PaddedSequences<ElementShape<T[P]>, ElementDType<T[P]>> : Collated<T[P]>;
} {
  if (fields.length === 0) throw new ValueError("collatePadded: name the fields that are sequences");
  if (options.sort) throw new ValueError("collatePadded: sort would part the sequences from their record");
  const padded = new Set<string>(fields);
  const rest: Collate<object, object> = (samples, indices) => collate(samples, indices);
  return (samples, indices) => {
    const others = samples.map((one) =>
      Object.fromEntries(Object.entries(one).filter(([key]) => !padded.has(key))),
    );
    const columns = fields.map((field) => {
      samples.forEach((one, i) => {
        if (Object.hasOwn(one, field)) return;
        throw new DataError(
          `collatePadded: sample ${indices?.[i] ?? i} has no field ${JSON.stringify(field)}`,
        );
      });
      return [
        field,
        padSequences(
          samples.map((one) => one[field]),
          options,
        ),
      ] as const;
    });
    return { ...rest(others, indices), ...Object.fromEntries(columns) } as never;
  };
}
