/** Attention, with PyTorch's parameters, masks and initial values. */
import { DTypeError, ShapeError, ValueError } from "../errors.js";
import { isFloat, type Node } from "../graph/index.js";
import * as ops from "../ops/index.js";
import { broadcastShapes, formatShape, refuseUnknown, type Shape, sameShape } from "../shape/index.js";
import { random, Tensor, where, wrapNode, zeros } from "../tensor/index.js";
import { type Linear, linear } from "./layers.js";
import { Module } from "./module.js";

/** What scaledDotProductAttention takes beside queries, keys and values. */
export interface AttentionOptions {
  /**
   * Shape (queries, keys) or with axes in front that broadcast: bool, where true means that the query looks at the key, or
   * floats that are added to the products.
   */
  readonly attnMask?: Tensor | null;
  /** Query i looks at the keys 0 to i only; false by default. */
  readonly isCausal?: boolean;
  /** What the products are multiplied by; 1 / sqrt(size) by default. */
  readonly scale?: number;
  /** So much of the weights is left out, with what is left made larger; 0 by default. */
  readonly dropoutP?: number;
}

function checkDropout(operation: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new ValueError(`${operation}: dropout must be between 0 and 1, got ${p}`);
}

const NAME = "scaledDotProductAttention";

function checkOperands(query: Tensor, key: Tensor, value: Tensor): void {
  for (const [name, x] of Object.entries({ query, key, value })) {
    if (!(x instanceof Tensor) || !isFloat(x.dtype))
      throw new DTypeError(`${NAME}: the ${name} must be a tensor of floats`);
    if (x.dtype !== query.dtype)
      throw new DTypeError(
        `${NAME}: the query is ${query.dtype} and the ${name} is ${x.dtype}; make them one`,
      );
    if (x.ndim < 2)
      throw new ShapeError(
        `${NAME}: the ${name} must have shape (..., length, size), got ${formatShape(x.shape)}`,
      );
  }
  if (query.shape.at(-1) !== key.shape.at(-1)) {
    throw new ShapeError(
      `${NAME}: queries of size ${query.shape.at(-1)} and keys of size ${key.shape.at(-1)} have no products (shapes ${formatShape(query.shape)} and ${formatShape(key.shape)})`,
    );
  }
  if (key.shape.at(-2) !== value.shape.at(-2)) {
    throw new ShapeError(
      `${NAME}: there are ${key.shape.at(-2)} keys and ${value.shape.at(-2)} values (shapes ${formatShape(key.shape)} and ${formatShape(value.shape)})`,
    );
  }
}

/** A mask with as many axes as the products have, or an error. */
function checkMask(mask: Tensor, batch: Shape, queries: number, keys: number): Node {
  if (!(mask instanceof Tensor) || (mask.dtype !== "bool" && !isFloat(mask.dtype)))
    throw new DTypeError(`${NAME}: the mask must be a tensor of bool or floats`);
  const wanted = [...batch, queries, keys];
  const shape = [...new Array<number>(Math.max(0, wanted.length - mask.ndim)).fill(1), ...mask.shape];
  if (shape.length !== wanted.length || shape.some((n, i) => n !== 1 && n !== wanted[i])) {
    throw new ShapeError(
      `${NAME}: a mask of shape ${formatShape(mask.shape)} does not fit products of shape ${formatShape(wanted)}`,
    );
  }
  return ops.reshape(mask.node, shape);
}

