/** DataLoader beyond the plain loop: for await, prefetch, samplers, their state, augmentation. */
import { array, DataError, ones, random, ShapeError, type Tensor, ValueError } from "maru";
import {
  augment,
  type BatchSource,
  balancedBatchSampler,
  DataLoader,
  gaussianNoise,
  type LoaderState,
  randomCrop,
  randomShift,
  type Sampler,
  sampleDataset,
  tensorDataset,
  weightedSampler,
} from "maru/data";
import { describe, expect, it } from "vitest";
import { all, numbered, range } from "./numbers.js";

/** A source of promises that notes when batches are begun and ended. */
function noting(n: number, events: string[]): BatchSource<Promise<number[]>> {
  return {
    length: n,
    async batch(indices) {
      const list = Array.from(indices);
      events.push(`begin ${list}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      events.push(`ready ${list}`);
      return list;
    },
    end: () => void events.push("end"),
  };
}

describe("for await", () => {
  it.each([0, 1, 3, 100])("gives what a plain loop gives, with prefetch %i", async (prefetch) => {
    const options = { batchSize: 3, shuffle: true, seed: 4, prefetch };
    const [plain, awaited] = [new DataLoader(numbered(10), options), new DataLoader(numbered(10), options)];
    for (let epoch = 0; epoch < 2; epoch++) {
      const expected = [...plain].map(({ targets }) => targets.toArray());
      expect((await all(awaited)).map(({ targets }) => targets.toArray())).toEqual(expected);
      expect(awaited.getState()).toEqual(plain.getState());
    }
  });

  it("has so many batches begun, and no more, when one is given", async () => {
    for (const prefetch of [0, 2]) {
      const events: string[] = [];
      let given = 0;
      for await (const [first] of new DataLoader(noting(6, events), { prefetch })) {
        expect(first).toBe(given);
        given++;
        // Begun are those that were given and those ahead.
        await new Promise((resolve) => setTimeout(resolve, 0));
        expect(events.filter((event) => event.startsWith("begin"))).toHaveLength(
          Math.min(6, given + prefetch),
        );
      }
      expect(events.at(-1)).toBe("end");
    }
  });

  it("prepares the next batch while the last one is worked with", async () => {
    const events: string[] = [];
    for await (const list of new DataLoader(noting(2, events), { prefetch: 1 })) {
      events.push(`work ${list}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
      events.push(`done ${list}`);
    }
    expect(events.indexOf("ready 1")).toBeLessThan(events.indexOf("done 0"));
  });

  it("throws what a batch throws at its place, and ends what was begun", async () => {
    const events: string[] = [];
    const failing = { ...noting(6, events) };
    const read = failing.batch.bind(failing);
    failing.batch = async (indices) => {
      if (indices[0] === 2) throw new RangeError("two");
      return read(indices);
    };
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      for await (const [first] of new DataLoader(failing, { prefetch: 4 })) seen.push(first!);
    };
    await expect(run()).rejects.toThrow("two");
    expect(seen).toEqual([0, 1]);
    expect(events).toContain("end");
  });

  it("goes on in the middle of an epoch from a state, whatever was prepared ahead", async () => {
    const options = { batchSize: 2, shuffle: true, seed: 8, prefetch: 3 };
    const whole = (await all(new DataLoader(numbered(11), options))).map(({ targets }) => targets.toArray());
    const loader = new DataLoader(numbered(11), options);
    let state: LoaderState = loader.getState();
    let given = 0;
    for await (const _ of loader) {
      state = loader.getState();
      if (++given === 2) break;
    }
    expect(state).toEqual({ epoch: 0, position: 2 });
    const other = new DataLoader(numbered(11), { ...options, prefetch: 1 });
    other.setState(JSON.parse(JSON.stringify(state)));
    expect((await all(other)).map(({ targets }) => targets.toArray())).toEqual(whole.slice(2));
  });
});

