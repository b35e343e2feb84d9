/**
 * Augmentation: random changes of training pictures that leave what they show. Each is a function of a batch (N, C, H, W),
 * computed on the device with numbers of its own for each picture, drawn from maru's generator: the same seed gives the
 * same pictures, also inside a compiled step, where each run draws anew.
 */
import { ShapeError, ValueError } from "../errors.js";
import { allocate, buffer, type FloatDType, iota, type Node, reshape } from "../graph/index.js";
import * as ops from "../ops/index.js";
import { type Generator, random, type Tensor, wrapNode } from "../tensor/index.js";
import {
  checkImages,
  cropImages,
  type FillOptions,
  type RotateOptions,
  rotateImages,
  shiftImages,
} from "./image-geometry.js";

export type { FillOptions } from "./image-geometry.js";

/** A random change of a batch of pictures. It draws from `random` where no generator is given. */
export type Augmentation = (images: Tensor, generator?: Generator) => Tensor;

/** One number for both axes, or one for rows and one for columns. */
export type PairOf<T> = T | readonly [T, T];

const pairOf = <T extends number>(value: PairOf<T>): readonly [T, T] =>
  typeof value === "number" ? [value, value] : (value as readonly [T, T]);

function checkChance(operation: string, p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new ValueError(`${operation}: a probability lies from 0 to 1, got ${p}`);
}

function checkWhole(operation: string, name: string, pair: readonly [number, number], least: number): void {
  for (const value of pair) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new ValueError(`${operation}: ${name} must be a whole number of at least ${least}, got ${value}`);
  }
}

/**
 * Several changes, one after the other, as one.
 *
 * @throws ValueError for what is no function
 * @example
 * ```ts
 * const change = augment(randomShift(2), randomRotation(10), gaussianNoise(0.05));
 * change(zeros([8, 1, 28, 28])).shape; // [8, 1, 28, 28]
 * const loader = new DataLoader(await mnist("train"), { batchSize: 64, shuffle: true, augment: change });
 * ```
 */
export function augment(...changes: readonly Augmentation[]): Augmentation {
  const wrong = changes.findIndex((change) => typeof change !== "function");
  if (wrong >= 0) throw new ValueError(`augment: argument ${wrong} is no function of pictures`);
  return (images, generator = random) => changes.reduce((x, change) => change(x, generator), images);
}

/** Flips each picture along an axis with a probability. */
function randomFlip(operation: string, axis: number, p: number): Augmentation {
  checkChance(operation, p);
  return (x, generator = random) => {
    const [count] = checkImages(operation, x);
    const yes = ops.lt(generator.uniform([count, 1, 1, 1]).node, p);
    return wrapNode(ops.where(yes, ops.flip(x.node, axis), x.node));
  };
}

/**
 * Left and right exchanged, with probability `p`, 0.5 unless given, for each picture.
 *
 * @throws ValueError where p is no probability
 * @example
 * ```ts
 * String(randomHorizontalFlip(1)(array([[[[1, 2, 3]]]]))); // [[[[3. 2. 1.]]]]
 * ```
 */
export const randomHorizontalFlip = (p = 0.5): Augmentation => randomFlip("randomHorizontalFlip", 3, p);

/**
 * Top and bottom exchanged, with probability `p`, 0.5 unless given, for each picture.
 *
 * @throws ValueError where p is no probability
 * @example
 * ```ts
 * randomVerticalFlip(1)(array([[[[1], [2]]]])).ravel().toArray(); // [2, 1]
 * ```
 */
export const randomVerticalFlip = (p = 0.5): Augmentation => randomFlip("randomVerticalFlip", 2, p);

/**
 * Each picture moved by whole pixels, at most so many up or down and to either side, all equally likely; see
 * {@link shiftImages}.
 *
 * @throws ValueError where a number is not a whole one of at least 0
 * @example
 * ```ts
 * randomShift([0, 1])(array([[[[1, 2, 3]]]])).ravel().toArray(); // [0, 1, 2]
 * ```
 */
export function randomShift(most: PairOf<number>, { fill = 0 }: FillOptions = {}): Augmentation {
  const [down, right] = pairOf(most);
  checkWhole("randomShift", "a shift", [down, right], 0);
  return (x, generator = random) => {
    const [count] = checkImages("randomShift", x);
    const draw = (n: number): Tensor => generator.integers(-n, n + 1, [count]);
    return shiftImages(x, { down: draw(down), right: draw(right), fill });
  };
}

/**
 * Each picture turned about its centre, by an angle from -degrees to degrees, or between the two that are given; see
 * {@link rotateImages}.
 *
 * @throws ValueError where an angle is not finite
 * @example
 * ```ts
 * randomRotation(15)(ones([2, 3, 8, 8])).shape; // [2, 3, 8, 8]
 * ```
 */
export function randomRotation(degrees: PairOf<number>, options: RotateOptions = {}): Augmentation {
  const [low, high] = typeof degrees === "number" ? [-degrees, degrees] : degrees;
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
    throw new ValueError(`randomRotation: angles must be finite, the lower first, got ${low} and ${high}`);
  }
  return (x, generator = random) => {
    const [count] = checkImages("randomRotation", x, true);
    return rotateImages(x, generator.uniform([count], { low, high }) as unknown as Tensor, options);
  };
}

/** What `randomCrop` takes beside the size. */
export interface RandomCropOptions extends FillOptions {
  /** How many pixels of `fill` are put around the picture first; none by default. */
  readonly padding?: PairOf<number>;
}

