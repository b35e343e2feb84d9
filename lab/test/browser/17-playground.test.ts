import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { feature, labTest, press, useLab, visit } from "./harness.js";

useLab();

const SLOW = { timeout: 20_000 };
type Row = readonly [x1: number, x2: number, label: number];
/** No line divides these, so nothing is ever learnt to the end. */
const POINTS: readonly Row[] = [
  [1, 1, 0],
  [-1, -0.5, 0],
  [1, -1, 1],
  [-0.5, 1, 1],
];

/** Presses a button by pointer or by Enter. */
type Press = (page: Page, selector: string) => Promise<void>;
const click: Press = (page, selector) => page.locator(selector).first().click();
const enter: Press = async (page, selector) => {
  await page.locator(selector).first().focus();
  await page.keyboard.press("Enter");
};
/** A panel's tab; on a phone what was pressed before may have scrolled another one into view. */
async function tab(page: Page, id: string): Promise<void> {
  await expect
    .poll(async () => {
      await page.locator(`#tab-${id}`).click();
      return page.locator(`#tab-${id}`).getAttribute("aria-selected");
    }, SLOW)
    .toBe("true");
}
const numberOf = async (page: Page, selector: string, name = "data-value"): Promise<number> =>
  Number(await page.locator(selector).first().getAttribute(name));
const stepOf = (page: Page): Promise<number> => numberOf(page, "[data-phase]", "data-step");
const phaseOf = (page: Page): Promise<string | null> =>
  page.locator("[data-phase]").getAttribute("data-phase");
/** Pauses; what was being computed then is still added. */
async function pause(page: Page, act: Press): Promise<void> {
  await act(page, "[data-play]");
  await expect.poll(() => phaseOf(page), SLOW).toBe("paused");
  let last = -1;
  await expect
    .poll(async () => {
      await page.waitForTimeout(250);
      const before = last;
      last = await stepOf(page);
      return last === before;
    }, SLOW)
    .toBe(true);
}
const atStep = (page: Page, step: number): Promise<void> => expect.poll(() => stepOf(page), SLOW).toBe(step);

async function type(page: Page, selector: string, text: string): Promise<void> {
  await page.locator(selector).fill(text);
  await page.locator(selector).press("Tab");
}

/** The four points, a network of one line, and plain descent with all points at once. */
async function oneLine(page: Page, act: Press, points: readonly Row[] = POINTS): Promise<void> {
  await tab(page, "data");
  await act(page, "[data-paste]");
  await page.locator("[data-csv]").fill(points.map((row) => row.join(",")).join("\n"));
  await act(page, "[data-read]");
  await type(page, '[data-number="test"]', "0");
  await tab(page, "net");
  await act(page, '[data-layers="fewer"]');
  await act(page, '[data-layers="fewer"]');
  await page.locator('[data-set="optimizer"]').selectOption("sgd");
  await page.locator('[data-set="batch"]').selectOption("4");
  await act(page, '[data-neuron="1.0"]');
  await page.locator('[data-weight="b"]').waitFor();
}
const weightsOf = (page: Page, name = "data-value"): Promise<number[]> =>
  page
    .locator("[data-weight]")
    .evaluateAll((fields, name) => fields.map((field) => Number(field.getAttribute(name))), name);

