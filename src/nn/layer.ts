/** Layers: modules from one tensor to one tensor whose effect on shapes is known. */

import type { Check, Ok } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { Module } from "./module.js";
import type { Apply, PartialShape, ShapeRule } from "./shape-rule.js";

export abstract class Layer<R extends ShapeRule = ShapeRule> extends Module {
  /** The effect on shapes, for the compiler only. */
  declare readonly rule: R;

  /** Computes the output; layers say how. */
  protected abstract compute(x: Tensor): Tensor;

  /** The run-time half of the rule; unknown sizes are -1, and null is a shape of unknown rank. */
  abstract outputShape(input: PartialShape): PartialShape;

  /** The most that is known of an input before there is one. */
  expects(): PartialShape {
    return null;
  }

  /** The output for an input. A shape that does not fit is red in the editor and a `ShapeError` here. */
  forward<X extends Tensor>(
    x: Check<Apply<R, X["shape"]>, X>,
  ): Tensor<Ok<Apply<R, X["shape"]>>, X["dtype"]> {
    const input = x as unknown as Tensor;
    this.outputShape(input.shape);
    return this.compute(input) as never;
  }
}
