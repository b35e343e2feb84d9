/** Datasets: what comes out of a batch, and what is refused. */
import { array, DataError, ShapeError, ValueError, zeros } from "maru";
import { randomSplit, subset, tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";

const counted = (n: number) =>
  tensorDataset(
    array(Float32Array.from({ length: 2 * n }, (_, i) => i)).reshape([n, 2]),
    array(Int32Array.from({ length: n }, (_, i) => i)),
  );

describe("tensorDataset", () => {
  it("gives the rows asked for, in order, with their dtypes", () => {
    const { inputs, targets } = counted(5).batch([3, 0, 3]);
    expect(inputs.toArray()).toEqual([
      [6, 7],
      [0, 1],
      [6, 7],
    ]);
    expect(targets.toArray()).toEqual([3, 0, 3]);
    expect([inputs.dtype, targets.dtype]).toEqual(["float32", "int32"]);
  });

  it("carries the sample's shape", () => {
    const dataset = tensorDataset(zeros([4, 1, 2, 3]), zeros([4, 1]));
    const shape: [1, 2, 3] = dataset.inputShape;
    expect(shape).toEqual([1, 2, 3]);
    expect(dataset.targetShape).toEqual([1]);
    expect(dataset.batch([1]).inputs.shape).toEqual([1, 1, 2, 3]);
  });

  it("keeps the values that it was given", () => {
    const x = array([[1], [2]]);
    const dataset = tensorDataset(x, array([1, 2]));
    x.assign(zeros([2, 1]));
    expect(dataset.batch([0, 1]).inputs.toArray()).toEqual([[1], [2]]);
  });

  it("refuses data that no training can use", () => {
    expect(() => tensorDataset(zeros([3, 2]), zeros([4]))).toThrow(DataError);
    expect(() => tensorDataset(zeros([3, 2]), zeros([4]))).toThrow(
      "tensorDataset: 3 inputs (3,2) do not go with 4 targets (4,)",
    );
    expect(() => tensorDataset(zeros([0, 2]), zeros([0]))).toThrow("tensorDataset: there are no samples");
    expect(() => tensorDataset(zeros([2, 2]), array([1, Number.NaN]))).toThrow(
      "tensorDataset: targets hold a NaN at row 1",
    );
    expect(() =>
      tensorDataset(
        array([
          [1, 2],
          [3, 4],
          [5, Number.NaN],
        ]),
        zeros([3]),
      ),
    ).toThrow("tensorDataset: inputs hold a NaN at row 2");
    expect(() => tensorDataset(zeros([]), zeros([1]))).toThrow(ShapeError);
  });

  it("refuses numbers that no sample has", () => {
    expect(() => counted(3).batch([3])).toThrow(ValueError);
    expect(() => counted(3).batch([-1])).toThrow("there is no sample -1");
    expect(() => counted(3).batch([0.5])).toThrow(ValueError);
  });
});

describe("parts of a dataset", () => {
  it("subset takes samples by number", () => {
    const part = subset(counted(10), [9, 4]);
    expect(part.length).toBe(2);
    expect(part.batch([1, 0]).targets.toArray()).toEqual([4, 9]);
    expect(() => part.batch([2])).toThrow(ValueError);
    expect(() => subset(counted(10), [])).toThrow(DataError);
    expect(() => subset(counted(10), [10])).toThrow(ValueError);
  });

  it("randomSplit gives every sample to one part, the same for a seed", () => {
    const labels = (seed: number): number[][] =>
      randomSplit(counted(11), [0.8, 0.2], { seed }).map((part) =>
        part.batch(Array.from({ length: part.length }, (_, i) => i)).targets.toArray(),
      );
    const [a, b] = labels(1) as [number[], number[]];
    expect([a.length, b.length]).toEqual([9, 2]);
    expect([...a, ...b].sort((x, y) => x - y)).toEqual(Array.from({ length: 11 }, (_, i) => i));
    expect(labels(1)).toEqual([a, b]);
    expect(labels(2)).not.toEqual([a, b]);
    expect(randomSplit(counted(5), [2, 3]).map(({ length }) => length)).toEqual([2, 3]);
    expect(() => randomSplit(counted(5), [2, 2])).toThrow(ValueError);
    expect(() => randomSplit(counted(5), [1.5, -0.5])).toThrow(ValueError);
  });
});
