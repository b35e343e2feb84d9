import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, useLab } from "./harness.js";

useLab();

interface Point {
  readonly x: number;
  readonly y: number;
}
const pointsOf = (page: Page): Promise<Point[]> =>
  page
    .locator('[data-figure="fit"] [data-x]')
    .evaluateAll((dots) =>
      dots.map((dot) => ({ x: Number(dot.getAttribute("data-x")), y: Number(dot.getAttribute("data-y")) })),
    );

const lossOf = (points: Point[], w: number, b: number): number =>
  points.reduce((all, { x, y }) => all + (w * x + b - y) ** 2, 0) / points.length;

/** One step of gradient descent, in plain arithmetic. */
function stepFrom(points: Point[], [w, b]: readonly [number, number], rate: number): [number, number] {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((all, point) => all + of(point), 0) / points.length;
  const error = ({ x, y }: Point): number => w * x + b - y;
  return [w - rate * mean((p) => 2 * error(p) * p.x), b - rate * mean((p) => 2 * error(p))];
}

const walked = (page: Page): Promise<[number, number][]> =>
  page
    .locator("[data-step-at]")
    .evaluateAll((steps) =>
      steps.map((step) => [Number(step.getAttribute("data-w")), Number(step.getAttribute("data-b"))]),
    );

async function follows(page: Page, points: Point[], rates: readonly number[]): Promise<void> {
  await expect.poll(() => page.locator("[data-step-at]").count()).toBe(rates.length + 1);
  const path = await walked(page);
  let at = path[0]!;
  for (const [i, rate] of rates.entries()) {
    at = stepFrom(points, at, rate);
    expect(path[i + 1]![0]).toBeCloseTo(at[0], 6);
    expect(path[i + 1]![1]).toBeCloseTo(at[1], 6);
  }
  const loss = Number(await page.locator("[data-map-loss]").getAttribute("data-map-loss"));
  expect(loss).toBeCloseTo(lossOf(points, ...at), 6);
}

/** The rate as the page says it. */
const rateOf = async (page: Page): Promise<number> =>
  Number((await page.locator('[data-slider="rate"]').getAttribute("aria-valuetext"))!);

feature(23, "the surface of the loss, and the path of gradient descent on it", "learning", {
  mouse: async ({ page }) => {
    const points = await pointsOf(page);
    expect(points.length).toBe(8);
    expect(Number(await page.locator("[data-loss]").getAttribute("data-loss"))).toBeCloseTo(
      lossOf(points, -1, 1),
      9,
    );
    await page.locator("#tab-map").click();
    await page.locator("[data-ten]").click();
    await page.locator("[data-one]").click();
    await follows(page, points, new Array(11).fill(0.1));
    // Another start: the path begins anew there.
    const paper = page.locator('[data-figure="map"] [data-keys]');
    await paper.scrollIntoViewIfNeeded();
    const box = (await paper.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.75, box.y + box.height * 0.25);
    await expect.poll(() => page.locator("[data-step-at]").count()).toBe(1);
    const [start] = await walked(page);
    expect(start![0]).toBeCloseTo(1.5, 1);
    expect(start![1]).toBeCloseTo(1.5, 1);
    await page.locator("[data-ten]").click();
    await follows(page, points, new Array(10).fill(0.1));
    // A link holds start, steps and rates: the same path again.
    const path = await walked(page);
    await page.waitForTimeout(800);
    await page.reload();
    await page.waitForSelector("[data-ready]");
    await page.locator("#tab-map").click();
    expect(await walked(page)).toEqual(path);
  },
  keyboard: async ({ page }) => {
    const points = await pointsOf(page);
    await page.locator('[data-slider="w"]').focus();
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(async () => Number(await page.locator("[data-loss]").getAttribute("data-loss")))
      .toBeCloseTo(lossOf(points, -0.95, 1), 9);
    await page.locator("#tab-hand").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator('[data-handle="start"]').focus();
    for (const key of ["Shift+ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
    expect(await walked(page)).toEqual([[-1.5, 1.9]]);
    await page.locator("[data-ten]").focus();
    await page.keyboard.press("Enter");
    await follows(page, points, new Array(10).fill(0.1));
    // The step function has no slope: not one step.
    await page.locator("[data-problem]").selectOption("step");
    await page.locator("[data-one]").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("[data-verdict]").getAttribute("data-verdict")).toBe("flat");
    const [first, second] = await walked(page);
    expect(second).toEqual(first);
  },
});

feature(25, "the learning rate is changed in the middle of a run", "learning", {
  mouse: async ({ page }) => {
    const points = await pointsOf(page);
    await page.locator("#tab-map").click();
    await page.locator("[data-one]").click();
    await page.locator("[data-one]").click();
    const slider = page.locator('[data-slider="rate"]');
    await slider.scrollIntoViewIfNeeded();
    const box = (await slider.boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
    const rate = await rateOf(page);
    expect(rate).toBeGreaterThan(0.15);
    await page.locator("[data-one]").click();
    await follows(page, points, [0.1, 0.1, rate]);
    // Running too fast it diverges, stops by itself and says so.
    await page.mouse.click(box.x + box.width * 0.9, box.y + box.height / 2);
    await page.locator("[data-run]").click();
    await expect
      .poll(() => page.locator("[data-verdict]").getAttribute("data-verdict"), { timeout: 15_000 })
      .toBe("lost");
    await expect.poll(() => page.locator("[data-pause]").count()).toBe(0);
  },
  keyboard: async ({ page }) => {
    const points = await pointsOf(page);
    await page.locator("#tab-hand").focus();
    await page.keyboard.press("ArrowRight");
    await page.locator("[data-run]").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("[data-step-at]").count(), { timeout: 10_000 }).toBeGreaterThan(3);
    // While it runs.
    await page.locator('[data-slider="rate"]').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowRight");
    const rate = await rateOf(page);
    const before = await page.locator("[data-step-at]").count();
    await expect.poll(() => page.locator("[data-step-at]").count()).toBeGreaterThan(before + 2);
    await page.locator("[data-pause]").focus();
    await page.keyboard.press("Enter");
    const path = await walked(page);
    const last = stepFrom(points, path.at(-2)!, rate);
    expect(path.at(-1)![0]).toBeCloseTo(last[0], 6);
    const first = stepFrom(points, path[0]!, 0.1);
    expect(path[1]![1]).toBeCloseTo(first[1], 6);
  },
});
