/** Browsers that lack something, or refuse it: a sentence where it matters, and all the rest works. */
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { LANGS, type Lang, labBrowser, labTest, labUrl, useLab } from "./harness.js";

useLab();

/** Opens a page in a browser of its own, changed before any of the page's code runs; it must report no error. */
async function inBrowser(
  path: string,
  change: (() => void) | undefined,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await labBrowser().newContext({ viewport: { width: 1280, height: 860 }, ...options });
  try {
    if (change !== undefined) await context.addInitScript(change);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(`${labUrl()}${path}`);
    if (options.javaScriptEnabled !== false) await page.waitForSelector("[data-ready], .cover");
    await use(page);
    expect(errors).toEqual([]);
  } finally {
    await context.close();
  }
}

/** The figure and its program follow one another, and the address follows both. */
async function works(page: Page): Promise<void> {
  await page.locator('[data-slot="theta"]').fill("0.15");
  await expect.poll(() => page.locator("[data-live=theta]").first().innerText()).toBe("0.15");
  await expect.poll(() => page.url()).toMatch(/#[sj]=/);
}

const SAID: Readonly<Record<string, Readonly<Record<Lang, RegExp>>>> = {
  storage: { ko: /저장을 허락하지 않아/, en: /does not let this page keep anything/ },
  noscript: { ko: /자바스크립트가 꺼져/, en: /JavaScript is switched off/ },
  unable: { ko: /풀 수 없습니다/, en: /cannot unpack/ },
  refused: { ko: /담아 두게 하지 않습니다/, en: /does not let the book be kept/ },
};

describe("a browser that refuses", () => {
  for (const lang of LANGS) {
    labTest(`storage (${lang})`, () =>
      inBrowser(
        `/${lang}/perceptron/`,
        () => {
          Object.defineProperty(window, "localStorage", {
            get: () => {
              throw new DOMException("denied", "SecurityError");
            },
          });
        },
        async (page) => {
          expect(await page.locator("[data-notice=storage]").innerText()).toMatch(SAID.storage![lang]);
          await works(page);
          await page.locator(".theme").click();
          expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
          await page.locator("[data-notice=storage] button").click();
          expect(await page.locator("[data-notice]").count()).toBe(0);
        },
      ),
    );

    labTest(`JavaScript (${lang})`, async () => {
      for (const { slug } of CHAPTERS)
        await inBrowser(
          `/${lang}/${slug}/`,
          undefined,
          async (page) => {
            expect(await page.locator("noscript").innerText()).toMatch(SAID.noscript![lang]);
            expect(await page.locator("h1").isVisible()).toBe(true);
            expect((await page.locator(".prose").innerText()).length).toBeGreaterThan(200);
            // Numbers in the text are there too, as the chapter begins.
            expect(await page.locator("[data-live]").allInnerTexts()).not.toContain("…");
            expect(await page.locator("#panel").isVisible()).toBe(true);
          },
          { javaScriptEnabled: false },
        );
    });

    labTest(`a service worker (${lang})`, () =>
      inBrowser(
        `/${lang}/`,
        () => {
          navigator.serviceWorker.register = () =>
            Promise.reject(new DOMException("refused", "SecurityError"));
        },
        async (page) => {
          await page.locator('[data-offline="refused"]').waitFor();
          expect(await page.locator("[data-offline]").innerText()).toMatch(SAID.refused![lang]);
        },
      ),
    );
  }
});

labTest("an address at which there is nothing", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const context = await labBrowser().newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const answer = await page.goto(`${labUrl()}/ko/none/at/all/`);
    expect(answer!.status()).toBe(404);
    expect(await page.locator("section[lang=ko]").innerText()).toMatch(/찾는 쪽이 없습니다/);
    expect(await page.locator("section[lang=en]").innerText()).toMatch(/There is no such page/);
    expect(await page.locator("h1").evaluate((one) => getComputedStyle(one).fontFamily)).toMatch(
      /Pretendard Lab/,
    );
    await page.locator("section[lang=en] a").click();
    await page.waitForURL(`${labUrl()}/en/`);
    await context.close();
  }
});

describe("a browser without", () => {
  labTest("service workers at all", () =>
    inBrowser(
      "/en/",
      () => void Object.defineProperty(Navigator.prototype, "serviceWorker", { get: () => undefined }),
      async (page) => {
        await page.locator('[data-offline="refused"]').waitFor();
        await page.locator(".begin").click();
        await page.waitForSelector("[data-ready]");
      },
    ),
  );

  labTest("workers", () =>
    inBrowser("/ko/perceptron/", () => void Reflect.deleteProperty(globalThis, "Worker"), works),
  );
  labTest("WebAssembly", () =>
    inBrowser("/ko/perceptron/", () => void Reflect.deleteProperty(globalThis, "WebAssembly"), works),
  );
  labTest("threads", () =>
    inBrowser("/ko/perceptron/", () => void Reflect.deleteProperty(globalThis, "SharedArrayBuffer"), works),
  );
  labTest("a clipboard", () =>
    inBrowser(
      "/en/perceptron/",
      () => void Object.defineProperty(Navigator.prototype, "clipboard", { get: () => undefined }),
      async (page) => {
        await page.locator(".actions > button").nth(1).click();
        await expect.poll(() => page.locator(".notice").innerText()).toMatch(/could not be copied/);
      },
    ),
  );

  for (const lang of LANGS)
    labTest(`streams that compress (${lang})`, () =>
      inBrowser(
        `/${lang}/perceptron/#s=q1YqVLJSMtAzVaoFAA`,
        () => {
          Reflect.deleteProperty(globalThis, "CompressionStream");
          Reflect.deleteProperty(globalThis, "DecompressionStream");
        },
        async (page) => {
          expect(await page.locator("[data-fault]").innerText()).toMatch(SAID.unable![lang]);
          await works(page);
          await expect.poll(() => page.url()).toContain("#j=");
          const url = page.url();
          await page.goto("about:blank");
          await page.goto(url);
          await expect.poll(() => page.locator('[data-slot="theta"]').inputValue()).toBe("0.15");
        },
      ),
    );
});
