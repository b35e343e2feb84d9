/**
 * Activation functions of straight pieces, as PyTorch defines them: values, and derivatives at their corners too. What is
 * not chosen is made harmless first, or its derivative would bring NaN into the chosen.
 */
import { ShapeError } from "../errors.js";
import { formatShape } from "../shape/index.js";
import { abs, random, type Tensor, where } from "../tensor/index.js";
import { finite, settingsMust } from "./settings.js";

/** What {@link leakyRelu} takes. */
export interface LeakyReluOptions {
  /** The slope below 0; 0.01 by default. */
  readonly negativeSlope?: number;
}

/** What {@link rrelu} takes. */
export interface RReluOptions {
  /** The least slope below 0; 1/8 by default. */
  readonly lower?: number;
  /** The greatest slope below 0; 1/3 by default. */
  readonly upper?: number;
}

/** What {@link hardtanh} takes. */
export interface HardtanhOptions {
  /** The least value; -1 by default. */
  readonly minVal?: number;
  /** The greatest value; 1 by default. */
  readonly maxVal?: number;
}

/** What {@link hardshrink} and {@link softshrink} take. */
export interface ShrinkOptions {
  /** Up to which distance from 0 all is 0; 0.5 by default. PyTorch's `lambd`. */
  readonly lambda?: number;
}

/** x above 0, x times a slope at 0 and below. */
function bent(x: Tensor, slope: Tensor | number): Tensor {
  const above = x.gt(0) as Tensor;
  return where(above, x, where(above, 0, x).mul(slope)) as Tensor;
}

/**
 * The leaky rectified linear unit: x above 0, negativeSlope x at 0 and below (Maas, Hannun and Ng 2013, Rectifier
 * Nonlinearities Improve Neural Network Acoustic Models). Any shape; it stays.
 *
 * @throws ValueError where the slope is not finite
 * @example
 * ```ts
 * String(nn.functional.leakyRelu(array([-1, 0, 2]), { negativeSlope: 0.2 })); // [-0.2  0.   2. ]
 * ```
 */
export function leakyRelu(x: Tensor, { negativeSlope = 0.01 }: LeakyReluOptions = {}): Tensor {
  finite("leakyRelu", { negativeSlope });
  return bent(x, negativeSlope);
}

/**
 * The parametric rectified linear unit: x above 0, weight x at 0 and below (He, Zhang, Ren and Sun 2015, Delving Deep
 * into Rectifiers). The weight has one element, or one for each channel of x (N, C, ...); the shape of x stays.
 *
 * @throws ShapeError where the weight has neither one element nor one a channel
 * @example
 * ```ts
 * String(nn.functional.prelu(array([[-1, -1], [2, -2]]), array([0.25, 0.5]))); // [[-0.25 -0.5 ]
 *                                                                              //  [ 2.   -1.  ]]
 * ```
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  if (weight.size === 1) return bent(x, weight.reshape([]));
  const channels = x.ndim < 2 ? 1 : x.shape[1]!;
  if (weight.ndim !== 1 || weight.size !== channels) {
    throw new ShapeError(
      `prelu: the weight must have 1 element or one for each of ${channels} channels of input ${formatShape(x.shape)}, got ${formatShape(weight.shape)}`,
    );
  }
  return bent(x, weight.reshape(x.shape.map((n, i) => (i === 1 ? n : 1))));
}

/**
 * The randomized leaky rectified linear unit: x above 0, r x at 0 and below. In training each element has an r of its
 * own, uniform between lower and upper; otherwise r is the mean of the two (Xu, Wang, Chen and Li 2015, Empirical
 * Evaluation of Rectified Activations in Convolution Network). Any shape; it stays.
 *
 * @throws ValueError where lower is above upper, or one is not finite
 * @example
 * ```ts
 * String(nn.functional.rrelu(array([-48, 0, 2]))); // [-11.   0.   2.]
 * ```
 */
export function rrelu(x: Tensor, options: RReluOptions & { readonly training?: boolean } = {}): Tensor {
  const { lower = 1 / 8, upper = 1 / 3, training = false } = options;
  checkSlopes(lower, upper);
  if (!training) return bent(x, (lower + upper) / 2);
  const dtype = x.dtype === "float64" ? "float64" : "float32";
  return bent(x, random.uniform(x.shape, { low: lower, high: upper, dtype }) as Tensor);
}

