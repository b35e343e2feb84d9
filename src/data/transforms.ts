/** Datasets made of others: changed, chosen from, put together. */
import { DataError, DTypeError, ShapeError, ValueError } from "../errors.js";
import { allocate, buffer, type DType } from "../graph/index.js";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape/index.js";
import { Tensor } from "../tensor/index.js";
import { type Batch, checkIndices, type Dataset, subset } from "./dataset.js";

/** Samples that are looked at together by `filter`. */
const CHUNK = 256;

const range = (from: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => from + i);

/**
 * A dataset whose batches are what `change` makes of another's: a function of whole batches, so that it may compute with
 * tensors on the device. It is called for each batch that is asked for, so random work is new each time; it must give
 * as many samples as it gets. It is tried once, with the first sample twice, to know the shapes.
 *
 * @throws ShapeError where `change` gives another number of samples
 * @example
 * ```ts
 * const whole = tensorDataset(array([[0, 2], [4, 6]]), array([0, 1], { dtype: "int32" }));
 * const halved = map(whole, ({ inputs, targets }) => ({ inputs: inputs.div(2), targets }));
 * halved.batch([1]).inputs.toArray(); // [[2, 3]]
 * ```
 */
export function map<
  X extends Shape,
  Y extends Shape,
  XD extends DType,
  YD extends DType,
  X2 extends Shape,
  Y2 extends Shape,
  XD2 extends DType,
  YD2 extends DType,
>(
  dataset: Dataset<X, Y, XD, YD>,
  change: (batch: Batch<X, Y, XD, YD>) => Batch<X2, Y2, XD2, YD2>,
): Dataset<X2, Y2, XD2, YD2> {
  const changed = (indices: ArrayLike<number>, given: Batch<X, Y, XD, YD>): Batch<X2, Y2, XD2, YD2> => {
    const batch = change(given);
    for (const [name, { shape }] of Object.entries({ inputs: batch.inputs, targets: batch.targets })) {
      if (shape[0] === indices.length) continue;
      throw new ShapeError(
        `map: of ${indices.length} samples the function made ${name} of shape ${formatShape(shape)}; the first axis must be ${indices.length}`,
      );
    }
    return batch;
  };
  const { inputs, targets } = changed([0, 0], dataset.batch([0, 0]));
  return {
    length: dataset.length,
    inputShape: inputs.shape.slice(1) as Shape as X2,
    targetShape: targets.shape.slice(1) as Shape as Y2,
    batch: (indices, place) => changed(indices, dataset.batch(indices, place)),
  };
}

/**
 * The samples for which a condition holds. The condition is asked about whole batches, now, and gives one boolean a
 * sample.
 *
 * @throws DataError where it holds for none
 * @throws ShapeError, DTypeError where it does not give one bool a sample
 * @example
 * ```ts
 * const whole = tensorDataset(array([[1], [2], [3]]), array([5, 6, 7], { dtype: "int32" }));
 * filter(whole, ({ targets }) => targets.gt(5)).batch([0, 1]).inputs.toArray(); // [[2], [3]]
 * ```
 */
export function filter<X extends Shape, Y extends Shape, XD extends DType, YD extends DType>(
  dataset: Dataset<X, Y, XD, YD>,
  condition: (batch: Batch<X, Y, XD, YD>) => Tensor,
): Dataset<X, Y, XD, YD> {
  const chosen: number[] = [];
  for (let from = 0; from < dataset.length; from += CHUNK) {
    const count = Math.min(CHUNK, dataset.length - from);
    const holds = condition(dataset.batch(range(from, count)));
    if (holds.dtype !== "bool") {
      throw new DTypeError(
        `filter: the condition must give bools, it gave ${holds.dtype}; compare, as in x.gt(0)`,
      );
    }
    if (!sameShape(holds.shape, [count])) {
      throw new ShapeError(
        `filter: of ${count} samples the condition made shape ${formatShape(holds.shape)}; it must give one bool a sample, as with x.any([1, 2])`,
      );
    }
    holds.dataSync().forEach((yes: number, i: number) => void (yes && chosen.push(from + i)));
  }
  if (chosen.length === 0)
    throw new DataError(`filter: the condition holds for none of ${dataset.length} samples`);
  return subset(dataset, chosen);
}

