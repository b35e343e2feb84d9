/** Activation functions as layers. The functions themselves are in `tensor/`, `smooth-functions` and `piecewise-functions`. */
import type { Tensor } from "../tensor/index.js";
import { step as stepFunction } from "./functional.js";
import { Layer } from "./layer.js";
import * as piecewise from "./piecewise-functions.js";
import { finite, settingsMust } from "./settings.js";
import type { PartialShape, SameShape } from "./shape-rule.js";
import * as smooth from "./smooth-functions.js";

/** The settings of an activation, by the names of its options. */
export type ActivationSettings = Readonly<Record<string, number | string>>;

/** A layer that changes each element by itself, or along one axis. */
export class Activation extends Layer<SameShape> {
  readonly #apply: (x: Tensor) => Tensor;

  constructor(
    /** Its name. */
    readonly kind: string,
    apply: (x: Tensor) => Tensor,
    /** What makes it again, with its name. */
    readonly settings: ActivationSettings = {},
  ) {
    super();
    this.#apply = apply;
  }

  outputShape(input: PartialShape): PartialShape {
    return input;
  }

  protected compute(x: Tensor): Tensor {
    return this.#apply(x);
  }
}

/**
 * The step function as a layer, the perceptron's: 1 where x > 0, else 0. Any shape; it stays, and so does the dtype.
 * Its derivative is 0 everywhere (Rosenblatt 1958, The Perceptron).
 *
 * @example
 * ```ts
 * String(nn.step().forward(array([-1, 0, 2]))); // [0. 0. 1.]
 * ```
 */
export const step = (): Activation => new Activation("step", stepFunction);
/**
 * The logistic function as a layer: 1 / (1 + e^-x). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.sigmoid().forward(array([-1, 1, 2]))); // [0.26894143 0.7310586  0.880797  ]
 * ```
 */
export const sigmoid = (): Activation => new Activation("sigmoid", (x) => x.sigmoid());
/**
 * The hyperbolic tangent as a layer: (e^x - e^-x) / (e^x + e^-x). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.tanh().forward(array([-1, 0, 1]))); // [-0.7615942  0.         0.7615942]
 * ```
 */
export const tanh = (): Activation => new Activation("tanh", (x) => x.tanh());
/**
 * The rectified linear unit as a layer: max(0, x). Any shape; it stays (Nair and Hinton 2010, Rectified Linear Units
 * Improve Restricted Boltzmann Machines).
 *
 * @example
 * ```ts
 * String(nn.relu().forward(array([-1, 0, 2]))); // [0. 0. 2.]
 * ```
 */
export const relu = (): Activation => new Activation("relu", (x) => x.relu());
/**
 * The identity as a layer: x. Any shape; it stays. What the output of a regression has.
 *
 * @example
 * ```ts
 * String(nn.identity().forward(array([-1, 2]))); // [-1.  2.]
 * ```
 */
export const identity = (): Activation => new Activation("identity", (x) => x);

/** Throws a ValueError unless an axis is a whole number; whether the input has it, its shape says. */
function checkAxis(name: string, axis: number): void {
  settingsMust(name, Number.isSafeInteger(axis), `the axis must be a whole number, got ${String(axis)}`);
}

const along = (kind: string, axis: number, apply: (x: Tensor) => unknown): Activation => {
  checkAxis(kind, axis);
  return new Activation(kind, (x) => apply(x) as Tensor, { axis });
};

/**
 * Probabilities from scores as a layer: e^x / sum e^x along an axis, the last by default. Any shape; it stays. For
 * training leave it out: {@link crossEntropy} takes the scores.
 *
 * @throws AxisError in forward, where the input has no such axis
 * @example
 * ```ts
 * String(nn.softmax().forward(array([[0, 0], [0, Math.log(3)]]))); // [[0.5  0.5 ]
 *                                                                  //  [0.25 0.75]]
 * ```
 */
export const softmax = (axis = -1): Activation => along("softmax", axis, (x) => x.softmax(axis));
/**
 * Log-probabilities from scores as a layer: x - ln sum e^x along an axis, the last by default. Any shape; it stays.
 * {@link nll} takes them.
 *
 * @throws AxisError in forward, where the input has no such axis
 * @example
 * ```ts
 * String(nn.logSoftmax().forward(array([0, Math.log(3)]))); // [-1.3862944  -0.28768212]
 * ```
 */
