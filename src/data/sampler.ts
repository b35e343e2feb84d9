/**
 * Samplers: which samples come in an epoch, and in what order. An order is a function of the seed and the epoch alone,
 * so a training can go on in any epoch without those before it, and a loader's place is two numbers.
 */
import { DataError, ValueError } from "../errors.js";
import { Generator } from "../tensor/index.js";
import { permutation, uniforms } from "./draws.js";
import { byClass, checkLabels } from "./split.js";

/** What says which samples come in an epoch, and in what order. */
export interface Sampler {
  /** How many samples an epoch has. */
  readonly length: number;
  /** The numbers of an epoch's samples; the same each time that it is asked for the same epoch. */
  order(epoch: number): ArrayLike<number>;
  /** For a sampler of one's own whose orders depend on more than the epoch: what that is, as plain data. */
  getState?(): unknown;
  /** Goes to where another sampler stood when it gave this state. */
  setState?(state: unknown): void;
}

/** What the samplers that draw take. */
export interface SamplerOptions {
  /** The same seed gives the same orders; 0 by default. */
  readonly seed?: number;
}

/** Throws unless it is a whole number of at least 1. */
export function checkCount(operation: string, name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new ValueError(`${operation}: ${name} must be a whole number of at least 1, got ${count}`);
}

function checkLength(operation: string, length: number): void {
  if (length === 0) throw new DataError(`${operation}: there are no samples`);
  checkCount(operation, "the number of samples", length);
}

/** Throws where the generator would. */
function checkedSeed(seed: number): number {
  new Generator(seed);
  return seed;
}

/**
 * 0 to length - 1 in order, each epoch.
 *
 * @throws DataError for no samples
 * @example
 * ```ts
 * [...Array.from(sequentialSampler(3).order(0))]; // [0, 1, 2]
 * ```
 */
export function sequentialSampler(length: number): Sampler {
  checkLength("sequentialSampler", length);
  const order = Int32Array.from({ length }, (_, i) => i);
  return { length, order: () => order };
}

/** What `randomSampler` takes beside the number of samples. */
export interface RandomSamplerOptions extends SamplerOptions {
  /** May a sample come twice in an epoch? false by default: each comes once. */
  readonly replacement?: boolean;
  /** Samples in an epoch; as many as there are by default. */
  readonly count?: number;
}

/**
 * Samples at random, all equally likely, another order each epoch: each once, or with replacement. What `shuffle: true`
 * of a loader uses.
 *
 * @throws DataError for no samples
 * @throws ValueError where more are to be drawn without replacement than there are
 * @example
 * ```ts
 * const sampler = randomSampler(5, { seed: 1 });
 * [sampler.order(0), sampler.order(1)].map(String); // ["3,1,0,2,4", "0,4,1,2,3"]
 * ```
 */
export function randomSampler(
  length: number,
  { replacement = false, count = length, seed = 0 }: RandomSamplerOptions = {},
): Sampler {
  checkLength("randomSampler", length);
  checkCount("randomSampler", "count", count);
  checkedSeed(seed);
  if (!replacement && count > length) {
    throw new ValueError(
      `randomSampler: cannot draw ${count} of ${length} samples without replacement; say replacement: true`,
    );
  }
  const order = (epoch: number): Int32Array =>
    replacement
      ? Int32Array.from(uniforms(count, seed, epoch), (u) => Math.floor(u * length))
      : permutation(length, seed, epoch).subarray(0, count);
  return { length: count, order };
}

/** What `weightedSampler` takes beside the weights. */
export interface WeightedSamplerOptions extends SamplerOptions {
  /** May a sample come twice in an epoch? true by default. */
  readonly replacement?: boolean;
  /** Samples in an epoch; as many as there are weights by default. */
  readonly count?: number;
}

function checkWeights(operation: string, weights: Float64Array): void {
  if (weights.length === 0) throw new DataError(`${operation}: there are no samples`);
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong >= 0) {
    throw new ValueError(
      `${operation}: weights are finite and not negative, but weight ${wrong} is ${weights[wrong]}`,
    );
  }
  if (weights.every((weight) => weight === 0)) {
    throw new ValueError(`${operation}: all ${weights.length} weights are 0, so no sample can be drawn`);
  }
}

/**
 * Samples at random, each as likely as its weight says; the weights need not add up to 1. Without replacement the first
 * is drawn by weight, the next of those left, and so on: the order of -ln(1 - u) / weight (Efraimidis and Spirakis 2006,
 * Weighted Random Sampling with a Reservoir).
 *
 * @throws ValueError where a weight is negative, NaN or infinite, all are 0, or more are to be drawn without replacement
 * than have a weight above 0
 * @throws DataError for no weights
 * @example
 * ```ts
 * const sampler = weightedSampler([0, 1, 3], { count: 8, seed: 1 });
 * String(sampler.order(0)); // "1,1,2,1,2,2,2,2"
 * ```
 */
