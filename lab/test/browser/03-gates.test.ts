import type { Page } from "playwright-core";
import { expect } from "vitest";
import { cellsOf, feature, press, useLab } from "./harness.js";

useLab();

const plane = async (page: Page): Promise<void> => {
  await page.locator("#tab-plane").click();
  await page.locator('[data-figure="plane"]').waitFor();
};
const number = async (page: Page, name: string): Promise<number> =>
  Number(await page.locator(`[data-number="${name}"]`).inputValue());
const slotOf = (page: Page, name: string): Promise<string> =>
  page.locator(`[data-slot="${name}"]`).inputValue();

/** Where the line is drawn, as two points of the drawing. */
async function lineOf(page: Page): Promise<number[]> {
  const d = (await page.locator("[data-line]").getAttribute("d"))!;
  return d.match(/-?[\d.]+/g)!.map(Number);
}
/** The drawing is 420 wide with a margin of 8, and shows -0.75 to 1.75. */
const toPlane = ([px, py]: [number, number]): [number, number] => [
  -0.75 + ((px - 8) * 2.5) / 404,
  -0.75 + ((412 - py) * 2.5) / 404,
];

/** Table, code and drawn line agree with the numbers on the sliders. */
async function agrees(page: Page): Promise<void> {
  const [w1, w2, theta] = [await number(page, "w1"), await number(page, "w2"), await number(page, "theta")];
  const truth = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ].map(([x1, x2]) => (w1 * x1! + w2 * x2! > theta ? "1" : "0"));
  expect(await cellsOf(page, "y")).toEqual(truth);
  expect(Number(await slotOf(page, "w1"))).toBeCloseTo(w1, 4);
  expect(Number(await slotOf(page, "theta"))).toBeCloseTo(theta, 4);
  const [x1, y1, x2, y2] = await lineOf(page);
  for (const point of [toPlane([x1!, y1!]), toPlane([x2!, y2!])])
    expect(w1 * point[0] + w2 * point[1]).toBeCloseTo(theta, 1);
}

feature(3, "drag the boundary line: weights, threshold, table and code follow", "gates", {
  mouse: async ({ page }) => {
    await plane(page);
    const handle = page.locator('[data-handle="move"]');
    await handle.scrollIntoViewIfNeeded();
    const svg = (await page.locator('[data-figure="plane"]').boundingBox())!;
    const box = (await handle.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    // The point (0.75, 0.75) of the plane: a line through it has w1 + w2 = theta / 0.75.
    const scale = svg.width / 420;
    const at = (value: number): number => 8 + ((value + 0.75) * 404) / 2.5;
    await page.mouse.move(svg.x + at(0.75) * scale, svg.y + (420 - at(0.75)) * scale, { steps: 6 });
    await page.mouse.up();
    expect(await number(page, "theta")).toBeCloseTo(0.75, 1);
    await agrees(page);
    expect(await cellsOf(page, "y")).toEqual(["0", "0", "0", "1"]);
    const turn = (await page.locator('[data-handle="turn"]').boundingBox())!;
    await page.mouse.move(turn.x + turn.width / 2, turn.y + turn.height / 2);
    await page.mouse.down();
    await page.mouse.move(turn.x + turn.width / 2 + 40, turn.y + turn.height / 2 + 10, { steps: 5 });
    await page.mouse.up();
    expect(await number(page, "w1")).not.toBeCloseTo(0.5, 2);
    await agrees(page);
  },
  keyboard: async ({ page }) => {
    await plane(page);
    await press(page, '[data-handle="move"]', 8);
    expect(await number(page, "theta")).toBeCloseTo(0.6, 5);
    await agrees(page);
    await press(page, '[data-handle="turn"]', 3);
    const [w1, w2] = [await number(page, "w1"), await number(page, "w2")];
    expect(Math.atan2(w2, w1) * (180 / Math.PI)).toBeCloseTo(45 + 15, 0);
    await agrees(page);
    await page.locator('[data-slot="theta"]').fill("-0.4");
    await expect.poll(() => number(page, "theta")).toBe(-0.4);
    await agrees(page);
  },
});

feature(4, "the grey half-plane is where the output is 0, live", "gates", {
  mouse: async ({ page }) => {
    await plane(page);
    // Grey covers a case's place exactly when its output is 0.
    const covered = (): Promise<string[]> =>
      page.evaluate(() => {
        const svg = document.querySelector<SVGSVGElement>('[data-figure="plane"]')!;
        const grey = svg.querySelector<SVGPathElement>("[data-grey]");
        return [...svg.querySelectorAll<SVGGElement>("[data-case]")].map((mark) => {
          const point = svg.createSVGPoint();
          const { e, f } = mark.transform.baseVal.consolidate()!.matrix;
          point.x = e;
          point.y = f;
          return grey?.isPointInFill(point) ? "0" : "1";
        });
      });
    expect(await covered()).toEqual(["0", "1", "1", "1"]);
    await page.locator('[data-number="theta"]').fill("0.7");
    await page.keyboard.press("Enter");
    await expect.poll(covered).toEqual(["0", "0", "0", "1"]);
    expect(await cellsOf(page, "y")).toEqual(["0", "0", "0", "1"]);
    for (const [name, value] of [
      ["w1", "-0.5"],
      ["w2", "-0.5"],
      ["theta", "-0.7"],
    ] as const) {
      await page.locator(`[data-number="${name}"]`).fill(value);
      await page.keyboard.press("Enter");
    }
    await expect.poll(covered).toEqual(["1", "1", "1", "0"]);
    expect(await cellsOf(page, "y")).toEqual(["1", "1", "1", "0"]);
  },
  keyboard: async ({ page }) => {
    await plane(page);
    const path = (): Promise<string | null> => page.locator("[data-grey]").getAttribute("d");
    const before = await path();
    await press(page, '[data-slider="theta"]', 4);
    await expect.poll(path).not.toBe(before);
    await page.locator('[data-number="w1"]').fill("-1");
    await page.keyboard.press("Enter");
    // -x1 + 0.5 x2 > 0.6 holds nowhere among the cases.
    await expect.poll(() => cellsOf(page, "y")).toEqual(["0", "0", "0", "0"]);
  },
});

feature(37, "an exercise asks first, then checks by itself", "gates", {
  mouse: async ({ page }) => {
    const exercise = page.locator('[data-exercise="predict-gate"]');
    await exercise.scrollIntoViewIfNeeded();
    await page.locator('[data-guess="0"]').click();
    await page.locator("[data-check]").click();
    // The neuron says 1, 1, 0, 0; the guess was 1, 0, 0, 0.
    expect(await exercise.getAttribute("data-right")).toBe("3");
    expect(await page.locator("[data-truth]").allInnerTexts()).toEqual(["✓ 1", "✗ 1", "✓ 0", "✓ 0"]);
    await page.locator('[data-guess="1"]').click();
    expect(await page.locator("[data-truth]").count()).toBe(0);
    await page.locator("[data-check]").click();
    expect(await exercise.getAttribute("data-right")).toBe("4");
  },
  keyboard: async ({ page }) => {
    await page.locator('[data-guess="0"]').focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.locator("[data-check]").focus();
    await page.keyboard.press("Enter");
    expect(await page.locator('[data-exercise="predict-gate"]').getAttribute("data-right")).toBe("4");
  },
});
