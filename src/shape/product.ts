/**
 * The shapes of products: `dot` and `matmul` in all of NumPy's rank cases, `outer`, and a linear layer.
 */
import { ShapeError } from "../errors.js";
import { type BroadcastOrNever, tryBroadcastShapes } from "./broadcast.js";
import {
  type FormatDim,
  type FormatShape,
  formatShape,
  type IsLiteral,
  type IsRanked,
  type Shape,
  type SizeOf,
  sizeOf,
} from "./shape.js";

// Whether two inner dimensions may be equal.
type MayEqual<A extends number, B extends number> =
  IsLiteral<A> extends false ? true : IsLiteral<B> extends false ? true : [A] extends [B] ? true : false;

type Init<S extends Shape> = S extends readonly [...infer Rest extends number[], number] ? Rest : [];
type Last<S extends Shape> = S extends readonly [...number[], infer Dim extends number] ? Dim : number;
type LastAxis<S extends Shape> = Init<S>["length"];

// B without the axis that is summed over: its only one, or its second to last.
type Summed<B extends Shape> = B extends readonly [infer Dim extends number]
  ? { dim: Dim; axis: 0; rest: [] }
  : B extends readonly [...infer Front extends number[], infer Dim extends number, infer Back extends number]
    ? { dim: Dim; axis: Front["length"]; rest: [...Front, Back] }
    : { dim: number; axis: 0; rest: [] };

/**
 * The shape of `a.dot(b)`: the last axis of A is summed against the only or second to last axis of B, and a scalar
 * multiplies.
 */
export type Dot<A extends Shape, B extends Shape> =
  IsRanked<A> extends false
    ? Shape
    : IsRanked<B> extends false
      ? Shape
      : A["length"] extends 0
        ? [...B]
        : B["length"] extends 0
          ? [...A]
          : MayEqual<Last<A>, Summed<B>["dim"]> extends true
            ? [...Init<A>, ...Summed<B>["rest"]]
            : `shapes ${FormatShape<A>} and ${FormatShape<B>} not aligned: ${Last<A>} (dim ${LastAxis<A>}) != ${Summed<B>["dim"]} (dim ${Summed<B>["axis"]})`;

/**
 * The shape of `a.dot(b)`: the last axis of a is summed against the only or second to last axis of b, and a scalar
 * multiplies.
 *
 * @throws ShapeError `shapes (2,3) and (2,2) not aligned: 3 (dim 1) != 2 (dim 0)`
 */
export function dotShape(a: Shape, b: Shape): number[] {
  if (a.length === 0) return [...b];
  if (b.length === 0) return [...a];
  const axisA = a.length - 1;
  const axisB = Math.max(0, b.length - 2);
  if (a[axisA] !== b[axisB]) {
    throw new ShapeError(
      `shapes ${formatShape(a)} and ${formatShape(b)} not aligned: ${a[axisA]} (dim ${axisA}) != ${b[axisB]} (dim ${axisB})`,
    );
  }
  return [...a.slice(0, axisA), ...b.slice(0, axisB), ...b.slice(axisB + 1)];
}

type TooFewDims<Operand extends 0 | 1> =
  `matmul: Input operand ${Operand} does not have enough dimensions (has 0, gufunc core with signature (n?,k),(k,m?)->(n?,m?) requires 1)`;

type Batch<S extends Shape> = S extends readonly [...infer Front extends number[], number, number]
  ? Front
  : [];
type Rows<A extends Shape> = A extends readonly [...number[], infer N extends number, number] ? [N] : [];
type Columns<B extends Shape> = B extends readonly [...number[], number, infer M extends number] ? [M] : [];

type Remap<Front extends Shape, Text extends string = ""> = Front extends readonly [
  infer First extends number,
  ...infer Rest extends number[],
]
  ? Remap<Rest, `${Text}${FormatDim<First>},`>
  : `(${Text}newaxis,newaxis)`;

