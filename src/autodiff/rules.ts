/**
 * One gradient rule a primitive. A rule takes a node y = op(a, b, ...) and the cotangent g = dL/dy, and returns
 * dL/da, dL/db, ... as nodes of the same graph, so that derivatives of derivatives need nothing more. `null` means
 * that nothing flows. Broadcasting is a primitive (`expand`), so the sum that undoes it is written once, there.
 */
import { GradientError } from "../errors.js";
import {
  add,
  binary,
  cast,
  contract,
  cumsum,
  div,
  expand,
  flip,
  fold,
  full,
  gather,
  iota,
  isFloat,
  like,
  mul,
  type Node,
  neg,
  type Primitive,
  pad,
  permute,
  reduce,
  reshape,
  scatter,
  slice,
  sub,
  unary,
  where,
  windows,
} from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import { DerivativeRule } from "./custom-rule.js";
import { othersProduct } from "./products.js";

/** Cotangents of the sources, in order. Missing ones at the end count as null. */
type Cotangents = readonly (Node | null)[];
type Rule<P extends Primitive> = (y: Node<P>, g: Node, sources: readonly Node[]) => Cotangents;

const nothing = (): Cotangents => [];
const square = (x: Node): Node => mul(x, x);
const lt = (a: Node, b: Node): Node => binary("lt", a, b);
const eq = (a: Node, b: Node): Node => binary("eq", a, b);
const only = (condition: Node, g: Node): Node => where(condition, g, like(g, 0));

/** A result whose axes were reduced away, given them back as size 1 and stretched over x. */
function restore(reduced: Node, axes: readonly number[], x: Node): Node {
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  return expand(reshape(reduced, kept), x.shape);
}

/** d max(a, b): to the larger; half each where they are equal, as PyTorch does. */
function pick(g: Node, a: Node, b: Node, aWins: Node): Cotangents {
  const tie = eq(a, b);
  const half = mul(g, like(g, 0.5));
  const loser = where(aWins, like(g, 0), g);
  return [where(tie, half, only(aWins, g)), where(tie, half, loser)];
}

/** d max(x): shared evenly between the places that reach it. */
function extremum(y: Node<"amax" | "amin">, g: Node, [x]: readonly Node[]): Cotangents {
  const { axes } = y.attrs;
  const reached = cast(eq(x!, restore(y, axes, x!)), g.dtype);
  const share = div(g, reduce("sum", reached, axes));
  return [mul(reached, restore(share, axes, x!))];
}

/**
 * a^b: b a^(b-1), with 0 where both are 0; and a^b ln a, with 0 where a = 0 and b >= 0. What is not chosen is made
 * harmless too, or its derivative would bring NaN back.
 */
function power(y: Node, g: Node, [a, b]: readonly Node[]): Cotangents {
  const zero = like(a!, 0);
  const still = binary("and", eq(a!, zero), eq(b!, zero));
  const moving = where(still, like(a!, 1), a!);
  const lowered = mul(b!, binary("pow", moving, sub(b!, like(b!, 1))));
  const toBase = where(still, zero, mul(g, lowered));
  const flat = binary("and", eq(a!, zero), binary("or", lt(zero, b!), eq(b!, zero)));
  const safe = where(flat, like(a!, 1), a!);
  return [toBase, where(flat, zero, mul(g, mul(y, unary("log", safe))))];
}

/**
 * C[batch, i, j] = sum_k A[batch, i, k] B[batch, k, j] with the axes of A and B in any order:
 * dA = g contracted with B over j, dB = g contracted with A over i, each put back in its operand's order of axes.
 */
function contraction(y: Node<"contract">, g: Node, [a, b]: readonly Node[]): Cotangents {
  const { batchA, batchB, sumA, sumB } = y.attrs;
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const free = (x: Node, batch: readonly number[], sum: readonly number[]): number[] =>
    x.shape.map((_, axis) => axis).filter((axis) => !batch.includes(axis) && !sum.includes(axis));
  const [freeA, freeB] = [free(a!, batchA, sumA), free(b!, batchB, sumB)];
  const batch = range(0, batchA.length);
  const [i, j] = [range(batch.length, freeA.length), range(batch.length + freeA.length, freeB.length)];
  // g with B leaves [batch, i, k], where the k come in B's own order.
  const byOrder = (sum: readonly number[], partner: readonly number[]): number[] =>
    [...sum.keys()].sort((p, q) => sum[p]! - sum[q]!).map((p) => partner[p]!);
  const back = (x: Node, layout: readonly number[]): Node =>
    permute(
      x,
      layout.map((_, axis) => layout.indexOf(axis)),
    );
  const withB = contract(g, b!, { batchA: batch, batchB, sumA: j, sumB: freeB });
  const withA = contract(g, a!, { batchA: batch, batchB: batchA, sumA: i, sumB: freeA });
  return [
    back(withB, [...batchA, ...freeA, ...byOrder(sumB, sumA)]),
    back(withA, [...batchB, ...freeB, ...byOrder(sumA, sumB)]),
  ];
}

function slicing({ attrs: { start, size, step } }: Node<"slice">, g: Node, [x]: readonly Node[]): Cotangents {
  const backwards = step.flatMap((s, axis) => (s < 0 ? [axis] : []));
  const last = size.map((n, i) => start[i]! + (n - 1) * step[i]!);
  const low = size.map((n, i) => (n === 0 ? 0 : Math.min(start[i]!, last[i]!)));
  const interior = step.map((s, i) => (size[i]! <= 1 ? 0 : Math.abs(s) - 1));
  const high = x!.shape.map((n, i) => n - low[i]! - size[i]! - Math.max(0, size[i]! - 1) * interior[i]!);
  return [pad(flip(g, backwards), { low, high, interior, value: 0 })];
}

