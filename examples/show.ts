/** What the programs of this folder share: printing like the lecture's, tables, pictures, and running one by itself. */
import { mkdirSync, realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Figure } from "maru/plot";

/** Writes its values on one line with blanks between, as Python's `print`; a tensor looks as NumPy shows it. */
export type Print = (...values: unknown[]) => void;

/** A program: it prints, and puts its pictures into the folder `out`. */
export type Program = (print?: Print, out?: string) => void | Promise<void>;

/** Where pictures go unless another folder is given. */
export const pictures = "runs/examples";

/** Prints to the terminal. */
export const toConsole: Print = (...values) => console.log(values.map(String).join(" "));

/** A table with a rule under the names; columns of numbers are aligned to the right, others to the left. */
export function table(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [names, ...rows.map((row) => row.map(String))];
  const widths = names.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const isText = names.map((_, column) => cells.slice(1).some((row) => Number.isNaN(Number(row[column]))));
  const align = (text: string, i: number) =>
    isText[i] ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0);
  const lines = cells.map((row) => row.map(align).join("  "));
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return lines.map((line) => `  ${line.trimEnd()}`).join("\n");
}

/** A shape as Python writes it: (3, 2), and (4,) with a comma where there is one axis. */
export function tuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** Draws a figure in the terminal, and saves it as SVG and PNG. */
export async function show(figure: Figure, name: string, print: Print, out: string): Promise<void> {
  mkdirSync(out, { recursive: true });
  await figure.save(`${out}/${name}.svg`);
  await figure.save(`${out}/${name}.png`, { scale: 2 });
  print(figure.terminal());
  print(`The picture: ${out}/${name}.svg and ${name}.png\n`);
}

/** Runs a program when its file is the one that was started, and not when a test imports it. */
export async function runDirectly(url: string, program: Program): Promise<void> {
  const started = process.argv[1];
  if (started !== undefined && pathToFileURL(realpathSync(started)).href === url) await program();
}