describe("samplers of a loader", () => {
  it("decide which samples come: a weighted one, and one of batches", () => {
    const sampler = weightedSampler([0, 0, 1, 1], { count: 6, seed: 1 });
    const loader = new DataLoader(numbered(4), { sampler, batchSize: 4 });
    expect([loader.length, loader.batchSize]).toEqual([2, 4]);
    const drawn = [...loader].flatMap(({ targets }) => targets.toArray());
    expect(drawn).toEqual(Array.from(sampler.order(0)));
    const batchSampler = balancedBatchSampler([0, 0, 1, 1], { samples: 1, count: 3 });
    const balanced = new DataLoader(numbered(4), { batchSampler });
    expect([balanced.length, balanced.batchSize]).toEqual([3, null]);
    for (const { targets } of balanced) expect(targets.toArray().filter((i) => i < 2)).toHaveLength(1);
  });

  it("that learn have their state saved, so that the rest and the epochs after are the same", () => {
    // Each epoch begins at the sample that was noted last.
    class Learning implements Sampler {
      readonly length = 6;
      noted = 0;
      order = (): number[] => range(6).map((i) => (i + this.noted) % 6);
      getState = (): number => this.noted;
      setState = (state: unknown): void => void (this.noted = Number(state));
    }
    const run = (loader: DataLoader, sampler: Learning, count: number, note: (i: number) => void): void => {
      while (count > 0) {
        for (const { targets } of loader) {
          const [first] = targets.toArray() as number[];
          sampler.noted = (sampler.noted + first! + 1) % 6;
          note(first!);
          if (--count === 0) return;
        }
      }
    };
    const made = (): [DataLoader, Learning] => {
      const sampler = new Learning();
      return [new DataLoader(numbered(6), { sampler, batchSize: 2 }) as unknown as DataLoader, sampler];
    };
    const [loader, sampler] = made();
    const whole: number[] = [];
    run(loader, sampler, 12, (i) => whole.push(i));
    for (const stop of [1, 2, 3, 5, 7]) {
      const [first, its] = made();
      const seen: number[] = [];
      run(first, its, stop, (i) => seen.push(i));
      const saved = JSON.stringify(first.getState());
      const [second, other] = made();
      second.setState(JSON.parse(saved));
      expect(JSON.stringify(second.getState())).toBe(saved);
      run(second, other, 12 - stop, (i) => seen.push(i));
      expect(seen).toEqual(whole);
    }
    const [, plain] = made();
    const third = new DataLoader(numbered(6), { sampler: plain });
    expect(() => third.setState({ epoch: 0, position: 1 })).toThrow(
      "the state holds nothing for the sampler",
    );
  });

  it("are refused beside settings that they replace, or where they keep no word", () => {
    const sampler = weightedSampler([1, 1]);
    expect(() => new DataLoader(numbered(2), { sampler, shuffle: true })).toThrow("leave out shuffle");
    const batchSampler = balancedBatchSampler([0, 1], { samples: 1 });
    expect(() => new DataLoader(numbered(2), { batchSampler, batchSize: 2 })).toThrow("leave out batchSize");
    expect(() => new DataLoader(numbered(2), { prefetch: -1 })).toThrow(ValueError);
    const short = { length: 3, batches: () => [[0]] };
    expect(() => [...new DataLoader(numbered(2), { batchSampler: short })]).toThrow(
      "the sampler gave 1 batches for epoch 0, but its length is 3",
    );
    const far = { length: 1, order: () => [7] };
    expect(() => [...new DataLoader(numbered(2), { sampler: far })]).toThrow("there is no sample 7");
  });
});

describe("augmentation in a loader", () => {
  const pictures = tensorDataset(ones([6, 1, 4, 4]), array(Int32Array.from(range(6))));
  const change = augment(randomShift(2), gaussianNoise(0.1));
  const inputsOf = (loader: DataLoader): unknown[] => [...loader].map(({ inputs }) => inputs.toArray());
  const load = (options: object): DataLoader =>
    new DataLoader(pictures, { batchSize: 2, augment: change, ...options }) as unknown as DataLoader;

  it("changes inputs anew each epoch, the loader's seed and the place decide", async () => {
    random.seed(1);
    const [a, b] = [load({ seed: 5 }), load({ seed: 5, prefetch: 3 })];
    const [first, second] = [inputsOf(a), inputsOf(a)];
    expect(first).not.toEqual(second);
    expect(first[0]).not.toEqual(first[1]);
    random.seed(2);
    expect((await all(b)).map(({ inputs }) => inputs.toArray())).toEqual(first);
    expect(inputsOf(load({ seed: 6 }))).not.toEqual(first);
    const rest = load({ seed: 5 });
    rest.setState({ epoch: 1, position: 1 });
    expect(inputsOf(rest)).toEqual(second.slice(1));
  });

  it("leaves the targets and the dataset as they are", () => {
    const targets = [...load({})].flatMap(({ targets }) => targets.toArray());
    expect(targets).toEqual(range(6));
    expect((pictures.batch([0]).inputs as Tensor).min().item()).toBe(1);
  });

  it("refuses what changes the shape, and batches without inputs", () => {
    expect(() => inputsOf(load({ augment: randomCrop(3) }))).toThrow(ShapeError);
    const texts = new DataLoader(sampleDataset(["a", "b"]), { augment: change });
    expect(() => [...texts]).toThrow(DataError);
  });
});
