/**
 * The calls that the fixtures announce as compile errors, run: each must throw the sentence that the editor shows. The
 * fixture is rewritten so that an announced line throws into a list.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(root, ".cache/type-runtime");

interface Thrown {
  readonly line: number;
  readonly expected: string;
  readonly found: string;
}

/** Every announced line as a call that is caught. */
function runnable(fixture: string): string {
  const lines = readFileSync(resolve(root, "test/types/fixtures", fixture), "utf8").split("\n");
  const body = lines.map((line, i) => {
    const sentence = /^\/\/ error: (.*)$/.exec(lines[i - 1] ?? "")?.[1];
    if (sentence === undefined) return line;
    return `caught(${i + 1}, ${JSON.stringify(sentence)}, () => { ${line} });`;
  });
  const path = body
    .join("\n")
    .replaceAll('"../../../src/', '"../../src/')
    .replaceAll('"./expect.js"', '"../../test/types/fixtures/expect.js"');
  return `${path}
export const thrown = [];
function caught(line, expected, run) {
  let found = "nothing was thrown";
  try { run(); } catch (error) { found = error.message; }
  thrown.push({ line, expected, found });
}
`
    .replace("export const thrown = [];", "")
    .replace(/^/, "export const thrown = [];\n");
}

describe.each(["tensor.ts", "nn.ts"])("%s", (fixture) => {
  it("throws what it announces", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(resolve(folder, fixture), runnable(fixture));
    const { thrown } = (await import(resolve(folder, fixture))) as { thrown: readonly Thrown[] };
    expect(thrown.length).toBeGreaterThan(10);
    expect(thrown.filter(({ expected, found }) => expected !== found)).toEqual([]);
  });
});
