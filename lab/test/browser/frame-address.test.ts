/** Row 36: the address holds what the reader sees, opens it as it was, and runs nothing; a bad one is said in a sentence. */
import { deflateRawSync } from "node:zlib";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import {
  feature,
  LANGS,
  type Lang,
  labTest,
  press,
  slide,
  useLab,
  type Visit,
  visit,
  WIDTHS,
} from "./harness.js";

useLab();

/** All that a reader sees of the figure and its program. */
const seen = (page: Page): Promise<unknown> =>
  page.evaluate(() => ({
    panel: document.querySelector('[role="tab"][aria-selected="true"]')?.id ?? "",
    text: (document.querySelector("#panel") as HTMLElement).innerText,
    code: document.querySelector("section.code")?.textContent,
    values: [...document.querySelectorAll<HTMLInputElement>("#panel :is(input, select), .slot")].map(
      (one) => one.value,
    ),
    pressed: [...document.querySelectorAll("#panel [aria-pressed]")].map((one) =>
      one.getAttribute("aria-pressed"),
    ),
  }));

/** The address, once it has followed what was done last. */
async function settled(page: Page): Promise<string> {
  let last = "";
  await expect
    .poll(async () => {
      await page.waitForTimeout(400);
      const now = page.url();
      const same = now === last;
      last = now;
      return same;
    })
    .toBe(true);
  return last;
}

/** Chooses the last panel and moves the first thing there that moves. */
async function change(page: Page, by: "mouse" | "keyboard"): Promise<void> {
  const tabs = page.locator('[role="tab"]');
  const count = await tabs.count();
  if (count > 1 && by === "mouse") await tabs.last().click();
  if (count > 1 && by === "keyboard") {
    await tabs.first().focus();
    await page.keyboard.press("ArrowLeft");
  }
  const sliders = '#panel input[type="range"]:enabled';
  if ((await page.locator(sliders).count()) === 0) return;
  if (by === "mouse") await slide(page, sliders, 0.8);
  else await press(page, sliders, 3);
}

/** What is seen opens again from the address alone, in a page that knows nothing else, and nothing is running there. */
async function opensAgain({ page, lang, width }: Visit, slug: string): Promise<void> {
  const address = new URL(await settled(page));
  const before = await seen(page);
  await visit(
    lang,
    width,
    slug,
    async ({ page: other }) => {
      await expect.poll(() => seen(other)).toEqual(before);
      await other.waitForTimeout(300);
      expect(await seen(other)).toEqual(before);
      expect(other.workers().length).toBe(0);
    },
    address.hash,
  );
}

feature(36, "the address restores panel and state", "xor", {
  mouse: async (now) => {
    await change(now.page, "mouse");
    await expect.poll(() => now.page.url()).toMatch(/#p=fold&s=/);
    await opensAgain(now, "xor");
  },
  keyboard: async (now) => {
    await change(now.page, "keyboard");
    await expect.poll(() => now.page.url()).toMatch(/#p=fold&s=/);
    await opensAgain(now, "xor");
  },
});

describe("36. in every chapter", () => {
  for (const [i, { slug }] of CHAPTERS.entries()) {
    const [lang, width, way] = [
      LANGS[i % 2]!,
      WIDTHS[(i >> 1) % 2]!,
      i % 3 === 0 ? "mouse" : "keyboard",
    ] as const;
    labTest(`${slug} ${lang} ${width} ${way}`, () =>
      visit(lang, width, slug, async (now) => {
        await change(now.page, way);
        await opensAgain(now, slug);
      }),
    );
  }
});

const packed = (json: string): string => `#s=${deflateRawSync(json).toString("base64url")}`;
const SENTENCES: Readonly<Record<Lang, Readonly<Record<string, RegExp>>>> = {
  ko: { broken: /깨져서/, schema: /맞지 않는 값/, long: /너무 길어서/ },
  en: { broken: /damaged/, schema: /does not fit/, long: /too long/ },
};
const BAD = [
  ["#s=%%%", "broken"],
  [packed('{"w1": NaN}'), "broken"],
  [packed('{"w1": 1e999}'), "schema"],
  [packed('{"row": -1}'), "schema"],
  [packed('{"__proto__": {"polluted": true}}'), "schema"],
  [`#s=${"A".repeat(150_000)}`, "long"],
  [packed(`{"w1":${" ".repeat(3_000_000)}1}`), "long"],
] as const;

describe("36. bad addresses", () => {
  for (const lang of LANGS)
    labTest(`each is said in a sentence, and the chapter begins (${lang})`, async () => {
      for (const [hash, fault] of BAD)
        await visit(
          lang,
          1280,
          "perceptron",
          async ({ page }) => {
            expect(await page.locator("[data-fault]").innerText(), hash.slice(0, 40)).toMatch(
              SENTENCES[lang][fault]!,
            );
            expect(await page.evaluate(() => (({}) as { polluted?: boolean }).polluted)).toBeUndefined();
            expect(await page.locator("[data-live=theta]").first().innerText()).toBe("0.7");
            // The address stays for the reader to mend, until something is changed.
            await page.waitForTimeout(300);
            expect(new URL(page.url()).hash.slice(0, 8)).toBe(hash.slice(0, 8));
          },
          hash,
        );
    });

  labTest("one that comes while reading loses nothing", () =>
    visit("en", 1280, "perceptron", async ({ page }) => {
      await page.locator('[data-slot="theta"]').fill("0.3");
      await expect.poll(() => page.url()).toContain("#s=");
      const good = new URL(page.url()).hash;
      await page.evaluate(() => void (location.hash = "#s=broken!"));
      await page.locator("[data-fault]").waitFor();
      expect(await page.locator('[data-slot="theta"]').inputValue()).toBe("0.3");
      await page.locator("[data-fault] button").click();
      expect(await page.locator("[data-fault]").count()).toBe(0);
      // The next change takes the address over; an old address, without a panel, still opens.
      await page.locator('[data-slot="theta"]').fill("0.4");
      await expect.poll(() => new URL(page.url()).hash).toMatch(/^#s=(?!broken)/);
      await page.evaluate((hash) => void (location.hash = hash), good);
      await expect.poll(() => page.locator('[data-slot="theta"]').inputValue()).toBe("0.3");
    }),
  );

  labTest("a panel that is not there is no panel", () =>
    visit(
      "ko",
      1280,
      "xor",
      async ({ page }) => {
        expect(await page.locator("#tab-circuit").getAttribute("aria-selected")).toBe("true");
      },
      "#p=__proto__",
    ),
  );
});
