/** Transformer layers, with PyTorch's parameters, order of norms and masks. */
import { ValueError } from "../errors.js";
import type { Tensor } from "../tensor/index.js";
import { type MultiheadAttention, multiheadAttention } from "./attention.js";
import { type Dropout, dropout } from "./dropout.js";
import { type Linear, linear } from "./layers.js";
import { Module } from "./module.js";
import { type LastAxesNorm, layerNorm } from "./normalization.js";
import { gelu } from "./smooth-functions.js";

/** What transformer layers take beside their sizes. */
export interface TransformerOptions {
  /** Features between the two linear layers; 2048 by default. */
  readonly dimFeedforward?: number;
  /** While learning so much is left out of weights, sums and features; 0.1 by default. */
  readonly dropout?: number;
  /** relu by default. */
  readonly activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** Added to the variance in the norms; 1e-5 by default. */
  readonly layerNormEps?: number;
  /** Is the batch the first axis, (batch, steps, features)? By default the steps are. */
  readonly batchFirst?: boolean;
  /** Normalize what goes into each part (true) or what comes out of its sum (false, as in the paper)? false by default. */
  readonly normFirst?: boolean;
  /** Add biases? true by default. */
  readonly bias?: boolean;
}

/** Masks of an encoder, as multi-head attention takes them: true means not looked at. */
export interface EncoderMasks {
  readonly srcMask?: Tensor | null;
  readonly srcKeyPaddingMask?: Tensor | null;
  readonly isCausal?: boolean;
}

/** Masks of a decoder, as multi-head attention takes them: true means not looked at. */
export interface DecoderMasks {
  readonly tgtMask?: Tensor | null;
  readonly memoryMask?: Tensor | null;
  readonly tgtKeyPaddingMask?: Tensor | null;
  readonly memoryKeyPaddingMask?: Tensor | null;
  readonly tgtIsCausal?: boolean;
  readonly memoryIsCausal?: boolean;
}

type LayerNorm = LastAxesNorm<"layerNorm", number>;
/** What a layer's typed forward takes where the shape is not known. */
type Own = Tensor & never;
const plus = (a: Tensor, b: Tensor): Tensor => a.add(b) as Tensor;

/** What encoder and decoder layers share. */
abstract class TransformerLayer extends Module {
  readonly self_attn: MultiheadAttention;
  readonly linear1: Linear<number, number>;
  readonly linear2: Linear<number, number>;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly normFirst: boolean;
  protected readonly leaveOut: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(
    operation: string,
    readonly dModel: number,
    readonly numHeads: number,
    options: TransformerOptions,
  ) {
    super();
    const { dimFeedforward = 2048, dropout: p = 0.1, layerNormEps = 1e-5, activation = "relu" } = options;
    const { batchFirst = false, normFirst = false, bias = true } = options;
    this.normFirst = normFirst;
    this.activation = activationOf(operation, activation);
    this.self_attn = multiheadAttention(dModel, numHeads, { dropout: p, bias, batchFirst });
    this.linear1 = linear(dModel, dimFeedforward, { bias });
    this.linear2 = linear(dimFeedforward, dModel, { bias });
    this.norm1 = layerNorm(dModel, { eps: layerNormEps, bias });
    this.norm2 = layerNorm(dModel, { eps: layerNormEps, bias });
    this.leaveOut = dropout(p);
  }

  /** x + part(norm(x)), or norm(x + part(x)). */
  protected residual(x: Tensor, norm: LayerNorm, part: (x: Tensor) => Tensor): Tensor {
    const through = (y: Tensor): Tensor => norm.forward(y as Own) as Tensor;
    return this.normFirst ? plus(x, part(through(x))) : through(plus(x, part(x)));
  }

  protected dropped(x: Tensor): Tensor {
    return this.leaveOut.forward(x as Own) as Tensor;
  }

  /** W2 dropout(activation(W1 x)). */
  protected feedForward(x: Tensor): Tensor {
    const inner = this.activation(this.linear1.forward(x as Own) as Tensor);
    return this.dropped(this.linear2.forward(this.dropped(inner) as Own) as Tensor);
  }
}

function activationOf(
  operation: string,
  activation: NonNullable<TransformerOptions["activation"]>,
): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return (x) => x.relu() as Tensor;
  if (activation === "gelu") return (x) => gelu(x);
  throw new ValueError(
    `${operation}: activation must be "relu", "gelu" or a function, got ${JSON.stringify(activation)}`,
  );
}

