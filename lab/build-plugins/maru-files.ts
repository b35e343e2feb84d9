/**
 * Makes, before the Lab is built, the files that only readers who write code load: maru's own declarations with those of
 * the language (for types in the editor), maru as one module (for programs in their frame), and the list of its functions
 * (for the reference). They lie in `.cache/maru`, and are made again when the library has changed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { build, type Plugin } from "vite";
import { referenceOf } from "./reference.js";

const here = dirname(fileURLToPath(import.meta.url));
const DIST = resolve(here, "../../dist");
const OUT = resolve(here, "../.cache/maru");
const LIB = resolve(here, "../node_modules/typescript/lib");

/** The public faces that a program in the Lab may import. */
const FACES: Readonly<Record<string, string>> = {
  maru: "index",
  "maru/light": "light",
  "maru/data": "data/index",
  "maru/formats": "formats/index",
};

/** Files reached from the given ones by imports, exports and `import("...")` types. */
function reached(entries: readonly string[]): string[] {
  const found = new Set<string>();
  const walk = (path: string): void => {
    if (found.has(path) || !existsSync(path)) return;
    found.add(path);
    for (const { fileName } of ts.preProcessFile(readFileSync(path, "utf8"), true, true).importedFiles)
      if (fileName.startsWith(".")) walk(resolve(dirname(path), fileName.replace(/\.js$/, ".d.ts")));
  };
  entries.forEach(walk);
  return [...found];
}

/** The language's own declarations that ES2022 stands on. */
function libraries(name = "lib.es2022.d.ts", found = new Map<string, string>()): Map<string, string> {
  if (found.has(name)) return found;
  const text = readFileSync(join(LIB, name), "utf8");
  found.set(name, text);
  for (const [, next] of text.matchAll(/reference lib="([^"]+)"/g)) libraries(`lib.${next}.d.ts`, found);
  return found;
}

/** What a program finds in its frame beside the language. */
const AROUND = `
interface Console { log(...values: unknown[]): void; info(...values: unknown[]): void; warn(...values: unknown[]): void; error(...values: unknown[]): void; table(value: unknown): void; }
declare const console: Console;
declare const performance: { now(): number };
declare function setTimeout(call: () => void, milliseconds?: number): number;
declare function clearTimeout(timer: number | undefined): void;
declare function structuredClone<T>(value: T): T;
`;

/** Leaves out what only people read in files: comments of the language's declarations, and names of source maps. */
const shortened = (text: string, comments: boolean): string =>
  (comments
    ? text
    : text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/(?!\/).*$/gm, "").replace(/^\s*\n/gm, "")
  ).replace(/\n?\/\/# sourceMappingURL=.*$/m, "");

/**
 * Says that a tensor of a narrower shape or dtype is one of a wider. TypeScript would find that out from all of a tensor's
 * methods, again after every key, and take half of its time for it.
 */
function withVariance(text: string): string {
  const said = text.replace(/(declare class Tensor<)(S extends Shape[^,]*, )(D extends)/, "$1out $2out $3");
  if (said === text) throw new Error("the class Tensor<S, D> is declared in another way now");
  return said;
}

function typesFile(): string {
  const files: Record<string, string> = { "/around.d.ts": AROUND };
  for (const [name, text] of libraries()) files[`/${name}`] = shortened(text, false);
  for (const path of reached(Object.values(FACES).map((face) => join(DIST, `${face}.d.ts`))))
    files[`/node_modules/maru/${relative(DIST, path)}`] = shortened(readFileSync(path, "utf8"), true);
  const tensor = "/node_modules/maru/tensor/tensor.d.ts";
  files[tensor] = withVariance(files[tensor]!);
  const exports = Object.fromEntries(
    Object.entries(FACES).map(([name, face]) => [name.replace(/^maru/, "."), { types: `./${face}.d.ts` }]),
  );
  files["/node_modules/maru/package.json"] = JSON.stringify({ name: "maru", type: "module", exports });
  return JSON.stringify(files);
}

/** maru, whole, in one module: each face under its name. */
async function runnerFile(): Promise<string> {
  const faces = Object.entries(FACES).filter(([name]) => name !== "maru/light");
  const entry = [
    ...faces.map(
      ([, face], i) => `import * as face${i} from ${JSON.stringify(join(DIST, `modules/${face}.js`))};`,
    ),
    `export const faces = { ${faces.map(([name], i) => `${JSON.stringify(name)}: face${i}`).join(", ")} };`,
  ].join("\n");
  const output = await build({
    configFile: false,
    root: DIST,
    logLevel: "error",
    plugins: [
      {
        name: "maru-faces",
        resolveId: (id) => (id === "maru-faces" ? "\0maru-faces" : undefined),
        load: (id) => (id === "\0maru-faces" ? entry : undefined),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: "maru-faces",
        preserveEntrySignatures: "strict",
        output: { format: "es", codeSplitting: false },
      },
    },
  });
  const [result] = Array.isArray(output) ? output : [output];
  if (result === undefined || !("output" in result)) throw new Error("maru could not be put into one module");
  return result.output[0].code;
}

/** When the newest of the library's files, or of these plugins, was written. */
function newest(folder: string): number {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return latest;
}

export function maruFiles(): Plugin {
  return {
    name: "maru-files",
    async config() {
      const stamp = join(OUT, "stamp");
      const now = String(Math.max(newest(DIST), newest(here)));
      if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
      mkdirSync(OUT, { recursive: true });
      writeFileSync(join(OUT, "types.json"), typesFile());
      writeFileSync(join(OUT, "reference.json"), JSON.stringify(referenceOf(join(DIST, "index.d.ts"))));
      writeFileSync(join(OUT, "maru.txt"), await runnerFile());
      writeFileSync(stamp, now);
    },
  };
}
