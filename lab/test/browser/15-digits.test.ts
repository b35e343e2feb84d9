import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, labTest, useLab, visit } from "./harness.js";

useLab();

/** Presses a button of the figure in this way. */
async function press(page: Page, way: "mouse" | "keyboard", selector: string): Promise<void> {
  if (way === "mouse") return page.locator(selector).click();
  await page.locator(selector).focus();
  await page.keyboard.press("Enter");
}

const read = async (page: Page, name: string): Promise<number> =>
  Number(await page.locator('[data-figure="training"]').getAttribute(name));

const inkAt = async (page: Page, row: number, column: number): Promise<number> => {
  const ink = (await page.locator('[data-figure="draw"]').getAttribute("data-ink"))!;
  return Number.parseInt(ink[row * 28 + column]!, 16);
};

async function openDraw(page: Page): Promise<void> {
  await page.locator("#tab-draw").click();
  await page.locator("[data-pad]").scrollIntoViewIfNeeded();
}

/** Some 200 steps, where the digits are drawn. */
async function trainQuickly(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  await press(page, way, '[data-train="quick"]');
  await expect.poll(() => shares(page).then((all) => all[1]), { timeout: 90_000 }).toBeGreaterThan(0.6);
}

const shares = (page: Page): Promise<number[]> =>
  page.locator("[data-share]").evaluateAll((all) => all.map((e) => Number(e.getAttribute("data-share"))));

async function readsOne(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  await trainQuickly(page, way);
  const all = await shares(page);
  expect(all).toHaveLength(10);
  expect(all.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  expect(all.indexOf(Math.max(...all))).toBe(1);
  expect(await page.locator(".bars").getAttribute("data-best")).toBe("1");
}

feature(29, "a digit that a reader draws is read", "digits", {
  mouse: async ({ page }) => {
    await openDraw(page);
    const box = (await page.locator("[data-pad] canvas").boundingBox())!;
    const at = (row: number, column: number): [number, number] => [
      box.x + (box.width * (column + 0.5)) / 28,
      box.y + (box.height * (row + 0.5)) / 28,
    ];
    await page.mouse.move(...at(4, 14));
    await page.mouse.down();
    await page.mouse.move(...at(23, 14), { steps: 6 });
    await page.mouse.up();
    expect(await inkAt(page, 12, 14)).toBe(15);
    expect(await inkAt(page, 12, 20)).toBe(0);
    await readsOne(page, "mouse");
  },
  keyboard: async ({ page }) => {
    await openDraw(page);
    await page.locator("[data-pad]").focus();
    for (let i = 0; i < 9; i++) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    for (let i = 0; i < 18; i++) await page.keyboard.press("Shift+ArrowDown");
    expect(await inkAt(page, 5, 14)).toBe(15);
    expect(await inkAt(page, 23, 14)).toBe(15);
    expect(await inkAt(page, 12, 20)).toBe(0);
    await readsOne(page, "keyboard");
  },
});

labTest("images are brought, or refused with a reason", () =>
  visit("en", 1280, "digits", async ({ page }) => {
    await openDraw(page);
    const bring = (name: string, mimeType: string, buffer: Buffer): Promise<void> =>
      page.locator("[data-file]").setInputFiles({ name, mimeType, buffer });
    const refused = (reason: string) => page.locator(`[data-refused="${reason}"]`).waitFor();
    await bring("a.txt", "text/plain", Buffer.from("7"));
    await refused("type");
    await bring("a.png", "image/png", Buffer.from("not a picture"));
    await refused("broken");
    await bring("a.png", "image/png", Buffer.alloc(20_000_001));
    await refused("large");
    // A dark bar on light paper, off the middle, 6 by 60 pixels: 2 by 20 in the middle.
    const png = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(100, 120);
      const context = canvas.getContext("2d")!;
      context.fillStyle = "#eee";
      context.fillRect(0, 0, 100, 120);
      context.fillStyle = "#222";
      context.fillRect(10, 20, 6, 60);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    });
    await bring("one.png", "image/png", Buffer.from(png));
    await expect.poll(() => inkAt(page, 14, 13)).toBe(15);
    expect(await inkAt(page, 14, 14)).toBe(15);
    for (const [row, column] of [
      [4, 13],
      [23, 14],
    ] as const)
      expect(await inkAt(page, row, column)).toBe(15);
    for (const [row, column] of [
      [14, 12],
      [14, 15],
      [3, 13],
      [24, 13],
    ] as const)
      expect(await inkAt(page, row, column)).toBe(0);
    expect(await page.locator("[data-refused]").count()).toBe(0);
  }),
);

labTest("images are pasted and dropped too", () =>
  visit("ko", 1280, "digits", async ({ page }) => {
    await openDraw(page);
    /** Gives the page an image with an upright bar in the way of a paste or of a drop. */
    const give = (kind: "paste" | "drop", type: string): Promise<void> =>
      page.evaluate(
        async ([kind, type]) => {
          const canvas = new OffscreenCanvas(60, 60);
          const context = canvas.getContext("2d")!;
          context.fillStyle = "white";
          context.fillRect(0, 0, 60, 60);
          context.fillStyle = "black";
          context.fillRect(25, 10, 4, 40);
          const data = new DataTransfer();
          data.items.add(new File([await canvas.convertToBlob()], "one", { type: type! }));
          const [event, target] =
            kind === "paste"
              ? [
                  new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
                  document.body,
                ]
              : [
                  new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }),
                  document.querySelector("[data-pad]")!,
                ];
          target.dispatchEvent(event);
        },
        [kind, type] as const,
      );
    for (const kind of ["paste", "drop"] as const) {
      await give(kind, "image/png");
      await expect.poll(() => inkAt(page, 14, 13)).toBe(15);
      await page.locator("[data-clear]").click();
      await expect.poll(() => inkAt(page, 14, 13)).toBe(0);
      await give(kind, "text/html");
      await page.locator('[data-refused="type"]').waitFor();
    }
  }),
);

for (const [lang, width, way] of [
  ["ko", 1280, "mouse"],
  ["en", 390, "keyboard"],
] as const)
  labTest(`a short training lowers the loss, pauses and ends (${lang} ${width} ${way})`, () =>
    visit(lang, width, "digits", async ({ page }) => {
      expect(await read(page, "data-step")).toBe(0);
      await press(page, way, '[data-train="start"]');
      await expect.poll(() => read(page, "data-step"), { timeout: 60_000 }).toBeGreaterThan(0);
      const first = await read(page, "data-loss");
      expect(first).toBeGreaterThan(1);
      await expect.poll(() => read(page, "data-step"), { timeout: 60_000 }).toBeGreaterThan(60);
      await press(page, way, '[data-train="pause"]');
      await page.waitForTimeout(400);
      const held = await read(page, "data-step");
      await page.waitForTimeout(400);
      expect(await read(page, "data-step")).toBe(held);
      expect(await read(page, "data-loss")).toBeLessThan(first / 2);
      await press(page, way, '[data-train="go"]');
      await expect.poll(() => read(page, "data-step"), { timeout: 20_000 }).toBeGreaterThan(held);
      await press(page, way, '[data-train="stop"]');
      await page.locator('[data-train="start"]').waitFor();
    }),
  );
