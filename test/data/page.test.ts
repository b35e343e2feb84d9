/** The examples of docs/data.md compile, run, and give what their comments say. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { random } from "../../src/index.js";
import { mismatch } from "../docs/check.js";
import { piecesOf, root } from "../docs/extract.js";
import { compile } from "../types/compile.js";

const page = "docs/data.md";
const folder = ".cache/data-page";

type Check = (evaluate: () => unknown, expected: string, place: string) => Promise<void>;

interface Block {
  readonly place: string;
  readonly code: string;
}

/** The blocks of TypeScript of the page. */
function blocks(): Block[] {
  const text = readFileSync(resolve(root, page), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(({ index, 1: code }) => ({
    place: `${page}:${text.slice(0, index).split("\n").length + 1}`,
    code: code!,
  }));
}

/** A block as a module: its imports, and a function that holds each expression against its comment. */
function moduleOf({ place, code }: Block): string {
  const pieces = piecesOf({ file: page, line: 1, code });
  const [imports, rest] = [true, false].map((are) =>
    pieces.filter((piece) => piece.code.startsWith("import ") === are),
  );
  const body = rest!.map(({ code: text, expected }) =>
    expected === null ? text : `await check(async () => (${text}), ${JSON.stringify(expected)}, "${place}");`,
  );
  return [
    ...imports!.map((piece) => piece.code),
    "type Check = (evaluate: () => unknown, expected: string, place: string) => Promise<void>;",
    "export async function run(check: Check): Promise<void> {",
    ...body,
    "}",
    "",
  ].join("\n");
}

const all = blocks();
rmSync(resolve(root, folder), { recursive: true, force: true });
mkdirSync(resolve(root, folder), { recursive: true });
for (const [i, block] of all.entries()) writeFileSync(resolve(root, folder, `block${i}.ts`), moduleOf(block));

test("the page has an example for each of its parts", () => {
  const headings = readFileSync(resolve(root, page), "utf8").match(/^## /gm);
  expect(all.length).toBe(headings?.length);
});

test.each(all.map(({ place }, i) => [place, i] as const))("%s", async (_, i) => {
  random.seed(0);
  const { run } = (await import(resolve(root, folder, `block${i}.ts`))) as {
    run: (check: Check) => Promise<void>;
  };
  const wrong: unknown[] = [];
  let checked = 0;
  await run(async (evaluate, expected, place) => {
    checked++;
    const difference = await mismatch(evaluate, expected);
    if (difference !== null) wrong.push({ place, ...difference });
  });
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(0);
});

test("they compile", async () => {
  const config = {
    extends: "../../tsconfig.json",
    compilerOptions: { incremental: false, noUncheckedIndexedAccess: false, rootDir: "../.." },
    include: ["."],
    exclude: [],
  };
  writeFileSync(resolve(root, folder, "tsconfig.json"), JSON.stringify(config));
  const { diagnostics } = await compile("typescript", `${folder}/tsconfig.json`);
  // What is wrong elsewhere is said by other tests.
  expect([...diagnostics].filter(([place]) => place.includes(folder))).toEqual([]);
}, 120_000);
