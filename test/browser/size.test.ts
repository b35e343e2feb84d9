/** What a page has to load, as Vite builds it: whatever a program does not use is left out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { afterAll, expect, test } from "vitest";
import { Tensor } from "../../src/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const packageOf = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Record<"." | "./light", { readonly default: string }>;
};
const folder = mkdtempSync(join(root, "node_modules", ".size-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Vite makes of a program that imports the built package as a page does. */
async function built(program: string, outDir?: string): Promise<Rolldown.RolldownOutput["output"]> {
  const input = join(folder, "program.js");
  writeFileSync(input, program);
  const { output } = (await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    resolve: {
      alias: {
        "maru/light": join(root, packageOf.exports["./light"].default),
        maru: join(root, packageOf.exports["."].default),
      },
    },
    build: {
      write: outDir !== undefined,
      ...(outDir !== undefined && { outDir }),
      target: "es2022",
      modulePreload: false,
      rolldownOptions: {
        input,
        preserveEntrySignatures: "strict",
        external: (id) => id.startsWith("node:"),
      },
    },
  })) as Rolldown.RolldownOutput;
  return output;
}

/** Kilobytes with gzip of all that is loaded before a program runs. */
async function kilobytesOf(what: string, program: string): Promise<number> {
  const output = await built(program);
  const chunks = new Map(output.flatMap((part) => (part.type === "chunk" ? [[part.fileName, part]] : [])));
  const loaded = new Set<Rolldown.OutputChunk>();
  const load = (chunk: Rolldown.OutputChunk | undefined): void => {
    if (chunk === undefined || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const name of chunk.imports) load(chunks.get(name));
  };
  load([...chunks.values()].find(({ isEntry }) => isEntry));
  const code = [...loaded].map((chunk) => chunk.code).join("");
  const kilobytes = gzipSync(code, { level: 9 }).length / 1000;
  console.log(
    `${what}: ${(code.length / 1000).toFixed(0)} kB minified, ${kilobytes.toFixed(1)} kB with gzip`,
  );
  return kilobytes;
}

test("the core is small: arrays, derivatives, a network, an optimizer, the compiler and the Wasm device", async () => {
  const program = `
    import { array, compile, grad, nn, optim, random } from "maru";
    const model = nn.sequential(nn.conv2d(1, 16, 3), nn.relu(), nn.maxPool2d(2), nn.flatten(), nn.linear(2704, 10));
    const optimizer = optim.adam(1e-3)(model.parameters());
    console.log(array, compile, grad, random, nn.crossEntropy, optimizer);`;
  expect(await kilobytesOf("core", program)).toBeLessThan(100);
});

test("who only computes with arrays loads less", async () => {
  const program = 'import { array } from "maru"; console.log(String(array([1, 2]).add(1)));';
  expect(await kilobytesOf("arrays", program)).toBeLessThan(90);
});

test("the light face leaves the compiler for later", async () => {
  const program =
    'import { array, loadCompiler } from "maru/light"; console.log(String(array([1, 2]).add(1)), loadCompiler);';
  expect(await kilobytesOf("light", program)).toBeLessThan(35);
});

test("everything that maru exports", async () => {
  expect(await kilobytesOf("all exports", 'export * from "maru"')).toBeLessThan(160);
});

test("what is left out is not missed: tensors have all their methods", async () => {
  const program = `
    import { array } from "maru";
    const x = array([[1, 2], [3, 4]]);
    export const all = [x.T, x.at(0), x.matmul(x), x.sin(), x.gt(2), x.sort(), x.cumsum(0), x.floor(), x.exp(), x.flip(0)].map(String);
    export const members = Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(x))).length;`;
  const outDir = join(folder, "out");
  const output = await built(program, outDir);
  const entry = output.find((part) => part.type === "chunk" && part.isEntry)!;
  const page = (await import(pathToFileURL(join(outDir, entry.fileName)).href)) as {
    all: string[];
    members: number;
  };
  expect(page.all).toHaveLength(10);
  expect(page.members).toBe(Object.keys(Object.getOwnPropertyDescriptors(Tensor.prototype)).length);
});
