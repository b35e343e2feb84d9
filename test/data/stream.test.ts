/** Streams: what their methods give, shuffling by a buffer, batches, and going on from a state. */
import { DataError, ValueError } from "maru";
import { type LoaderState, type Stream, type StreamLoader, stream } from "maru/data";
import { describe, expect, it } from "vitest";
import { all, range } from "./numbers.js";

const rows = async (loader: StreamLoader<{ toArray(): unknown }>): Promise<unknown[]> =>
  (await all(loader)).map((batch) => batch.toArray());

/** A stream that notes how far it was read. */
function counting(n: number): { numbers: Stream<number>; read: number[] } {
  const read: number[] = [];
  const numbers = stream(function* () {
    for (const i of range(n)) {
      read.push(i);
      yield i;
    }
  });
  return { numbers, read };
}

describe("stream", () => {
  it("reads lists, sets, generators and async generators", async () => {
    expect(await all(stream([1, 2]))).toEqual([1, 2]);
    expect(await all(stream(new Set("ab")))).toEqual(["a", "b"]);
    const slow = stream(async function* () {
      yield await Promise.resolve(1);
      yield 2;
    });
    expect([await all(slow), await all(slow)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it("maps and filters with functions that may wait, and tells them the number", async () => {
    const result = stream(range(6))
      .filter(async (n) => n % 2 === 1)
      .map(async (n, i) => `${i}:${n}`);
    const texts: string[] = await all(result);
    expect(texts).toEqual(["0:1", "1:3", "2:5"]);
  });

  it("takes, skips and puts streams one behind the other, and reads no more than it needs", async () => {
    const { numbers, read } = counting(100);
    expect(await all(numbers.skip(2).take(3))).toEqual([2, 3, 4]);
    expect(read).toEqual(range(5));
    expect(
      await all(
        stream([1])
          .concat(stream(["x"]))
          .concat(stream([2])),
      ),
    ).toEqual([1, "x", 2]);
    expect(await all(stream([1]).take(5))).toEqual([1]);
  });

  it("shuffles: every sample once, by seed and epoch, reading only so far ahead as the buffer is large", async () => {
    const { numbers, read } = counting(60);
    const mixed = numbers.shuffle(8, { seed: 3 });
    const first = await all(mixed);
    expect([...first].sort((a, b) => a - b)).toEqual(range(60));
    // Sample at place p was read before p + 9 samples were.
    first.forEach((sample, place) => void expect(sample).toBeLessThanOrEqual(place + 8));
    expect(await all(stream(range(60)).shuffle(8, { seed: 3 }))).toEqual(first);
    expect(await all(stream(range(60)).shuffle(8, { seed: 4 }))).not.toEqual(first);
    read.length = 0;
    for await (const _ of mixed) break;
    expect(read).toEqual(range(9));
  });

  it("shuffles evenly where the buffer holds all", async () => {
    const places = range(4).map(() => new Float64Array(4));
    for (const seed of range(600)) {
      const order = await all(stream(range(4)).shuffle(10, { seed }));
      order.forEach((sample, place) => void (places[sample]![place]! += 1));
    }
    for (const row of places) for (const count of row) expect(Math.abs(count - 150)).toBeLessThan(43);
  });

  it("refuses what is no stream, and a second loop over what can be read once", async () => {
    expect(() => stream(5 as never)).toThrow(ValueError);
    const generator = (function* () {
      yield 1;
    })();
    const once = stream(generator);
    expect(await all(once)).toEqual([1]);
    await expect(all(once)).rejects.toThrow("this source can be read once only; give a function");
    await expect(all(stream(() => 3 as never))).rejects.toThrow(ValueError);
    for (const bad of [0, -1, 1.5]) {
      expect(() => stream([1]).shuffle(bad)).toThrow(ValueError);
      expect(() => stream([1]).take(bad)).toThrow(ValueError);
      expect(() => stream([1]).batch(bad)).toThrow(ValueError);
    }
  });
});

describe("batches of a stream", () => {
  it("are collated, the last one smaller or left out", async () => {
    expect(await rows(stream(range(5)).batch(2))).toEqual([[0, 1], [2, 3], [4]]);
    expect(await rows(stream(range(5)).batch(2, { dropLast: true }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    const texts = await all(stream(["a", "b", "c"]).batch(2, { collate: (list) => list.join("") }));
    expect(texts).toEqual(["ab", "c"]);
  });

  it("come in another order each epoch", async () => {
    const loader = stream(range(30)).shuffle(30, { seed: 1 }).batch(10);
    const [first, second] = [await rows(loader), await rows(loader)];
    expect(first).not.toEqual(second);
    expect(second.flat().sort((a, b) => Number(a) - Number(b))).toEqual(range(30));
    expect(loader.getState()).toEqual({ epoch: 2, position: 0 });
  });

  it.each([0, 1, 4])("go on from a state to the same batches, with prefetch %i", async (prefetch) => {
    const made = () =>
      stream((epoch) => range(11).map((i) => 100 * epoch + i))
        .shuffle(4, { seed: 7 })
        .batch(3, { prefetch });
    const whole = made();
    const reference = [await rows(whole), await rows(whole)];
    for (const stop of [1, 2, 3, 4, 6]) {
      const loader = made();
      const seen: unknown[][] = [[], []];
      let [given, state]: [number, LoaderState] = [0, loader.getState()];
      epochs: for (const epoch of [0, 1]) {
        for await (const batch of loader) {
          seen[epoch]!.push(batch.toArray());
          state = loader.getState();
          if (++given === stop) break epochs;
        }
      }
      const other = made();
      other.setState(JSON.parse(JSON.stringify(state)));
      for (let epoch = state.epoch; epoch < 2; epoch++) seen[epoch]!.push(...(await rows(other)));
      expect(seen).toEqual(reference);
    }
  });

  it("prepares batches ahead", async () => {
    const { numbers, read } = counting(20);
    for await (const _ of numbers.batch(2, { prefetch: 3 })) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      break;
    }
    expect(read).toEqual(range(8));
  });

  it("pass errors of the source and of functions on, after the batches before them", async () => {
    const broken = stream(range(9)).map((n) => {
      if (n === 5) throw new RangeError("five");
      return n;
    });
    const seen: unknown[] = [];
    const run = async (): Promise<void> => {
      for await (const batch of broken.batch(2, { prefetch: 4 })) seen.push(batch.toArray());
    };
    await expect(run()).rejects.toThrow(RangeError);
    expect(seen).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("say that a stream is empty, too short for a batch, or shorter than a state says", async () => {
    await expect(rows(stream<number>([]).batch(2))).rejects.toThrow("there are no samples");
    await expect(rows(stream([1]).batch(2, { dropLast: true }))).rejects.toThrow(
      "1 samples do not fill one batch of 2",
    );
    const loader = stream(range(4)).batch(2);
    loader.setState({ epoch: 0, position: 5 });
    await expect(rows(loader)).rejects.toThrow(DataError);
    expect(() => loader.setState({ epoch: -1, position: 0 })).toThrow(ValueError);
    await expect(rows(stream([[1], [1, 2]]).batch(2))).rejects.toThrow("sample 1 has shape (2,)");
  });
});
