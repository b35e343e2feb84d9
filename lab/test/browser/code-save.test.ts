import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { parseSafetensors } from "../../../src/formats/index.js";
import { feature, labTest, press, useLab, visit } from "./harness.js";

useLab();

/** Saves by the menu, and gives the file's name and bytes. */
async function save(
  page: Page,
  ending: string,
  way: "mouse" | "keyboard",
): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent("download");
  if (way === "mouse") {
    await page.locator("[data-save]").click();
    await page.locator(`[data-save-as="${ending}"]`).click();
  } else {
    await page.locator("[data-save]").focus();
    await page.keyboard.press("Enter");
    await page.locator(`[data-save-as="${ending}"]`).focus();
    await page.keyboard.press("Enter");
  }
  const file = await download;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

async function all(page: Page, way: "mouse" | "keyboard"): Promise<void> {
  await press(page, '[data-slider="theta"]', -3); // 0.4
  const program = await save(page, "ts", way);
  expect(program.name).toBe("maru-perceptron-neuron.ts");
  expect(program.bytes.toString()).toContain("const theta = 0.4;");
  const weights = parseSafetensors((await save(page, "safetensors", way)).bytes);
  expect([...weights.tensors.get("w")!.data]).toEqual([0.5, 0.5]);
  expect([...weights.tensors.get("b")!.data]).toEqual([Math.fround(-0.4)]);
  const svg = (await save(page, "svg", way)).bytes.toString();
  expect(svg).toMatch(/^<svg /);
  expect(/var\(|class=|light-dark|<!--/.exec(svg)?.[0]).toBeUndefined();
  expect(svg).toContain("w₁");
  const [, width] = /width="(\d+)"/.exec(svg)!;
  const png = (await save(page, "png", way)).bytes;
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  // Twice as fine as the drawing.
  expect(png.readUInt32BE(16)).toBe(2 * Number(width));
}

feature(47, "program, weights and figure can be taken home", "perceptron", {
  mouse: ({ page }) => all(page, "mouse"),
  keyboard: ({ page }) => all(page, "keyboard"),
});

labTest("47. the program that was saved runs in Node", () =>
  visit("ko", 1280, "xor", async ({ page }) => {
    await page.locator("#tab-fold").click();
    const { bytes } = await save(page, "ts", "mouse");
    const root = fileURLToPath(new URL("../../..", import.meta.url));
    const file = `${root}lab-saved-${process.pid}.ts`;
    writeFileSync(file, bytes);
    try {
      const said = execFileSync(process.execPath, ["--import", "tsx", file], { cwd: root, encoding: "utf8" });
      // NAND and OR of the four cases, and AND of those.
      expect(said.trim()).toBe("[[1. 0.]\n [1. 1.]\n [1. 1.]\n [0. 1.]]\n[0 1 1 0]");
    } finally {
      rmSync(file);
    }
  }),
);

labTest("47. every gate of a circuit has its numbers in the file", () =>
  visit("en", 1280, "xor", async ({ page }) => {
    const { tensors } = parseSafetensors((await save(page, "safetensors", "mouse")).bytes);
    expect([...tensors.keys()].sort()).toEqual(["s1.b", "s1.w", "s2.b", "s2.w", "s3.b", "s3.w"]);
    expect([...tensors.get("s1.w")!.data]).toEqual([-0.5, -0.5]); // NAND
    expect([...tensors.get("s2.b")!.data]).toEqual([-0.5]); // OR
  }),
);
