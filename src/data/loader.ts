/**
 * DataLoader: a dataset in batches, epoch after epoch, each in an order of its own that the seed alone decides. Where it
 * stands can be read and set, so that a training may go on from there.
 */
import { DataError, ShapeError, ValueError } from "../errors.js";
import { formatShape, sameShape } from "../shape/index.js";
import { Generator, Tensor } from "../tensor/index.js";
import { Ahead } from "./ahead.js";
import type { Augmentation } from "./augment.js";
import { type BatchSampler, batchCount, batchSampler } from "./batch-sampler.js";
import { Bookmark, checkPlace, type LoaderState } from "./bookmark.js";
import type { Batch, BatchSource } from "./dataset.js";
import { batchSeed } from "./draws.js";
import { randomSampler, type Sampler, sequentialSampler } from "./sampler.js";

/** What a `DataLoader` takes beside the dataset. */
export interface DataLoaderOptions {
  /** Samples in a batch; 1 by default. The last batch of an epoch may be smaller. */
  readonly batchSize?: number;
  /** A new random order for each epoch? false by default. */
  readonly shuffle?: boolean;
  /** Decides the orders, and what is random in preparing batches; 0 by default. */
  readonly seed?: number;
  /** Leave out a last batch that is not full? false by default. */
  readonly dropLast?: boolean;
  /** Says which samples come and in what order, in place of `shuffle`. */
  readonly sampler?: Sampler;
  /** Says which samples are together in each batch, in place of all settings above but the seed. */
  readonly batchSampler?: BatchSampler;
  /** With `for await`: how many batches are prepared ahead while the last one is worked with; 1 by default. */
  readonly prefetch?: number;
  /** Changes the inputs of each batch, as `augment` does: `inputs` must be a tensor, and keeps its shape. */
  readonly augment?: Augmentation;
}

/**
 * A dataset in batches. Each `for` loop over it is one epoch; a loop that was left early is not gone on with unless
 * `setState` says so. A `for await` loop prepares the next batches ahead: it is for datasets whose batches are promises,
 * and for steps that are awaited.
 *
 * @throws ValueError where a setting makes no sense or two contradict each other
 * @throws DataError where there is no batch: no samples, or fewer than one full batch with `dropLast`
 * @example
 * ```ts
 * const loader = new DataLoader(await mnist("train"), { batchSize: 64, shuffle: true, seed: 1 });
 * for (const { inputs, targets } of loader) inputs.shape; // [64, 1, 28, 28]
 * ```
 */
export class DataLoader<B = Batch> implements Iterable<B>, AsyncIterable<Awaited<B>> {
  /** Samples in a batch; null where a batch sampler decides. */
  readonly batchSize: number | null;
  /** Batches in an epoch. */
  readonly length: number;
  readonly #source: BatchSource<B>;
  readonly #sampler: BatchSampler;
  readonly #seed: number;
  readonly #prefetch: number;
  readonly #augment: Augmentation | undefined;
  readonly #bookmark = new Bookmark();
  /** The state of the sampler when the epoch began, and the one to go to when its order is known. */
  #atStart: unknown;
  #later: { readonly state: unknown } | undefined;

  constructor(dataset: BatchSource<B>, options: DataLoaderOptions = {}) {
    const { batchSize = 1, seed = 0, prefetch = 1, augment } = options;
    new Generator(seed);
    checkSettings(options);
    if (!Number.isSafeInteger(prefetch) || prefetch < 0) {
      throw new ValueError(`DataLoader: prefetch must be a whole number of at least 0, got ${prefetch}`);
    }
    this.#sampler = options.batchSampler ?? samplerOf(dataset.length, options);
    this.length = this.#sampler.length;
    this.batchSize = options.batchSampler === undefined ? batchSize : null;
    this.#source = dataset;
    this.#seed = seed;
    this.#prefetch = prefetch;
    this.#augment = augment;
    this.#atStart = this.#sampler.getState?.();
  }

