/**
 * Compiles the type fixtures with one compiler and holds its diagnostics against what the fixtures announce: a line
 * under `// error: SENTENCE` must have a diagnostic with exactly that sentence in it, and no other line may have any.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");

/** The compilers that users have: the package that holds each. */
export const compilers = { "TypeScript 7": "typescript", "TypeScript 5.9": "typescript-5.9" } as const;

export interface Compilation {
  /** `file:line` (relative to the root) to the diagnostic's text. */
  readonly diagnostics: ReadonlyMap<string, string>;
  /** Everything that the compiler printed. */
  readonly output: string;
}

/** Runs a compiler on a project and gathers its diagnostics, each with the lines that continue it. */
export async function compile(compiler: string, project: string, ...options: string[]): Promise<Compilation> {
  const binary = resolve(root, "node_modules", compiler, "bin/tsc");
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [binary, "-p", project, "--pretty", "false", ...options], {
    cwd: root,
    maxBuffer: 1 << 26,
  }).catch((failure: { stdout: string }) => failure);
  const diagnostics = new Map<string, string>();
  let place = "";
  for (const line of stdout.split("\n")) {
    const start = /^(\S.*?)\((\d+),\d+\): error /.exec(line);
    if (start !== null) place = `${start[1]}:${start[2]}`;
    else if (!line.startsWith(" ")) place = /^error /.test(line) ? line : "";
    if (place !== "") diagnostics.set(place, `${diagnostics.get(place) ?? ""}${line}\n`);
  }
  return { diagnostics, output: stdout };
}

export interface Announced {
  readonly place: string;
  readonly sentence: string;
}

/** The errors that the fixtures in a folder announce. */
export function announcedErrors(folder: string): Announced[] {
  const announced: Announced[] = [];
  for (const name of readdirSync(resolve(root, folder)).filter((file) => file.endsWith(".ts"))) {
    const lines = readFileSync(resolve(root, folder, name), "utf8").split("\n");
    for (const [index, line] of lines.entries()) {
      const sentence = /^\s*\/\/ error: (.*)$/.exec(line)?.[1];
      // Lines count from 1, and the error is on the line after this one.
      if (sentence !== undefined) announced.push({ place: `${folder}/${name}:${index + 2}`, sentence });
    }
  }
  return announced;
}

/** Whether a diagnostic names the sentence as a whole: as a string literal type, which the compiler prints escaped. */
export const says = (diagnostic: string | undefined, sentence: string) =>
  diagnostic?.includes(JSON.stringify(sentence)) === true || diagnostic?.includes(`'${sentence}'`) === true;
