import { expect } from "vitest";
import { cellsOf, feature, press, slide, useLab } from "./harness.js";

useLab();

feature(2, "from threshold to bias, and no output changes", "bias", {
  mouse: async ({ page }) => {
    const formula = page.locator("[data-formula]");
    expect((await formula.innerText()).replace(/\s+/g, " ")).toBe("w₁x₁ + w₂x₂ > θ");
    const before = await cellsOf(page, "theta");
    expect(before).toEqual(["0", "0", "0", "1"]);
    await page.locator('button[data-form="bias"]').click();
    await expect
      .poll(async () => (await formula.innerText()).replace(/\s+/g, " "))
      .toBe("b + w₁x₁ + w₂x₂ > 0");
    expect(await cellsOf(page, "bias")).toEqual(before);
    expect(await page.locator('[data-number="b"]').inputValue()).toBe("-0.7");
    expect(await page.locator('[data-slot="b"]').inputValue()).toBe("-0.7");
    await slide(page, '[data-slider="b"]', 0.4);
    await expect.poll(() => cellsOf(page, "bias")).toEqual(["0", "1", "1", "1"]);
    expect(await cellsOf(page, "theta")).toEqual(["0", "1", "1", "1"]);
    await page.locator('button[data-form="theta"]').click();
    await expect.poll(() => page.locator('[data-number="theta"]').inputValue()).toBe("0.4");
  },
  keyboard: async ({ page }) => {
    await page.locator('button[data-form="bias"]').focus();
    await page.keyboard.press("Enter");
    await press(page, '[data-slider="b"]', 8);
    await expect.poll(() => cellsOf(page, "bias")).toEqual(["1", "1", "1", "1"]);
    expect(await cellsOf(page, "theta")).toEqual(["1", "1", "1", "1"]);
    await page.locator("#tab-form").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator('[data-number="b"]').fill("-0.7");
    await page.keyboard.press("Enter");
    // The lecture's three lines, to the last digit of a 64-bit float.
    expect(await page.locator('[data-step="products"]').textContent()).toBe("[0.  0.5]");
    expect(await page.locator('[data-step="sum"]').textContent()).toBe("0.5");
    expect(await page.locator('[data-step="total"]').textContent()).toBe("-0.19999999999999996");
    expect(await page.locator('[data-step="y"]').textContent()).toBe("0");
  },
});
