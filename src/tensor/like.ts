/** What operations take beside tensors: bare numbers, booleans and nested lists of them. */
import { DTypeError } from "../errors.js";
import { allocate, buffer, type DType, type Node, type Promote, type PromoteScalar } from "../graph/index.js";

import { asNode, type Operand } from "../ops/index.js";
import {
  type Check,
  type Nested,
  type NormalizeAxis,
  type Ok,
  type Shape,
  type ShapeOf,
  shapeOf,
  sizeOf,
} from "../shape/index.js";
import { Tensor, wrap } from "./tensor.js";

/** A tensor, or a number, boolean or nested list, which stands for one. */
export type TensorLike = Tensor | Nested;

/** The shape of a TensorLike: () for a number. */
export type ShapeOfLike<T> =
  T extends Tensor<infer S, DType> ? S : T extends number | boolean ? [] : Ok<ShapeOf<T>>;

type AllBooleans = boolean | readonly AllBooleans[];

/** The dtype of a TensorLike on its own: float32 for numbers, bool where all are booleans. */
export type DTypeOfLike<T> =
  T extends Tensor<Shape, infer D>
    ? D
    : T extends readonly []
      ? "float32"
      : T extends AllBooleans
        ? "bool"
        : "float32";

/** The dtype that a tensor of dtype D and a TensorLike meet in. */
export type PromoteLike<D extends DType, T> =
  T extends Tensor<Shape, infer E>
    ? Promote<D, E>
    : T extends number | boolean
      ? PromoteScalar<D, T>
      : Promote<D, DTypeOfLike<T>>;

/** The dtype that any two TensorLikes meet in. */
export type PromoteLikes<A, B> =
  A extends Tensor<Shape, infer D>
    ? PromoteLike<D, B>
    : B extends Tensor<Shape, infer E>
      ? PromoteLike<E, A>
      : A extends number | boolean
        ? B extends number | boolean
          ? Promote<DTypeOfLike<A>, DTypeOfLike<B>>
          : PromoteScalar<DTypeOfLike<B>, A>
        : PromoteLike<DTypeOfLike<A>, B>;

/** The shapes of a list of TensorLikes. */
export type ShapesOf<T extends readonly TensorLike[]> = { -readonly [K in keyof T]: ShapeOfLike<T[K]> };

/** The dtype that all parts promote to; none may count as a bare number. */
export type PromoteAll<T extends readonly TensorLike[], D extends DType = "bool"> = T extends readonly [
  infer First,
  ...infer Rest extends readonly TensorLike[],
]
  ? PromoteAll<Rest, Promote<D, DTypeOfLike<First>>>
  : T extends readonly []
    ? D
    : DTypeOfLike<T[number]>;

/** A shape as it is given to a function that makes arrays, without `readonly`. */
export type Given<S extends Shape> = number extends S["length"] ? Shape : [...S];

/** An axis argument where an array of that shape has it, else the sentence. */
export type AxisOf<X, A> = A extends number ? Check<NormalizeAxis<A, ShapeOfLike<X>["length"]>, A> : A;

function fill(nested: unknown, out: ReturnType<typeof allocate>): void {
  let at = 0;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const inner of value) visit(inner);
    else out[at++] = Number(value);
  };
  visit(nested);
}

/** Every leaf must be a number or a boolean; all booleans make bool. */
function naturalDType(nested: unknown): DType {
  let dtype: DType | undefined;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const inner of value) visit(inner);
    else if (typeof value === "number") dtype = "float32";
    else if (typeof value === "boolean") dtype ??= "bool";
    else throw new DTypeError(`array: elements must be numbers or booleans, got ${describe(value)}`);
  };
  visit(nested);
  return dtype ?? "float32";
}

const describe = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value) : value === null ? "null" : `a ${typeof value}`;

/** A leaf with the values of nested lists. */
export function nestedNode(nested: unknown, dtype: DType = naturalDType(nested)): Node {
  naturalDType(nested);
  const shape = shapeOf(nested);
  const data = allocate(dtype === "uint8" || dtype === "int32" ? "float64" : dtype, sizeOf(shape));
  if (dtype === "bool") fillBool(nested, data);
  else fill(nested, data);
  return buffer(dtype === "uint8" || dtype === "int32" ? integers(data, dtype) : data, shape, dtype);
}

function fillBool(nested: unknown, data: ReturnType<typeof allocate>): void {
  const wide = new Float64Array(data.length);
  fill(nested, wide);
  wide.forEach((value, i) => {
    data[i] = value !== 0 ? 1 : 0;
  });
}

/** Values in an integer dtype; one that it cannot hold is refused. */
function integers(values: ArrayLike<number>, dtype: "int32" | "uint8"): ReturnType<typeof allocate> {
  const out = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    out[i] = values[i]!;
    if (out[i] !== Math.trunc(values[i]!)) {
      throw new DTypeError(`array: ${values[i]} is out of bounds for ${dtype}`);
    }
  }
  return out;
}

/** What `ops/` takes for a TensorLike: bare numbers stay weak. */
export function lift(x: TensorLike): Operand {
  if (x instanceof Tensor) return x.node;
  return typeof x === "number" || typeof x === "boolean" ? x : nestedNode(x);
}

/** The node of a TensorLike. */
export const nodeOf = (x: TensorLike): Node => asNode(lift(x));

/** A tensor as it is, anything else made into one. */
export const asTensor = (x: TensorLike): Tensor => (x instanceof Tensor ? x : wrap(nodeOf(x)));
