import type { Page } from "playwright-core";
import { expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { edit, ended, outputOf, rewrite, runCode, SLOW } from "./code-tools.js";
import { ALL, feature, labBrowser, labTest, labUrl, press, slide, useLab, visit } from "./harness.js";

useLab();

feature(32, "the program beside a figure runs, with the figure's numbers", "perceptron", {
  mouse: async ({ page }) => {
    await runCode(page, "mouse");
    await ended(page);
    expect(await outputOf(page)).toBe("[0.  0.5 0.5 1. ]\n[0 0 0 1]");
    await slide(page, '[data-slider="theta"]', 0.6); // from -2 to 2: 0.4
    await runCode(page, "mouse");
    await expect.poll(() => outputOf(page), SLOW).toBe("[0.  0.5 0.5 1. ]\n[0 1 1 1]");
  },
  keyboard: async ({ page }) => {
    await press(page, '[data-slider="theta"]', -3); // 0.4
    await runCode(page, "keyboard");
    await ended(page);
    expect(await outputOf(page)).toBe("[0.  0.5 0.5 1. ]\n[0 1 1 1]");
  },
});

labTest("32. the program of digits trains on them", () =>
  visit("en", 1280, "digits", async ({ page }) => {
    await page.locator("[data-steps]").selectOption("200");
    await runCode(page, "mouse");
    await page.waitForSelector('[data-run="ended"]', { timeout: 120_000 });
    expect(await page.locator("[data-fell]").allInnerTexts()).toEqual([]);
    const lines = (await outputOf(page)).split("\n");
    expect(lines.slice(0, 2).map((line) => line.split(" ")[0])).toEqual(["100", "200"]);
    expect(Number(lines[2])).toBeGreaterThan(0.93);
    expect(lines[3]).toMatch(/^\[\[/);
  }),
);

labTest("35. a program can fetch nothing but the digits", () =>
  visit("en", 1280, "perceptron", async ({ page, url }) => {
    await edit(page, "mouse");
    await rewrite(
      page,
      `const reach = (globalThis as unknown as { fetch(a: string): Promise<unknown> }).fetch;
for (const address of ["${url}/", "digits:/theme.js", "digits:/../theme.js"])
  console.log(await reach(address).then(() => "reached", (error) => error.message));`,
    );
    await runCode(page, "mouse");
    await ended(page);
    expect(await outputOf(page)).toBe(
      "nothing can be fetched here\nthe page could not fetch it\nthe page could not fetch it",
    );
  }),
);

// In Node all programs run each time (programs.test.ts); here two are enough, and all when everything is gone through.
for (const { slug } of CHAPTERS.filter(({ slug }) =>
  ALL ? slug !== "digits" : slug === "xor" || slug === "features",
))
  labTest(`32. the programs of ${slug} run as they stand`, () =>
    visit("en", 1280, slug, async ({ page }) => {
      const tabs = page.locator('.tabs [role="tab"][id^="tab-"]');
      const panels = Math.max(1, await tabs.count());
      for (let i = 0; i < panels; i++) {
        if (panels > 1) await tabs.nth(i).click();
        if ((await page.locator("[data-run-code]").count()) === 0) continue;
        await runCode(page, "mouse");
        await page.waitForSelector('[data-run="ended"]', { timeout: 60_000 });
        expect(await page.locator("[data-fell]").allInnerTexts(), `${slug}, panel ${i}`).toEqual([]);
        // A circuit that is not wired yet has nothing to print.
        const program = await page.locator(".code pre").first().innerText();
        if (/^(?!\s*\/\/).*console\.log/m.test(program))
          expect(await outputOf(page), `${slug}, panel ${i}`).not.toBe("");
      }
    }),
  );

/** How long the page takes to draw two frames. */
const frames = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((drawn) => {
        const began = performance.now();
        requestAnimationFrame(() => requestAnimationFrame(() => drawn(performance.now() - began)));
      }),
  );

async function stop(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  const button = page.locator("[data-stop]");
  if (way === "mouse") await button.click();
  else {
    await button.focus();
    await page.keyboard.press("Enter");
  }
  await page.waitForSelector('[data-run="stopped"]', SLOW);
}

async function runaways(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  await edit(page, way);
  await rewrite(page, "while (true) {}");
  await runCode(page, way);
  await page.waitForSelector('[data-run="running"]', SLOW);
  // The page goes on as ever.
  expect(await frames(page)).toBeLessThan(1500);
  await press(page, '[data-slider="theta"]', 1);
  expect(await page.locator('[data-number="theta"]').inputValue()).toBe("0.8");
  await stop(page, way);
  // Nothing of it is left for the next program.
  await rewrite(page, 'console.log("one", [2, 3]);\nnew Float64Array(1e12);');
  await runCode(page, way);
  await ended(page);
  expect(await outputOf(page)).toBe("one [2, 3]");
  expect(await page.locator("[data-fell]").innerText()).toMatch(/^RangeError: .*(2행|line 2)/s);
}

feature(35, "a runaway program is stopped, and the page never freezes", "perceptron", {
  mouse: ({ page }) => runaways(page, "mouse"),
  keyboard: ({ page }) => runaways(page, "keyboard"),
});

labTest("35. endless output is bounded, and can be stopped", () =>
  visit("en", 1280, "perceptron", async ({ page }) => {
    await edit(page, "mouse");
    await rewrite(page, 'for (let i = 0; ; i++) console.log("line", i);');
    await runCode(page, "mouse");
    await page.waitForFunction(
      () => (document.querySelector("[data-output]")?.textContent ?? "").split("\n").length > 900,
      undefined,
      SLOW,
    );
    expect(await frames(page)).toBeLessThan(1500);
    await stop(page, "mouse");
    const lines = (await outputOf(page)).split("\n");
    expect(lines[0]).toBe("line 0");
    expect(lines.length).toBeLessThanOrEqual(1000);
  }),
);

labTest("35. a program reaches neither the network nor what the page keeps", async () => {
  const page = await (await labBrowser().newContext()).newPage();
  await page.goto(`${labUrl()}/en/perceptron/`);
  await page.waitForSelector("[data-ready]");
  await page.evaluate(() => localStorage.setItem("maru.secret", "1"));
  await edit(page, "mouse");
  await rewrite(
    page,
    `import { array } from "maru";
const tried: string[] = [];
const scope = globalThis as any;
try { await scope.fetch("${labUrl()}/en/"); tried.push("reached"); } catch { tried.push("refused"); }
try { await new Promise((ok, no) => { const s = new scope.WebSocket("ws://127.0.0.1:9/"); s.onopen = ok; s.onerror = no; }); tried.push("reached"); } catch { tried.push("refused"); }
try { scope.importScripts("https://example.com/x.js"); tried.push("reached"); } catch { tried.push("refused"); }
tried.push(String(scope.origin), typeof scope.localStorage, typeof scope.document);
console.log(tried.join(" "), String(array([1, 2])));`,
  );
  await runCode(page, "mouse");
  await ended(page);
  expect(await outputOf(page)).toBe("refused refused refused null undefined undefined [1. 2.]");
  await page.close();
});

labTest("without workers the page says so, and goes on", () =>
  visit("en", 1280, "gates", async ({ page }) => {
    await page.evaluate(() => {
      (window as unknown as { Worker: unknown }).Worker = class {
        constructor() {
          throw new Error("no workers");
        }
      };
    });
    await runCode(page, "mouse");
    await expect
      .poll(() => page.locator('.result [role="alert"]').innerText(), SLOW)
      .toContain("no module workers");
    await press(page, '[data-slider="theta"]', 1);
    expect(await page.locator('[data-number="theta"]').inputValue()).toBe("0.3");
  }),
);
