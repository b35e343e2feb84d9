/** The option `augment`: a random change of the inputs that are learned from, computed in the step; its rule of shapes. */
import { ShapeError } from "../errors.js";
import { type FormatShape, formatShape, type Residual, type Shape, sameShape } from "../shape/index.js";
import { type Generator, random, type Tensor } from "../tensor/index.js";

/** The shape of a batch of inputs of shape X. */
type BatchOf<X extends Shape> = X extends readonly [...infer S extends number[]] ? [number, ...S] : Shape;

/**
 * A change of a batch of inputs that keeps their shape, such as `randomShift(2)` of maru/data or
 * `(x, generator) => x.add(generator.normal(x.shape))`. What is random in it comes from the generator that it is given.
 */
export type InputChange<X extends Shape = Shape, A extends Tensor = Tensor> = (
  inputs: Tensor<BatchOf<X>>,
  generator: Generator,
) => A;

type ShapeOf<A> = A extends Tensor<infer S> ? S : Shape;

type Kept<S extends Shape, R extends Shape> =
  Residual<S, R> extends string
    ? `fit: augment turns inputs of shape ${FormatShape<S>} into ${FormatShape<R>}; it must keep their shape`
    : unknown;

/** Options whose `augment` gives A: anything where that has the inputs' shape, else the sentence, shown there. */
export interface KeepsShape<X extends Shape, A extends Tensor> {
  readonly augment?: Kept<BatchOf<X>, ShapeOf<A>>;
}

/**
 * The inputs of a training batch as they are learned from.
 *
 * @throws ShapeError `fit: augment turns inputs of shape (8,4) into (8,5); it must keep their shape`
 */
export function augmented(augment: InputChange | undefined, inputs: Tensor): Tensor {
  if (augment === undefined) return inputs;
  const changed = augment(inputs as never, random);
  if (sameShape(changed.shape, inputs.shape)) return changed;
  throw new ShapeError(
    `fit: augment turns inputs of shape ${formatShape(inputs.shape)} into ${formatShape(changed.shape)}; it must keep their shape`,
  );
}
