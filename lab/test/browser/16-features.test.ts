import type { Page } from "playwright-core";
import { expect } from "vitest";
import { feature, labTest, useLab, visit } from "./harness.js";

useLab();

type Way = "mouse" | "keyboard";

/** Presses a button in this way. */
async function press(page: Page, way: Way, selector: string): Promise<void> {
  const button = page.locator(selector).first();
  if (way === "mouse") return button.click();
  await button.focus();
  await page.keyboard.press("Enter");
}

async function train(page: Page, way: Way): Promise<void> {
  await press(page, way, "[data-train]");
  await expect.poll(() => page.locator("[data-training]").count(), { timeout: 90_000 }).toBe(0);
}

/** The first test digit that the button brings is a 2. */
async function two(page: Page, way: Way): Promise<void> {
  await press(page, way, "[data-next]");
  await expect.poll(() => figure(page, "maps", "data-seen"), { timeout: 20_000 }).toBe("2");
}

const figure = (page: Page, name: string, attribute: string): Promise<string | null> =>
  page.locator(`[data-figure="${name}"]`).getAttribute(attribute);
const number = async (page: Page, name: string, attribute: string): Promise<number> =>
  Number(await figure(page, name, attribute));

/** How much of each small picture of a layer is not paper. */
const inked = (page: Page, layer: string): Promise<number[]> =>
  page.locator(`[data-layer="${layer}"] canvas`).evaluateAll((all) =>
    all.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
      let other = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i]! + data[i + 1]! + data[i + 2]! < 740) other++;
      return other / (width * height);
    }),
  );
/** The pictures themselves, to see which change. */
const pictures = (page: Page, layer: string): Promise<string[]> =>
  page
    .locator(`[data-layer="${layer}"] canvas`)
    .evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
const changed = (a: readonly string[], b: readonly string[]): number[] =>
  a.flatMap((one, i) => (one === b[i] ? [] : [i]));
const shares = (page: Page, attribute: string): Promise<number[]> =>
  page
    .locator(`[${attribute}]`)
    .evaluateAll((all, name) => all.map((e) => Number(e.getAttribute(name))), attribute);

const SHAPES: Readonly<Record<string, readonly [maps: number, side: number]>> = {
  conv1: [16, 28],
  relu1: [16, 28],
  pool1: [16, 14],
  conv2: [32, 14],
  relu2: [32, 14],
  pool2: [32, 7],
  linear: [10, 1],
};

async function showsMaps(page: Page, way: Way): Promise<void> {
  await train(page, way);
  await two(page, way);
  for (const [layer, [maps, side]] of Object.entries(SHAPES)) {
    const sides = await page
      .locator(`[data-layer="${layer}"] canvas`)
      .evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).width));
    expect(sides, layer).toEqual(new Array(maps).fill(side));
  }
  // A ReLU leaves less than it was given, and something of it.
  const before = (await inked(page, "conv2")).reduce((a, b) => a + b);
  const after = (await inked(page, "relu2")).reduce((a, b) => a + b);
  expect(after).toBeGreaterThan(0.5);
  expect(after).toBeLessThan(before);
  const all = await shares(page, "data-share");
  expect(all.reduce((a, b) => a + b)).toBeCloseTo(1, 4);
  expect(all.indexOf(Math.max(...all))).toBe(2);
}

feature(28, "the feature maps of every layer", "features", {
  mouse: async ({ page }) => {
    await showsMaps(page, "mouse");
    await page.locator('[data-layer="conv2"] [data-channel="7"]').click();
    expect(
      await page.locator('[data-layer="conv2"] [aria-checked="true"]').getAttribute("data-channel"),
    ).toBe("7");
    expect(await page.locator('[aria-checked="true"][data-channel]').count()).toBe(1);
  },
  keyboard: async ({ page }) => {
    await showsMaps(page, "keyboard");
    await page.locator('[data-layer="conv2"] [tabindex="0"]').focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    expect(
      await page.locator('[data-layer="conv2"] [aria-checked="true"]').getAttribute("data-channel"),
    ).toBe("1");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-channel"))).toBe("1");
  },
});

