/** What each primitive means: one line each, from the values of its sources to its own values, row-major. */
import {
  allocate,
  type BinaryPrimitive,
  type Node,
  type Primitive,
  type TypedArray,
  type UnaryPrimitive,
} from "../../graph/index.js";
import { sizeOf } from "../../shape/index.js";
import { contractKernel } from "./contract.js";
import { binaryLoop, castLoop, unaryLoops } from "./elementwise.js";
import { gatherKernel, scatterKernel } from "./indexing.js";
import { randomKernel } from "./random.js";
import { argsortKernel, cumsumKernel, reduceKernel } from "./reduce.js";
import { readStrided, stridesOf, writeStrided } from "./strided.js";

type Values = readonly TypedArray[];
type Kernel<P extends Primitive> = (node: Node<P>, values: Values) => TypedArray;

const room = ({ dtype, shape }: Node): TypedArray => allocate(dtype, sizeOf(shape));

const unary =
  (op: UnaryPrimitive): Kernel<UnaryPrimitive> =>
  (node, [x]) => {
    const out = room(node);
    unaryLoops[op](x!, out);
    return out;
  };

const binary =
  (op: BinaryPrimitive): Kernel<BinaryPrimitive> =>
  (node, [a, b]) => {
    const out = room(node);
    binaryLoop(op, node.sources[0]!.dtype)(a!, b!, out);
    return out;
  };

const same = (_: Node, [x]: Values): TypedArray => x!;

function pad(node: Node<"pad">, [x]: Values): TypedArray {
  const { low, interior, value } = node.attrs;
  const strides = stridesOf(node.shape);
  const offset = low.reduce((sum, n, axis) => sum + n * strides[axis]!, 0);
  const out = room(node);
  if (value !== 0) out.fill(value);
  return writeStrided(
    x!,
    out,
    node.sources[0]!.shape,
    strides.map((s, axis) => s * (interior[axis]! + 1)),
    offset,
  );
}

function slice(node: Node<"slice">, [x]: Values): TypedArray {
  const { start, step } = node.attrs;
  const strides = stridesOf(node.sources[0]!.shape);
  const offset = start.reduce((sum, n, axis) => sum + n * strides[axis]!, 0);
  return readStrided(
    x!,
    room(node),
    node.shape,
    strides.map((s, axis) => s * step[axis]!),
    offset,
  );
}

function concat(node: Node<"concat">, values: Values): TypedArray {
  const strides = stridesOf(node.shape);
  const out = room(node);
  let at = 0;
  values.forEach((part, i) => {
    const { shape } = node.sources[i]!;
    writeStrided(part, out, shape, strides, at * strides[node.attrs.axis]!);
    at += shape[node.attrs.axis]!;
  });
  return out;
}

/** Strides of all windows of an array of that shape: a step to the next window, then a step within one. */
function windowStrides(
  shape: readonly number[],
  { axes, stride, dilation }: Node<"windows">["attrs"],
): number[] {
  const strides = stridesOf(shape);
  const between = strides.map((s, axis) => s * (axes.includes(axis) ? stride[axes.indexOf(axis)]! : 1));
  return [...between, ...axes.map((axis, i) => strides[axis]! * dilation[i]!)];
}

export const kernels: { readonly [P in Exclude<Primitive, "buffer">]: Kernel<P> } = {
  constant: (node) => room(node).fill(node.attrs.value),
  iota: (node) => room(node).map((_, i) => i),
  random: (node, [key]) => randomKernel(node, key!),

  cast: (node, [x]) => {
    const out = room(node);
    castLoop(x!, node.sources[0]!.dtype, node.dtype, out);
    return out;
  },
  neg: unary("neg"),
  exp: unary("exp"),
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  sin: unary("sin"),
  cos: unary("cos"),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  erf: unary("erf"),
  sqrt: unary("sqrt"),
  floor: unary("floor"),
  round: unary("round"),

  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  mod: binary("mod"),
  pow: binary("pow"),
  atan2: binary("atan2"),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  lt: binary("lt"),
  eq: binary("eq"),
  and: binary("and"),
  or: binary("or"),
  xor: binary("xor"),
  where: (node, [condition, a, b]) => {
    const out = room(node);
    for (let i = 0; i < out.length; i++) out[i] = condition![i] ? a![i]! : b![i]!;
    return out;
  },

  sum: (node, [x]) => reduceKernel("sum", node, x!),
  prod: (node, [x]) => reduceKernel("prod", node, x!),
  amax: (node, [x]) => reduceKernel("amax", node, x!),
  amin: (node, [x]) => reduceKernel("amin", node, x!),
  cumsum: (node, [x]) => cumsumKernel(node, x!),
  argsort: (node, [x]) => argsortKernel(node, x!),

  reshape: same,
  permute: (node, [x]) => {
    const strides = stridesOf(node.sources[0]!.shape);
    return readStrided(
      x!,
      room(node),
      node.shape,
      node.attrs.axes.map((axis) => strides[axis]!),
    );
  },
  expand: (node, [x]) => {
    if (x!.length === 1) return room(node).fill(x![0]!);
    const { shape } = node.sources[0]!;
    const strides = stridesOf(shape).map((s, axis) => (shape[axis] === 1 ? 0 : s));
    return readStrided(x!, room(node), node.shape, strides);
  },
  pad,
  slice,
  concat,
  windows: (node, [x]) =>
    readStrided(x!, room(node), node.shape, windowStrides(node.sources[0]!.shape, node.attrs)),
  fold: (node, [x]) =>
    writeStrided(x!, room(node), node.sources[0]!.shape, windowStrides(node.shape, node.attrs), 0, true),

  contract: (node, [a, b]) => contractKernel(node, a!, b!),

  gather: (node, [x, ...indices]) => gatherKernel(node, x!, indices),
  scatter: (node, [base, updates, ...indices]) => scatterKernel(node, base!, updates!, indices),

  detach: same,
  barrier: same,
  custom: same,
};
