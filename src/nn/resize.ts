/** Images made larger or smaller, as layers. */
import {
  type PixelShuffle as PixelShuffleRule,
  type PixelUnshuffle as PixelUnshuffleRule,
  pixelShuffleShape,
  pixelUnshuffleShape,
  type Resize,
  resizeShape,
} from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { sizes } from "./checks.js";
import * as functional from "./functional/resize.js";
import { Layer } from "./layer.js";
import { type Input, type PartialShape, type ShapeRule, UNKNOWN } from "./shape-rule.js";

type Rank<O> = O extends { readonly mode: infer Mode }
  ? Mode extends "linear"
    ? 1
    : Mode extends "bilinear"
      ? 2
      : number
  : number;

interface UpsampleLayer<O extends functional.UpsampleOptions> extends ShapeRule {
  readonly output: Resize<Input<this>, O, Rank<O>>;
  readonly expects: readonly number[];
}

/** Other sizes by interpolation; made by {@link upsample}. */
export class Upsample<O extends functional.UpsampleOptions> extends Layer<UpsampleLayer<O>> {
  /** What `summary` calls it. */
  readonly operation = "upsample";

  constructor(
    /** The sizes or the factor, the mode, and whether corners are aligned. */
    readonly options: O,
  ) {
    super();
    functional.checkUpsample(options);
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null
      ? null
      : resizeShape(input, this.options, functional.RANKS[this.options.mode ?? "nearest"]);
  }

  protected compute(x: Tensor): Tensor {
    return functional.upsample(x, this.options);
  }
}

/**
 * Input (N, C, ...sizes) with other sizes: `size`, or floor(size `scaleFactor`), each one number for all axes or a list.
 * Mode nearest (the default) repeats elements; linear for (N, C, L) and bilinear for (N, C, H, W) go between them, with
 * the corners of both at the same places where `alignCorners` is true.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * nn.upsample({ scaleFactor: 2 }).forward(zeros([8, 16, 7, 7])).shape; // [8, 16, 14, 14]
 * nn.upsample({ size: [5, 9], mode: "bilinear" }).forward(zeros([8, 16, 7, 7])).shape; // [8, 16, 5, 9]
 * ```
 */
export function upsample<const O extends functional.UpsampleOptions>(options: O): Upsample<O> {
  return new Upsample(options);
}

interface PixelShuffleLayer<R extends number> extends ShapeRule {
  readonly output: PixelShuffleRule<Input<this>, R>;
  readonly expects: [number, number, number, number];
}

/** Channels turned to places; made by {@link pixelShuffle}. */
export class PixelShuffle<R extends number> extends Layer<PixelShuffleLayer<R>> {
  /** What `summary` calls it. */
  readonly operation = "pixelShuffle";

  constructor(
    /** How much larger height and width get. */
    readonly factor: R,
  ) {
    super();
    sizes("pixelShuffle", { factor });
  }

  override expects(): PartialShape {
    return [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : pixelShuffleShape(input, this.factor);
  }

  protected compute(x: Tensor): Tensor {
    return functional.pixelShuffle(x, this.factor);
  }
}

/**
 * Channels turned to places: input (N, C r^2, H, W), output (N, C, H r, W r) (Shi et al. 2016, Real-Time Single Image and
 * Video Super-Resolution).
 *
 * @throws ValueError where the factor is not a whole number of at least 1
 * @example
 * ```ts
 * nn.pixelShuffle(2).forward(zeros([8, 12, 7, 7])).shape; // [8, 3, 14, 14]
 * ```
 */
export function pixelShuffle<const R extends number>(factor: R): PixelShuffle<R> {
  return new PixelShuffle(factor);
}

interface PixelUnshuffleLayer<R extends number> extends ShapeRule {
  readonly output: PixelUnshuffleRule<Input<this>, R>;
  readonly expects: [number, number, number, number];
}

/** Places turned to channels; made by {@link pixelUnshuffle}. */
export class PixelUnshuffle<R extends number> extends Layer<PixelUnshuffleLayer<R>> {
  /** What `summary` calls it. */
  readonly operation = "pixelUnshuffle";

  constructor(
    /** How much smaller height and width get. */
    readonly factor: R,
  ) {
    super();
    sizes("pixelUnshuffle", { factor });
  }

  override expects(): PartialShape {
    return [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : pixelUnshuffleShape(input, this.factor);
  }

  protected compute(x: Tensor): Tensor {
    return functional.pixelUnshuffle(x, this.factor);
  }
}

/**
 * Places turned to channels, as {@link pixelShuffle} backwards: input (N, C, H r, W r), output (N, C r^2, H, W).
 *
 * @throws ValueError where the factor is not a whole number of at least 1
 * @example
 * ```ts
 * nn.pixelUnshuffle(2).forward(zeros([8, 3, 14, 14])).shape; // [8, 12, 7, 7]
 * ```
 */
export function pixelUnshuffle<const R extends number>(factor: R): PixelUnshuffle<R> {
  return new PixelUnshuffle(factor);
}
