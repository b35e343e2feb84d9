import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, press, useLab } from "./harness.js";

useLab();

const count = (page: Page): Promise<string | null> =>
  page.locator(".verdict[data-count]").getAttribute("data-count");
const tries = async (page: Page): Promise<[string | null, string | null]> => [
  await page.locator("[data-passes]").getAttribute("data-passes"),
  await page.locator("[data-passes]").getAttribute("data-best"),
];

feature(5, "one neuron tries XOR and cannot, while AND, NAND and OR it can", "limits", {
  mouse: async ({ page }) => {
    expect(await count(page)).toBe("4");
    for (const gate of ["and", "nand", "or"]) {
      await page.locator(`[data-goal="${gate}"]`).click();
      if ((await count(page)) !== "4") await page.locator('[data-try="100"]').click();
      await expect.poll(() => count(page)).toBe("4");
    }
    await page.locator('[data-goal="xor"]').click();
    await page.locator('[data-try="100"]').click();
    await page.locator('[data-try="100"]').click();
    const [passes, best] = await tries(page);
    expect(passes).toBe("200");
    expect(Number(best)).toBeGreaterThanOrEqual(2);
    expect(Number(best)).toBeLessThan(4);
    expect(Number(await count(page))).toBeLessThan(4);
  },
  keyboard: async ({ page }) => {
    await page.locator('[data-goal="xor"]').focus();
    await page.keyboard.press("Enter");
    expect(await count(page)).toBe("3"); // as OR has it
    for (const steps of [4, -12]) {
      await press(page, '[data-handle="move"]', steps);
      await press(page, '[data-handle="turn"]', steps);
      expect(Number(await count(page))).toBeLessThan(4);
    }
    await page.locator('[data-try="1"]').focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect((await tries(page))[0]).toBe("2");
  },
});

feature(42, "a map of all weights: whole countries for AND, nothing for XOR", "limits", {
  mouse: async ({ page }) => {
    await page.locator("#tab-map").click();
    const map = page.locator('[data-figure="weight-map"]');
    // OR with theta 0.5: both weights above it. 23 of the 61 values from -2 to 2 are.
    expect(await map.getAttribute("data-pairs")).toBe(String(23 * 23));
    await page.locator('[data-goal="and"]').click();
    // AND: neither weight above theta, and together above it.
    let pairs = 0;
    for (let i = 0; i < 61; i++)
      for (let j = 0; j < 61; j++) if (i - 30 <= 7.5 && j - 30 <= 7.5 && i - 30 + j - 30 > 7.5) pairs++;
    await expect.poll(() => map.getAttribute("data-pairs")).toBe(String(pairs));
    expect(await map.locator("rect.all").count()).toBeGreaterThan(5);
    await page.locator('[data-goal="xor"]').click();
    for (const theta of ["-1", "0", "0.3", "1.7"]) {
      await page.locator('[data-number="theta"]').fill(theta);
      await page.keyboard.press("Enter");
      await expect.poll(() => map.getAttribute("data-pairs")).toBe("0");
      expect(await map.locator("rect.all").count()).toBe(0);
    }
    // Pressing a place takes its weights.
    const box = (await map.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.75, box.y + box.height * 0.75);
    expect(await page.locator('[data-handle="weights"]').getAttribute("aria-valuetext")).toMatch(
      /w₁ = 1.*w₂ = −1/,
    );
  },
  keyboard: async ({ page }) => {
    await page.locator("#tab-line").focus();
    await page.keyboard.press("ArrowRight");
    await press(page, '[data-handle="weights"]', -8);
    // w1 = 1 - 8/15 is below 0.5, so (1, 0) is not 1 any more.
    expect(await page.locator("[data-here]").getAttribute("data-here")).toBe("3");
    await press(page, '[data-handle="weights"]', 1);
    expect(await page.locator("[data-here]").getAttribute("data-here")).toBe("4");
  },
});

feature(37, "draw the answer, then the truth is laid over it", "limits", {
  mouse: async ({ page }) => {
    const exercise = page.locator('[data-exercise="draw-line"]');
    await exercise.scrollIntoViewIfNeeded();
    const svg = exercise.locator('[data-figure="plane"]');
    const drag = async (handle: string, x: number, y: number): Promise<void> => {
      const box = (await svg.boundingBox())!;
      const from = (await exercise.locator(`[data-handle="${handle}"]`).boundingBox())!;
      const at = (value: number): number => (8 + ((value + 0.5) * 324) / 2) * (box.width / 340);
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + at(x), box.y + box.height - at(y), { steps: 5 });
      await page.mouse.up();
    };
    await exercise.locator("[data-check]").click();
    expect(Number(await exercise.getAttribute("data-agreement"))).toBeLessThan(0.8);
    expect(await exercise.locator("[data-true-line]").count()).toBe(1);
    // x1 - x2 = 0.5 goes through (0, -0.5) and (1.5, 1).
    await drag("p", 0.02, -0.48);
    expect(await exercise.locator("[data-true-line]").count()).toBe(0);
    await drag("q", 1.48, 0.98);
    await exercise.locator("[data-check]").click();
    expect(Number(await exercise.getAttribute("data-agreement"))).toBeGreaterThan(0.95);
  },
  keyboard: async ({ page }) => {
    const exercise = page.locator('[data-exercise="draw-line"]');
    await exercise.locator('[data-handle="p"]').focus();
    // From (-0.4, 1) to (0, -0.5), and from (1.4, 1) to (1.5, 1).
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
    for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowDown");
    await exercise.locator('[data-handle="q"]').focus();
    for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowRight");
    await exercise.locator("[data-check]").focus();
    await page.keyboard.press("Enter");
    expect(Number(await exercise.getAttribute("data-agreement"))).toBeGreaterThan(0.97);
  },
});
