/** From a list of samples to one batch: what is equal in kind is stacked. */
import { DataError, ShapeError } from "../errors.js";
import { allocate, buffer, cast, type DType, type TypedArray } from "../graph/index.js";
import {
  formatShape,
  kindOf,
  type Nested,
  type Ok,
  type Shape,
  type ShapeOf,
  sameShape,
  sizeOf,
} from "../shape/index.js";
import { array, type DTypeOfLike, realize, Tensor } from "../tensor/index.js";

/** What a batch has where a sample has T. */
export type Collated<T> = T extends string
  ? string[]
  : T extends Tensor<infer S, infer D>
    ? Tensor<[number, ...S], D>
    : T extends Float32Array
      ? Tensor<[number, number], "float32">
      : T extends Float64Array
        ? Tensor<[number, number], "float64">
        : T extends Int32Array
          ? Tensor<[number, number], "int32">
          : T extends Uint8Array
            ? Tensor<[number, number], "uint8">
            : T extends Nested
              ? Tensor<[number, ...Ok<ShapeOf<T>>], DTypeOfLike<T>>
              : { -readonly [K in keyof T]: Collated<T[K]> };

/** What makes a batch of samples, whose numbers in the dataset are there for messages. */
export type Collate<T, B> = (samples: readonly T[], indices?: ArrayLike<number>) => B;

/** One array of a sample. */
interface Row {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: TypedArray;
}

const TYPED = [
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
] as const;

const isNested = (value: unknown): boolean =>
  typeof value === "number" || typeof value === "boolean" || (Array.isArray(value) && value.every(isNested));

const isArrayLike = (value: unknown): boolean =>
  value instanceof Tensor || ArrayBuffer.isView(value) || isNested(value);

/** The values of a tensor, a typed array or nested lists. */
export function rowOf(value: unknown): Row {
  if (value instanceof Tensor) return { dtype: value.dtype, shape: value.shape, data: value.dataSync() };
  const typed = TYPED.find(([type]) => value instanceof type);
  if (typed !== undefined) {
    const data = value as TypedArray;
    return { dtype: typed[1], shape: [data.length], data };
  }
  return rowOf(array(value as never) as Tensor);
}

/** What is the matter with samples of different kinds. */
function differ(field: string, i: number, one: string, first: string): DataError {
  return new DataError(`collate: ${field}sample ${i} is ${one}, but the first of the batch is ${first}`);
}

/** What a value is, in words. */
const describe = (value: unknown): string =>
  value instanceof Tensor ? "a tensor" : Array.isArray(value) ? "a list" : kindOf(value);

/**
 * Stacks samples to a batch: tensors, typed arrays, numbers and nested lists of one shape and dtype get an axis more, in
 * front; texts become a list; records and lists of such things are collated field by field. Numbers are float32 (booleans
 * bool) unless `dtypes` names another dtype for their field.
 *
 * @throws ShapeError where samples differ in shape: pad sequences with {@link padSequences} or `collatePadded`
 * @throws DataError where there are no samples, or they differ in kind, dtype or fields
 * @example
 * ```ts
 * const batch = collate([{ x: [1, 2], y: 0, name: "a" }, { x: [3, 4], y: 1, name: "b" }]);
 * batch.x.toArray(); // [[1, 2], [3, 4]]
 * batch.name; // ["a", "b"]
 * ```
 */
export function collate<T>(samples: readonly T[], indices?: ArrayLike<number>): Collated<T> {
  return collateFields(samples, indices, {}, "") as Collated<T>;
}

/** The name of a field in a message. */
const inField = (field: string): string => (field === "" ? "" : `field ${JSON.stringify(field)} of `);

/** As `collate`, with dtypes for fields by their path, such as "targets" or "pair.0". */
export function collateFields(
  samples: readonly unknown[],
  indices: ArrayLike<number> | undefined,
  dtypes: Readonly<Record<string, DType>>,
  field: string,
): unknown {
  const number = (i: number): number => indices?.[i] ?? i;
  if (samples.length === 0) throw new DataError("collate: there are no samples");
  const [first] = samples;
  if (typeof first === "string") {
    samples.forEach((one, i) => {
      if (typeof one !== "string") throw differ(inField(field), number(i), describe(one), "a string");
    });
    return [...samples];
  }
  if (isArrayLike(first)) return stackRows(samples, number, dtypes[field], inField(field));
  if (typeof first !== "object" || first === null) {
    throw new DataError(
      `collate: ${inField(field)}sample ${number(0)} is ${describe(first)}; samples are tensors, numbers, lists, texts and records of them`,
    );
  }
  return collateRecords(samples as readonly object[], indices, dtypes, field);
}

function collateRecords(
  samples: readonly object[],
  indices: ArrayLike<number> | undefined,
  dtypes: Readonly<Record<string, DType>>,
  field: string,
): unknown {
  const [first] = samples as [object];
  const keys = Object.keys(first);
  samples.forEach((one, i) => {
    const found = typeof one === "object" && one !== null && !isArrayLike(one) ? Object.keys(one) : null;
    if (found !== null && found.length === keys.length && keys.every((key) => Object.hasOwn(one, key)))
      return;
    const has = found === null ? describe(one) : `a record of ${found.join(", ") || "nothing"}`;
    throw differ(inField(field), indices?.[i] ?? i, has, `a record of ${keys.join(", ")}`);
  });
  const entries = keys.map((key) => {
    const column = samples.map((one) => (one as Record<string, unknown>)[key]);
    return [key, collateFields(column, indices, dtypes, field === "" ? key : `${field}.${key}`)] as const;
  });
  return Array.isArray(first) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** Rows of one shape and dtype as one tensor. */
function stackRows(
  samples: readonly unknown[],
  number: (i: number) => number,
  dtype: DType | undefined,
  field: string,
): Tensor {
  // Those that are not computed yet are computed in one go.
  realize(samples.filter((one) => one instanceof Tensor));
  const first = rowOf(samples[0]);
  const width = sizeOf(first.shape);
  const out = allocate(first.dtype, samples.length * width);
  samples.forEach((one, i) => {
    if (!isArrayLike(one)) throw differ(field, number(i), describe(one), "numbers");
    const row = rowOf(one);
    if (!sameShape(row.shape, first.shape)) {
      throw new ShapeError(
        `collate: ${field}sample ${number(i)} has shape ${formatShape(row.shape)}, but the first of the batch ${formatShape(first.shape)}; cut or pad samples to one shape (sequences: padSequences, collatePadded)`,
      );
    }
    if (row.dtype !== first.dtype) throw differ(field, number(i), row.dtype, first.dtype);
    out.set(row.data, i * width);
  });
  const node = buffer(out, [samples.length, ...first.shape], first.dtype);
  return new Tensor(dtype === undefined ? node : cast(node, dtype));
}
