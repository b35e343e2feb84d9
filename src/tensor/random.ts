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
  type TypedArray,
  threefry,
  unary,
} from "../graph/index.js";
import * as ops from "../ops/index.js";
import { checkShape, type Shape, sizeOf } from "../shape/index.js";
import { capture, hostValue, refuse } from "./capture.js";
import type { Given } from "./like.js";
import { type Tensor, wrap } from "./tensor.js";

/** What `random.uniform` takes beside the shape. */
export interface UniformOptions<D extends FloatDType = FloatDType> {
  /** The smallest value; 0 by default. */
  readonly low?: number;
  /** Where the values end, itself left out; 1 by default. */
  readonly high?: number;
  /** float32 by default. */
  readonly dtype?: D;
}

/** What `random.normal` takes beside the shape. */
export interface NormalOptions<D extends FloatDType = FloatDType> {
  /** 0 by default. */
  readonly mean?: number;
  /** The standard deviation; 1 by default. */
  readonly std?: number;
  /** float32 by default. */
  readonly dtype?: D;
}

/** What `random.choice` takes beside the shape. */
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

/**
 * A stream of random arrays from one seed: each draw is Threefry-2x32 with 20 rounds over a counter, under a key of
 * seed and draw (Salmon, Moraes, Dror and Shaw 2011, Parallel Random Numbers: As Easy as 1, 2, 3). `random` is one;
 * make another for numbers that do not depend on who else draws.
 *
 * @throws ValueError where the seed is not a whole number from 0 to 2^53 - 1
 * @example
 * ```ts
 * const a = new Generator(7);
 * const b = new Generator(7);
 * String(a.uniform([2])) === String(b.uniform([2])); // true
 * ```
 */
export class Generator {
  private state: GeneratorState;

  constructor(seed = 0) {
    this.state = { seed: checkSeed(seed), draws: 0 };
  }

  /**
   * Starts again from a seed.
   *
   * @throws ValueError where the seed is not a whole number from 0 to 2^53 - 1
   * @example
   * ```ts
   * random.seed(42);
   * String(random.uniform([2])); // [0.60979885 0.29121536]
   * ```
   */
  seed(seed: number): void {
    this.move({ seed: checkSeed(seed), draws: 0 });
  }

  /**
   * Where the stream stands, to go on from later with {@link Generator.setState}.
   *
   * @throws CaptureError inside a compiled function
   * @example
   * ```ts
   * random.seed(1);
   * random.uniform([2]);
   * random.getState(); // { seed: 1, draws: 1 }
   * ```
   */
  getState(): GeneratorState {
    refuse("random.getState", "ask for it outside");
    return this.state;
  }

  /**
   * Goes on from where a stream stood.
   *
   * @throws ValueError where seed or draws are not whole numbers from 0 to 2^53 - 1
   * @example
   * ```ts
   * const state = random.getState();
   * const first = String(random.normal([2]));
   * random.setState(state);
   * String(random.normal([2])) === first; // true
   * ```
   */
  setState({ seed, draws }: GeneratorState): void {
    this.move({ seed: checkSeed(seed), draws: checkSeed(draws) });
  }

  /** Sets the stream to a place; a captured function does so each time that it runs. */
  private move(to: GeneratorState): void {
    this.takeBack();
    this.state = to;
    capture?.before(() => {
      this.state = to;
    });
  }

  /** Should a capture fail, its draws have not been. */
  private takeBack(): void {
    const { state } = this;
    capture?.undo(() => {
      this.state = state;
    });
  }

  /**
   * The key of the next draw as a node of two int32, which every run of a captured function draws anew: for operations that
   * draw by themselves.
   *
   * @example
   * ```ts
   * random.key().shape; // [2]
   * ```
   */
  key(): Node {
    this.takeBack();
    return hostValue("int32", [2], () => this.draw());
  }

  /** The hash of how many draws came before this one, under the seed. */
  private draw(): TypedArray {
    const { seed, draws } = this.state;
    this.state = { seed, draws: draws + 1 };
    const word = new Int32Array(2);
    threefry(seed | 0, Math.floor(seed / 4294967296), draws | 0, Math.floor(draws / 4294967296), word);
    return word;
  }

  private unit(shape: Shape, dtype: FloatDType): Node {
    checkShape(shape);
    return bits(this.key(), [...shape], dtype);
  }

  /**
   * Uniform in [low, high): low + (high - low) u with u in [0, 1). float32 or float64.
   *
   * @throws ValueError where a size is negative or no whole number
   * @example
   * ```ts
   * String(random.uniform([3])); // [0.969948   0.38612336 0.44116384]
   * random.uniform([2, 3], { low: -1, high: 1 }).shape; // [2, 3]
   * ```
   */
  uniform<const S extends Shape, const D extends FloatDType = "float32">(
    shape: S,
    { low = 0, high = 1, dtype }: UniformOptions<D> = {},
  ): Tensor<Given<S>, NoInfer<D>> {
    const u = this.unit(shape, dtype ?? "float32");
    const spread = binary("mul", u, like(u, high - low));
    return wrap(low === 0 ? spread : binary("add", spread, like(u, low)));
  }

