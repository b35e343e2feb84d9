/** Normalisation as layers, with PyTorch's parameter and buffer names. */
import { ValueError } from "../errors.js";
import {
  ANY_SPATIAL,
  BATCH_1D,
  BATCH_2D,
  type ChannelAxes,
  type Channels as ChannelsRule,
  channelsShape,
  type Normalized as NormalizedRule,
  normalizedShape,
  type Shape,
  SPATIAL_1D,
  SPATIAL_2D,
} from "../shape/index.js";
import { ones, type Tensor, zeros } from "../tensor/index.js";
import { sizes } from "./checks.js";
import * as functional from "./functional/normalization.js";
import { Layer } from "./layer.js";
import type { Module } from "./module.js";
import type { Input, PartialShape, ShapeRule } from "./shape-rule.js";

/** What batchNorm and instanceNorm take beside the channels. */
export interface ChannelNormOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** How far the running statistics move towards the batch's, 0.1 by default; null: they are the mean of all so far. */
  readonly momentum?: number | null;
  /** A learned scale and shift for each channel? true by default, false for instanceNorm. */
  readonly affine?: boolean;
  /** Keep running statistics, and use them in eval mode? true by default, false for instanceNorm. */
  readonly trackRunningStats?: boolean;
}

interface ChannelLayer<Name extends string, C extends number, Axes extends ChannelAxes> extends ShapeRule {
  readonly output: ChannelsRule<Name, Input<this>, C, Axes>;
  readonly expects: Shape;
}

const PYTORCH_NAMES: Readonly<Record<string, string>> = {
  runningMean: "running_mean",
  runningVar: "running_var",
  numBatchesTracked: "num_batches_tracked",
};

const AXES = {
  batchNorm1d: BATCH_1D,
  batchNorm2d: BATCH_2D,
  instanceNorm1d: SPATIAL_1D,
  instanceNorm2d: SPATIAL_2D,
} as const;

type NormName = keyof typeof AXES;

function checkEps(name: string, eps: number): void {
  if (!(eps >= 0)) throw new ValueError(`${name}: eps must not be negative, got ${eps}`);
}

function learned(on: boolean, make: () => Tensor): Tensor | null {
  if (!on) return null;
  const values = make().realize();
  values.requiresGrad = true;
  return values;
}

/** Normalisation of channels over a batch or over each sample; made by {@link batchNorm2d}, {@link instanceNorm2d} and their 1-d forms. */
export class ChannelNorm<Name extends NormName, C extends number> extends Layer<
  ChannelLayer<Name, C, (typeof AXES)[Name]>
> {
  /** A factor for each channel, 1 to begin with; null where there is none. */
  readonly weight: Tensor | null;
  /** What is added to each channel, 0 to begin with; null where there is none. */
  readonly bias: Tensor | null;
  /** The running mean of each channel, in state dicts `running_mean`. */
  readonly runningMean: Tensor | null;
  /** The running variance of each channel, in state dicts `running_var`. */
  readonly runningVar: Tensor | null;
  /** How many batches moved the running statistics, in state dicts `num_batches_tracked`. */
  readonly numBatchesTracked: Tensor | null;
  /** Added to the variance. */
  readonly eps: number;
  /** How far the running statistics move; null: they are the mean of all so far. */
  readonly momentum: number | null;

  constructor(
    /** What `summary` calls it. */
    readonly operation: Name,
    /** Channels of input and output. */
    readonly features: C,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true }: ChannelNormOptions,
  ) {
    super();
    sizes(operation, { features });
    checkEps(operation, eps);
    if (momentum !== null && !(momentum >= 0 && momentum <= 1))
      throw new ValueError(`${operation}: momentum must be between 0 and 1, or null, got ${momentum}`);
    [this.eps, this.momentum] = [eps, momentum];
    this.weight = learned(affine, () => ones([features]) as Tensor);
    this.bias = learned(affine, () => zeros([features]) as Tensor);
    this.runningMean = trackRunningStats ? (zeros([features]).realize() as Tensor) : null;
    this.runningVar = trackRunningStats ? (ones([features]).realize() as Tensor) : null;
    this.numBatchesTracked = trackRunningStats ? (zeros([], { dtype: "int32" }).realize() as Tensor) : null;
  }

  /** The buffers have PyTorch's names. */
  protected override *within(prefix: string): Generator<[string, Tensor | Module]> {
    for (const [name, value] of super.within(prefix)) {
      const field = name.slice(prefix.length);
      yield [Object.hasOwn(PYTORCH_NAMES, field) ? prefix + PYTORCH_NAMES[field] : name, value];
    }
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : channelsShape(this.operation, input, this.features, AXES[this.operation]);
  }

  protected compute(x: Tensor): Tensor {
    const { weight, bias, eps, runningMean, runningVar, training } = this;
    const ofBatch = this.operation.startsWith("batch");
    const unbatched = !ofBatch && (AXES[this.operation] as ChannelAxes)[x.ndim] === 0;
    const input = unbatched ? (x.unsqueeze(0) as Tensor) : x;
    const options = { weight, bias, eps, training: training || runningMean === null, momentum: this.share() };
    const normalize = ofBatch ? functional.batchNorm : functional.instanceNorm;
    const y = normalize(input, runningMean, runningVar, options);
    // As in PyTorch, instance normalisation has the counter and does not count.
    if (ofBatch && training) this.numBatchesTracked?.assign(this.numBatchesTracked.add(1));
    return unbatched ? (y.squeeze(0) as Tensor) : y;
  }

  /** The momentum of this batch: 1 / k for the k-th where the statistics are the mean of all. */
  private share(): number | Tensor {
    if (this.momentum !== null || this.numBatchesTracked === null) return this.momentum ?? 0;
    return this.numBatchesTracked.add(1).astype("float32").reciprocal() as Tensor;
  }
}