/** The shape of `a.matmul(b)`: matrices in the last two axes, the axes before them broadcast, a vector stands for a matrix. */
export type Matmul<A extends Shape, B extends Shape> = A["length"] extends 0
  ? TooFewDims<0>
  : B["length"] extends 0
    ? TooFewDims<1>
    : IsRanked<A> extends false
      ? Shape
      : IsRanked<B> extends false
        ? Shape
        : MayEqual<Last<A>, Summed<B>["dim"]> extends false
          ? `matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size ${Summed<B>["dim"]} is different from ${Last<A>})`
          : [BroadcastOrNever<Batch<A>, Batch<B>>] extends [never]
            ? `operands could not be broadcast together with remapped shapes [original->remapped]: ${FormatShape<A>}->${Remap<Batch<A>>} ${FormatShape<B>}->${Remap<Batch<B>>}  and requested shape ${FormatShape<[...Rows<A>, ...Columns<B>]>}`
            : [...BroadcastOrNever<Batch<A>, Batch<B>>, ...Rows<A>, ...Columns<B>];

/**
 * The shape of `a.matmul(b)`: matrices in the last two axes, the axes before them broadcast, a vector stands for a
 * matrix.
 *
 * @throws ShapeError NumPy's sentences where the inner or the batch dimensions do not fit, or an operand is a scalar
 */
export function matmulShape(a: Shape, b: Shape): number[] {
  for (const [operand, shape] of [a, b].entries()) {
    if (shape.length > 0) continue;
    throw new ShapeError(
      `matmul: Input operand ${operand} does not have enough dimensions (has 0, gufunc core with signature (n?,k),(k,m?)->(n?,m?) requires 1)`,
    );
  }
  const inner = a[a.length - 1]!;
  const summed = b[Math.max(0, b.length - 2)]!;
  if (inner !== summed) {
    throw new ShapeError(
      `matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size ${summed} is different from ${inner})`,
    );
  }
  const batchA = a.slice(0, -2);
  const batchB = b.slice(0, -2);
  const matrix = [...(a.length > 1 ? [a[a.length - 2]!] : []), ...(b.length > 1 ? [b[b.length - 1]!] : [])];
  const batch = tryBroadcastShapes([batchA, batchB]);
  if (batch !== null) return [...batch, ...matrix];
  const remap = (front: Shape) => `(${[...front, "newaxis", "newaxis"].join(",")})`;
  throw new ShapeError(
    `operands could not be broadcast together with remapped shapes [original->remapped]: ${formatShape(a)}->${remap(batchA)} ${formatShape(b)}->${remap(batchB)}  and requested shape ${formatShape(matrix)}`,
  );
}

/** The shape of `outer(a, b)`: both are read as flat. */
export type Outer<A extends Shape, B extends Shape> = [SizeOf<A>, SizeOf<B>];

/** The shape of `outer(a, b)`: both are read as flat. */
export function outerShape(a: Shape, b: Shape): number[] {
  return [sizeOf(a), sizeOf(b)];
}

/** The shape that a linear layer from In to Out features makes of S: the last axis changes. */
export type Linear<S extends Shape, In extends number, Out extends number> =
  IsRanked<S> extends false
    ? Shape
    : S["length"] extends 0
      ? `linear: expected last dimension ${In}, got shape ()`
      : MayEqual<Last<S>, In> extends true
        ? [...Init<S>, Out]
        : `linear: expected last dimension ${In}, got ${Last<S>} in shape ${FormatShape<S>}`;

/**
 * The shape that a linear layer makes of its input: the last axis changes from `inFeatures` to `outFeatures`.
 *
 * @throws ShapeError `linear: expected last dimension 784, got 60 in shape (100,60)`
 */
export function linearShape(input: Shape, inFeatures: number, outFeatures: number): number[] {
  if (input.length === 0) throw new ShapeError(`linear: expected last dimension ${inFeatures}, got shape ()`);
  const last = input[input.length - 1];
  if (last !== inFeatures) {
    throw new ShapeError(
      `linear: expected last dimension ${inFeatures}, got ${last} in shape ${formatShape(input)}`,
    );
  }
  return [...input.slice(0, -1), outFeatures];
}
