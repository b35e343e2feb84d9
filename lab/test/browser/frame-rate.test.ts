/**
 * How smoothly pages go on while they train: the playground's largest network, and the digits. On a machine that does
 * other work too the best of some tries counts, since such work only takes time away.
 */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { labTest, useLab, visit } from "./harness.js";

useLab();

/** Notes how long after one another frames come. */
const watchFrames = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const gaps: number[] = [];
    let last = performance.now();
    const tick = (now: number): void => {
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame((now) => {
      last = now;
      requestAnimationFrame(tick);
    });
    (window as unknown as { frameGaps: number[] }).frameGaps = gaps;
  });
/** The gaps since the last call. */
const gapsOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as { frameGaps: number[] }).frameGaps.splice(0));
const within = (gaps: readonly number[], milliseconds: number): number =>
  gaps.filter((gap) => gap <= milliseconds).length / gaps.length;

labTest("the playground's largest network, 6 layers of 8, trains in 95 % of frames on time", () =>
  visit("ko", 1280, "playground", async ({ page }) => {
    for (let layers = 2; layers < 6; layers++) await page.locator('[data-layers="more"]').click();
    for (let layer = 1; layer <= 6; layer++) {
      const more = page.locator(`[data-more="${layer}"]`);
      while (await more.isEnabled()) await more.click();
    }
    expect(await page.locator('[data-neuron^="6."]').count()).toBe(8);
    await page.locator("[data-speed]").selectOption("full");
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Performance.enable");
    const busy = async (): Promise<number> => {
      const { metrics } = await devtools.send("Performance.getMetrics");
      return 1000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
    };
    await page.locator("[data-play]").click();
    await page.locator('[data-phase="playing"]').waitFor();
    await watchFrames(page);
    let best = { onTime: 0, mainThread: Number.POSITIVE_INFINITY };
    for (let i = 0; i < 6 && (best.onTime < 0.95 || best.mainThread > 6); i++) {
      await page.waitForTimeout(500);
      await gapsOf(page);
      const before = await busy();
      await page.waitForTimeout(3000);
      const gaps = await gapsOf(page);
      const now = { onTime: within(gaps, 18), mainThread: ((await busy()) - before) / gaps.length };
      console.info(
        `${gaps.length} frames: ${(100 * now.onTime).toFixed(1)} % within 18 ms, ${now.mainThread.toFixed(1)} ms of the main thread a frame`,
      );
      if (now.onTime > best.onTime) best = now;
    }
    expect(best.onTime).toBeGreaterThanOrEqual(0.95);
    expect(best.mainThread).toBeLessThanOrEqual(6);
  }),
);

labTest("the digits are learned to 98 % within 60 s, and the page goes on", () =>
  visit("en", 1280, "digits", async ({ page }) => {
    await watchFrames(page);
    await page.locator('[data-train="start"]').click();
    const training = page.locator('[data-figure="training"]');
    await expect.poll(() => training.getAttribute("data-phase"), { timeout: 240_000 }).toBe("done");
    const gaps = await gapsOf(page);
    const [accuracy, seconds, of] = await Promise.all(
      ["data-tested", "data-seconds", "data-of"].map(async (name) =>
        Number(await training.getAttribute(name)),
      ),
    );
    console.info(
      `${(100 * accuracy!).toFixed(2)} % of ${of} after ${seconds!.toFixed(1)} s of training; ${(100 * within(gaps, 50)).toFixed(1)} % of frames within 50 ms, the longest ${Math.max(...gaps).toFixed(0)} ms`,
    );
    expect(of).toBe(10_000);
    expect(accuracy).toBeGreaterThan(0.98);
    expect(seconds).toBeLessThan(60);
    // A quarter of a second is felt.
    expect(within(gaps, 250)).toBeGreaterThan(0.995);
  }),
);