/**
 * Batch normalisation of input (N, C) or (N, C, L): each channel less its mean, by its standard deviation, then a
 * learned scale and shift. In training mode mean and variance are the batch's, and the running ones move towards them; in
 * eval mode the running ones are used. Parameters `weight` and `bias` (C), buffers `running_mean`, `running_var` and
 * `num_batches_tracked` (Ioffe and Szegedy 2015, Batch Normalization).
 *
 * @throws ValueError where a setting makes no sense, and in forward where a batch has 1 value per channel
 * @example
 * ```ts
 * const norm = nn.batchNorm1d(4);
 * norm.forward(random.normal([8, 4])).shape; // [8, 4]
 * Object.keys(norm.stateDict()); // ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
 * ```
 */
export function batchNorm1d<const C extends number>(
  features: C,
  options: ChannelNormOptions = {},
): ChannelNorm<"batchNorm1d", C> {
  return new ChannelNorm("batchNorm1d", features, options);
}

/**
 * Batch normalisation of input (N, C, H, W), as {@link batchNorm1d}.
 *
 * @throws ValueError where a setting makes no sense, and in forward where a batch has 1 value per channel
 * @example
 * ```ts
 * nn.batchNorm2d(16).forward(random.normal([8, 16, 5, 5])).shape; // [8, 16, 5, 5]
 * ```
 */
export function batchNorm2d<const C extends number>(
  features: C,
  options: ChannelNormOptions = {},
): ChannelNorm<"batchNorm2d", C> {
  return new ChannelNorm("batchNorm2d", features, options);
}

/**
 * Instance normalisation of input (N, C, L) or (C, L): each channel of each sample less its mean, by its standard
 * deviation. No learned scale and shift and no running statistics unless asked for (Ulyanov, Vedaldi and Lempitsky 2016,
 * Instance Normalization).
 *
 * @throws ValueError where a setting makes no sense, and in forward where there is 1 value per channel
 * @example
 * ```ts
 * nn.instanceNorm1d(4).forward(random.normal([8, 4, 10])).shape; // [8, 4, 10]
 * ```
 */
export function instanceNorm1d<const C extends number>(
  features: C,
  options: ChannelNormOptions = {},
): ChannelNorm<"instanceNorm1d", C> {
  return new ChannelNorm("instanceNorm1d", features, { affine: false, trackRunningStats: false, ...options });
}

/**
 * Instance normalisation of input (N, C, H, W) or (C, H, W), as {@link instanceNorm1d}.
 *
 * @throws ValueError where a setting makes no sense, and in forward where there is 1 value per channel
 * @example
 * ```ts
 * nn.instanceNorm2d(4, { affine: true }).parameters().length; // 2
 * ```
 */
export function instanceNorm2d<const C extends number>(
  features: C,
  options: ChannelNormOptions = {},
): ChannelNorm<"instanceNorm2d", C> {
  return new ChannelNorm("instanceNorm2d", features, { affine: false, trackRunningStats: false, ...options });
}

interface LastAxesLayer<Name extends string, End extends Shape> extends ShapeRule {
  readonly output: NormalizedRule<Name, Input<this>, End>;
  readonly expects: Shape;
}

type AsShape<N extends number | Shape> = N extends number ? [N] : N extends Shape ? N : Shape;

/** What layerNorm takes beside the shape. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** A learned scale and shift for each element? true by default. */
  readonly elementwiseAffine?: boolean;
  /** With a learned scale, a shift too? true by default. */
  readonly bias?: boolean;
}

/** Normalisation over the last axes; made by {@link layerNorm} and {@link rmsNorm}. */
export class LastAxesNorm<Name extends "layerNorm" | "rmsNorm", N extends number | Shape> extends Layer<
  LastAxesLayer<Name, AsShape<N>>