/** One layer of an encoder; made by {@link transformerEncoderLayer}. */
export class TransformerEncoderLayer extends TransformerLayer {
  constructor(dModel: number, numHeads: number, options: TransformerOptions = {}) {
    super("transformerEncoderLayer", dModel, numHeads, options);
  }

  /**
   * Self-attention and feed-forward network, each added to what came in. The shape stays.
   *
   * @throws ShapeError where the shapes do not go together
   * @example
   * ```ts
   * nn.transformerEncoderLayer(8, 2, { dimFeedforward: 16 }).forward(zeros([5, 3, 8])).shape; // [5, 3, 8]
   * ```
   */
  forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    const { srcMask = null, srcKeyPaddingMask = null, isCausal = false } = masks;
    const options = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal };
    const attend = (x: Tensor): Tensor => this.dropped(this.self_attn.forward(x, x, x, options)[0]);
    return this.residual(this.residual(src, this.norm1, attend), this.norm2, (x) => this.feedForward(x));
  }
}

/** One layer of a decoder; made by {@link transformerDecoderLayer}. */
export class TransformerDecoderLayer extends TransformerLayer {
  /** Attention to what the encoder made. */
  readonly multihead_attn: MultiheadAttention;
  /** The norm around the feed-forward network. */
  readonly norm3: LayerNorm;

  constructor(dModel: number, numHeads: number, options: TransformerOptions = {}) {
    super("transformerDecoderLayer", dModel, numHeads, options);
    const { dropout: p = 0.1, layerNormEps = 1e-5, batchFirst = false, bias = true } = options;
    this.multihead_attn = multiheadAttention(dModel, numHeads, { dropout: p, bias, batchFirst });
    this.norm3 = layerNorm(dModel, { eps: layerNormEps, bias });
  }

  /**
   * Self-attention, attention to what the encoder made, and feed-forward network, each added to what came in. The shape of
   * `tgt` stays.
   *
   * @throws ShapeError where the shapes do not go together
   * @example
   * ```ts
   * const layer = nn.transformerDecoderLayer(8, 2, { dimFeedforward: 16 });
   * layer.forward(zeros([5, 3, 8]), zeros([7, 3, 8])).shape; // [5, 3, 8]
   * ```
   */
  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const { tgtMask = null, tgtKeyPaddingMask = null, tgtIsCausal = false } = masks;
    const { memoryMask = null, memoryKeyPaddingMask = null, memoryIsCausal = false } = masks;
    const own = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, isCausal: tgtIsCausal };
    const others = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, isCausal: memoryIsCausal };
    const attend = (x: Tensor): Tensor => this.dropped(this.self_attn.forward(x, x, x, own)[0]);
    const look = (x: Tensor): Tensor =>
      this.dropped(this.multihead_attn.forward(x, memory, memory, others)[0]);
    const first = this.residual(tgt, this.norm1, attend);
    const second = this.residual(first, this.norm2, look);
    return this.residual(second, this.norm3, (x) => this.feedForward(x));
  }
}

function layersOf<L extends Module>(operation: string, make: () => L, count: number): L[] {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new ValueError(`${operation}: numLayers must be a whole number of at least 1, got ${count}`);
  if (typeof make !== "function") {
    throw new ValueError(
      `${operation}: give a function that makes a layer, such as () => nn.${operation}Layer(512, 8)`,
    );
  }
  return Array.from({ length: count }, make);
}

/** Layers of an encoder; made by {@link transformerEncoder}. */
export class TransformerEncoder extends Module {
  constructor(
    /** The layers, in order. */
    readonly layers: readonly TransformerEncoderLayer[],
    /** What comes after them, or null. */
    readonly norm: LayerNorm | null,
  ) {
    super();
  }

  /**
   * All layers, then the norm where there is one. The shape stays.
   *
   * @throws ShapeError where the shapes do not go together
   * @example
   * ```ts
   * const encoder = nn.transformerEncoder(() => nn.transformerEncoderLayer(8, 2, { dimFeedforward: 16 }), 2);
   * encoder.forward(zeros([5, 3, 8])).shape; // [5, 3, 8]
   * ```
   */
  forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    const x = this.layers.reduce((y, layer) => layer.forward(y, masks), src);
    return this.norm === null ? x : (this.norm.forward(x as Own) as Tensor);
  }
}