/** One neuron by hand: score, loss and gradients (w1, w2, b) of a point. */
function byHand([w1, w2, b]: readonly number[], [x1, x2, label]: Row) {
  const z = w1! * x1 + w2! * x2 + b!;
  const d = 1 / (1 + Math.exp(-z)) - label;
  return {
    right: z > 0 === (label === 1),
    loss: Math.log(1 + Math.exp(label === 1 ? -z : z)),
    gradients: [d * x1, d * x2, d],
  };
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const meanGradients = (weights: readonly number[], points: readonly Row[] = POINTS): number[] =>
  [0, 1, 2].map((k) => mean(points.map((point) => byHand(weights, point).gradients[k]!)));

function near(found: readonly number[], expected: readonly number[], digits = 5): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

/** Blue is above zero and orange below: the signs of some places of a picture, with the values that they should have. */
async function looksLike(
  page: Page,
  canvas: string,
  box: readonly number[],
  value: (x1: number, x2: number) => number,
): Promise<number> {
  const parts = [0.12, 0.31, 0.5, 0.69, 0.88];
  const colours = await page
    .locator(canvas)
    .first()
    .evaluate(
      (element, { box: [x, y, side], parts }) => {
        const picture = element as HTMLCanvasElement;
        const scale = picture.width / picture.getBoundingClientRect().width;
        // A copy, for the page's own canvas is not made to be read.
        const copy = new OffscreenCanvas(picture.width, picture.height);
        const context = copy.getContext("2d", { willReadFrequently: true })!;
        context.drawImage(picture, 0, 0);
        return parts.flatMap((v) =>
          parts.map((u) => {
            const [r, , b] = context.getImageData(
              Math.round((x! + u * side!) * scale),
              Math.round((y! + v * side!) * scale),
              1,
              1,
            ).data;
            return b! - r!;
          }),
        );
      },
      { box, parts },
    );
  let compared = 0;
  for (const [i, v] of parts.entries())
    for (const [j, u] of parts.entries()) {
      const expected = value(4 * u - 2, 2 - 4 * v);
      if (Math.abs(expected) < 0.35) continue;
      compared++;
      expect(Math.sign(colours[5 * i + j]!), `${u} ${v}`).toBe(Math.sign(expected));
    }
  return compared;
}

async function thumbnails(page: Page, choose: () => Promise<void>): Promise<void> {
  await choose();
  await page.locator('[data-card="1.1"]').waitFor();
  const sees = async (): Promise<void> => {
    const [w1, w2, b] = await weightsOf(page);
    const value = (x1: number, x2: number): number => Math.tanh(w1! * x1 + w2! * x2 + b!);
    const side = (await page.locator('[data-field="neuron"]').boundingBox())!.width;
    expect(await looksLike(page, '[data-field="neuron"] canvas', [0, 0, side], value)).toBeGreaterThan(5);
    // And small, in the network itself.
    const place = await page
      .locator('[data-neuron="1.1"]')
      .evaluate((button: HTMLElement) => [button.offsetLeft, button.offsetTop, 30]);
    expect(await looksLike(page, '[data-layer="neurons"]', place, value)).toBeGreaterThan(5);
  };
  await page.waitForTimeout(150);
  await sees();
  // Another weight is another picture, before and after a step.
  await type(page, '[data-weight="w0"]', "-3");
  await expect.poll(() => numberOf(page, '[data-weight="w0"]'), SLOW).toBe(-3);
  await page.waitForTimeout(150);
  await sees();
}

feature(19, "each neuron shows what it sees", "playground", {
  mouse: async ({ page }) => {
    await thumbnails(page, () => click(page, '[data-neuron="1.1"]'));
    // An edge that is pressed leads to its weight.
    const board = page.locator('[data-figure="network"]');
    await click(page, "[data-card] .close");
    const [from, to] = await Promise.all(
      ['[data-neuron="1.0"]', '[data-neuron="2.0"]'].map((button) =>
        board
          .locator(button)
          .evaluate((element: HTMLElement) => [element.offsetLeft + 15, element.offsetTop + 15] as const),
      ),
    );
    await board
      .locator(`[data-layer="edges"]`)
      .click({ position: { x: (from![0] + to![0]) / 2, y: (from![1] + to![1]) / 2 } });
    await expect
      .poll(
        () => page.locator('[data-weight="w0"]').evaluate((field) => field === document.activeElement),
        SLOW,
      )
      .toBe(true);
    expect(await page.locator("[data-card]").getAttribute("data-card")).toBe("2.0");
  },
  keyboard: async ({ page }) => {
    await thumbnails(page, async () => {
      await page.locator('[data-neuron="1.0"]').focus();
      for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    });
    expect(await page.locator('[data-neuron][tabindex="0"]').count()).toBe(1);
  },
});

const playing =
  (act: Press) =>
  async ({ page }: { page: Page }) => {
    await act(page, '[data-neuron="1.0"]');
    await page.locator('[data-weight="b"]').waitFor();
    const before = await weightsOf(page);
    expect(await stepOf(page)).toBe(0);
    await act(page, "[data-play]");
    await expect.poll(() => stepOf(page), SLOW).toBeGreaterThan(3);
    expect(await phaseOf(page)).toBe("playing");
    await pause(page, act);
    const [step, trained] = [await stepOf(page), await weightsOf(page)];
    await page.waitForTimeout(200);
    expect(await stepOf(page)).toBe(step);
    expect(trained).not.toEqual(before);
    await act(page, "[data-restart]");
    await atStep(page, 0);
    await expect.poll(() => weightsOf(page), SLOW).toEqual(before);
    // The same seed: as many updates, the same weights.
    const twice: number[][] = [];
    for (let i = 0; i < 2; i++) {
      for (let k = 1; k <= 3; k++) {
        await act(page, '[data-one="update"]');
        await atStep(page, k);
      }
      twice.push(await weightsOf(page));
      await act(page, "[data-restart]");
      await atStep(page, 0);
    }
    expect(twice[1]).toEqual(twice[0]);
  };
feature(20, "play, pause and start over", "playground", { mouse: playing(click), keyboard: playing(enter) });

const stepping =
  (act: Press) =>
  async ({ page }: { page: Page }) => {
    await oneLine(page, act);
    const before = await weightsOf(page);
    // Sample by sample: the gradients are the mean of those shown so far, and the fourth one is the update.
    const shown: Row[] = [];
    for (let k = 1; k <= 4; k++) {
      const last = await page.locator("[data-status]").innerText();
      await act(page, '[data-one="sample"]');
      await expect.poll(() => page.locator("[data-status]").innerText(), SLOW).not.toBe(last);
      shown.push(POINTS[await numberOf(page, "[data-sample]", "data-sample")]!);
      if (k < 4) near(await weightsOf(page, "data-gradient"), meanGradients(before, shown));
      expect(await stepOf(page)).toBe(k === 4 ? 1 : 0);
    }
    expect(new Set(shown).size).toBe(4);
    const once = before.map((weight, k) => weight - 0.03 * meanGradients(before)[k]!);
    near(await weightsOf(page), once);
    await act(page, '[data-one="update"]');
    await atStep(page, 2);
    near(
      await weightsOf(page),
      once.map((weight, k) => weight - 0.03 * meanGradients(once)[k]!),
    );
    // Two batches of two are an epoch; the one that was begun is ended first.
    await page.locator('[data-set="batch"]').selectOption("2");
    await atStep(page, 0);
    await act(page, '[data-one="update"]');
    await atStep(page, 1);
    await act(page, '[data-one="epoch"]');
    await atStep(page, 2);
    await act(page, '[data-one="epoch"]');
    await atStep(page, 4);
  };
feature(21, "one sample, one update, one epoch", "playground", {
  mouse: stepping(click),
  keyboard: stepping(enter),
});

const scoring =
  (act: Press) =>
  async ({ page }: { page: Page }) => {
    const points: Row[] = [...POINTS, [0.5, 0.25, 0], [-1.5, 1.5, 1], [1.25, 0.5, 0], [-0.25, -1.75, 1]];
    await oneLine(page, act, points);
    await tab(page, "data");
    await type(page, '[data-number="test"]', "0.5");
    await tab(page, "net");
    await act(page, '[data-one="epoch"]');
    await atStep(page, 1);
    const weights = await weightsOf(page);
    const of = (name: string): Promise<number> => numberOf(page, `[data-score="${name}"]`);
    // Four to train with and four to test with: together they are all.
    const all = points.map((point) => byHand(weights, point));
    expect(((await of("train-loss")) + (await of("test-loss"))) / 2).toBeCloseTo(
      mean(all.map(({ loss }) => loss)),
      5,
    );
    expect(((await of("train-accuracy")) + (await of("test-accuracy"))) / 2).toBeCloseTo(
      mean(all.map(({ right }) => (right ? 1 : 0))),
      5,
    );
    // They move while it trains, and so do the curves.
    const [before, label] = [
      await of("train-loss"),
      await page.locator('[data-figure="curves"]').getAttribute("aria-label"),
    ];
    await act(page, "[data-play]");
    await expect.poll(() => of("train-loss"), SLOW).not.toBe(before);
    await expect
      .poll(() => page.locator('[data-figure="curves"]').getAttribute("aria-label"), SLOW)
      .not.toBe(label);
    await expect.poll(() => stepOf(page), SLOW).toBeGreaterThan(5);
    await pause(page, act);
    const ink = (): Promise<string> =>
      page
        .locator('[data-figure="curves"] canvas')
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const losses = await ink();
    await act(page, '[data-chart="accuracy"]');
    await expect.poll(ink, SLOW).not.toBe(losses);
    expect(await page.locator('[data-figure="curves"]').getAttribute("aria-label")).toContain(
      await page.locator('[data-score="test-accuracy"]').innerText(),
    );
  };
feature(22, "loss and accuracy, of training and test", "playground", {
  mouse: scoring(click),
  keyboard: scoring(enter),
});

const gradients =
  (act: Press) =>
  async ({ page }: { page: Page }) => {
    await oneLine(page, act);
    const before = await weightsOf(page);
    await act(page, '[data-one="update"]');
    await atStep(page, 1);
    near(await weightsOf(page, "data-gradient"), meanGradients(before));
    const drawing = (): Promise<string> =>
      page.locator('[data-layer="edges"]').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const weights = await drawing();
    await act(page, '[data-show="gradients"]');
    await expect.poll(drawing, SLOW).not.toBe(weights);
    const [g1, g2] = meanGradients(before);
    expect(await numberOf(page, '[data-gradient-size="1"]')).toBeCloseTo(
      (Math.abs(g1!) + Math.abs(g2!)) / 2,
      5,
    );
    // Through six layers of sigmoids they vanish.
    await act(page, '[data-do="vanishing"]');
    await tab(page, "net");
    await act(page, '[data-one="update"]');
    await atStep(page, 1);
    const sizes = await page
      .locator("[data-gradient-size]")
      .evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("data-value"))));
    expect(sizes.length).toBe(7);
    for (let i = 0; i < 6; i++) expect(sizes[i]).toBeLessThan(sizes[i + 1]!);
    expect(sizes[0]).toBeLessThan(sizes[6]! / 1000);
  };