  /** Where the loader stands. After the last batch of an epoch it is at the start of the next. */
  getState(): LoaderState {
    const { place } = this.#bookmark;
    if (this.#sampler.getState === undefined) return place;
    const now = this.#later === undefined ? this.#sampler.getState() : this.#later.state;
    return { ...place, sampler: { atStart: place.position === 0 ? now : this.#atStart, now } };
  }

  /**
   * Goes to where another loader of the same dataset and settings stood: the next loop gives the rest of that epoch.
   *
   * @throws ValueError where there is no such place, or the sampler's part of the state is missing
   */
  setState(state: LoaderState): void {
    checkPlace("DataLoader", state, this.length);
    const { sampler } = state;
    if (this.#sampler.setState !== undefined) {
      if (sampler === undefined) {
        throw new ValueError(
          "DataLoader: the state holds nothing for the sampler; was it saved with another one?",
        );
      }
      this.#sampler.setState(sampler.atStart);
      this.#atStart = sampler.atStart;
      this.#later = { state: sampler.now };
    }
    this.#bookmark.goTo(state.epoch, state.position);
  }

  *[Symbol.iterator](): Iterator<B> {
    const { epoch, position, batches } = this.#begin();
    try {
      for (let at = position; at < this.length; at++) {
        const batch = this.#batch(batches[at]!, epoch, at);
        if (batch instanceof Promise) throw awaitIt(batch);
        this.#advance(epoch, at);
        yield batch;
      }
    } finally {
      void this.#source.end?.();
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Awaited<B>> {
    const { epoch, position, batches } = this.#begin();
    let next = position;
    // Not in the caller's turn: what it does first is to compute with the batch that it has.
    const ahead = new Ahead(this.#prefetch, () => {
      if (next === this.length) return undefined;
      const at = next++;
      return Promise.resolve().then(() => this.#batch(batches[at]!, epoch, at));
    });
    try {
      for (let at = position; at < this.length; at++) {
        const batch = await ahead.next()!;
        this.#advance(epoch, at);
        yield batch as Awaited<B>;
      }
    } finally {
      await this.#source.end?.();
    }
  }

  /** The batches of the epoch that a loop goes through. */
  #begin(): { epoch: number; position: number; batches: readonly ArrayLike<number>[] } {
    const { epoch, position } = this.#bookmark.begin();
    this.#atStart = this.#sampler.getState?.();
    const batches = this.#sampler.batches(epoch);
    if (batches.length !== this.length) {
      throw new ValueError(
        `DataLoader: the sampler gave ${batches.length} batches for epoch ${epoch}, but its length is ${this.length}`,
      );
    }
    if (this.#later !== undefined) this.#sampler.setState?.(this.#later.state);
    this.#later = undefined;
    return { epoch, position, batches };
  }

  #advance(epoch: number, at: number): void {
    if (at + 1 === this.length) this.#bookmark.moveTo(epoch + 1, 0);
    else this.#bookmark.moveTo(epoch, at + 1);
  }

  /** A batch as it is given: read, and augmented where that is asked for. */
  #batch(indices: ArrayLike<number>, epoch: number, at: number): B {
    const place = { seed: this.#seed, epoch, batch: at };
    const batch = this.#source.batch(indices, place);
    if (this.#augment === undefined) return batch;
    const change = (given: Awaited<B>): Awaited<B> => augmented(given, this.#augment!, batchSeed(place));
    return (batch instanceof Promise ? batch.then(change) : change(batch as Awaited<B>)) as B;
  }
}

/** A batch with its inputs augmented, by a seed of its own: so it does not matter which batches came before. */
function augmented<B>(batch: B, augment: Augmentation, seed: number): B {
  const { inputs } = batch as { inputs?: unknown };
  if (!(inputs instanceof Tensor)) {
    throw new DataError("DataLoader: augment changes `inputs`, but the batches have no tensor of that name");
  }
  const changed = augment(inputs, new Generator(seed));
  if (!sameShape(changed.shape, inputs.shape)) {
    throw new ShapeError(
      `DataLoader: augment made ${formatShape(changed.shape)} of inputs of shape ${formatShape(inputs.shape)}; here it must keep the shape, what changes it belongs in map(dataset, ...)`,
    );
  }
  return { ...batch, inputs: changed };
}

/** What a loop says that cannot wait. */
function awaitIt(batch: Promise<unknown>): ValueError {
  batch.catch(() => undefined);
  return new ValueError("DataLoader: the batches of this dataset are promises; read them with for await");
}

function checkSettings({
  shuffle,
  sampler,
  batchSampler: batches,
  batchSize,
  dropLast,
}: DataLoaderOptions): void {
  const given = Object.entries({ shuffle, sampler, batchSize, dropLast }).filter(
    ([, value]) => value !== undefined,
  );
  if (batches !== undefined && given.length > 0) {
    throw new ValueError(`DataLoader: a batchSampler decides all batches, leave out ${given[0]![0]}`);
  }
  if (sampler !== undefined && shuffle) {
    throw new ValueError("DataLoader: a sampler decides the order, leave out shuffle");
  }
}

/** The batches of an order that was asked for; 0 to length - 1 by default. */
function samplerOf(
  length: number,
  { batchSize = 1, shuffle = false, seed = 0, dropLast = false, sampler }: DataLoaderOptions,
): BatchSampler {
  batchCount("DataLoader", sampler?.length ?? length, batchSize, dropLast);
  const order = sampler ?? (shuffle ? randomSampler(length, { seed }) : sequentialSampler(length));
  return batchSampler(order, batchSize, { dropLast });
}