/** Layers of a decoder; made by {@link transformerDecoder}. */
export class TransformerDecoder extends Module {
  constructor(
    /** The layers, in order. */
    readonly layers: readonly TransformerDecoderLayer[],
    /** What comes after them, or null. */
    readonly norm: LayerNorm | null,
  ) {
    super();
  }

  /**
   * All layers, then the norm where there is one. The shape of `tgt` stays.
   *
   * @throws ShapeError where the shapes do not go together
   * @example
   * ```ts
   * const decoder = nn.transformerDecoder(() => nn.transformerDecoderLayer(8, 2, { dimFeedforward: 16 }), 2);
   * decoder.forward(zeros([5, 3, 8]), zeros([7, 3, 8])).shape; // [5, 3, 8]
   * ```
   */
  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    const x = this.layers.reduce((y, layer) => layer.forward(y, memory, masks), tgt);
    return this.norm === null ? x : (this.norm.forward(x as Own) as Tensor);
  }
}

/**
 * A layer of a transformer's encoder: multi-head self-attention and a network of two linear layers, each with dropout, a
 * residual sum and a layer norm (Vaswani et al. 2017, Attention Is All You Need, 3.1). Input and output (steps, batch,
 * dModel), or (batch, steps, dModel) with `batchFirst`. Parameters `self_attn.*`, `linear1.*`, `linear2.*`, `norm1.*`,
 * `norm2.*`, as PyTorch's.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const layer = nn.transformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true });
 * layer.forward(zeros([3, 5, 8]), { isCausal: true }).shape; // [3, 5, 8]
 * ```
 */
export const transformerEncoderLayer = (
  dModel: number,
  numHeads: number,
  options?: TransformerOptions,
): TransformerEncoderLayer => new TransformerEncoderLayer(dModel, numHeads, options);

/**
 * A layer of a transformer's decoder: as {@link transformerEncoderLayer}, with attention to the encoder's output between.
 * Parameters `self_attn.*`, `multihead_attn.*`, `linear1.*`, `linear2.*`, `norm1.*` to `norm3.*`, as PyTorch's.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const layer = nn.transformerDecoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true });
 * layer.forward(zeros([3, 5, 8]), zeros([3, 7, 8]), { tgtIsCausal: true }).shape; // [3, 5, 8]
 * ```
 */
export const transformerDecoderLayer = (
  dModel: number,
  numHeads: number,
  options?: TransformerOptions,
): TransformerDecoderLayer => new TransformerDecoderLayer(dModel, numHeads, options);

/** What stacks of layers take beside. */
export interface StackOptions {
  /** Sent through after all layers, such as `nn.layerNorm(dModel)`; nothing by default. */
  readonly norm?: LayerNorm | null;
}

/**
 * An encoder: `numLayers` layers that `makeLayer` makes, each with first weights of its own, and a norm if one is given.
 * Parameters `layers.0.*`, `layers.1.*`, ..., `norm.*`, as PyTorch's.
 *
 * @throws ValueError where numLayers is not a whole number of at least 1
 * @example
 * ```ts
 * const encoder = nn.transformerEncoder(() => nn.transformerEncoderLayer(8, 2, { dimFeedforward: 16 }), 2);
 * encoder.forward(zeros([5, 3, 8])).shape; // [5, 3, 8]
 * ```
 */
export const transformerEncoder = (
  makeLayer: () => TransformerEncoderLayer,
  numLayers: number,
  { norm = null }: StackOptions = {},
): TransformerEncoder => new TransformerEncoder(layersOf("transformerEncoder", makeLayer, numLayers), norm);

/**
 * A decoder: `numLayers` layers that `makeLayer` makes, each with first weights of its own, and a norm if one is given.
 * Parameters `layers.0.*`, `layers.1.*`, ..., `norm.*`, as PyTorch's.
 *
 * @throws ValueError where numLayers is not a whole number of at least 1
 * @example
 * ```ts
 * const decoder = nn.transformerDecoder(() => nn.transformerDecoderLayer(8, 2, { dimFeedforward: 16 }), 2);
 * decoder.forward(zeros([5, 3, 8]), zeros([7, 3, 8])).shape; // [5, 3, 8]
 * ```
 */
export const transformerDecoder = (
  makeLayer: () => TransformerDecoderLayer,
  numLayers: number,
  { norm = null }: StackOptions = {},
): TransformerDecoder => new TransformerDecoder(layersOf("transformerDecoder", makeLayer, numLayers), norm);
