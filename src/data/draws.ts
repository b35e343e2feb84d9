/**
 * Random numbers for orders and splits: drawn by the host, so that they are the same on every device and cost no
 * compilation. A draw is named by its seed and its number in the seed's stream; none depends on those before it.
 */
import { type TypedArray, threefry } from "../graph/index.js";
import { Generator } from "../tensor/index.js";
import { computeOnHost } from "../tensor/runtime.js";
import type { Place } from "./dataset.js";

/** Orders are drawn far from where weights and dropout of the same seed begin their draws. */
const FIRST_DRAW = 2 ** 32;

/** A seed's stream, at the draw of an epoch. */
function at(seed: number, epoch: number): Generator {
  const generator = new Generator(seed);
  generator.setState({ seed, draws: FIRST_DRAW + epoch });
  return generator;
}

/** 0 to length - 1 in the random order of an epoch. */
export const permutation = (length: number, seed: number, epoch: number): Int32Array =>
  computeOnHost(at(seed, epoch).permutation(length).node) as Int32Array;

/** Numbers in [0, 1), each equally likely, in float64. */
export function uniforms(count: number, seed: number, epoch: number): Float64Array {
  const values: TypedArray = computeOnHost(at(seed, epoch).uniform([count], { dtype: "float64" }).node);
  return values as Float64Array;
}

const WORD = 2 ** 32;

/** A whole number from 0 to 2^53 - 1 that stands for a key and a counter. */
function hash(key: number, counter0: number, counter1: number): number {
  const words = new Int32Array(2);
  threefry(key | 0, Math.floor(key / WORD), counter0 | 0, counter1 | 0, words);
  return (words[0]! & 0x1fffff) * WORD + (words[1]! >>> 0);
}

/** A seed for random work on a whole batch, from its place. */
export const batchSeed = ({ seed, epoch, batch }: Place): number => hash(seed, epoch, batch);

/** A seed for random work on the i-th sample of a batch. */
export const sampleSeed = (place: Place, i: number): number => hash(batchSeed(place), i, 1);
