/**
 * The primitives by name, and what each carries besides its sources. The words only: their rules are in
 * `primitives.ts`.
 */
import type { DType } from "./dtype.js";
import type { Storage } from "./storage.js";

/** Shape and dtype of a node. */
export interface Meta {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

type None = Record<never, never>;
type Ints = readonly number[];

/**
 * Names a user's own derivative. The graph only carries it; `autodiff/custom-rule.ts` knows what it does, and two
 * rules are the same only when they are one object.
 */
export interface CustomRule {
  readonly name: string;
}

export interface WindowAttrs {
  /** Axes that the windows slide along, in increasing order. */
  readonly axes: Ints;
  readonly size: Ints;
  readonly stride: Ints;
  readonly dilation: Ints;
}

/** What each primitive carries besides its sources. */
export interface PrimitiveAttrs {
  // Sources
  buffer: Meta & { readonly storage: Storage };
  constant: { readonly value: number; readonly dtype: DType };
  iota: { readonly size: number };
  random: Meta;
  // Elementwise, one operand
  cast: { readonly dtype: DType };
  neg: None;
  exp: None;
  expm1: None;
  log: None;
  log1p: None;
  sin: None;
  cos: None;
  tanh: None;
  sigmoid: None;
  erf: None;
  sqrt: None;
  floor: None;
  round: None;
  // Elementwise, two operands
  add: None;
  sub: None;
  mul: None;
  div: None;
  mod: None;
  pow: None;
  atan2: None;
  maximum: None;
  minimum: None;
  lt: None;
  eq: None;
  and: None;
  or: None;
  xor: None;
  // Elementwise, three operands
  where: None;
  // Reductions and scans
  sum: { readonly axes: Ints };
  prod: { readonly axes: Ints };
  amax: { readonly axes: Ints };
  amin: { readonly axes: Ints };
  cumsum: { readonly axis: number };
  argsort: { readonly axis: number; readonly descending: boolean };
  // Movement
  reshape: { readonly shape: Ints };
  permute: { readonly axes: Ints };
  expand: { readonly shape: Ints };
  pad: { readonly low: Ints; readonly high: Ints; readonly interior: Ints; readonly value: number };
  slice: { readonly start: Ints; readonly size: Ints; readonly step: Ints };
  concat: { readonly axis: number };
  windows: WindowAttrs;
  fold: WindowAttrs & { readonly shape: Ints };
  // Contraction
  contract: {
    readonly batchA: Ints;
    readonly batchB: Ints;
    readonly sumA: Ints;
    readonly sumB: Ints;
  };
  // Indexing
  gather: { readonly axes: Ints };
  scatter: { readonly axes: Ints; readonly mode: "set" | "add" };
  // Marks: the identity on values, a word to the derivative
  detach: { readonly id: number };
  barrier: { readonly id: number };
  custom: { readonly rule: CustomRule };
}

export type Primitive = keyof PrimitiveAttrs;

export type UnaryPrimitive =
  | "neg"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "sqrt"
  | "floor"
  | "round";

export type BinaryPrimitive =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "pow"
  | "atan2"
  | "maximum"
  | "minimum"
  | "lt"
  | "eq"
  | "and"
  | "or"
  | "xor";

export type ReducePrimitive = "sum" | "prod" | "amax" | "amin";
