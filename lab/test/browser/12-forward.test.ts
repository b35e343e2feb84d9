import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, press, useLab } from "./harness.js";

useLab();

const X = [1, 0.5];
const W = [
  [
    [0.1, 0.3, 0.5],
    [0.2, 0.4, 0.6],
  ],
  [
    [0.1, 0.4],
    [0.2, 0.5],
    [0.3, 0.6],
  ],
  [
    [0.1, 0.3],
    [0.2, 0.4],
  ],
];
const B = [
  [0.1, 0.2, 0.3],
  [0.1, 0.2],
  [0.1, 0.2],
];
const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));

/** The same network in plain JavaScript: [A1, Z1, A2, Z2, A3, Y]. */
function forward(weights: readonly (readonly (readonly number[])[])[] = W): number[][] {
  let z: number[] = X;
  return weights.flatMap((matrix, layer) => {
    const a = B[layer]!.map((b, j) => matrix.reduce((sum, row, i) => sum + z[i]! * row[j]!, b));
    z = layer === 2 ? a : a.map(sigmoid);
    return [a, z];
  });
}
const read = (text: string): number => Number(text.replace("−", "-").replace("+", ""));
const close = (found: readonly number[], wanted: readonly number[], within = 6e-4): void => {
  expect(found.length).toBe(wanted.length);
  const away = Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!)));
  expect(away, `${found} against ${wanted}`).toBeLessThan(within);
};
async function matrixOf(page: Page, name: string): Promise<number[]> {
  const cells = await page.locator(`[data-matrix="${name}"] [data-cell]`).allInnerTexts();
  return cells.map(read);
}
const shapeOf = (page: Page, name: string): Promise<string> =>
  page.locator(`[data-matrix="${name}"] [data-shape]`).innerText();
const stepIs = (page: Page, step: number): Promise<void> =>
  page.locator(`[data-step="${step}"]`).waitFor({ state: "attached" });
const values = (page: Page, layer: number): Promise<number[]> =>
  page
    .locator(`[data-figure="network"] [data-node^="${layer}."] .value`)
    .evaluateAll((texts) => texts.map((text) => Number(text.textContent!.replace("−", "-"))));

async function walk(page: Page, go: (where: "forward" | "back") => Promise<void>): Promise<void> {
  const [a1, z1, a2, z2, , y] = forward() as [number[], number[], number[], number[], number[], number[]];
  await stepIs(page, 0);
  expect(await values(page, 1)).toEqual([]);
  await go("forward");
  await stepIs(page, 1);
  close(await matrixOf(page, "A1"), a1);
  expect(await shapeOf(page, "X")).toBe("(2,)");
  expect(await shapeOf(page, "W1")).toBe("(2, 3)");
  expect(await shapeOf(page, "A1")).toBe("(3,)");
  close(await values(page, 1), a1);
  expect(await page.locator(".flow").count()).toBe(9);
  await go("forward");
  await stepIs(page, 2);
  close(await matrixOf(page, "Z1"), z1);
  close(await values(page, 1), z1);
  await go("forward");
  await stepIs(page, 3);
  close(await matrixOf(page, "A2"), a2);
  await go("forward");
  await stepIs(page, 4);
  close(await matrixOf(page, "Z2"), z2);
  await go("back");
  await stepIs(page, 3);
  await go("forward");
  await go("forward");
  await go("forward");
  await stepIs(page, 6);
  close(await matrixOf(page, "Y"), y);
  close(y, [0.31682708, 0.69627909], 1e-8);
  expect(await page.locator("[data-forward]").isDisabled()).toBe(true);
}

feature(16, "step the forward pass layer by layer", "forward", {
  mouse: async ({ page }) => walk(page, (where) => page.locator(`[data-${where}]`).click()),
  keyboard: async ({ page }) =>
    walk(page, async (where) => {
      await page.locator(`[data-${where}]`).focus();
      await page.keyboard.press("Enter");
    }),
});