/** Throws a ValueError unless the slopes are finite and in order. */
export function checkSlopes(lower: number, upper: number): void {
  finite("rrelu", { lower, upper });
  settingsMust("rrelu", lower <= upper, `lower must not be above upper, got ${lower} and ${upper}`);
}

/** x kept between two bounds, with derivative 0 at the bounds too. */
function between(x: Tensor, low: number, high: number): Tensor {
  return where(x.le(low), low, where(x.ge(high), high, x)) as Tensor;
}

/** Throws a ValueError unless the bounds are finite and in order. */
export function checkBounds(minVal: number, maxVal: number): void {
  finite("hardtanh", { minVal, maxVal });
  settingsMust("hardtanh", minVal < maxVal, `minVal must be below maxVal, got ${minVal} and ${maxVal}`);
}

/**
 * x kept between minVal and maxVal; the derivative at both is 0. Any shape; it stays.
 *
 * @throws ValueError where minVal is not below maxVal, or one is not finite
 * @example
 * ```ts
 * String(nn.functional.hardtanh(array([-3, 0.5, 2]))); // [-1.   0.5  1. ]
 * ```
 */
export function hardtanh(x: Tensor, { minVal = -1, maxVal = 1 }: HardtanhOptions = {}): Tensor {
  checkBounds(minVal, maxVal);
  return between(x, minVal, maxVal);
}

/**
 * min(max(0, x), 6); the derivative at 0 and 6 is 0 (Howard et al. 2017, MobileNets). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.relu6(array([-1, 2, 8]))); // [0. 2. 6.]
 * ```
 */
export function relu6(x: Tensor): Tensor {
  return between(x, 0, 6);
}

/**
 * A sigmoid of straight lines: min(max(0, x + 3), 6) / 6. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.hardsigmoid(array([-4, 0, 1.5]))); // [0.   0.5  0.75]
 * ```
 */
export function hardsigmoid(x: Tensor): Tensor {
  return between(x.add(3) as Tensor, 0, 6).div(6) as Tensor;
}

/**
 * x min(max(0, x + 3), 6) / 6 (Howard et al. 2019, Searching for MobileNetV3). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.hardswish(array([-4, 0, 1.5]))); // [-0.     0.     1.125]
 * ```
 */
export function hardswish(x: Tensor): Tensor {
  return x.mul(between(x.add(3) as Tensor, 0, 6)).div(6) as Tensor;
}

/** Throws a ValueError unless lambda is a number from 0 on. */
export function checkLambda(name: string, lambda: number): void {
  finite(name, { lambda });
  settingsMust(name, lambda >= 0, `lambda must not be negative, got ${lambda}`);
}

/**
 * 0 between -lambda and lambda, both included, else x. Any shape; it stays.
 *
 * @throws ValueError where lambda is negative or not finite
 * @example
 * ```ts
 * String(nn.functional.hardshrink(array([-1, 0.5, 2]))); // [-1.  0.  2.]
 * ```
 */
export function hardshrink(x: Tensor, { lambda = 0.5 }: ShrinkOptions = {}): Tensor {
  checkLambda("hardshrink", lambda);
  return where(abs(x).le(lambda), 0, x) as Tensor;
}

/**
 * x nearer to 0 by lambda, and 0 where it is not farther than that. Any shape; it stays.
 *
 * @throws ValueError where lambda is negative or not finite
 * @example
 * ```ts
 * String(nn.functional.softshrink(array([-1, 0.5, 2]))); // [-0.5  0.   1.5]
 * ```
 */
export function softshrink(x: Tensor, { lambda = 0.5 }: ShrinkOptions = {}): Tensor {
  checkLambda("softshrink", lambda);
  const nearer = where(x.lt(0), x.add(lambda), x.sub(lambda));
  return where(abs(x).le(lambda), 0, nearer) as Tensor;
}

/**
 * x where it is above the threshold, else a value. Any shape; it stays. NaN stays too.
 *
 * @throws ValueError where a setting is not finite
 * @example
 * ```ts
 * String(nn.functional.threshold(array([-1, 0.5, 2]), 1, -7)); // [-7. -7.  2.]
 * ```
 */
export function threshold(x: Tensor, least: number, value: number): Tensor {
  finite("threshold", { threshold: least, value });
  return where(x.le(least), value, x) as Tensor;
}
