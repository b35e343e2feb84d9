/** Parts of a dataset, chosen at random: by size alone, or so that each has its share of every class. */
import { DataError, ValueError } from "../errors.js";
import type { DType } from "../graph/index.js";
import { formatShape, type Shape } from "../shape/index.js";
import { Generator } from "../tensor/index.js";
import { computeOnHost } from "../tensor/runtime.js";
import { type Dataset, subset } from "./dataset.js";
import { permutation } from "./draws.js";

/** What `randomSplit` takes beside the sizes. */
export interface RandomSplitOptions {
  /** The same seed gives the same parts; 0 by default. */
  readonly seed?: number;
}

/**
 * Parts of a dataset at random, none sharing a sample: by counts that add up to its length, or by shares that add up
 * to 1 (what rounding leaves over goes to the first parts, one each).
 *
 * @throws ValueError where counts or shares do not add up
 * @throws DataError where a part would be empty
 * @example
 * ```ts
 * const [train, validate] = randomSplit(await mnist("train"), [0.9, 0.1], { seed: 1 });
 * ```
 */
export function randomSplit<X extends Shape, Y extends Shape, XD extends DType, YD extends DType>(
  dataset: Dataset<X, Y, XD, YD>,
  sizes: readonly number[],
  { seed = 0 }: RandomSplitOptions = {},
): Dataset<X, Y, XD, YD>[] {
  const counts = countsOf("randomSplit", sizes, dataset.length);
  const order = computeOnHost(new Generator(seed).permutation(dataset.length).node);
  let from = 0;
  return counts.map((count) => subset(dataset, order.subarray(from, (from += count))));
}

function countsOf(operation: string, sizes: readonly number[], length: number): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const valid = sizes.every((size) => size >= 0);
  if (valid && sum === length && sizes.every(Number.isInteger)) return [...sizes];
  if (!valid || Math.abs(sum - 1) > 1e-9) {
    throw new ValueError(
      `${operation}: give counts that add up to ${length} or shares that add up to 1, got ${sizes.join(", ")}`,
    );
  }
  const counts = sizes.map((share) => Math.floor(share * length + 1e-9));
  const left = length - counts.reduce((a, b) => a + b, 0);
  return counts.map((count, i) => count + (i < left ? 1 : 0));
}

/** How many samples `labelsOf` reads at a time, so that pictures of a large dataset are not all there at once. */
const CHUNK = 256;

/** The label of each sample, for datasets whose targets are whole numbers of shape (). */
function labelsOf(operation: string, dataset: Dataset): Int32Array {
  const labels = new Int32Array(dataset.length);
  if (dataset.targetShape.length > 0) {
    throw new DataError(
      `${operation}: labels are needed, a whole number a sample, but targets have shape ${formatShape(dataset.targetShape)}; give { labels }`,
    );
  }
  for (let from = 0; from < labels.length; from += CHUNK) {
    const count = Math.min(CHUNK, labels.length - from);
    const { targets } = dataset.batch(Int32Array.from({ length: count }, (_, i) => from + i));
    checkLabels(operation, targets.dataSync(), from);
    labels.set(targets.dataSync(), from);
  }
  return labels;
}

/** Throws unless all are whole numbers that an int32 can hold. */
export function checkLabels(operation: string, labels: ArrayLike<number>, first = 0): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === (labels[i]! | 0)) continue;
    throw new DataError(`${operation}: label ${first + i} is ${labels[i]}; labels are whole numbers`);
  }
}

/** The numbers of the samples of each class, in order of the classes. */
export function byClass(labels: ArrayLike<number>): ReadonlyMap<number, number[]> {
  const classes = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const members = classes.get(labels[i]!);
    if (members === undefined) classes.set(labels[i]!, [i]);
    else members.push(i);
  }
  return new Map([...classes].sort(([a], [b]) => a - b));
}

/** What `stratifiedSplit` takes beside the sizes. */
export interface StratifiedSplitOptions extends RandomSplitOptions {
  /** The class of each sample; by default the targets, which must be whole numbers of shape () then. */
  readonly labels?: ArrayLike<number>;
}

/**
 * Parts of a dataset at random, none sharing a sample, each with its share of every class: of a class of c samples a part
 * with the share s gets floor(s c), and what is left over goes where most is missing, so that the parts have the sizes
 * that {@link randomSplit} would give them. Each part is in the order of the whole.
 *
 * @throws ValueError where counts or shares do not add up, or there is not one label a sample
 * @throws DataError where a part would be empty, or targets are no labels
 * @example
 * ```ts
 * const x = tensorDataset(arange(8).reshape(8, 1), array([0, 0, 0, 0, 1, 1, 1, 1], { dtype: "int32" }));
 * const [train, validate] = stratifiedSplit(x, [0.75, 0.25]);
 * train!.batch([0, 1, 2, 3, 4, 5]).targets.toArray(); // [0, 0, 0, 1, 1, 1]
 * validate!.batch([0, 1]).targets.toArray(); // [0, 1]
 * ```
 */
export function stratifiedSplit<X extends Shape, Y extends Shape, XD extends DType, YD extends DType>(
  dataset: Dataset<X, Y, XD, YD>,
  sizes: readonly number[],
  { seed = 0, labels }: StratifiedSplitOptions = {},
): Dataset<X, Y, XD, YD>[] {
  const counts = countsOf("stratifiedSplit", sizes, dataset.length);
  if (labels !== undefined) checkLabels("stratifiedSplit", labels);
  const given = labels ?? labelsOf("stratifiedSplit", dataset as unknown as Dataset);
  if (given.length !== dataset.length) {
    throw new ValueError(`stratifiedSplit: ${given.length} labels do not go with ${dataset.length} samples`);
  }
  const parts: number[][] = counts.map(() => []);
  let seen = 0;
  [...byClass(given).values()].forEach((members, draw) => {
    const order = permutation(members.length, seed, draw);
    seen += members.length;
    // What each part should have had by now, were samples divisible.
    const wanted = counts.map((count) => (count * seen) / dataset.length);
    const quotas = quotasOf(members.length, counts, wanted, parts);
    let from = 0;
    quotas.forEach((quota, part) => {
      for (const i of order.subarray(from, (from += quota))) parts[part]!.push(members[i]!);
    });
  });
  return parts.map((part) =>
    subset(
      dataset,
      part.sort((a, b) => a - b),
    ),
  );
}

/**
 * How many of a class's samples each part gets. What rounding leaves goes, one by one, where most is missing; as the
 * missing of all parts add up to what is left, nobody gets one who misses nothing, and in the end each has its count.
 */
function quotasOf(
  members: number,
  counts: readonly number[],
  wanted: readonly number[],
  parts: readonly number[][],
): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  const quotas = counts.map((count) => Math.floor((count * members) / total));
  for (let left = members - quotas.reduce((a, b) => a + b, 0); left > 0; left--) {
    const missing = wanted.map((count, part) => count - parts[part]!.length - quotas[part]!);
    quotas[missing.indexOf(Math.max(...missing))]!++;
  }
  return quotas;
}