feature(24, "gradients of each weight and of each layer", "playground", {
  mouse: gradients(click),
  keyboard: gradients(enter),
});

const rates =
  (act: Press, change: (page: Page) => Promise<number>) =>
  async ({ page }: { page: Page }) => {
    await oneLine(page, act);
    await act(page, "[data-play]");
    await expect.poll(() => stepOf(page), SLOW).toBeGreaterThan(2);
    const rate = await change(page);
    const then = await stepOf(page);
    await expect.poll(() => stepOf(page), SLOW).toBeGreaterThan(then);
    expect(await phaseOf(page)).toBe("playing");
    await pause(page, act);
    const [step, before] = [await stepOf(page), await weightsOf(page)];
    await act(page, '[data-one="update"]');
    await atStep(page, step + 1);
    near(
      await weightsOf(page),
      before.map((weight, k) => weight - rate * meanGradients(before)[k]!),
    );
    // The program has it too.
    await expect.poll(() => page.locator("pre").innerText(), SLOW).toContain(`optimizer.lr = ${rate};`);
  };
feature(25, "the rate can be changed in the middle", "playground", {
  mouse: rates(click, async (page) => {
    await type(page, '[data-number="rate"]', "0.7");
    return 0.7;
  }),
  keyboard: rates(enter, async (page) => {
    await press(page, '[data-slider="rate"]', 3);
    expect(await page.locator('[data-number="rate"]').inputValue()).toBe("0.2");
    return 0.2;
  }),
});

