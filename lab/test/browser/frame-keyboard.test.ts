import type { Page } from "playwright-core";
import { expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { feature, useLab } from "./harness.js";

useLab();

/** What a reader can do something with: whatever takes part in Tab's order, or looks as if it could be pressed or dragged. */
async function markOperables(page: Page): Promise<void> {
  await page.evaluate(() => {
    const COMPOSITES =
      "[role=tablist],[role=grid],[role=radiogroup],[role=toolbar],[role=listbox],[role=tree],table";
    const FOCUSABLE =
      "a[href],button,input,select,textarea,summary,[role=slider],[role=button],[role=tab],[tabindex],label,[contenteditable=true]";
    const shown = (e: Element): boolean =>
      e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
    const problems: string[] = [];
    const say = (e: Element): string => e.outerHTML.replace(/\s+/g, " ").slice(0, 140);
    let n = 0;
    for (const e of document.querySelectorAll<HTMLElement | SVGElement>("body *")) {
      if (!shown(e)) continue;
      const { cursor, pointerEvents } = getComputedStyle(e);
      const looks = /pointer|grab|move|resize|crosshair|cell/.test(cursor) && pointerEvents !== "none";
      const owner = e.closest(FOCUSABLE);
      if (looks && owner === null) {
        // Looks are inherited: only the outermost is to blame. A picture may be worked by handles in it, or say what does
        // the same by keys: data-keys="selector".
        const inherits = e.parentElement !== null && getComputedStyle(e.parentElement).cursor === cursor;
        const keys = e.closest<HTMLElement>("[data-keys]")?.dataset.keys;
        const other = keys === undefined ? null : document.querySelector<HTMLElement>(keys);
        const another = other !== null && other.tabIndex >= 0;
        if (!inherits && e.querySelector(FOCUSABLE) === null && !another)
          problems.push(`not for keys: ${say(e)}`);
      }
      if (
        !e.matches(
          "a[href],button,input,select,textarea,summary,[role=slider],[role=button],[role=tab],[tabindex]",
        )
      )
        continue;
      if ((e as HTMLButtonElement).disabled) continue;
      if (e.tabIndex >= 0) e.setAttribute("data-stop", String(n++));
      else if (
        e.matches("button,a[href],[role=slider],[role=button],[role=tab]") &&
        e.closest(COMPOSITES) === null
      )
        problems.push(`out of Tab's order: ${say(e)}`);
    }
    if (problems.length > 0) throw new Error(problems.join("\n"));
  });
}

/** Presses Tab until the page's end; the stops that were come to, and those whose focus could not be seen. */
async function walk(page: Page): Promise<{ missed: string[]; hidden: string[] }> {
  const stops = await page.locator("[data-stop]").count();
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    window.getSelection()?.removeAllRanges();
  });
  const hidden: string[] = [];
  for (let i = 0; i < 2 * stops + 40; i++) {
    await page.keyboard.press("Tab");
    const trouble = await page.evaluate(() => {
      const e = document.activeElement;
      if (e === null || e === document.body) return "";
      e.setAttribute("data-reached", "");
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(e);
      const seen = (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none";
      return seen || e.querySelector(":scope > *") !== null || e.shadowRoot !== null
        ? ""
        : e.outerHTML.replace(/\s+/g, " ").slice(0, 140);
    });
    if (trouble !== "") hidden.push(trouble);
  }
  const missed = await page.locator("[data-stop]:not([data-reached])").evaluateAll((all) =>
    all
      // A radio button is reached by arrows once its group has been.
      .filter(
        (e) => !(e instanceof HTMLInputElement && e.type === "radio") && (e as HTMLElement).tabIndex >= 0,
      )
      .map((e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 140)),
  );
  return { missed, hidden };
}

for (const { slug } of CHAPTERS) {
  /** Each panel in its turn, opened in this way. */
  const sweep = async (page: Page, open: (tab: number) => Promise<void>): Promise<void> => {
    const tabs = Math.max(1, await page.locator('.stage [role="tab"]').count());
    for (let tab = 0; tab < tabs; tab++) {
      if (tabs > 1) await open(tab);
      await page.evaluate(() => {
        for (const e of document.querySelectorAll("[data-stop],[data-reached]")) {
          e.removeAttribute("data-stop");
          e.removeAttribute("data-reached");
        }
      });
      await markOperables(page);
      expect(await walk(page)).toEqual({ missed: [], hidden: [] });
    }
  };
  feature(39, `everything in "${slug}" can be reached by keys`, slug, {
    mouse: async ({ page }) =>
      sweep(page, (tab) => page.locator('.stage [role="tab"]').nth(tab).click({ timeout: 5000 })),
    keyboard: async ({ page }) =>
      sweep(page, async (tab) => {
        const tabs = page.locator('.stage [role="tab"]');
        if (tab === 0) return;
        await tabs.nth(tab - 1).focus();
        await page.keyboard.press("ArrowRight");
        await expect.poll(() => tabs.nth(tab).getAttribute("aria-selected")).toBe("true");
      }),
  });
}
