/** How good a model is on a dataset: loss and metrics, without learning. */
import { DataLoader, type Dataset } from "../data/index.js";
import type { Loss } from "../nn/index.js";
import type { Shape } from "../shape/index.js";
import { noGrad, realize, type Tensor } from "../tensor/index.js";
import { compiledWherePossible } from "./compiled.js";
import { lossOf, type Measured, type Metrics, metricSums, Tally } from "./metrics.js";
import { type CheckedModel, type Model, predict } from "./model.js";
import { turnTaker } from "./turn.js";

/** Most samples that are computed at a time; it changes speed and memory, and the means only in their last digits. */
const BATCH = 256;

/** Batches of one size where that can be, so that one program does them all. */
const evenBatch = (samples: number): number => Math.ceil(samples / Math.ceil(samples / BATCH));

/** What evaluate takes beside the model and the data. */
export interface EvaluateOptions {
  /** How far a prediction is from its target, such as `nn.crossEntropy`. */
  readonly loss: Loss;
  /** What to count besides; accuracy where targets are labels, unless told otherwise. */
  readonly metrics?: Metrics | undefined;
  /** Samples computed at a time; by default at most 256, and as many in each batch as can be. */
  readonly batchSize?: number | undefined;
  /**
   * Compute each batch as one compiled program? true by default, and without effect where model, loss or metrics cannot
   * be compiled. Say false where one of them does more than compute with tensors.
   */
  readonly compile?: boolean | undefined;
  /** Stops between batches; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The mean loss, and the mean of each metric by its name. */
export type Evaluation = Readonly<Record<string, number>> & { readonly loss: number };

/**
 * The mean loss and metrics of a model over a dataset. The model is used, not trained: no derivatives are recorded, and
 * layers that behave otherwise in training are told so for the while.
 *
 * @throws DataError where a label is no class
 * @example
 * ```ts
 * const { loss, accuracy } = await evaluate(model, await mnist("test"), { loss: nn.crossEntropy });
 * ```
 */
export async function evaluate<M extends Model, X extends Shape, Y extends Shape>(
  model: CheckedModel<M, X>,
  data: Dataset<X, Y>,
  options: EvaluateOptions,
): Promise<Evaluation> {
  return new Evaluator(model as unknown as Model, options).measure(data as Dataset);
}

/** Measures a model, as often as it is asked to; what was compiled for it stays. */
export class Evaluator {
  readonly #model: Model;
  readonly #options: EvaluateOptions;
  readonly #measure: (inputs: Tensor, targets: Tensor) => Promise<Measured>;
  #tally = new Tally();

  constructor(model: Model, options: EvaluateOptions) {
    this.#model = model;
    this.#options = options;
    const { loss, metrics } = options;
    const where = (): string => `evaluate: after ${this.#tally.samples} samples`;
    const measure = (inputs: Tensor, targets: Tensor): Measured => {
      const prediction = predict(model, inputs);
      const value = lossOf(loss, prediction, targets, where);
      return { loss: value, sums: metricSums(metrics, prediction, targets) };
    };
    this.#measure = compiledWherePossible(options.compile ?? true, (inputs: Tensor, targets: Tensor) =>
      noGrad(() => measure(inputs, targets)),
    );
  }

  async measure(data: Dataset): Promise<Evaluation> {
    const modes = this.#model.namedModules().map(([, module]) => [module, module.training] as const);
    this.#model.eval();
    try {
      return await this.#batches(data);
    } finally {
      for (const [module, training] of modes) module.training = training;
    }
  }

  async #batches(data: Dataset): Promise<Evaluation> {
    const { batchSize = evenBatch(data.length), signal } = this.#options;
    const tally = new Tally();
    this.#tally = tally;
    const turn = turnTaker();
    for (const { inputs, targets } of new DataLoader(data, { batchSize })) {
      signal?.throwIfAborted();
      const { loss, sums } = await this.#measure(inputs, targets);
      realize([loss, ...Object.values(sums)]);
      tally.add(inputs.shape[0]!, Number(loss.item()), sums);
      await turn();
    }
    return tally.means(this.#options.metrics);
  }
}