async function rowsOf(page: Page): Promise<Row[]> {
  if ((await page.locator("[data-write]").count()) === 0) await click(page, "[data-paste]");
  await click(page, "[data-write]");
  const text = await page.locator("[data-csv]").inputValue();
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number) as unknown as Row);
}
const countsOf = (page: Page): Promise<string[]> => page.locator("[data-count]").allInnerTexts();

async function refusals(page: Page, act: Press): Promise<void> {
  const errors = (): Promise<string[]> => page.locator("[data-errors] li").allInnerTexts();
  await page.locator("[data-csv]").fill("x1,x2,class\n0,0,0\n1,2\n0,x,1\n0,2.5,1\n0,0,7");
  await act(page, "[data-read]");
  await expect
    .poll(async () => (await errors()).map((text) => Number(/\d+/.exec(text)![0])), SLOW)
    .toEqual([3, 4, 5, 6]);
  expect((await errors())[1]).toContain("x");
  // Far too much is refused before it is in the field.
  const before = await page.locator("[data-csv]").inputValue();
  const prevented = await page.locator("[data-csv]").evaluate((field) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", `0,0,0\n${"0,0,1\n".repeat(7000)}`);
    return !field.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }),
    );
  });
  expect(prevented).toBe(true);
  await expect.poll(async () => (await errors()).join(), SLOW).toContain("42006");
  expect(await page.locator("[data-csv]").inputValue()).toBe(before);
  await page.locator("[data-csv]").fill("0.5;0.25;0\n-0.5;-0.25;1\n");
  await act(page, "[data-read]");
  await expect.poll(() => countsOf(page), SLOW).toEqual(["1", "1", "0"]);
  expect(await rowsOf(page)).toEqual([
    [0.5, 0.25, 0],
    [-0.5, -0.25, 1],
  ]);
}

