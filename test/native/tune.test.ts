/** The tuner: asked for by MARU_TUNE, it changes which kernels run and no number, and it remembers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const library = fileURLToPath(new URL("../../dist/node.js", import.meta.url));

/** Prints what stands for all bits of a product, of exponentials of its rows and of a sum. */
const PROGRAM = `
const { random, setDevice } = await import(${JSON.stringify(library)});
const { createHash } = await import("node:crypto");
setDevice("native");
random.seed(1);
const [a, b] = [random.normal([150, 211]), random.normal([211, 170])];
const c = a.matmul(b);
const hash = createHash("sha256");
for (const value of [c, c.sub(c.max(-1, { keepdims: true })).exp(), c.maximum(0).sum(0)]) hash.update(await value.data());
console.log(hash.digest("hex"));`;

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "maru-tune-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(tune: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    encoding: "utf8",
    env: { ...process.env, MARU_CACHE: home, MARU_TUNE: tune },
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

/** Names and times of the files that end so. */
const files = (ending: string): string[] =>
  readdirSync(join(home, "native"))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${name} ${statSync(join(home, "native", name)).mtimeMs}`)
    .sort();

test("the same bits with the tuner and without; the second time nothing is built or timed", () => {
  const numbers = run("");
  expect(numbers).toMatch(/^[0-9a-f]{64}\n$/);
  const [objects, notes] = [files(".so"), files(".json")];
  expect(run("0")).toBe(numbers);
  expect([files(".so"), files(".json")]).toEqual([objects, notes]);

  expect(run("1")).toBe(numbers);
  const [tuned, choices] = [files(".so"), files(".json")];
  expect(tuned.length).toBeGreaterThan(objects.length);
  expect(choices.length).toBeGreaterThan(notes.length);

  expect(run("1")).toBe(numbers);
  expect([files(".so"), files(".json")]).toEqual([tuned, choices]);

  // Notes that are cut short are made anew.
  for (const note of choices) truncateSync(join(home, "native", note.split(" ")[0]!), 5);
  expect(run("1")).toBe(numbers);
  expect(files(".json").map((note) => note.split(" ")[0])).toEqual(choices.map((note) => note.split(" ")[0]));
});
