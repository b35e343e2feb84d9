/** What the recipes share: options of the command line, a line an epoch, and pictures of digits. */
import { parseArgs } from "node:util";
import { type Callback, concatenate, DeviceError, setDevice, type Tensor, ValueError, zeros } from "maru";
import { type Figure, image, plot, type ScatterMark, scatter } from "maru/plot";
import { type Print, pictures, runDirectly, toConsole } from "../show.js";

/** A recipe's options by name, with their defaults: `{ epochs: 5, lr: 0.01, device: "auto" }`. */
export type Options = Readonly<Record<string, number | string>>;

const wordOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A number that was typed: whole where the default is, and above 0; a seed may be 0. */
function readNumber(name: string, text: string, isWhole: boolean): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const isEnough = name === "seed" ? value >= 0 : value > 0;
  if (isEnough && (isWhole ? Number.isSafeInteger(value) : Number.isFinite(value))) return value;
  const least = isWhole ? `a whole number of at least ${Number(name !== "seed")}` : "a number above 0";
  throw new ValueError(`${wordOf(name)} must be ${least}, got "${text}"`);
}

/**
 * The defaults with what the command line says in their place: `batchSize` is `--batch-size`.
 *
 * @throws ValueError for an option that is not among them, has no value, or one that makes no sense
 */
export function readOptions<O extends Options>(defaults: O, words: string[]): O {
  const names = Object.keys(defaults);
  const options = Object.fromEntries(
    names.map((name) => [wordOf(name).slice(2), { type: "string" as const }]),
  );
  let values: Readonly<Record<string, string | undefined>>;
  try {
    values = parseArgs({ args: words, options, allowPositionals: false }).values;
  } catch (error) {
    const [what] = (error as Error).message.split(". ");
    throw new ValueError(`${what}; the options are ${names.map(wordOf).join(", ")}`);
  }
  const read = (name: string): number | string => {
    const [before, text] = [defaults[name]!, values[wordOf(name).slice(2)]];
    if (text === undefined) return before;
    return typeof before === "number" ? readNumber(name, text, Number.isInteger(before)) : text;
  };
  return Object.fromEntries(names.map((name) => [name, read(name)])) as O;
}

/** Runs a recipe when its file is the one that was started, on the device that its options name. */
export function runRecipe<O extends Options>(
  url: string,
  main: (print: Print, out: string, options: O) => Promise<void>,
  defaults: O,
): Promise<void> {
  return runDirectly(url, async () => {
    try {
      const options = readOptions(defaults, process.argv.slice(2));
      if (typeof options.device === "string") setDevice(options.device);
      await main(toConsole, pictures, options);
    } catch (error) {
      if (!(error instanceof ValueError || error instanceof DeviceError)) throw error;
      console.error(`Error: ${error.message}`);
      process.exitCode = 2;
    }
  });
}

/** A callback of `fit` that prints a line an epoch: `epoch 1/5  loss 0.2114  accuracy 0.9345  14.2 s`. */
export const epochLines = (print: Print): Callback => ({
  onEpochEnd({ epoch, seconds, samplesPerSecond: _, ...numbers }, { epochs }) {
    const measured = Object.entries(numbers).map(([name, value]) => `${name} ${value?.toFixed(4)}`);
    print([`epoch ${epoch}/${epochs}`, ...measured, `${seconds.toFixed(1)} s`].join("  "));
  },
});

/** Pictures (n, 1, height, width) side by side as one matrix, so many in a row; the last row may be shorter. */
export function tiled(pictures: Tensor, columns: number): Tensor {
  const [count, , height, width] = pictures.shape as readonly [number, number, number, number];
  const rows = Math.ceil(count / columns);
  return concatenate([pictures, zeros([rows * columns - count, 1, height, width])])
    .reshape(rows, columns, height, width)
    .transpose([0, 2, 1, 3])
    .reshape(rows * height, columns * width);
}

/** A figure of square pictures with values from 0 to 1, so many in a row. Its axes count them: 1, 2, ... across and down. */
export function gallery(pictures: Tensor, columns: number, title: string): Figure {
  const rows = Math.ceil(pictures.shape[0]! / columns);
  const [across, down] = [
    [0.5, columns + 0.5],
    [0.5, rows + 0.5],
  ] as const;
  const side = Math.min(120, 840 / columns);
  return plot(image(tiled(pictures, columns), { range: [0, 1], x: across, y: down }), {
    title,
    xTicks: "whole",
    yTicks: "whole",
    yDomain: [down[1], down[0]],
    width: side * columns + 60,
    height: side * rows + 90,
  });
}

/** A colour for each digit. */
const digitColors: readonly string[] = [
  "#1f77b4",
  "#ff7f0e",
  "#2ca02c",
  "#d62728",
  "#9467bd",
  "#8c564b",
  "#e377c2",
  "#7f7f7f",
  "#bcbd22",
  "#17becf",
];

/** Points of the plane (n, 2), in the colours of the digits that they belong to (n), each of which comes at least once. */
export const digitPoints = (points: Tensor<[number, 2]>, digits: Tensor<[number], "int32">): ScatterMark[] =>
  digitColors.map((color, digit) => {
    const own = points.at(digits.eq(digit));
    return scatter(own.at(":", 0), own.at(":", 1), { label: String(digit), color, radius: 2.5 });
  });
