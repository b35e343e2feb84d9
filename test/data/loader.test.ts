/** DataLoader: orders, batches, and going on from a state. */
import { array, DataError, ValueError } from "maru";
import { DataLoader, type DataLoaderOptions, tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";

const dataset = (n: number) => {
  const numbers = array(Int32Array.from({ length: n }, (_, i) => i));
  return tensorDataset(numbers.reshape([n, 1]), numbers);
};

/** The labels of one epoch, batch by batch. */
const epoch = (loader: DataLoader): number[][] =>
  [...loader].map(({ targets }) => targets.toArray() as number[]);

const load = (n: number, options?: DataLoaderOptions): DataLoader =>
  new DataLoader(dataset(n), options) as unknown as DataLoader;

describe("DataLoader", () => {
  it("goes through the samples in order, the rest in a smaller batch", () => {
    const loader = load(5, { batchSize: 2 });
    expect(loader.length).toBe(3);
    expect(epoch(loader)).toEqual([[0, 1], [2, 3], [4]]);
    expect(epoch(load(5, { batchSize: 2, dropLast: true }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(epoch(load(2))).toEqual([[0], [1]]);
  });

  it("shuffles: every sample once an epoch, another order each epoch, the seed decides", () => {
    const [a, b] = [1, 1].map((seed) => load(100, { batchSize: 7, shuffle: true, seed }));
    const [first, second] = [epoch(a!), epoch(a!)];
    for (const order of [first, second]) {
      expect(order.flat().sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    }
    expect(first).not.toEqual(second);
    expect([epoch(b!), epoch(b!)]).toEqual([first, second]);
    expect(epoch(load(100, { batchSize: 7, shuffle: true, seed: 2 }))).not.toEqual(first);
  });

  it("goes on in the middle of an epoch from the state of another", () => {
    const options = { batchSize: 3, shuffle: true, seed: 9 };
    const whole = load(10, options);
    epoch(whole);
    const seen: number[][] = [];
    let state = whole.getState();
    for (const { targets } of whole) {
      seen.push(targets.toArray() as number[]);
      state = whole.getState();
      if (seen.length === 2) break;
    }
    expect(state).toEqual({ epoch: 1, position: 2 });
    const other = load(10, options);
    other.setState(state);
    const rest = epoch(other);
    const reference = load(10, options);
    epoch(reference);
    expect([...seen, ...rest]).toEqual(epoch(reference));
    expect(other.getState()).toEqual({ epoch: 2, position: 0 });
    expect(() => other.setState({ epoch: 0, position: 4 })).toThrow(ValueError);
  });

  it("begins a new epoch after a loop that was left early", () => {
    const loader = load(4, { batchSize: 2 });
    for (const _ of loader) break;
    expect(epoch(loader)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(loader.getState()).toEqual({ epoch: 2, position: 0 });
  });

  it("refuses settings without a batch", () => {
    expect(() => load(4, { batchSize: 0 })).toThrow(ValueError);
    expect(() => load(4, { batchSize: 2.5 })).toThrow(ValueError);
    expect(() => load(4, { seed: -1 })).toThrow(ValueError);
    expect(() => load(4, { batchSize: 5, dropLast: true })).toThrow(DataError);
  });
});
