/** Row 38: another language is the same place in the same chapter: lesson, panel, section, and what has the focus. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { clickInPlace, feature, LANGS, labTest, useLab, type Visit, visit, WIDTHS } from "./harness.js";

useLab();

/** The section that crosses the line at which one reads, and how far it has been read. */
const place = (page: Page): Promise<{ section: string; part: number }> =>
  page.evaluate(() => {
    const line = innerHeight * 0.38;
    const section = [...document.querySelectorAll<HTMLElement>("[data-section]")].findLast(
      (one) => one.getBoundingClientRect().top <= line,
    );
    if (section === undefined) return { section: "", part: 0 };
    const { top, height } = section.getBoundingClientRect();
    return { section: section.dataset.section!, part: (line - top) / height };
  });

const numbers = (page: Page): Promise<string[]> =>
  page
    .locator("#panel :is(input, select), .slot")
    .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
const panelOf = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector('[role="tab"][aria-selected="true"]')?.id ?? "");

async function switchLanguage(visit: Visit, by: "mouse" | "keyboard"): Promise<void> {
  const { page, lang } = visit;
  const other = lang === "ko" ? "en" : "ko";
  const link = page.locator(`.langs a[hreflang="${other}"]`);
  if (by === "mouse") await clickInPlace(page, `.langs a[hreflang="${other}"]`);
  else {
    await link.focus();
    await page.keyboard.press("Enter");
  }
  await page.waitForURL(new RegExp(`/${other}/`));
  await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe(other);
}

/** Goes to the middle of the section before the last, takes another panel than the text's, and switches there and back. */
async function staysInPlace(visit: Visit, by: "mouse" | "keyboard"): Promise<void> {
  const { page } = visit;
  await page.evaluate(() => {
    const section = [...document.querySelectorAll<HTMLElement>("[data-section]")].at(-2)!;
    const { top, height } = section.getBoundingClientRect();
    scrollTo({ top: scrollY + top + height / 2 - innerHeight * 0.38, behavior: "instant" });
  });
  await page.waitForTimeout(200);
  const tab = page.locator('[role="tab"][aria-selected="false"]').first();
  if ((await tab.count()) > 0) await tab.evaluate((one) => (one as HTMLElement).click());
  const before = { ...(await place(page)), panel: await panelOf(page), numbers: await numbers(page) };
  const title = await page.locator("h1").innerText();
  await switchLanguage(visit, by);
  await expect.poll(() => page.locator("h1").innerText()).not.toBe(title);
  // The observer of sections has had its say by now.
  await page.waitForTimeout(400);
  const after = { ...(await place(page)), panel: await panelOf(page), numbers: await numbers(page) };
  expect({ ...after, part: 0 }).toEqual({ ...before, part: 0 });
  expect(Math.abs(after.part - before.part)).toBeLessThan(0.1);
}

feature(38, "the language changes in place", "gates", {
  mouse: async (now) => {
    await now.page.locator('[data-slot="theta"]').fill("0.35");
    await staysInPlace(now, "mouse");
    // And the address has it too.
    await expect.poll(() => now.page.url()).toContain("s=");
  },
  keyboard: async (now) => {
    await staysInPlace(now, "keyboard");
    // Whoever switches by keyboard can switch back without looking for the link.
    expect(await now.page.evaluate(() => document.activeElement?.getAttribute("hreflang"))).toBe(
      now.lang === "ko" ? "en" : "ko",
    );
  },
});

describe("38. in every chapter", () => {
  for (const [i, { slug }] of CHAPTERS.entries()) {
    const [lang, width] = [LANGS[(i + 1) % 2]!, WIDTHS[(i >> 1) % 2]!];
    labTest(`${slug} ${lang} ${width}`, () =>
      visit(lang, width, slug, (now) => staysInPlace(now, i % 2 ? "mouse" : "keyboard")),
    );
  }

  labTest("the first page remembers the language", () =>
    visit("en", 1280, "gates", async ({ page, url }) => {
      await page.goto(`${url}/`);
      await page.waitForURL(`${url}/en/`);
      await page.locator('.langs a[hreflang="ko"]').click();
      await page.waitForURL(`${url}/ko/`);
      await page.goto(`${url}/`);
      await page.waitForURL(`${url}/ko/`);
    }),
  );
});
