/**
 * Attention: each query takes the mean of the values, weighted by the softmax of its products with the keys. Long
 * sequences go by blocks of queries, one after the other, and the derivative computes each block again, so that the
 * weights of all queries are never there at once and memory grows with the length and not with its square (the idea of
 * Dao et al. 2022, FlashAttention, and of Rabe and Staats 2021, by blocks of queries only).
 */
import { DerivativeRule, gradients } from "../autodiff/index.js";
import {
  add,
  barrier,
  binary,
  cast,
  concat,
  custom,
  div,
  iota,
  like,
  mul,
  type Node,
  permute,
  random,
  reshape,
  stretch,
  sub,
  unary,
  where,
} from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import { part } from "./movement.js";
import { matmul } from "./products.js";
import { reduceOver, shift } from "./reductions.js";

/** Queries of one block; shorter sequences go in one piece. */
const BLOCK = 256;

export interface AttentionInput {
  /** (..., queries, size), (..., keys, size) and (..., keys, value size), the axes before them the same. */
  readonly query: Node;
  readonly key: Node;
  readonly value: Node;
  /** bool (false: not looked at) or float (added to the products), (..., queries or 1, keys or 1), of the same rank; null: none. */
  readonly mask: Node | null;
  /** Query i looks at the keys 0 to i only. */
  readonly causal: boolean;
  /** What the products are multiplied by. */
  readonly scale: number;
  /** While learning so many of the weights are left out, with the key of the draw. */
  readonly dropout: { readonly p: number; readonly key: Node } | null;
}

/** The means, (..., queries, value size). A query that looks at nothing gets zeros. */
export function attention(given: AttentionInput): Node {
  const rows = given.query.shape.at(-2)!;
  if (rows <= 2 * BLOCK) return block(given, 0, rows);
  const ranges = Array.from(
    { length: Math.ceil(rows / BLOCK) },
    (_, i) => [i * BLOCK, Math.min(rows, (i + 1) * BLOCK)] as const,
  );
  const outputs: Node[] = [];
  for (const [from, to] of ranges) outputs.push(block(waiting(given, outputs.slice(-1)), from, to));
  const output = concat(outputs, given.query.shape.length - 2);
  return output.tracked ? withDerivative(output, given, ranges) : output;
}

/** The same, computed after others. */
function waiting(given: AttentionInput, after: readonly Node[]): AttentionInput {
  const wait = (node: Node): Node => after.reduce((x, other) => barrier(x, other), node);
  const { query, dropout } = given;
  return { ...given, query: wait(query), dropout: dropout && { ...dropout, key: wait(dropout.key) } };
}

/** Some of the queries. */
function block(given: AttentionInput, from: number, to: number): Node {
  const { value, dropout } = given;
  const weights = weightsOf(given, from, to);
  const left = dropout === null ? weights : dropped(weights, dropout, from);
  return matmul(left, part(value, value.shape.length - 2, 0, weights.shape.at(-1)!));
}

/** What each query gives to each key, (..., queries, keys), without dropout. */
export const attentionWeights = (given: AttentionInput): Node => {
  const [rows, keys] = [given.query.shape.at(-2)!, given.key.shape.at(-2)!];
  return weightsOf({ ...given, causal: false, mask: wholeMask(given, rows, keys) }, 0, rows);
};

/** The mask with what causality forbids. */
function wholeMask({ query, mask, causal }: AttentionInput, rows: number, keys: number): Node | null {
  if (!causal) return mask;
  const seen = lookingBack([...new Array<number>(query.shape.length - 2).fill(1), rows, keys], 0);
  if (mask === null) return seen;
  const shape = mask.shape.map((n, i) => Math.max(n, seen.shape[i]!));
  const [own, all] = [stretch(mask, shape), stretch(seen, shape)];
  return mask.dtype === "bool" ? binary("and", own, all) : where(all, own, like(own, -Infinity));
}

