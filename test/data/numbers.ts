/** Datasets whose samples say their own number, for the tests of this folder. */
import { array } from "maru";
import { type Dataset, tensorDataset } from "maru/data";

/** 0 to n - 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Sample i has the inputs [i] and the target i. */
export function numbered(n: number): Dataset<[1], [], "int32", "int32"> {
  const numbers = array(Int32Array.from(range(n)));
  return tensorDataset(numbers.reshape([n, 1]), numbers) as Dataset<[1], [], "int32", "int32">;
}

/** Samples with these labels and their own numbers as inputs. */
export function labelled(labels: readonly number[]): Dataset<[1], [], "int32", "int32"> {
  const numbers = array(Int32Array.from(range(labels.length))).reshape([labels.length, 1]);
  return tensorDataset(numbers, array(Int32Array.from(labels))) as Dataset<[1], [], "int32", "int32">;
}

/** How often each value comes. */
export function counts(values: Iterable<number>): Record<number, number> {
  const found: Record<number, number> = {};
  for (const value of values) found[value] = (found[value] ?? 0) + 1;
  return found;
}

/** All that an async iterable gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of source) list.push(one);
  return list;
}