/** Another kernel changes its own map, and all that is after it. */
async function paints(page: Page, way: Way, paint: () => Promise<void>): Promise<void> {
  await train(page, way);
  await two(page, way);
  await page.locator('[data-grid="kernel"] [data-cell="8"]').waitFor();
  const layers = ["conv1", "pool1", "conv2", "linear"];
  const before = await Promise.all(layers.map((layer) => pictures(page, layer)));
  const learned = await shares(page, "data-share");
  await paint();
  await expect.poll(() => page.locator("[data-before]").count(), { timeout: 20_000 }).toBe(10);
  await expect
    .poll(async () => changed(before[2]!, await pictures(page, "conv2")).length)
    .toBeGreaterThan(16);
  const after = await Promise.all(layers.map((layer) => pictures(page, layer)));
  // The colours of a layer are shares of its largest value, which the painted map may hold.
  expect(changed(before[0]!, after[0]!)).toContain(0);
  expect(changed(before[1]!, after[1]!)).toContain(0);
  expect(changed(before[3]!, after[3]!).length).toBeGreaterThan(5);
  const told = await shares(page, "data-before");
  expect(told).toEqual(learned.map((share) => expect.closeTo(share, 5)));
  expect(await shares(page, "data-share")).not.toEqual(learned);
  await press(page, way, "[data-learned]");
  await expect.poll(async () => changed(before[2]!, await pictures(page, "conv2"))).toEqual([]);
  expect(await page.locator("[data-before]").count()).toBe(0);
}

feature(30, "a painted kernel, and the later layers with it", "features", {
  mouse: ({ page }) =>
    paints(page, "mouse", async () => {
      await page.locator('[data-grid="kernel"]').scrollIntoViewIfNeeded();
      await page.locator('[data-brush="-1"]').first().check();
      const box = async (cell: number) =>
        (await page.locator(`[data-grid="kernel"] [data-cell="${cell}"]`).boundingBox())!;
      const [from, to] = [await box(0), await box(2)];
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
      await page.mouse.up();
      const row = await page
        .locator('[data-grid="kernel"] [data-value="-1"]')
        .evaluateAll((all) => all.map((cell) => cell.getAttribute("data-cell")));
      expect(row).toEqual(["0", "1", "2"]);
    }),
  keyboard: ({ page }) =>
    paints(page, "keyboard", async () => {
      await page.locator('[data-grid="kernel"] [data-cell="0"]').focus();
      for (const key of ["ArrowDown", "ArrowRight", "Space", "+", "+", "-", "ArrowDown", "Backspace"])
        await page.keyboard.press(key);
      const value = (cell: number): Promise<string | null> =>
        page.locator(`[data-grid="kernel"] [data-cell="${cell}"]`).getAttribute("data-value");
      expect([await value(4), await value(7)]).toEqual(["1.25", "0"]);
    }),
});

const slid = (page: Page): Promise<number[]> =>
  page
    .locator('[data-matrix="slid"] [data-cell]')
    .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
const lit = async (page: Page): Promise<string | null> => figure(page, "slide", "data-lit");

async function set(page: Page, way: Way, name: string, value: number, least: number): Promise<void> {
  const slider = page.locator(`[data-slider="${name}"]`);
  if (way === "mouse") return slider.fill(String(value));
  await slider.focus();
  await page.keyboard.press("Home");
  for (let i = least; i < value; i++) await page.keyboard.press("ArrowRight");
}

