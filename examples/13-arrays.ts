/**
 * Arrays of several dimensions (다차원 배열). `ndim` is the number of dimensions (차원), `shape` (형상) the size along
 * each. A 2-d array is a matrix (행렬): its rows (행) run across, its columns (열) run down, and counting starts at 0.
 *
 * Run it: npx tsx examples/13-arrays.ts
 */
import { array } from "maru";
import { type Print, runDirectly, toConsole, tuple } from "./show.js";

export function main(print: Print = toConsole): void {
  const A = array([1, 2, 3, 4], { dtype: "int32" });
  print("A =", A);
  print("A.ndim     ", A.ndim);
  print("A.shape    ", tuple(A.shape));
  print("A.shape[0] ", A.shape[0]);

  const B = array(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { dtype: "int32" },
  );
  print(`\nB =\n${B}`);
  print("B.ndim     ", B.ndim);
  print("B.shape    ", tuple(B.shape), " 3 rows, 2 columns");
  print("row 0      ", B.at(0));
  print("column 0   ", B.at(":", 0));
  print("row 2, column 1:", B.at(2, 1));

  const C = B.reshape(1, 3, 2);
  print("\nC.ndim     ", C.ndim);
  print("C.shape    ", tuple(C.shape), " one more dimension, the same numbers");
}

await runDirectly(import.meta.url, main);
