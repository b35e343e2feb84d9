/** Convolutions and their transposes as layers, with PyTorch's parameter names, layouts and initial values. */
import { ValueError } from "../errors.js";
import {
  type Conv as ConvRule,
  type ConvTransposeOptions,
  type ConvTranspose as ConvTransposeRule,
  convShape,
  convTransposeShape,
  type Fill,
  type FloorDivide,
  normalizeConv,
  normalizeConvTranspose,
  type PerAxis,
  type Shape,
  type SpatialRank,
  spread,
} from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { oneOf, sizes } from "./checks.js";
import {
  type ConvolutionOptions,
  checkConv,
  convolution,
  transposedConvolution,
} from "./functional/convolution.js";
import { uniformFanIn } from "./init.js";
import { Layer } from "./layer.js";
import type { BiasOption } from "./layers.js";
import { type Input, type PartialShape, type ShapeRule, UNKNOWN } from "./shape-rule.js";

type Kernel<K extends PerAxis, Rank extends SpatialRank> = K extends number
  ? Fill<K, Rank>
  : K extends readonly [...infer Sizes extends number[]]
    ? number extends Sizes["length"]
      ? Fill<number, Rank>
      : [...Sizes]
    : Fill<number, Rank>;

type PerGroup<Channels extends number, O> = O extends { readonly groups: infer Groups extends number }
  ? FloorDivide<Channels, Groups>
  : Channels;

interface ConvLayer<
  Rank extends SpatialRank,
  In extends number,
  Out extends number,
  K extends PerAxis,
  O extends ConvolutionOptions,
> extends ShapeRule {
  readonly output: ConvRule<Input<this>, [Out, PerGroup<In, O>, ...Kernel<K, Rank>], O>;
  readonly expects: [number, In, ...Fill<number, Rank>];
}

interface ConvTransposeLayer<
  Rank extends SpatialRank,
  In extends number,
  Out extends number,
  K extends PerAxis,
  O extends ConvTransposeOptions,
> extends ShapeRule {
  readonly output: ConvTransposeRule<Input<this>, [In, PerGroup<Out, O>, ...Kernel<K, Rank>], O>;
  readonly expects: [number, In, ...Fill<number, Rank>];
}

/** What both kinds of convolution hold: a weight for each pair of channels of a group, and a bias. */
abstract class Convolving<
  R extends ShapeRule,
  O extends { readonly groups?: number | undefined },
