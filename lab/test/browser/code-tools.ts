/** What the tests of the editor share. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

export const SLOW = { timeout: 20_000 };
export const MODIFIER = process.platform === "darwin" ? "Meta" : "Control";

/** Opens the editor, by a click or by a key, and waits for what TypeScript says of the program. */
export async function edit(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  const button = page.locator("[data-edit]");
  if (way === "mouse") await button.click();
  else {
    await button.focus();
    await page.keyboard.press("Enter");
  }
  await page.waitForSelector("[data-checked]", SLOW);
  await focusEditor(page);
}

export const focusEditor = (page: Page): Promise<void> => page.locator(".cm-content").first().focus();

/** Puts the cursor at the end of the program. */
export async function toEnd(page: Page): Promise<void> {
  await focusEditor(page);
  await page.keyboard.press(`${MODIFIER}+End`);
}

/** Another program in the place of this one. Text arrives as if it were pasted, so nothing is completed on the way. */
export async function rewrite(page: Page, text: string): Promise<void> {
  await focusEditor(page);
  await page.keyboard.press(`${MODIFIER}+a`);
  await page.keyboard.insertText(text);
}

/** Runs by the button, or by a key in the editor. */
export async function runCode(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  const button = page.locator("[data-run-code]");
  if (way === "mouse") await button.click();
  else {
    await button.focus();
    await page.keyboard.press("Enter");
  }
}

export const ended = (page: Page): Promise<unknown> => page.waitForSelector('[data-run="ended"]', SLOW);
export const outputOf = async (page: Page): Promise<string> =>
  (await page.locator("[data-output]").allInnerTexts()).join("\n").trim();

/** The text that stands in the editor. */
export const textIn = (page: Page): Promise<string> =>
  page
    .locator(".cm-content .cm-line")
    .allInnerTexts()
    .then((lines) => lines.map((line) => line.replace(/\n$/, "")).join("\n"));

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Nothing that WCAG 2.2 AA forbids. */
export async function accessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
    );
  });
  expect(found).toEqual([]);
}