export const logSoftmax = (axis = -1): Activation => along("logSoftmax", axis, (x) => x.logSoftmax(axis));
/**
 * Probabilities that are large where the input is small, as a layer: {@link functional.softmin}. Any shape; it stays.
 *
 * @throws AxisError in forward, where the input has no such axis
 * @example
 * ```ts
 * String(nn.softmin().forward(array([0, Math.log(3)]))); // [0.75 0.25]
 * ```
 */
export const softmin = (axis = -1): Activation => along("softmin", axis, (x) => smooth.softmin(x, axis));

/**
 * The exponential linear unit as a layer: x above 0, alpha (e^x - 1) at 0 and below. Any shape; it stays.
 *
 * @throws ValueError where alpha is not finite
 * @example
 * ```ts
 * String(nn.elu({ alpha: 0.5 }).forward(array([-1, 0, 2]))); // [-0.31606027  0.          2.        ]
 * ```
 */
export function elu({ alpha = 1 }: smooth.EluOptions = {}): Activation {
  finite("elu", { alpha });
  return new Activation("elu", (x) => smooth.elu(x, { alpha }), { alpha });
}
/**
 * The scaled exponential linear unit as a layer: {@link functional.selu}. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.selu().forward(array([-1, 0, 2]))); // [-1.1113307  0.         2.101402 ]
 * ```
 */
export const selu = (): Activation => new Activation("selu", smooth.selu);
/**
 * The continuously differentiable exponential linear unit as a layer: x above 0, alpha (e^(x / alpha) - 1) at 0 and
 * below. Any shape; it stays.
 *
 * @throws ValueError where alpha is 0 or not finite
 * @example
 * ```ts
 * String(nn.celu({ alpha: 2 }).forward(array([-1, 0, 2]))); // [-0.78693867  0.          2.        ]
 * ```
 */
export function celu({ alpha = 1 }: smooth.EluOptions = {}): Activation {
  finite("celu", { alpha });
  settingsMust("celu", alpha !== 0, "alpha must not be 0");
  return new Activation("celu", (x) => smooth.celu(x, { alpha }), { alpha });
}
/**
 * The Gaussian error linear unit as a layer: x (1 + erf(x / sqrt(2))) / 2, or with `approximate: "tanh"` the form of tanh.
 * Any shape; it stays.
 *
 * @throws ValueError where approximate is another word
 * @example
 * ```ts
 * String(nn.gelu().forward(array([-1, 0, 2]))); // [-0.15865526  0.          1.9544997 ]
 * ```
 */
export function gelu({ approximate = "none" }: smooth.GeluOptions = {}): Activation {
  smooth.checkApproximate(approximate);
  return new Activation("gelu", (x) => smooth.gelu(x, { approximate }), { approximate });
}
/**
 * The sigmoid linear unit (swish) as a layer: x / (1 + e^-x). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.silu().forward(array([-1, 0, 2]))); // [-0.26894143  0.          1.761594  ]
 * ```
 */
export const silu = (): Activation => new Activation("silu", smooth.silu);
/**
 * Mish as a layer: x tanh(ln(1 + e^x)). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.mish().forward(array([-1, 0, 2]))); // [-0.30340147  0.          1.943959  ]
 * ```
 */
export const mish = (): Activation => new Activation("mish", smooth.mish);
/**
 * The leaky rectified linear unit as a layer: x above 0, negativeSlope x (0.01 unless given) at 0 and below. Any shape; it
 * stays.
 *
 * @throws ValueError where the slope is not finite
 * @example
 * ```ts
 * String(nn.leakyRelu({ negativeSlope: 0.2 }).forward(array([-1, 0, 2]))); // [-0.2  0.   2. ]
 * ```
 */
export function leakyRelu({ negativeSlope = 0.01 }: piecewise.LeakyReluOptions = {}): Activation {
  finite("leakyRelu", { negativeSlope });
  return new Activation("leakyRelu", (x) => piecewise.leakyRelu(x, { negativeSlope }), { negativeSlope });
}
/**
 * min(max(0, x), 6) as a layer. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.relu6().forward(array([-1, 2, 8]))); // [0. 2. 6.]
 * ```
 */
export const relu6 = (): Activation => new Activation("relu6", piecewise.relu6);
/**
 * x kept between minVal (-1) and maxVal (1), as a layer. Any shape; it stays.
 *
 * @throws ValueError where minVal is not below maxVal, or one is not finite
 * @example
 * ```ts
 * String(nn.hardtanh().forward(array([-3, 0.5, 2]))); // [-1.   0.5  1. ]
 * ```
 */
