import type { Page } from "playwright-core";
import { expect } from "vitest";
import { accessible, rewrite, SLOW } from "./code-tools.js";
import { feature, labTest, useLab, visit } from "./harness.js";

useLab();

const entry = (page: Page, i: number) => page.locator(`[data-entry="${i}"]`);
const saidBy = (page: Page, i: number): Promise<string> =>
  entry(page, i)
    .locator("[data-output]")
    .allInnerTexts()
    .then((texts) => texts.join("\n").replace(/\n+/g, "\n").trim());

/** Begins to write: the field becomes the editor. */
async function begin(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  if (way === "mouse") await page.locator("[data-draft]").click();
  else await page.locator("[data-draft]").focus();
  await page.waitForSelector(".cm-content", SLOW);
  await page.waitForSelector("[data-checked]", SLOW);
}

async function enter(page: Page, way: "mouse" | "keyboard", text?: string): Promise<void> {
  if (text !== undefined) await rewrite(page, text);
  if (way === "mouse") await page.locator("[data-enter]").click();
  else {
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Enter");
  }
}

async function session(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  await begin(page, way);
  await enter(page, way);
  // [[1, 2, 3], [4, 5, 6]] times its transpose.
  await expect.poll(() => saidBy(page, 0), SLOW).toBe("[[14. 32.]\n [32. 77.]]");
  await enter(page, way, "const s = W.sum();\ns");
  await expect.poll(() => saidBy(page, 1), SLOW).toBe("21.0");
  // A cell that fails is passed over by those after it.
  await enter(page, way, "W.dot(W)");
  await expect.poll(() => entry(page, 2).locator("[data-fell]").count(), SLOW).toBe(1);
  expect(await entry(page, 2).innerText()).toContain(
    "shapes (2,3) and (2,3) not aligned: 3 (dim 1) != 2 (dim 0)",
  );
  await enter(page, way, "s.mul(2)");
  await expect.poll(() => saidBy(page, 3), SLOW).toBe("42.0");
  expect(await saidBy(page, 0)).toBe("[[14. 32.]\n [32. 77.]]");
  // A name may be used again.
  await enter(page, way, "const W = 1;\nW + 1");
  await expect.poll(() => saidBy(page, 4), SLOW).toBe("2");
}

async function endless(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  await enter(page, way, "for (;;) {}");
  await page.waitForSelector('[data-run="running"]', SLOW);
  const stop = page.locator("[data-stop]");
  if (way === "mouse") await stop.click();
  else {
    await stop.focus();
    await page.keyboard.press("Enter");
  }
  await page.waitForSelector('[data-run="stopped"]', SLOW);
}

feature(35, "cells of the REPL give answers, may fail, and can be stopped", "reference", {
  mouse: async ({ page }) => {
    await session(page, "mouse");
    await endless(page, "mouse");
    await page.locator("[data-reset]").click();
    await expect.poll(() => page.locator("[data-entry]").count()).toBe(0);
  },
  keyboard: async ({ page }) => {
    await session(page, "keyboard");
    // The arrows bring back what was entered.
    await page.locator(".cm-content").focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => page.locator(".cm-content").innerText()).toContain("s.mul(2)");
    await endless(page, "keyboard");
  },
});

/** A function is found, its example goes to the REPL and runs. */
async function lookUp(page: Page, lang: "ko" | "en", way: "mouse" | "keyboard"): Promise<void> {
  const search = page.locator("[data-search]");
  if (way === "mouse") await search.click();
  else await search.focus();
  await page.keyboard.insertText(lang === "ko" ? "행렬의 곱" : "matrix product");
  await expect
    .poll(() => page.locator("[data-function]").first().getAttribute("data-function"), SLOW)
    .toBe("dot");
  expect(Number(await page.locator("[data-reference]").getAttribute("data-reference"))).toBeGreaterThan(250);
  const button = page.locator('[data-try="dot"]');
  if (way === "mouse") await button.click();
  else {
    await button.focus();
    await page.keyboard.press("Enter");
  }
  await page.waitForSelector(".cm-content", SLOW);
  await expect.poll(() => page.locator(".cm-content").innerText()).toContain("String(dot(");
  await enter(page, way);
  await expect.poll(() => saidBy(page, 0), SLOW).toBe("[[22. 28.]\n [49. 64.]]\n[ 5. 11. 17.]");
  // The example's last line is one that cannot be.
  expect(await entry(page, 0).locator("[data-fell]").innerText()).toContain(
    "shapes (2,3) and (2,2) not aligned",
  );
}

feature(33, "a function is looked up, and its example runs in the REPL", "reference", {
  mouse: ({ page, lang }) => lookUp(page, lang, "mouse"),
  keyboard: ({ page, lang }) => lookUp(page, lang, "keyboard"),
});

labTest("cells are in the address, and a link runs nothing by itself", async () => {
  let hash = "";
  await visit("ko", 1280, "reference", async ({ page }) => {
    await begin(page, "keyboard");
    await enter(page, "keyboard", "ones([2]).mul(3)");
    await expect.poll(() => saidBy(page, 0), SLOW).toBe("[3. 3.]");
    await expect.poll(() => new URL(page.url()).hash).not.toBe("");
    await page.waitForTimeout(400);
    hash = new URL(page.url()).hash;
    await accessible(page);
  });
  await visit(
    "en",
    1280,
    "reference",
    async ({ page }) => {
      await expect.poll(() => entry(page, 0).innerText()).toContain("ones([2]).mul(3)");
      await page.waitForTimeout(500);
      expect(await page.locator("[data-output]").count()).toBe(0);
      expect(await page.locator("iframe").count()).toBe(0);
      await page.locator("[data-run-all]").click();
      await expect.poll(() => saidBy(page, 0), SLOW).toBe("[3. 3.]");
    },
    hash,
  );
});

labTest("the reference is accessible, and so is a long list of cells", () =>
  visit("en", 390, "reference", async ({ page }) => {
    await page.locator("[data-search]").scrollIntoViewIfNeeded();
    await page.waitForSelector("[data-function]", SLOW);
    await accessible(page);
  }),
);