> extends Layer<R> {
  /** (out, in / groups, kernel...), or transposed (in, out / groups, kernel...). */
  readonly weight: Tensor;
  /** Shape (out). */
  readonly bias: Tensor | null;

  constructor(
    /** What `summary` calls it. */
    readonly operation: string,
    /** How many axes the kernel slides over. */
    readonly rank: number,
    /** Channels of the input. */
    readonly inChannels: number,
    /** Channels of the output. */
    readonly outChannels: number,
    kernel: PerAxis,
    /** Stride, padding, dilation, groups and bias. */
    readonly options: O & BiasOption,
    transposed: boolean,
  ) {
    super();
    checkConv(operation, transposed, options);
    const window = spread(kernel, rank, [], 1, `${operation}: the kernel`);
    const groups = options.groups ?? 1;
    sizes(operation, { inChannels, outChannels, groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ValueError(
        `${operation}: ${inChannels} and ${outChannels} channels do not divide into ${groups} groups`,
      );
    }
    this.check(window);
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const shape = [first, second / groups, ...window];
    const fanIn = shape.slice(1).reduce((a, b) => a * b);
    this.weight = uniformFanIn(shape, fanIn);
    this.bias = (options.bias ?? true) ? uniformFanIn([outChannels], fanIn) : null;
  }

  /** Throws a ValueError unless the settings make sense together. */
  protected abstract check(kernel: readonly number[]): void;

  override expects(): PartialShape {
    return [UNKNOWN, this.inChannels, ...new Array<number>(this.rank).fill(UNKNOWN)];
  }
}

/** Convolution; made by {@link conv1d}, {@link conv2d} and {@link conv3d}. */
export class Convolution<
  Rank extends SpatialRank,
  In extends number,
  Out extends number,
  K extends PerAxis,
  O extends ConvolutionOptions,
> extends Convolving<ConvLayer<Rank, In, Out, K, O>, O> {
  constructor(
    rank: Rank,
    inChannels: In,
    outChannels: Out,
    /** One size for all axes of the kernel, or one an axis. */
    readonly kernel: K,
    options: O & BiasOption,
  ) {
    super(`conv${rank}d`, rank, inChannels, outChannels, kernel, options, false);
  }

  protected check(kernel: readonly number[]): void {
    normalizeConv(this.operation, kernel, this.options);
    const { paddingMode = "zeros" } = this.options;
    oneOf(`${this.operation}: paddingMode`, paddingMode, ["zeros", "reflect", "replicate", "circular"]);
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : convShape(input, this.weight.shape, this.options);
  }

  protected compute(x: Tensor): Tensor {
    return convolution(this.rank, x, this.weight, this.bias, this.options);
  }
}

/** Transposed convolution; made by {@link convTranspose1d}, {@link convTranspose2d} and {@link convTranspose3d}. */
export class TransposedConvolution<
  Rank extends SpatialRank,
  In extends number,
  Out extends number,
  K extends PerAxis,
  O extends ConvTransposeOptions,
> extends Convolving<ConvTransposeLayer<Rank, In, Out, K, O>, O> {
  constructor(
    rank: Rank,
    inChannels: In,
    outChannels: Out,
    /** One size for all axes of the kernel, or one an axis. */
    readonly kernel: K,
    options: O & BiasOption,
  ) {
    super(`convTranspose${rank}d`, rank, inChannels, outChannels, kernel, options, true);
  }

  protected check(kernel: readonly number[]): void {
    normalizeConvTranspose(this.operation, kernel, this.options);
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : convTransposeShape(input, this.weight.shape as Shape, this.options);
  }

  protected compute(x: Tensor): Tensor {
    return transposedConvolution(this.rank, x, this.weight, this.bias, this.options);
  }
}

/**
 * 1-d convolution (cross-correlation) of input (N, inChannels, L); output (N, outChannels, L') with L' = floor((L + 2
 * padding - dilation (kernel - 1) - 1) / stride) + 1, or L with padding "same" (stride 1). Stride 1, padding 0, dilation
 * 1, one group and padding with zeros unless given. Weight (out, in / groups, kernel) and bias (out) begin uniform
 * between -1/sqrt(n) and 1/sqrt(n) with n = in / groups kernel, as PyTorch's.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * nn.conv1d(4, 8, 3, { padding: "same" }).forward(zeros([2, 4, 50])).shape; // [2, 8, 50]
 * ```
 */
export function conv1d<
  const In extends number,
  const Out extends number,
  const K extends PerAxis,
  const O extends ConvolutionOptions & BiasOption = Record<never, never>,
>(inChannels: In, outChannels: Out, kernel: K, options?: O): Convolution<1, In, Out, K, O> {
  return new Convolution(1, inChannels, outChannels, kernel, options ?? ({} as O));
}

/**
 * 2-d convolution (cross-correlation, as in every deep learning library) of input (N, inChannels, H, W) with kernels
 * (height, width), or one number for both; output (N, outChannels, H', W') with
 * H' = floor((H + 2 padding - dilation (height - 1) - 1) / stride) + 1, or H with padding "same" (stride 1). Stride 1,
 * padding 0, dilation 1, one group and padding with zeros unless given. Weight (out, in / groups, height, width) and bias
 * (out) begin uniform between -1/sqrt(n) and 1/sqrt(n) with n = in / groups height width, as PyTorch's.
 *
 * @throws ValueError where a setting makes no sense, or the channels do not divide into the groups
 * @example
 * ```ts
 * nn.conv2d(1, 16, 3).forward(zeros([8, 1, 28, 28])).shape; // [8, 16, 26, 26]
 * ```
 */
export function conv2d<
  const In extends number,
  const Out extends number,
  const K extends PerAxis,
  const O extends ConvolutionOptions & BiasOption = Record<never, never>,
>(inChannels: In, outChannels: Out, kernel: K, options?: O): Convolution<2, In, Out, K, O> {
  return new Convolution(2, inChannels, outChannels, kernel, options ?? ({} as O));
}

/**
 * 3-d convolution of input (N, inChannels, D, H, W), as {@link conv2d} with one axis more. Weight (out, in / groups,
 * depth, height, width), bias (out).
 *
 * @throws ValueError where a setting makes no sense, or the channels do not divide into the groups
 * @example
 * ```ts
 * nn.conv3d(1, 4, [1, 3, 3]).forward(zeros([2, 1, 5, 8, 8])).shape; // [2, 4, 5, 6, 6]
 * ```
 */
export function conv3d<
  const In extends number,
  const Out extends number,
  const K extends PerAxis,
  const O extends ConvolutionOptions & BiasOption = Record<never, never>,
>(inChannels: In, outChannels: Out, kernel: K, options?: O): Convolution<3, In, Out, K, O> {
  return new Convolution(3, inChannels, outChannels, kernel, options ?? ({} as O));
}

/**
 * The transpose of a 1-d convolution: input (N, inChannels, L), output (N, outChannels, L') with L' = (L - 1) stride - 2
 * padding + dilation (kernel - 1) + outputPadding + 1. Stride 1, padding 0, dilation 1, outputPadding 0 and one group
 * unless given. Weight (in, out / groups, kernel) and bias (out) begin uniform between -1/sqrt(n) and 1/sqrt(n) with n =
 * out / groups kernel, as PyTorch's.
 *
 * @throws ValueError where a setting makes no sense, or the channels do not divide into the groups
 * @example
 * ```ts
 * nn.convTranspose1d(8, 4, 2, { stride: 2 }).forward(zeros([2, 8, 25])).shape; // [2, 4, 50]
 * ```
 */
export function convTranspose1d<
  const In extends number,
  const Out extends number,
  const K extends PerAxis,
  const O extends ConvTransposeOptions & BiasOption = Record<never, never>,
>(inChannels: In, outChannels: Out, kernel: K, options?: O): TransposedConvolution<1, In, Out, K, O> {
  return new TransposedConvolution(1, inChannels, outChannels, kernel, options ?? ({} as O));
}

/**
 * The transpose of a 2-d convolution: input (N, inChannels, H, W), output (N, outChannels, H', W') with H' = (H - 1) stride
 * - 2 padding + dilation (height - 1) + outputPadding + 1 (Zeiler et al. 2010, Deconvolutional Networks). Settings and
 * initial values as {@link convTranspose1d}. It runs as a convolution does: nothing of the size of all windows is stored.
 *
 * @throws ValueError where a setting makes no sense, or the channels do not divide into the groups
 * @example
 * ```ts
 * const up = nn.convTranspose2d(16, 8, 3, { stride: 2, padding: 1, outputPadding: 1 });
 * up.forward(zeros([4, 16, 7, 7])).shape; // [4, 8, 14, 14]
 * ```
 */
export function convTranspose2d<
  const In extends number,
  const Out extends number,
  const K extends PerAxis,
  const O extends ConvTransposeOptions & BiasOption = Record<never, never>,
>(inChannels: In, outChannels: Out, kernel: K, options?: O): TransposedConvolution<2, In, Out, K, O> {
  return new TransposedConvolution(2, inChannels, outChannels, kernel, options ?? ({} as O));
}

/**
 * The transpose of a 3-d convolution: input (N, inChannels, D, H, W), as {@link convTranspose2d} with one axis more.
 *
 * @throws ValueError where a setting makes no sense, or the channels do not divide into the groups
 * @example
 * ```ts
 * nn.convTranspose3d(4, 2, 2, { stride: 2 }).forward(zeros([1, 4, 3, 3, 3])).shape; // [1, 2, 6, 6, 6]
 * ```
 */
export function convTranspose3d<
  const In extends number,
  const Out extends number,
  const K extends PerAxis,
  const O extends ConvTransposeOptions & BiasOption = Record<never, never>,
>(inChannels: In, outChannels: Out, kernel: K, options?: O): TransposedConvolution<3, In, Out, K, O> {
  return new TransposedConvolution(3, inChannels, outChannels, kernel, options ?? ({} as O));
}