/**
 * A part of each picture with `size` rows and columns, anywhere in it, all places equally likely. With `padding` the
 * picture may keep its size: `randomCrop(32, { padding: 4 })`.
 *
 * @throws ValueError where a size is not a whole number of at least 1, or padding not one of at least 0
 * @throws ShapeError where the padded pictures are smaller than the part
 * @example
 * ```ts
 * randomCrop(24)(zeros([5, 3, 28, 28])).shape; // [5, 3, 24, 24]
 * ```
 */
export function randomCrop(
  size: PairOf<number>,
  { padding = 0, fill = 0 }: RandomCropOptions = {},
): Augmentation {
  const part = pairOf(size);
  const around = pairOf(padding);
  checkWhole("randomCrop", "a size", part, 1);
  checkWhole("randomCrop", "padding", around, 0);
  return (x, generator = random) => {
    const [count, , ...whole] = checkImages("randomCrop", x);
    const corner = [0, 1].map((axis) => {
      const room = whole[axis]! + 2 * around[axis]! - part[axis]!;
      if (room < 0) {
        throw new ShapeError(
          `randomCrop: pictures of ${whole.join(" x ")} with padding ${around.join(" and ")} are smaller than the part of ${part.join(" x ")}`,
        );
      }
      return generator.integers(-around[axis]!, room - around[axis]! + 1, [count]);
    });
    return cropImages(x, part, { top: corner[0]!, left: corner[1]!, fill });
  };
}

/** What `gaussianNoise` takes beside the standard deviation. */
export interface NoiseOptions {
  /** 0 by default. */
  readonly mean?: number;
}

/**
 * Normal noise on each element: x + mean + std z.
 *
 * @throws ValueError where std is negative or not finite
 * @example
 * ```ts
 * const noisy = gaussianNoise(0.1)(zeros([1, 1, 100, 100]));
 * noisy.std().item() > 0.095 && noisy.std().item() < 0.105; // true
 * ```
 */
export function gaussianNoise(std: number, { mean = 0 }: NoiseOptions = {}): Augmentation {
  if (!(std >= 0 && Number.isFinite(std)) || !Number.isFinite(mean)) {
    throw new ValueError(
      `gaussianNoise: std must be finite and not negative, mean finite, got ${std} and ${mean}`,
    );
  }
  return (x, generator = random) => {
    checkImages("gaussianNoise", x, true);
    const noise = generator.normal(x.shape, { mean, std, dtype: x.dtype as FloatDType });
    return wrapNode(ops.add(x.node, noise.node));
  };
}

/** Numbers of the channels, in the shape (1, C, 1, 1) and the dtype of x. */
function perChannel(name: string, values: number | readonly number[], x: Tensor): Node {
  const channels = x.shape[1]!;
  if (typeof values !== "number" && values.length !== channels) {
    throw new ShapeError(
      `normalize: ${values.length} numbers of ${name} do not go with ${channels} channels`,
    );
  }
  const data = allocate(x.dtype, channels);
  if (typeof values === "number") data.fill(values);
  else data.set(values);
  return buffer(data, [1, channels, 1, 1], x.dtype);
}

/**
 * (x - mean) / std, with a mean and a standard deviation for each channel or for all. It draws nothing: apply it to
 * validation data too.
 *
 * @throws ValueError where a std is not above 0 or a number not finite
 * @throws ShapeError where there is not one number for each channel
 * @example
 * ```ts
 * String(normalize([1, 2], [2, 4])(array([[[[3]], [[10]]]])).ravel()); // [1. 2.]
 * ```
 */
export function normalize(mean: number | readonly number[], std: number | readonly number[]): Augmentation {
  if (
    ![std].flat().every((one) => one > 0 && Number.isFinite(one)) ||
    ![mean].flat().every(Number.isFinite)
  ) {
    throw new ValueError(
      `normalize: means must be finite and std finite and above 0, got ${mean} and ${std}`,
    );
  }
  return (x) => {
    checkImages("normalize", x, true);
    const centred = ops.sub(x.node, perChannel("mean", mean, x));
    return wrapNode(ops.div(centred, perChannel("std", std, x)));
  };
}

/** What `cutout` takes beside the size. */
export interface CutoutOptions extends FillOptions {
  /** How many parts of each picture; 1 by default. */
  readonly count?: number;
}

/**
 * A rectangle of each picture replaced by `fill`: `size` rows and columns around a pixel that is drawn, cut off at the
 * border (DeVries and Taylor 2017, Improved Regularization of Convolutional Neural Networks with Cutout).
 *
 * @throws ValueError where size or count is not a whole number of at least 1
 * @example
 * ```ts
 * cutout(1)(ones([2, 1, 4, 4])).sum([1, 2, 3]).toArray(); // [15, 15]
 * ```
 */
export function cutout(size: PairOf<number>, { fill = 0, count = 1 }: CutoutOptions = {}): Augmentation {
  const part = pairOf(size);
  checkWhole("cutout", "a size", part, 1);
  checkWhole("cutout", "count", [count, count], 1);
  return (x, generator = random) => {
    const [images, , ...whole] = checkImages("cutout", x);
    const covered = (axis: number) => {
      const shape = axis === 0 ? [1, 1, whole[0]!, 1] : [1, 1, 1, whole[1]!];
      const first = ops.sub(
        generator.integers(0, whole[axis]!, [images, 1, 1, 1]).node,
        Math.floor(part[axis]! / 2),
      );
      const away = ops.sub(reshape(iota(whole[axis]!), shape), first);
      return ops.logicalAnd(ops.ge(away, 0), ops.lt(away, part[axis]!));
    };
    let node = x.node;
    for (let i = 0; i < count; i++) {
      node = ops.where(ops.logicalAnd(covered(0), covered(1)), ops.scalar(fill, x.dtype), node);
    }
    return wrapNode(node);
  };
}
