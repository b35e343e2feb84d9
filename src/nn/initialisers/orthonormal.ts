/**
 * Orthonormal columns from a matrix, by Householder's reflections in float64 on the host: its steps follow one another,
 * and it is done once a weight (Golub and Van Loan, Matrix Computations, section 5.2).
 */

/** Reflects a column: x - 2 v (v . x) from row `from` on, with |v| = 1. */
function reflect(column: Float64Array, v: Float64Array, from: number): void {
  let along = 0;
  for (let i = from; i < v.length; i++) along += v[i]! * column[i]!;
  for (let i = from; i < v.length; i++) column[i] = column[i]! - 2 * along * v[i]!;
}

/** The direction to reflect along that leaves a column nothing below row `from`; all 0 where it has nothing there. */
function mirror(column: Float64Array, from: number): Float64Array {
  const v = new Float64Array(column.length);
  let length = 0;
  for (let i = from; i < v.length; i++) length += column[i]! ** 2;
  length = Math.sqrt(length);
  if (length === 0) return v;
  v.set(column.subarray(from), from);
  // Away from 0, so that no digits cancel.
  v[from] = v[from]! + (column[from]! < 0 ? -length : length);
  let size = 0;
  for (let i = from; i < v.length; i++) size += v[i]! ** 2;
  size = Math.sqrt(size);
  for (let i = from; i < v.length; i++) v[i] = v[i]! / size;
  return v;
}

/**
 * Q of A = Q R with R's diagonal positive, which makes Q uniform among all orthonormal columns where A is normal
 * (Mezzadri 2007, How to Generate Random Matrices from the Classical Compact Groups). Columns in, columns out, at least
 * as many rows as columns.
 */
export function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  const work = columns.map((column) => column.slice());
  const mirrors: Float64Array[] = [];
  const signs: number[] = [];
  for (const [k, column] of work.entries()) {
    const v = mirror(column, k);
    for (const other of work.slice(k)) reflect(other, v, k);
    mirrors.push(v);
    signs.push(column[k]! < 0 ? -1 : 1);
  }
  return work.map((_, k) => {
    const column = new Float64Array(rows);
    column[k] = signs[k]!;
    for (let at = k; at >= 0; at--) reflect(column, mirrors[at]!, at);
    return column;
  });
}
