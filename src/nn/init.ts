/** How parameters begin: PyTorch's defaults. */
import type { Shape } from "../shape/index.js";
import { random, type Tensor } from "../tensor/index.js";

/**
 * Uniform between -1/sqrt(fanIn) and 1/sqrt(fanIn): PyTorch's default for the weights and biases of linear and
 * convolutional layers (its kaiming_uniform with a = sqrt(5)).
 */
export function uniformFanIn(shape: Shape, fanIn: number): Tensor<Shape, "float32"> {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  const values = random.uniform(shape, { low: -bound, high: bound }).realize();
  values.requiresGrad = true;
  return values;
}