/** A 7 with the kernel of upright edges: what loops over the padded picture give. */
async function slides(page: Page, way: Way): Promise<void> {
  await page.locator("#tab-slide").click();
  expect(await slid(page)).toEqual([
    1, 0, 0, 1, -1, 1, 0, 1, 1, -2, 0, 1, 1, 0, -1, 0, 2, 1, -2, -1, 0, 2, 0, -2, 0,
  ]);
  await set(page, way, "stride", 2, 1);
  await set(page, way, "padding", 1, 0);
  expect(await slid(page)).toEqual([1, 0, 0, -1, 1, 0, 1, -2, 0, 2, -2, 0, 0, 1, -1, 0]);
  await set(page, way, "stride", 1, 1);
  await set(page, way, "dilation", 2, 1);
  expect(await slid(page)).toEqual([
    1, 2, 0, -1, -1, 1, 0, 1, 0, -1, 2, 2, 0, -1, -2, 1, 0, 1, 0, -1, 1, 1, 0, 0, -1,
  ]);
  await set(page, way, "taps", 4, 1);
  await set(page, way, "dilation", 3, 1);
  await page.locator("[data-refused]").waitFor();
  expect(await page.locator("[data-refused] .number").innerText()).toMatch(/^\w*Error: .*conv2d/);
  await set(page, way, "taps", 3, 1);
  await set(page, way, "dilation", 1, 1);
  await set(page, way, "padding", 0, 0);
  expect(await slid(page)).toHaveLength(25);
}

