import type { Page } from "playwright-core";
import { expect } from "vitest";
import { cellsOf, feature, press, useLab } from "./harness.js";

useLab();

/** NAND and OR hear both inputs, AND hears them, and y is AND. */
const WIRES = [
  ["x1", "0a"],
  ["x2", "0b"],
  ["x1", "1a"],
  ["x2", "1b"],
  ["g0", "2a"],
  ["g1", "2b"],
  ["g2", "y"],
] as const;

async function filled(page: Page): Promise<void> {
  expect(await cellsOf(page, "g0")).toEqual(["1", "1", "1", "0"]);
  expect(await cellsOf(page, "g1")).toEqual(["0", "1", "1", "1"]);
  expect(await cellsOf(page, "y")).toEqual(["0", "1", "1", "0"]);
  expect(await page.locator("[data-done]").getAttribute("data-done")).toBe("true");
}

feature(6, "wire gates into XOR, and the table of s1, s2, y fills", "xor", {
  mouse: async ({ page }) => {
    expect(await cellsOf(page, "y")).toEqual(["–", "–", "–", "–"]);
    const center = async (selector: string): Promise<[number, number]> => {
      const box = (await page.locator(selector).boundingBox())!;
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    await page.locator('[data-figure="circuit"]').scrollIntoViewIfNeeded();
    for (const [from, to] of WIRES) {
      await page.mouse.move(...(await center(`[data-out="${from}"]`)));
      await page.mouse.down();
      await page.mouse.move(...(await center(`[data-in="${to}"]`)), { steps: 5 });
      await page.mouse.up();
      await page.locator(`[data-wire="${from}-${to}"]`).waitFor({ state: "attached" });
    }
    await filled(page);
    // A press on a connected input cuts its wire.
    await page.mouse.click(...(await center('[data-in="0a"]')));
    await expect.poll(() => cellsOf(page, "y")).toEqual(["–", "–", "–", "–"]);
    expect(await cellsOf(page, "g1")).toEqual(["0", "1", "1", "1"]);
  },
  keyboard: async ({ page }) => {
    for (const [from, to] of WIRES) {
      await page.locator(`[data-out="${from}"]`).focus();
      await page.keyboard.press("Enter");
      await page.locator(`[data-in="${to}"]`).focus();
      await page.keyboard.press("Enter");
    }
    await filled(page);
    // A circle is refused, and nothing is lost.
    await page.locator('[data-out="g2"]').focus();
    await page.keyboard.press("Enter");
    await page.locator('[data-in="0a"]').focus();
    await page.keyboard.press("Enter");
    await filled(page);
    // Another kind of gate is another table: AND in place of NAND leaves nothing.
    await page.locator('[data-kind="0"]').selectOption("and");
    await expect.poll(() => cellsOf(page, "y")).toEqual(["0", "0", "0", "1"]);
    await page.locator('[data-remove="0"]').focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => cellsOf(page, "y")).toEqual(["–", "–", "–", "–"]);
    expect(await cellsOf(page, "g0")).toEqual(["0", "1", "1", "1"]);
  },
});

/** Where the four cases are drawn. */
const casesOf = (page: Page): Promise<number[][]> =>
  page
    .locator('[data-figure="fold"] [data-case]')
    .evaluateAll((marks) =>
      marks.map((mark) => [Number(mark.getAttribute("data-s1")), Number(mark.getAttribute("data-s2"))]),
    );

feature(7, "NAND and OR fold the plane until one line divides it", "xor", {
  mouse: async ({ page }) => {
    await page.locator("#tab-fold").click();
    expect(await casesOf(page)).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(await page.locator("[data-divided]").getAttribute("data-divided")).toBe("false");
    await page.locator("[data-play]").click();
    await expect
      .poll(() => page.locator("[data-divided]").getAttribute("data-divided"), { timeout: 8000 })
      .toBe("true");
    // NAND and OR of the four cases.
    expect(await casesOf(page)).toEqual([
      [1, 0],
      [1, 1],
      [1, 1],
      [0, 1],
    ]);
    expect(await page.locator("[data-and-line]").count()).toBe(1);
  },
  keyboard: async ({ page }) => {
    await page.locator("#tab-circuit").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator('[data-slider="fold"]').focus();
    await page.keyboard.press("End");
    await expect.poll(() => page.locator("[data-divided]").getAttribute("data-divided")).toBe("true");
    await press(page, '[data-slider="fold"]', -50);
    // Half way between (1, 0) and (1, 1).
    await expect.poll(async () => (await casesOf(page))[1]).toEqual([1, 0.5]);
    expect(await page.locator("[data-divided]").getAttribute("data-divided")).toBe("false");
  },
});
