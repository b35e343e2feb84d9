import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, useLab } from "./harness.js";

useLab();

/** L = (h(w1 x1 + w2 x2 + b) - t)^2, its values and gradients in plain arithmetic. */
function backprop([x1, x2, w1, w2, b, t]: readonly number[]) {
  const a = w1! * x1! + w2! * x2! + b!;
  const y = 1 / (1 + Math.exp(-a));
  const dy = 2 * (y - t!);
  const da = dy * y * (1 - y);
  return { a, y, L: (y - t!) ** 2, dy, da, x1: da * w1!, x2: da * w2!, w1: da * x1!, w2: da * x2! };
}

const gradient = async (page: Page, node: string): Promise<number | undefined> => {
  const text = await page.locator(`[data-node="${node}"]`).getAttribute("data-gradient");
  return text === null ? undefined : Number(text);
};
const value = async (page: Page, node: string): Promise<number> =>
  Number(await page.locator(`[data-node="${node}"]`).getAttribute("data-value"));

async function walksBack(page: Page, step: () => Promise<void>, numbers: readonly number[]): Promise<void> {
  const truth = backprop(numbers);
  expect(await value(page, "L")).toBeCloseTo(truth.L, 9);
  const order: [string, number][][] = [
    [["L", 1]],
    [["y", truth.dy]],
    [["a", truth.da]],
    [
      ["p1", truth.da],
      ["p2", truth.da],
      ["b", truth.da],
    ],
    [
      ["w1", truth.w1],
      ["x1", truth.x1],
      ["w2", truth.w2],
      ["x2", truth.x2],
    ],
  ];
  for (const [i, found] of order.entries()) {
    for (const [node] of found) expect(await gradient(page, node)).toBeUndefined();
    await step();
    await expect.poll(() => page.locator("[data-back]").getAttribute("data-back")).toBe(String(i + 1));
    for (const [node, wanted] of found) expect(await gradient(page, node)).toBeCloseTo(wanted, 9);
  }
}

const means = (page: Page): Promise<number[]> =>
  page
    .locator("[data-layer]")
    .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-mean"))));

feature(24, "gradients of each node, each weight and each layer", "backprop", {
  mouse: async ({ page }) => {
    await walksBack(page, async () => page.locator("[data-back-step]").click(), [1, -1, 0.5, 1, 0.2, 1]);
    await page.locator("#tab-deep").click();
    expect((await means(page)).length).toBe(4);
    // Each bar is the mean of the magnitudes of its weights.
    const gradients = await page
      .locator('[data-layer="1"] [data-gradient]')
      .evaluateAll((marks) => marks.map((mark) => Math.abs(Number(mark.getAttribute("data-gradient")))));
    expect(gradients.length).toBe(16);
    expect((await means(page))[1]).toBeCloseTo(gradients.reduce((a, b) => a + b) / 16, 9);
    // The difference quotient agrees.
    await page.locator("[data-check]").click();
    expect(Number(await page.locator("[data-distance]").getAttribute("data-distance"))).toBeLessThan(1e-7);
    await page.locator('[data-guess="plus"]').click();
    expect(await page.locator("[data-right]").getAttribute("data-right")).toBe("true");
  },
  keyboard: async ({ page }) => {
    await page.locator('[data-slider="w1"]').focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("[data-back-step]").focus();
    const press = (): Promise<void> => page.keyboard.press("Enter");
    await walksBack(page, press, [1, -1, 0.6, 1, 0.2, 1]);
    await page.locator("#tab-graph").focus();
    await page.keyboard.press("ArrowRight");
    // Through eight layers of sigmoids the gradient fades; through ReLUs it does not.
    await page.locator('[data-slider="depth"]').focus();
    await page.keyboard.press("End");
    await expect.poll(async () => (await means(page)).length).toBe(9);
    const sigmoid = await means(page);
    expect(sigmoid[0]! / sigmoid.at(-1)!).toBeLessThan(1e-3);
    await page.locator('[data-activation="sigmoid"]').focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(async () => (await means(page))[0]! > 10 * sigmoid[0]!).toBe(true);
    await page.locator('[data-guess="minus"]').focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("[data-right]").getAttribute("data-right")).toBe("false");
  },
});
