/**
 * DataLoader: a dataset in batches, epoch after epoch, each in an order of its own that the seed alone decides. Where it
 * stands can be read and set, so that a training may go on from there.
 */
import { DataError, ValueError } from "../errors.js";
import type { DType } from "../graph/index.js";
import type { Shape } from "../shape/index.js";
import { Generator } from "../tensor/index.js";
import { computeOnHost } from "../tensor/runtime.js";
import type { Batch, Dataset } from "./dataset.js";

export interface DataLoaderOptions {
  /** Samples in a batch; 1 by default. The last batch of an epoch may be smaller. */
  readonly batchSize?: number;
  /** A new random order for each epoch? false by default. */
  readonly shuffle?: boolean;
  /** Decides the orders; 0 by default. */
  readonly seed?: number;
  /** Leave out a last batch that is not full? false by default. */
  readonly dropLast?: boolean;
}

/** Where a loader stands: the epoch, counted from 0, and how many of its batches have been given. */
export interface LoaderState {
  readonly epoch: number;
  readonly position: number;
}

/** Orders are drawn far from where weights and dropout of the same seed begin their draws. */
const FIRST_DRAW = 2 ** 32;

/** The order of the samples in an epoch: the epoch's own draw from the seed's stream. */
function shuffled(length: number, seed: number, epoch: number): Int32Array {
  const generator = new Generator(seed);
  generator.setState({ seed, draws: FIRST_DRAW + epoch });
  return computeOnHost(generator.permutation(length).node) as Int32Array;
}

/**
 * A dataset in batches. Each `for` loop over it is one epoch; a loop that was left early is not gone on with unless
 * `setState` says so.
 *
 * @throws ValueError where the batch size is not a whole number of at least 1
 * @throws DataError where there is no batch: no samples, or fewer than one full batch with `dropLast`
 * @example
 * ```ts
 * const loader = new DataLoader(await mnist("train"), { batchSize: 64, shuffle: true, seed: 1 });
 * for (const { inputs, targets } of loader) inputs.shape; // [64, 1, 28, 28]
 * ```
 */
export class DataLoader<
  X extends Shape = Shape,
  Y extends Shape = Shape,
  XD extends DType = DType,
  YD extends DType = DType,
> implements Iterable<Batch<X, Y, XD, YD>>
{
  readonly batchSize: number;
  /** Batches in an epoch. */
  readonly length: number;
  readonly #dataset: Dataset<X, Y, XD, YD>;
  readonly #shuffle: boolean;
  readonly #seed: number;
  #state: LoaderState = { epoch: 0, position: 0 };
  /** Was the state set from outside, so that the next loop goes on in the middle of an epoch? */
  #continues = false;

  constructor(
    dataset: Dataset<X, Y, XD, YD>,
    { batchSize = 1, shuffle = false, seed = 0, dropLast = false }: DataLoaderOptions = {},
  ) {
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new ValueError(`DataLoader: batchSize must be a whole number of at least 1, got ${batchSize}`);
    }
    new Generator(seed);
    const batches = dataset.length / batchSize;
    this.length = dropLast ? Math.floor(batches) : Math.ceil(batches);
    if (this.length === 0) {
      throw new DataError(
        dataset.length === 0
          ? "DataLoader: the dataset has no samples"
          : `DataLoader: ${dataset.length} samples do not fill one batch of ${batchSize}, and dropLast leaves out the rest`,
      );
    }
    this.#dataset = dataset;
    this.batchSize = batchSize;
    this.#shuffle = shuffle;
    this.#seed = seed;
  }

  /** Where the loader stands. After the last batch of an epoch it is at the start of the next. */
  getState(): LoaderState {
    return this.#state;
  }

  /**
   * Goes to where another loader of the same dataset and settings stood: the next loop gives the rest of that epoch.
   *
   * @throws ValueError where there is no such place
   */
  setState({ epoch, position }: LoaderState): void {
    const valid = [epoch, position].every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!valid || position >= this.length) {
      throw new ValueError(
        `DataLoader: there is no batch ${position} in epoch ${epoch}; an epoch has ${this.length} batches`,
      );
    }
    this.#state = { epoch, position };
    this.#continues = true;
  }

  *[Symbol.iterator](): Iterator<Batch<X, Y, XD, YD>> {
    const { epoch, position } = this.#state;
    const fresh = position > 0 && !this.#continues;
    this.#state = fresh ? { epoch: epoch + 1, position: 0 } : { epoch, position };
    this.#continues = false;
    const current = this.#state.epoch;
    const { length } = this.#dataset;
    const order = this.#shuffle
      ? shuffled(length, this.#seed, current)
      : Int32Array.from({ length }, (_, i) => i);
    for (let at = this.#state.position; at < this.length; at++) {
      const batch = this.#dataset.batch(order.subarray(at * this.batchSize, (at + 1) * this.batchSize));
      this.#state =
        at + 1 === this.length ? { epoch: current + 1, position: 0 } : { epoch: current, position: at + 1 };
      yield batch;
    }
  }
}
