/** Losses of probabilities: binary cross-entropy, from probabilities and from logits, and the divergence of Kullback and Leibler. */
import { DataError } from "../../errors.js";
import { checkValues } from "../../tensor/capture.js";
import { clip, customGradient, exp, log, log1p, softplus, type Tensor, where } from "../../tensor/index.js";
import { oneOf } from "../checks.js";
import { type LossOptions, type LossValue, type Reduction, reduced, sameShapes } from "./reduction.js";

/** What {@link bce} takes. */
export interface BinaryLossOptions extends LossOptions {
  /** How much each element counts; broadcast to the prediction. The mean is not divided by it, as PyTorch's is not. */
  readonly weight?: Tensor;
}

/** What {@link bceWithLogits} takes. */
export interface BceWithLogitsOptions extends BinaryLossOptions {
  /** How much a positive target counts more than a negative one; broadcast to the prediction, such as one a class. */
  readonly posWeight?: Tensor;
}

/** What {@link klDiv} takes. */
export interface KlDivOptions {
  /** mean by default; batchmean, the sum divided by the batch, is the divergence itself. */
  readonly reduction?: Reduction | "batchmean";
  /** Are targets given as logarithms? false by default. */
  readonly logTarget?: boolean;
}

const weighted = (losses: Tensor, options: BinaryLossOptions): LossValue =>
  reduced(options.weight === undefined ? losses : (losses.mul(options.weight) as Tensor), options);

/** What ln p and ln(1 - p) are held at: the logarithm of a probability of 0 would be the end of a training. */
const LEAST_LOG = -100;

/** Keeps p (1 - p) away from 0 in the derivative: PyTorch's constant, a float32. */
const LEAST_SPREAD = Math.fround(1e-12);

const heldLog = (x: Tensor): Tensor => clip(log(x), LEAST_LOG) as Tensor;
const heldLogRest = (x: Tensor): Tensor => clip(log1p(x.neg()), LEAST_LOG) as Tensor;

/** -t ln p - (1 - t) ln(1 - p); by p its derivative is (p - t) / (p (1 - p)), which stays finite at 0 and 1. */
const crossEntropies = customGradient(
  (p: Tensor, t: Tensor): Tensor => heldLogRest(p).mul(t.sub(1)).sub(heldLog(p).mul(t)) as Tensor,
  (g, p, t) => [
    g.mul(p.sub(t)).div(clip(p.mul(p.neg().add(1)), LEAST_SPREAD)) as Tensor,
    g.mul(log1p(p.neg()).sub(log(p))) as Tensor,
  ],
);

/**
 * Binary cross-entropy of probabilities p and targets t in [0, 1]: the mean of -t ln p - (1 - t) ln(1 - p), each
 * logarithm held at -100 or above. Both in one shape; the result is 0-d, or in that shape with reduction none.
 * {@link bceWithLogits} does the sigmoid too, and more exactly.
 *
 * @throws ShapeError where the shapes differ
 * @throws DataError where a prediction that is known is not between 0 and 1
 * @example
 * ```ts
 * String(nn.bce(array([0.5, 0.9]), array([1, 1]))); // 0.39925385
 * ```
 */
export function bce(prediction: Tensor, target: Tensor, options: BinaryLossOptions = {}): LossValue {
  sameShapes("bce", prediction, target);
  checkValues(prediction.node, (values) =>
    values.forEach((p: number) => {
      if (p >= 0 && p <= 1) return;
      throw new DataError(`bce: predictions must be between 0 and 1, got ${p}; scores go to bceWithLogits`);
    }),
  );
  const t = target.astype(prediction.dtype) as Tensor;
  return weighted(crossEntropies(prediction, t), options);
}

/**
 * Binary cross-entropy of logits x and targets t in [0, 1]: the mean of w t ln(1 + exp(-x)) + (1 - t) ln(1 + exp(x)),
 * which neither overflows nor cancels. Both in one shape; the result is 0-d, or in that shape with reduction none.
 * The `posWeight` w is 1 by default: above 1 it finds more of the positives, below 1 fewer.
 *
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * String(nn.bceWithLogits(array([0, 3]), array([1, 1]))); // 0.37086725
 * String(nn.bceWithLogits(array([0, 3]), array([1, 0]), { posWeight: array([2]) })); // 2.2174408
 * ```
 */
export function bceWithLogits(logits: Tensor, target: Tensor, options: BceWithLogitsOptions = {}): LossValue {
  sameShapes("bceWithLogits", logits, target);
  const { posWeight } = options;
  const share = posWeight === undefined ? target : target.mul(posWeight);
  const missed = share.mul(softplus(logits.neg()));
  return weighted(missed.add(target.neg().add(1).mul(softplus(logits))) as Tensor, options);
}

/**
 * The divergence of Kullback and Leibler: the mean of t (ln t - x) for log-probabilities x and probabilities t, 0
 * where t is 0; with `logTarget` of e^t (t - x) for log-probabilities t. Both in one shape; the result is 0-d, or in
 * that shape with reduction none. `reduction: "batchmean"` divides by the first axis alone, which is the divergence as
 * mathematics has it.
 *
 * @throws ShapeError where the shapes differ
 * @throws ValueError where the reduction is unknown
 * @example
 * ```ts
 * const [p, q] = [array([[0.5, 0.5]]), array([[0.25, 0.75]])];
 * String(nn.klDiv(p.log(), q, { reduction: "batchmean" })); // 0.13081205
 * ```
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): LossValue {
  const { reduction = "mean", logTarget = false } = options;
  oneOf("reduction", reduction, ["mean", "sum", "none", "batchmean"]);
  sameShapes("klDiv", input, target);
  const losses = logTarget ? exp(target).mul(target.sub(input)) : entropyTerms(target).sub(target.mul(input));
  if (reduction !== "batchmean") return reduced(losses as Tensor, { reduction });
  return losses.sum().div(input.shape[0] ?? 1) as LossValue;
}

/** t ln t, and 0 where t is 0, its derivative too. */
function entropyTerms(t: Tensor): Tensor {
  const none = t.eq(0) as Tensor;
  return where(none, 0, t.mul(log(where(none, 1, t)))) as Tensor;
}
