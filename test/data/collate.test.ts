/** collate: what becomes of samples of each kind, and what is said where they do not go together. */
import { array, DataError, ones, random, ShapeError, type Tensor } from "maru";
import { collate, DataLoader, sampleDataset } from "maru/data";
import { describe, expect, it } from "vitest";
import { range } from "./numbers.js";

describe("collate", () => {
  it("stacks tensors, typed arrays and lists, each with its dtype", () => {
    const tensors: Tensor<[number, 2], "float32"> = collate([array([1, 2]), array([3, 4])]);
    expect(tensors.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const bytes: Tensor<[number, number], "uint8"> = collate([Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
    expect([bytes.dtype, bytes.toArray()]).toEqual([
      "uint8",
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    const lists = collate([
      [[1], [2]],
      [[3], [4]],
    ]);
    expect(lists.shape).toEqual([2, 2, 1]);
    expect(collate([true, false]).dtype).toBe("bool");
    expect(collate([5, 6]).toArray()).toEqual([5, 6]);
  });

  it("collates records and lists of things field by field", () => {
    const batch = collate([
      { image: ones([2, 2]), name: "a", pair: [Int32Array.of(1), "x"] as const },
      { image: ones([2, 2]), name: "b", pair: [Int32Array.of(2), "y"] as const },
    ]);
    expect(batch.image.shape).toEqual([2, 2, 2]);
    const names: string[] = batch.name;
    expect(names).toEqual(["a", "b"]);
    expect(batch.pair[0].toArray()).toEqual([[1], [2]]);
    expect(batch.pair[1]).toEqual(["x", "y"]);
  });

  it("computes tensors that are not there yet, and stacks 0-d ones", () => {
    const x = random.normal([3, 4]);
    const stacked = collate(range(3).map((i) => x.at(i).sum()));
    expect(stacked.toArray()).toEqual(x.sum(1).toArray());
  });

  it("says which sample has another shape, in which field", () => {
    expect(() => collate([[1, 2], [3]])).toThrow(ShapeError);
    expect(() => collate([[1, 2], [3]])).toThrow(
      "collate: sample 1 has shape (1,), but the first of the batch (2,); cut or pad",
    );
    expect(() => collate([{ a: { b: [1] } }, { a: { b: [1, 2] } }])).toThrow(
      'field "a.b" of sample 1 has shape (2,)',
    );
  });

  it("says which sample is of another kind, dtype or make", () => {
    expect(() => collate([array([1]), Int32Array.of(1)])).toThrow(
      "sample 1 is int32, but the first of the batch is float32",
    );
    expect(() => collate([{ a: 1 }, { b: 1 }])).toThrow(
      "sample 1 is a record of b, but the first of the batch is a record of a",
    );
    expect(() => collate(["x", 1 as never])).toThrow("is a string");
    expect(() => collate([1, "x" as never])).toThrow(DataError);
    expect(() => collate([null])).toThrow("samples are tensors, numbers, lists, texts and records");
    expect(() => collate([])).toThrow("there are no samples");
  });
});

describe("sampleDataset", () => {
  const samples = range(5).map((i) => ({ inputs: [i, -i], targets: i }));

  it("makes a dataset of records of inputs and targets, with the dtypes asked for", () => {
    const dataset = sampleDataset(samples, { dtypes: { targets: "int32" } });
    expect([dataset.inputShape, dataset.targetShape]).toEqual([[2], []]);
    const { inputs, targets } = dataset.batch([3, 1]);
    expect(inputs.toArray()).toEqual([
      [3, -3],
      [1, -1],
    ]);
    expect(String(targets)).toBe("[3 1]");
    expect(() => dataset.batch([5])).toThrow("there is no sample 5");
  });

  it("asks for a sample when a batch needs it, and collates as it is told", () => {
    const asked: number[] = [];
    const dataset = sampleDataset(
      { length: 4, get: (i) => `line ${i}, asked ${asked.push(i)}` },
      { collate: (lines) => lines.join("|") },
    );
    asked.length = 0;
    const batches = [...new DataLoader(dataset, { batchSize: 3 })];
    expect(batches).toEqual(["line 0, asked 1|line 1, asked 2|line 2, asked 3", "line 3, asked 4"]);
    expect(asked).toEqual(range(4));
  });

  it("gives promises where samples are promises, which a for await loop reads", async () => {
    const dataset = sampleDataset({ length: 3, get: async (i) => ({ x: [i] }) });
    const seen: unknown[] = [];
    for await (const { x } of new DataLoader(dataset, { batchSize: 2 })) seen.push(x.toArray());
    expect(seen).toEqual([[[0], [1]], [[2]]]);
    expect(() => [...new DataLoader(dataset)]).toThrow("read them with for await");
  });

  it("names the sample by its number in the dataset", () => {
    const ragged = sampleDataset([[1], [2], [3, 4]]);
    expect(() => ragged.batch([0, 2])).toThrow("collate: sample 2 has shape (2,)");
    expect(() => sampleDataset([])).toThrow(DataError);
  });
});
