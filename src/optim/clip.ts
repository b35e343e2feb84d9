/** Clipping: gradients that are too large are made smaller before an optimizer's step. */
import { DTypeError, ValueError } from "../errors.js";
import { cast, constant, detach, type Node, stretch } from "../graph/index.js";
import { add, clip, div, minimum, mul, norm, ravel, stack } from "../ops/index.js";
import { noGrad, Tensor, wrapNode } from "../tensor/index.js";
import { noteUnread } from "../tensor/tensor.js";
import type { Optimizer } from "./optimizer.js";

/** Whose gradients: parameters, or all of an optimizer's. */
export type Clipped = Tensor | readonly Tensor[] | Optimizer;

/** What clipGradNorm takes beside the largest norm. */
export interface ClipGradNormOptions {
  /** The order of the norm; 2 by default, Infinity for the largest absolute value. */
  readonly normType?: number;
}

/** Those parameters that have gradients, each once. */
function withGradients(name: string, given: Clipped): Tensor[] {
  const list =
    given instanceof Tensor ? [given] : Array.isArray(given) ? given : (given as Optimizer).parameters;
  if (!Array.isArray(list)) throw new DTypeError(`${name}: a list of parameters is needed`);
  for (const parameter of list)
    if (!(parameter instanceof Tensor)) throw new DTypeError(`${name}: parameters must be tensors`);
  return [...new Set(list as readonly Tensor[])].filter(({ grad }) => grad !== null);
}

const gradient = ({ grad }: Tensor): Node => detach(grad!.node);

/**
 * Scales all gradients by one factor, so that their norm as one long vector is at most maxNorm; where it is smaller already,
 * they stay as they are. The factor is min(1, maxNorm / (norm + 1e-6)), as PyTorch's clip_grad_norm_ has it. Call it between
 * `backward()` and `step()`, in a compiled function too.
 *
 * @param parameters tensors, or an optimizer for all of its parameters
 * @param maxNorm Infinity only measures
 * @returns the norm before, 0-d; it is NaN or infinite where a gradient is, and the gradients are then NaN or 0
 * @throws ValueError where maxNorm is negative or normType is not above 0
 * @example
 * ```ts
 * const w = array([3, 4], { requiresGrad: true });
 * w.square().sum().div(2).backward();
 * optim.clipGradNorm([w], 1).item(); // 5
 * String(w.grad?.round(3)); // [0.6 0.8]
 * ```
 */
export function clipGradNorm(
  parameters: Clipped,
  maxNorm: number,
  { normType = 2 }: ClipGradNormOptions = {},
): Tensor {
  if (!(maxNorm >= 0)) throw new ValueError(`clipGradNorm: maxNorm must be at least 0, got ${maxNorm}`);
  if (!(normType > 0)) throw new ValueError(`clipGradNorm: normType must be above 0, got ${normType}`);
  const clipped = withGradients("clipGradNorm", parameters);
  if (clipped.length === 0) return new Tensor(constant(0, "float32"));
  const gradients = clipped.map(gradient);
  const total = norm(stack(gradients.map((g) => norm(ravel(g), normType, 0))), normType, 0);
  const factor = minimum(div(maxNorm, add(total, 1e-6)), 1);
  noGrad(() => {
    clipped.forEach((parameter, i) => {
      const g = gradients[i]!;
      parameter.grad = wrapNode(mul(g, stretch(cast(factor, g.dtype), g.shape)));
    });
  });
  // A step computes it along with its update, so that reading it later computes nothing again.
  const result = new Tensor(total);
  noteUnread(result);
  return result;
}

/**
 * Brings every element of the gradients into [-clipValue, clipValue], as PyTorch's clip_grad_value_ does. Call it between
 * `backward()` and `step()`, in a compiled function too.
 *
 * @param parameters tensors, or an optimizer for all of its parameters
 * @throws ValueError where clipValue is negative
 * @example
 * ```ts
 * const w = array([3, -0.25], { requiresGrad: true });
 * w.square().sum().backward();
 * optim.clipGradValue([w], 1);
 * String(w.grad); // [ 1.  -0.5]
 * ```
 */
export function clipGradValue(parameters: Clipped, clipValue: number): void {
  if (!(clipValue >= 0))
    throw new ValueError(`clipGradValue: clipValue must be at least 0, got ${clipValue}`);
  noGrad(() => {
    for (const parameter of withGradients("clipGradValue", parameters))
      parameter.grad = wrapNode(clip(gradient(parameter), -clipValue, clipValue));
  });
}
