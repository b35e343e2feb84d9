/**
 * Random arrays. A generator is a seed and a count of draws; each draw is a counter-based array of its own, so that the
 * same seed gives the same numbers on every device and for any number of threads.
 */
import { ValueError } from "../errors.js";
import {
  binary,
  random as bits,
  buffer,
  cast,
  type DType,
  type FloatDType,
  like,
  type Node,
  threefry,
  unary,
} from "../graph/index.js";
import * as ops from "../ops/index.js";
import { checkShape, type Shape, sizeOf } from "../shape/index.js";
import { type Tensor, wrap } from "./tensor.js";

export interface UniformOptions<D extends FloatDType = FloatDType> {
  readonly low?: number;
  readonly high?: number;
  readonly dtype?: D;
}

export interface NormalOptions<D extends FloatDType = FloatDType> {
  readonly mean?: number;
  readonly std?: number;
  readonly dtype?: D;
}

export interface ChoiceOptions {
  /** May one element come twice? true by default. */
  readonly replace?: boolean;
  /** The probability of each element; equal by default. */
  readonly p?: readonly number[];
}

/** Where a generator stands; with it another one goes on from there. */
export interface GeneratorState {
  readonly seed: number;
  readonly draws: number;
}

/** A stream of random arrays from one seed. */
export class Generator {
  private state: GeneratorState;

  constructor(seed = 0) {
    this.state = { seed: checkSeed(seed), draws: 0 };
  }

  /** Starts again from a seed: a whole number from 0 to 2^53 - 1. */
  seed(seed: number): void {
    this.state = { seed: checkSeed(seed), draws: 0 };
  }

  getState(): GeneratorState {
    return this.state;
  }

  setState({ seed, draws }: GeneratorState): void {
    this.state = { seed: checkSeed(seed), draws: checkSeed(draws) };
  }

  /** The key of the next draw: the hash of how many came before it, under the seed. */
  private key(): Node {
    const { seed, draws } = this.state;
    this.state = { seed, draws: draws + 1 };
    const word = new Int32Array(2);
    threefry(seed | 0, Math.floor(seed / 4294967296), draws | 0, Math.floor(draws / 4294967296), word);
    return buffer(word, [2], "int32");
  }

  private unit(shape: Shape, dtype: FloatDType): Node {
    checkShape(shape);
    return bits(this.key(), shape, dtype);
  }

  /** Uniform in [low, high): low + (high - low) u. */
  uniform<const S extends Shape, const D extends FloatDType = "float32">(
    shape: S,
    { low = 0, high = 1, dtype }: UniformOptions<D> = {},
  ): Tensor<S, D> {
    const u = this.unit(shape, dtype ?? "float32");
    const spread = binary("mul", u, like(u, high - low));
    return wrap(low === 0 ? spread : binary("add", spread, like(u, low)));
  }

  /** Normal with a mean and a standard deviation: mean + std sqrt(-2 ln(1 - u)) cos(2 pi v) (Box and Muller 1958). */
  normal<const S extends Shape, const D extends FloatDType = "float32">(
    shape: S,
    { mean = 0, std = 1, dtype }: NormalOptions<D> = {},
  ): Tensor<S, D> {
    if (!(std >= 0)) throw new ValueError(`random.normal: std must not be negative, got ${std}`);
    const u = this.unit(shape, dtype ?? "float32");
    const v = this.unit(shape, dtype ?? "float32");
    const radius = unary("sqrt", binary("mul", like(u, -2), unary("log", binary("sub", like(u, 1), u))));
    const angle = unary("cos", binary("mul", v, like(v, 2 * Math.PI)));
    const standard = binary("mul", radius, angle);
    return wrap(binary("add", binary("mul", standard, like(u, std)), like(u, mean)));
  }