function joining({ attrs: { axis } }: Node<"concat">, g: Node, sources: readonly Node[]): Cotangents {
  let at = 0;
  return sources.map((part) => {
    const start = part.shape.map((_, i) => (i === axis ? at : 0));
    at += part.shape[axis]!;
    return slice(g, { start, size: part.shape, step: part.shape.map(() => 1) });
  });
}

/** Of updates that wrote to one place only the last came through; it alone gets that place's cotangent. */
function scattering(
  { attrs }: Node<"scatter">,
  g: Node,
  [, updates, ...indices]: readonly Node[],
): Cotangents {
  const { axes, mode } = attrs;
  if (mode === "add") return [g, gather(g, indices, axes)];
  const names = reshape(iota(sizeOf(updates!.shape)), updates!.shape);
  const written = scatter(full(g.shape, -1, "int32"), names, indices, attrs);
  const won = eq(gather(written, indices, axes), names);
  return [scatter(g, like(updates!, 0), indices, attrs), only(won, gather(g, indices, axes))];
}

export const rules: { readonly [P in Primitive]: Rule<P> } = {
  buffer: nothing,
  constant: nothing,
  iota: nothing,
  random: nothing,
  argsort: nothing,
  floor: nothing,
  round: nothing,
  lt: nothing,
  eq: nothing,
  and: nothing,
  or: nothing,
  xor: nothing,
  detach: nothing,

  cast: (_, g, [x]) => [isFloat(x!.dtype) ? cast(g, x!.dtype) : null],
  neg: (_, g) => [neg(g)],
  exp: (y, g) => [mul(g, y)],
  expm1: (y, g) => [mul(g, add(y, like(y, 1)))],
  log: (_, g, [x]) => [div(g, x!)],
  log1p: (_, g, [x]) => [div(g, add(x!, like(x!, 1)))],
  sin: (_, g, [x]) => [mul(g, unary("cos", x!))],
  cos: (_, g, [x]) => [neg(mul(g, unary("sin", x!)))],
  tanh: (y, g) => [mul(g, sub(like(y, 1), square(y)))],
  sigmoid: (y, g) => [mul(g, mul(y, sub(like(y, 1), y)))],
  // 2 / sqrt(pi) * exp(-x^2)
  erf: (_, g, [x]) => [mul(g, mul(like(x!, 2 / Math.sqrt(Math.PI)), unary("exp", neg(square(x!)))))],
  sqrt: (y, g) => [div(g, mul(like(y, 2), y))],

  add: (_, g) => [g, g],
  sub: (_, g) => [g, neg(g)],
  mul: (_, g, [a, b]) => [mul(g, b!), mul(g, a!)],
  div: (y, g, [, b]) => [div(g, b!), neg(div(mul(g, y), b!))],
  // a mod b = a - b floor(a / b)
  mod: (_, g, [a, b]) => [g, neg(mul(g, unary("floor", div(a!, b!))))],
  pow: power,
  atan2: (_, g, [a, b]) => {
    const scaled = div(g, add(square(a!), square(b!)));
    return [mul(scaled, b!), neg(mul(scaled, a!))];
  },
  maximum: (_, g, [a, b]) => pick(g, a!, b!, lt(b!, a!)),
  minimum: (_, g, [a, b]) => pick(g, a!, b!, lt(a!, b!)),
  where: (_, g, [condition]) => [null, only(condition!, g), where(condition!, like(g, 0), g)],

  sum: ({ attrs: { axes } }, g, [x]) => [restore(g, axes, x!)],
  // dP/dx_i is the product of the others, which g/x_i * P cannot give where a factor is 0.
  prod: ({ attrs: { axes } }, g, [x]) => [othersProduct(x!, axes, g)],
  amax: extremum,
  amin: extremum,
  cumsum: ({ attrs: { axis } }, g) => [flip(cumsum(flip(g, [axis]), axis), [axis])],

  reshape: (_, g, [x]) => [reshape(g, x!.shape)],
  permute: ({ attrs: { axes } }, g) => [
    permute(
      g,
      axes.map((_, axis) => axes.indexOf(axis)),
    ),
  ],
  expand: (_, g, [x]) => {
    const stretched = x!.shape.flatMap((n, axis) => (n !== g.shape[axis] ? [axis] : []));
    return [reshape(reduce("sum", g, stretched), x!.shape)];
  },
  pad: ({ attrs: { low, interior } }, g, [x]) => [
    slice(g, { start: low, size: x!.shape, step: interior.map((n) => n + 1) }),
  ],
  slice: slicing,
  concat: joining,
  windows: ({ attrs }, g, [x]) => [fold(g, { ...attrs, shape: x!.shape })],
  fold: ({ attrs: { axes, size, stride, dilation } }, g) => [windows(g, { axes, size, stride, dilation })],

  contract: contraction,

  gather: ({ attrs: { axes } }, g, [x, ...indices]) => [
    scatter(like(x!, 0), g, indices, { axes, mode: "add" }),
  ],
  scatter: scattering,

  barrier: (_, g) => [g],
  custom: ({ attrs: { rule } }, g, [output, ...inputs]) => {
    if (!(rule instanceof DerivativeRule))
      throw new GradientError(`${rule.name}: no derivative is known for it`);
    return [null, ...rule.backward(g, inputs, output!)];
  },
};