  /**
   * Normal with a mean and a standard deviation: mean + std sqrt(-2 ln(1 - u)) cos(2 pi v) (Box and Muller 1958, A Note
   * on the Generation of Random Normal Deviates). float32 or float64.
   *
   * @throws ValueError where std is negative, or a size is negative or no whole number
   * @example
   * ```ts
   * String(random.normal([3])); // [-1.1563039   0.9781112   0.09578072]
   * random.normal([2, 3], { mean: 5, std: 2 }).dtype; // float32
   * ```
   */
  normal<const S extends Shape, const D extends FloatDType = "float32">(
    shape: S,
    { mean = 0, std = 1, dtype }: NormalOptions<D> = {},
  ): Tensor<Given<S>, NoInfer<D>> {
    if (!(std >= 0)) throw new ValueError(`random.normal: std must not be negative, got ${std}`);
    const u = this.unit(shape, dtype ?? "float32");
    const v = this.unit(shape, dtype ?? "float32");
    const radius = unary("sqrt", binary("mul", like(u, -2), unary("log", binary("sub", like(u, 1), u))));
    const angle = unary("cos", binary("mul", v, like(v, 2 * Math.PI)));
    const standard = binary("mul", radius, angle);
    return wrap(binary("add", binary("mul", standard, like(u, std)), like(u, mean)));
  }

  /**
   * Whole numbers from low up to but not including high, all equally likely. int32 or uint8.
   *
   * @throws ValueError where low and high are not whole numbers with low < high
   * @throws DTypeError where the dtype cannot hold them
   * @example
   * ```ts
   * String(random.integers(0, 10, [5])); // [9 3 4 2 2]
   * ```
   */
  integers<const S extends Shape, const D extends "int32" | "uint8" = "int32">(
    low: number,
    high: number,
    shape: S,
    { dtype }: { readonly dtype?: D } = {},
  ): Tensor<Given<S>, NoInfer<D>> {
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

  /**
   * 0 to n - 1 in random order (int32), or the rows of an array in random order.
   *
   * @throws ValueError where the array is 0-d
   * @example
   * ```ts
   * String(random.permutation(5)); // [3 4 1 2 0]
   * String(random.permutation(array([[1, 2], [3, 4]]))); // [[3. 4.]
   *                                                      //  [1. 2.]]
   * ```
   */
  permutation<const N extends number>(of: N): Tensor<[N], "int32">;
  permutation<S extends Shape, D extends DType>(of: Tensor<S, D>): Tensor<S, D>;
  permutation(of: number | Tensor): Tensor {
    const n = typeof of === "number" ? of : of.shape[0];
    if (n === undefined) throw new ValueError("random.permutation: a 0-d array has no rows");
    const order = ops.argsort(this.unit([n], "float64"));
    return typeof of === "number" ? wrap(order) : wrap(ops.takeAxis(of.node, order, 0));
  }

  /**
   * Elements of 0 to n - 1 (int32), or of a 1-d array, drawn at random: with replacement unless told otherwise, equally
   * likely unless `p` gives each its probability.
   *
   * @throws ValueError where there are too few to choose from, or p is not one probability for each
   * @example
   * ```ts
   * String(random.choice(10, [4])); // [9 3 4 2]
   * String(random.choice(array([1, 2, 3]), [3], { replace: false })); // [2. 1. 3.]
   * ```
   */
  choice<const S extends Shape>(from: number, shape: S, options?: ChoiceOptions): Tensor<Given<S>, "int32">;
  choice<const S extends Shape, D extends DType>(
    from: Tensor<Shape, D>,
    shape: S,
    options?: ChoiceOptions,
  ): Tensor<Given<S>, D>;
  choice(from: number | Tensor, shape: Shape, { replace = true, p }: ChoiceOptions = {}): Tensor {
    const n = typeof from === "number" ? from : from.shape[0];
    if (n === undefined || !Number.isInteger(n) || n < 0 || (typeof from !== "number" && from.ndim !== 1)) {
      throw new ValueError("random.choice: choose from a number or a 1-d array");
    }
    const count = sizeOf(shape);
    if (p !== undefined) checkProbabilities(p, n);
    if (n === 0 && count > 0) throw new ValueError("random.choice: there is nothing to choose from");
    if (!replace && count > n)
      throw new ValueError(`random.choice: cannot take ${count} of ${n} without replacement`);
    const possible = p?.filter((share) => share > 0).length ?? n;
    if (!replace && count > possible)
      throw new ValueError(
        `random.choice: cannot take ${count} without replacement where only ${possible} have a probability`,
      );
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
    refuse("random.choice with probabilities and replacement", "draw outside and pass the result in");
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

/**
 * The generator that everything random draws from where no other is given: initial weights, shuffling. Its seed is 0
 * until `random.seed`.
 *
 * @example
 * ```ts
 * random.seed(42);
 * String(random.integers(0, 6, [4])); // [3 1 5 5]
 * ```
 */
export const random = new Generator(0);