feature(26, "points by click, by brush and by paste", "playground", {
  mouse: async ({ page }) => {
    await tab(page, "data");
    await click(page, "[data-clear]");
    await expect.poll(() => countsOf(page), SLOW).toEqual(["0", "0", "0"]);
    await page.locator("[data-paper]").scrollIntoViewIfNeeded();
    const box = (await page.locator("[data-paper]").boundingBox())!;
    const at = (x1: number, x2: number): [number, number] => [
      box.x + ((x1 + 2) / 4) * box.width,
      box.y + ((2 - x2) / 4) * box.height,
    ];
    await page.locator('[data-brush="2"]').check({ force: true });
    await page.mouse.click(...at(1, 1.5));
    await page.locator('[data-brush="0"]').check({ force: true });
    await page.mouse.move(...at(-1.5, -1));
    await page.mouse.down();
    await page.mouse.move(...at(1.5, -1), { steps: 60 });
    await page.mouse.up();
    const painted = Number((await countsOf(page))[0]);
    expect(painted).toBeGreaterThan(10);
    expect(painted).toBeLessThan(20);
    const rows = await rowsOf(page);
    expect(rows[0]![0]).toBeCloseTo(1, 1);
    expect(rows[0]![1]).toBeCloseTo(1.5, 1);
    expect(rows[0]![2]).toBe(2);
    for (const [, x2, label] of rows.slice(1)) {
      expect(Math.abs(x2 + 1)).toBeLessThan(0.03);
      expect(label).toBe(0);
    }
    await page.locator('[data-brush="3"]').check({ force: true });
    await page.locator("[data-paper]").scrollIntoViewIfNeeded();
    const again = (await page.locator("[data-paper]").boundingBox())!;
    await page.mouse.click(again.x + (3 / 4) * again.width, again.y + (0.5 / 4) * again.height);
    await expect.poll(() => countsOf(page), SLOW).toEqual([String(painted), "0", "0"]);
    await refusals(page, click);
  },
  keyboard: async ({ page }) => {
    await tab(page, "data");
    await enter(page, "[data-clear]");
    await page.locator("[data-cursor]").focus();
    for (const key of ["ArrowRight", "ArrowRight", "1", "Shift+ArrowUp", "2", "ArrowLeft", "Enter"])
      await page.keyboard.press(key);
    for (const key of ["Shift+ArrowDown", "Shift+ArrowDown", "3"]) await page.keyboard.press(key);
    await expect.poll(() => countsOf(page), SLOW).toEqual(["1", "2", "1"]);
    expect(await page.locator("[data-cursor]").getAttribute("aria-valuetext")).toContain(
      "x₁ = 0.1, x₂ = −0.5, ■",
    );
    expect(await rowsOf(page)).toEqual([
      [0.2, 0, 0],
      [0.2, 0.5, 1],
      [0.1, 0.5, 1],
      [0.1, -0.5, 2],
    ]);
    await page.locator("[data-cursor]").focus();
    await page.keyboard.press("Delete");
    await expect.poll(() => countsOf(page), SLOW).toEqual(["1", "2", "0"]);
    await refusals(page, enter);
  },
});