export function hardtanh({ minVal = -1, maxVal = 1 }: piecewise.HardtanhOptions = {}): Activation {
  piecewise.checkBounds(minVal, maxVal);
  return new Activation("hardtanh", (x) => piecewise.hardtanh(x, { minVal, maxVal }), { minVal, maxVal });
}
/**
 * A sigmoid of straight lines as a layer: min(max(0, x + 3), 6) / 6. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.hardsigmoid().forward(array([-4, 0, 1.5]))); // [0.   0.5  0.75]
 * ```
 */
export const hardsigmoid = (): Activation => new Activation("hardsigmoid", piecewise.hardsigmoid);
/**
 * x min(max(0, x + 3), 6) / 6 as a layer. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.hardswish().forward(array([-4, 0, 1.5]))); // [-0.     0.     1.125]
 * ```
 */
export const hardswish = (): Activation => new Activation("hardswish", piecewise.hardswish);
/**
 * 0 between -lambda and lambda (0.5), else x, as a layer. Any shape; it stays.
 *
 * @throws ValueError where lambda is negative or not finite
 * @example
 * ```ts
 * String(nn.hardshrink().forward(array([-1, 0.5, 2]))); // [-1.  0.  2.]
 * ```
 */
export function hardshrink({ lambda = 0.5 }: piecewise.ShrinkOptions = {}): Activation {
  piecewise.checkLambda("hardshrink", lambda);
  return new Activation("hardshrink", (x) => piecewise.hardshrink(x, { lambda }), { lambda });
}
/**
 * x nearer to 0 by lambda (0.5), as a layer: {@link functional.softshrink}. Any shape; it stays.
 *
 * @throws ValueError where lambda is negative or not finite
 * @example
 * ```ts
 * String(nn.softshrink().forward(array([-1, 0.5, 2]))); // [-0.5  0.   1.5]
 * ```
 */
export function softshrink({ lambda = 0.5 }: piecewise.ShrinkOptions = {}): Activation {
  piecewise.checkLambda("softshrink", lambda);
  return new Activation("softshrink", (x) => piecewise.softshrink(x, { lambda }), { lambda });
}
/**
 * x - tanh(x) as a layer. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.tanhshrink().forward(array([-1, 0, 2]))); // [-0.23840582  0.          1.0359724 ]
 * ```
 */
export const tanhshrink = (): Activation => new Activation("tanhshrink", smooth.tanhshrink);
/**
 * A smooth relu as a layer: ln(1 + e^(beta x)) / beta, and x where beta x is above the threshold; 1 and 20 unless given.
 * Any shape; it stays.
 *
 * @throws ValueError where beta is 0, or a setting is not finite
 * @example
 * ```ts
 * String(nn.softplus({ beta: 2 }).forward(array([-1, 0, 100]))); // [6.346400e-02 3.465736e-01 1.000000e+02]
 * ```
 */
export function softplus({ beta = 1, threshold = 20 }: smooth.SoftplusOptions = {}): Activation {
  smooth.checkSoftplus(beta, threshold);
  return new Activation("softplus", (x) => smooth.softplus(x, { beta, threshold }), { beta, threshold });
}
/**
 * x / (1 + |x|) as a layer. Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.softsign().forward(array([-1, 0, 3]))); // [-0.5   0.    0.75]
 * ```
 */
export const softsign = (): Activation => new Activation("softsign", smooth.softsign);
/**
 * The logarithm of the sigmoid as a layer: -ln(1 + e^-x). Any shape; it stays.
 *
 * @example
 * ```ts
 * String(nn.logSigmoid().forward(array([-100, 0, 2]))); // [-100.          -0.6931472   -0.126928 ]
 * ```
 */
export const logSigmoid = (): Activation => new Activation("logSigmoid", smooth.logSigmoid);
/**
 * x where it is above the threshold, else a value, as a layer. Any shape; it stays.
 *
 * @throws ValueError where a setting is not finite
 * @example
 * ```ts
 * String(nn.threshold(1, -7).forward(array([-1, 0.5, 2]))); // [-7. -7.  2.]
 * ```
 */
export function threshold(threshold: number, value: number): Activation {
  finite("threshold", { threshold, value });
  return new Activation("threshold", (x) => piecewise.threshold(x, threshold, value), { threshold, value });
}
