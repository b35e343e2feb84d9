import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, useLab } from "./harness.js";

useLab();

const cell = (page: Page, grid: string, place: number) =>
  page.locator(`[data-grid="${grid}"] [data-cell="${place}"]`);
const fact = (page: Page, name: string): Promise<string> => page.locator(`[data-fact="${name}"]`).innerText();
const pointed = (page: Page): Promise<string> => page.locator("[data-pointed]").innerText();
const lit = (page: Page, grid: string): Promise<number[]> =>
  page
    .locator(`[data-grid="${grid}"] .lit`)
    .evaluateAll((cells) => cells.map((one) => Number(one.getAttribute("data-cell"))));

feature(11, "an array's shape, dimensions, axes, and the index of what one points at", "arrays", {
  mouse: async ({ page, width }) => {
    expect([await fact(page, "ndim"), await fact(page, "shape"), await fact(page, "size")]).toEqual([
      "2",
      "(3,2)",
      "6",
    ]);
    await cell(page, "array", 4).click();
    expect(await pointed(page)).toBe("B[2, 0] → 5");
    if (width > 600) {
      await cell(page, "array", 1).hover();
      expect(await pointed(page)).toBe("B[0, 1] → 2");
      await cell(page, "array", 4).hover();
    }
    await page.locator('[data-axis="0"]').click();
    expect(await lit(page, "array")).toEqual([0, 2, 4]);
    expect(await page.locator("[data-reduced]").innerText()).toBe("[ 9 12]");
    await page.locator("[data-reduce]").selectOption("max");
    await expect.poll(() => page.locator("[data-reduced]").innerText()).toBe("[5 6]");
    // A shape that does not fit is refused in both languages' words, and nothing is lost.
    await page.locator("[data-shape]").fill("4, 2");
    expect(await page.locator("[data-message]").innerText()).toBe(
      "ShapeError: cannot reshape array of size 6 into shape (4,2)",
    );
    await page.locator("[data-shape]").fill("2, 3");
    expect(await fact(page, "shape")).toBe("(2,3)");
    await page.locator("[data-transposed]").click();
    expect(await fact(page, "shape")).toBe("(3,2)");
    expect(await cell(page, "array", 1).innerText()).toBe("4");
  },
  keyboard: async ({ page }) => {
    await page.locator("[data-count]").fill("24");
    await page.keyboard.press("Enter");
    await page.locator("[data-shape]").fill("(2, 3, 4)");
    expect([await fact(page, "ndim"), await fact(page, "shape")]).toEqual(["3", "(2,3,4)"]);
    await page.locator('[data-grid="array"] [tabindex="0"]').focus();
    // From [0, 0, 3] a step along each axis.
    for (const key of ["PageDown", "ArrowDown", "ArrowLeft"]) await page.keyboard.press(key);
    expect(await pointed(page)).toBe(`B[1, 1, 2] → ${12 + 4 + 2 + 1}`);
    await page.locator('[data-axis="-1"]').focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    // Axis 1 through [1, *, 2].
    expect(await lit(page, "array")).toEqual([14, 18, 22]);
    expect(await page.locator("[data-reduced]").innerText()).toBe("[[15 18 21 24]\n [51 54 57 60]]");
    await page.locator("[data-slice]").fill("1, ::2, -1");
    expect(await page.locator("[data-sliced]").innerText()).toBe("[16 24]");
    expect(await lit(page, "array")).toEqual([15, 23]);
    await page.locator("[data-slice]").fill("9");
    expect(await page.locator("[data-message]").innerText()).toBe(
      "IndexError: index 9 is out of bounds for axis 0 with size 2",
    );
  },
});

feature(15, "broadcasting is drawn", "arrays", {
  mouse: async ({ page }) => {
    await page.locator("#tab-broadcast").click();
    // (3,1) + (1,4): each side repeats its own, and the copies are ghosts.
    expect(await page.locator('[data-grid="left"] [data-cell]').allInnerTexts()).toEqual(
      [1, 2, 3].flatMap((row) => [row, row, row, row]).map(String),
    );
    expect(await page.locator('[data-grid="right"] .ghost').count()).toBe(8);
    await cell(page, "result", 6).click();
    expect(await page.locator("[data-spelled]").innerText()).toBe("2 + 3 = 5");
    expect([await lit(page, "left"), await lit(page, "right")]).toEqual([[6], [6]]);
    await page.locator("[data-op]").selectOption("mul");
    await expect.poll(() => page.locator("[data-spelled]").innerText()).toBe("2 × 3 = 6");
    await page.locator('[data-side="b"]').fill("2, 1, 4");
    await expect.poll(() => page.locator('[data-grid="result"] [data-cell]').count()).toBe(24);
  },
  keyboard: async ({ page }) => {
    await page.locator("#tab-array").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator('[data-side="a"]').fill("2, 3");
    await page.locator('[data-side="b"]').fill("3");
    await page.locator('[data-grid="result"] [tabindex="0"]').focus();
    await page.keyboard.press("ArrowLeft");
    // Element 5 was chosen, [1, 2]; to its left 5 meets 2.
    expect(await page.locator("[data-spelled]").innerText()).toBe("5 + 2 = 7");
    // Clashing axes are marked, and NumPy's own words say so.
    await page.locator('[data-side="b"]').fill("2");
    expect(await page.locator("[data-message]").innerText()).toBe(
      "ShapeError: operands could not be broadcast together with shapes (2,3) (2,)",
    );
    expect(await page.locator("td.clash").allInnerTexts()).toEqual(["3 ✗", "2 ✗"]);
    await page.locator('[data-side="b"]').fill("2, 1");
    await expect.poll(() => page.locator('[data-grid="result"] [data-cell]').count()).toBe(6);
  },
});
