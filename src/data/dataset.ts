/**
 * Datasets: samples that can be fetched by number, a batch at a time. The type carries the shape of one sample, so that
 * the editor can hold a model against the data that it is to learn.
 */
import { DataError, ShapeError, ValueError } from "../errors.js";
import { allocate, buffer, type DType, type TypedArray } from "../graph/index.js";
import { formatShape, type Shape, sizeOf } from "../shape/index.js";
import { Tensor } from "../tensor/index.js";

/** Some samples: row i of the inputs goes with row i of the targets. */
export interface Batch<
  X extends Shape = Shape,
  Y extends Shape = Shape,
  XD extends DType = DType,
  YD extends DType = DType,
> {
  readonly inputs: Tensor<[number, ...X], XD>;
  readonly targets: Tensor<[number, ...Y], YD>;
}

/** Where in a training a batch stands: what random work on its samples may depend on, besides their numbers. */
export interface Place {
  /** The loader's seed. */
  readonly seed: number;
  /** Counted from 0, as the batch within the epoch is. */
  readonly epoch: number;
  readonly batch: number;
}

/** Whatever gives batches of samples by their numbers: a dataset, or anything of one's own for a `DataLoader`. */
export interface BatchSource<B> {
  /** How many samples there are. */
  readonly length: number;
  /** The samples with these numbers, in this order; a promise of them where they have to be waited for. */
  batch(indices: ArrayLike<number>, place?: Place): B;
  /** Called by a loader when a loop over it has ended, in whatever way: lets go of what only a loop needs. */
  end?(): void | Promise<void>;
}

/** Samples by number. `X` is the shape of one input, `Y` of one target (`[]` for a label), then their dtypes. */
export interface Dataset<
  X extends Shape = Shape,
  Y extends Shape = Shape,
  XD extends DType = DType,
  YD extends DType = DType,
> extends BatchSource<Batch<X, Y, XD, YD>> {
  /** How many samples there are. */
  readonly length: number;
  /** Shape of one input. */
  readonly inputShape: X;
  /** Shape of one target. */
  readonly targetShape: Y;
  /**
   * The samples with these numbers, in this order.
   *
   * @throws ValueError for a number that no sample has
   */
  batch(indices: ArrayLike<number>, place?: Place): Batch<X, Y, XD, YD>;
}

/** Throws unless every index is the number of a sample. */
export function checkIndices(operation: string, indices: ArrayLike<number>, length: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (Number.isInteger(index) && index >= 0 && index < length) continue;
    throw new ValueError(
      `${operation}: there is no sample ${index}; the numbers of ${length} samples go from 0 to ${length - 1}`,
    );
  }
}

/** The rows of an array with these numbers, as a tensor of their own. */
function gatherRows(
  data: TypedArray,
  dtype: DType,
  rowShape: Shape,
  indices: ArrayLike<number>,
): Tensor<[number, ...Shape]> {
  const width = sizeOf(rowShape);
  const out = allocate(dtype, indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * width;
    if (width === 1) out[i] = data[from]!;
    else out.set(data.subarray(from, from + width), i * width);
  }
  return new Tensor(buffer(out, [indices.length, ...rowShape], dtype));
}

/** The shape of one row. */
type RowOf<S extends Shape> = S extends readonly [number, ...infer Row extends number[]] ? Row : Shape;

/** Where the first NaN is, as the number of its row, or -1. */
function findNaN(data: TypedArray, width: number): number {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i]!)) return Math.floor(i / width);
  return -1;
}

function checkColumn(name: string, tensor: Tensor): void {
  if (tensor.ndim === 0) {
    throw new ShapeError(`tensorDataset: ${name} must have a row for each sample, got a 0-d array`);
  }
  const row = findNaN(tensor.dataSync(), Math.max(1, sizeOf(tensor.shape.slice(1))));
  if (row >= 0) {
    throw new DataError(
      `tensorDataset: ${name} hold a NaN at row ${row}; leave such rows out or fill them in`,
    );
  }
}

/**
 * A dataset over two tensors: row i of `inputs` goes with row i of `targets`. Integer targets of shape (n) are labels.
 *
 * @throws DataError where there are no rows, as many inputs as targets are not there, or a value is NaN
 * @throws ShapeError for a 0-d array
 * @example
 * ```ts
 * const x = array([[0, 0], [0, 1], [1, 0], [1, 1]]);
 * const y = array([[0], [1], [1], [0]]);
 * tensorDataset(x, y).batch([1, 3]).inputs.toArray(); // [[0, 1], [1, 1]]
 * ```
 */
export function tensorDataset<A extends Tensor, B extends Tensor>(
  inputs: A,
  targets: B,
): Dataset<RowOf<A["shape"]>, RowOf<B["shape"]>, A["dtype"], B["dtype"]> {
  checkColumn("inputs", inputs);
  checkColumn("targets", targets);
  const [length, ...inputShape] = inputs.shape as [number, ...number[]];
  const [count, ...targetShape] = targets.shape as [number, ...number[]];
  if (length !== count) {
    throw new DataError(
      `tensorDataset: ${length} inputs ${formatShape(inputs.shape)} do not go with ${count} targets ${formatShape(targets.shape)}`,
    );
  }
  if (length === 0) throw new DataError("tensorDataset: there are no samples");
  const [xs, ys]: TypedArray[] = [inputs.dataSync(), targets.dataSync()];
  const dataset: Dataset = {
    length,
    inputShape,
    targetShape,
    batch(indices) {
      checkIndices("tensorDataset", indices, length);
      return {
        inputs: gatherRows(xs!, inputs.dtype, inputShape, indices),
        targets: gatherRows(ys!, targets.dtype, targetShape, indices),
      };
    },
  };
  return dataset as never;
}

/**
 * A part of a dataset: sample i of it is sample `indices[i]` of the whole.
 *
 * @throws DataError for no indices, ValueError for one that no sample has
 * @example
 * ```ts
 * const few = subset(await mnist("train"), Array.from({ length: 1000 }, (_, i) => i));
 * ```
 */
export function subset<X extends Shape, Y extends Shape, XD extends DType, YD extends DType>(
  dataset: Dataset<X, Y, XD, YD>,
  indices: ArrayLike<number>,
): Dataset<X, Y, XD, YD> {
  if (indices.length === 0) throw new DataError("subset: no samples were chosen");
  checkIndices("subset", indices, dataset.length);
  const chosen = Float64Array.from(indices);
  return {
    length: chosen.length,
    inputShape: dataset.inputShape,
    targetShape: dataset.targetShape,
    batch(numbers, place) {
      checkIndices("subset", numbers, chosen.length);
      const inWhole = Array.from(numbers, (i) => chosen[i]!);
      return dataset.batch(inWhole, place);
    },
  };
}
