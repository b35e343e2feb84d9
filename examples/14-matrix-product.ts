/**
 * The product of matrices (행렬의 곱): each element is a row of the first times a column of the second, added up.
 * So the columns of the first must be as many as the rows of the second. Where they are not, the editor marks the line
 * red, and when it runs all the same, it is a ShapeError in the same words.
 *
 * Run it: npx tsx examples/14-matrix-product.ts
 */
import { array, ShapeError, type Tensor } from "maru";
import { type Print, runDirectly, toConsole, tuple } from "./show.js";

const dtype = "int32";

export function main(print: Print = toConsole): void {
  const P = array(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype },
  );
  const Q = array(
    [
      [5, 6],
      [7, 8],
    ],
    { dtype },
  );
  print(`${tuple(P.shape)} · ${tuple(Q.shape)}: the lower left is 3*5 + 4*7 = 43\n${P.dot(Q)}`);
  print(`The order matters: Q · P is another matrix\n${Q.dot(P)}\n`);

  const A = array(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { dtype },
  );
  const B = array(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { dtype },
  );
  print(
    `${tuple(A.shape)} · ${tuple(B.shape)}: 3 columns meet 3 rows, and 2 rows by 2 columns are left\n${A.dot(B)}\n`,
  );

  // A.dot(C) would be red here. `as Tensor` hides the shape from the editor, so that the error comes when it runs.
  const C = array(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype },
  ) as Tensor;
  print(`${tuple(A.shape)} · ${tuple(C.shape)}: 3 columns cannot meet 2 rows`);
  try {
    A.dot(C);
  } catch (error) {
    if (error instanceof ShapeError) print(`${error.name}: ${error.message}`);
  }

  const v = array([7, 8], { dtype });
  print(`\nA matrix times a vector: ${tuple(B.shape)} · ${tuple(v.shape)} = ${tuple(B.dot(v).shape)}`);
  print(B.dot(v));
}

await runDirectly(import.meta.url, main);
