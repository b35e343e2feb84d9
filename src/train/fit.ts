/** Training: epochs of steps, each step forward, backward and update; the best weights are kept. */
import type { Dataset } from "../data/index.js";
import type { Shape } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import type { KeepsShape } from "./augment.js";
import { openCheckpoints } from "./checkpoint-folder.js";
import type { FitHistory } from "./history.js";
import type { CheckedModel, Model } from "./model.js";
import { checkOptions, type FitOptions } from "./options.js";
import { openProgress } from "./progress.js";
import { Trainer } from "./trainer.js";

/**
 * Trains a model on a dataset. The same seeds give the same numbers. The model ends with the weights of its best epoch:
 * the one with the lowest validation loss, or mean training loss where there is no `validate`.
 *
 * Forward, loss, metrics, backward and update of a step are compiled to one program, so the model's code runs once for
 * each shape of batches and not at every step; a model whose code reads values on the way runs at every step instead.
 * The option `compile: false` asks for that too. Without `onBatch` no `.grad` is left on the parameters then.
 *
 * A model that does not take the dataset's samples, or an `augment` that changes their shape, is red in the editor, and a
 * `ShapeError` here.
 *
 * @throws DataError where the data is empty, a label is no class, or the loss becomes NaN or infinite (the model then has
 * its best weights so far)
 * @throws ValueError for settings that make no sense
 * @example
 * ```ts
 * const model = nn.sequential(nn.flatten(), nn.linear(784, 128), nn.relu(), nn.linear(128, 10));
 * const { epochs } = await fit(model, await mnist("train"), {
 *   loss: nn.crossEntropy,
 *   optimizer: optim.adam(1e-3),
 *   epochs: 3,
 *   validate: await mnist("test"),
 * });
 * epochs.at(-1)?.valAccuracy; // about 0.97
 * ```
 */
export async function fit<M extends Model, X extends Shape, Y extends Shape, A extends Tensor = Tensor>(
  model: CheckedModel<M, X>,
  data: Dataset<X, Y>,
  options: FitOptions<NoInfer<X>, NoInfer<Y>, A> & KeepsShape<X, A>,
): Promise<FitHistory> {
  const given = options as unknown as FitOptions;
  checkOptions(data as Dataset, given);
  const progress = await openProgress(given.progress ?? "auto");
  const opened = given.checkpoint === undefined ? undefined : await openCheckpoints(given.checkpoint);
  return new Trainer({
    model: model as unknown as Model,
    data: data as Dataset,
    options: given,
    progress,
    checkpoints: opened?.writer,
    resume: opened?.newest ?? given.resume,
  }).run();
}
