/** What initialisers share: their options, and the filling of a tensor in place. */
import { DTypeError } from "../../errors.js";
import { type FloatDType, isFloat } from "../../graph/index.js";
import type { Generator, Tensor } from "../../tensor/index.js";
import { finite, settingsMust } from "../settings.js";

/** What every random initialiser takes. */
export interface RandomOptions {
  /** Where the numbers come from; `random` unless given. */
  readonly generator?: Generator;
}

/** What {@link xavierUniform}, {@link xavierNormal} and {@link orthogonal} take. */
export interface GainOptions extends RandomOptions {
  /** The factor that all values are multiplied by; 1 by default. {@link calculateGain} gives an activation's. */
  readonly gain?: number;
}

/** The dtype of a tensor to fill, which must be of floats. */
export function floats(name: string, { dtype }: Tensor): FloatDType {
  if (isFloat(dtype)) return dtype;
  throw new DTypeError(`${name}: a tensor of floats is needed, got ${dtype}`);
}

/** Puts values into a tensor, and computes them, so that nothing of how they were made is kept. */
export function fill<T extends Tensor>(tensor: T, values: Tensor): T {
  return tensor.assign(values).realize();
}

/** The gain, which must be a number. */
export const gainOf = (name: string, { gain = 1 }: GainOptions): number => {
  finite(name, { gain });
  return gain;
};

/** Throws a ValueError unless mean and std make a distribution. */
export function checkNormal(name: string, mean: number, std: number): void {
  finite(name, { mean, std });
  settingsMust(name, std >= 0, `std must not be negative, got ${std}`);
}
