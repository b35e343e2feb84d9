/** Making arrays: from lists, of one value, of steps, and like others. */
import { DTypeError, ValueError } from "../errors.js";
import {
  allocate,
  buffer,
  cast,
  type DType,
  detach,
  full as filled,
  isDType,
  isFloat,
  type TypedArray,
} from "../graph/index.js";
import * as ops from "../ops/index.js";
import {
  type Check,
  checkShape,
  type Nested,
  type Ok,
  type Shape,
  type ShapeOf,
  type SliceCount,
} from "../shape/index.js";
import {
  type DTypeOfLike,
  type Given,
  nestedNode,
  nodeOf,
  type ShapeOfLike,
  type TensorLike,
} from "./like.js";
import { Tensor, wrap } from "./tensor.js";

// `NoInfer` in what the functions below give keeps the dtype their own: without it a call such as
// `concatenate([x, ones([2])])` would infer "any dtype" from what concatenate takes.

/** What the functions that make arrays take. */
export interface CreateOptions<D extends DType = DType> {
  /** Type of the elements; float32 by default. */
  readonly dtype?: D | undefined;
  /** Record derivatives with respect to this array. */
  readonly requiresGrad?: boolean | undefined;
}

type TypedDType<T> = T extends Float32Array
  ? "float32"
  : T extends Float64Array
    ? "float64"
    : T extends Int32Array
      ? "int32"
      : T extends Uint8Array
        ? "uint8"
        : DTypeOfLike<T>;

type SourceShape<T> = T extends Tensor<infer S, DType> ? S : T extends TypedArray ? [number] : ShapeOf<T>;

function finish<S extends Shape, D extends DType>(
  tensor: Tensor<Shape, DType>,
  requiresGrad?: boolean,
): Tensor<S, D> {
  if (requiresGrad) tensor.requiresGrad = true;
  return tensor as unknown as Tensor<S, D>;
}

function checkDType(dtype: DType | undefined): void {
  if (dtype !== undefined && !isDType(dtype)) {
    throw new DTypeError(
      `no dtype is called ${JSON.stringify(dtype)}: use float32, float64, int32, uint8 or bool`,
    );
  }
}

const TYPED = [
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
  [Uint8Array, "uint8"],
] as const;

/**
 * An array from nested lists of numbers or booleans, or from a typed array, whose values are copied; of a tensor, the
 * same values, in another dtype if one is given. Numbers are float32 unless told otherwise, booleans bool; a typed array
 * keeps its type.
 *
 * @throws ShapeError where lists at the same depth differ in length
 * @throws DTypeError where an element is neither number nor boolean, or an integer dtype cannot hold it
 * @example
 * ```ts
 * array([[1, 2], [3, 4]]).shape; // [2, 2]
 * String(array([1, 2, 3], { dtype: "int32" })); // [1 2 3]
 * ```
 */
export function array<const T extends Nested | TypedArray | Tensor, const D extends DType = TypedDType<T>>(
  source: Check<SourceShape<T>, T>,
  { dtype, requiresGrad }: CreateOptions<D> = {},
): Tensor<Ok<SourceShape<T>>, NoInfer<D>> {
  checkDType(dtype);
  const given: unknown = source;
  if (given instanceof Tensor) {
    // A tensor to learn is a new one, whatever its values came from.
    const node = requiresGrad ? detach(given.node) : given.node;
    return finish(wrap(cast(node, dtype ?? given.dtype)), requiresGrad);
  }
  if (ArrayBuffer.isView(given)) {
    const kind = TYPED.find(([type]) => given instanceof type);
    if (kind === undefined)
      throw new DTypeError(`array: cannot make an array of a ${given.constructor.name}`);
    const data = (given as TypedArray).slice();
    return finish(wrap(cast(buffer(data, [data.length], kind[1]), dtype ?? kind[1])), requiresGrad);
  }
  return finish(wrap(nestedNode(given, dtype)), requiresGrad);
}

/**
 * An array of that shape in which every element is `value`: float32 for a number, bool for a boolean unless told
 * otherwise.
 *
 * @throws ValueError where a size is negative or no whole number
 * @throws DTypeError where an integer dtype cannot hold the value
 * @example
 * ```ts
 * String(full([2, 2], 7)); // [[7. 7.]
 *                          //  [7. 7.]]
 * ```
 */
export function full<
  const S extends Shape,
  const V extends number | boolean,
  const D extends DType = V extends boolean ? "bool" : "float32",
