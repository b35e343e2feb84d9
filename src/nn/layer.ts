/** Layers: modules from one tensor to one tensor whose effect on shapes is known. */

import { DTypeError, ValueError } from "../errors.js";
import type { Check, Ok } from "../shape/index.js";
import { Tensor } from "../tensor/index.js";
import { Module } from "./module.js";
import type { Apply, OutputDType, PartialShape, ShapeRule } from "./shape-rule.js";

/**
 * The base of layers: a module from one tensor to one tensor. Extend {@link Module} for networks of your own; a layer is
 * needed only to stand in `sequential`.
 */
export abstract class Layer<R extends ShapeRule = ShapeRule> extends Module {
  /** The effect on shapes, for the compiler only. */
  declare readonly rule: R;

  /** Computes the output; layers say how. */
  protected abstract compute(x: Tensor): Tensor;

  /**
   * The run-time half of the rule: the output's shape for an input's. Unknown sizes are -1, and null is a shape of
   * unknown rank.
   *
   * @throws ShapeError where the shape does not fit the layer
   * @example
   * ```ts
   * nn.linear(784, 10).outputShape([-1, 784]); // [-1, 10]
   * ```
   */
  abstract outputShape(input: PartialShape): PartialShape;

  /**
   * The most that is known of an input before there is one, as `outputShape` writes it.
   *
   * @example
   * ```ts
   * nn.linear(784, 10).expects(); // [-1, 784]
   * ```
   */
  expects(): PartialShape {
    return null;
  }

  /**
   * The output for an input: the shape is the layer's rule applied to the input's.
   *
   * @throws ShapeError where the shape does not fit the layer; the editor shows the same words
   * @example
   * ```ts
   * nn.linear(3, 2).forward(zeros([5, 3])).shape; // [5, 2]
   * nn.linear(3, 2).forward(zeros([5, 4])); // ShapeError: linear: expected last dimension 3, got 4 in shape (5,4)
   * ```
   */
  forward<X extends Tensor>(
    x: Check<Apply<R, X["shape"]>, X>,
  ): Tensor<Ok<Apply<R, X["shape"]>>, OutputDType<R, X["dtype"]>> {
    const input: unknown = x;
    if (!(input instanceof Tensor))
      throw new DTypeError("forward: the input must be a tensor; array(...) makes one");
    this.outputShape(input.shape);
    return this.compute(input) as never;
  }
}

/** Throws a ValueError unless it is a layer: programs without types pass anything. */
export function mustBeLayer(what: string, value: unknown): void {
  if (value instanceof Layer) return;
  const hint = value instanceof Module ? "; put this into a Module of your own" : ", such as nn.relu()";
  throw new ValueError(`${what} must be a layer${hint}`);
}
