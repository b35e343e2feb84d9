/** Row 40: at 390 pixels all is there, nothing is cut, and fingers can hit it. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { feature, LANGS, labTest, labUrl, useLab, visit } from "./harness.js";

useLab();

/** Things to press that are smaller than 24 x 24; links and buttons within a sentence, and numbers in a line of code, are not meant (WCAG 2.5.8). */
const small = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, summary, textarea, [role="slider"], [role="button"], [role="tab"], [tabindex="0"]',
    );
    return [...all]
      .filter(
        (one) =>
          one.checkVisibility({ visibilityProperty: true }) &&
          !one.matches(".do, p a, li a:only-child, .slot, .skip"),
      )
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 23.5 || box.height < 23.5))
      .map(
        ({ one, box }) => `${one.outerHTML.slice(0, 120)} ${box.width.toFixed(1)} x ${box.height.toFixed(1)}`,
      );
  });

/** What reaches beyond the window on either side and cannot be scrolled to. */
const cut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrolls = (one: Element | null): boolean =>
      one !== null &&
      one !== document.body &&
      (/auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
    return [...document.querySelectorAll("main *, .topbar *")]
      .filter(
        (one) =>
          (one as HTMLElement).checkVisibility?.() !== false &&
          !one.matches(".visually-hidden, .visually-hidden *"),
      )
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(
        ({ one, box }) =>
          box.width > 1 && (box.left < -1 || box.right > innerWidth + 1) && !scrolls(one.parentElement),
      )
      .map(({ one, box }) => `${one.outerHTML.slice(0, 100)} ${box.left.toFixed(0)}..${box.right.toFixed(0)}`)
      .slice(0, 5);
  });

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Whether some of the figure is in the window, below the bar. */
const stageInView = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { top, bottom } = document.querySelector("#panel")!.getBoundingClientRect();
    return bottom > 100 && top < innerHeight - 100;
  });

/** Whether the thing itself is what one sees at its middle. */
const isUncovered = (one: Element): boolean => {
  const { left, top, width, height } = one.getClientRects()[0]!;
  const found = document.elementFromPoint(left + width / 2, top + height / 2);
  return found !== null && (one === found || one.contains(found));
};

feature(40, "the figure is at hand while the text is read", "gates", {
  mouse: async ({ page }) => {
    await page.locator("#panel").scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, 900);
    await page.waitForTimeout(300);
    expect(await stageInView(page)).toBe(true);
    // A button in the text is not under the figure that stays.
    const button = page.locator(".do").first();
    await button.click();
    expect(await stageInView(page)).toBe(true);
  },
  keyboard: async ({ page }) => {
    // From the top of the page, tabs alone lead to the figure.
    await page.locator("h1").click();
    let reached = false;
    for (let i = 0; i < 15 && !reached; i++) {
      await page.keyboard.press("Tab");
      reached = await page.evaluate(() => document.querySelector("#panel")!.contains(document.activeElement));
    }
    expect(reached).toBe(true);
    expect(await stageInView(page)).toBe(true);
    // What has the focus in the text is not under the figure that stays.
    for (const button of await page.locator(".do").all()) {
      await button.focus();
      await expect.poll(() => button.evaluate(isUncovered)).toBe(true);
    }
  },
});

describe("40. in every chapter", () => {
  for (const [i, { slug }] of CHAPTERS.entries())
    labTest(`${slug}: nothing is cut and nothing is too small, in every panel`, async () => {
      for (const width of [390, 320])
        await visit(LANGS[i % 2]!, 390, slug, async ({ page }) => {
          await page.setViewportSize({ width, height: 844 });
          const tabs = page.locator('[role="tab"]');
          for (let tab = 0; tab < Math.max(1, await tabs.count()); tab++) {
            if ((await tabs.count()) > 0) await tabs.nth(tab).click();
            await page.waitForTimeout(150);
            expect(await overflow(page), `panel ${tab} at ${width}`).toBeLessThanOrEqual(0);
            expect(await cut(page), `panel ${tab} at ${width}`).toEqual([]);
            if (width === 390) expect(await small(page), `panel ${tab}`).toEqual([]);
          }
        });
    });

  labTest("the cover and the contents fit", async () => {
    for (const lang of LANGS)
      await visit(lang, 390, "gates", async ({ page }) => {
        await page.goto(`${labUrl()}/${lang}/`);
        await page.locator("summary").click();
        await page.locator(".contents nav a").first().waitFor();
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        expect(await cut(page)).toEqual([]);
        expect(await small(page)).toEqual([]);
        const box = (await page.locator(".contents nav").boundingBox())!;
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(390);
        // Escape closes them, and gives the focus back.
        await page.keyboard.press("Escape");
        expect(await page.locator(".contents").getAttribute("open")).toBeNull();
      });
  });
});
