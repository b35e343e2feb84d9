/** Tests of a page of docs/: its blocks of TypeScript compile, run, and give what their comments say. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { random } from "../../src/index.js";
import { compile } from "../types/compile.js";
import { mismatch } from "./check.js";
import { piecesOf, root } from "./extract.js";

type Check = (evaluate: () => unknown, expected: string, place: string) => Promise<void>;

interface Block {
  readonly place: string;
  readonly code: string;
}

function blocksOf(page: string, text: string): Block[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(({ index, 1: code }) => ({
    place: `${page}:${text.slice(0, index).split("\n").length + 1}`,
    code: code!,
  }));
}

/** A block as a module: its imports, and a function that holds each expression against its comment. */
function moduleOf(page: string, { place, code }: Block): string {
  const pieces = piecesOf({ file: page, line: 1, code });
  const isImport = ({ code: text }: { code: string }): boolean => text.startsWith("import ");
  const body = pieces
    .filter((piece) => !isImport(piece))
    .map(({ code: text, expected }) =>
      expected === null
        ? text
        : `await check(async () => (${text}), ${JSON.stringify(expected)}, "${place}");`,
    );
  return [
    ...pieces.filter(isImport).map((piece) => piece.code),
    "type Check = (evaluate: () => unknown, expected: string, place: string) => Promise<void>;",
    "export async function run(check: Check): Promise<void> {",
    ...body,
    "}",
    "",
  ].join("\n");
}

/** Writes the blocks of a page as modules into a folder of their own, and tests them. */
export function testPage(page: string): void {
  const folder = `.cache/pages/${page.replace(/\W+/g, "-")}`;
  const text = readFileSync(resolve(root, page), "utf8");
  const blocks = blocksOf(page, text);
  rmSync(resolve(root, folder), { recursive: true, force: true });
  mkdirSync(resolve(root, folder), { recursive: true });
  for (const [i, block] of blocks.entries())
    writeFileSync(resolve(root, folder, `block${i}.ts`), moduleOf(page, block));

  describe(page, () => {
    test("has an example for each of its parts", () => {
      expect(blocks.length).toBe(text.match(/^## /gm)?.length);
    });

    test.each(blocks.map(({ place }, i) => [place, i] as const))("%s", async (_, i) => {
      random.seed(0);
      const module = (await import(resolve(root, folder, `block${i}.ts`))) as {
        run(check: Check): Promise<void>;
      };
      const wrong: unknown[] = [];
      let checked = 0;
      await module.run(async (evaluate, expected, place) => {
        checked++;
        const difference = await mismatch(evaluate, expected);
        if (difference !== null) wrong.push({ place, ...difference });
      });
      expect(wrong).toEqual([]);
      expect(checked).toBeGreaterThan(0);
    });

    test("compiles", async () => {
      const config = {
        extends: `${"../".repeat(folder.split("/").length)}tsconfig.json`,
        compilerOptions: {
          incremental: false,
          noUncheckedIndexedAccess: false,
          rootDir: "../".repeat(folder.split("/").length),
        },
        include: ["."],
        exclude: [],
      };
      writeFileSync(resolve(root, folder, "tsconfig.json"), JSON.stringify(config));
      const { diagnostics } = await compile("typescript", `${folder}/tsconfig.json`);
      // What is wrong elsewhere is said by other tests.
      expect([...diagnostics].filter(([place]) => place.includes(folder))).toEqual([]);
    }, 120_000);
  });
}
