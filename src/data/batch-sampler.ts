/** Batch samplers: which samples are together in a batch, where that is more than the next few of an order. */
import { DataError, ValueError } from "../errors.js";
import { Generator } from "../tensor/index.js";
import { permutation } from "./draws.js";
import { checkCount, type Sampler, type SamplerOptions } from "./sampler.js";
import { byClass, checkLabels } from "./split.js";

/** What says which samples are together in the batches of an epoch. */
export interface BatchSampler {
  /** How many batches an epoch has. */
  readonly length: number;
  /** The numbers of the samples of each batch of an epoch; the same each time that it is asked for the same epoch. */
  batches(epoch: number): readonly ArrayLike<number>[];
  /** As a sampler's. */
  getState?(): unknown;
  /** As a sampler's. */
  setState?(state: unknown): void;
}

/** What `batchSampler` takes beside the sampler and the size. */
export interface BatchSamplerOptions {
  /** Leave out a last batch that is not full? false by default. */
  readonly dropLast?: boolean;
}

/** An order cut into batches. */
function cut(order: ArrayLike<number>, size: number, count: number): Int32Array[] {
  const all = Int32Array.from(order);
  return Array.from({ length: count }, (_, i) => all.subarray(i * size, (i + 1) * size));
}

/** How many batches so many samples make; refuses where there would be none. */
export function batchCount(operation: string, length: number, size: number, dropLast: boolean): number {
  checkCount(operation, "batchSize", size);
  const batches = dropLast ? Math.floor(length / size) : Math.ceil(length / size);
  if (batches > 0) return batches;
  throw new DataError(
    length === 0
      ? `${operation}: the dataset has no samples`
      : `${operation}: ${length} samples do not fill one batch of ${size}, and dropLast leaves out the rest`,
  );
}

/**
 * The order of a sampler in batches of one size.
 *
 * @throws ValueError where the size is not a whole number of at least 1
 * @throws DataError where there is no batch
 * @example
 * ```ts
 * batchSampler(sequentialSampler(5), 2).batches(0).map(String); // ["0,1", "2,3", "4"]
 * ```
 */
export function batchSampler(
  sampler: Sampler,
  batchSize: number,
  { dropLast = false }: BatchSamplerOptions = {},
): BatchSampler {
  const length = batchCount("batchSampler", sampler.length, batchSize, dropLast);
  const batches = (epoch: number): Int32Array[] => cut(sampler.order(epoch), batchSize, length);
  const { getState, setState } = sampler;
  return {
    length,
    batches,
    ...(getState === undefined ? {} : { getState: () => getState.call(sampler) }),
    ...(setState === undefined ? {} : { setState: (state: unknown) => setState.call(sampler, state) }),
  };
}

/** What `balancedBatchSampler` takes beside the labels. */
export interface BalancedBatchOptions extends SamplerOptions {
  /** How many classes are in a batch; all of them by default. */
  readonly classes?: number;
  /** How many samples of each. */
  readonly samples: number;
  /** Batches in an epoch; by default as many as the samples would fill. */
  readonly count?: number;
}

/**
 * Batches with so many samples of each of so many classes, what losses over pairs and triplets need. In a batch no
 * sample comes twice.
 *
 * @throws ValueError where there are fewer classes than a batch takes, or settings are no whole numbers of at least 1
 * @throws DataError where a class has fewer samples than a batch takes, or labels are no whole numbers
 * @example
 * ```ts
 * const labels = [7, 7, 7, 7, 8, 8, 8, 9, 9];
 * const [batch] = balancedBatchSampler(labels, { classes: 2, samples: 2 }).batches(0);
 * Array.from(batch!, (i) => labels[i]); // [7, 7, 8, 8]
 * ```
 */
export function balancedBatchSampler(
  labels: ArrayLike<number>,
  { samples, classes, count, seed = 0 }: BalancedBatchOptions,
): BatchSampler {
  const operation = "balancedBatchSampler";
  checkLabels(operation, labels);
  if (labels.length === 0) throw new DataError(`${operation}: there are no samples`);
  const groups = [...byClass(labels)];
  const together = classes ?? groups.length;
  const length = count ?? Math.max(1, Math.floor(labels.length / (together * samples)));
  for (const [name, value] of Object.entries({ classes: together, samples, count: length })) {
    checkCount(operation, name, value);
  }
  new Generator(seed);
  if (together > groups.length) {
    throw new ValueError(`${operation}: a batch cannot have ${together} classes, there are ${groups.length}`);
  }
  for (const [label, members] of groups) {
    if (members.length >= samples) continue;
    throw new DataError(
      `${operation}: class ${label} has ${members.length} samples, a batch takes ${samples}`,
    );
  }
  const batch = (number: number): Int32Array => {
    const chosen = permutation(groups.length, seed, number * (groups.length + 1)).subarray(0, together);
    return Int32Array.from(
      Array.from(chosen).flatMap((group) => {
        const members = groups[group]![1];
        const order = permutation(members.length, seed, number * (groups.length + 1) + group + 1);
        return Array.from(order.subarray(0, samples), (i) => members[i]!);
      }),
    );
  };
  return {
    length,
    batches: (epoch) => Array.from({ length }, (_, i) => batch(epoch * length + i)),
  };
}

/** What `bucketSampler` takes beside the lengths and the size. */
export interface BucketSamplerOptions extends SamplerOptions, BatchSamplerOptions {
  /** How many batches are sorted together; the more, the less padding and the less chance. 50 by default. */
  readonly bucket?: number;
}

/**
 * Batches of samples that are about equally long, so that little of them is padding: a random order is cut into buckets of
 * `bucket` batches, each bucket is sorted by length and cut into batches, and the batches come in random order.
 *
 * @throws ValueError where a length is no whole number or a setting makes no sense
 * @throws DataError where there is no batch
 * @example
 * ```ts
 * const lengths = [9, 1, 8, 2, 7, 3];
 * const batches = bucketSampler(lengths, 2).batches(0);
 * batches.map((batch) => Array.from(batch, (i) => lengths[i]).sort()); // [[3, 7], [8, 9], [1, 2]]
 * ```
 */
export function bucketSampler(
  lengths: ArrayLike<number>,
  batchSize: number,
  { seed = 0, bucket = 50, dropLast = false }: BucketSamplerOptions = {},
): BatchSampler {
  const length = batchCount("bucketSampler", lengths.length, batchSize, dropLast);
  checkCount("bucketSampler", "bucket", bucket);
  new Generator(seed);
  const sizes = Float64Array.from(lengths);
  const wrong = sizes.findIndex((size) => !Number.isInteger(size) || size < 0);
  if (wrong >= 0) {
    throw new ValueError(`bucketSampler: length ${wrong} is ${sizes[wrong]}; lengths are whole numbers`);
  }
  return {
    length,
    batches(epoch) {
      const order = permutation(sizes.length, seed, 2 * epoch);
      const width = bucket * batchSize;
      for (let from = 0; from < order.length; from += width) {
        order.subarray(from, from + width).sort((a, b) => sizes[a]! - sizes[b]!);
      }
      const batches = cut(order, batchSize, length);
      return Array.from(permutation(length, seed, 2 * epoch + 1), (i) => batches[i]!);
    },
  };
}