const forking =
  (act: Press, scrub: (page: Page) => Promise<void>) =>
  async ({ page }: { page: Page }) => {
    const losses: number[] = [];
    for (let k = 1; k <= 6; k++) {
      await act(page, '[data-one="update"]');
      await atStep(page, k);
      losses[k] = await numberOf(page, '[data-score="train-loss"]');
    }
    await tab(page, "time");
    await scrub(page);
    await expect.poll(() => numberOf(page, "[data-past]", "data-past"), SLOW).toBe(3);
    expect(await numberOf(page, '[data-scores="A"] [data-score="train-loss"]')).toBe(losses[3]);
    // B leaves at step 3 with another rate.
    await type(page, '[data-number="other.rate"]', "2");
    await act(page, "[data-fork]");
    await expect.poll(() => page.locator("[data-steps]").getAttribute("data-steps"), SLOW).toBe("6 3");
    expect(await page.locator("[data-leader]").getAttribute("data-leader")).toBe("behind");
    expect(await numberOf(page, '[data-scores="B"] [data-score="train-loss"]')).toBe(losses[3]);
    await act(page, "[data-play]");
    await expect
      .poll(async () => {
        const [a, b] = (await page.locator("[data-steps]").getAttribute("data-steps"))!
          .split(" ")
          .map(Number);
        return a === b && a! > 8;
      }, SLOW)
      .toBe(true);
    await pause(page, act);
    const [a, b] = await Promise.all(
      ["A", "B"].map((name) => numberOf(page, `[data-scores="${name}"] [data-score="test-loss"]`)),
    );
    expect(await page.locator("[data-leader]").getAttribute("data-leader")).toBe(a! < b! ? "A" : "B");
    await act(page, "[data-unfork]");
    await expect.poll(() => page.locator("[data-leader]").count(), SLOW).toBe(0);
  };
feature(27, "rewind, fork and race", "playground", {
  mouse: forking(click, async (page) => {
    await page.locator("[data-scrub]").scrollIntoViewIfNeeded();
    const box = (await page.locator("[data-scrub]").boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  }),
  keyboard: forking(enter, async (page) => {
    await page.locator("[data-scrub]").focus();
    for (let i = 5; i >= 3; i--) {
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => numberOf(page, "[data-scrub]", "data-scrub"), SLOW).toBe(i);
    }
  }),
});

describe("links", () => {
  labTest("a training comes back by its link when the reader asks, with what was changed on the way", () =>
    visit("en", 1280, "playground", async ({ page, url }) => {
      const updates = async (from: number, to: number): Promise<void> => {
        for (let k = from; k <= to; k++) {
          await click(page, '[data-one="update"]');
          await atStep(page, k);
        }
      };
      await click(page, '[data-neuron="2.1"]');
      await updates(1, 3);
      await type(page, '[data-number="rate"]', "0.4");
      await updates(4, 5);
      await type(page, '[data-weight="w1"]', "1.5");
      await updates(6, 8);
      const score = (): Promise<string | null> =>
        page.locator('[data-score="test-loss"]').getAttribute("data-value");
      const [loss, weights] = [await score(), await weightsOf(page)];
      await expect.poll(() => page.evaluate(() => location.hash), SLOW).toMatch(/^#s=/);
      await page.waitForTimeout(600);
      const hash = await page.evaluate(() => location.hash);
      await page.goto("about:blank");
      await page.goto(`${url}/en/playground/${hash}`);
      await page.locator('[data-again="8"]').waitFor();
      await page.waitForTimeout(300);
      // Nothing runs by itself.
      expect([await stepOf(page), await phaseOf(page)]).toEqual([0, "ready"]);
      await click(page, "[data-again]");
      await atStep(page, 8);
      await expect.poll(score, SLOW).toBe(loss);
      expect(await weightsOf(page)).toEqual(weights);
    }),
  );
});