> {
  /** A factor for each element, 1 to begin with; null where there is none. */
  readonly weight: Tensor | null;
  /** What is added to each element, 0 to begin with; null where there is none. */
  readonly bias: Tensor | null;
  /** The shape of the last axes; as `normalized`, but always a list. */
  private readonly end: Shape;

  constructor(
    /** What `summary` calls it. */
    readonly operation: Name,
    /** The shape of the last axes, or the size of the last. */
    readonly normalized: N,
    /** Added to the variance or the mean square; null: the distance from 1 to the next number. */
    readonly eps: number | null,
    { elementwiseAffine = true, bias = true }: LayerNormOptions,
  ) {
    super();
    this.end = typeof normalized === "number" ? [normalized] : [...(normalized as Shape)];
    if (this.end.length === 0)
      throw new ValueError(`${operation}: the normalised shape must have at least one axis`);
    sizes(operation, Object.fromEntries(this.end.map((n, i) => [`size ${i}`, n])));
    if (eps !== null) checkEps(operation, eps);
    this.weight = learned(elementwiseAffine, () => ones(this.end) as Tensor);
    this.bias = learned(
      elementwiseAffine && bias && operation === "layerNorm",
      () => zeros(this.end) as Tensor,
    );
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : normalizedShape(this.operation, input, this.end);
  }

  protected compute(x: Tensor): Tensor {
    const { weight, bias, eps, end } = this;
    return this.operation === "layerNorm"
      ? functional.layerNorm(x, end, { weight, bias, eps: eps! })
      : functional.rmsNorm(x, end, { weight, eps });
  }
}

/**
 * Layer normalisation over the last axes, whose shape is given (a number: the last): less their mean, by their standard
 * deviation, then a learned scale and shift for each element; `weight` and `bias` have that shape (Ba, Kiros and Hinton
 * 2016, Layer Normalization).
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * nn.layerNorm(16).forward(random.normal([8, 5, 16])).shape; // [8, 5, 16]
 * nn.layerNorm([5, 16]).parameters().map(({ shape }) => shape); // [[5, 16], [5, 16]]
 * ```
 */
export function layerNorm<const N extends number | Shape>(
  normalized: N,
  { eps = 1e-5, ...options }: LayerNormOptions = {},
): LastAxesNorm<"layerNorm", N> {
  return new LastAxesNorm("layerNorm", normalized, eps, options);
}

/** What rmsNorm takes beside the shape. */
export interface RmsNormOptions {
  /** Added to the mean square; the distance from 1 to the next number by default. */
  readonly eps?: number | null;
  /** A learned scale for each element? true by default. */
  readonly elementwiseAffine?: boolean;
}

/**
 * Root mean square normalisation over the last axes, whose shape is given (a number: the last): x / sqrt(mean(x^2) + eps)
 * and a learned scale for each element, `weight` (Zhang and Sennrich 2019, Root Mean Square Layer Normalization).
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * nn.rmsNorm(16).forward(random.normal([8, 5, 16])).shape; // [8, 5, 16]
 * ```
 */
export function rmsNorm<const N extends number | Shape>(
  normalized: N,
  { eps = null, ...options }: RmsNormOptions = {},
): LastAxesNorm<"rmsNorm", N> {
  return new LastAxesNorm("rmsNorm", normalized, eps, options);
}

/** What groupNorm takes beside groups and channels. */
export interface GroupNormOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** A learned scale and shift for each channel? true by default. */
  readonly affine?: boolean;
}

/** Normalisation of groups of channels; made by {@link groupNorm}. */
export class GroupNorm<C extends number> extends Layer<ChannelLayer<"groupNorm", C, typeof ANY_SPATIAL>> {
  /** What `summary` calls it. */
  readonly operation = "groupNorm";
  /** A factor for each channel, 1 to begin with; null where there is none. */
  readonly weight: Tensor | null;
  /** What is added to each channel, 0 to begin with; null where there is none. */
  readonly bias: Tensor | null;
  /** Added to the variance. */
  readonly eps: number;

  constructor(
    /** How many groups. */
    readonly groups: number,
    /** Channels of input and output. */
    readonly channels: C,
    { eps = 1e-5, affine = true }: GroupNormOptions,
  ) {
    super();
    sizes("groupNorm", { groups, channels });
    checkEps("groupNorm", eps);
    if (channels % groups !== 0)
      throw new ValueError(`groupNorm: ${channels} channels do not divide into ${groups} groups`);
    this.eps = eps;
    this.weight = learned(affine, () => ones([channels]) as Tensor);
    this.bias = learned(affine, () => zeros([channels]) as Tensor);
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : channelsShape("groupNorm", input, this.channels, ANY_SPATIAL);
  }

  protected compute(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return functional.groupNorm(x, this.groups, { weight, bias, eps });
  }
}

/**
 * Group normalisation of input (N, C, ...): the channels in groups, each sample's group less its mean, by its standard
 * deviation, then a learned scale and shift for each channel (Wu and He 2018, Group Normalization).
 *
 * @throws ValueError where the channels do not divide into the groups
 * @example
 * ```ts
 * nn.groupNorm(2, 6).forward(random.normal([8, 6, 5, 5])).shape; // [8, 6, 5, 5]
 * ```
 */
export function groupNorm<const C extends number>(
  groups: number,
  channels: C,
  options: GroupNormOptions = {},
): GroupNorm<C> {
  return new GroupNorm(groups, channels, options);
}
