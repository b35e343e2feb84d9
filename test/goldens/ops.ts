/**
 * What each golden's `op` means in maru: one line an operation, by the public face only.
 * An entry takes the case's arrays as tensors, and its parameters as the golden file holds them.
 */
import * as maru from "../../src/index.js";
import { nn, type Tensor } from "../../src/index.js";
import * as composites from "./composites.js";
import type { GoldenArray, GoldenDType } from "./golden.js";

/** A tensor whose shape and dtype are known only at run time, as those of a file are. */
export type AnyTensor = Tensor;

/** One item between the brackets, as the file holds it; test/reference/forward_indexing.py says what each means. */
type Item =
  | number
  | string
  | null
  | { readonly slice: readonly (number | null)[] }
  | { readonly array: number };

/** Every parameter that a case may have. An operation reads those that are its own. */
export interface Params {
  readonly axis?: number;
  readonly axes?: readonly number[];
  readonly base?: number;
  readonly dtype?: GoldenDType;
  readonly exponent?: number;
  readonly from?: number;
  readonly hi?: number | null;
  readonly items?: readonly Item[];
  readonly k?: number;
  readonly kernel?: number;
  readonly left?: number;
  readonly lo?: number | null;
  readonly m?: number;
  readonly n?: number;
  readonly num?: number;
  readonly offset?: number;
  readonly options?: object;
  readonly ord?: number | "fro";
  readonly parts?: number | number[];
  readonly reps?: number | number[];
  readonly right?: number;
  readonly shape?: number[];
  readonly shift?: number;
  readonly spec?: string;
  readonly start?: number;
  readonly step?: number;
  readonly stop?: number;
  readonly to?: number;
  readonly value?: number;
  readonly widths?: number;
}

/** As many tensors as the case has; an entry names those it needs. */
type Inputs = readonly [AnyTensor, AnyTensor, AnyTensor, AnyTensor, AnyTensor, ...AnyTensor[]];
type Answer = AnyTensor | readonly AnyTensor[];
type Operation = (inputs: Inputs, params: Required<Params>) => Answer | Promise<Answer>;
type Operand = AnyTensor | number;

/** An operation on two tensors, or on a tensor and a bare number at its left or right. */
const binary =
  (f: (a: Operand, b: Operand) => AnyTensor): Operation =>
  ([a, b], p) =>
    p.left !== undefined ? f(p.left, a) : p.right !== undefined ? f(a, p.right) : f(a, b);

const unary =
  (f: (x: AnyTensor) => AnyTensor): Operation =>
  ([x]) =>
    f(x);

/** What stands between the brackets, as maru takes it. */
function items(inputs: readonly AnyTensor[], { items }: Required<Params>) {
  return items.map((item) => {
    if (typeof item !== "object" || item === null) return item;
    if ("array" in item) return inputs[item.array]!;
    const [start, stop, step] = item.slice;
    return maru.slice(start ?? undefined, stop ?? undefined, step ?? undefined);
  });
}

const valuesAndIndices = (found: { values: AnyTensor; indices: AnyTensor }) => [found.values, found.indices];