/**
 * Attention: softmax(scale Q K^T + mask) V for queries (..., L, E), keys (..., S, E) and values (..., S, V); the result is
 * (..., L, V) (Vaswani et al. 2017, Attention Is All You Need, 3.2.1). The axes in front broadcast. Long sequences go by
 * blocks, in derivatives too, so that memory grows with the length and not with its square. A query that looks at no key
 * gets zeros.
 *
 * @throws ShapeError where the shapes do not go together
 * @throws DTypeError where the operands are not floats of one dtype, or the mask neither bool nor floats
 * @throws ValueError where dropoutP is not between 0 and 1
 * @example
 * ```ts
 * const x = array([[[1, 0], [0, 1]]]);
 * String(nn.scaledDotProductAttention(x, x, x, { isCausal: true, scale: 1 })); // [[[1.         0.        ]
 *                                                                              //   [0.26894143 0.7310586 ]]]
 * ```
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  refuseUnknown(NAME, options, ["attnMask", "isCausal", "scale", "dropoutP"]);
  const { attnMask: mask = null, isCausal: causal = false, scale, dropoutP: dropout = 0 } = options;
  checkOperands(query, key, value);
  checkDropout(NAME, dropout);
  const batch = [query, key, value]
    .map(({ shape }) => shape.slice(0, -2))
    .reduce((a, b) => broadcastShapes(a, b));
  const spread = (x: Tensor): Node => ops.broadcastTo(x.node, [...batch, ...x.shape.slice(-2)]);
  const [queries, keys] = [query.shape.at(-2)!, key.shape.at(-2)!];
  return wrapNode(
    ops.attention({
      query: spread(query),
      key: spread(key),
      value: spread(value),
      mask: mask === null ? null : checkMask(mask, batch, queries, keys),
      causal,
      scale: scale ?? 1 / Math.sqrt(query.shape.at(-1)!),
      dropout: dropout === 0 ? null : { p: dropout, key: random.key() },
    }),
  );
}

/** What multiheadAttention takes beside its sizes. */
export interface MultiheadOptions {
  /** While learning so much of the weights is left out; 0 by default. */
  readonly dropout?: number;
  /** Add biases? true by default. */
  readonly bias?: boolean;
  /** Features of the keys; those of the queries by default. */
  readonly kdim?: number;
  /** Features of the values; those of the queries by default. */
  readonly vdim?: number;
  /** Is the batch the first axis, (batch, steps, features)? By default the steps are. */
  readonly batchFirst?: boolean;
}

/** What multi-head attention's forward takes beside queries, keys and values. */
export interface MultiheadForward {
  /** (batch, keys) of bool, where true means that the key is padding and not looked at, or floats to add. */
  readonly keyPaddingMask?: Tensor | null;
  /**
   * (queries, keys) or (batch * heads, queries, keys) of bool, where true means that the query does NOT look at the key, or
   * floats to add; as PyTorch's `attn_mask`.
   */
  readonly attnMask?: Tensor | null;
  /** Query i looks at the keys 0 to i only, besides the masks; false by default. */
  readonly isCausal?: boolean;
}

/** Multi-head attention; made by {@link multiheadAttention}. */
export class MultiheadAttention extends Module {
  /** W of queries, keys and values below each other, (3 embedDim, embedDim); null where keys or values have other sizes. */
  readonly in_proj_weight: Tensor | null = null;
  /** W of the queries where keys or values have other sizes, (embedDim, embedDim); else null. */
  readonly q_proj_weight: Tensor | null = null;
  /** W of the keys where they or the values have other sizes, (embedDim, kdim); else null. */
  readonly k_proj_weight: Tensor | null = null;
  /** W of the values where they or the keys have other sizes, (embedDim, vdim); else null. */
  readonly v_proj_weight: Tensor | null = null;
  /** b of queries, keys and values after each other, (3 embedDim); null without biases. */
  readonly in_proj_bias: Tensor | null = null;
  /** What the joined heads go through. */
  readonly out_proj: Linear<number, number>;
  /** Is the batch the first axis? */
  readonly batchFirst: boolean;
  /** While learning so much of the weights is left out. */
  readonly dropout: number;

  constructor(
    /** Features of queries and output. */
    readonly embedDim: number,
    /** How many heads share them. */
    readonly numHeads: number,
    options: MultiheadOptions = {},
  ) {
    super();
    const { dropout = 0, bias = true, kdim = embedDim, vdim = embedDim, batchFirst = false } = options;
    for (const [name, value] of Object.entries({ embedDim, numHeads, kdim, vdim })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new ValueError(`multiheadAttention: ${name} must be a whole number of at least 1, got ${value}`);
    }
    if (embedDim % numHeads !== 0) {
      throw new ValueError(
        `multiheadAttention: ${embedDim} features do not divide into ${numHeads} heads; choose sizes that do`,
      );
    }
    checkDropout("multiheadAttention", dropout);
    [this.batchFirst, this.dropout] = [batchFirst, dropout];
    if (kdim === embedDim && vdim === embedDim) this.in_proj_weight = xavier([3 * embedDim, embedDim]);
    else {
      this.q_proj_weight = xavier([embedDim, embedDim]);
      this.k_proj_weight = xavier([embedDim, kdim]);
      this.v_proj_weight = xavier([embedDim, vdim]);
    }
    if (bias) this.in_proj_bias = zeros([3 * embedDim], { requiresGrad: true }) as Tensor;
    this.out_proj = linear(embedDim, embedDim, { bias });
    this.out_proj.bias?.assign(zeros([embedDim]) as Tensor);
  }

