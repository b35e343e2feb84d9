/** Losses of classes: cross-entropy and negative log-likelihood. */
import { ValueError } from "../../errors.js";
import { isFloat } from "../../graph/index.js";
import { logSoftmax, type Tensor } from "../../tensor/index.js";
import {
  type ClassLossOptions,
  checkClassWeight,
  checkScores,
  classAxis,
  keptLoss,
  labelWeights,
  likelihoodLoss,
  readLabels,
} from "./labels.js";
import { type LossValue, reduced, sameShapes, tensors } from "./reduction.js";

/** What {@link crossEntropy} takes. */
export interface CrossEntropyOptions extends ClassLossOptions {
  /** How much of each target is spread evenly over all classes, 0 to 1; 0 by default. */
  readonly labelSmoothing?: number;
}

const IGNORED = -100;

/**
 * Cross-entropy of logits (N, C), (C) or (N, C, d1, ...): the mean of -ln softmax(logits)[label] for integer labels
 * (N), (), (N, d1, ...), or of -sum p ln softmax(logits) for probabilities p in the shape of the logits. The result is
 * 0-d, or with reduction none in the shape of the labels.
 *
 * `weight` (C) says how much each class counts, labels of `ignoreIndex` count nothing, and `labelSmoothing` s takes
 * (1 - s) p + s / C in place of p (Szegedy et al. 2016, Rethinking the Inception Architecture for Computer Vision).
 *
 * @throws ShapeError where logits and labels, or weights and classes, do not go together
 * @throws IndexError where a label is not in 0..C-1 and is not ignored
 * @throws DTypeError where the logits are not floats or the labels are bool
 * @throws ValueError where labelSmoothing is not between 0 and 1
 * @example
 * ```ts
 * const logits = array([[2, 0], [0, 2]]);
 * const labels = array([0, 1], { dtype: "int32" });
 * String(nn.crossEntropy(logits, labels)); // 0.12692805
 * String(nn.crossEntropy(logits, labels, { labelSmoothing: 0.1 })); // 0.22692806
 * ```
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): LossValue {
  const name = "crossEntropy";
  const { labelSmoothing = 0, ignoreIndex = IGNORED } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ValueError(`${name}: labelSmoothing must be between 0 and 1, got ${labelSmoothing}`);
  }
  tensors(name, logits, target);
  checkScores(name, "logits", logits);
  checkClassWeight(name, logits, options.weight);
  // With one axis less they are labels, whose dtype is looked at there.
  if (isFloat(target.dtype) && target.ndim === logits.ndim)
    return ofProbabilities(name, logits, target, options);
  const labels = readLabels(name, "logits", logits, target, ignoreIndex);
  const logProbabilities = logSoftmax(logits, classAxis(logits)) as Tensor;
  const exact = likelihoodLoss(name, logProbabilities, labels, options);
  if (labelSmoothing === 0) return exact;
  const weights = labelWeights(labels, logits, options.weight);
  const spread = classSum(logProbabilities, options.weight).neg() as Tensor;
  // The spread part is weighted class by class already: a label only says whether it counts, and divides the mean.
  const kept = labelWeights(labels, logits, undefined);
  const even =
    options.weight === undefined || options.reduction === "sum" || options.reduction === "none"
      ? keptLoss(spread, labels, kept, options)
      : keptLoss(spread, labels, kept, { reduction: "sum" }).div(weights!.sum());
  const classes = logits.shape[classAxis(logits)]!;
  return exact.mul(1 - labelSmoothing).add(even.mul(labelSmoothing / classes)) as LossValue;
}

/** The sum over the classes, each times its weight. */
function classSum(scores: Tensor, weight: Tensor | undefined): Tensor {
  const axis = classAxis(scores);
  if (weight === undefined) return scores.sum(axis) as Tensor;
  const along = scores.shape.map((n, i) => (i === axis ? n : 1));
  return scores.mul(weight.reshape(along)).sum(axis) as Tensor;
}

function ofProbabilities(
  name: string,
  logits: Tensor,
  target: Tensor,
  { labelSmoothing = 0, weight, ...options }: CrossEntropyOptions,
): LossValue {
  sameShapes(name, logits, target);
  const axis = classAxis(logits);
  const classes = logits.shape[axis]!;
  const smooth = labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const logProbabilities = logSoftmax(logits, axis) as Tensor;
  return reduced(classSum(logProbabilities.mul(smooth) as Tensor, weight).neg() as Tensor, options);
}

/**
 * Negative log-likelihood of log-probabilities (N, C), (C) or (N, C, d1, ...) with integer labels (N), (), (N, d1,
 * ...): the mean of -logProbabilities[label]. What `logSoftmax` gives goes in; {@link crossEntropy} is both at once.
 * `weight` (C) says how much each class counts, labels of `ignoreIndex` count nothing. The result is 0-d, or with
 * reduction none in the shape of the labels.
 *
 * @throws ShapeError where log-probabilities and labels, or weights and classes, do not go together
 * @throws IndexError where a label is not in 0..C-1 and is not ignored
 * @throws DTypeError where the log-probabilities are not floats or the labels no integers
 * @example
 * ```ts
 * const logProbabilities = array([[0.5, 0.5], [0.1, 0.9]]).log();
 * String(nn.nll(logProbabilities, array([0, 1], { dtype: "int32" }))); // 0.39925385
 * ```
 */
export function nll(logProbabilities: Tensor, target: Tensor, options: ClassLossOptions = {}): LossValue {
  tensors("nll", logProbabilities, target);
  checkScores("nll", "log-probabilities", logProbabilities);
  const ignored = options.ignoreIndex ?? IGNORED;
  const labels = readLabels("nll", "log-probabilities", logProbabilities, target, ignored);
  return likelihoodLoss("nll", logProbabilities, labels, options);
}
