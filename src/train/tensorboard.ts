/** A callback that writes TensorBoard's event log. What it needs of Node is loaded when the training begins. */
import { ValueError } from "../errors.js";
import type { Callback, Training } from "./callback.js";
import type { Histogram, Scalar } from "./event-log.js";
import type { EventFile } from "./event-log-node.js";
import type { EpochRecord } from "./history.js";

/** What tensorBoard takes beside the folder. */
export interface TensorBoardOptions {
  /** How many steps lie between two that are logged; 10 by default, 0 for none. */
  readonly every?: number;
  /** How each parameter's values are spread, after each epoch? false by default. */
  readonly histograms?: boolean;
}

/**
 * A callback that writes what a training measures to a folder that TensorBoard reads (Node only): `step/loss` and
 * `step/learningRate` of every tenth step, and after each epoch all numbers of its record, as `epoch/loss`, `epoch/valLoss` and
 * so on; steps are counted over all epochs. A training that goes on from a checkpoint writes a new file, in which it tells
 * TensorBoard to forget what was logged beyond that checkpoint. Show it with `tensorboard --logdir FOLDER`.
 *
 * @throws ValueError where `every` is no whole number of at least 0
 * @throws FileError, when the training begins, where the folder cannot be written to
 * @example
 * ```ts
 * const data = tensorDataset(array([[0], [1]]), array([[0], [2]]));
 * const options = { loss: nn.mse, optimizer: optim.sgd(0.1), epochs: 2 };
 * await fit(nn.sequential(nn.linear(1, 1)), data, { ...options, callbacks: [tensorBoard("logs/line")] });
 * ```
 */
export function tensorBoard(folder: string, options: TensorBoardOptions = {}): Callback {
  const { every = 10, histograms = false } = options;
  if (!Number.isSafeInteger(every) || every < 0) {
    throw new ValueError(`tensorBoard: every must be a whole number of at least 0, got ${every}`);
  }
  return new Log(folder, every, histograms);
}

class Log implements Callback {
  readonly #folder: string;
  readonly #every: number;
  readonly #histograms: boolean;
  #file: EventFile | undefined;

  constructor(folder: string, every: number, histograms: boolean) {
    this.#folder = folder;
    this.#every = every;
    this.#histograms = histograms;
  }

  async onTrainBegin({ updates }: Training): Promise<void> {
    const { EventFile } = await import("./event-log-node.js");
    this.#file = new EventFile(this.#folder);
    this.#file.write({ kind: "start", step: updates + 1 });
  }

  onBatchEnd({ loss }: { readonly loss: number }, { updates, optimizer }: Training): void {
    if (this.#every === 0 || updates % this.#every !== 0) return;
    const values = [
      { tag: "step/loss", value: loss },
      { tag: "step/learningRate", value: optimizer.groups[0]!.lr },
    ];
    this.#file?.write({ kind: "values", step: updates, values });
  }

  async onEpochEnd(record: EpochRecord, training: Training): Promise<void> {
    const { epoch, ...numbers } = record;
    const values: (Scalar | Histogram)[] = Object.entries(numbers).map(([name, value]) => ({
      tag: `epoch/${name}`,
      value: value!,
    }));
    if (this.#histograms) values.push(...(await this.#spreads(training)));
    this.#file?.write({ kind: "values", step: training.updates, values });
  }

  async #spreads({ model }: Training): Promise<Histogram[]> {
    const { histogramOf } = await import("./event-log.js");
    const spreads: Histogram[] = [];
    for (const [name, parameter] of model.namedParameters()) {
      const spread = histogramOf(`parameters/${name}`, (await parameter.data()) as ArrayLike<number>);
      if (spread !== undefined) spreads.push(spread);
    }
    return spreads;
  }

  onTrainEnd(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
