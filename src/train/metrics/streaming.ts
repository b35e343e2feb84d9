/** Metrics that are no mean over samples: numbers are gathered batch by batch, and one answer is made of them all. */
import { noGrad, type Tensor } from "../../tensor/index.js";

/** What a batch tells: numbers (k) that are added over batches, or rows (n, k) that are put one after the other. */
export type Gathering = (prediction: Tensor, target: Tensor) => Tensor;

/** Puts what a batch told to what those before it did. */
export function gathered(before: readonly number[] | undefined, batch: Tensor): number[] {
  const values = Array.from(batch.dataSync(), Number);
  if (before === undefined) return values;
  return batch.ndim === 2 ? before.concat(values) : before.map((sum, i) => sum + values[i]!);
}

/**
 * A metric that is no mean over samples, such as {@link f1}. By itself: `update` with each batch, `compute` the answer,
 * `reset` to begin again. Those whose answer is a number can also be given to `fit` and `evaluate`, which gather for
 * themselves and leave what was gathered here alone.
 *
 * @example
 * ```ts
 * const metric = metrics.r2();
 * metric.update(array([1, 2]), array([1, 3])).update(array([4]), array([5]));
 * metric.compute(); // 0.75
 * metric.reset().update(array([1, 2]), array([1, 2])).compute(); // 1
 * ```
 */
export class StreamingMetric<R = number> {
  #numbers: number[] | undefined;

  constructor(
    /**
     * What a batch tells, still to be computed: numbers (k) to be added, or rows (n, k) to be kept.
     *
     * @example
     * ```ts
     * String(metrics.confusionMatrix().measure(array([0.1, 0.9]), array([1, 1]))); // [0. 0. 1. 1.]
     * ```
     */
    readonly measure: Gathering,
    /**
     * The answer from all numbers or rows, in row-major order; of none where nothing came.
     *
     * @example
     * ```ts
     * metrics.confusionMatrix().answer([0, 0, 1, 1]); // [[0, 0], [1, 1]]
     * ```
     */
    readonly answer: (numbers: readonly number[]) => R,
  ) {}

  /**
   * Takes a batch: predictions and targets. The values are read at once.
   *
   * @throws CaptureError inside a compiled function
   * @example
   * ```ts
   * metrics.r2().update(array([1, 2]), array([1, 2])).compute(); // 1
   * ```
   */
  update(prediction: Tensor, target: Tensor): this {
    const batch = noGrad(() => this.measure(prediction, target));
    this.#numbers = gathered(this.#numbers, batch);
    return this;
  }

  /**
   * The answer for all batches since the last `reset`.
   *
   * @example
   * ```ts
   * metrics.rocAuc().update(array([0.1, 0.9]), array([0, 1])).compute(); // 1
   * ```
   */
  compute(): R {
    return this.answer(this.#numbers ?? []);
  }

  /**
   * Forgets all batches.
   *
   * @example
   * ```ts
   * metrics.rocAuc().update(array([0.1]), array([1])).reset().update(array([0.1, 0.9]), array([1, 0])).compute(); // 0
   * ```
   */
  reset(): this {
    this.#numbers = undefined;
    return this;
  }
}
