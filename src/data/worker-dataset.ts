/**
 * Samples that are mapped in worker threads. A worker gets the samples of a batch, in order, each with a seed of its own;
 * so the number of workers changes no order and no number, only how long it takes.
 */
import { DataError, ValueError } from "../errors.js";
import { type Collate, type Collated, collate as stack } from "./collate.js";
import { type BatchSource, checkIndices, type Place } from "./dataset.js";
import { sampleSeed } from "./draws.js";
import { getterOf, type Samples } from "./samples.js";
import { failureError, WorkerPool } from "./worker-pool.js";
import type { FunctionPlace, SampleContext } from "./worker-program.js";

export type { SampleContext } from "./worker-program.js";

/** A function that changes one sample; what it gets and gives must be data that can be sent to another thread. */
export type WorkerFunction<T, U> = (sample: T, context: SampleContext) => U | Promise<U>;

/** What `workerDataset` takes beside the samples. */
export interface WorkerDatasetOptions<U, B> {
  /** The module that the function is in, such as `new URL("./prepare.js", import.meta.url)`. */
  readonly module: URL | string;
  /** The name under which the module exports it; "default" by default. */
  readonly name?: string;
  /** How many workers; 2 by default. With 0 the function runs in this thread. */
  readonly workers?: number;
  /** Makes a batch of what the function gave; `collate` by default. */
  readonly collate?: Collate<U, B>;
  /** Keep the workers from loop to loop, until `close()`? false by default: they end with each loop of a loader. */
  readonly keep?: boolean;
}

const FIRST: Place = { seed: 0, epoch: 0, batch: 0 };

/** Throws unless it is the whole address of a module. */
function addressOf(module: URL | string): string {
  try {
    return new URL(module).href;
  } catch (error) {
    throw new ValueError(
      `workerDataset: ${JSON.stringify(String(module))} is no address of a module; say new URL("./name.js", import.meta.url)`,
      { cause: error },
    );
  }
}

/**
 * What {@link workerDataset} gives: batches as promises, and workers that end with each loop of a loader.
 *
 * @example
 * ```ts
 * const module = "data:text/javascript,export const twice = (n) => 2 * n";
 * const dataset = new WorkerDataset([1, 2, 3], { module, name: "twice", workers: 1 });
 * String(await dataset.batch([2, 0])); // [6. 2.]
 * await dataset.close();
 * ```
 */
export class WorkerDataset<T, U, B> implements BatchSource<Promise<B>> {
  /** How many samples there are. */
  readonly length: number;
  readonly #get: (index: number) => T | Promise<T>;
  readonly #place: FunctionPlace;
  readonly #workers: number;
  readonly #collate: Collate<U, B>;
  readonly #keep: boolean;
  #pool: WorkerPool | undefined;
  #tasks = 0;

  /** As {@link workerDataset}. */
  constructor(samples: Samples<T | Promise<T>>, options: WorkerDatasetOptions<U, B>) {
    const { module, name = "default", workers = 2, keep = false } = options;
    if (samples.length === 0) throw new DataError("workerDataset: there are no samples");
    if (!Number.isSafeInteger(workers) || workers < 0) {
      throw new ValueError(`workerDataset: workers must be a whole number of at least 0, got ${workers}`);
    }
    this.length = samples.length;
    this.#get = getterOf(samples);
    this.#place = { url: addressOf(module), name };
    this.#workers = workers;
    this.#collate = options.collate ?? (stack as unknown as Collate<U, B>);
    this.#keep = keep;
  }

  /** The samples with these numbers, mapped and collated. */
  async batch(indices: ArrayLike<number>, place: Place = FIRST): Promise<B> {
    checkIndices("workerDataset", indices, this.length);
    const contexts = Array.from(
      indices,
      (index, i): SampleContext => ({ index, epoch: place.epoch, seed: sampleSeed(place, i) }),
    );
    const samples = await Promise.all(Array.from(indices, (index) => this.#get(index)));
    const results =
      this.#workers === 0 ? await this.#runHere(samples, contexts) : await this.#runThere(samples, contexts);
    return this.#collate(results as readonly U[], indices);
  }

  /** Called when a loader's loop has ended: ends the workers, unless they shall be kept. */
  async end(): Promise<void> {
    if (!this.#keep) await this.close();
  }

  /** Ends the workers. They are started again when a batch is asked for. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end();
  }

  #runThere(samples: readonly T[], contexts: readonly SampleContext[]): Promise<readonly unknown[]> {
    if (this.#pool === undefined || this.#pool.over) this.#pool = new WorkerPool(this.#place, this.#workers);
    return this.#pool.run({ id: this.#tasks++, samples, contexts });
  }

  async #runHere(samples: readonly T[], contexts: readonly SampleContext[]): Promise<readonly unknown[]> {
    const change = await this.#load();
    const results: unknown[] = [];
    for (const [i, sample] of samples.entries()) {
      try {
        results.push(await change(sample, contexts[i]!));
      } catch (error) {
        throw failureError(this.#place, failureOf(error), contexts[i]!.index);
      }
    }
    return results;
  }

  async #load(): Promise<WorkerFunction<T, U>> {
    const { url, name } = this.#place;
    try {
      const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ url);
      if (typeof module[name] === "function") return module[name];
    } catch (error) {
      throw failureError(this.#place, failureOf(error), undefined);
    }
    throw failureError(this.#place, failureOf(new TypeError(`it exports no function ${name}`)), undefined);
  }
}

/** An error of this thread as one of a worker's. */
function failureOf(error: unknown): { at: null; name: string; message: string; stack: string } {
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  return { at: null, name, message, stack };
}

/**
 * Samples that a function of a module maps in worker threads (Node's, or a page's) while the main thread computes; for
 * decoding, parsing, and all that takes longer than sending the sample. Read it with a `DataLoader` and `for await`;
 * `prefetch` of at least the number of workers keeps all of them busy. What the function gets and gives is copied.
 *
 * Order, contexts and their seeds are the same for any number of workers. The workers end with the loop, in whatever way
 * it ends.
 *
 * @throws DataError for no samples; and, from the loop, where the function throws: the message names the sample and what
 * it threw, the error is the `cause`
 * @throws ValueError where a setting makes no sense; and, from the loop, where the module cannot be imported or has no
 * such function
 * @example
 * ```ts
 * const module = "data:text/javascript,export const half = (n, { index }) => [n / 2, index]";
 * const dataset = workerDataset([2, 4, 6], { module, name: "half", workers: 2 });
 * const seen: string[] = [];
 * for await (const batch of new DataLoader(dataset, { batchSize: 2, prefetch: 2 })) seen.push(String(batch));
 * seen; // ["[[1. 0.]\n [2. 1.]]", "[[3. 2.]]"]
 * ```
 */
export function workerDataset<T, U = number[], B = Collated<U>>(
  samples: Samples<T | Promise<T>>,
  options: WorkerDatasetOptions<U, B>,
): WorkerDataset<T, U, B> {
  return new WorkerDataset(samples, options);
}
