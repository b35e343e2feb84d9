/**
 * Drives the built Lab in Chromium. A feature is shown in both languages, wide and narrow, by mouse and by keyboard; each
 * run has a page of its own, which must not report an error nor be wider than the window.
 */
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LabServer, serveLab } from "../../../src/cli/lab-server.js";
import { findChromium, startChromium } from "../../../test/browser/chromium.js";

export const BUILD = fileURLToPath(new URL("../../build", import.meta.url));
export const LANGS = ["ko", "en"] as const;
export const WIDTHS = [1280, 390] as const;
export type Lang = (typeof LANGS)[number];

export interface Visit {
  readonly page: Page;
  readonly lang: Lang;
  readonly width: number;
  /** The server's address. */
  readonly url: string;
}

export interface Ways {
  readonly mouse: (visit: Visit) => Promise<void>;
  readonly keyboard: (visit: Visit) => Promise<void>;
}

let browser: Browser;
let server: LabServer;
const contexts = new Map<string, BrowserContext>();
const chromium = findChromium();

/** Starts browser and server for the file that calls it. */
export function useLab(): void {
  beforeAll(async () => {
    if (chromium === undefined) return;
    server = await serveLab(BUILD, 0);
    browser = await startChromium(chromium);
  });
  afterAll(async () => {
    contexts.clear();
    await browser?.close();
    await server?.close();
  });
}

export const labUrl = (): string => server.url;
export const labBrowser = (): Browser => browser;

async function contextOf(lang: Lang, width: number): Promise<BrowserContext> {
  const key = `${lang} ${width}`;
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 860 },
    locale: lang === "ko" ? "ko-KR" : "en-US",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  contexts.set(key, context);
  return context;
}

/** Opens a chapter, waits until it has read its address, does something with it, and looks for errors. */
export async function visit(
  lang: Lang,
  width: number,
  chapter: string,
  use: (visit: Visit) => Promise<void>,
  hash = "",
): Promise<void> {
  const page = await (await contextOf(lang, width)).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  try {
    await page.goto(`${server.url}/${lang}/${chapter}/${hash}`);
    await page.waitForSelector("[data-ready]");
    // A reader's first stir brings the panels that are not on the stage.
    await page.mouse.move(2, 2);
    await page.mouse.move(3, 3);
    await page.waitForSelector('[data-panels="all"]');
    await use({ page, lang, width, url: server.url });
    expect(errors).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, "wider than the window").toBeLessThanOrEqual(0);
  } finally {
    await page.close();
  }
}

/**
 * Every way of every feature takes half an hour; `MARU_LAB_ALL=1 npm test -- lab` goes them all. Otherwise each feature goes
 * one of its eight, the next one from row to row.
 */
export const ALL = process.env.MARU_LAB_ALL === "1";
const WAYS_IN_TURN = [
  "ko 1280 mouse",
  "en 390 keyboard",
  "ko 390 mouse",
  "en 1280 keyboard",
  "en 390 mouse",
  "ko 1280 keyboard",
  "en 1280 mouse",
  "ko 390 keyboard",
];
let features = 0;

/** A row of the features that the Lab promises. */
export function feature(row: number, title: string, chapter: string, ways: Ways): void {
  const turn = (row + features++) % WAYS_IN_TURN.length;
  describe.skipIf(chromium === undefined)(`${row}. ${title}`, () => {
    for (const lang of LANGS)
      for (const width of WIDTHS)
        for (const way of ["mouse", "keyboard"] as const) {
          const name = `${lang} ${width} ${way}`;
          if (ALL || WAYS_IN_TURN[turn] === name) test(name, () => visit(lang, width, chapter, ways[way]));
        }
  });
}

/** A test that is no row of its own. */
export const labTest = (title: string, body: () => Promise<void>): void =>
  test.skipIf(chromium === undefined)(title, body);

/** Moves a slider by keys: `steps` to the right, or to the left where negative. */
export async function press(page: Page, selector: string, steps: number): Promise<void> {
  const slider = page.locator(selector).first();
  await slider.focus();
  for (let i = 0; i < Math.abs(steps); i++) await page.keyboard.press(steps > 0 ? "ArrowRight" : "ArrowLeft");
}

/** Drags a slider to a part (0 to 1) of its way. */
export async function slide(page: Page, selector: string, part: number): Promise<void> {
  const slider = page.locator(selector).first();
  await slider.scrollIntoViewIfNeeded();
  const box = (await slider.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(box.x + 8 + (box.width - 16) * part, y, { steps: 4 });
  await page.mouse.up();
}

/** Clicks something in view where it is; a locator's own click would first scroll what stays at the top. */
export async function clickInPlace(page: Page, selector: string): Promise<void> {
  const box = (await page.locator(selector).first().boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

/** The texts of a column of a truth table. */
export const cellsOf = (page: Page, key: string): Promise<string[]> =>
  page.locator(`[data-figure="truth-table"] [data-cell="${key}"]`).allInnerTexts();
