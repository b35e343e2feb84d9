/**
 * Smooth activation functions, as PyTorch defines them: values and derivatives, far out too. What is not chosen is made
 * harmless first, or its derivative would bring NaN into the chosen.
 */
import { gluShape } from "../shape/index.js";
import {
  abs,
  erf,
  expm1,
  sigmoid,
  softmax,
  softplus as softplusOf,
  split,
  type Tensor,
  tanh,
  where,
} from "../tensor/index.js";
import { finite, settingsMust } from "./settings.js";

/** What {@link elu} and {@link celu} take. */
export interface EluOptions {
  /** What the curve goes to below, times -1; 1 by default. */
  readonly alpha?: number;
}

/** What {@link gelu} takes. */
export interface GeluOptions {
  /** none (by default): with the error function; tanh: with the hyperbolic tangent in its place. */
  readonly approximate?: "none" | "tanh";
}

/** What {@link softplus} takes. */
export interface SoftplusOptions {
  /** How sharp the bend is; 1 by default. */
  readonly beta?: number;
  /** Where beta x is above it, the result is x; 20 by default. */
  readonly threshold?: number;
}

/** scale x above 0, scale alpha (e^(rate x) - 1) at 0 and below. */
function exponentialUnit(x: Tensor, alpha: number, scale = 1, rate = 1): Tensor {
  const below = x.le(0) as Tensor;
  const curve = expm1(where(below, x, 0).mul(rate)).mul(alpha * scale);
  return where(below, curve, x.mul(scale)) as Tensor;
}

/**
 * The exponential linear unit: x above 0, alpha (e^x - 1) at 0 and below (Clevert, Unterthiner and Hochreiter 2016,
 * Fast and Accurate Deep Network Learning by Exponential Linear Units). Any shape; it stays.
 *
 * @throws ValueError where alpha is not finite
 * @example
 * ```ts
 * String(nn.functional.elu(array([-1, 0, 2]))); // [-0.63212055  0.          2.        ]
 * ```
 */
export function elu(x: Tensor, { alpha = 1 }: EluOptions = {}): Tensor {
  finite("elu", { alpha });
  return exponentialUnit(x, alpha);
}

/** The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, appendix A1). */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/**
 * The scaled exponential linear unit: s x above 0, s a (e^x - 1) at 0 and below, with s = 1.0507... and a = 1.6732...,
 * which keep activations at mean 0 and variance 1 (Klambauer, Unterthiner, Mayr and Hochreiter 2017, Self-Normalizing
 * Neural Networks). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.selu(array([-1, 0, 2]))); // [-1.1113307  0.         2.101402 ]
 * ```
 */
export function selu(x: Tensor): Tensor {
  return exponentialUnit(x, SELU_ALPHA, SELU_SCALE);
}

/**
 * The continuously differentiable exponential linear unit: x above 0, alpha (e^(x / alpha) - 1) at 0 and below (Barron
 * 2017, Continuously Differentiable Exponential Linear Units). Any shape; it stays.
 *
 * @throws ValueError where alpha is 0 or not finite
 * @example
 * ```ts
 * String(nn.functional.celu(array([-1, 0, 2]), { alpha: 2 })); // [-0.78693867  0.          2.        ]
 * ```
 */
export function celu(x: Tensor, { alpha = 1 }: EluOptions = {}): Tensor {
  finite("celu", { alpha });
  settingsMust("celu", alpha !== 0, "alpha must not be 0");
  return exponentialUnit(x, alpha, 1, 1 / alpha);
}

/**
 * The Gaussian error linear unit: x P(X <= x) of a standard normal X, which is x (1 + erf(x / sqrt(2))) / 2; with
 * `approximate: "tanh"` x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (Hendrycks and Gimpel 2016, Gaussian Error
 * Linear Units). Any shape; it stays.
 *
 * @throws ValueError where approximate is another word
 * @example
 * ```ts
 * String(nn.functional.gelu(array([-1, 0, 2]))); // [-0.15865526  0.          1.9544997 ]
 * String(nn.functional.gelu(array([-1, 0, 2]), { approximate: "tanh" })); // [-0.158808   0.         1.9545977]
 * ```
 */
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  checkApproximate(approximate);
  const half = x.mul(0.5);
  if (approximate === "none") return half.mul(erf(x.mul(Math.SQRT1_2)).add(1)) as Tensor;
  const cubic = x.mul(x).mul(x).mul(0.044715);
  const inner = x.add(cubic).mul(Math.sqrt(2 / Math.PI));
  return half.mul(tanh(inner).add(1)) as Tensor;
}

