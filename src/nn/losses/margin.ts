/** Losses with a margin: what is right by enough costs nothing. */
import { DataError, DTypeError, ShapeError, ValueError } from "../../errors.js";
import { isFloat } from "../../graph/index.js";
import { formatShape, sameShape } from "../../shape/index.js";
import { checkValues } from "../../tensor/capture.js";
import { arange, minimum, norm, relu, sqrt, type Tensor, take, where } from "../../tensor/index.js";
import { mustHaveShape } from "../checks.js";
import { atLabels, checkClassWeight, checkScores, readLabels } from "./labels.js";
import { type LossOptions, type LossValue, reduced, sameShapes, setting, tensors } from "./reduction.js";

/** What losses with a margin take. */
export interface MarginOptions extends LossOptions {
  /** By how much the right must win. */
  readonly margin?: number;
}

/** What {@link multiMargin} takes. */
export interface MultiMarginOptions extends MarginOptions {
  /** The power of each shortfall, 1 or 2; 1 by default. */
  readonly p?: 1 | 2;
  /** How much each class counts, shape (C). */
  readonly weight?: Tensor;
}

/** What {@link tripletMargin} takes. */
export interface TripletMarginOptions extends MarginOptions {
  /** The norm that distances are measured in; 2 by default. */
  readonly p?: number;
  /** Added to each difference, so that a distance of 0 has a derivative; 1e-6 by default. */
  readonly eps?: number;
  /** Take the distance from the positive to the negative where that is shorter? false by default. */
  readonly swap?: boolean;
}

/** A target that is known must be 1 or -1. */
function checkSigns(name: string, target: Tensor): void {
  checkValues(target.node, (values) =>
    values.forEach((sign: number) => {
      if (sign === 1 || sign === -1) return;
      throw new DataError(`${name}: targets must be 1 or -1, got ${sign}`);
    }),
  );
}

/**
 * The hinge loss of the support vector machine: the mean of max(0, margin - t x) for scores x and targets t that are 1
 * or -1 (Cortes and Vapnik 1995, Support-Vector Networks); the margin is 1 unless given. Both in one shape; the result
 * is 0-d, or in that shape with reduction none. For more classes than two take {@link multiMargin}.
 *
 * @throws ShapeError where the shapes differ
 * @throws DataError where a target that is known is neither 1 nor -1
 * @example
 * ```ts
 * String(nn.hinge(array([2, 0.5, 1]), array([1, 1, -1]), { reduction: "none" })); // [0.  0.5 2. ]
 * ```
 */
export function hinge(prediction: Tensor, target: Tensor, options: MarginOptions = {}): LossValue {
  const { margin = 1 } = options;
  setting("hinge", "margin", margin);
  sameShapes("hinge", prediction, target);
  checkSigns("hinge", target);
  return reduced(relu(prediction.mul(target).neg().add(margin) as Tensor), options);
}

/**
 * The hinge embedding loss of distances x and targets t: the mean of x where t is 1, of max(0, margin - x) where t is
 * -1; the margin is 1 unless given. Both in one shape; the result is 0-d, or in that shape with reduction none.
 *
 * @throws ShapeError where the shapes differ
 * @throws DataError where a target that is known is neither 1 nor -1
 * @example
 * ```ts
 * String(nn.hingeEmbedding(array([0.25, 0.25]), array([1, -1]), { reduction: "none" })); // [0.25 0.75]
 * ```
 */
export function hingeEmbedding(distance: Tensor, target: Tensor, options: MarginOptions = {}): LossValue {
  const { margin = 1 } = options;
  setting("hingeEmbedding", "margin", margin);
  sameShapes("hingeEmbedding", distance, target);
  checkSigns("hingeEmbedding", target);
  const apart = relu(distance.neg().add(margin) as Tensor);
  return reduced(where(target.eq(1), distance, apart) as Tensor, options);
}

/**
 * The hinge loss of several classes: the mean over samples of sum_(i != t) max(0, margin - x[t] + x[i])^p / C for
 * scores (N, C) or (C) and integer labels t (N) or () (Weston and Watkins 1999, Support Vector Machines for Multi-Class
 * Pattern Recognition); margin and p are 1 unless given. The result is 0-d, or with reduction none in the shape of the
 * labels.
 *
 * @throws ShapeError where scores and labels, or weights and classes, do not go together
 * @throws IndexError where a label is not in 0..C-1
 * @throws ValueError where p is neither 1 nor 2
 * @example
 * ```ts
 * const labels = array([1], { dtype: "int32" });
 * String(nn.multiMargin(array([[0.25, 0.75, 1]]), labels)); // 0.5833333
 * ```
 */
