/** Products of what a reader types: read, checked while it is typed, and computed by maru. */
import { array, MaruError, type Tensor } from "maru/light";

export const MOST_SIDE = 6;
export const MOST_CHARACTERS = 200;

const exactly = { dtype: "float64" } as const;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Why rows cannot be read: no number, rows of different lengths, too many, none. */
export type RowsFault = "number" | "ragged" | "large" | "empty";

/** Rows of numbers, one of them for a vector; `vector` where it was typed without an end of line or semicolon. */
export interface Rows {
  readonly rows: readonly (readonly number[])[];
  readonly vector: boolean;
}

/**
 * `1 2 3; 4 5 6` or `[[1, 2, 3], [4, 5, 6]]` as a matrix, `1 2` or `[1, 2]` as a vector, `1 2;` as a matrix of one row.
 */
export function readRows(text: string): Rows | { readonly fault: RowsFault } {
  const plain = text.replaceAll("−", "-").trim();
  const nested = /^\[\s*\[/.test(plain);
  const bare = plain
    .replace(/\]\s*,\s*\[/g, ";")
    .replace(/[[\]]/g, " ")
    .trim();
  if (bare === "") return { fault: "empty" };
  const lines = bare.split(/[;\n]/).map((line) => line.trim());
  const ended = lines.length > 1 && lines.at(-1) === "";
  if (ended) lines.pop();
  const cells = lines.map((line) => line.split(/[\s,]+/).filter((cell) => cell !== ""));
  if (!cells.flat().every((cell) => NUMBER.test(cell) && Number.isFinite(Number(cell))))
    return { fault: "number" };
  if (cells.length > MOST_SIDE || cells.some((row) => row.length > MOST_SIDE)) return { fault: "large" };
  if (cells.some((row) => row.length !== cells[0]!.length || row.length === 0)) return { fault: "ragged" };
  return { rows: cells.map((row) => row.map(Number)), vector: lines.length === 1 && !nested && !ended };
}

const tensorOf = ({ rows, vector }: Rows): Tensor =>
  (vector ? array(rows[0] as number[], exactly) : array(rows as number[][], exactly)) as Tensor;

export interface Product {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly value?: Tensor;
  /** The error that maru throws. */
  readonly error?: { readonly name: string; readonly message: string };
}

/** A . B as maru does it. */
export function productOf(a: Rows, b: Rows): Product {
  const [left, right] = [tensorOf(a), tensorOf(b)];
  try {
    return { a: left, b: right, value: left.dot(right) as Tensor };
  } catch (error) {
    if (!(error instanceof MaruError)) throw error;
    return { a: left, b: right, error: { name: error.name, message: error.message } };
  }
}

/** One element of the result: the pairs that are multiplied, their products, and the sum, by maru. */
export function spelledOf(row: readonly number[], column: readonly number[]) {
  const products = (array([...row], exactly) as Tensor).mul(array([...column], exactly)) as Tensor;
  return { products: products.toArray() as number[], sum: products.sum().item() as number };
}

/** A result as rows, whatever its number of axes. */
export const rowsOf = (of: Tensor): number[][] => {
  const value = of.toArray() as number | number[] | number[][];
  if (typeof value === "number") return [[value]];
  return Array.isArray(value[0]) ? (value as number[][]) : [value as number[]];
};