/** The second neuron of layer 2, taken apart. */
async function apart(page: Page): Promise<void> {
  const [, z1, a2, z2] = forward();
  await page.locator('[data-opened="2.1"]').waitFor();
  const products = (await page.locator("[data-opened] [data-product]").allInnerTexts()).map(read);
  close(products, [...z1!.map((z, i) => z * W[1]![i]![1]!), 0.2], 6e-5);
  close([read(await page.locator("[data-sum]").innerText())], [a2![1]!], 6e-5);
  close([read(await page.locator("[data-output]").innerText())], [z2![1]!], 6e-5);
  expect(await page.locator('[data-opened] [data-term="0"]').innerText()).toContain("w⁽²⁾₂₁");
  expect(await page.locator("[data-opened] [data-product]").first().innerText()).toMatch(/^\+/);
}

feature(17, "any neuron opens to its arithmetic", "forward", {
  mouse: async ({ page }) => {
    await page.locator('[data-node="2.1"]').click();
    await apart(page);
  },
  keyboard: async ({ page }) => {
    await page.locator('[data-node="2.1"]').focus();
    await page.keyboard.press("Enter");
    await apart(page);
  },
});

/** W1's second row, first column (w12 of layer 1) is now -1.5; what follows from that. */
async function edited(page: Page): Promise<void> {
  const changed = W.map((matrix) => matrix.map((row) => [...row]));
  changed[0]![1]![0] = -1.5;
  const [a1, , , , , y] = forward(changed);
  close(await matrixOf(page, "A1"), a1!);
  expect(await page.locator('[data-edge="0.1.0"]').getAttribute("data-weight")).toBe("-1.5");
  expect(await page.locator('[data-edge="0.1.0"]').getAttribute("class")).toContain("negative");
  expect(await page.locator('[data-slot="W.0.1.0"]').inputValue()).toBe("-1.5");
  for (let i = 0; i < 5; i++) await page.locator("[data-forward]").click();
  await stepIs(page, 6);
  close(await matrixOf(page, "Y"), y!);
}

feature(18, "edit one weight, and everything follows", "forward", {
  mouse: async ({ page }) => {
    await page.locator("[data-forward]").click();
    // Press on the line itself, near its beginning, where no other line is.
    const edge = page.locator('[data-edge="0.1.0"]');
    await page.locator('[data-figure="network"]').scrollIntoViewIfNeeded();
    const [x, y] = await edge.evaluate((element) => {
      const line = element as SVGLineElement;
      const box = line.ownerSVGElement!.getBoundingClientRect();
      const part = 0.4;
      const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => Number(line.getAttribute(name)));
      return [box.left + x1! + part * (x2! - x1!), box.top + y1! + part * (y2! - y1!)];
    });
    await page.mouse.click(x!, y!);
    await page.locator('[data-opened="0.1.0"]').waitFor();
    await page.locator('[data-number="weight"]').fill("-1.5");
    await page.locator('[data-number="weight"]').press("Enter");
    await edited(page);
  },
  keyboard: async ({ page }) => {
    await page.locator("[data-forward]").focus();
    await page.keyboard.press("Enter");
    await page.locator('[data-matrix="W1"] [data-cell="1.0"]').focus();
    await page.keyboard.press("Enter");
    await page.locator('[data-opened="0.1.0"]').waitFor();
    await press(page, '[data-slider="weight"]', -17);
    await edited(page);
  },
});

const aboveOf = async (page: Page, neuron: string): Promise<number> =>
  Number(await page.locator(`[data-large="${neuron}"] [data-thumbnail]`).getAttribute("data-above"));

/** Part of the 24 by 24 points of the square from -3 to 3 at which w·x + b is above 0. */
function part(w1: number, w2: number, b: number): number {
  const axis = Array.from({ length: 24 }, (_, i) => -3 + (6 * i) / 23);
  const above = axis.flatMap((x2) => axis.map((x1) => w1 * x1 + w2 * x2 + b > 0));
  return above.filter(Boolean).length / above.length;
}
/** Is the picture blue at one corner and orange at the other? */
const corners = (page: Page): Promise<boolean[]> =>
  page.locator("[data-large] canvas").evaluate((element) => {
    const canvas = document.createElement("canvas");
    const { width, height } = element as HTMLCanvasElement;
    Object.assign(canvas, { width, height });
    const drawing = canvas.getContext("2d", { willReadFrequently: true })!;
    drawing.drawImage(element as HTMLCanvasElement, 0, 0);
    const at = (x: number, y: number): boolean => {
      const [red, , blue] = drawing.getImageData(x, y, 1, 1).data;
      return blue! > red!;
    };
    return [at(1, canvas.height - 2), at(canvas.width - 2, 1)];
  });

