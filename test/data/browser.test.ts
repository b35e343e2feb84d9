/** In a page: worker threads are web workers, and give what Node's give. */
import { readFileSync } from "node:fs";
import { DataLoader, workerDataset } from "maru/data";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../browser/bundle.js";
import { findChromium, startChromium } from "../browser/chromium.js";
import { type Server, serve } from "../browser/serve.js";
import { all, range } from "./numbers.js";

const executable = findChromium();

const program = `
import { DataLoader, workerDataset } from "./src/data/index.ts";
const module = new URL("/functions.js", location.href);
const loop = async (name, workers, n) => {
  const dataset = workerDataset(Array.from({ length: n }, (_, i) => i), { module, name, workers });
  const seen = [];
  try {
    for await (const batch of new DataLoader(dataset, { batchSize: 3, shuffle: true, seed: 4, prefetch: 2 })) seen.push(batch);
  } catch (error) {
    return error.name + ": " + error.message;
  }
  return seen;
};
globalThis.told = async (workers) => (await loop("told", workers, 10)).map(({ index, seed }) => [[...index.dataSync()], seed]);
globalThis.failing = (workers) => loop("fails", workers, 8);
globalThis.missing = (workers) => loop("nothing", workers, 2);
`;

/** The functions that need no Node. */
const functions = readFileSync(new URL("./worker-functions.mjs", import.meta.url), "utf8")
  .replace(/^import .*$/m, "")
  .replace("() => threadId", "() => 0");

let server: Server;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  if (executable === undefined) return;
  const { contents } = await bundle(program);
  server = await serve(
    new Map<string, string | Uint8Array>([
      ["/page.js", contents],
      ["/functions.js", functions],
    ]),
  );
  browser = await startChromium(executable);
  page = await browser.newPage();
  await page.goto(server.url(false));
  await page.waitForFunction(() => "missing" in globalThis);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const ask = (name: string, workers: number): Promise<unknown> =>
  page.evaluate(
    ([what, count]) =>
      (globalThis as unknown as Record<string, (n: number) => unknown>)[what as string]!(count as number),
    [name, workers] as const,
  );

test.skipIf(executable === undefined)(
  "workers of a page give the order and the seeds that Node's give",
  async () => {
    const module = new URL("./worker-functions.mjs", import.meta.url);
    const dataset = workerDataset<number, { index: number; seed: string }>(range(10), {
      module,
      name: "told",
      workers: 1,
    });
    const batches = await all(new DataLoader(dataset, { batchSize: 3, shuffle: true, seed: 4 }));
    const expected = batches.map(({ index, seed }) => [index.toArray(), seed]);
    for (const workers of [0, 1, 2]) expect(await ask("told", workers)).toEqual(expected);
  },
);

test.skipIf(executable === undefined)("errors come out of a page's workers", async () => {
  const [here, there] = [await ask("failing", 0), await ask("failing", 2)];
  expect(there).toBe(here);
  expect(there).toMatch(
    /^DataError: workerDataset: fails of http.*functions\.js failed at sample 5: RangeError: five is right out$/,
  );
  expect(await ask("missing", 1)).toMatch(
    /^ValueError: workerDataset: cannot use nothing of .*it exports no function nothing/,
  );
});