  /** Whole numbers from low up to but not including high. */
  integers<const S extends Shape, const D extends "int32" | "uint8" = "int32">(
    low: number,
    high: number,
    shape: S,
    { dtype }: { readonly dtype?: D } = {},
  ): Tensor<S, D> {
    if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high) {
      throw new ValueError(`random.integers: low < high must be whole numbers, got ${low} and ${high}`);
    }
    const type = dtype ?? "int32";
    ops.scalar(low, type);
    ops.scalar(high - 1, type);
    const u = this.unit(shape, "float64");
    const steps = unary("floor", binary("mul", u, like(u, high - low)));
    return wrap(cast(binary("add", steps, like(u, low)), type));
  }

  /** 0 to n-1 in random order, or the rows of an array. */
  permutation(of: number): Tensor<[number], "int32">;
  permutation<S extends Shape, D extends DType>(of: Tensor<S, D>): Tensor<S, D>;
  permutation(of: number | Tensor): Tensor {
    const n = typeof of === "number" ? of : of.shape[0];
    if (n === undefined) throw new ValueError("random.permutation: a 0-d array has no rows");
    const order = ops.argsort(this.unit([n], "float64"));
    return typeof of === "number" ? wrap(order) : wrap(ops.takeAxis(of.node, order, 0));
  }

  /** Elements of 0 to n-1, or of a 1-d array, drawn at random. */
  choice<const S extends Shape>(from: number, shape: S, options?: ChoiceOptions): Tensor<S, "int32">;
  choice<const S extends Shape, D extends DType>(
    from: Tensor<Shape, D>,
    shape: S,
    options?: ChoiceOptions,
  ): Tensor<S, D>;
  choice(from: number | Tensor, shape: Shape, { replace = true, p }: ChoiceOptions = {}): Tensor {
    const n = typeof from === "number" ? from : from.shape[0];
    if (n === undefined || (typeof from !== "number" && from.ndim !== 1)) {
      throw new ValueError("random.choice: choose from a number or a 1-d array");
    }
    const count = sizeOf(shape);
    if (p !== undefined) checkProbabilities(p, n);
    if (n === 0 && count > 0) throw new ValueError("random.choice: there is nothing to choose from");
    if (!replace && count > n)
      throw new ValueError(`random.choice: cannot take ${count} of ${n} without replacement`);
    const chosen = replace ? this.withReplacement(n, shape, p) : this.withoutReplacement(n, shape, p);
    return typeof from === "number" ? wrap(chosen) : wrap(ops.takeAxis(from.node, chosen, 0));
  }

  private withReplacement(n: number, shape: Shape, p: readonly number[] | undefined): Node {
    if (p === undefined) return this.integers(0, Math.max(1, n), shape).node;
    const bounds = new Float64Array(n);
    let sum = 0;
    p.forEach((share, i) => {
      sum += share;
      bounds[i] = sum;
    });
    // How many bounds lie at or below u times the whole: the position of u among them, by bisection.
    const u = wrap<Shape, "float64">(this.unit(shape, "float64")).dataSync();
    const places = Int32Array.from(u, (value) => bisect(bounds, value * sum));
    return buffer(places, shape, "int32");
  }

  /** The order of exponential waiting times -ln(1 - u) / p: the first to come are a draw without replacement. */
  private withoutReplacement(n: number, shape: Shape, p: readonly number[] | undefined): Node {
    const u = this.unit([n], "float64");
    const waits = unary("neg", unary("log", binary("sub", like(u, 1), u)));
    const weighted =
      p === undefined ? waits : binary("div", waits, buffer(Float64Array.from(p), [n], "float64"));
    const order = ops.argsort(weighted);
    return ops.reshape(ops.part(order, 0, 0, sizeOf(shape)), shape);
  }
}

function bisect(bounds: Float64Array, value: number): number {
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new ValueError(`random: a seed is a whole number from 0 to 2^53 - 1, got ${seed}`);
}

function checkProbabilities(p: readonly number[], n: number): void {
  if (p.length !== n)
    throw new ValueError(`random.choice: ${p.length} probabilities do not go with ${n} elements`);
  const sum = p.reduce((a, b) => a + b, 0);
  if (!p.every((share) => share >= 0) || Math.abs(sum - 1) > 1e-8) {
    throw new ValueError(
      `random.choice: probabilities must not be negative and must add up to 1, they add up to ${sum}`,
    );
  }
}

/** The generator that `random.*` and initialisers draw from. Seed 0 until `random.seed`. */
export const random = new Generator(0);
