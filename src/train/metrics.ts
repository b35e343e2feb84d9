/** What is counted while training besides the loss. A metric gives one number a sample; `fit` averages them. */
import { DataError, DTypeError, IndexError, ShapeError } from "../errors.js";
import { isFloat } from "../graph/index.js";
import type { Loss } from "../nn/index.js";
import { formatShape, sameShape } from "../shape/index.js";
import { translatingErrors } from "../tensor/capture.js";
import { argmax, noGrad, type Tensor } from "../tensor/index.js";
import { gathered, StreamingMetric } from "./metrics/streaming.js";

/** For predictions (n, ...) and targets (n, ...): n numbers or booleans, shape (n). */
export type Metric = (prediction: Tensor, target: Tensor) => Tensor;

/** Metrics by the name that they have in the history: means over samples, or what is gathered over all batches. */
export type Metrics = Readonly<Record<string, Metric | StreamingMetric>>;

/**
 * Was the class that the network finds likeliest the right one? Predictions (n, classes), targets either labels (n) or
 * probabilities (n, classes); gives booleans (n).
 *
 * @throws ShapeError where the shapes do not go together
 * @throws DTypeError for labels that are not whole numbers
 * @example
 * ```ts
 * const logits = array([[0.1, 0.9], [0.8, 0.2]]);
 * accuracy(logits, array([1, 1], { dtype: "int32" })).toArray(); // [true, false]
 * ```
 */
export function accuracy(prediction: Tensor, target: Tensor): Tensor {
  if (prediction.ndim !== 2 || target.shape[0] !== prediction.shape[0] || target.ndim > 2) {
    throw new ShapeError(
      `accuracy: predictions (n, classes) and labels (n) are needed, got ${formatShape(prediction.shape)} and ${formatShape(target.shape)}`,
    );
  }
  const guess = argmax(prediction, -1) as Tensor;
  if (sameShape(target.shape, prediction.shape)) return guess.eq(argmax(target, -1) as Tensor);
  if (isFloat(target.dtype)) {
    throw new DTypeError(`accuracy: labels must be whole numbers, got ${target.dtype}`);
  }
  return guess.eq(target);
}

/** The metrics asked for; where nothing was said, accuracy for labels of classes. */
function chosen(metrics: Metrics | undefined, prediction: Tensor, target: Tensor): Metrics {
  if (metrics !== undefined) return metrics;
  const labelled = prediction.ndim === 2 && target.ndim === 1 && !isFloat(target.dtype);
  return labelled ? { accuracy } : {};
}

/** What is measured of a batch, still to be computed: its mean loss, and by name each metric's sum, or what it gathers. */
export interface Measured {
  readonly loss: Tensor;
  readonly sums: Readonly<Record<string, Tensor>>;
}

/** Sums over a batch, still to be computed, by name. */
export function metricSums(
  metrics: Metrics | undefined,
  prediction: Tensor,
  target: Tensor,
): Record<string, Tensor> {
  return noGrad(() => {
    const entries = Object.entries(chosen(metrics, prediction, target));
    return Object.fromEntries(
      entries.map(([name, metric]) => [
        name,
        metric instanceof StreamingMetric
          ? metric.measure(prediction, target)
          : (metric(prediction, target).sum() as Tensor),
      ]),
    );
  });
}

/** The loss of a batch. A label that is no class is the data's fault, and is reported as such. */
export function lossOf(loss: Loss, prediction: Tensor, target: Tensor, where: () => string): Tensor {
  const translate = (error: unknown): unknown =>
    error instanceof IndexError || error instanceof DataError
      ? new DataError(`${where()}: ${error.message}`, { cause: error })
      : error;
  return translatingErrors(translate, () => loss(prediction, target));
}

/** Sums over the samples that came so far. */
export interface TallyState {
  readonly samples: number;
  readonly loss: number;
  /** A number for a mean over samples, else all that a streaming metric has gathered. */
  readonly sums: Readonly<Record<string, number | readonly number[]>>;
}

/** Means over samples, gathered batch by batch; each batch counts by its size. */
export class Tally {
  samples: number;
  #loss: number;
  readonly #sums: Map<string, number | readonly number[]>;

  /** Goes on from what another one had gathered. */
  constructor({ samples, loss, sums }: TallyState = { samples: 0, loss: 0, sums: {} }) {
    this.samples = samples;
    this.#loss = loss;
    this.#sums = new Map(Object.entries(sums));
  }

  /** What has been gathered, to go on from later. */
  state(): TallyState {
    return { samples: this.samples, loss: this.#loss, sums: Object.fromEntries(this.#sums) };
  }

  add(samples: number, meanLoss: number, sums: Readonly<Record<string, Tensor>>): void {
    this.samples += samples;
    this.#loss += meanLoss * samples;
    for (const [name, sum] of Object.entries(sums)) {
      const before = this.#sums.get(name);
      if (sum.ndim > 0) this.#sums.set(name, gathered(before as readonly number[] | undefined, sum));
      else this.#sums.set(name, ((before as number | undefined) ?? 0) + Number(sum.item()));
    }
  }

  get loss(): number {
    return this.#loss / this.samples;
  }

  /** Loss first, then the metrics, whose answers those that gather know themselves. */
  means(metrics: Metrics | undefined): Record<string, number> & { loss: number } {
    const answers = [...this.#sums].map(([name, sum]) => {
      const metric = metrics?.[name];
      if (typeof sum === "number") return [name, sum / this.samples] as const;
      return [name, metric instanceof StreamingMetric ? metric.answer(sum) : Number.NaN] as const;
    });
    return { loss: this.loss, ...Object.fromEntries(answers) };
  }
}
