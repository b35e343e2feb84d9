/** Linear, convolution, pooling and flatten layers, with PyTorch's parameter names, layouts and initial values. */
import { ValueError } from "../errors.js";
import {
  type Conv as Conv2dRule,
  type ConvOptions,
  convShape,
  type Flatten as FlattenRule,
  flattenShape,
  type Linear as LinearRule,
  linearShape,
  type PerAxis,
  type Pool2d as Pool2dRule,
  poolShape,
  type WindowOptions,
} from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import * as functional from "./functional.js";
import { uniformFanIn } from "./init.js";
import { Layer } from "./layer.js";
import { type Input, type PartialShape, type ShapeRule, UNKNOWN } from "./shape-rule.js";

/** Throws unless each is a whole number of at least 1. */
function sizes(name: string, values: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ValueError(`${name}: ${what} must be a whole number of at least 1, got ${value}`);
    }
  }
}

interface LinearLayer<In extends number, Out extends number> extends ShapeRule {
  readonly output: LinearRule<Input<this>, In, Out>;
  readonly expects: [number, In];
}

/** Whether a layer adds a bias. */
export interface BiasOption {
  /** Add a bias? true by default. */
  readonly bias?: boolean;
}

/** y = x W^T + b; made by {@link linear}. */
export class Linear<In extends number, Out extends number> extends Layer<LinearLayer<In, Out>> {
  /** Shape (out, in). */
  readonly weight: Tensor;
  /** Shape (out). */
  readonly bias: Tensor | null;

  constructor(
    /** The size of the last axis of the input. */
    readonly inFeatures: In,
    /** The size of the last axis of the output. */
    readonly outFeatures: Out,
    { bias = true }: BiasOption = {},
  ) {
    super();
    sizes("linear", { inFeatures, outFeatures });
    this.weight = uniformFanIn([outFeatures, inFeatures], inFeatures);
    this.bias = bias ? uniformFanIn([outFeatures], inFeatures) : null;
  }

  override expects(): PartialShape {
    return [UNKNOWN, this.inFeatures];
  }

  outputShape(input: PartialShape): PartialShape {
    if (input === null) return null;
    const known = input.at(-1) === UNKNOWN ? [...input.slice(0, -1), this.inFeatures] : input;
    return linearShape(known, this.inFeatures, this.outFeatures);
  }

  protected compute(x: Tensor): Tensor {
    return functional.linear(x, this.weight, this.bias);
  }
}

/**
 * A linear (fully connected, affine) layer, y = x W^T + b: input (..., inFeatures), output (..., outFeatures), weight
 * (out, in), bias (out). Both begin uniform between -1/sqrt(in) and 1/sqrt(in), as PyTorch's.
 *
 * @throws ValueError where a size is not a whole number of at least 1
 * @example
 * ```ts
 * nn.linear(784, 10).forward(zeros([100, 784])).shape; // [100, 10]
 * ```
 */
export function linear<const In extends number, const Out extends number>(
  inFeatures: In,
  outFeatures: Out,
  options?: BiasOption,
): Linear<In, Out> {
  return new Linear(inFeatures, outFeatures, options);
}

type Pair<K extends PerAxis> = K extends number
  ? [K, K]
  : K extends readonly [infer A extends number, infer B extends number]
    ? [A, B]
    : [number, number];

interface Conv2dLayer<In extends number, Out extends number, K extends PerAxis, O extends ConvOptions>
  extends ShapeRule {
  readonly output: Conv2dRule<
    Input<this>,
    [Out, O extends { readonly groups: number } ? number : In, ...Pair<K>],
    O
  >;
  readonly expects: [number, In, number, number];
}

const pair = (kernel: PerAxis): readonly number[] => (typeof kernel === "number" ? [kernel, kernel] : kernel);

/** 2-d convolution; made by {@link conv2d}. */
export class Conv2d<
  In extends number,
  Out extends number,
  K extends PerAxis,
  O extends ConvOptions,
