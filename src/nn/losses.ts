/** Losses: how far a prediction is from the truth, as one number. Formulas and names are PyTorch's. */
import { DataError, DTypeError, IndexError, ShapeError, ValueError } from "../errors.js";
import { type FloatDType, isFloat } from "../graph/index.js";
import { formatShape, type Shape, sameShape } from "../shape/index.js";
import { checkValues } from "../tensor/capture.js";
import { logSoftmax, Tensor, takeAlongAxis, where } from "../tensor/index.js";

/** What becomes of the losses of a batch. */
export type Reduction = "mean" | "sum" | "none";

/** What becomes of a loss. */
export interface LossOptions {
  /** mean by default. */
  readonly reduction?: Reduction;
}

/** A loss as `fit` takes it. */
export type Loss = (prediction: Tensor, target: Tensor) => Tensor<Shape, FloatDType>;

function reduced(losses: Tensor, { reduction = "mean" }: LossOptions): Tensor<Shape, FloatDType> {
  if (!["mean", "sum", "none"].includes(reduction)) {
    throw new ValueError(`reduction must be "mean", "sum" or "none", got ${JSON.stringify(reduction)}`);
  }
  const all = losses as Tensor<Shape, FloatDType>;
  if (reduction === "none") return all;
  return (reduction === "sum" ? all.sum() : all.mean()) as Tensor<Shape, FloatDType>;
}

/** Programs without types pass anything. */
function tensors(name: string, ...given: unknown[]): void {
  for (const value of given) {
    if (!(value instanceof Tensor)) throw new DTypeError(`${name}: prediction and target must be tensors`);
  }
}

function sameShapes(name: string, prediction: Tensor, target: Tensor): void {
  tensors(name, prediction, target);
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
export function mse(
  prediction: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor<Shape, FloatDType> {
  sameShapes("mse", prediction, target);
  return reduced(prediction.sub(target).square(), options);
}

/** A label that is known and no class, or NaN, is an error before anything is computed. */
function checkLabels(labels: Tensor, classes: number): void {
  checkValues(labels.node, (values) =>
    values.forEach((label: number) => {
      if (Number.isNaN(label)) throw new DataError("crossEntropy: a label is NaN");
      if (label >= 0 && label < classes) return;
      throw new IndexError(
        `crossEntropy: label ${label} is out of bounds for ${classes} classes (0 to ${classes - 1})`,
      );
    }),
  );
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
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor<Shape, FloatDType> {
  tensors("crossEntropy", logits, target);
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
  const classes = logits.shape.at(-1)!;
  checkLabels(target, classes);
  // A label that is not known yet must not count from the end: what is below 0 is sent beyond the last class.
  const labels = target.node.storage?.host === undefined ? where(target.lt(0), classes, target) : target;
  const picked = takeAlongAxis(logProbabilities, labels.unsqueeze(-1), -1) as Tensor;
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
export function bceWithLogits(
  logits: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor<Shape, FloatDType> {
  sameShapes("bceWithLogits", logits, target);
  return reduced(logits.softplus().sub(logits.mul(target)), options);
}
