/** Samples mapped in worker threads: order and seeds for any number of workers, errors, and the workers' end. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, ValueError } from "maru";
import { DataLoader, workerDataset } from "maru/data";
import { describe, expect, it } from "vitest";
import { all, range } from "./numbers.js";

const module = new URL("./worker-functions.mjs", import.meta.url);
const toldBy = (workers: number) =>
  workerDataset<number, { sample: number; index: number; epoch: number; seed: string }>(range(23), {
    module,
    name: "told",
    workers,
  });

/** Two epochs of a loader, as plain lists. */
async function epochs(workers: number, prefetch: number): Promise<unknown> {
  const loader = new DataLoader(toldBy(workers), { batchSize: 4, shuffle: true, seed: 11, prefetch });
  const seen: unknown[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const batch of loader) {
      seen.push([batch.sample.toArray(), batch.index.toArray(), batch.epoch.toArray(), batch.seed]);
    }
  }
  return seen;
}

describe("workerDataset", () => {
  it("gives the same order, epochs and seeds for 0, 1 and 3 workers and any prefetch", async () => {
    const here = await epochs(0, 0);
    expect(await epochs(1, 0)).toEqual(here);
    expect(await epochs(3, 5)).toEqual(here);
    const [first, , , , , , second] = here as [number[], ...unknown[], number[]];
    expect(first).not.toEqual(second);
  });

  it("gives each sample of each epoch a seed of its own, by the loader's seed", async () => {
    const seeds = async (seed: number): Promise<number[]> => {
      const loader = new DataLoader(toldBy(0), { batchSize: 5, seed });
      const batches = [...(await all(loader)), ...(await all(loader))];
      return batches.flatMap((batch) => batch.seed.map(Number));
    };
    const first = await seeds(1);
    expect(new Set(first).size).toBe(46);
    expect(await seeds(1)).toEqual(first);
    expect(await seeds(2)).not.toEqual(first);
  });

  it("keeps the order where later samples are ready sooner", async () => {
    const dataset = workerDataset<number, number>(range(10), { module, name: "backwards", workers: 3 });
    const seen = await all(new DataLoader(dataset, { batchSize: 1, prefetch: 6 }));
    expect(seen.flatMap((batch) => batch.toArray())).toEqual(range(10));
  });

  it("runs in other threads, several of them, and in this one where workers is 0", async () => {
    const threads = async (workers: number): Promise<Set<number>> => {
      const dataset = workerDataset<number, number>(range(12), { module, name: "thread", workers });
      const batches = await all(new DataLoader(dataset, { batchSize: 1, prefetch: 8 }));
      return new Set(batches.flatMap((batch) => batch.toArray()));
    };
    const [here, there] = [await threads(0), await threads(2)];
    expect(here.size).toBe(1);
    expect([...there].some((id) => here.has(id))).toBe(false);
    expect(there.size).toBe(2);
  });

  it("copies samples: what the main thread holds stays", async () => {
    const samples = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    const dataset = workerDataset<Float32Array, Float32Array>(samples, { module, name: "twice", workers: 1 });
    const [batch] = await all(new DataLoader(dataset, { batchSize: 2 }));
    expect(batch!.toArray()).toEqual([
      [2, 4],
      [6, 8],
    ]);
    expect(samples.map((one) => [...one])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([0, 2])("passes an error on with the sample's number, with %i workers", async (workers) => {
    const dataset = workerDataset<number, number>(range(8), { module, name: "fails", workers });
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      for await (const batch of new DataLoader(dataset, { batchSize: 2, prefetch: 4 }))
        seen.push(...batch.toArray());
    };
    const error = await run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toBe(
      `workerDataset: fails of ${module.href} failed at sample 5: RangeError: five is right out`,
    );
    expect((error as { cause: Error }).cause.name).toBe("RangeError");
    expect((error as { cause: Error }).cause.stack).toContain("worker-functions.mjs");
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it.each([0, 1])("says what is wrong with the module or the name, with %i workers", async (workers) => {
    const run = (options: { module: URL; name?: string }) =>
      all(new DataLoader(workerDataset<number, number>([1], { workers, ...options }))).catch(
        (error: unknown) => error,
      );
    const missing = await run({ module, name: "nothing" });
    expect(missing).toBeInstanceOf(ValueError);
    expect(String(missing)).toContain("it exports no function nothing");
    expect(String(await run({ module, name: "number" }))).toContain("it exports no function number");
    const nowhere = await run({ module: new URL("./not-there.mjs", import.meta.url) });
    expect(nowhere).toBeInstanceOf(ValueError);
    expect(String(nowhere)).toContain("not-there.mjs");
    const [batch] = (await run({ module })) as [{ toArray(): number[] }];
    expect(batch.toArray()).toEqual([-1]);
  });

  it("says that a worker has died, and starts anew the next time", async () => {
    const dataset = workerDataset<number, number>(range(4), { module, name: "leaves", workers: 2 });
    const error = await all(new DataLoader(dataset)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(String(error)).toContain("is gone: it ended with code 3");
    await expect(dataset.batch([0])).rejects.toThrow("is gone");
  });

  it("says which result cannot be sent back", async () => {
    const dataset = workerDataset<number, number>(range(3), { module, name: "unsendable", workers: 1 });
    await expect(dataset.batch([0, 2, 1])).rejects.toThrow("failed at sample 1: DataCloneError");
    await expect(dataset.batch([2, 0])).resolves.toMatchObject({ shape: [2] });
    await dataset.close();
  });

  it("ends its workers with the loop, also one that was left early; keeps them where it is told to", async () => {
    const active = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === "Worker" || name === "MessagePort").length;
    const before = active();
    const dataset = workerDataset<number, number>(range(10), { module, name: "noisy", workers: 2 });
    for await (const _ of new DataLoader(dataset, { prefetch: 3 })) break;
    expect(active()).toBe(before);
    const kept = workerDataset<number, number>(range(4), { module, name: "thread", workers: 1, keep: true });
    const ids = async (): Promise<number[]> =>
      (await all(new DataLoader(kept))).flatMap((batch) => batch.toArray());
    const [first, second] = [await ids(), await ids()];
    expect(new Set([...first, ...second]).size).toBe(1);
    await kept.close();
    expect((await ids())[0]).not.toBe(first[0]);
    await kept.close();
  });

  it("does not keep a process alive that has nothing else to do", () => {
    const program = join(tmpdir(), `maru-workers-${process.pid}.mts`);
    const source = new URL("../../src/data/index.ts", import.meta.url).href;
    writeFileSync(
      program,
      `import { workerDataset } from ${JSON.stringify(source)};
       const dataset = workerDataset([1, 2], { module: ${JSON.stringify(module.href)}, workers: 2, keep: true });
       console.log(String(await dataset.batch([0, 1])));`,
    );
    const tsx = new URL("../../node_modules/tsx/dist/cli.mjs", import.meta.url).pathname;
    const { stdout, status } = spawnSync(process.execPath, [tsx, program], {
      encoding: "utf8",
      timeout: 30_000,
    });
    expect([stdout.trim(), status]).toEqual(["[-1. -2.]", 0]);
  });

  it("refuses settings that make no sense", () => {
    expect(() => workerDataset([], { module })).toThrow(DataError);
    expect(() => workerDataset([1], { module, workers: -1 })).toThrow(ValueError);
    expect(() => workerDataset([1], { module: "./map.js" })).toThrow(
      'workerDataset: "./map.js" is no address of a module; say new URL("./name.js", import.meta.url)',
    );
  });
});
