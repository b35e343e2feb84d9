/** What the recipes share: options, lines of a training, and pictures side by side. */
import { describe, expect, it } from "vitest";
import { digitPoints, epochLines, gallery, readOptions, tiled } from "../../../examples/recipes/shared.js";
import { arange, array, ones, type Tensor } from "../../../src/index.js";

const defaults = { epochs: 5, batchSize: 100, lr: 0.01, seed: 7, device: "auto" };

describe("readOptions", () => {
  it("puts what was said in the place of defaults", () => {
    expect(readOptions(defaults, [])).toEqual(defaults);
    expect(
      readOptions(defaults, ["--batch-size", "32", "--lr=1e-3", "--seed", "0", "--device", "wasm"]),
    ).toEqual({
      epochs: 5,
      batchSize: 32,
      lr: 0.001,
      seed: 0,
      device: "wasm",
    });
  });

  it.each([
    [
      ["--epoch", "3"],
      /^Unknown option '--epoch'; the options are --epochs, --batch-size, --lr, --seed, --device$/,
    ],
    [["--epochs"], /^Option '--epochs <value>' argument missing; the options are /],
    [["3"], /^Unexpected argument '3'/],
    [["--epochs", "0"], /^--epochs must be a whole number of at least 1, got "0"$/],
    [["--epochs", "2.5"], /^--epochs must be a whole number of at least 1, got "2.5"$/],
    [["--epochs", ""], /^--epochs must be a whole number of at least 1, got ""$/],
    [["--seed=-1"], /^--seed must be a whole number of at least 0, got "-1"$/],
    [["--lr", "0"], /^--lr must be a number above 0, got "0"$/],
    [["--lr", "Infinity"], /^--lr must be a number above 0, got "Infinity"$/],
    [["--batch-size", "many"], /^--batch-size must be a whole number of at least 1, got "many"$/],
  ])("refuses %j in one line", (words, message) => {
    expect(() => readOptions(defaults, words)).toThrow(message);
  });
});

it("prints a line an epoch", () => {
  const lines: unknown[] = [];
  const record = { epoch: 2, loss: 0.25, valAccuracy: 0.98765, seconds: 1.26, samplesPerSecond: 10 };
  void epochLines((line) => lines.push(line)).onEpochEnd?.(record, { epochs: 5 } as never);
  expect(lines).toEqual(["epoch 2/5  loss 0.2500  valAccuracy 0.9877  1.3 s"]);
});

it("lays pictures side by side, and fills up the last row", () => {
  const pictures = arange(12).reshape(3, 1, 2, 2);
  expect(tiled(pictures, 2).toArray()).toEqual([
    [0, 1, 4, 5],
    [2, 3, 6, 7],
    [8, 9, 0, 0],
    [10, 11, 0, 0],
  ]);
});

it("counts the pictures of a gallery from 1, across and down from the top", () => {
  const lines = gallery(ones([6, 1, 4, 4]), 3, "Six")
    .terminal({ columns: 60, color: false })
    .split("\n");
  expect(lines[0]?.trim()).toBe("Six");
  const down = lines.map((line) => /^ *(\d) ┤/.exec(line)?.[1]).filter(Boolean);
  expect(down).toEqual(["1", "2"]);
  expect(lines.at(-1)?.trim().split(/ +/)).toEqual(["1", "2", "3"]);
});

it("gives each digit its points, in a colour of its own", () => {
  const points = arange(22).reshape(11, 2) as Tensor<[11, 2]>;
  const marks = digitPoints(points, array([7, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], { dtype: "int32" }));
  expect(marks.map(({ label }) => label)).toEqual([..."0123456789"]);
  expect(new Set(marks.map(({ color }) => color)).size).toBe(10);
  expect([...marks[7]!.x]).toEqual([0, 6]);
  expect([...marks[7]!.y]).toEqual([1, 7]);
});
