/**
 * The one table of primitives. Everything that maru computes is a graph over these rows and nothing else; softmax,
 * convolution and Adam are composed of them. A row says how many sources a primitive takes and how the shape and
 * dtype of its result follow. Its gradient is a line of `autodiff/rules.ts`, its meaning a line of
 * `targets/interpreter/kernels.ts`; both tables are typed by `Primitive`, so a missing line does not compile.
 *
 * Primitives are strict: elementwise ones take equal shapes and dtypes. Broadcasting and promotion become explicit
 * `expand` and `cast` nodes in `ops/`, which keeps the gradient rules and the targets small.
 */
import type { Meta, Primitive, PrimitiveAttrs } from "./attrs.js";
import {
  concatInfer,
  contractInfer,
  expandInfer,
  foldInfer,
  gatherInfer,
  padInfer,
  permuteInfer,
  reduceInfer,
  reshapeInfer,
  scatterInfer,
  sliceInfer,
  windowsInfer,
} from "./infer.js";

/** Which dtypes a primitive takes. */
export type Accepts = "any" | "float" | "number" | "integer" | "int32";

export interface Row<P extends Primitive> {
  /** How many sources: exactly n, or at least `atLeast`. */
  readonly arity: number | { readonly atLeast: number };
  /** dtypes that the first source may have. */
  readonly accepts: Accepts;
  /** Shape and dtype of the result; throws a `ShapeError` or `DTypeError` where the sources do not fit. */
  infer(sources: readonly Meta[], attrs: PrimitiveAttrs[P]): Meta;
}

const same = ([a]: readonly Meta[]): Meta => a!;
const unary = (accepts: Accepts) => ({ arity: 1, accepts, infer: same });
const binary = (accepts: Accepts) => ({ arity: 2, accepts, infer: same });
const compare = { arity: 2, accepts: "any" as const, infer: ([a]: readonly Meta[]): Meta => boolean(a!) };
const boolean = (a: Meta): Meta => ({ shape: a.shape, dtype: "bool" });
const reduce = (accepts: Accepts) => ({ arity: 1, accepts, infer: reduceInfer });

export const primitives: { readonly [P in Primitive]: Row<P> } = {
  buffer: { arity: 0, accepts: "any", infer: (_, { shape, dtype }) => ({ shape, dtype }) },
  constant: { arity: 0, accepts: "any", infer: (_, { dtype }) => ({ shape: [], dtype }) },
  iota: { arity: 0, accepts: "any", infer: (_, { size }) => ({ shape: [size], dtype: "int32" }) },
  random: { arity: 1, accepts: "int32", infer: (_, { shape, dtype }) => ({ shape, dtype }) },

  cast: { arity: 1, accepts: "any", infer: ([a], { dtype }) => ({ shape: a!.shape, dtype }) },
  neg: unary("number"),
  exp: unary("float"),
  expm1: unary("float"),
  log: unary("float"),
  log1p: unary("float"),
  sin: unary("float"),
  cos: unary("float"),
  tanh: unary("float"),
  sigmoid: unary("float"),
  erf: unary("float"),
  sqrt: unary("float"),
  floor: unary("float"),
  round: unary("float"),

  add: binary("number"),
  sub: binary("number"),
  mul: binary("number"),
  div: binary("float"),
  mod: binary("number"),
  pow: binary("number"),
  atan2: binary("float"),
  maximum: binary("any"),
  minimum: binary("any"),
  lt: compare,
  eq: compare,
  and: binary("integer"),
  or: binary("integer"),
  xor: binary("integer"),
  where: { arity: 3, accepts: "any", infer: ([, a]) => a! },

  sum: reduce("number"),
  prod: reduce("number"),
  amax: reduce("any"),
  amin: reduce("any"),
  cumsum: unary("number"),
  argsort: { arity: 1, accepts: "any", infer: ([a]) => ({ shape: a!.shape, dtype: "int32" }) },

  reshape: { arity: 1, accepts: "any", infer: reshapeInfer },
  permute: { arity: 1, accepts: "any", infer: permuteInfer },
  expand: { arity: 1, accepts: "any", infer: expandInfer },
  pad: { arity: 1, accepts: "any", infer: padInfer },
  slice: { arity: 1, accepts: "any", infer: sliceInfer },
  concat: { arity: { atLeast: 1 }, accepts: "any", infer: concatInfer },
  windows: { arity: 1, accepts: "any", infer: windowsInfer },
  fold: { arity: 1, accepts: "number", infer: foldInfer },

  contract: { arity: 2, accepts: "number", infer: contractInfer },

  gather: { arity: { atLeast: 2 }, accepts: "any", infer: gatherInfer },
  scatter: { arity: { atLeast: 3 }, accepts: "any", infer: scatterInfer },

  detach: { arity: 1, accepts: "any", infer: same },
  barrier: { arity: 2, accepts: "any", infer: same },
  custom: { arity: { atLeast: 1 }, accepts: "any", infer: same },
};

/** Primitives whose sources must all have one shape and (save where's condition) one dtype. */
export const ELEMENTWISE: ReadonlySet<Primitive> = new Set<Primitive>([
  ...(["add", "sub", "mul", "div", "mod", "pow", "atan2", "maximum", "minimum"] as const),
  ...(["lt", "eq", "and", "or", "xor", "where"] as const),
]);
