/** Labels of classes: checked, and turned into what the losses of classification count. */
import { DataError, DTypeError, IndexError, ShapeError, ValueError } from "../../errors.js";
import { isFloat } from "../../graph/index.js";
import { formatShape, sameShape } from "../../shape/index.js";
import { checkValues } from "../../tensor/capture.js";
import { logicalNot, type Tensor, take, takeAlongAxis, where } from "../../tensor/index.js";
import { mustHaveShape } from "../checks.js";
import { type LossOptions, type LossValue, reduced } from "./reduction.js";

/** What the losses of classes take. */
export interface ClassLossOptions extends LossOptions {
  /** How much each class counts, shape (C); the mean is divided by the weights of the labels. */
  readonly weight?: Tensor;
  /** Samples with this label count nothing; -100 by default. */
  readonly ignoreIndex?: number;
}

/** The axis of the classes: the only one, or the second. */
export const classAxis = (scores: Tensor): number => (scores.ndim === 1 ? 0 : 1);

/** Throws unless scores are floats (C), (N, C) or (N, C, d1, ...). */
export function checkScores(name: string, what: string, scores: Tensor): void {
  if (!isFloat(scores.dtype)) throw new DTypeError(`${name}: ${what} must be floats, got ${scores.dtype}`);
  if (scores.ndim < 1) {
    throw new ShapeError(
      `${name}: ${what} must have shape (classes), (batch, classes) or (batch, classes, ...), got ${formatShape(scores.shape)}`,
    );
  }
}

/** A label that is known and no class, or NaN, is an error before anything is computed. */
function checkLabels(name: string, labels: Tensor, classes: number, ignored: number | null): void {
  checkValues(labels.node, (values) =>
    values.forEach((label: number) => {
      if (Number.isNaN(label)) throw new DataError(`${name}: a label is NaN`);
      if ((label >= 0 && label < classes) || label === ignored) return;
      throw new IndexError(
        `${name}: label ${label} is out of bounds for ${classes} classes (0 to ${classes - 1})`,
      );
    }),
  );
}

/** Labels that can be looked up, and which of them count; null where all do. */
export interface Labels {
  readonly safe: Tensor;
  readonly kept: Tensor | null;
}

/** Can a label be the one to be ignored? Where the values are known, is one? */
function mayIgnore(labels: Tensor, ignored: number | null): boolean {
  if (ignored === null) return false;
  if (labels.dtype === "uint8" && ignored < 0) return false;
  const known = labels.node.storage?.host;
  return known === undefined || known.includes(ignored as never);
}

/**
 * Checks the labels of scores: whole numbers from 0 to C - 1 or the ignored one (null: none is), in the shape of the
 * scores without their classes.
 */
export function readLabels(
  name: string,
  what: string,
  scores: Tensor,
  labels: Tensor,
  ignored: number | null,
): Labels {
  if (ignored !== null && !Number.isSafeInteger(ignored)) {
    throw new ValueError(`${name}: ignoreIndex must be a whole number, got ${ignored}`);
  }
  const axis = classAxis(scores);
  const shape = scores.shape.toSpliced(axis, 1);
  if (!sameShape(labels.shape, shape)) {
    throw new ShapeError(
      `${name}: ${what} of shape ${formatShape(scores.shape)} need labels of shape ${formatShape(shape)}, got ${formatShape(labels.shape)}`,
    );
  }
  if (labels.dtype === "bool" || isFloat(labels.dtype)) {
    throw new DTypeError(`${name}: labels must be integers, got ${labels.dtype}; astype("int32") makes them`);
  }
  const classes = scores.shape[axis]!;
  checkLabels(name, labels, classes, ignored);
  const known = labels.node.storage?.host !== undefined;
  // A label that is not known yet must not count from the end: what is below 0 is sent beyond the last class.
  const upright = (known ? labels : where(labels.lt(0), classes, labels)) as Tensor;
  if (!mayIgnore(labels, ignored)) return { safe: upright, kept: null };
  const passed = labels.eq(ignored!) as Tensor;
  return { safe: where(passed, 0, upright) as Tensor, kept: logicalNot(passed) as Tensor };
}

/** The element of each label's class, in the shape of the labels. */
export function atLabels(scores: Tensor, labels: Tensor): Tensor {
  const axis = classAxis(scores);
  return (takeAlongAxis(scores, labels.unsqueeze(axis), axis) as Tensor).squeeze(axis) as Tensor;
}

/** How much each label counts, in the shape of the labels: its class's weight, 0 where it is ignored; null: 1. */
export function labelWeights(
  { safe, kept }: Labels,
  scores: Tensor,
  weight: Tensor | undefined,
): Tensor | null {
  const shares = weight === undefined ? null : (take(weight, safe, 0) as Tensor);
  if (kept === null) return shares;
  return shares === null ? (kept.astype(scores.dtype) as Tensor) : (where(kept, shares, 0) as Tensor);
}

/** The negative log-likelihood of labels, weighted and reduced. */
export function likelihoodLoss(
  name: string,
  logProbabilities: Tensor,
  labels: Labels,
  options: ClassLossOptions,
): LossValue {
  checkClassWeight(name, logProbabilities, options.weight);
  const weights = labelWeights(labels, logProbabilities, options.weight);
  return keptLoss(atLabels(logProbabilities, labels.safe).neg() as Tensor, labels, weights, options);
}

/** Losses of labels, each times its weight, 0 where the label is ignored; the mean is divided by the weights. */
export function keptLoss(
  losses: Tensor,
  { kept }: Labels,
  weights: Tensor | null,
  options: LossOptions,
): LossValue {
  if (weights === null) return reduced(losses, options);
  // An ignored label's loss may be infinite, and 0 times that is no number.
  const counted = kept === null ? losses : (where(kept, losses, 0) as Tensor);
  return reduced(counted.mul(weights) as Tensor, options, weights);
}

/** Throws a ShapeError unless there is one weight a class. */
export function checkClassWeight(name: string, scores: Tensor, weight: Tensor | undefined): void {
  if (weight === undefined) return;
  mustHaveShape(name, "the weight (one a class)", weight, [scores.shape[classAxis(scores)]!]);
}
