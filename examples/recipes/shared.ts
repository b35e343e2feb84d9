/** What the recipes share: options of the command line, and how they are run. */
import { parseArgs } from "node:util";
import { DeviceError, setDevice, ValueError } from "maru";
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
    let options: O;
    try {
      options = readOptions(defaults, process.argv.slice(2));
      if (typeof options.device === "string") setDevice(options.device);
    } catch (error) {
      if (!(error instanceof ValueError || error instanceof DeviceError)) throw error;
      console.error(`Error: ${error.message}`);
      process.exitCode = 2;
      return;
    }
    await main(toConsole, pictures, options);
  });
}
