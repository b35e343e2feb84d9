import type { Page } from "playwright-core";
import { expect } from "vitest";
import { ALL, LANGS, labTest, press, useLab, type Visit, visit, WIDTHS } from "./harness.js";

useLab();

type Act = (selector: string) => Promise<void>;
const click =
  (page: Page): Act =>
  (selector) =>
    page.locator(selector).click();
const enter =
  (page: Page): Act =>
  async (selector) => {
    await page.locator(selector).focus();
    await page.keyboard.press("Space");
  };
const counts = async (page: Page): Promise<string[]> => [
  await page.locator("[data-weights]").innerText(),
  await page.locator("[data-biases]").innerText(),
];

async function build({ page }: Visit, act: Act): Promise<void> {
  expect(await counts(page)).toEqual(["12", "5"]);
  expect(await page.locator('[data-figure="network"] [data-edge]').count()).toBe(12);
  await act('[data-hidden="3"]');
  // 2-3-3-3-2
  await expect.poll(() => counts(page)).toEqual(["30", "11"]);
  await act('[data-more="1"]');
  // 2-4-3-3-2
  await expect.poll(() => counts(page)).toEqual([String(8 + 12 + 9 + 6), "12"]);
  await act("[data-bias]");
  // A line for each weight and for each bias, and a 1 in every layer but the last.
  await expect.poll(() => page.locator('[data-figure="network"] [data-edge]').count()).toBe(35 + 12);
  expect(await page.locator("[data-one]").count()).toBe(4);
  const signs = await page.locator('[data-figure="network"] [data-edge]').evaluateAll((edges) =>
    edges.map((edge) => {
      const weight = Number(edge.getAttribute("data-weight"));
      const width = Number(edge.getAttribute("stroke-width"));
      return (
        edge.classList.contains(weight > 0 ? "positive" : "negative") &&
        Math.abs(width - Math.min(9, 1 + Math.abs(weight) * 2.2)) < 1e-6
      );
    }),
  );
  expect(signs.every(Boolean)).toBe(true);
}

/** What comes into z2 of layer 1 stays, the rest steps back. */
async function pointed(page: Page): Promise<void> {
  const lit = (): Promise<(string | null)[]> =>
    page
      .locator('[data-figure="network"] [data-edge]:not(.faded)')
      .evaluateAll((edges) => edges.map((edge) => edge.getAttribute("data-edge")));
  await expect.poll(lit).toEqual(["0.0.1", "0.1.1"]);
  expect(await page.locator("[data-said]").innerText()).toMatch(/z₂.*x₁.*x₂/s);
}

async function stages({ page }: Visit): Promise<void> {
  // 0.2 + 0.6 * 1 - 0.4 * 0.5 = 0.6
  expect(await page.locator("[data-a]").textContent()).toBe("+0.6");
  expect(await page.locator("[data-y]").textContent()).toBe("1");
  await press(page, '[data-slider="b"]', -8);
  await expect.poll(() => page.locator("[data-a]").textContent()).toBe("−0.2");
  expect(await page.locator("[data-y]").textContent()).toBe("0");
}

async function count(page: Page, act: Act): Promise<void> {
  const mark = (i: number): Promise<string | null> =>
    page.locator("[data-mark]").nth(i).getAttribute("data-mark");
  const answer = async (what: string, text: string): Promise<void> => {
    await act(`[data-answer="${what}"]`);
    await page.locator(`[data-answer="${what}"]`).fill(text);
  };
  await act('[data-task="1"]');
  // 2-3-2-2: 6 + 6 + 4 weights, 3 + 2 + 2 biases.
  await answer("weights", "23");
  await expect.poll(() => mark(0)).toBe("wrong");
  await answer("weights", "16");
  await expect.poll(() => mark(0)).toBe("right");
  await answer("biases", "9");
  await expect.poll(() => mark(1)).toBe("wrong");
  await answer("biases", "7");
  await expect.poll(() => page.locator("[data-done]").getAttribute("data-done")).toBe("true");
  expect(await page.locator("[data-done]").innerText()).toContain("23");
}

for (const [i, lang] of LANGS.entries())
  for (const [j, width] of WIDTHS.entries()) {
    // Two of the four places each time, all of them when everything is gone through.
    if (!ALL && i !== j) continue;
    for (const [way, hand] of [
      ["mouse", click],
      ["keyboard", enter],
    ] as const) {
      labTest(`build a network: ${lang} ${width} ${way}`, () =>
        visit(lang, width, "layers", (at) => build(at, hand(at.page))),
      );
      labTest(`count it: ${lang} ${width} ${way}`, () =>
        visit(lang, width, "layers", ({ page }) => count(page, hand(page))),
      );
    }
    labTest(`point at a neuron: ${lang} ${width} mouse`, () =>
      visit(lang, width, "layers", async ({ page }) => {
        await page.locator('[data-node="1.1"]').hover();
        await pointed(page);
      }),
    );
    labTest(`point at a neuron: ${lang} ${width} keyboard`, () =>
      visit(lang, width, "layers", async ({ page }) => {
        await page.locator('[data-node="1.1"]').focus();
        await pointed(page);
      }),
    );
    labTest(`a, then h(a): ${lang} ${width}`, () =>
      visit(lang, width, "layers", async (at) => {
        await at.page.locator("#tab-neuron").click();
        await stages(at);
        await at.page.locator('[data-h="sigmoid"]').click();
        const y = Number(await at.page.locator("[data-y]").textContent());
        expect(y).toBeCloseTo(1 / (1 + Math.exp(0.2)), 2);
      }),
    );
  }
