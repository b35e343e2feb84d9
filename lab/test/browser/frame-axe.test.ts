/** No page breaks a rule of WCAG 2.2 AA that axe knows: both languages, light and dark, wide and narrow, every panel. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { ALL, LANGS, labBrowser, labTest, labUrl, useLab, WIDTHS } from "./harness.js";

useLab();

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Axe {
  run(
    root: Document,
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
}

/** What axe finds on the page as it is now. The page's policy lets no script in, but what a debugger asks is not the page's. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const found = await page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run(document, {
      runOnly: tags,
      resultTypes: ["violations"],
      rules: { region: { enabled: false } },
    });
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes
        .slice(0, 4)
        .map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ""}`),
    }));
  }, TAGS);
  return found.map(({ id, nodes }) => `${id}: ${nodes.join(" | ").replace(/\s+/g, " ")}`);
}

/** Opens a page in each of light and dark, at each width, in each language. */
async function everywhere(
  path: string,
  use: (page: Page, where: string) => Promise<string[]>,
): Promise<void> {
  const found: string[] = [];
  for (const theme of ["light", "dark"] as const)
    for (const width of WIDTHS) {
      const context = await labBrowser().newContext({
        viewport: { width, height: 860 },
        colorScheme: theme,
        reducedMotion: "reduce",
        serviceWorkers: "block",
      });
      const page = await context.newPage();
      for (const lang of LANGS) {
        // Without all: Korean in light and English in dark when wide, the other way round when narrow.
        if (!ALL && (lang === "ko") !== ((theme === "light") === width > 600)) continue;
        await page.goto(`${labUrl()}${path.replace("LANG", lang)}`);
        await page.waitForFunction(() => document.documentElement.dataset.theme !== undefined);
        const where = `${path} ${lang} ${theme} ${width}`;
        found.push(...(await use(page, where)).map((what) => `${where}: ${what}`));
      }
      await context.close();
    }
  expect(found).toEqual([]);
}

describe("axe finds nothing", () => {
  labTest("on the cover, with its contents closed and open", () =>
    everywhere("/LANG/", async (page) => {
      await page.waitForSelector(".cover");
      const closed = await violations(page);
      await page.locator("summary").click();
      return [...closed, ...(await violations(page))];
    }),
  );

  labTest("where there is no page", () => everywhere("/LANG/nothing/here/", violations));

  for (const { slug } of CHAPTERS)
    labTest(`in ${slug}, in every panel`, () =>
      everywhere(`/LANG/${slug}/`, async (page) => {
        await page.waitForSelector("[data-ready]");
        const tabs = page.locator('[role="tab"]');
        const found: string[] = [];
        for (let tab = 0; tab < Math.max(1, await tabs.count()); tab++) {
          if ((await tabs.count()) > 0) await tabs.nth(tab).click();
          await page.waitForTimeout(100);
          found.push(...(await violations(page)));
        }
        return [...new Set(found)];
      }),
    );

  labTest("in classroom display, and with a bad address", () =>
    everywhere("/LANG/gates/#s=broken", async (page) => {
      await page.waitForSelector("[data-fault]");
      const fault = await violations(page);
      await page.locator("[data-classroom-switch]").click();
      return [...fault, ...(await violations(page))];
    }),
  );
});
