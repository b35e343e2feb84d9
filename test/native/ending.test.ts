/**
 * The end of a process, and of a worker of Node's, while threads of the native device still look for work: what is loaded is
 * unloaded then, and no thread may be in it. From the built library.
 */
import { type ExecFileException, execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const library = fileURLToPath(new URL("../../dist/node.js", import.meta.url));

/** Prints the middle of a product that two threads have computed, after workers that computed it as well have ended. */
const PROGRAM = `
import { isMainThread, Worker } from "node:worker_threads";
const { random, setDevice, setThreads } = await import(${JSON.stringify(library)});
setDevice("native");
setThreads(2);
random.seed(1);
const a = random.normal([300, 300]);
const middle = a.matmul(a).at(150, 150).item();
if (isMainThread) {
  for (let left = Number(process.argv[2]); left > 0; left--)
    await new Promise((resolve) => new Worker(new URL(import.meta.url)).on("exit", resolve));
  if (a.matmul(a).at(150, 150).item() !== middle) throw new Error("another number");
  console.log(middle);
}`;

let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-ending-"));
  program = join(folder, "program.mjs");
  writeFileSync(program, PROGRAM);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (workers: number): Promise<{ error: ExecFileException | null; said: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, MARU_CACHE: join(folder, "cache") };
    execFile(process.execPath, [program, String(workers)], { env }, (error, stdout, stderr) =>
      resolve({ error, said: stdout + stderr }),
    );
  });

test("a worker that ends leaves the threads their code", async () => {
  const { error, said } = await run(3);
  expect(error).toBeNull();
  expect(said).toMatch(/^-?\d+\.\d+\n$/);
});

test("a process that ends right after its work ends well, in a crowd too", async () => {
  const first = await run(0);
  for (let round = 0; round < 5; round++) {
    const crowd = await Promise.all(Array.from({ length: 6 }, () => run(0)));
    for (const one of crowd) expect(one).toEqual(first);
  }
  expect(first.error).toBeNull();
});
