/**
 * What can go wrong around the native device: compilers that are not there or fail, caches that cannot be written or
 * trusted, processes that build the same or are killed. Each in a process of its own, from the built library.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const library = fileURLToPath(new URL("../../dist/node.js", import.meta.url));

/** Prints a number that a kernel has computed: 0 + 1 + ... + 9999, twice. */
const PROGRAM = `
const { arange, setDevice, getDevice } = await import(${JSON.stringify(library)});
try {
  setDevice(process.env.DEVICE ?? "native");
  console.log(getDevice(), arange(10000).mul(2).sum().item());
} catch (error) {
  console.log(error.name + ": " + error.message);
}`;

let folder: string;
let home: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-faults-"));
  home = join(folder, "cache");
});
afterEach(() => {
  // What a test made read-only must go, too.
  spawnSync("chmod", ["-R", "u+rwX", folder]);
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly status: number | null;
  readonly said: string;
}

const settings = (more: Record<string, string> = {}) => ({ ...process.env, MARU_CACHE: home, ...more });

function run(more: Record<string, string> = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    encoding: "utf8",
    env: settings(more),
  });
  return { status, said: `${stdout}${stderr}`.trim() };
}

const RIGHT: Outcome = { status: 0, said: "native 99990000" };
const entries = (): string[] => readdirSync(join(home, "native")).filter((name) => name.endsWith(".so"));

