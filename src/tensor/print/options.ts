/**
 * The knobs of array printing, with NumPy's names and defaults, and the one place that holds their current
 * values. They shape how arrays print; a single number always prints all its digits.
 */

import { ValueError } from "../../errors.js";

/** How `precision` is read. The words are NumPy's. */
export type FloatMode = "fixed" | "unique" | "maxprec" | "maxprec_equal";

/** What `numpy.set_printoptions` calls the same. */
export interface PrintOptions {
  /** Digits after the point, at most (exactly, with floatmode "fixed"). Default 8. */
  readonly precision: number;
  /** Arrays with more elements than this show only their edges. Default 1000; Infinity shows everything. */
  readonly threshold: number;
  /** How many items a summary keeps at each end of each axis. Default 3. */
  readonly edgeitems: number;
  /** Columns before a row wraps. Default 75. */
  readonly linewidth: number;
  /** True keeps small numbers out of the exponential form. Default false. */
  readonly suppress: boolean;
  /**
   * - "maxprec": at most `precision` digits, fewer where fewer identify the number (default)
   * - "maxprec_equal": the same, but as many for every element
   * - "fixed": exactly `precision` digits
   * - "unique": as many as identify the number; `precision` is ignored
   */
  readonly floatmode: FloatMode;
}

const DEFAULTS: PrintOptions = Object.freeze({
  precision: 8,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 75,
  suppress: false,
  floatmode: "maxprec",
});

const FLOAT_MODES: readonly string[] = ["fixed", "unique", "maxprec", "maxprec_equal"];

let current: PrintOptions = DEFAULTS;

/**
 * The options that printing uses now. A frozen record: change it with {@link setPrintOptions}.
 *
 * @example
 * ```ts
 * getPrintOptions().precision; // 8
 * ```
 */
export function getPrintOptions(): PrintOptions {
  return current;
}

/**
 * Changes the given options for everything printed from now on, and returns the options as they were, so that
 * they can be put back.
 *
 * @throws {ValueError} when an option makes no sense (a negative precision, an unknown floatmode).
 * @example
 * ```ts
 * const before = setPrintOptions({ precision: 3 });
 * formatArray([2 / 3], [1], "float64"); // "[0.667]"
 * setPrintOptions(before);
 * ```
 */
export function setPrintOptions(options: Partial<PrintOptions>): PrintOptions {
  const before = current;
  current = Object.freeze(resolvePrintOptions(options));
  return before;
}

/** The current options with `overrides` on top, checked. */
export function resolvePrintOptions(overrides?: Partial<PrintOptions>): PrintOptions {
  if (overrides === undefined) return current;
  const options: PrintOptions = {
    precision: overrides.precision ?? current.precision,
    threshold: overrides.threshold ?? current.threshold,
    edgeitems: overrides.edgeitems ?? current.edgeitems,
    linewidth: overrides.linewidth ?? current.linewidth,
    suppress: overrides.suppress ?? current.suppress,
    floatmode: overrides.floatmode ?? current.floatmode,
  };
  requireCount("precision", options.precision);
  requireCount("edgeitems", options.edgeitems);
  if (Number.isNaN(options.threshold)) {
    throw new ValueError("print options: threshold must not be NaN; use Infinity to show every element");
  }
  if (Number.isNaN(options.linewidth)) {
    throw new ValueError("print options: linewidth must not be NaN; use Infinity to never wrap");
  }
  if (!FLOAT_MODES.includes(options.floatmode)) {
    throw new ValueError(
      `print options: floatmode must be one of ${FLOAT_MODES.join(", ")}, got ${String(options.floatmode)}`,
    );
  }
  return options;
}

function requireCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new ValueError(`print options: ${name} must be an integer >= 0, got ${value}`);
  }
}