>(shape: S, value: V, { dtype, requiresGrad }: CreateOptions<D> = {}): Tensor<Given<S>, NoInfer<D>> {
  checkDType(dtype);
  checkShape(shape);
  const type = dtype ?? (typeof value === "boolean" ? "bool" : "float32");
  const number = isFloat(type)
    ? Number(value)
    : type === "bool"
      ? Number(Number(value) !== 0)
      : Math.trunc(Number(value));
  ops.scalar(number, type);
  return finish(wrap(filled([...shape], number, type)), requiresGrad);
}

/**
 * Zeros in that shape, float32 unless told otherwise.
 *
 * @throws ValueError where a size is negative or no whole number
 * @example
 * ```ts
 * String(zeros([2, 3])); // [[0. 0. 0.]
 *                        //  [0. 0. 0.]]
 * ```
 */
export function zeros<const S extends Shape, const D extends DType = "float32">(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<Given<S>, NoInfer<D>> {
  return full(shape, 0, { ...options, dtype: options.dtype ?? "float32" }) as never;
}

/**
 * Ones in that shape, float32 unless told otherwise.
 *
 * @throws ValueError where a size is negative or no whole number
 * @example
 * ```ts
 * String(ones([3], { dtype: "int32" })); // [1 1 1]
 * ```
 */
export function ones<const S extends Shape, const D extends DType = "float32">(
  shape: S,
  options: CreateOptions<D> = {},
): Tensor<Given<S>, NoInfer<D>> {
  return full(shape, 1, { ...options, dtype: options.dtype ?? "float32" }) as never;
}

/**
 * Zeros in the shape and dtype of another array.
 *
 * @example
 * ```ts
 * String(zerosLike([[1, 2], [3, 4]])); // [[0. 0.]
 *                                      //  [0. 0.]]
 * ```
 */
export function zerosLike<const X extends TensorLike>(x: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return fullLike(x, 0);
}

/**
 * Ones in the shape and dtype of another array.
 *
 * @example
 * ```ts
 * String(onesLike([true, false])); // [ True  True]
 * ```
 */
export function onesLike<const X extends TensorLike>(x: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  return fullLike(x, 1);
}

/**
 * One value in the shape and dtype of another array.
 *
 * @throws DTypeError where an integer dtype cannot hold the value
 * @example
 * ```ts
 * String(fullLike([1, 2, 3], 9)); // [9. 9. 9.]
 * ```
 */
export function fullLike<const X extends TensorLike>(
  x: X,
  value: number | boolean,
): Tensor<ShapeOfLike<X>, DTypeOfLike<X>> {
  const { shape, dtype } = nodeOf(x);
  return full(shape, value, { dtype }) as unknown as Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
}

/** As `CreateOptions`, with the diagonal that is meant. */
export interface DiagonalOptions<D extends DType = DType> extends CreateOptions<D> {
  /** Which diagonal: 0 the main one, above it positive. */
  readonly k?: number | undefined;
}

/**
 * Ones on the k-th diagonal, zeros elsewhere: n x m, square where m is left out.
 *
 * @throws ValueError where a size is negative or no whole number
 * @example
 * ```ts
 * String(eye(2)); // [[1. 0.]
 *                 //  [0. 1.]]
 * String(eye(2, 3, { k: 1 })); // [[0. 1. 0.]
 *                              //  [0. 0. 1.]]
 * ```
 */
export function eye<const N extends number, const M extends number = N, const D extends DType = "float32">(
  n: N,
  m?: M | null,
  { k = 0, dtype, requiresGrad }: DiagonalOptions<D> = {},
): Tensor<[N, M], NoInfer<D>> {
  const shape = [n, m ?? n];
  checkShape(shape);
  return finish(wrap(ops.eye(n, m ?? n, k, dtype ?? "float32")), requiresGrad);
}

/**
 * Ones at and below the k-th diagonal, zeros above: n x m, square where m is left out.
 *
 * @throws ValueError where a size is negative or no whole number
 * @example
 * ```ts
 * String(tri(3)); // [[1. 0. 0.]
 *                 //  [1. 1. 0.]
 *                 //  [1. 1. 1.]]
 * ```
 */
export function tri<const N extends number, const M extends number = N, const D extends DType = "float32">(
  n: N,
  m?: M | null,
  { k = 0, dtype, requiresGrad }: DiagonalOptions<D> = {},
): Tensor<[N, M], NoInfer<D>> {
  checkShape([n, m ?? n]);
  return finish(wrap(ops.tri(n, m ?? n, k, dtype ?? "float32")), requiresGrad);
}

// Known where the bounds are written as whole numbers that are not negative, and no step is.
type RangeLength<A extends number, B extends number | null, C> = [C] extends [null]
  ? [B] extends [null]
    ? WholeLength<0, A>
    : B extends number
      ? WholeLength<A, B>
      : number
  : number;
type WholeLength<From extends number, To extends number> = number extends From | To
  ? number
  : `${From} ${To}` extends `${string}${"-" | "." | "e"}${string}`
    ? number
    : SliceCount<To, From, undefined, undefined>;

/**
 * Numbers from `start` (0) up to but not including `stop`, `step` (1) apart: ceil((stop - start) / step) of them, each
 * start + i * step. float32 unless told otherwise.
 *
 * @throws ValueError when the step is 0 or a bound is not finite
 * @example
 * ```ts
 * String(arange(4)); // [0. 1. 2. 3.]
 * String(arange(-5, 5, 2)); // [-5. -3. -1.  1.  3.]
 * ```
 */
export function arange<
  const A extends number,
  const B extends number | null = null,
  const C extends number | null = null,
  const D extends DType = "float32",
>(
  start: A,
  stop?: B,
  step?: C,
  { dtype, requiresGrad }: CreateOptions<D> = {},
): Tensor<[RangeLength<A, B, C>], NoInfer<D>> {
  checkDType(dtype);
  const [from, to, by]: [number, number, number] =
    stop === undefined || stop === null ? [0, start, step ?? 1] : [start, stop, step ?? 1];
  if (![from, to, by].every(Number.isFinite))
    throw new ValueError(`arange: bounds must be finite, got ${from}, ${to}, ${by}`);
  if (by === 0) throw new ValueError("arange: the step must not be zero");
  const count = Math.max(0, Math.ceil((to - from) / by));
  const type = dtype ?? "float32";
  if (!isFloat(type))
    return finish(wrap(buffer(integerSteps(from, by, count, type), [count], type)), requiresGrad);
  const data = allocate(type, count);
  // As NumPy fills a range: from the first two values.
  const delta = from + by - from;
  for (let i = 0; i < count; i++) data[i] = from + i * delta;
  return finish(wrap(buffer(data, [count], type)), requiresGrad);
}

function integerSteps(from: number, by: number, count: number, dtype: DType): TypedArray {
  const data = allocate(dtype, count);
  const [first, delta] = [Math.trunc(from), Math.trunc(from + by) - Math.trunc(from)];
  for (let i = 0; i < count; i++) data[i] = first + i * delta;
  return data;
}

/** As `CreateOptions`, with whether the end is included. */
export interface LinspaceOptions<D extends DType = DType> extends CreateOptions<D> {
  /** Is `stop` the last value? true by default. */
  readonly endpoint?: boolean | undefined;
}

/**
 * `num` (50) numbers evenly from start to stop, both included: start + i (stop - start) / (num - 1). Without the
 * endpoint the divisor is num.
 *
 * @throws ValueError where num is negative or no whole number
 * @example
 * ```ts
 * String(linspace(0, 1, 5)); // [0.   0.25 0.5  0.75 1.  ]
 * String(linspace(0, 1, 4, { endpoint: false })); // [0.   0.25 0.5  0.75]
 * ```
 */
export function linspace<const N extends number = 50, const D extends DType = "float32">(
  start: number,
  stop: number,
  num?: N,
  { endpoint = true, dtype, requiresGrad }: LinspaceOptions<D> = {},
): Tensor<[N], NoInfer<D>> {
  checkDType(dtype);
  const count = num ?? 50;
  checkShape([count]);
  const parts = endpoint ? count - 1 : count;
  const wide = new Float64Array(count);
  const delta = stop - start;
  const step = delta / parts;
  for (let i = 0; i < count; i++)
    wide[i] = parts === 0 ? start : step === 0 ? start + (i / parts) * delta : start + i * step;
  if (endpoint && count > 1) wide[count - 1] = stop;
  const type = dtype ?? "float32";
  const data = allocate(type, count);
  for (let i = 0; i < count; i++) data[i] = isFloat(type) ? wide[i]! : Math.floor(wide[i]!);
  return finish(wrap(buffer(data, [count], type)), requiresGrad);
}