feature(31, "padding, stride and dilation", "features", {
  mouse: async ({ page }) => {
    await slides(page, "mouse");
    await page.locator('[data-matrix="slid"] [data-cell="1,3"]').click();
    expect(await lit(page)).toBe("10,11,12,17,18,19,24,25,26");
    expect(await figure(page, "slide", "data-figure")).toBe("slide");
    expect(await page.locator("[data-sum]").innerText()).toMatch(/= 1$/);
    // A pixel more, and the sum is another.
    await page.locator('[data-grid="picture"] [data-cell="26"]').click();
    expect(await page.locator("[data-sum]").getAttribute("data-sum")).toBe("2");
    await page.locator('[data-grid="weights"] [data-cell="0"]').click();
    expect(await page.locator('[data-grid="weights"] [data-cell="0"]').getAttribute("data-value")).toBe("1");
  },
  keyboard: async ({ page }) => {
    await slides(page, "keyboard");
    await page.locator('[data-matrix="slid"] [tabindex="0"]').focus();
    for (const key of ["ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    expect(await lit(page)).toBe("10,11,12,17,18,19,24,25,26");
    await page.locator('[data-grid="picture"] [tabindex="0"]').focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Space"]) await page.keyboard.press(key);
    expect(await page.locator('[data-grid="picture"] [data-cell="21"]').getAttribute("data-value")).toBe("1");
    await page.locator('[data-grid="weights"] [tabindex="0"]').focus();
    for (const key of ["+", "+", "+"]) await page.keyboard.press(key);
    expect(await page.locator('[data-grid="weights"] [data-cell="0"]').getAttribute("data-value")).toBe(
      "0.5",
    );
  },
});

async function excites(page: Page, way: Way): Promise<void> {
  await train(page, way);
  await page.locator("#tab-excite").click();
  await press(page, way, "[data-excite]");
  await expect.poll(() => number(page, "excite", "data-step"), { timeout: 30_000 }).toBe(120);
  const [first, value] = [
    await number(page, "excite", "data-first"),
    await number(page, "excite", "data-value"),
  ];
  expect(value).toBeGreaterThan(first + 10);
  await expect.poll(() => page.locator("[data-excited]").count(), { timeout: 30_000 }).toBe(9);
  // The score of 3 is largest for threes, and none of them reaches the image that was made for it.
  const labels = await page
    .locator("[data-excited]")
    .evaluateAll((all) => all.map((e) => e.getAttribute("data-label")));
  expect(labels.filter((label) => label === "3").length).toBeGreaterThanOrEqual(8);
  const values = await page
    .locator("[data-excited]")
    .evaluateAll((all) => all.map((e) => Number(e.getAttribute("data-excited"))));
  expect(values).toEqual([...values].sort((a, b) => b - a));
  expect(values[0]).toBeLessThan(value);
  // Another filter is asked at once.
  await press(page, way, '[data-figure="excite"] ~ [data-next], .filter [data-next]');
  await expect.poll(() => number(page, "excite", "data-step"), { timeout: 30_000 }).toBeLessThan(120);
  await expect.poll(() => number(page, "excite", "data-step"), { timeout: 30_000 }).toBe(120);
  expect(await page.locator("[data-filter]").getAttribute("data-filter")).toBe("4");
  await page.locator("[data-wish-layer]").selectOption("relu2");
  if (way === "mouse") await page.locator("[data-one]").check();
  else {
    await page.locator("[data-one]").focus();
    await page.keyboard.press("Space");
  }
  await expect.poll(() => page.locator("[data-excited] span").count(), { timeout: 30_000 }).toBe(9);
  await expect.poll(() => number(page, "excite", "data-step"), { timeout: 30_000 }).toBe(120);
  expect(await number(page, "excite", "data-value")).toBeGreaterThan(
    await number(page, "excite", "data-first"),
  );
}

feature(44, "images made for a filter, and the digits that excite it most", "features", {
  mouse: ({ page }) => excites(page, "mouse"),
  keyboard: ({ page }) => excites(page, "keyboard"),
});

async function draw(page: Page, way: Way, layer: string, method: string): Promise<number> {
  await page.locator("[data-map-layer]").selectOption(layer);
  const choice = page.locator(`[data-method="${method}"]`);
  if (way === "mouse") await choice.check();
  else {
    await choice.focus();
    await page.keyboard.press("Space");
  }
  await press(page, way, "[data-map]");
  await expect
    .poll(() => page.locator(`[data-kept="${layer} ${method}"]`).count(), { timeout: 60_000 })
    .toBe(1);
  await expect.poll(() => figure(page, "space", "data-done"), { timeout: 60_000 }).toBe("true");
  expect(await number(page, "space", "data-points")).toBe(500);
  return number(page, "space", "data-together");
}

async function maps(page: Page, way: Way): Promise<void> {
  await train(page, way);
  await page.locator("#tab-space").click();
  // Of 500 digits of ten kinds, one in ten would have a neighbour of its own kind by chance.
  const pixels = await draw(page, way, "pixels", "pca");
  expect(pixels).toBeGreaterThan(0.25);
  const [near, scores] = [await draw(page, way, "pixels", "umap"), await draw(page, way, "linear", "umap")];
  expect(near).toBeGreaterThan(pixels);
  expect(scores).toBeGreaterThan(near);
  expect(scores).toBeGreaterThan(0.8);
}

const label = (page: Page): Promise<string | null> => page.locator("[data-point]").getAttribute("data-point");

feature(45, "a map of each layer's digits", "features", {
  mouse: async ({ page }) => {
    await maps(page, "mouse");
    const space = page.locator("[data-space] canvas");
    await space.scrollIntoViewIfNeeded();
    const box = (await space.boundingBox())!;
    const seen = new Set<string | null>();
    for (let i = 1; i < 10; i++)
      for (let j = 1; j < 10; j++) {
        await page.mouse.move(box.x + (box.width * i) / 10, box.y + (box.height * j) / 10);
        seen.add(await label(page));
      }
    expect(seen.size).toBeGreaterThan(5);
  },
  keyboard: async ({ page }) => {
    await maps(page, "keyboard");
    await page.locator("[data-space]").focus();
    const seen = new Set<string | null>();
    for (const key of ["ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowUp"]) {
      await page.keyboard.press(key);
      seen.add(await label(page));
    }
    expect(seen.size).toBeGreaterThan(2);
  },
});

labTest("the weights of the network are a file, or it is said that there are none", () =>
  visit("en", 1280, "features", async ({ page }) => {
    const save = async (): Promise<void> => {
      await page.locator("[data-save]").click();
      await page.locator('[data-save-as="safetensors"]').click();
    };
    await save();
    await page.getByText("No network has been trained yet").waitFor();
    await train(page, "mouse");
    const [file] = await Promise.all([page.waitForEvent("download"), save()]);
    const chunks: Buffer[] = [];
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
    const shapes = Object.entries(header).flatMap(([name, value]) =>
      name === "__metadata__" ? [] : [[name, (value as { shape: number[] }).shape]],
    );
    expect(Object.fromEntries(shapes)).toEqual({
      "0.weight": [16, 1, 3, 3],
      "0.bias": [16],
      "3.weight": [32, 16, 3, 3],
      "3.bias": [32],
      "7.weight": [10, 1568],
      "7.bias": [10],
    });
  }),
);
