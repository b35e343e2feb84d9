/** Normalisation: less its mean, by its standard deviation, over some axes; then a learned scale and shift. */
import { ShapeError, ValueError } from "../../errors.js";
import { cast, type Node, quotientOf, reshape } from "../../graph/index.js";
import * as ops from "../../ops/index.js";
import {
  ANY_SPATIAL,
  channelsShape,
  formatShape,
  normalizedShape,
  type Shape,
  sizeOf,
} from "../../shape/index.js";
import { type Tensor, wrapNode } from "../../tensor/index.js";
import { noteRunning } from "../../tensor/tensor.js";
import { mustHaveShape } from "../checks.js";

/** The learned scale and shift, and what keeps the division from zero. */
export interface NormOptions {
  /** A factor for each channel (or element); none by default. */
  readonly weight?: Tensor | null | undefined;
  /** What is added to each channel (or element); nothing by default. */
  readonly bias?: Tensor | null | undefined;
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number | undefined;
}

/** What normalisation over a batch takes beside. */
export interface BatchNormOptions extends NormOptions {
  /** Use the batch's own statistics, and move the running ones? false by default. */
  readonly training?: boolean | undefined;
  /** How far the running statistics move towards the batch's; 0.1 by default. */
  readonly momentum?: number | Tensor | undefined;
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** (x - mean) / sqrt(variance + eps), for statistics that broadcast against x. */
function standardize(x: Node, mean: Node, variance: Node, eps: number): Node {
  return ops.mul(ops.sub(x, mean), ops.div(1, ops.sqrt(ops.add(variance, eps))));
}

/** x weight + bias, both in the shape `own`, as `shape` that broadcasts against x. */
function scaled(name: string, x: Node, { weight, bias }: NormOptions, own: Shape, shape = own): Node {
  if (weight != null) mustHaveShape(name, "the weight", weight, own);
  if (bias != null) mustHaveShape(name, "the bias", bias, own);
  const y = weight == null ? x : ops.mul(x, reshape(weight.node, shape));
  return bias == null ? y : ops.add(y, reshape(bias.node, shape));
}

const floating = (x: Tensor): Node => cast(x.node, quotientOf(x.dtype));

/** Normalises each channel (axis 1) over the batch and the sizes; moves the running statistics where it is told to. */
function overBatch(x: Node, running: RunningStatistics | null, options: BatchNormOptions): Node {
  const { training = false, momentum = 0.1, eps = 1e-5 } = options;
  const channels = x.shape.map((n, axis) => (axis === 1 ? n : 1));
  const own = x.shape.slice(1, 2);
  if (!training && running !== null) {
    const [mean, variance] = [running.mean.node, running.variance.node].map((s) => reshape(s, channels));
    return scaled("batchNorm", standardize(x, mean!, variance!, eps), options, own, channels);
  }
  const axes = [0, ...range(2, x.shape.length - 2)];
  const count = axes.reduce((n, axis) => n * x.shape[axis]!, 1);
  if (count === 1 || (count === 0 && x.shape[0] !== 0)) {
    throw new ValueError(
      `batchNorm: learning needs more than 1 value per channel, got input of shape ${formatShape(x.shape)}; call eval() to use the running statistics`,
    );
  }
  const [mean, variance] = [ops.mean(x, axes, { keepdims: true }), ops.variance(x, axes, { keepdims: true })];
  if (training && running !== null && count > 0) {
    move(running.mean, mean, momentum);
    move(running.variance, ops.mul(variance, count / (count - 1)), momentum);
  }
  return scaled("batchNorm", standardize(x, mean, variance, eps), options, own, channels);
}

interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Throws unless both running statistics have one number for each channel. */
function checkRunning(name: string, mean: Tensor | null, variance: Tensor | null, channels: number): void {
  if (mean !== null) mustHaveShape(name, "the running mean", mean, [channels]);
  if (variance !== null) mustHaveShape(name, "the running variance", variance, [channels]);
}

/** (1 - momentum) running + momentum now. */
function move(running: Tensor, now: Node, momentum: number | Tensor): void {
  const share = typeof momentum === "number" ? momentum : momentum.node;
  const rest = typeof momentum === "number" ? 1 - momentum : ops.sub(1, momentum.node);
  const moved = ops.add(ops.mul(running.node, rest), ops.mul(reshape(now, running.shape), share));
  running.assign(wrapNode(moved));
  noteRunning(running);
}

/**
 * Batch normalisation of x (N, C, ...): (x - mean) / sqrt(variance + eps) weight + bias for each channel, with the
 * running statistics, or while learning (`training`) with those of the batch over all axes but the second, the variance
 * divided by n. Then the running ones move: (1 - momentum) running + momentum batch, the variance divided by n - 1
 * (Ioffe and Szegedy 2015, Batch Normalization). They are changed in place; null: there are none.
 *
 * @throws ShapeError where the channels are not as many as the statistics
 * @throws ValueError where there is nothing to take statistics of
 * @example
 * ```ts
 * const [mean, variance] = [zeros([1]), ones([1])];
 * const y = nn.functional.batchNorm(array([[1], [3]]), mean, variance, { training: true });
 * y.round().toArray(); // [[-1], [1]]
 * [mean.toArray(), variance.toArray()].map(([n]) => n!.toFixed(1)); // ["0.2", "1.1"]
 * ```
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  const running =
    runningMean !== null && runningVar !== null ? { mean: runningMean, variance: runningVar } : null;
  const channels = running?.mean.shape[0] ?? options.weight?.shape[0] ?? x.shape[1] ?? 0;
  channelsShape("batchNorm", x.shape, channels, ANY_SPATIAL);
  checkRunning("batchNorm", runningMean, runningVar, channels);
  return wrapNode(overBatch(floating(x), running, options));
}

/**
 * Instance normalisation of x (N, C, ...): as {@link batchNorm}, with statistics of each sample by itself. Running
 * statistics, if any, move towards the mean of those of the samples (Ulyanov, Vedaldi and Lempitsky 2016, Instance
 * Normalization).
 *
 * @throws ShapeError where the channels are not as many as the statistics
 * @throws ValueError where there is nothing to take statistics of
 * @example
 * ```ts
 * nn.functional.instanceNorm(array([[[1, 3]], [[5, 9]]])).round().toArray(); // [[[-1, 1]], [[-1, 1]]]
 * ```
 */
export function instanceNorm(
  x: Tensor,
  runningMean: Tensor | null = null,
  runningVar: Tensor | null = null,
  { training = true, momentum = 0.1, eps = 1e-5, ...affine }: BatchNormOptions = {},
): Tensor {
  const channels = runningMean?.shape[0] ?? affine.weight?.shape[0] ?? x.shape[1] ?? 0;
  channelsShape("instanceNorm", x.shape, channels, ANY_SPATIAL);
  checkRunning("instanceNorm", runningMean, runningVar, channels);
  const input = floating(x);
  const places = x.shape.map((n, axis) => (axis === 1 ? n : 1));
  const own = x.shape.slice(1, 2);
  if (!training && runningMean !== null && runningVar !== null) {
    const [mean, variance] = [runningMean.node, runningVar.node].map((s) => reshape(s, places));
    return wrapNode(scaled("instanceNorm", standardize(input, mean!, variance!, eps), affine, own, places));
  }
  const axes = range(2, x.ndim - 2);
  const count = sizeOf(x.shape.slice(2));
  if (count <= 1) {
    throw new ValueError(
      `instanceNorm: learning needs more than 1 value per channel and sample, got input of shape ${formatShape(x.shape)}`,
    );
  }
  const mean = ops.mean(input, axes, { keepdims: true });
  const variance = ops.variance(input, axes, { keepdims: true });
  if (runningMean !== null && runningVar !== null && x.shape[0] !== 0) {
    move(runningMean, ops.mean(mean, 0), momentum);
    move(runningVar, ops.mul(ops.mean(variance, 0), count / (count - 1)), momentum);
  }
  return wrapNode(scaled("instanceNorm", standardize(input, mean, variance, eps), affine, own, places));
}

const listOf = (shape: number | Shape): Shape => (typeof shape === "number" ? [shape] : shape);

/** The last axes, as many as the shape has; throws a ValueError where it has none. */
function lastAxes(name: string, x: Tensor, shape: Shape): number[] {
  if (shape.length === 0) throw new ValueError(`${name}: the normalised shape must have at least one axis`);
  normalizedShape(name, x.shape, shape);
  return range(x.ndim - shape.length, shape.length);
}

/**
 * Layer normalisation over the last axes, whose shape is given (a number: the last): (x - mean) / sqrt(variance + eps)
 * weight + bias, the variance divided by n; weight and bias have that shape (Ba, Kiros and Hinton 2016, Layer
 * Normalization).
 *
 * @throws ShapeError where x does not end with that shape
 * @example
 * ```ts
 * nn.functional.layerNorm(array([[1, 3], [5, 9]]), 2).round().toArray(); // [[-1, 1], [-1, 1]]
 * ```
 */
export function layerNorm(x: Tensor, shape: number | Shape, options: NormOptions = {}): Tensor {
  const axes = lastAxes("layerNorm", x, listOf(shape));
  const input = floating(x);
  const mean = ops.mean(input, axes, { keepdims: true });
  const variance = ops.variance(input, axes, { keepdims: true });
  const y = standardize(input, mean, variance, options.eps ?? 1e-5);
  return wrapNode(scaled("layerNorm", y, options, listOf(shape)));
}

/** The distance from 1 to the next number: what keeps rmsNorm from dividing by zero. */
const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 } as const;

