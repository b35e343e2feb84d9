/** Losses: how far a prediction is from the truth, as one number. Formulas and names are PyTorch's. */
import { DataError, DTypeError, IndexError, ShapeError } from "../errors.js";
import { isFloat } from "../graph/index.js";
import { formatShape, sameShape } from "../shape/index.js";
import { logSoftmax, type Tensor, takeAlongAxis } from "../tensor/index.js";

/** What becomes of the losses of a batch. */
export type Reduction = "mean" | "sum" | "none";

/** What becomes of a loss. */
export interface LossOptions {
  /** mean by default. */
  readonly reduction?: Reduction;
}

/** A loss as `fit` takes it. */
export type Loss = (prediction: Tensor, target: Tensor) => Tensor;

function reduced(losses: Tensor, { reduction = "mean" }: LossOptions): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? losses.sum() : losses.mean();
}

function sameShapes(name: string, prediction: Tensor, target: Tensor): void {
  if (sameShape(prediction.shape, target.shape)) return;
  throw new ShapeError(
    `${name}: the prediction has shape ${formatShape(prediction.shape)}, the target ${formatShape(target.shape)}`,
  );
}

/**
 * Mean squared error: the mean of (prediction - target)^2. Both in one shape; the result is 0-d, or in that shape
 * with reduction none.
 *
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * String(nn.mse(array([1, 2]), array([1, 4]))); // 2.0
 * ```
 */
export function mse(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  sameShapes("mse", prediction, target);
  return reduced(prediction.sub(target).square(), options);
}

/** A label that is known and no class, or NaN, is an error before anything is computed. */
function checkLabels(labels: Tensor, classes: number): void {
  labels.node.storage?.data.forEach((label: number) => {
    if (Number.isNaN(label)) throw new DataError("crossEntropy: a label is NaN");
    if (label >= 0 && label < classes) return;
    throw new IndexError(
      `crossEntropy: label ${label} is out of bounds for ${classes} classes (0 to ${classes - 1})`,
    );
  });
}

/**
 * Cross-entropy of logits (N, C) or (C): mean of -ln softmax(logits)[label] for integer labels (N), or of
 * -sum p ln softmax(logits) for probabilities in the shape of the logits.
 *
 * @throws ShapeError where logits and labels do not go together
 * @throws IndexError where a label is not in 0..C-1
 * @throws DTypeError where the logits are not floats or the labels are bool
 * @example
 * ```ts
 * const logits = array([[2, 0], [0, 2]]);
 * String(nn.crossEntropy(logits, array([0, 1], { dtype: "int32" }))); // 0.12692805
 * ```
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  if (!isFloat(logits.dtype))
    throw new DTypeError(`crossEntropy: logits must be floats, got ${logits.dtype}`);
  if (logits.ndim < 1 || logits.ndim > 2) {
    throw new ShapeError(
      `crossEntropy: logits must have shape (batch, classes), got ${formatShape(logits.shape)}`,
    );
  }
  const logProbabilities = logSoftmax(logits, -1) as Tensor;
  if (isFloat(target.dtype)) {
    sameShapes("crossEntropy", logits, target);
    return reduced(logProbabilities.mul(target).sum(-1).neg(), options);
  }
  if (!sameShape(target.shape, logits.shape.slice(0, -1))) {
    throw new ShapeError(
      `crossEntropy: logits of shape ${formatShape(logits.shape)} need labels of shape ${formatShape(logits.shape.slice(0, -1))}, got ${formatShape(target.shape)}`,
    );
  }
  if (target.dtype === "bool") throw new DTypeError("crossEntropy: labels must be integers, got bool");
  checkLabels(target, logits.shape.at(-1)!);
  const picked = takeAlongAxis(logProbabilities, target.unsqueeze(-1), -1) as Tensor;
  return reduced(picked.squeeze(-1).neg(), options);
}

/**
 * Binary cross-entropy of logits x and targets t in [0, 1], mean of ln(1 + exp(x)) - x t, which does not
 * overflow. Both in one shape; the result is 0-d, or in that shape with reduction none.
 *
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * String(nn.bceWithLogits(array([0, 3]), array([1, 1]))); // 0.37086725
 * ```
 */
export function bceWithLogits(logits: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  sameShapes("bceWithLogits", logits, target);
  return reduced(logits.softplus().sub(logits.mul(target)), options);
}
