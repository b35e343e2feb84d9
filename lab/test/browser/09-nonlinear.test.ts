import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, useLab } from "./harness.js";

useLab();

const W1 = [
  [1, -1, 0.5],
  [0.5, 1, -1],
];
const W2 = [
  [1, -0.5],
  [-1, 1],
  [0.5, 1],
];
const W3 = [[1], [-1.5]];
const product = (a: number[][], b: number[][]): number[][] =>
  a.map((row) => b[0]!.map((_, c) => row.reduce((sum, value, k) => sum + value * b[k]![c]!, 0)));
const relu = (a: number[][]): number[][] => a.map((row) => row.map((value) => Math.max(0, value)));

const valuesOf = (page: Page, name: string): Promise<number[]> =>
  page
    .locator(`[data-matrix="${name}"] [data-value]`)
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
const read = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator(`[data-value="${name}"]`).innerText()).replace("−", "-"));
const groups = (page: Page): Promise<string | null> =>
  page.locator("[data-groups]").getAttribute("data-groups");
const isSame = (page: Page): Promise<string | null> => page.locator("[data-same]").getAttribute("data-same");

async function fuses(page: Page, toggle: (i: number) => Promise<void>): Promise<void> {
  const whole = product(product(W1, W2), W3);
  // With ReLU in both places nothing fuses, and the layers differ from the one matrix.
  expect(await groups(page)).toBe("3");
  const bent = product(relu(product(relu(product([[1, 0.5]], W1)), W2)), W3)[0]![0]!;
  expect(await read(page, "layers")).toBeCloseTo(bent, 3);
  expect(await isSame(page)).toBe("false");
  // Without the first one, W1 and W2 are one matrix.
  await toggle(0);
  await expect.poll(() => groups(page)).toBe("2");
  const firstTwo = await valuesOf(page, "0-1");
  for (const [i, value] of product(W1, W2).flat().entries()) expect(firstTwo[i]).toBeCloseTo(value, 10);
  // Without both, all three are.
  await toggle(1);
  await expect.poll(() => groups(page)).toBe("1");
  const all = await valuesOf(page, "0-2");
  for (const [i, value] of whole.flat().entries()) expect(all[i]).toBeCloseTo(value, 10);
  expect(await isSame(page)).toBe("true");
}

/** The straight output at the point where the handle is. */
async function agrees(page: Page): Promise<void> {
  const place = (await page.locator('[data-handle="x"]').getAttribute("aria-valuetext"))!.replaceAll(
    "−",
    "-",
  );
  const [, x1, x2] = /= (-?[\d.]+), .*= (-?[\d.]+)/.exec(place)!;
  const y = product([[Number(x1), Number(x2)]], product(product(W1, W2), W3))[0]![0]!;
  expect(await read(page, "layers")).toBeCloseTo(y, 3);
  expect(await read(page, "one")).toBeCloseTo(y, 3);
}

feature(10, "without activations three matrices fuse to one", "nonlinear", {
  mouse: async ({ page }) => {
    await page.locator("#tab-collapse").click();
    await fuses(page, async (i) => page.locator(`[data-between="${i}"]`).click());
    const paper = page.locator('[data-figure="field"] [data-keys]');
    await paper.scrollIntoViewIfNeeded();
    const box = (await paper.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.3, { steps: 4 });
    await page.mouse.up();
    await agrees(page);
    // Put one back, and another cell of a matrix: they differ again.
    await page.locator('[data-between="0"]').click();
    await page.locator('[data-matrix="w3"] [data-cell="0,0"]').fill("2");
    await page.keyboard.press("Enter");
    await expect.poll(() => isSame(page)).toBe("false");
  },
  keyboard: async ({ page }) => {
    await page.locator("#tab-bends").focus();
    await page.keyboard.press("ArrowRight");
    await fuses(page, async (i) => {
      await page.locator(`[data-between="${i}"]`).focus();
      await page.keyboard.press("Space");
    });
    await page.locator('[data-handle="x"]').focus();
    for (const key of ["ArrowLeft", "Shift+ArrowUp", "ArrowLeft"]) await page.keyboard.press(key);
    await agrees(page);
    // Straight lines add up to one; each ReLU bends it.
    await page.locator("#tab-collapse").focus();
    await page.keyboard.press("ArrowLeft");
    const bends = (): Promise<string | null> => page.locator("[data-bends]").getAttribute("data-bends");
    await expect.poll(bends).toBe("6");
    await page.locator('[data-slider="neurons"]').focus();
    await page.keyboard.press("Home");
    await expect.poll(bends).toBe("1");
    await page.locator('[data-bend="none"]').focus();
    await page.keyboard.press("Space");
    await expect.poll(bends).toBe("0");
  },
});
