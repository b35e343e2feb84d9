import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, useLab } from "./harness.js";

useLab();

const text = (page: Page, key: "a" | "b") => page.locator(`[data-matrix-text="${key}"]`);
const spelled = async (page: Page): Promise<string> =>
  (await page.locator("[data-spelled]").innerText()).replace(/\s+/g, " ").trim();
const result = (page: Page): Promise<number[]> =>
  page
    .locator('[data-matrix="result"] [data-cell]')
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
const lit = (page: Page, name: string): Promise<(string | null)[]> =>
  page
    .locator(`[data-matrix="${name}"] .lit`)
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute("data-cell")));

feature(12, "a cell of the product lights its row and its column, and the sum is spelled out", "products", {
  mouse: async ({ page }) => {
    expect(await result(page)).toEqual([19, 22, 43, 50]);
    await page.locator('[data-matrix="result"] [data-cell="1,1"]').click();
    expect(await spelled(page)).toBe("3×6 + 4×8 = 18 + 32 = 50");
    expect([await lit(page, "a"), await lit(page, "b")]).toEqual([
      ["1,0", "1,1"],
      ["0,1", "1,1"],
    ]);
    await page.locator("[data-next]").click();
    expect(await spelled(page)).toBe("1×5 + 2×7 = 5 + 14 = 19");
    // A layer: the columns of W are its neurons.
    await page.locator("#tab-layer").click();
    await page.locator('[data-neuron="2"]').click();
    expect(await page.locator("[data-layer-sum]").innerText()).toBe("1×5 + 2×6 = 17");
    await page.locator('[data-w="1,2"]').fill("-1");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator('[data-y="2"]').getAttribute("data-value")).toBe("3");
  },
  keyboard: async ({ page }) => {
    await text(page, "a").fill("[[1, 2, 3], [4, 5, 6]]");
    await text(page, "b").fill("1 2; 3 4; 5 6");
    await expect.poll(() => result(page)).toEqual([22, 28, 49, 64]);
    await page.locator('[data-matrix="result"] [tabindex="0"]').focus();
    for (const key of ["ArrowUp", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
    expect(await spelled(page)).toBe("4×2 + 5×4 + 6×6 = 8 + 20 + 36 = 64");
    // A matrix and a vector.
    await text(page, "b").fill("1 0 -1");
    await expect.poll(() => result(page)).toEqual([-2, -2]);
    await page.locator("[data-guess]").fill("5, 7");
    await page.keyboard.press("Enter");
    expect(await page.locator("[data-right]").getAttribute("data-right")).toBe("true");
    await page.locator("[data-guess]").fill("(2,2)");
    await page.keyboard.press("Enter");
    expect(await page.locator("[data-right]").getAttribute("data-right")).toBe("false");
  },
});

const NUMPY = "shapes (2,3) and (2,2) not aligned: 3 (dim 1) != 2 (dim 0)";

/** Types a last number, and what is wrong shows at once, on both edges and in both kinds of words. */
async function clashes(page: Page, lang: string): Promise<void> {
  await text(page, "a").fill("1 2\n4 5");
  expect(await page.locator("[data-clash]").count()).toBe(0);
  await text(page, "a").fill("1 2 3\n4 5 6");
  expect(await page.locator("[data-said]").innerText()).toBe(NUMPY);
  expect(await page.locator("[data-clash]").evaluateAll((all) => all.map((one) => one.textContent))).toEqual([
    "✗ 3",
    "✗ 2",
  ]);
  const words = await page.locator("[data-mismatch] p").first().innerText();
  expect(words).toContain(lang === "ko" ? "곱할 수 없습니다" : "cannot be multiplied");
  expect(await text(page, "a").getAttribute("aria-invalid")).toBe("true");
}

feature(
  13,
  "a shape that does not fit is red while typing, in the reader's language and NumPy's words",
  "products",
  {
    mouse: async ({ page, lang }) => {
      await text(page, "b").click();
      await text(page, "b").fill("1 2\n3 4");
      await clashes(page, lang);
      await page.locator('[data-do="wide"]').click();
      await expect.poll(() => page.locator("[data-clash]").count()).toBe(0);
    },
    keyboard: async ({ page, lang }) => {
      await text(page, "b").fill("1 2\n3 4");
      await clashes(page, lang);
      // What cannot be read is said as well.
      await text(page, "b").fill("1 2\n3");
      expect(await page.locator('[data-read="b"]').count()).toBe(1);
      await text(page, "b").fill("1 two\n3 4");
      expect(await page.locator('[data-read="b"]').count()).toBe(1);
      await text(page, "b").focus();
      await page.keyboard.press("Control+A");
      await page.keyboard.type("1 2\n3 4\n5 6");
      await expect.poll(() => page.locator("[data-mismatch]").count()).toBe(0);
      expect(await result(page)).toEqual([22, 28, 49, 64]);
    },
  },
);

feature(14, "the same mistake at run time", "products", {
  mouse: async ({ page }) => {
    await page.locator('[data-do="clash"]').click();
    await page.locator("[data-run]").click();
    expect(await page.locator("[data-thrown]").innerText()).toBe(`ShapeError: ${NUMPY}`);
    // Nothing is lost.
    expect(await text(page, "a").inputValue()).toBe("1 2 3\n4 5 6");
    await page.locator('[data-do="square"]').click();
    await page.locator("[data-run]").click();
    expect(await page.locator("[data-console]").innerText()).toBe("[[19. 22.]\n [43. 50.]]");
  },
  keyboard: async ({ page }) => {
    await text(page, "a").fill("1 2 3");
    await text(page, "b").fill("1 2");
    await page.locator("[data-run]").focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("[data-thrown]").innerText()).toBe(
      "ShapeError: shapes (3,) and (2,) not aligned: 3 (dim 0) != 2 (dim 0)",
    );
    await text(page, "b").fill("1 2 3");
    expect(await page.locator("[data-thrown]").count()).toBe(0);
    await page.locator("[data-run]").focus();
    await page.keyboard.press("Enter");
    expect((await page.locator("[data-console]").innerText()).trim()).toBe("14.0");
  },
});
