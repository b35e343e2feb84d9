/**
 * Turns the examples of the source into modules under .cache/examples, one for each file of the source: each example a
 * function whose expressions are checked, with all names that it does not declare imported.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { announced } from "./check.js";
import { type Example, examplesIn, namesIn, piecesOf, root } from "./extract.js";
import type { Exports } from "./public.js";

export const folder = ".cache/examples";

/** Lines of the generated modules at which the compiler may say a sentence that an example announces. */
export type Announced = Map<string, string>;

export interface GeneratedFile {
  /** The file of the source. */
  readonly file: string;
  /** The module's name in the folder. */
  readonly module: string;
  readonly count: number;
}

/** What a generated module exports. */
export interface GeneratedModule {
  readonly examples: readonly {
    readonly place: string;
    readonly run: (
      check: (evaluate: () => unknown, expected: string, place: string) => Promise<void>,
    ) => Promise<void>;
  }[];
}

/** The names that examples import themselves, and where from. */
function ownImports(code: string): Map<string, string> {
  const imports = code.matchAll(/^import \{ (.*) \} from "(.*)";$/gm);
  return new Map([...imports].flatMap(([, list, from]) => list!.split(", ").map((name) => [name, from!])));
}

/** maru's entries, in the order in which a name is looked for. */
const entries = [
  "src/index.ts",
  "src/light.ts",
  "src/data/index.ts",
  "src/formats/index.ts",
  "src/formats/node.ts",
  "src/plot/index.ts",
];

/** Where names come from: maru's entries, then the file's own exports. */
function importsFor(
  file: string,
  names: ReadonlySet<string>,
  exportsOf: (file: string) => Exports,
): string[] {
  const sources = [...entries, file];
  const first = (name: string) => sources.findIndex((source) => exportsOf(source).has(name));
  return sources.flatMap((source, i) => {
    const list = [...names].filter((name) => first(name) === i);
    const words = list.map((name) => (exportsOf(source).get(name) ? name : `type ${name}`));
    return words.length === 0
      ? []
      : [`import { ${words.join(", ")} } from "../../${source.replace(/\.ts$/, ".js")}";`];
  });
}

function body(
  example: Example,
  lineOf: () => number,
  allowed: (line: number, sentence: string) => void,
): string[] {
  const lines: string[] = [];
  for (const { code, line, expected } of piecesOf(example)) {
    if (code.startsWith("import ")) continue;
    const place = JSON.stringify(`${example.file}:${example.line + line}`);
    const text =
      expected === null ? code : `await check(async () => (${code}), ${JSON.stringify(expected)}, ${place});`;
    const sentence = expected === null ? null : announced(expected);
    if (sentence !== null)
      for (let i = 0; i < text.split("\n").length; i++) allowed(lineOf() + lines.length + i, sentence);
    lines.push(...text.split("\n"));
  }
  return lines;
}

/** Writes the modules of all files that have examples. */
export function generateExamples(
  files: readonly string[],
  exportsOf: (file: string) => Exports,
): { generated: GeneratedFile[]; allowed: Announced } {
  rmSync(resolve(root, folder), { recursive: true, force: true });
  mkdirSync(resolve(root, folder), { recursive: true });
  const allowed: Announced = new Map();
  const generated = files.flatMap((file) => {
    const examples = examplesIn(file);
    if (examples.length === 0) return [];
    const module = file.replace(/^src\//, "").replaceAll("/", "-");
    const code = examples.map((example) => example.code).join("\n");
    const own = ownImports(code);
    const names = new Set(examples.flatMap((example) => [...namesIn(example.code)]));
    for (const name of own.keys()) names.delete(name);
    const lines = [
      ...[...own].map(([name, from]) => `import { ${name} } from "${from}";`),
      ...importsFor(file, names, exportsOf),
    ];
    lines.push("type Check = (evaluate: () => unknown, expected: string, place: string) => Promise<void>;");
    lines.push("export const examples = [");
    for (const example of examples) {
      lines.push(
        `  { place: ${JSON.stringify(`${example.file}:${example.line}`)}, async run(check: Check) {`,
      );
      const before = lines.length;
      lines.push(
        ...body(
          example,
          () => before + 1,
          (line, sentence) => allowed.set(`${folder}/${module}:${line}`, sentence),
        ),
      );
      lines.push("  } },");
    }
    lines.push("];", "");
    writeFileSync(resolve(root, folder, module), lines.join("\n"));
    return [{ file, module, count: examples.length }];
  });
  const config = {
    extends: "../../tsconfig.json",
    compilerOptions: {
      incremental: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      rootDir: "../..",
    },
    include: ["."],
    exclude: [],
  };
  writeFileSync(resolve(root, folder, "tsconfig.json"), JSON.stringify(config));
  return { generated, allowed };
}
