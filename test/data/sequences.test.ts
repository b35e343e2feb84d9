/** Padding of sequences: data, lengths, masks, order, and what is refused. */
import { array, DataError, DTypeError, grad, ones, ShapeError, type Tensor, ValueError } from "maru";
import {
  bucketSampler,
  collatePadded,
  DataLoader,
  padSequences,
  sampleDataset,
  unpadSequences,
} from "maru/data";
import { describe, expect, it } from "vitest";

describe("padSequences", () => {
  it("pads behind, to the longest, with lengths and a mask", () => {
    const { data, lengths, mask, order } = padSequences(
      [Int32Array.of(5, 6), Int32Array.of(7), Int32Array.of(8, 9, 1)],
      {
        value: -1,
      },
    );
    const typed: Tensor<[number, number], "int32"> = data;
    expect(typed.toArray()).toEqual([
      [5, 6, -1],
      [7, -1, -1],
      [8, 9, 1],
    ]);
    expect(lengths.toArray()).toEqual([2, 1, 3]);
    expect(mask.toArray()).toEqual([
      [true, true, false],
      [true, false, false],
      [true, true, true],
    ]);
    expect(order.toArray()).toEqual([0, 1, 2]);
    expect(mask.sum(1).toArray()).toEqual(lengths.toArray());
  });

  it("pads elements of any shape, in front where that is asked for", () => {
    const { data, mask } = padSequences([ones([1, 2]), ones([2, 2]).mul(3)], { side: "left" });
    expect(data.toArray()).toEqual([
      [
        [0, 0],
        [1, 1],
      ],
      [
        [3, 3],
        [3, 3],
      ],
    ]);
    expect(mask.toArray()).toEqual([
      [false, true],
      [true, true],
    ]);
  });

  it("sorts by length, the longest first, equal ones in order, and says where each came from", () => {
    const { data, lengths, order } = padSequences([[1], [2, 3], [4], [5, 6]], { sort: true });
    expect(lengths.toArray()).toEqual([2, 2, 1, 1]);
    expect(order.toArray()).toEqual([1, 3, 0, 2]);
    expect(data.toArray()).toEqual([
      [2, 3],
      [5, 6],
      [1, 0],
      [4, 0],
    ]);
  });

  it("pads to a length, and cuts only where it is told to", () => {
    expect(padSequences([[1], [2, 3]], { length: 4 }).data.shape).toEqual([2, 4]);
    expect(() => padSequences([[1], [2, 3, 4]], { length: 2 })).toThrow(
      "padSequences: sequence 1 has 3 elements, more than length 2; say truncate: true to cut it",
    );
    const cut = padSequences([[1], [2, 3, 4]], { length: 2, truncate: true });
    expect(cut.data.toArray()).toEqual([
      [1, 0],
      [2, 3],
    ]);
    expect(cut.lengths.toArray()).toEqual([1, 2]);
  });

  it("refuses what cannot be padded together", () => {
    expect(() => padSequences([])).toThrow(DataError);
    expect(() => padSequences([[1], []])).toThrow("sequence 1 is empty");
    expect(() => padSequences([ones([2, 3]), ones([2, 4])])).toThrow(
      "elements of sequence 1 have shape (4,), those of sequence 0 (3,)",
    );
    expect(() => padSequences([ones([])])).toThrow(ShapeError);
    expect(() => padSequences([Int32Array.of(1), Float32Array.of(1)] as never)).toThrow(DTypeError);
    expect(() => padSequences([Uint8Array.of(1)], { value: -1 })).toThrow("uint8 cannot hold the padding -1");
    expect(() => padSequences([[1]], { length: 0 })).toThrow(ValueError);
    expect(() => padSequences([[1]], { side: "middle" as never })).toThrow(ValueError);
  });
});

describe("unpadSequences", () => {
  it("undoes the padding, with derivatives", () => {
    const { data, lengths } = padSequences([[1, 2, 3], [4]]);
    expect(unpadSequences(data, lengths).map((one) => one.toArray())).toEqual([[1, 2, 3], [4]]);
    const last = (x: Tensor) => unpadSequences(x, [2, 1])[0]!.sum();
    expect(grad(last)(data as Tensor).toArray()).toEqual([
      [1, 1, 0],
      [0, 0, 0],
    ]);
    expect(() => unpadSequences(data, [1])).toThrow(ShapeError);
    expect(() => unpadSequences(data, [4, 1])).toThrow("length 0 is 4; rows have 3 elements");
  });
});

describe("collatePadded", () => {
  const samples = [
    { words: [1, 2, 3], label: 0 },
    { words: [4], label: 1 },
    { words: [5, 6, 7], label: 0 },
    { words: [8], label: 1 },
  ];

  it("pads the fields it names and stacks the others", () => {
    const batch = collatePadded(["words"], { value: -1 })(samples.slice(0, 2));
    expect(batch.words.data.toArray()).toEqual([
      [1, 2, 3],
      [4, -1, -1],
    ]);
    expect(batch.words.lengths.toArray()).toEqual([3, 1]);
    expect(array(batch.label).toArray()).toEqual([0, 1]);
  });

  it("makes batches of a loader, with buckets without any padding here", () => {
    const dataset = sampleDataset(samples, { collate: collatePadded(["words"]) });
    const batchSampler = bucketSampler(
      samples.map(({ words }) => words.length),
      2,
      { seed: 1 },
    );
    const shapes = [...new DataLoader(dataset, { batchSampler })].map(({ words }) => words.data.shape[1]);
    expect(shapes.sort()).toEqual([1, 3]);
  });

  it("refuses fields that are not there, and sorting", () => {
    expect(() => collatePadded(["text"])([{ words: [1] }] as never)).toThrow('sample 0 has no field "text"');
    expect(() => collatePadded([])).toThrow(ValueError);
    expect(() => collatePadded(["words"], { sort: true })).toThrow(ValueError);
  });
});
