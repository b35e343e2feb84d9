/**
 * How near a result must be to its golden, in one table. An element passes when
 * |actual - expected| <= relative * |expected| + absolute.
 */

export type Tolerance = "exact" | "float" | "transcendental" | "reduction";

export interface Allowance {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * Integers and booleans are always compared exactly, whatever the case says.
 * - exact: movement, comparison, rounding: the very value, signed zeros and infinities too.
 * - float: one operation or a function without a cancellation inside.
 * - transcendental: functions that cross 0 away from their argument's 0 (ln x at 1, sin x at pi, an interpolated
 *   0): there the value is a difference of numbers of order one, so it carries an absolute error of their spacing.
 * - reduction: sums, products of matrices and gradients: terms of order one to ten cancel, so that the error is that
 *   of the terms and not of the sum. PyTorch's own float32 gradients of these cases stay within half of this.
 */
export const TOLERANCE: Record<Tolerance, { readonly float32: Allowance; readonly float64: Allowance }> = {
  exact: { float32: { relative: 0, absolute: 0 }, float64: { relative: 0, absolute: 0 } },
  float: { float32: { relative: 1e-5, absolute: 0 }, float64: { relative: 1e-10, absolute: 0 } },
  transcendental: {
    float32: { relative: 1e-5, absolute: 5e-7 },
    float64: { relative: 1e-10, absolute: 1e-15 },
  },
  reduction: { float32: { relative: 1e-5, absolute: 1e-6 }, float64: { relative: 1e-10, absolute: 1e-13 } },
};
