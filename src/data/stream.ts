/**
 * Streams: data that comes one sample after the other (a file read line by line, a generator), of which nobody knows how
 * much there is. Nothing is kept but what a shuffle's buffer holds.
 */
import { DataError, ValueError } from "../errors.js";
import { threefry } from "../graph/index.js";
import { Generator } from "../tensor/index.js";
import { Ahead } from "./ahead.js";
import { Bookmark, checkPlace, type LoaderState } from "./bookmark.js";
import { type Collate, type Collated, collate as stack } from "./collate.js";
import { checkCount } from "./sampler.js";

/** Samples one after the other. */
type Source<T> = Iterable<T> | AsyncIterable<T>;

/** What `shuffle` takes beside the buffer's size. */
export interface ShuffleOptions {
  /** The same seed gives the same order; 0 by default. */
  readonly seed?: number;
}

/** What `batch` takes beside the size. */
export interface StreamBatchOptions<T, B> {
  /** Makes a batch of samples; `collate` by default. */
  readonly collate?: Collate<T, B>;
  /** Leave out a last batch that is not full? false by default. */
  readonly dropLast?: boolean;
  /** How many batches are prepared ahead while the last one is worked with; 1 by default. */
  readonly prefetch?: number;
}

/**
 * Samples that come one after the other. Made by {@link stream}; its methods give streams of their own, and read nothing
 * until a loop asks.
 *
 * @example
 * ```ts
 * const squares = stream([1, 2, 3, 4]).filter((n) => n > 1).map((n) => n * n);
 * const seen: number[] = [];
 * for await (const one of squares) seen.push(one);
 * seen; // [4, 9, 16]
 * ```
 */
export class Stream<T> implements AsyncIterable<T> {
  readonly #open: (epoch: number) => AsyncIterable<T>;

  /** `open` begins to read from the start, for an epoch counted from 0. */
  constructor(open: (epoch: number) => AsyncIterable<T>) {
    this.#open = open;
  }

  /** Each sample changed, by a function that may wait; it gets the sample's number in this stream too. */
  map<U>(change: (sample: T, index: number) => U | Promise<U>): Stream<Awaited<U>> {
    const open = this.#open;
    return new Stream(async function* (epoch) {
      let index = 0;
      for await (const sample of open(epoch)) yield await change(sample, index++);
    });
  }

  /** The samples for which a condition holds. */
  filter(condition: (sample: T, index: number) => boolean | Promise<boolean>): Stream<T> {
    const open = this.#open;
    return new Stream(async function* (epoch) {
      let index = 0;
      for await (const sample of open(epoch)) if (await condition(sample, index++)) yield sample;
    });
  }

  /** The first `count` samples, or all where there are fewer. */
  take(count: number): Stream<T> {
    checkCount("stream.take", "count", count);
    const open = this.#open;
    return new Stream(async function* (epoch) {
      let left = count;
      for await (const sample of open(epoch)) {
        yield sample;
        if (--left === 0) return;
      }
    });
  }

