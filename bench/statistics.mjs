/** The few figures that a benchmark says: middles, spreads and ratios. */

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
}

/** How far the rounds lie apart, as a share of the middle: (max - min) / median. */
export const spread = (values) => (Math.max(...values) - Math.min(...values)) / median(values);

/** The mean of ratios: the n-th root of their product, so that 2 and 1/2 make 1. */
export const geometricMean = (ratios) =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

/**
 * Do two participants tell the same of a result? Numbers may differ by 0.2 %, as sums in another order do, and by a
 * hundred-thousandth of the first, which says how large the result is.
 */
export function agree(one, other) {
  if (one.length !== other.length) return false;
  return one.every((a, i) => {
    const b = other[i];
    return Math.abs(a - b) <= 2e-3 * Math.max(Math.abs(a), Math.abs(b)) + 1e-5 * Math.abs(one[0]);
  });
}
