/** Activation functions as layers. The functions themselves are in `tensor/functions.ts`. */
import type { Tensor } from "../tensor/index.js";
import { step as stepFunction } from "./functional.js";
import { Layer } from "./layer.js";
import type { PartialShape, SameShape } from "./shape-rule.js";

/** A layer that changes each element by itself. */
export class Activation extends Layer<SameShape> {
  readonly #apply: (x: Tensor) => Tensor;

  constructor(
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

/** 1 where x > 0, else 0: the perceptron's. No derivative comes through. */
export const step = (): Activation => new Activation("step", stepFunction);
/** 1 / (1 + exp(-x)). */
export const sigmoid = (): Activation => new Activation("sigmoid", (x) => x.sigmoid());
/** (exp(x) - exp(-x)) / (exp(x) + exp(-x)). */
export const tanh = (): Activation => new Activation("tanh", (x) => x.tanh());
/** max(0, x). */
export const relu = (): Activation => new Activation("relu", (x) => x.relu());
/** x itself. */
export const identity = (): Activation => new Activation("identity", (x) => x);
/** exp(x) / sum exp(x) along an axis, the last by default. */
export const softmax = (axis = -1): Activation => new Activation("softmax", (x) => x.softmax(axis));