  /**
   * The output, and the mean over the heads of the weights, (batch, queries, keys), which are computed only where they are
   * read.
   *
   * @throws ShapeError where the shapes do not go together
   * @example
   * ```ts
   * const x = zeros([5, 3, 8]);
   * nn.multiheadAttention(8, 2).forward(x, x, x)[0].shape; // [5, 3, 8]
   * ```
   */
  forward(query: Tensor, key: Tensor, value: Tensor, options: MultiheadForward = {}): [Tensor, Tensor] {
    for (const [name, x] of Object.entries({ query, key, value })) {
      if (!(x instanceof Tensor)) throw new DTypeError(`multiheadAttention: the ${name} must be a tensor`);
    }
    const single = query.ndim === 2;
    const ready = (x: Tensor): Tensor => {
      if (x.ndim !== query.ndim || (x.ndim !== 2 && x.ndim !== 3)) {
        throw new ShapeError(
          `multiheadAttention: queries, keys and values must all have 3 axes, or all 2; got ${[query, key, value].map(({ shape }) => formatShape(shape)).join(", ")}`,
        );
      }
      if (single) return x.unsqueeze(0) as Tensor;
      return this.batchFirst ? x : (x.swapaxes(0, 1) as Tensor);
    };
    const inputs = [query, key, value].map(ready) as [Tensor, Tensor, Tensor];
    if (inputs.some(({ shape }) => shape[0] !== inputs[0].shape[0])) {
      throw new ShapeError(
        `multiheadAttention: queries, keys and values must have one batch size; got ${[query, key, value].map(({ shape }) => formatShape(shape)).join(", ")}`,
      );
    }
    const [q, k, v] = this.project(...inputs);
    const mask = this.mask(options, q, k, single);
    const p = this.training ? this.dropout : 0;
    const causal = options.isCausal ?? false;
    const heads = scaledDotProductAttention(q, k, v, { attnMask: mask, isCausal: causal, dropoutP: p });
    const [batch, , queries] = heads.shape as unknown as readonly [number, number, number];
    const joined = heads.swapaxes(1, 2).reshape([batch, queries, this.embedDim]) as Tensor;
    const output = this.out_proj.forward(joined as never) as Tensor;
    const weights = weightsOf(q, k, mask, causal);
    if (single) return [output.squeeze(0) as Tensor, weights.squeeze(0) as Tensor];
    return [this.batchFirst ? output : (output.swapaxes(0, 1) as Tensor), weights];
  }

  /** Queries, keys and values of each head: (batch, heads, length, size). */
  private project(...inputs: [Tensor, Tensor, Tensor]): [Tensor, Tensor, Tensor] {
    const { embedDim, numHeads } = this;
    const own = [this.q_proj_weight, this.k_proj_weight, this.v_proj_weight];
    return inputs.map((x, i) => {
      const range = `${i * embedDim}:${(i + 1) * embedDim}` as const;
      const weight = own[i] ?? (this.in_proj_weight!.at(range) as Tensor);
      if (x.shape.at(-1) !== weight.shape[1]) {
        throw new ShapeError(
          `multiheadAttention: expected last dimension ${weight.shape[1]} of the ${["query", "key", "value"][i]}, got ${x.shape.at(-1)}`,
        );
      }
      const y = ops.matmul(x.node, ops.transpose(weight.node));
      const bias = this.in_proj_bias?.at(range) as Tensor | undefined;
      const made = wrapNode(bias === undefined ? y : ops.add(y, bias.node));
      const [batch, length] = x.shape as unknown as readonly [number, number];
      return made.reshape([batch, length, numHeads, embedDim / numHeads]).swapaxes(1, 2) as Tensor;
    }) as [Tensor, Tensor, Tensor];
  }

