/** Runs an example as a user does, and keeps what it prints and the folder of its pictures. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Print, type Program, pictures } from "../../examples/show.js";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));

/** The names of all programs in order: 01-perceptron, 02-gates, ... */
export const listPrograms = async (): Promise<string[]> =>
  (await readdir(folder))
    .filter((file) => /^\d\d-.*\.ts$/.test(file))
    .map((file) => file.replace(/\.ts$/, ""))
    .sort();

export interface Run {
  /** All that was printed; the folder of the pictures is named as it is by default. */
  readonly output: string;
  /** The folder of the pictures. */
  readonly out: string;
}

const runs = new Map<string, Promise<Run>>();
const folders: string[] = [];

/** What a program prints and draws; it runs once, however often it is asked for. */
export function runProgram(name: string): Promise<Run> {
  const known = runs.get(name) ?? start(name);
  runs.set(name, known);
  return known;
}

async function start(name: string): Promise<Run> {
  const out = await mkdtemp(join(tmpdir(), "maru-examples-"));
  folders.push(out);
  const { main } = (await import(join(folder, `${name}.ts`))) as { main: Program };
  const lines: string[] = [];
  const print: Print = (...values) => lines.push(values.map(String).join(" "));
  await main(print, out);
  return { output: `${lines.join("\n")}\n`.replaceAll(out, pictures), out };
}

/** Removes the pictures of all runs. */
export async function removePictures(): Promise<void> {
  await Promise.all(folders.splice(0).map((out) => rm(out, { recursive: true, force: true })));
}
