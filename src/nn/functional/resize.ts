/** Images made larger or smaller. */
import { ValueError } from "../../errors.js";
import * as ops from "../../ops/index.js";
import { type PerAxis, type ResizeOptions, refuseUnknown, resizeShape } from "../../shape/index.js";
import { type Tensor, wrapNode } from "../../tensor/index.js";

/** How values between elements are found. */
export type InterpolationMode = "nearest" | "linear" | "bilinear";

/** How an image is made larger or smaller: `size` or `scaleFactor`, and a mode. */
export interface UpsampleOptions extends ResizeOptions {
  /** nearest by default; linear is for (N, C, L), bilinear for (N, C, H, W). */
  readonly mode?: InterpolationMode | undefined;
  /** Are the first and last elements of both the same places (linear and bilinear)? false by default. */
  readonly alignCorners?: boolean | undefined;
}

/** How many sizes a mode needs; null: any number. */
export const RANKS: Readonly<Record<InterpolationMode, number | null>> = {
  nearest: null,
  linear: 1,
  bilinear: 2,
};

/** Is a setting, where it is given, a number or a list of numbers of a kind? */
function numbers(setting: PerAxis | undefined, sound: (n: number) => boolean): boolean {
  if (setting === undefined) return true;
  const list: unknown = typeof setting === "number" ? [setting] : setting;
  return Array.isArray(list) && list.every((n) => typeof n === "number" && sound(n));
}

/** Throws a ValueError unless the settings make sense together. */
export function checkUpsample(options: UpsampleOptions): void {
  refuseUnknown("upsample", options, ["size", "scaleFactor", "mode", "alignCorners"]);
  const { size, scaleFactor, mode = "nearest", alignCorners } = options;
  if (!Object.hasOwn(RANKS, mode)) {
    throw new ValueError(`upsample: mode must be nearest, linear or bilinear, got ${JSON.stringify(mode)}`);
  }
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ValueError("upsample: give either size or scaleFactor");
  }
  if (!numbers(scaleFactor, (n) => n > 0 && n < Infinity)) {
    throw new ValueError(`upsample: scaleFactor must be greater than 0, got ${String(scaleFactor)}`);
  }
  if (!numbers(size, (n) => Number.isSafeInteger(n) && n >= 1)) {
    throw new ValueError(`upsample: size must be whole numbers of at least 1, got ${String(size)}`);
  }
  if (mode === "nearest" && alignCorners !== undefined) {
    throw new ValueError("upsample: alignCorners goes with the modes linear and bilinear");
  }
}

/**
 * x (N, C, ...sizes) with other sizes: those given, or floor(size scaleFactor). Mode nearest takes the element at
 * floor(i / scale); linear and bilinear go between the nearest two along each axis, at (i + 0.5) / scale - 0.5, or with
 * `alignCorners` at i (size - 1) / (newSize - 1).
 *
 * @throws ShapeError where x has another rank than the mode needs
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * String(nn.functional.upsample(array([[[1, 2]]]), { scaleFactor: 2 })); // [[[1. 1. 2. 2.]]]
 * String(nn.functional.upsample(array([[[1, 2]]]), { size: 4, mode: "linear" })); // [[[1.   1.25 1.75 2.  ]]]
 * ```
 */
export function upsample(x: Tensor, options: UpsampleOptions): Tensor {
  checkUpsample(options);
  const { scaleFactor, size, mode = "nearest", alignCorners = false } = options;
  const shape = resizeShape(x.shape, options, RANKS[mode]);
  const sizes = shape.slice(2).map((count, i) => {
    const factor = typeof scaleFactor === "object" ? scaleFactor[i]! : scaleFactor;
    return { count, scale: size === undefined ? factor! : null };
  });
  if (mode === "nearest") return wrapNode(ops.resizeNearest(x.node, sizes));
  return wrapNode(ops.resizeLinear(x.node, sizes, alignCorners));
}

/**
 * Channels turned to places: (..., C r^2, H, W) becomes (..., C, H r, W r) (Shi et al. 2016, Real-Time Single Image and
 * Video Super-Resolution).
 *
 * @throws ShapeError where r^2 does not divide the channels
 * @example
 * ```ts
 * String(nn.functional.pixelShuffle(arange(4).reshape(1, 4, 1, 1), 2).reshape(2, 2)); // [[0. 1.]
 *                                                                                   //  [2. 3.]]
 * ```
 */
export function pixelShuffle(x: Tensor, r: number): Tensor {
  return wrapNode(ops.pixelShuffle(x.node, r));
}

/**
 * Places turned to channels, as {@link pixelShuffle} backwards: (..., C, H r, W r) becomes (..., C r^2, H, W).
 *
 * @throws ShapeError where r does not divide height and width
 * @example
 * ```ts
 * nn.functional.pixelUnshuffle(ones([1, 3, 8, 8]), 2).shape; // [1, 12, 4, 4]
 * ```
 */
export function pixelUnshuffle(x: Tensor, r: number): Tensor {
  return wrapNode(ops.pixelUnshuffle(x.node, r));
}
