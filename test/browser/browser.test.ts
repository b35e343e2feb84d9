/**
 * The same computations in a browser, in a page that may share memory with workers and in one that may not; and no page
 * stands still while maru computes.
 */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "./bundle.js";
import { findChromium, startChromium } from "./chromium.js";
import type { Jobs, Pace } from "./page.js";
import { type Server, serve } from "./serve.js";

const program = findChromium();
if (program === undefined) {
  console.warn(
    "No Chromium was found, so nothing is tested in a browser. Install one (`apt-get install chromium`), or name it in MARU_CHROMIUM.",
  );
}

/** A frame that a person does not miss. */
const FRAME_MILLISECONDS = 50;

let browser: Browser;
let server: Server;

const golden = (name: string): [string, Uint8Array] => [
  `/${name}.golden.json`,
  readFileSync(new URL(`../goldens/${name}.golden.json`, import.meta.url)),
];

beforeAll(async () => {
  if (program === undefined) return;
  const script = await bundle('import "./test/browser/page.ts"');
  server = await serve(new Map([["/page.js", script.contents], golden("forward"), golden("gradient")]));
  browser = await startChromium(program);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe.skipIf(program === undefined).each([true, false])("a page, isolated: %s", (isolated) => {
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(server.url(isolated));
    await page.waitForFunction(() => "jobs" in globalThis);
  });

  afterAll(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  const run = <K extends keyof Jobs>(
    name: K,
    ...args: Parameters<Jobs[K]>
  ): Promise<Awaited<ReturnType<Jobs[K]>>> =>
    page.evaluate(
      ([name, args]) => {
        const { jobs } = globalThis as unknown as { jobs: Record<string, (...args: unknown[]) => unknown> };
        return jobs[name]!(...args) as never;
      },
      [name, args] as [string, unknown[]],
    );

  test("has threads where it may", async () => {
    const { isolated: found, threads } = await run("facts");
    expect(found).toBe(isolated);
    if (isolated) expect(threads).toBeGreaterThan(1);
    else expect(threads).toBe(1);
  });

  test("computes every primitive as the interpreter does", async () => {
    const { count, wrong } = await run("samples");
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  test("answers as NumPy and PyTorch do", async () => {
    const { count, wrong } = await run("goldens", 3, isolated ? 0 : 1);
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(700);
  });

  test("never stands still longer than a frame", async () => {
    const say = (what: string, { milliseconds, longestGap }: Pace): void =>
      console.log(
        `isolated ${isolated}, ${what}: ${milliseconds.toFixed(0)} ms, longest gap ${longestGap.toFixed(1)} ms`,
      );
    const products = await run("matrices", 1024);
    expect(products.right).toBe(true);
    say("4 products of 1024 x 1024, with compiling", products.first);
    say("4 products of 1024 x 1024", products.later);
    const network = await run("convolutions");
    expect(network.losses.at(-1)).toBeLessThan(network.losses[0]!);
    say("step of a convolutional network, with compiling", network.first);
    say("step of a convolutional network", network.later);
    const training = await run("fitting");
    say("fit, with compiling", training.first);
    say("fit", training.later);
    expect(page.workers().length > 0).toBe(isolated);
    const gaps = [products, network, training].map(({ later }) => later.longestGap);
    expect(Math.max(...gaps)).toBeLessThan(FRAME_MILLISECONDS);
  });

  test("queues what is awaited, and refuses what would have to wait", async () => {
    const { refused, sums } = await run("together");
    expect(refused).toContain("`await` it before the next one");
    expect(sums[0]).toBe(sums[2]);
    expect(sums[1]).toBe(sums[3]);
  });

  test("computes at once in a worker, which may be kept waiting", async () => {
    const { same, threads } = await page.evaluate(() => {
      const { jobs } = globalThis as unknown as {
        jobs: { inWorker(name: string): Promise<Awaited<ReturnType<Jobs["atOnce"]>>> };
      };
      return jobs.inWorker("atOnce");
    });
    expect(same).toBe(true);
    expect(threads > 1).toBe(isolated);
  });

  test("learns XOR", async () => {
    const { predicted } = await run("xor");
    expect(predicted.map((p) => p > 0.5)).toEqual([false, true, true, false]);
  });
});