/** The weights of some queries; where it is causal, of the keys that one of them looks at. */
function weightsOf({ query, key, mask, causal, scale }: AttentionInput, from: number, to: number): Node {
  const rank = query.shape.length;
  const all = key.shape[rank - 2]!;
  const keys = causal ? Math.min(all, to) : all;
  const q = part(query, rank - 2, from, to);
  const axes = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  let scores = matmul(mul(q, like(q, scale)), permute(part(key, rank - 2, 0, keys), axes));
  const { shape } = scores;
  if (mask !== null && mask.dtype !== "bool")
    scores = add(scores, cast(fitted(mask, shape, from, keys), scores.dtype));
  const own = mask?.dtype === "bool" ? fitted(mask, shape, from, keys) : undefined;
  const seen = !causal
    ? own
    : own === undefined
      ? lookingBack(shape, from)
      : binary("and", own, lookingBack(shape, from));
  if (seen !== undefined) scores = where(seen, scores, like(scores, -Infinity));
  return softmaxOfSome(scores, seen !== undefined || mask !== null);
}

/** The part of a mask for some queries and keys, in the shape of their products. */
function fitted(mask: Node, shape: readonly number[], from: number, keys: number): Node {
  const rank = shape.length;
  const rows = mask.shape[rank - 2] === 1 ? mask : part(mask, rank - 2, from, from + shape[rank - 2]!);
  const columns = mask.shape[rank - 1] === 1 ? rows : part(rows, rank - 1, 0, keys);
  return stretch(columns, shape);
}

/** Is the key not after the query? The first query is number `from`. */
function lookingBack(shape: readonly number[], from: number): Node {
  const [rows, keys] = shape.slice(-2) as [number, number];
  const row = reshape(add(iota(rows), like(iota(rows), from + 1)), [rows, 1]);
  const column = reshape(iota(keys), [1, keys]);
  return stretch(binary("lt", stretch(column, [rows, keys]), stretch(row, [rows, keys])), shape);
}

/** The softmax of each row; zeros where every x is -Infinity. */
function softmaxOfSome(x: Node, mayBeEmpty: boolean): Node {
  if (sizeOf(x.shape) === 0) return x;
  const powers = unary("exp", sub(x, stretch(shift(x, -1), x.shape)));
  const total = reduceOver("sum", powers, -1, { keepdims: true });
  const divisor = mayBeEmpty ? where(binary("eq", total, like(total, 0)), like(total, 1), total) : total;
  return div(powers, stretch(divisor, x.shape));
}

/** Each weight left out with probability p, the others made larger by 1 / (1 - p). */
function dropped(weights: Node, { p, key }: NonNullable<AttentionInput["dropout"]>, from: number): Node {
  if (p === 1) return mul(weights, like(weights, 0));
  const own = from === 0 ? key : add(key, like(key, from));
  const drawn = random(own, weights.shape, weights.dtype);
  const kept = where(binary("lt", drawn, like(drawn, p)), like(weights, 0), weights);
  return div(kept, like(kept, 1 - p));
}

/** Block by block from the last: its output once more, and what it gives to its queries and to all keys and values. */
function withDerivative(
  output: Node,
  given: AttentionInput,
  ranges: readonly (readonly [number, number])[],
): Node {
  const { query, key, value, mask, dropout } = given;
  const learned = mask?.tracked === true;
  const inputs = [query, key, value, ...(learned ? [mask!] : [])];
  const rule = new DerivativeRule("attention", (g) => {
    const queries: Node[] = [];
    let sums: (Node | null)[] = inputs.slice(1).map(() => null);
    for (const [from, to] of [...ranges].reverse()) {
      const done = [...queries.slice(0, 1), ...sums.flatMap((sum) => (sum === null ? [] : [sum]))];
      // At first it waits for the cotangent, so that it is not shared with the block that was computed before.
      const wait = (node: Node): Node =>
        (done.length === 0 ? [g] : done).reduce((x, other) => barrier(x, other), node);
      const again = {
        ...given,
        query: wait(query),
        key: wait(key),
        value: wait(value),
        mask: mask && (learned ? wait(mask) : mask),
        dropout: dropout && { ...dropout, key: wait(dropout.key) },
      };
      const own = [again.query, again.key, again.value, ...(learned ? [again.mask!] : [])];
      const cotangent = part(g, g.shape.length - 2, from, to);
      const found = gradients([block(again, from, to)], [cotangent], own, new Set(own));
      queries.unshift(part(found[0] ?? like(query, 0), query.shape.length - 2, from, to));
      sums = sums.map((sum, i) => together(sum, found[i + 1] ?? null));
    }
    return [concat(queries, query.shape.length - 2), ...sums];
  });
  return custom(output, inputs, rule);
}

const together = (a: Node | null, b: Node | null): Node | null =>
  a === null || b === null ? (a ?? b) : add(a, b);