> extends Layer<Conv2dLayer<In, Out, K, O>> {
  /** Shape (out, in / groups, kernel height, kernel width). */
  readonly weight: Tensor;
  /** Shape (out). */
  readonly bias: Tensor | null;

  constructor(
    /** Channels of the input. */
    readonly inChannels: In,
    /** Channels of the output. */
    readonly outChannels: Out,
    /** Height and width of the kernel, or one number for both. */
    readonly kernel: K,
    /** Stride, padding, dilation, groups and bias. */
    readonly options: O & BiasOption,
  ) {
    super();
    const [height, width] = pair(kernel) as [number, number];
    const groups = options.groups ?? 1;
    sizes("conv2d", { inChannels, outChannels, height, width, groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ValueError(
        `conv2d: ${inChannels} and ${outChannels} channels do not divide into ${groups} groups`,
      );
    }
    const fanIn = (inChannels / groups) * height * width;
    this.weight = uniformFanIn([outChannels, inChannels / groups, height, width], fanIn);
    this.bias = (options.bias ?? true) ? uniformFanIn([outChannels], fanIn) : null;
  }

  override expects(): PartialShape {
    return [UNKNOWN, this.inChannels, UNKNOWN, UNKNOWN];
  }

  outputShape(input: PartialShape): PartialShape {
    const rule = (shape: readonly number[]) => convShape(shape, this.weight.shape, this.options);
    // Channels that do not fit are an error whatever the other sizes are; the sentence shows those as "?".
    const channels = input?.at(-3);
    if (input !== null && channels !== UNKNOWN && channels !== this.inChannels) rule(input);
    return spatial(input, rule, this.outChannels);
  }

  protected compute(x: Tensor): Tensor {
    return functional.conv2d(x, this.weight, this.bias, this.options);
  }
}

/** A rule on (..., channels, height, width) where some sizes may be unknown. */
function spatial(
  input: PartialShape,
  rule: (shape: number[]) => number[],
  channels: number | null,
): PartialShape {
  if (input === null) return null;
  if (!input.includes(UNKNOWN)) return rule([...input]);
  const [height, width] = input.slice(-2);
  if (height !== UNKNOWN && width !== UNKNOWN) {
    const known = rule(input.map((n) => (n === UNKNOWN ? 1 : n)));
    return known.map((n, i) =>
      i < input.length - 3 || (i === input.length - 3 && input[i] === UNKNOWN)
        ? channels !== null && i === input.length - 3
          ? channels
          : input[i]!
        : n,
    );
  }
  return [...input.slice(0, -3), channels ?? input.at(-3)!, UNKNOWN, UNKNOWN];
}

/**
 * 2-d convolution (cross-correlation, as in every deep learning library) of input (N, inChannels, H, W) with kernels
 * (height, width), or one number for both; output (N, outChannels, H', W') with
 * H' = floor((H + 2 padding - dilation (height - 1) - 1) / stride) + 1. Stride 1, padding 0, dilation 1 and one group
 * unless given. Weight (out, in / groups, height, width) and bias (out) begin uniform between -1/sqrt(n) and 1/sqrt(n)
 * with n = in / groups height width, as PyTorch's.
 *
 * @throws ValueError where a size is not a whole number of at least 1, or the channels do not divide into the groups
 * @example
 * ```ts
 * nn.conv2d(1, 16, 3).forward(zeros([8, 1, 28, 28])).shape; // [8, 16, 26, 26]
 * ```
 */
export function conv2d<
  const In extends number,
  const Out extends number,
  const K extends PerAxis,
  const O extends ConvOptions & BiasOption = Record<never, never>,
>(inChannels: In, outChannels: Out, kernel: K, options?: O): Conv2d<In, Out, K, O> {
  return new Conv2d(inChannels, outChannels, kernel, options ?? ({} as O));
}

interface PoolLayer<K extends PerAxis, O extends WindowOptions> extends ShapeRule {
  readonly output: Pool2dRule<Input<this>, K, O>;
  readonly expects: [number, number, number, number];
}

/** Pooling over windows; made by {@link maxPool2d} and {@link avgPool2d}. */
export class Pool2d<K extends PerAxis, O extends WindowOptions> extends Layer<PoolLayer<K, O>> {
  constructor(
    /** What becomes of a window. */
    readonly kind: "max" | "average",
    /** Height and width of the window, or one number for both. */
    readonly kernel: K,
    /** Stride, padding and dilation. */
    readonly options: O,
  ) {
    super();
  }

  override expects(): PartialShape {
    return [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  }

  outputShape(input: PartialShape): PartialShape {
    return spatial(input, (shape) => poolShape(shape, pair(this.kernel), this.options), null);
  }

  protected compute(x: Tensor): Tensor {
    const pool = this.kind === "max" ? functional.maxPool2d : functional.avgPool2d;
    return pool(x, this.kernel, this.options);
  }
}

/**
 * The largest element of each window of input (N, C, H, W), a kernel (height, width) or one number for both; the
 * stride is the kernel unless given. Output (N, C, H', W').
 *
 * @throws ShapeError in forward, where the window is larger than the padded input
 * @example
 * ```ts
 * nn.maxPool2d(2).forward(zeros([8, 16, 26, 26])).shape; // [8, 16, 13, 13]
 * ```
 */
export function maxPool2d<const K extends PerAxis, const O extends WindowOptions = Record<never, never>>(
  kernel: K,
  options?: O,
): Pool2d<K, O> {
  return new Pool2d("max", kernel, options ?? ({} as O));
}

/**
 * The mean of each window of input (N, C, H, W), a kernel (height, width) or one number for both; padding counts as
 * 0, the stride is the kernel unless given. Output (N, C, H', W').
 *
 * @throws ShapeError in forward, where the window is larger than the padded input
 * @example
 * ```ts
 * nn.avgPool2d(3, { stride: 2 }).forward(zeros([8, 16, 27, 27])).shape; // [8, 16, 13, 13]
 * ```
 */
export function avgPool2d<const K extends PerAxis, const O extends WindowOptions = Record<never, never>>(
  kernel: K,
  options?: O,
): Pool2d<K, O> {
  return new Pool2d("average", kernel, options ?? ({} as O));
}

interface FlattenLayer<Start extends number> extends ShapeRule {
  readonly output: FlattenRule<Input<this>, Start>;
  readonly expects: readonly number[];
}

/** Axes made one; made by {@link flatten}. */
export class Flatten<Start extends number> extends Layer<FlattenLayer<Start>> {
  constructor(
    /** The first axis of those made one. */
    readonly start: Start,
  ) {
    super();
  }

  outputShape(input: PartialShape): PartialShape {
    if (input === null) return null;
    if (!input.slice(this.start).includes(UNKNOWN)) {
      const known = flattenShape(
        input.map((n) => (n === UNKNOWN ? 1 : n)),
        this.start,
      );
      return known.map((n, i) => (i < this.start ? input[i]! : n));
    }
    return [...input.slice(0, this.start), UNKNOWN];
  }

  protected compute(x: Tensor): Tensor {
    return x.flatten(this.start);
  }
}

/**
 * All axes from `start` (1: all but the batch) as one of the product of their sizes.
 *
 * @throws AxisError in forward, where the input has no such axis
 * @example
 * ```ts
 * nn.flatten().forward(zeros([8, 16, 13, 13])).shape; // [8, 2704]
 * ```
 */
export function flatten<const Start extends number = 1>(start?: Start): Flatten<Start> {
  return new Flatten(start ?? (1 as Start));
}
