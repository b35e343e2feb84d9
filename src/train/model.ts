/** What can be trained: any module with a `forward`, held by the editor against the samples that it is to take. */
import type { Module } from "../nn/index.js";
import type { Apply, ShapeRule } from "../nn/shape-rule.js";
import type { Check, Shape } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";

/** A module from one tensor to one tensor. */
export type Model = Module & { forward(x: never): Tensor };

/** What the model makes of an input of shape S: a shape, or the sentence that says why it does not fit. */
type Applied<M, S extends Shape> = M extends { readonly rule: infer R extends ShapeRule }
  ? Apply<R, S>
  : M extends { forward(x: infer Input): unknown }
    ? Tensor<S> extends Input
      ? Shape
      : "the model's forward does not take inputs of the dataset's shape"
    : Shape;

/** M where it takes batches of samples of shape X; else the sentence, shown by the editor at the argument. */
export type CheckedModel<M, X extends Shape> = Check<Applied<M, [number, ...X]>, M>;

/** The model's prediction for a batch; what the compiler checked is not asked again. */
export const predict = (model: Model, inputs: Tensor): Tensor => model.forward(inputs as never);