  /** Both masks as one: bool where both are (true: looked at), else floats to add. */
  private mask(options: MultiheadForward, q: Tensor, k: Tensor, single: boolean): Tensor | null {
    const { keyPaddingMask = null, attnMask = null } = options;
    const [batch, heads, queries] = q.shape as unknown as readonly [number, number, number];
    const keys = k.shape[2]!;
    const given: Tensor[] = [];
    if (keyPaddingMask !== null) {
      const own =
        single && keyPaddingMask.ndim === 1 ? (keyPaddingMask.unsqueeze(0) as Tensor) : keyPaddingMask;
      checkShape("keyPaddingMask", own, [[batch, keys]]);
      given.push(own.reshape([batch, 1, 1, keys]) as Tensor);
    }
    if (attnMask !== null) {
      checkShape("attnMask", attnMask, [
        [queries, keys],
        [batch * heads, queries, keys],
      ]);
      given.push(
        attnMask.reshape([
          attnMask.ndim === 2 ? 1 : batch,
          attnMask.ndim === 2 ? 1 : heads,
          queries,
          keys,
        ]) as Tensor,
      );
    }
    if (given.length === 0) return null;
    if (given.every(({ dtype }) => dtype === "bool"))
      return given.map((mask) => mask.logicalNot() as Tensor).reduce((a, b) => a.logicalAnd(b) as Tensor);
    const added = given.map((mask) => (mask.dtype === "bool" ? (where(mask, -Infinity, 0) as Tensor) : mask));
    return added.reduce((a, b) => a.add(b) as Tensor);
  }
}

function checkShape(name: string, mask: Tensor, wanted: readonly Shape[]): void {
  if (!(mask instanceof Tensor) || (mask.dtype !== "bool" && !isFloat(mask.dtype)))
    throw new DTypeError(`multiheadAttention: ${name} must be a tensor of bool or floats`);
  if (wanted.some((shape) => sameShape(mask.shape, shape))) return;
  throw new ShapeError(
    `multiheadAttention: ${name} must have shape ${wanted.map(formatShape).join(" or ")}, got ${formatShape(mask.shape)}`,
  );
}

/** The mean over the heads of softmax(Q K^T / sqrt(size)). */
function weightsOf(q: Tensor, k: Tensor, mask: Tensor | null, causal: boolean): Tensor {
  const own = mask === null ? null : checkMask(mask, q.shape.slice(0, 2), q.shape[2]!, k.shape[2]!);
  const scale = 1 / Math.sqrt(q.shape[3]!);
  const given = { query: q.node, key: k.node, value: k.node, mask: own, causal, scale, dropout: null };
  return wrapNode(ops.mean(ops.attentionWeights(given), 1));
}

/** Uniform with the variance 2 / (fan in + fan out) (Glorot and Bengio 2010). */
function xavier(shape: readonly [number, number]): Tensor {
  const bound = Math.sqrt(6 / (shape[0] + shape[1]));
  const values = random.uniform(shape, { low: -bound, high: bound }).realize() as Tensor;
  values.requiresGrad = true;
  return values;
}

/**
 * Multi-head attention: heads_i = attention(Q W_i^Q, K W_i^K, V W_i^V), joined and sent through a linear layer (Vaswani et
 * al. 2017, Attention Is All You Need, 3.2.2). Queries (steps, batch, embedDim), or (batch, steps, embedDim) with
 * `batchFirst`, or (steps, embedDim) for one sequence; keys and values likewise. Parameters `in_proj_weight` (3 embedDim,
 * embedDim), `in_proj_bias`, `out_proj.weight`, `out_proj.bias`; with other sizes of keys or values `q_proj_weight`,
 * `k_proj_weight`, `v_proj_weight`. They begin as PyTorch's: uniform by Xavier, biases 0.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const attention = nn.multiheadAttention(8, 2, { batchFirst: true });
 * const x = zeros([3, 5, 8]);
 * const [output, weights] = attention.forward(x, x, x, { isCausal: true });
 * output.shape; // [3, 5, 8]
 * weights.shape; // [3, 5, 5]
 * ```
 */
export const multiheadAttention = (
  embedDim: number,
  numHeads: number,
  options?: MultiheadOptions,
): MultiheadAttention => new MultiheadAttention(embedDim, numHeads, options);
