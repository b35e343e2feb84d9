/** Datasets of samples of any kind: lists, or whatever gives a sample by its number, with a collate function. */
import { DataError } from "../errors.js";
import type { DType } from "../graph/index.js";
import type { Shape } from "../shape/index.js";
import { type Collate, type Collated, collateFields } from "./collate.js";
import { type Batch, type BatchSource, checkIndices, type Dataset } from "./dataset.js";

/** Samples by number: a list, or an object that gets each when it is asked for. */
export type Samples<T> =
  | readonly T[]
  | {
      /** How many there are. */
      readonly length: number;
      /** The sample with this number, or a promise of it. */
      get(index: number): T;
    };

/** What `sampleDataset` takes beside the samples. */
export interface SampleDatasetOptions<T, B> {
  /** Makes a batch of samples; `collate` by default. */
  readonly collate?: Collate<Awaited<T>, B>;
  /** For the default: dtypes of fields that are lists of numbers, such as `{ targets: "int32" }`. */
  readonly dtypes?: Readonly<Record<string, DType>>;
}

/** The function that gets a sample. */
export function getterOf<T>(samples: Samples<T>): (index: number) => T {
  if ("get" in samples && typeof samples.get === "function") return (index) => samples.get(index);
  return (index) => (samples as readonly T[])[index]!;
}

type SourceOf<B> =
  B extends Batch<infer X, infer Y, infer XD, infer YD> ? Dataset<X, Y, XD, YD> : BatchSource<B>;

/**
 * Samples of any kind as batches for a `DataLoader`. Samples `{ inputs, targets }` make a `Dataset` that `fit` takes;
 * others make what the collate function makes of them. Where samples are promises, so are the batches, and the loader is
 * read by `for await`.
 *
 * @throws DataError where there are no samples
 * @throws ValueError, from `batch`, for a number that no sample has; and what the collate function throws
 * @example
 * ```ts
 * const samples = [{ inputs: [0, 1], targets: 1 }, { inputs: [1, 1], targets: 0 }];
 * const dataset = sampleDataset(samples, { dtypes: { targets: "int32" } });
 * dataset.inputShape; // [2]
 * String(dataset.batch([1, 0]).targets); // [0 1]
 * ```
 */
export function sampleDataset<T, B = Collated<Awaited<T>>>(
  samples: Samples<T>,
  { collate, dtypes = {} }: SampleDatasetOptions<T, B> = {},
): T extends Promise<unknown> ? BatchSource<Promise<B>> : SourceOf<B> {
  const { length } = samples;
  if (length === 0) throw new DataError("sampleDataset: there are no samples");
  const together: Collate<Awaited<T>, B> = collate ??
  ((list, indices) => collateFields(list, indices, dtypes, "") as B);
  const get = getterOf(samples);
  const batch = (indices: ArrayLike<number>): B | Promise<B> => {
    checkIndices("sampleDataset", indices, length);
    const list = Array.from(indices, get);
    return list.some((one) => one instanceof Promise)
      ? Promise.all(list).then((all) => together(all, indices))
      : together(list as Awaited<T>[], indices);
  };
  const source = { length, batch };
  const first = batch([0]);
  if (first instanceof Promise) {
    // It is read again when it is asked for; what is the matter with it is said then.
    first.catch(() => undefined);
    return source as never;
  }
  return (isBatch(first) ? { ...source, ...shapesOf(first) } : source) as never;
}

const isBatch = (batch: unknown): batch is Batch =>
  typeof batch === "object" && batch !== null && "inputs" in batch && "targets" in batch;

/** The shapes of one sample, where inputs and targets are tensors. */
function shapesOf({ inputs, targets }: Batch): { inputShape?: Shape; targetShape?: Shape } {
  if (inputs?.shape === undefined || targets?.shape === undefined) return {};
  return { inputShape: inputs.shape.slice(1), targetShape: targets.shape.slice(1) };
}
