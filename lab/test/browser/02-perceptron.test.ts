import { expect } from "vitest";
import { cellsOf, feature, press, slide, useLab } from "./harness.js";

useLab();

feature(1, "the truth table follows the sliders", "perceptron", {
  mouse: async ({ page }) => {
    expect(await cellsOf(page, "y")).toEqual(["0", "0", "0", "1"]);
    await slide(page, '[data-slider="theta"]', 0.6); // from -2 to 2: 0.4
    await expect.poll(() => cellsOf(page, "y")).toEqual(["0", "1", "1", "1"]);
    await slide(page, '[data-slider="w1"]', 0.02);
    await expect.poll(() => cellsOf(page, "y")).toEqual(["0", "0", "1", "0"]);
  },
  keyboard: async ({ page }) => {
    await press(page, '[data-slider="theta"]', -3);
    await expect.poll(() => cellsOf(page, "y")).toEqual(["0", "1", "1", "1"]);
    await page.locator('[data-number="w1"]').fill("-1");
    await page.keyboard.press("Enter");
    await expect.poll(() => cellsOf(page, "y")).toEqual(["0", "0", "1", "0"]);
    expect(await cellsOf(page, "sum")).toEqual(["0", "−1", "0.5", "−0.5"]);
  },
});
