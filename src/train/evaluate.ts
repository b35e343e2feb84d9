/** How good a model is on a dataset: loss and metrics, without learning. */
import { DataLoader, type Dataset } from "../data/index.js";
import type { Loss } from "../nn/index.js";
import type { Shape } from "../shape/index.js";
import { noGrad, realize } from "../tensor/index.js";
import { lossOf, type Metrics, metricSums, Tally } from "./metrics.js";
import { type CheckedModel, type Model, predict } from "./model.js";
import { turnTaker } from "./turn.js";

/** Samples that are computed at a time; it changes speed and memory, and the means only in their last digits. */
const BATCH = 256;

/** What evaluate takes beside the model and the data. */
export interface EvaluateOptions {
  /** How far a prediction is from its target, such as `nn.crossEntropy`. */
  readonly loss: Loss;
  /** What to count besides; accuracy where targets are labels, unless told otherwise. */
  readonly metrics?: Metrics | undefined;
  /** Samples computed at a time; 256 by default. */
  readonly batchSize?: number | undefined;
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
  const trained = model as unknown as Model;
  const modes = trained.namedModules().map(([, module]) => [module, module.training] as const);
  trained.eval();
  try {
    return await measure(trained, data as Dataset, options);
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

async function measure(
  model: Model,
  data: Dataset,
  { loss, metrics, batchSize = BATCH, signal }: EvaluateOptions,
): Promise<Evaluation> {
  const tally = new Tally();
  const turn = turnTaker();
  for (const { inputs, targets } of new DataLoader(data, { batchSize })) {
    signal?.throwIfAborted();
    noGrad(() => {
      const prediction = predict(model, inputs);
      const value = lossOf(loss, prediction, targets, () => `evaluate: after ${tally.samples} samples`);
      const sums = metricSums(metrics, prediction, targets);
      realize([value, ...sums.values()]);
      tally.add(inputs.shape[0], Number(value.item()), sums);
    });
    await turn();
  }
  return tally.means();
}
