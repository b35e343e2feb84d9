import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, useLab } from "./harness.js";

useLab();

const read = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator(`[data-value="${name}"]`).innerText()).replace("−", "-"));

/** Functions and their derivatives, in plain arithmetic. */
const KNOWN: Record<string, [(x: number) => number, (x: number) => number]> = {
  sigmoid: [(x) => 1 / (1 + Math.exp(-x)), (x) => 1 / (1 + Math.exp(-x)) / (1 + Math.exp(x))],
  relu: [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0)],
  tanh: [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  own: [(x) => x ** 3 / 9, (x) => x ** 2 / 3],
};

async function agrees(page: Page, name: string): Promise<void> {
  const x = await read(page, "x");
  const [f, slope] = KNOWN[name]!;
  expect(await read(page, "y")).toBeCloseTo(f(x), 3);
  expect(await read(page, "slope")).toBeCloseTo(slope(x), 3);
}

feature(8, "curves of activation functions, a point to drag, and its slope", "activations", {
  mouse: async ({ page }) => {
    expect(await read(page, "slope")).toBe(0);
    for (const [i, name] of ["sigmoid", "relu", "tanh"].entries()) {
      await page.locator(`[data-fn="${name}"]`).click();
      const paper = page.locator('[data-figure="curve"] [data-keys]');
      await paper.scrollIntoViewIfNeeded();
      const box = (await paper.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * (0.2 + 0.22 * i), box.y + box.height / 2, { steps: 3 });
      await page.mouse.up();
      expect(await read(page, "x")).toBeCloseTo(-5 + 10 * (0.2 + 0.22 * i), 0);
      await agrees(page, name);
    }
    await page.locator("[data-other]").selectOption("step");
    await page.locator('[data-figure="curve"] path.other').waitFor({ state: "attached" });
  },
  keyboard: async ({ page }) => {
    await page.locator('[data-fn="step"]').focus();
    for (const name of ["sigmoid", "relu", "tanh", "own"]) {
      await page.locator('[data-fn="step"]').focus();
      await page.locator(`[data-fn="${name}"]`).focus();
      await page.keyboard.press("Space");
      if (name === "own") {
        await page.locator("[data-formula]").fill("x^3 / (9");
        expect(await page.locator("[data-formula]").getAttribute("aria-invalid")).toBe("true");
        await page.locator("[data-formula]").fill("x^3 / 9");
      }
      await page.locator('[data-handle="point"]').focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      await agrees(page, name);
    }
    expect(await read(page, "x")).toBe(1.8);
    await page.keyboard.press("Home");
    expect(await read(page, "x")).toBe(-5);
    // The lecture's array, as maru prints it.
    await page.locator("#tab-curve").focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.locator('[data-print="x.gt(0)"]').innerText()).toBe("[False  True  True]");
    await page.locator("[data-list]").fill("1, 2, 4");
    expect(await page.locator('[data-print="array(1).div(x)"]').innerText()).toBe("[1.   0.5  0.25]");
    await page.locator("[data-list]").fill("1, zwei");
    expect(await page.locator("[data-print]").count()).toBe(0);
  },
});

/** The part of the 21 by 21 places where the network's output is positive. */
function inside(h: (a: number) => number, steep: number, b: number): number {
  const angles = [90, 210, 330].map((degrees) => (degrees * Math.PI) / 180);
  let count = 0;
  for (let i = 0; i < 21; i++)
    for (let j = 0; j < 21; j++) {
      const [x, y] = [-2 + ((i + 0.5) / 21) * 4, -2 + ((j + 0.5) / 21) * 4];
      const sum = angles.reduce((all, a) => all + h((Math.cos(a) * x + Math.sin(a) * y + 0.8) * steep), b);
      if (sum > 0) count++;
    }
  return count / 441;
}
const insideOf = async (page: Page): Promise<number> =>
  Number(await page.locator("[data-inside]").getAttribute("data-inside"));

const step = (a: number): number => (a > 0 ? 1 : 0);
const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));

feature(9, "the activation function of a network is swapped live", "activations", {
  mouse: async ({ page }) => {
    await page.locator("#tab-swap").click();
    expect(await insideOf(page)).toBeCloseTo(inside(step, 3, -2.5), 2);
    await page.locator('[data-h="sigmoid"]').click();
    expect(await insideOf(page)).toBeCloseTo(inside(sigmoid, 3, -2.5), 2);
    await page.locator('[data-h="relu"]').click();
    expect(await insideOf(page)).toBeCloseTo(
      inside((a) => Math.max(0, a), 3, -2.5),
      2,
    );
    // Without one, the three lines cancel: the same everywhere.
    await page.locator('[data-h="identity"]').click();
    expect([0, 1]).toContain(await insideOf(page));
  },
  keyboard: async ({ page }) => {
    await page.locator("#tab-curve").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("#tab-list").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator('[data-h="step"]').focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => insideOf(page)).toBeCloseTo(inside(sigmoid, 3, -2.5), 2);
    await page.locator('[data-slider="steep"]').focus();
    await page.keyboard.press("End");
    await expect.poll(() => insideOf(page)).toBeCloseTo(inside(sigmoid, 10, -2.5), 2);
    await page.locator('[data-h="sigmoid"]').focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => insideOf(page)).toBeCloseTo(inside(Math.tanh, 10, -2.5), 2);
  },
});
