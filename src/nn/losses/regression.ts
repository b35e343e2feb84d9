/** Losses of numbers that ought to be other numbers: the difference, squared, absolute, or something between. */
import { abs, square, type Tensor, where } from "../../tensor/index.js";
import { mustHaveShape } from "../checks.js";
import { type LossOptions, type LossValue, reduced, sameShapes, setting } from "./reduction.js";

/** What the losses of differences take. */
export interface RegressionLossOptions extends LossOptions {
  /** How much each element counts, in the shape of the prediction; the mean is divided by the sum of the weights. */
  readonly weight?: Tensor;
}

/** What {@link huber} takes. */
export interface HuberOptions extends LossOptions {
  /** How much each element counts, in the shape of the prediction. The mean is not divided by it, as PyTorch's is not. */
  readonly weight?: Tensor;
  /** Where the square turns into a line; 1 by default. */
  readonly delta?: number;
}

/** What {@link smoothL1} takes. */
export interface SmoothL1Options extends LossOptions {
  /** Where the square turns into a line; 1 by default. */
  readonly beta?: number;
}

function weighted(name: string, losses: Tensor, options: RegressionLossOptions): LossValue {
  const { weight } = options;
  if (weight === undefined) return reduced(losses, options);
  mustHaveShape(name, "the weight", weight, losses.shape);
  return reduced(losses.mul(weight), options, weight);
}

/**
 * Mean squared error: the mean of (prediction - target)^2. Both in one shape; the result is 0-d, or in that shape
 * with reduction none.
 *
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * String(nn.mse(array([1, 2]), array([1, 4]))); // 2.0
 * ```
 */
export function mse(prediction: Tensor, target: Tensor, options: RegressionLossOptions = {}): LossValue {
  sameShapes("mse", prediction, target);
  return weighted("mse", square(prediction.sub(target)) as Tensor, options);
}

/**
 * Mean absolute error: the mean of |prediction - target|, whose derivative at 0 is 0. Both in one shape; the result
 * is 0-d, or in that shape with reduction none.
 *
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * String(nn.l1(array([1, 2]), array([1, 4]))); // 1.0
 * ```
 */
export function l1(prediction: Tensor, target: Tensor, options: RegressionLossOptions = {}): LossValue {
  sameShapes("l1", prediction, target);
  return weighted("l1", abs(prediction.sub(target)) as Tensor, options);
}

/**
 * The Huber loss: d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), with d = prediction - target (Huber 1964,
 * Robust Estimation of a Location Parameter). Both in one shape; the result is 0-d, or in that shape with reduction none.
 *
 * @throws ShapeError where the shapes differ
 * @throws ValueError where delta is not above 0
 * @example
 * ```ts
 * String(nn.huber(array([1, 2]), array([1.5, 5]), { reduction: "none" })); // [0.125 2.5  ]
 * ```
 */
export function huber(prediction: Tensor, target: Tensor, options: HuberOptions = {}): LossValue {
  const { delta = 1, weight } = options;
  setting("huber", "delta", delta, "positive");
  sameShapes("huber", prediction, target);
  const size = abs(prediction.sub(target)) as Tensor;
  const line = size.sub(0.5 * delta).mul(delta);
  const losses = where(size.le(delta), square(size).mul(0.5), line) as Tensor;
  if (weight === undefined) return reduced(losses, options);
  mustHaveShape("huber", "the weight", weight, losses.shape);
  return reduced(losses.mul(weight) as Tensor, options);
}

/**
 * The smooth L1 loss: d^2 / (2 beta) where |d| < beta, else |d| - beta / 2, with d = prediction - target (Girshick
 * 2015, Fast R-CNN); with beta 0 it is {@link l1}. Both in one shape; the result is 0-d, or in that shape with
 * reduction none.
 *
 * @throws ShapeError where the shapes differ
 * @throws ValueError where beta is negative
 * @example
 * ```ts
 * String(nn.smoothL1(array([1, 2]), array([1.5, 5]), { beta: 0.5, reduction: "none" })); // [0.25 2.75]
 * ```
 */
export function smoothL1(prediction: Tensor, target: Tensor, options: SmoothL1Options = {}): LossValue {
  const { beta = 1 } = options;
  setting("smoothL1", "beta", beta, 0);
  sameShapes("smoothL1", prediction, target);
  const size = abs(prediction.sub(target)) as Tensor;
  if (beta === 0) return reduced(size, options);
  const curve = square(size).mul(0.5 / beta);
  return reduced(where(size.lt(beta), curve, size.sub(0.5 * beta)) as Tensor, options);
}