export function multiMargin(scores: Tensor, target: Tensor, options: MultiMarginOptions = {}): LossValue {
  const name = "multiMargin";
  const { margin = 1, p = 1, weight } = options;
  if (p !== 1 && p !== 2) throw new ValueError(`${name}: p must be 1 or 2, got ${p}`);
  setting(name, "margin", margin);
  tensors(name, scores, target);
  checkScores(name, "scores", scores);
  if (scores.ndim > 2) {
    throw new ShapeError(
      `${name}: scores must have shape (classes) or (batch, classes), got ${formatShape(scores.shape)}`,
    );
  }
  checkClassWeight(name, scores, weight);
  const { safe } = readLabels(name, "scores", scores, target, null);
  const right = atLabels(scores, safe).unsqueeze(-1) as Tensor;
  const short = relu(scores.sub(right).add(margin)) as Tensor;
  const powered = (p === 2 ? short.mul(short) : short) as Tensor;
  const classes = scores.shape.at(-1)!;
  const isRight = safe.unsqueeze(-1).eq(arange(0, classes, 1, { dtype: "int32" })) as Tensor;
  const total = where(isRight, 0, powered).sum(-1).div(classes) as Tensor;
  return reduced(weight === undefined ? total : (total.mul(take(weight, safe, 0)) as Tensor), options);
}

/** Added to each squared length: PyTorch's constant, a float32. */
const LEAST_SQUARE = Math.fround(1e-12);

/**
 * The cosine embedding loss of pairs (N, D) or (D) and targets (N) or (): 1 - cos where the target is 1, max(0, cos -
 * margin) where it is -1, and their mean; the margin is 0 unless given. The result is 0-d, or with reduction none in
 * the shape of the targets.
 *
 * @throws ShapeError where the three do not go together
 * @throws DataError where a target that is known is neither 1 nor -1
 * @example
 * ```ts
 * const [a, b] = [array([[1, 0], [1, 0]]), array([[1, 0], [1, 1]])];
 * String(nn.cosineEmbedding(a, b, array([1, -1]), { reduction: "none" })); // [0.         0.70710677]
 * ```
 */
export function cosineEmbedding(
  a: Tensor,
  b: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): LossValue {
  const name = "cosineEmbedding";
  const { margin = 0 } = options;
  setting(name, "margin", margin);
  sameShapes(name, a, b);
  if (a.ndim < 1 || a.ndim > 2) {
    throw new ShapeError(
      `${name}: inputs must have shape (batch, size) or (size), got ${formatShape(a.shape)}`,
    );
  }
  mustHaveShape(name, "the target", target, a.shape.slice(0, -1));
  checkSigns(name, target);
  const square = (x: Tensor): Tensor => x.mul(x).sum(-1).add(LEAST_SQUARE) as Tensor;
  const cosine = a
    .mul(b)
    .sum(-1)
    .div(sqrt(square(a).mul(square(b)))) as Tensor;
  const near = cosine.neg().add(1);
  return reduced(where(target.eq(1), near, relu(cosine.sub(margin) as Tensor)) as Tensor, options);
}

/**
 * The triplet margin loss of anchors, positives and negatives (N, D) or (D): the mean of max(0, margin + d(a, p) -
 * d(a, n)) with d(x, y) = |x - y + eps|_p (Balntas et al. 2016, Learning Local Feature Descriptors with Triplets and
 * Shallow Convolutional Neural Networks); margin 1, p 2, eps 1e-6 unless given. The result is 0-d, or with reduction
 * none in the shape without its last axis.
 *
 * @throws ShapeError where the shapes differ
 * @throws ValueError where margin or p is not above 0
 * @example
 * ```ts
 * const [anchor, positive, negative] = [array([[0, 0]]), array([[0, 1]]), array([[3, 4]])];
 * String(nn.tripletMargin(anchor, positive, negative, { margin: 5 })); // 1.0000005
 * ```
 */
export function tripletMargin(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): LossValue {
  const name = "tripletMargin";
  const { margin = 1, p = 2, eps = 1e-6, swap = false } = options;
  setting(name, "margin", margin, "positive");
  if (p !== Infinity) setting(name, "p", p, "positive");
  setting(name, "eps", eps, 0);
  tensors(name, anchor, positive, negative);
  if (!isFloat(anchor.dtype)) throw new DTypeError(`${name}: inputs must be floats, got ${anchor.dtype}`);
  const shapes = [anchor, positive, negative].map(({ shape }) => shape);
  if (anchor.ndim < 1 || !shapes.every((shape) => sameShape(shape, anchor.shape))) {
    throw new ShapeError(
      `${name}: anchor, positive and negative must have one shape (..., size), got ${shapes.map(formatShape).join(", ")}`,
    );
  }
  const distance = (x: Tensor, y: Tensor): Tensor => norm(x.sub(y).add(eps), p, -1) as Tensor;
  const far = distance(anchor, negative);
  const farther = swap ? (minimum(far, distance(positive, negative)) as Tensor) : far;
  return reduced(relu(distance(anchor, positive).add(margin).sub(farther) as Tensor), options);
}