/** Throws a ValueError unless it is one of gelu's two forms. */
export function checkApproximate(approximate: unknown): void {
  settingsMust(
    "gelu",
    approximate === "none" || approximate === "tanh",
    `approximate must be "none" or "tanh", got ${JSON.stringify(approximate)}`,
  );
}

/**
 * The sigmoid linear unit, also called swish: x / (1 + e^-x) (Elfwing, Uchibe and Doya 2018, Sigmoid-Weighted Linear
 * Units). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.silu(array([-1, 0, 2]))); // [-0.26894143  0.          1.761594  ]
 * ```
 */
export function silu(x: Tensor): Tensor {
  return x.mul(sigmoid(x)) as Tensor;
}

/**
 * x tanh(ln(1 + e^x)) (Misra 2020, Mish: A Self Regularized Non-Monotonic Activation Function). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.mish(array([-1, 0, 2]))); // [-0.30340147  0.          1.943959  ]
 * ```
 */
export function mish(x: Tensor): Tensor {
  return x.mul(tanh(softplusOf(x))) as Tensor;
}

/**
 * x - tanh(x). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.tanhshrink(array([-1, 0, 2]))); // [-0.23840582  0.          1.0359724 ]
 * ```
 */
export function tanhshrink(x: Tensor): Tensor {
  return x.sub(tanh(x)) as Tensor;
}

/** Throws a ValueError unless the settings are finite and beta is not 0. */
export function checkSoftplus(beta: number, threshold: number): void {
  finite("softplus", { beta, threshold });
  settingsMust("softplus", beta !== 0, "beta must not be 0");
}

/**
 * A smooth relu: ln(1 + e^(beta x)) / beta, and x where beta x is above the threshold. Any shape; it stays.
 *
 * @throws ValueError where beta is 0, or a setting is not finite
 * @example
 * ```ts
 * String(nn.functional.softplus(array([-1, 0, 100]), { beta: 2 })); // [6.346400e-02 3.465736e-01 1.000000e+02]
 * ```
 */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Tensor {
  checkSoftplus(beta, threshold);
  const scaled = x.mul(beta) as Tensor;
  return where(scaled.gt(threshold), x, softplusOf(scaled).div(beta)) as Tensor;
}

/**
 * x / (1 + |x|). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.softsign(array([-1, 0, 3]))); // [-0.5   0.    0.75]
 * ```
 */
export function softsign(x: Tensor): Tensor {
  return x.div(abs(x).add(1)) as Tensor;
}

/**
 * The logarithm of the sigmoid: -ln(1 + e^-x), which does not overflow. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.functional.logSigmoid(array([-100, 0, 2]))); // [-100.          -0.6931472   -0.126928 ]
 * ```
 */
export function logSigmoid(x: Tensor): Tensor {
  return softplusOf(x.neg()).neg() as Tensor;
}

/**
 * Probabilities that are large where x is small: softmax(-x) along an axis, the last by default. Any shape; it stays.
 *
 * @throws AxisError where x has no such axis
 * @example
 * ```ts
 * String(nn.functional.softmin(array([0, Math.log(3)]))); // [0.75 0.25]
 * ```
 */
export function softmin(x: Tensor, axis = -1): Tensor {
  return softmax(x.neg(), axis) as Tensor;
}

/**
 * The gated linear unit: a sigmoid(b), where a and b are the halves of x along an axis, the last by default (Dauphin,
 * Fan, Auli and Grangier 2017, Language Modeling with Gated Convolutional Networks). The axis comes out half as long.
 *
 * @throws AxisError where x has no such axis
 * @throws ShapeError where its size is odd
 * @example
 * ```ts
 * String(nn.functional.glu(array([1, 2, 0, 100]))); // [0.5 2. ]
 * ```
 */
export function glu(x: Tensor, axis = -1): Tensor {
  gluShape(x.shape, axis);
  const [a, b] = split(x, 2, axis) as unknown as [Tensor, Tensor];
  return a.mul(sigmoid(b)) as Tensor;
}
