/** Names and numbers as the playground says them. */
import type { Feature } from "../../engine/playground/settings.js";
import { shown } from "../../figures/format.js";

/** Inputs by their formulas. */
export const FEATURE_NAMES: Readonly<Record<Feature, string>> = {
  x1: "x₁",
  x2: "x₂",
  x1x1: "x₁²",
  x2x2: "x₂²",
  x1x2: "x₁x₂",
  sin1: "sin πx₁",
  sin2: "sin πx₂",
};

export const CLASS_MARKS = ["▲", "●", "■"] as const;

/** A loss, or a dash where there is none. */
export const lossText = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value)
    ? "–"
    : value < 0.001 && value > 0
      ? small(value)
      : shown(value, 4);

export const percent = (part: number | undefined): string =>
  part === undefined || Number.isNaN(part) ? "–" : `${shown(part * 100, 1)}%`;

/** A number of any size in a few characters. */
export function small(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return shown(value);
  const size = Math.abs(value);
  if (size >= 0.001 && size < 10_000) return shown(value, size < 0.1 ? 4 : 3);
  return value.toExponential(1).replace("-", "−").replace("e-", "e−").replace("e+", "e");
}
