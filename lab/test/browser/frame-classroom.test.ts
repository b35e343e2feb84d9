/** Row 48: for a whole room: the figure as large as the window, large type, and only what the teacher wants beside it. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { clickInPlace, feature, LANGS, labTest, useLab, type Visit, visit, WIDTHS } from "./harness.js";

useLab();

interface Shown {
  readonly prose: boolean;
  readonly code: boolean;
  /** The part of the window's width that the figure has. */
  readonly part: number;
  /** Of the figure's text, in pixels. */
  readonly type: number;
}

const shown = (page: Page): Promise<Shown> =>
  page.evaluate(() => {
    const visible = (selector: string): boolean =>
      document.querySelector<HTMLElement>(selector)?.checkVisibility() ?? false;
    const panel = document.querySelector("#panel")!;
    return {
      prose: visible(".prose"),
      code: visible("section.code"),
      part: panel.getBoundingClientRect().width / innerWidth,
      type: Number.parseFloat(getComputedStyle(panel).fontSize),
    };
  });

async function activate(page: Page, selector: string, by: "mouse" | "keyboard"): Promise<void> {
  if (by === "mouse") await clickInPlace(page, selector);
  else {
    await page.locator(selector).focus();
    await page.keyboard.press("Enter");
  }
}

async function inAndOut({ page, width }: Visit, by: "mouse" | "keyboard"): Promise<void> {
  await page.evaluate(() => scrollTo({ top: 1200, behavior: "instant" }));
  const tabs = page.locator('[role="tab"]');
  if ((await tabs.count()) > 1) await tabs.last().evaluate((one) => (one as HTMLElement).click());
  const panel = (): Promise<string | null> =>
    page.evaluate(() => document.querySelector('[role="tab"][aria-selected="true"]')?.id ?? null);
  const chosen = await panel();
  const [before, top] = [await shown(page), await page.evaluate(() => scrollY)];

  await activate(page, "[data-classroom-switch]", by);
  await expect.poll(async () => (await shown(page)).prose).toBe(false);
  const inside = await shown(page);
  expect(inside.part).toBeGreaterThan(width < 600 ? 0.85 : 0.9);
  expect(inside.type).toBeGreaterThan(before.type);
  expect(
    await page.evaluate(() => document.querySelector("#panel")!.getBoundingClientRect().top),
  ).toBeLessThan(260);
  expect(await panel()).toBe(chosen);

  // The teacher chooses what stands beside it.
  const hadCode = inside.code;
  if (hadCode) {
    await activate(page, '[data-part="code"]', by);
    await expect.poll(async () => (await shown(page)).code).toBe(false);
  }
  await activate(page, '[data-part="text"]', by);
  await expect.poll(async () => (await shown(page)).prose).toBe(true);
  expect((await shown(page)).type).toBe(inside.type);
  await activate(page, '[data-part="text"]', by);
  await expect.poll(async () => (await shown(page)).prose).toBe(false);
  if (hadCode) await activate(page, '[data-part="code"]', by);

  if (by === "mouse") await clickInPlace(page, "[data-classroom-switch]");
  else await page.keyboard.press("Escape");
  await expect.poll(() => shown(page)).toEqual(before);
  // The text is where it was, and so is the figure that was chosen.
  await expect.poll(() => page.evaluate(() => scrollY)).toBeCloseTo(top, -1);
  expect(await panel()).toBe(chosen);
  if (by === "keyboard")
    expect(await page.evaluate(() => document.activeElement?.hasAttribute("data-classroom-switch"))).toBe(
      true,
    );
}

feature(48, "classroom display", "gates", {
  mouse: (now) => inAndOut(now, "mouse"),
  keyboard: (now) => inAndOut(now, "keyboard"),
});

describe("48. in every chapter", () => {
  for (const [i, { slug }] of CHAPTERS.entries()) {
    const [lang, width] = [LANGS[i % 2]!, WIDTHS[(i >> 1) % 2]!];
    labTest(`${slug} ${lang} ${width}`, () =>
      visit(lang, width, slug, (now) => inAndOut(now, i % 2 ? "mouse" : "keyboard")),
    );
  }

  labTest("the browser remembers it, and the cover is as ever", () =>
    visit("ko", 1280, "gates", async ({ page, url }) => {
      await page.locator("[data-classroom-switch]").click();
      await page.reload();
      await expect.poll(() => page.locator(".prose").isVisible()).toBe(false);
      await page.goto(`${url}/ko/`);
      expect(await page.locator("h1").isVisible()).toBe(true);
      expect(await page.evaluate(() => document.documentElement.dataset.classroom)).toBeUndefined();
      await page.goto(`${url}/ko/gates/`);
      await page.locator("[data-classroom-switch]").click();
      await expect.poll(() => page.locator(".prose").isVisible()).toBe(true);
    }),
  );
});