export const OPS: Record<string, Operation> = {
  // creation
  zeros: (_, p) => maru.zeros(p.shape, { dtype: p.dtype }),
  ones: (_, p) => maru.ones(p.shape, { dtype: p.dtype }),
  full: (_, p) => maru.full(p.shape, p.value, { dtype: p.dtype }),
  eye: (_, p) => maru.eye(p.n, p.m, { k: p.k ?? 0, dtype: p.dtype }),
  tri: (_, p) => maru.tri(p.n, p.m, { k: p.k, dtype: p.dtype }),
  arange: (_, p) => maru.arange(p.start, p.stop, p.step, { dtype: p.dtype }),
  linspace: (_, p) => maru.linspace(p.start, p.stop, p.num, p.options),
  zerosLike: ([x]) => maru.zerosLike(x),
  onesLike: ([x]) => maru.onesLike(x),
  fullLike: ([x], p) => maru.fullLike(x, p.value),
  oneHot: ([labels], p) => maru.oneHot(labels, p.n),

  // arithmetic and comparison
  add: binary(maru.add),
  sub: binary(maru.sub),
  mul: binary(maru.mul),
  div: binary(maru.div),
  floorDivide: binary(maru.floorDivide),
  mod: binary(maru.mod),
  pow: binary(maru.pow),
  powScalar: ([x], p) => maru.pow(x, p.exponent),
  scalarPow: ([x], p) => maru.pow(p.base, x),
  atan2: binary(maru.atan2),
  maximum: binary(maru.maximum),
  minimum: binary(maru.minimum),
  eq: binary(maru.eq),
  ne: binary(maru.ne),
  lt: binary(maru.lt),
  le: binary(maru.le),
  gt: binary(maru.gt),
  ge: binary(maru.ge),
  logicalAnd: binary(maru.logicalAnd),
  logicalOr: binary(maru.logicalOr),
  logicalXor: binary(maru.logicalXor),
  logicalNot: unary(maru.logicalNot),
  where: ([condition, a, b], p) =>
    maru.where(condition, p.left ?? a, p.left !== undefined ? a : (p.right ?? b)),
  clip: ([x], p) => maru.clip(x, p.lo, p.hi),
  astype: ([x], p) => x.astype(p.dtype),

  // functions
  neg: unary(maru.neg),
  abs: unary(maru.abs),
  sign: unary(maru.sign),
  square: unary(maru.square),
  sqrt: unary(maru.sqrt),
  reciprocal: unary(maru.reciprocal),
  exp: unary(maru.exp),
  exp2: unary(maru.exp2),
  expm1: unary(maru.expm1),
  log: unary(maru.log),
  log2: unary(maru.log2),
  log10: unary(maru.log10),
  log1p: unary(maru.log1p),
  sin: unary(maru.sin),
  cos: unary(maru.cos),
  tan: unary(maru.tan),
  asin: unary(maru.asin),
  acos: unary(maru.acos),
  atan: unary(maru.atan),
  sinh: unary(maru.sinh),
  cosh: unary(maru.cosh),
  tanh: unary(maru.tanh),
  asinh: unary(maru.asinh),
  acosh: unary(maru.acosh),
  atanh: unary(maru.atanh),
  erf: unary(maru.erf),
  sigmoid: unary(maru.sigmoid),
  relu: unary(maru.relu),
  floor: unary(maru.floor),
  ceil: unary(maru.ceil),
  round: unary(maru.round),
  trunc: unary(maru.trunc),
  isNan: unary(maru.isNan),
  isFinite: unary(maru.isFinite),
  isInf: unary(maru.isInf),

  // reductions, scans, order
  sum: ([x], p) => maru.sum(x, p.axis, p.options),
  prod: ([x], p) => maru.prod(x, p.axis, p.options),
  mean: ([x], p) => maru.mean(x, p.axis, p.options),
  var: ([x], p) => x.var(p.axis, p.options),
  std: ([x], p) => maru.std(x, p.axis, p.options),
  max: ([x], p) => maru.max(x, p.axis, p.options),
  min: ([x], p) => maru.min(x, p.axis, p.options),
  any: ([x], p) => maru.any(x, p.axis, p.options),
  all: ([x], p) => maru.all(x, p.axis, p.options),
  argmax: ([x], p) => maru.argmax(x, p.axis, p.options),
  argmin: ([x], p) => maru.argmin(x, p.axis, p.options),
  cumsum: ([x], p) => maru.cumsum(x, p.axis),
  logsumexp: ([x], p) => maru.logsumexp(x, p.axis, p.options),
  norm: ([x], p) => maru.norm(x, p.ord, p.axis, p.options),
  sort: ([x], p) => maru.sort(x, p.axis),
  argsort: ([x], p) => maru.argsort(x, p.axis),
  topk: ([x], p) => valuesAndIndices(maru.topk(x, p.k, p.axis)),
  topkValues: ([x], p) => maru.topk(x, p.k, p.axis).values,
  unique: ([x]) => maru.unique(x),
  bincount: ([x], p) => maru.bincount(x, p.options),
  nonzero: ([x]) => maru.nonzero(x),

  // movement
  reshape: ([x], p) => maru.reshape(x, p.shape),
  ravel: unary(maru.ravel),
  flatten: ([x]) => x.flatten(),
  transpose: ([x], p) => maru.transpose(x, p.axes),
  permute: ([x], p) => maru.permute(x, p.axes),
  swapaxes: ([x], p) => maru.swapaxes(x, p.from, p.to),
  moveaxis: ([x], p) => maru.moveaxis(x, p.from, p.to),
  flip: ([x], p) => maru.flip(x, p.axis),
  roll: ([x], p) => maru.roll(x, p.shift, p.axis),
  pad: ([x], p) => maru.pad(x, p.widths, p.options),
  tile: ([x], p) => maru.tile(x, p.reps),
  repeat: ([x], p) => maru.repeat(x, p.n, p.axis),
  concatenate: (xs, p) => maru.concatenate(xs, p.axis),
  stack: (xs, p) => maru.stack(xs, p.axis),
  split: ([x], p) => maru.split(x, p.parts, p.axis),
  squeeze: ([x], p) => maru.squeeze(x, p.axis),
  unsqueeze: ([x], p) => maru.unsqueeze(x, p.axis),
  expandDims: ([x], p) => maru.expandDims(x, p.axis),
  broadcastTo: ([x], p) => maru.broadcastTo(x, p.shape),
  tril: ([x], p) => maru.tril(x, p.k),
  triu: ([x], p) => maru.triu(x, p.k),
  diagonal: ([x], p) => maru.diagonal(x, p.offset),

  // indexing: the arrays that an index names count the value of `set` among the inputs
  at: (xs, p) => xs[0].at(...items(xs, p)),
  set: (xs, p) => maru.set(xs[0], items(xs, p), xs[1]),
  take: ([x, index], p) => maru.take(x, index, p.axis),
  takeAlongAxis: ([x, index], p) => maru.takeAlongAxis(x, index, p.axis),

  // products
  dot: ([a, b]) => maru.dot(a, b),
  matmul: ([a, b]) => maru.matmul(a, b),
  einsum: (xs, p) => maru.einsum(p.spec, ...xs),
  outer: ([a, b]) => maru.outer(a, b),
  trace: ([x]) => maru.trace(x),

  // networks
  softmax: ([x], p) => maru.softmax(x, p.axis),
  logSoftmax: ([x], p) => maru.logSoftmax(x, p.axis),
  crossEntropy: ([logits, labels]) => nn.crossEntropy(logits, labels),
  bceWithLogits: ([logits, targets]) => nn.bceWithLogits(logits, targets),
  mse: ([x, target]) => nn.mse(x, target),
  linear: ([x, w, b]) => nn.functional.linear(x, w, b),
  conv2d: ([x, w, b], p) => nn.functional.conv2d(x, w, b, p.options),
  maxPool2d: ([x], p) => nn.functional.maxPool2d(x, p.kernel, p.options),

  // expressions composed of the above
  layerNorm: ([x, w, b]) => composites.layerNorm(x, w, b),
  rmsNorm: ([x, w]) => composites.rmsNorm(x, w),
  mlp: ([x, w1, b1, w2, b2]) => maru.tanh(x.matmul(w1).add(b1)).matmul(w2).add(b2),
  reluNetwork: ([x, w1, b1, w2]) => maru.relu(x.matmul(w1).add(b1)).matmul(w2),
  attention: ([q, k, v]) => composites.attention(q, k, v, false),
  causalAttention: ([q, k, v]) => composites.attention(q, k, v, true),
  recurrence: ([x, state, w, u]) => composites.recurrence(x, state, w, u),
  gelu: ([x]) => x.mul(0.5).mul(x.div(Math.SQRT2).erf().add(1)),
  silu: ([x]) => x.mul(x.sigmoid()),
  softplus: ([x]) => maru.log1p(maru.exp(x.abs().neg())).add(x.clip(0, null)),
  cosineSimilarity: ([a, b]) => composites.cosineSimilarity(a, b),
  polynomial: ([x]) => x.mul(x).mul(x).sub(x.mul(x).mul(2)).add(x),
  shared: ([x]) => x.matmul(x.T).mul(x.sum()).add(x.T.matmul(x)),
  pairwiseDistances: ([a, b]) => a.unsqueeze(1).sub(b.unsqueeze(0)).square().sum(-1),
  focal: ([x]) => maru.sub(1, x.sigmoid()).square().mul(x.sigmoid().log()),
  standardise: ([x]) => x.sub(x.mean(0)).div(x.std(0)),
  digits: ([x, kernel, w, labels]) => composites.digits(x, kernel, w, labels),
};

/** A golden's array as a tensor. */
export function toTensor({ values, shape, dtype }: GoldenArray): AnyTensor {
  return maru.array(values, { dtype }).reshape([...shape]);
}

/** The operation on those tensors. */
export async function apply(
  op: string,
  tensors: readonly AnyTensor[],
  params: Params = {},
): Promise<AnyTensor[]> {
  return asList(await operation(op)(tensors as Inputs, params as Required<Params>));
}

/** The operation on those tensors, for those whose answer is there at once. */
export function applyNow(op: string, tensors: readonly AnyTensor[], params: Params = {}): AnyTensor[] {
  const answer = operation(op)(tensors as Inputs, params as Required<Params>);
  if (answer instanceof Promise) throw new Error(`${op}: a gradient needs an answer that is there at once`);
  return asList(answer);
}

function operation(op: string): Operation {
  const found = OPS[op];
  if (!found) throw new Error(`no operation ${op} in test/goldens/ops.ts`);
  return found;
}

const asList = (answer: Answer): AnyTensor[] => (Array.isArray(answer) ? [...answer] : [answer as AnyTensor]);