/**
 * The first `count` samples.
 *
 * @throws ValueError where there are not so many, or the count is not a whole number of at least 1
 * @example
 * ```ts
 * import { take } from "maru/data";
 * const whole = tensorDataset(arange(6).reshape(6, 1), arange(6));
 * take(whole, 2).length; // 2
 * ```
 */
export function take<X extends Shape, Y extends Shape, XD extends DType, YD extends DType>(
  dataset: Dataset<X, Y, XD, YD>,
  count: number,
): Dataset<X, Y, XD, YD> {
  if (!Number.isSafeInteger(count) || count < 1 || count > dataset.length) {
    throw new ValueError(
      `take: cannot take ${count} of ${dataset.length} samples; say 1 to ${dataset.length}`,
    );
  }
  return subset(dataset, range(0, count));
}

/**
 * Datasets one behind the other: the samples of the second come after those of the first, and so on.
 *
 * @throws ShapeError, DTypeError where their samples differ in shape or dtype
 * @throws DataError for no datasets
 * @example
 * ```ts
 * const a = tensorDataset(array([[1], [2]]), array([0, 0]));
 * const b = tensorDataset(array([[3]]), array([1]));
 * concat(a, b).batch([2, 0]).inputs.toArray(); // [[3], [1]]
 * ```
 */
export function concat<X extends Shape, Y extends Shape, XD extends DType, YD extends DType>(
  ...datasets: readonly Dataset<X, Y, XD, YD>[]
): Dataset<X, Y, XD, YD> {
  const [first] = datasets;
  if (first === undefined) throw new DataError("concat: there are no datasets");
  checkAlike(datasets as unknown as readonly Dataset[]);
  let length = 0;
  const starts = datasets.map((dataset) => (length += dataset.length) - dataset.length);
  return {
    length,
    inputShape: first.inputShape,
    targetShape: first.targetShape,
    batch(indices, place) {
      checkIndices("concat", indices, length);
      const rows: number[][] = datasets.map(() => []);
      for (let i = 0; i < indices.length; i++)
        rows[starts.findLastIndex((start) => start <= indices[i]!)]!.push(i);
      const parts = datasets.flatMap((dataset, part) => {
        const own = rows[part]!;
        if (own.length === 0) return [];
        return [
          {
            own,
            batch: dataset.batch(
              own.map((i) => indices[i]! - starts[part]!),
              place,
            ),
          },
        ];
      });
      if (parts.length === 1) return parts[0]!.batch;
      return {
        inputs: merged(
          parts.map(({ own, batch }) => ({ own, tensor: batch.inputs as unknown as Tensor })),
          indices.length,
        ),
        targets: merged(
          parts.map(({ own, batch }) => ({ own, tensor: batch.targets as unknown as Tensor })),
          indices.length,
        ),
      } as unknown as Batch<X, Y, XD, YD>;
    },
  };
}

function checkAlike(datasets: readonly Dataset[]): void {
  const [first] = datasets as readonly [Dataset, ...Dataset[]];
  const dtypesOf = (dataset: Dataset): string => {
    const { inputs, targets } = dataset.batch([0]);
    return `${inputs.dtype} and ${targets.dtype}`;
  };
  const dtypes = dtypesOf(first);
  datasets.forEach((one, i) => {
    if (!sameShape(one.inputShape, first.inputShape) || !sameShape(one.targetShape, first.targetShape)) {
      throw new ShapeError(
        `concat: samples of dataset ${i} have shapes ${formatShape(one.inputShape)} and ${formatShape(one.targetShape)}, those of dataset 0 ${formatShape(first.inputShape)} and ${formatShape(first.targetShape)}`,
      );
    }
    const own = dtypesOf(one);
    if (own !== dtypes)
      throw new DTypeError(`concat: dataset ${i} is ${own}, dataset 0 is ${dtypes}; use map and astype`);
  });
}

/** Rows of several tensors at their places in one. */
function merged(parts: readonly { own: readonly number[]; tensor: Tensor }[], length: number): Tensor {
  const { shape, dtype } = parts[0]!.tensor;
  const row = shape.slice(1);
  const width = sizeOf(row);
  const out = allocate(dtype, length * width);
  for (const { own, tensor } of parts) {
    const data = tensor.dataSync();
    own.forEach((to, from) => void out.set(data.subarray(from * width, (from + 1) * width), to * width));
  }
  return new Tensor(buffer(out, [length, ...row], dtype));
}
