import type { Page } from "playwright-core";
import { expect } from "vitest";
import { accessible, ended, runCode, SLOW } from "./code-tools.js";
import { feature, useLab } from "./harness.js";

useLab();

/** x.dot(w).gt(theta).astype("int32"): one kernel over four rows of two, no matter how many steps it was written in. */
async function oneKernel(page: Page): Promise<void> {
  await page.waitForSelector('[data-kernels="1"]', SLOW);
  expect(await page.locator(".kernels code").first().innerText()).toBe('y.astype("int32")');
  const ops = await page
    .locator("[data-node]")
    .evaluateAll((nodes) => nodes.map((n) => n.getAttribute("data-node")));
  expect(ops.sort()).toEqual(["cast", "contract", "leaf", "leaf", "lt"]);
  const loops = await page.locator("[data-loops]").innerText();
  expect(loops).toContain("for i < 4");
  expect(loops).toContain("for r < 2");
  await page.locator("details summary").last().focus();
  await page.keyboard.press("Enter");
  expect(await page.locator("details[open] pre").innerText()).toContain("(func $k0");
}

feature(46, "the kernels that a program's last expression became", "perceptron", {
  mouse: async ({ page }) => {
    await runCode(page, "mouse");
    await ended(page);
    await page.locator("#out-kernels").click();
    await oneKernel(page);
    await accessible(page);
  },
  keyboard: async ({ page }) => {
    await runCode(page, "keyboard");
    await ended(page);
    await page.locator("#out-output").focus();
    await page.keyboard.press("ArrowRight");
    await oneKernel(page);
  },
});