/** A program in the place of the C compiler. */
function compiler(script: string): string {
  const path = join(folder, "fake-cc");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

test("the second process builds nothing, and the folder is the user's alone", () => {
  expect(run()).toEqual(RIGHT);
  const built = entries();
  expect(built.length).toBe(2);
  expect(statSync(join(home, "native")).mode & 0o777).toBe(0o700);
  // A compiler that only says what it is cannot have built anything.
  const times = built.map((name) => statSync(join(home, "native", name)).mtimeMs);
  expect(run()).toEqual(RIGHT);
  expect(entries()).toEqual(built);
  expect(built.map((name) => statSync(join(home, "native", name)).mtimeMs)).toEqual(times);
  expect(readdirSync(join(home, "native")).filter((name) => name.startsWith("build-"))).toEqual([]);
});

test("no compiler: a DeviceError that says what would bring it, and auto is wasm", () => {
  const { said } = run({ MARU_CC: "", PATH: folder });
  expect(said).toMatch(/^DeviceError: device "native" is not available: there is no C compiler .*install/);
  expect(run({ MARU_CC: "", PATH: folder, DEVICE: "auto" })).toEqual({ status: 0, said: "wasm 99990000" });
  expect(run({ MARU_CC: "no-such-compiler" }).said).toMatch(
    /no C compiler "no-such-compiler", which MARU_CC names/,
  );
});

test("a compiler that fails: its first words are told", () => {
  const real = spawnSync("sh", ["-c", "command -v cc"], { encoding: "utf8" }).stdout.trim();
  const fails = compiler(`case "$*" in *--version*|*-dM*) exec ${real} "$@";; esac
echo "fake-cc: no licence" >&2; exit 3`);
  expect(run({ MARU_CC: fails }).said).toMatch(
    /^DeviceError: native: the C compiler .*fake-cc failed:\nfake-cc: no licence$/,
  );
  expect(run({ MARU_CC: compiler("exit 1") }).said).toMatch(/DeviceError: .* does not work/);
  const crashes = compiler(`case "$*" in *--version*|*-dM*) exec ${real} "$@";; esac
kill -SEGV $$`);
  expect(run({ MARU_CC: crashes }).said).toMatch(/^DeviceError: native: the C compiler .*failed/);
  // It says that all is well and makes nothing.
  const lazy = compiler(`case "$*" in *--version*|*-dM*) exec ${real} "$@";; esac
exit 0`);
  expect(run({ MARU_CC: lazy }).said).toMatch(/^DeviceError: native: /);
});

test("a file in the place of the folder, and a folder that is read-only: it works without a lasting cache", () => {
  writeFileSync(home, "not a folder");
  expect(run()).toEqual(RIGHT);
  expect(readFileSync(home, "utf8")).toBe("not a folder");
  rmSync(home);
  mkdirSync(join(home, "native"), { recursive: true });
  if (process.getuid?.() === 0) return;
  chmodSync(join(home, "native"), 0o500);
  expect(run()).toEqual(RIGHT);
});

test("a cache without room: it works, or says what to do", () => {
  mkdirSync(home);
  for (const size of ["4k", "24k", "48k", "128k"]) {
    // Where a file system cannot be mounted there is nothing to try.
    if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", home]).status !== 0) return;
    try {
      expect(run().said).toMatch(/^(native 99990000$|DeviceError: (.*not available: )?native: )/);
    } finally {
      spawnSync("umount", [home]);
    }
  }
});

test.runIf(process.getuid?.() === 0)("a folder of somebody else is refused", () => {
  mkdirSync(join(home, "native"), { recursive: true });
  spawnSync("chown", ["nobody", join(home, "native")]);
  expect(run()).toEqual(RIGHT);
  expect(readdirSync(join(home, "native"))).toEqual([]);
});

test("entries that are cut short, changed, open to others or links are built anew", () => {
  expect(run()).toEqual(RIGHT);
  const path = (name: string): string => join(home, "native", name);
  const names = entries();
  const whole = names.map((name) => readFileSync(path(name)));
  const spoil: ((name: string, bytes: Buffer) => void)[] = [
    (name, bytes) => truncateSync(path(name), bytes.length / 2),
    (name) => truncateSync(path(name), 0),
    (name, bytes) => {
      const changed = Buffer.from(bytes);
      changed[bytes.length >> 1]! ^= 1;
      writeFileSync(path(name), changed);
    },
    (name) => chmodSync(path(name), 0o666),
    (name, bytes) => {
      const elsewhere = join(folder, `elsewhere-${name}`);
      writeFileSync(elsewhere, bytes);
      rmSync(path(name));
      symlinkSync(elsewhere, path(name));
    },
  ];
  for (const each of spoil) {
    names.forEach((name, i) => void each(name, whole[i]!));
    expect(run()).toEqual(RIGHT);
    // They are as they should be again.
    names.forEach((name) => {
      const stats = statSync(path(name));
      expect(stats.size).toBeGreaterThan(1000);
      expect(stats.mode & 0o022).toBe(0);
    });
  }
}, 120_000);

test.runIf(process.getuid?.() === 0)("an entry that belongs to somebody else is built anew", () => {
  expect(run()).toEqual(RIGHT);
  for (const name of entries()) spawnSync("chown", ["nobody", join(home, "native", name)]);
  expect(run()).toEqual(RIGHT);
  for (const name of entries()) expect(statSync(join(home, "native", name)).uid).toBe(0);
});

const started = (more: Record<string, string> = {}): ChildProcess =>
  spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], { env: settings(more), stdio: "pipe" });

const outcome = (child: ChildProcess): Promise<Outcome> =>
  new Promise((resolve) => {
    let said = "";
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
    child.on("close", (status) => resolve({ status, said: said.trim() }));
  });

test("four processes that build the same at once", async () => {
  const all = await Promise.all([1, 2, 3, 4].map(() => outcome(started())));
  for (const one of all) expect(one).toEqual(RIGHT);
  expect(entries().length).toBe(2);
}, 60_000);

test("processes that are killed while they build leave a cache that works", async () => {
  for (let delay = 60; delay <= 600; delay += 60) {
    const child = started();
    const ended = outcome(child);
    setTimeout(() => child.kill("SIGKILL"), delay);
    await ended;
  }
  expect(run()).toEqual(RIGHT);
  // What they left is removed once it is an hour old.
  const left = join(home, "native", "build-left");
  mkdirSync(left, { recursive: true });
  const old = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(left, old, old);
  utimesSync(join(home, "native", ".tidied"), old, old);
  expect(run()).toEqual(RIGHT);
  expect(existsSync(left)).toBe(false);
}, 120_000);

test("an instruction set that is not there is told with those that are", () => {
  expect(run({ MARU_INSTRUCTIONS: "avx9" }).said).toMatch(
    /MARU_INSTRUCTIONS names "avx9".* have: .*portable/,
  );
});