async function seen(page: Page, act: (selector: string) => Promise<void>): Promise<void> {
  await page.locator('[data-figure="see"]').waitFor();
  expect(await page.locator(".over [data-thumbnail]").count()).toBe(9);
  await act('[data-node="1.1"]');
  expect(await aboveOf(page, "1.1")).toBeCloseTo(part(0.3, 0.4, 0.2), 2);
  expect(await corners(page)).toEqual([false, true]);
  await act("[data-bold]");
  await expect.poll(() => aboveOf(page, "1.1")).toBeCloseTo(part(-2.5, -2.5, 2.5), 2);
  await expect.poll(() => corners(page)).toEqual([true, false]);
}

feature(19, "what each neuron sees", "forward", {
  mouse: async ({ page }) => {
    const act = async (selector: string): Promise<void> => {
      await page.locator("#tab-see").click();
      await page.locator(selector).click();
    };
    await page.locator("#tab-see").click();
    await seen(page, act);
  },
  keyboard: async ({ page }) => {
    await page.locator("#tab-step").focus();
    await page.keyboard.press("ArrowRight");
    await seen(page, async (selector) => {
      await page.locator(selector).focus();
      await page.keyboard.press("Enter");
    });
  },
});

const litOf = (page: Page): Promise<(string | null)[]> =>
  page
    .locator('[data-figure="path"] [data-edge]:not(.faded)')
    .evaluateAll((edges) => edges.map((edge) => edge.getAttribute("data-edge")));
const marked = (page: Page): Promise<string[]> => page.locator("[data-marked] code").allInnerTexts();

async function traced(page: Page, act: (selector: string) => Promise<void>): Promise<void> {
  const [, z1, , z2] = forward();
  // From y1 the largest products lead through the last neurons to the input 1.
  await act('[data-figure="path"] [data-node="3.0"]');
  await expect.poll(async () => (await litOf(page)).sort()).toEqual(["0.0.2", "1.2.1", "2.1.0"]);
  const products = async (card: number): Promise<number[]> =>
    (await page.locator(`[data-figure="trace"] [data-step="${card}"] [data-product]`).allInnerTexts()).map(
      read,
    );
  close(await products(0), [z2![0]! * 0.1, z2![1]! * 0.2], 6e-5);
  close(
    await products(1),
    z1!.map((z, i) => z * W[1]![i]![1]!),
    6e-5,
  );
  close(await products(2), [1 * 0.5, 0.5 * 0.6], 6e-5);
  expect((await marked(page)).map((line) => line.slice(0, 8))).toEqual(["const A3", "const Y "]);
  await act('[data-card="2"]');
  expect((await marked(page)).map((line) => line.slice(0, 8))).toEqual(["const A1", "const Z1"]);
  await act('[data-card="3"]');
  expect(await marked(page)).toEqual(["const X = array([1, 0.5]);"]);
  // Another number of a card is followed instead.
  await act('[data-step="1"] [data-follow="1.0"]');
  await expect.poll(() => litOf(page)).toEqual(["0.0.0"]);
}

feature(43, "where from? Any number is followed back to weight, input and line", "forward", {
  mouse: async ({ page }) => {
    await page.locator("#tab-trace").click();
    await traced(page, async (selector) => {
      await page.locator(selector).click();
    });
  },
  keyboard: async ({ page }) => {
    await page.locator("#tab-step").focus();
    await page.keyboard.press("ArrowLeft");
    await traced(page, async (selector) => {
      await page.locator(selector).focus();
      await page.keyboard.press("Enter");
    });
  },
});
