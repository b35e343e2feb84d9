/** map, filter, take and concat: what comes out, in what order, and what is refused. */
import { array, DataError, DTypeError, ones, random, ShapeError, ValueError, zeros } from "maru";
import { concat, DataLoader, filter, map, take, tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";
import { labelled, numbered } from "./numbers.js";

describe("map", () => {
  it("changes whole batches, and knows the new shapes and dtypes", () => {
    const whole = tensorDataset(ones([5, 2]), array(Int32Array.of(0, 1, 2, 3, 4)));
    const changed = map(whole, ({ inputs, targets }) => ({
      inputs: inputs.mul(3).reshape([inputs.shape[0], 2, 1]),
      targets: targets.astype("float32").mul(0.5),
    }));
    const shape: readonly [2, 1] = changed.inputShape as [2, 1];
    expect([shape, changed.targetShape, changed.length]).toEqual([[2, 1], [], 5]);
    const { inputs, targets } = changed.batch([4, 1]);
    expect(inputs.toArray()).toEqual([
      [[3], [3]],
      [[3], [3]],
    ]);
    expect(targets.toArray()).toEqual([2, 0.5]);
  });

  it("is asked anew for each batch, so what is random in it is new", () => {
    const noisy = map(tensorDataset(zeros([4, 3]), zeros([4])), ({ inputs, targets }) => ({
      inputs: inputs.add(random.normal([inputs.shape[0], 3])),
      targets,
    }));
    random.seed(1);
    const first = noisy.batch([0, 1]).inputs.toArray();
    expect(noisy.batch([0, 1]).inputs.toArray()).not.toEqual(first);
    random.seed(1);
    expect(noisy.batch([0, 1]).inputs.toArray()).toEqual(first);
  });

  it("refuses a function that gives another number of samples", () => {
    expect(() => map(numbered(4), ({ inputs, targets }) => ({ inputs: inputs.sum(0), targets }))).toThrow(
      "map: of 2 samples the function made inputs of shape (1,)",
    );
    const doubled = ({
      inputs,
      targets,
    }: {
      inputs: ReturnType<typeof ones>;
      targets: ReturnType<typeof ones>;
    }) => ({
      inputs: inputs.repeat(2, 0),
      targets,
    });
    const whole = tensorDataset(ones([4, 1]), ones([4]));
    expect(() => map(whole, doubled as never)).toThrow(
      "map: of 2 samples the function made inputs of shape (4,1)",
    );
    expect(() => map(whole, doubled as never)).toThrow(ShapeError);
  });
});

describe("filter", () => {
  it("keeps the samples for which the condition holds, over many batches", () => {
    const even = filter(numbered(600), ({ targets }) => targets.mod(2).eq(0));
    expect(even.length).toBe(300);
    expect(even.batch([0, 150, 299]).targets.toArray()).toEqual([0, 300, 598]);
  });

  it("refuses what is no condition, and one that never holds", () => {
    expect(() => filter(numbered(3), ({ targets }) => targets)).toThrow(DTypeError);
    expect(() => filter(numbered(3), ({ inputs }) => inputs.gt(0))).toThrow(ShapeError);
    expect(() => filter(numbered(3), ({ targets }) => targets.gt(5))).toThrow(
      "filter: the condition holds for none of 3 samples",
    );
  });
});

describe("take and concat", () => {
  it("take gives the first ones and refuses more than there are", () => {
    expect(take(numbered(5), 2).batch([0, 1]).targets.toArray()).toEqual([0, 1]);
    for (const count of [0, 6, 1.5]) expect(() => take(numbered(5), count)).toThrow(ValueError);
  });

  it("concat keeps the order of the numbers asked for, across all parts", () => {
    const whole = concat(labelled([0, 0, 0]), labelled([1]), labelled([2, 2]));
    expect(whole.length).toBe(6);
    const { inputs, targets } = whole.batch([5, 0, 3, 4, 2, 5]);
    expect(inputs.toArray().flat()).toEqual([1, 0, 0, 0, 2, 1]);
    expect(targets.toArray()).toEqual([2, 0, 1, 2, 0, 2]);
    expect([...new DataLoader(whole, { batchSize: 4 })].map(({ targets }) => targets.toArray())).toEqual([
      [0, 0, 0, 1],
      [2, 2],
    ]);
    expect(() => whole.batch([6])).toThrow("concat: there is no sample 6");
  });

  it("concat refuses datasets whose samples differ", () => {
    const float = tensorDataset(ones([2, 1]), array(Int32Array.of(0, 1)));
    expect(() => concat(numbered(2), float as never)).toThrow(
      "concat: dataset 1 is float32 and int32, dataset 0 is int32 and int32",
    );
    const wide = tensorDataset(ones([2, 2]), ones([2]));
    expect(() => concat(tensorDataset(ones([2, 1]), ones([2])), wide as never)).toThrow(ShapeError);
    expect(() => concat()).toThrow(DataError);
  });
});
