/** Metrics of numbers: how far predictions are from their targets, and how surprised a model is. */
import { ShapeError } from "../../errors.js";
import { crossEntropy } from "../../nn/index.js";
import { formatShape, sameShape } from "../../shape/index.js";
import { concatenate, full, stack, type Tensor } from "../../tensor/index.js";
import { StreamingMetric } from "./streaming.js";

function sameShapes(name: string, prediction: Tensor, target: Tensor): void {
  if (prediction.ndim >= 1 && sameShape(prediction.shape, target.shape)) return;
  throw new ShapeError(
    `${name}: predictions and targets must have one shape (n, ...), got ${formatShape(prediction.shape)} and ${formatShape(target.shape)}`,
  );
}

/** (n, ...) as rows of numbers (n, k), k being 1 where there is one a sample. */
const rows = (x: Tensor): Tensor => {
  const n = x.shape[0]!;
  return x.reshape([n, n === 0 ? 1 : x.size / n]) as Tensor;
};

/**
 * Mean absolute error: a metric for predictions and targets of one shape (n, ...), the mean of |prediction - target|
 * over all that belongs to a sample.
 *
 * @throws ShapeError where the shapes differ
 * @example
 * ```ts
 * String(metrics.meanAbsoluteError(array([1, 2]), array([1, 4]))); // [0. 2.]
 * ```
 */
export function meanAbsoluteError(prediction: Tensor, target: Tensor): Tensor {
  sameShapes("meanAbsoluteError", prediction, target);
  return rows(prediction.sub(target).abs() as Tensor).mean(1) as Tensor;
}

/** 1 - rest / spread; of targets that are all equal 1 where nothing is left and else 0, as scikit-learn has it. */
function determination(rest: number, spread: number): number {
  if (spread > 0) return 1 - rest / spread;
  return rest === 0 ? 1 : 0;
}

/**
 * R2, the coefficient of determination: 1 - sum (t - x)^2 / sum (t - mean t)^2 for predictions x and targets t of one
 * shape (n, ...); of several outputs a sample the mean of theirs. 1 is perfect, 0 is as good as always the mean. Sums are
 * kept in float64.
 *
 * @throws ShapeError when it is used, where the shapes differ
 * @example
 * ```ts
 * metrics.r2().update(array([2.5, 0, 2, 8]), array([3, -0.5, 2, 7])).compute(); // 0.9486081370449679
 * ```
 */
export function r2(): StreamingMetric {
  return new StreamingMetric(
    (prediction, target) => {
      sameShapes("r2", prediction, target);
      const [x, t] = [prediction, target].map((values) => rows(values.astype("float64") as Tensor));
      const away = t!.sub(x!);
      const count = full([1], x!.shape[0]!, { dtype: "float64" });
      return concatenate([count, t!.sum(0), t!.mul(t!).sum(0), away.mul(away).sum(0)]) as Tensor;
    },
    ([n = 0, ...sums]) => {
      const outputs = sums.length / 3;
      if (outputs === 0 || n === 0) return Number.NaN;
      let total = 0;
      for (let i = 0; i < outputs; i++) {
        const [sum, squares, rest] = [sums[i]!, sums[outputs + i]!, sums[2 * outputs + i]!];
        total += determination(rest, squares - (sum * sum) / n);
      }
      return total / outputs;
    },
  );
}

/** What {@link perplexity} takes. */
export interface PerplexityOptions {
  /** Labels that are passed over, such as padding; -100 by default. */
  readonly ignoreIndex?: number;
}

/**
 * Perplexity: e to the mean of -ln p of the right class, over all labels of all samples; as many equally likely classes
 * would surprise as much. Logits are (N, C) or (N, C, d1, ...) and labels (N) or (N, d1, ...), as for `nn.crossEntropy`.
 *
 * @throws ShapeError when it is used, where logits and labels do not go together
 * @throws IndexError when it is used, where a known label is no class
 * @example
 * ```ts
 * metrics.perplexity().update(zeros([3, 8]), array([0, 5, 7], { dtype: "int32" })).compute().toFixed(4); // 8.0000
 * ```
 */
export function perplexity({ ignoreIndex = -100 }: PerplexityOptions = {}): StreamingMetric {
  return new StreamingMetric(
    (prediction, target) => {
      const surprise = crossEntropy(prediction, target, { reduction: "sum", ignoreIndex });
      const counted = target.ne(ignoreIndex).astype(surprise.dtype).sum();
      return stack([surprise, counted]) as Tensor;
    },
    ([sum = 0, count = 0]) => Math.exp(sum / count),
  );
}