  /** All but the first `count` samples. */
  skip(count: number): Stream<T> {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new ValueError(`stream.skip: count must be a whole number of at least 0, got ${count}`);
    }
    return this.filter((_, index) => index >= count);
  }

  /** This stream, and then another. */
  concat<U>(other: Stream<U>): Stream<T | U> {
    const open = this.#open;
    return new Stream<T | U>(async function* (epoch) {
      yield* open(epoch);
      yield* other.#open(epoch);
    });
  }

  /**
   * Mixes the samples: `size` of them wait in a buffer, one of them at random goes out, and the next of the stream takes
   * its place. The larger the buffer the better the mixing; one as large as the stream gives every order alike. Another
   * order each epoch.
   *
   * @throws ValueError where the size is not a whole number of at least 1
   */
  shuffle(size: number, { seed = 0 }: ShuffleOptions = {}): Stream<T> {
    checkCount("stream.shuffle", "size", size);
    new Generator(seed);
    const open = this.#open;
    return new Stream(async function* (epoch) {
      const below = whole(seed, epoch);
      const buffer: T[] = [];
      for await (const sample of open(epoch)) {
        if (buffer.length < size) {
          buffer.push(sample);
          continue;
        }
        const chosen = below(size);
        yield buffer[chosen]!;
        buffer[chosen] = sample;
      }
      while (buffer.length > 0) {
        const chosen = below(buffer.length);
        const last = buffer.pop()!;
        yield chosen === buffer.length ? last : swap(buffer, chosen, last);
      }
    });
  }

  /**
   * The stream in batches, as a loader whose place can be saved.
   *
   * @throws ValueError where a setting is no whole number in its range
   */
  batch<B = Collated<T>>(size: number, options: StreamBatchOptions<T, B> = {}): StreamLoader<B> {
    const { collate = stack as unknown as Collate<T, B>, dropLast = false, prefetch = 1 } = options;
    checkCount("stream.batch", "size", size);
    if (!Number.isSafeInteger(prefetch) || prefetch < 0) {
      throw new ValueError(`stream.batch: prefetch must be a whole number of at least 0, got ${prefetch}`);
    }
    return new StreamLoader(
      (epoch, from) => batches(this.#open(epoch), { size, dropLast, collate, from }),
      prefetch,
    );
  }

  /** The samples of the first epoch. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.#open(0)[Symbol.asyncIterator]();
  }
}

/** Puts a sample in another's place, and gives the other. */
function swap<T>(buffer: T[], at: number, sample: T): T {
  const other = buffer[at]!;
  buffer[at] = sample;
  return other;
}

/** Whole numbers from 0 to n - 1, one after the other: the hashes of 0, 1, 2... under seed and epoch. */
function whole(seed: number, epoch: number): (n: number) => number {
  const words = new Int32Array(2);
  let drawn = 0;
  return (n) => {
    threefry(seed | 0, Math.floor(seed / 2 ** 32), drawn++ | 0, epoch | 0, words);
    return Math.floor(((words[0]! >>> 0) / 2 ** 32) * n);
  };
}

interface Batching<T, B> {
  readonly size: number;
  readonly dropLast: boolean;
  readonly collate: Collate<T, B>;
  /** Batches that are read and left out. */
  readonly from: number;
}

async function* batches<T, B>(
  samples: AsyncIterable<T>,
  { size, dropLast, collate, from }: Batching<T, B>,
): AsyncGenerator<B> {
  let list: T[] = [];
  let read = 0;
  for await (const sample of samples) {
    list.push(sample);
    read++;
    if (list.length < size) continue;
    if (read > from * size)
      yield collate(
        list,
        Array.from(list, (_, i) => read - list.length + i),
      );
    list = [];
  }
  if (read < size && (read === 0 || dropLast)) {
    const few = read === 0 ? "there are no samples" : `${read} samples do not fill one batch of ${size}`;
    throw new DataError(`stream.batch: ${few}`);
  }
  const least = dropLast ? from * size : (from - 1) * size + 1;
  if (read < least) {
    throw new DataError(
      `stream.batch: cannot go on at batch ${from}, the stream has only ${read} samples; is it another one?`,
    );
  }
  if (list.length > 0 && !dropLast && read > from * size) {
    yield collate(
      list,
      Array.from(list, (_, i) => read - list.length + i),
    );
  }
}

/**
 * A stream in batches, made by `stream(...).batch(size)`. Each `for await` loop is one epoch. Where it stands can be read
 * and set as a `DataLoader`'s: what was given before is read again and left out.
 *
 * @example
 * ```ts
 * const loader = stream([1, 2, 3]).batch(2);
 * const seen: string[] = [];
 * for await (const numbers of loader) seen.push(String(numbers));
 * seen; // ["[1. 2.]", "[3.]"]
 * ```
 */
export class StreamLoader<B> implements AsyncIterable<B> {
  readonly #read: (epoch: number, from: number) => AsyncGenerator<B>;
  readonly #prefetch: number;
  readonly #bookmark = new Bookmark();

  /** `read` gives the batches of an epoch, from one on. */
  constructor(read: (epoch: number, from: number) => AsyncGenerator<B>, prefetch: number) {
    this.#read = read;
    this.#prefetch = prefetch;
  }

  /** Where the loader stands: the epoch and how many of its batches have been given. */
  getState(): LoaderState {
    return this.#bookmark.place;
  }

  /**
   * Goes to where another loader of the same stream and settings stood: the next loop gives the rest of that epoch, which
   * may be nothing.
   *
   * @throws ValueError where there is no such place; DataError, from the loop, where the stream is shorter
   */
  setState(state: LoaderState): void {
    checkPlace("stream.batch", state);
    this.#bookmark.goTo(state.epoch, state.position);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<B> {
    const { epoch, position } = this.#bookmark.begin();
    const source = this.#read(epoch, position);
    const ahead = new Ahead(this.#prefetch, () => source.next());
    try {
      for (let at = position; ; at++) {
        const { done, value } = await ahead.next()!;
        if (done) break;
        this.#bookmark.moveTo(epoch, at + 1);
        yield value;
      }
      this.#bookmark.moveTo(epoch + 1, 0);
    } finally {
      // Not awaited: it would wait for a batch that is being read, which may never come.
      source.return(undefined).catch(() => undefined);
    }
  }
}

const isIterable = (source: unknown): source is Source<unknown> =>
  typeof source === "object" &&
  source !== null &&
  (Symbol.iterator in source || Symbol.asyncIterator in source);

/** Throws for what is no source of samples. */
function mustBeIterable<T>(source: Source<T>, what: string): Source<T> {
  if (isIterable(source)) return source;
  throw new ValueError(`stream: ${what} must be an iterable or async iterable of samples`);
}

/** A source that a loop uses up, as a generator is. */
function readsOnce(source: Source<unknown>): boolean {
  const self: unknown = source;
  return typeof (self as { next?: unknown }).next === "function" || self instanceof ReadableStream;
}

/**
 * A stream of samples from an iterable (sync or async), or from a function that opens one for each epoch. What can be read
 * once only, such as a generator, must come as a function, else the second epoch is an error.
 *
 * @throws ValueError for what is no iterable
 * @throws DataError, from the second loop, where the source could be read once only
 * @example
 * ```ts
 * const lines = stream(function* () { yield "1,2"; yield "3,4"; });
 * const loader = lines.map((line) => line.split(",").map(Number)).shuffle(100, { seed: 1 }).batch(2);
 * for await (const batch of loader) batch.shape; // [2, 2]
 * ```
 */
export function stream<T>(source: Source<T> | ((epoch: number) => Source<T>)): Stream<T> {
  if (typeof source === "function") {
    return new Stream(async function* (epoch) {
      yield* mustBeIterable(source(epoch), "what the function gives");
    });
  }
  mustBeIterable(source, "the source");
  let used = false;
  return new Stream(async function* () {
    if (used && readsOnce(source)) {
      throw new DataError(
        "stream: this source can be read once only; give a function that opens it: stream(() => ...)",
      );
    }
    used = true;
    yield* source;
  });
}
