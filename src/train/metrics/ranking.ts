/** Metrics of order: is the right class among the first, do the positives stand before the negatives? */
import { DataError, DTypeError, ShapeError, ValueError } from "../../errors.js";
import { isFloat } from "../../graph/index.js";
import { formatShape } from "../../shape/index.js";
import { arange, stack, type Tensor, takeAlongAxis } from "../../tensor/index.js";
import type { Metric } from "../metrics.js";
import { StreamingMetric } from "./streaming.js";

/**
 * Is the right class among the k that the network finds likeliest? A metric for predictions (n, classes) and labels (n);
 * of equal scores the class that comes first counts as likelier. A score that is NaN is never right.
 *
 * @throws ValueError where k is not a whole number of at least 1
 * @throws ShapeError when it is used, where predictions and labels do not go together, or there are fewer classes
 * @throws DTypeError when it is used, for labels that are not whole numbers
 * @example
 * ```ts
 * const scores = array([[0.1, 0.6, 0.3], [0.5, 0.3, 0.2]]);
 * metrics.topK(2)(scores, array([2, 2], { dtype: "int32" })).toArray(); // [true, false]
 * ```
 */
export function topK(k: number): Metric {
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new ValueError(`topK: k must be a whole number of at least 1, got ${k}`);
  }
  return (prediction, target) => {
    const [n, classes] = prediction.shape as readonly [number, number];
    if (prediction.ndim !== 2 || target.ndim !== 1 || target.shape[0] !== n) {
      throw new ShapeError(
        `topK: predictions (n, classes) and labels (n) are needed, got ${formatShape(prediction.shape)} and ${formatShape(target.shape)}`,
      );
    }
    if (classes < k)
      throw new ShapeError(`topK: there are no ${k} classes in ${formatShape(prediction.shape)}`);
    if (isFloat(target.dtype))
      throw new DTypeError(`topK: labels must be whole numbers, got ${target.dtype}`);
    const labels = target.astype("int32").unsqueeze(-1) as Tensor;
    const own = takeAlongAxis(prediction, labels, -1) as Tensor;
    const places = arange(0, classes, 1, { dtype: "int32" });
    const earlier = prediction.eq(own).logicalAnd(labels.gt(places));
    const before = prediction.le(own).logicalNot().logicalOr(earlier);
    return before.astype("int32").sum(-1).lt(k) as Tensor;
  };
}

/** Scores (n) from scores (n), (n, 1), or of two classes (n, 2): how much likelier class 1 is. */
function scoresOf(prediction: Tensor): Tensor {
  if (prediction.ndim === 1) return prediction;
  if (prediction.ndim === 2 && prediction.shape[1] === 1) return prediction.squeeze(1) as Tensor;
  if (prediction.ndim === 2 && prediction.shape[1] === 2) {
    return prediction.at(":", 1).sub(prediction.at(":", 0)) as Tensor;
  }
  throw new ShapeError(
    `rocAuc: scores must have shape (n), (n, 1) or (n, 2), got ${formatShape(prediction.shape)}; of more classes take one against the rest`,
  );
}

/** The share of pairs of a positive and a negative in which the positive stands higher, equal ones counted half. */
function area(numbers: readonly number[]): number {
  const rows = Array.from({ length: numbers.length / 2 }, (_, i) => ({
    score: numbers[2 * i]!,
    truth: numbers[2 * i + 1]!,
  }));
  for (const { score, truth } of rows) {
    if (Number.isNaN(score)) throw new DataError("rocAuc: a score is NaN");
    if (truth !== 0 && truth !== 1) throw new DataError(`rocAuc: targets must be 0 or 1, got ${truth}`);
  }
  rows.sort((a, b) => (a.score < b.score ? -1 : Number(a.score > b.score)));
  let [wins, negatives, positives] = [0, 0, 0];
  for (let from = 0; from < rows.length; ) {
    let to = from;
    let among = 0;
    for (; to < rows.length && rows[to]!.score === rows[from]!.score; to++) among += rows[to]!.truth;
    const others = to - from - among;
    wins += among * (negatives + others / 2);
    negatives += others;
    positives += among;
    from = to;
  }
  return wins / (positives * negatives);
}

/**
 * The area under the curve of receiver operating characteristics: the probability that a positive sample scores higher
 * than a negative one, equal scores counted half (Hanley and McNeil 1982, The Meaning and Use of the Area under a
 * Receiver Operating Characteristic Curve). Exact: all scores are kept. Predictions are scores (n), (n, 1), or (n, 2) of
 * two classes, in any unit; targets are 0 or 1. Where there are only positives or only negatives it is NaN.
 *
 * @throws ShapeError when it is used, where the shapes do not go together
 * @throws DataError from `compute`, where a score is NaN or a target neither 0 nor 1
 * @example
 * ```ts
 * metrics.rocAuc().update(array([0.1, 0.4, 0.35, 0.8]), array([0, 0, 1, 1])).compute(); // 0.75
 * ```
 */
export function rocAuc(): StreamingMetric {
  return new StreamingMetric((prediction, target) => {
    const scores = scoresOf(prediction);
    const truths = (target.ndim === 2 && target.shape[1] === 1 ? target.squeeze(1) : target) as Tensor;
    if (truths.ndim !== 1 || truths.shape[0] !== scores.shape[0]) {
      throw new ShapeError(
        `rocAuc: ${scores.shape[0]} scores need targets of shape (${scores.shape[0]},), got ${formatShape(target.shape)}`,
      );
    }
    return stack([scores, truths.astype(scores.dtype)], 1) as Tensor;
  }, area);
}