export function weightedSampler(
  weights: ArrayLike<number>,
  { replacement = true, count = weights.length, seed = 0 }: WeightedSamplerOptions = {},
): Sampler {
  const given = Float64Array.from(weights);
  checkWeights("weightedSampler", given);
  checkCount("weightedSampler", "count", count);
  checkedSeed(seed);
  const possible = given.reduce((n, weight) => n + (weight > 0 ? 1 : 0), 0);
  if (!replacement && count > possible) {
    throw new ValueError(
      `weightedSampler: cannot draw ${count} samples without replacement where ${possible} have a weight above 0`,
    );
  }
  const order = (epoch: number): Int32Array =>
    replacement ? withReplacement(given, count, seed, epoch) : withoutReplacement(given, count, seed, epoch);
  return { length: count, order };
}

/** u falls among the running sums of the weights; weights of 0 have no room there. */
function withReplacement(weights: Float64Array, count: number, seed: number, epoch: number): Int32Array {
  let sum = 0;
  const bounds = weights.map((weight) => (sum += weight));
  const last = weights.findLastIndex((weight) => weight > 0);
  return Int32Array.from(uniforms(count, seed, epoch), (u) => Math.min(last, firstAbove(bounds, u * sum)));
}

/** The first place whose bound lies above the value. */
function firstAbove(bounds: Float64Array, value: number): number {
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withoutReplacement(weights: Float64Array, count: number, seed: number, epoch: number): Int32Array {
  const draws = uniforms(weights.length, seed, epoch);
  const waits = weights.map((weight, i) =>
    weight === 0 ? Number.POSITIVE_INFINITY : -Math.log1p(-draws[i]!) / weight,
  );
  const order = Int32Array.from(weights, (_, i) => i);
  return order.sort((a, b) => (waits[a] === waits[b] ? a - b : waits[a]! - waits[b]!)).subarray(0, count);
}

/** What `balancedSampler` takes beside the labels. */
export interface BalancedSamplerOptions extends SamplerOptions {
  /** Samples in an epoch; as many as there are labels by default. */
  readonly count?: number;
}

/**
 * Samples at random with replacement, so that every class is equally likely however many samples it has: each weighs
 * 1 / (samples of its class).
 *
 * @throws DataError for no labels, or labels that are no whole numbers
 * @example
 * ```ts
 * const labels = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
 * const drawn = Array.from(balancedSampler(labels, { count: 1000 }).order(0));
 * drawn.filter((i) => labels[i] === 1).length; // 509
 * ```
 */
export function balancedSampler(labels: ArrayLike<number>, options: BalancedSamplerOptions = {}): Sampler {
  checkLabels("balancedSampler", labels);
  checkLength("balancedSampler", labels.length);
  const classes = byClass(labels);
  const weights = Float64Array.from(labels, (label) => 1 / classes.get(label)!.length);
  return weightedSampler(weights, options);
}

/**
 * Every sample once an epoch in random order, the classes spread evenly: each stretch of the order has of every class
 * about its share. So a batch is a small picture of the whole.
 *
 * @throws DataError for no labels, or labels that are no whole numbers
 * @example
 * ```ts
 * const labels = [0, 0, 0, 0, 1, 1];
 * const order = Array.from(stratifiedSampler(labels, { seed: 1 }).order(0));
 * order.map((i) => labels[i]); // [0, 1, 0, 0, 1, 0]
 * ```
 */
export function stratifiedSampler(labels: ArrayLike<number>, { seed = 0 }: SamplerOptions = {}): Sampler {
  checkLabels("stratifiedSampler", labels);
  checkLength("stratifiedSampler", labels.length);
  checkedSeed(seed);
  const classes = [...byClass(labels).values()];
  const { length } = labels;
  return {
    length,
    order(epoch) {
      // The k-th of a class's c samples, in random order, stands at (k + u) / c of the epoch, u drawn for each class.
      const order = permutation(length, seed, epoch);
      const rank = new Int32Array(length);
      order.forEach((i, place) => void (rank[i] = place));
      const places = new Float64Array(length);
      const starts = uniforms(classes.length, seed, epoch);
      classes.forEach((members, c) => {
        const mixed = [...members].sort((a, b) => rank[a]! - rank[b]!);
        mixed.forEach((i, k) => void (places[i] = (k + starts[c]!) / mixed.length));
      });
      return order.sort((a, b) => (places[a] === places[b] ? rank[a]! - rank[b]! : places[a]! - places[b]!));
    },
  };
}
