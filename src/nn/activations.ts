/** Activation functions as layers. The functions themselves are in `tensor/`. */
import type { Tensor } from "../tensor/index.js";
import { step as stepFunction } from "./functional.js";
import { Layer } from "./layer.js";
import type { PartialShape, SameShape } from "./shape-rule.js";

/** A layer that changes each element by itself. */
export class Activation extends Layer<SameShape> {
  readonly #apply: (x: Tensor) => Tensor;

  constructor(
    /** Its name. */
    readonly kind: string,
    apply: (x: Tensor) => Tensor,
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
export const softmax = (axis = -1): Activation => new Activation("softmax", (x) => x.softmax(axis));
