import type { Page } from "playwright-core";
import { expect } from "vitest";
import { labTest, useLab, visit } from "./harness.js";

useLab();

const numbers = (page: Page, selector: string, key: string): Promise<number[]> =>
  page.locator(selector).evaluateAll((all, key) => all.map((e) => Number(e.getAttribute(key))), key);

/** Presses a button of the figure in this way. */
async function press(page: Page, way: "mouse" | "keyboard", selector: string): Promise<void> {
  if (way === "mouse") return page.locator(selector).click();
  await page.locator(selector).focus();
  await page.keyboard.press("Enter");
}

for (const [lang, width, way] of [
  ["ko", 1280, "mouse"],
  ["en", 390, "keyboard"],
] as const) {
  labTest(`a network learns more from more data, a line does not (${lang} ${width} ${way})`, () =>
    visit(lang, width, "why-now", async ({ page }) => {
      expect(await page.locator("[data-n]").count()).toBe(0);
      await press(page, way, '[data-measure="data"]');
      await page.locator("[data-measure]").waitFor({ timeout: 50_000 });
      const amounts = await numbers(page, "[data-n]", "data-n");
      const accuracies = await numbers(page, "[data-n]", "data-accuracy");
      expect(amounts).toEqual([8, 16, 32, 64, 128, 256, 512, 1024].flatMap((n) => [n, n, n]));
      expect(Math.max(...accuracies.slice(0, 3))).toBeLessThan(0.85);
      expect(Math.min(...accuracies.slice(-3))).toBeGreaterThan(0.97);
      // A link holds what was measured, and measures nothing by itself.
      await expect.poll(() => page.url()).toContain("#");
      await page.waitForTimeout(800);
      await page.reload();
      await page.waitForSelector("[data-ready]");
      expect(await numbers(page, "[data-n]", "data-accuracy")).toEqual(accuracies);
      expect(await page.locator("[data-stop-measure]").count()).toBe(0);
    }),
  );

  labTest(`depth is measured point by point, and can be stopped (${lang} ${width} ${way})`, () =>
    visit(lang, width, "why-now", async ({ page }) => {
      await page.locator("#tab-depth").click();
      await press(page, way, '[data-measure="depth"]');
      await expect.poll(() => page.locator("[data-depth]").count(), { timeout: 20_000 }).toBeGreaterThan(3);
      await press(page, way, "[data-stop-measure]");
      const found = await numbers(page, "[data-depth]", "data-accuracy");
      for (const value of found) expect(value).toBeGreaterThan(0.4);
      // With one hidden layer the step function learns no features, ReLU does.
      const one = (name: string): Promise<number[]> =>
        numbers(page, `[data-activation="${name}"][data-depth="1"]`, "data-accuracy");
      expect((await one("relu"))[0]!).toBeGreaterThan((await one("step"))[0]!);
      await page.waitForTimeout(1200);
      expect(await page.locator("[data-depth]").count()).toBe(found.length);
    }),
  );

  labTest(`this machine's own rate (${lang} ${width} ${way})`, () =>
    visit(lang, width, "why-now", async ({ page }) => {
      await page.locator("#tab-power").click();
      await press(page, way, '[data-measure="power"]');
      await page.locator("[data-measure]").waitFor({ timeout: 40_000 });
      const rate = async (engine: string): Promise<number> =>
        (await numbers(page, `[data-engine="${engine}"]`, "data-rate"))[0]!;
      expect(await rate("plain")).toBeGreaterThan(0);
      expect(await rate("one")).toBeGreaterThan(await rate("plain"));
      // Threads need an isolated page, which the server makes, and a second processor.
      const processors = await page.evaluate(() => (crossOriginIsolated ? navigator.hardwareConcurrency : 1));
      expect((await rate("all")) > 0).toBe(processors > 1);
    }),
  );
}