/**
 * Root mean square normalisation over the last axes, whose shape is given (a number: the last): x / sqrt(mean(x^2) +
 * eps) weight. Without `eps` it is the distance from 1 to the next number of the dtype (Zhang and Sennrich 2019, Root
 * Mean Square Layer Normalization).
 *
 * @throws ShapeError where x does not end with that shape
 * @example
 * ```ts
 * String(nn.functional.rmsNorm(array([3, 4, 0, 0]), 4).mul(10).round()); // [12. 16.  0.  0.]
 * ```
 */
export function rmsNorm(
  x: Tensor,
  shape: number | Shape,
  {
    weight,
    eps,
  }: { readonly weight?: Tensor | null | undefined; readonly eps?: number | null | undefined } = {},
): Tensor {
  const axes = lastAxes("rmsNorm", x, listOf(shape));
  const input = floating(x);
  const square = ops.mean(ops.square(input), axes, { keepdims: true });
  const least = eps ?? EPSILON[input.dtype as keyof typeof EPSILON];
  const y = ops.mul(input, ops.div(1, ops.sqrt(ops.add(square, least))));
  return wrapNode(scaled("rmsNorm", y, { weight }, listOf(shape)));
}

/**
 * Group normalisation of x (N, C, ...): the channels in groups, each sample's group normalised over its channels and
 * sizes; then weight and bias for each channel (Wu and He 2018, Group Normalization).
 *
 * @throws ShapeError where x has no channels, or they do not divide into the groups
 * @example
 * ```ts
 * nn.functional.groupNorm(array([[1, 3, 5, 9]]), 2).round().toArray(); // [[-1, 1, -1, 1]]
 * ```
 */
export function groupNorm(x: Tensor, groups: number, options: NormOptions = {}): Tensor {
  const channels = x.shape[1] ?? 0;
  if (!Number.isSafeInteger(groups) || groups < 1 || channels % groups !== 0 || x.ndim < 2) {
    throw new ShapeError(
      `groupNorm: expected input (batch, channels, ...) whose channels divide into ${groups} groups, but got shape ${formatShape(x.shape)}`,
    );
  }
  const [batch, ...rest] = x.shape as unknown as [number, ...number[]];
  const inner = sizeOf(rest) / groups;
  const input = reshape(floating(x), [batch, groups, inner]);
  const mean = ops.mean(input, 2, { keepdims: true });
  const variance = ops.variance(input, 2, { keepdims: true });
  const y = reshape(standardize(input, mean, variance, options.eps ?? 1e-5), x.shape);
  return wrapNode(
    scaled(
      "groupNorm",
      y,
      options,
      [channels],
      x.shape.map((n, axis) => (axis === 1 ? n : 1)),
    ),
  );
}
