/**
 * A write that fails, at whatever step, leaves the old file as it was and nothing else behind. Failures of the system are
 * played by a layer over node:fs; real ones (a small disk, a limit on file size) and a real interruption (a killed process)
 * are beside them.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FileError, ValueError } from "../../src/errors.js";
import { writeFileAtomic, writeFileAtomicSync } from "../../src/formats/node.js";

/** The call that fails next, and how; what was called is kept in order. */
const play = vi.hoisted(() => ({ failing: "", code: "", calls: [] as string[] }));

vi.mock("node:fs", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs")>();
  const failure = (name: string) =>
    Object.assign(new Error(`${play.code}: played`), { code: play.code, syscall: name });
  const layered: Record<string, unknown> = { ...original };
  for (const name of [
    "openSync",
    "fchmodSync",
    "writeSync",
    "fsyncSync",
    "closeSync",
    "renameSync",
  ] as const) {
    const real = original[name] as (...values: unknown[]) => unknown;
    layered[name] = (...values: unknown[]) => {
      play.calls.push(name);
      if (play.failing === name) throw failure(name);
      return real(...values);
    };
  }
  for (const name of ["write", "fsync"] as const) {
    const real = original[name] as (...values: unknown[]) => unknown;
    const layer = (...values: unknown[]) => {
      play.calls.push(name);
      const done = values.at(-1) as (error: Error) => void;
      if (play.failing === name) return done(failure(name));
      return real(...values);
    };
    // util.promisify looks here for how to name the results of fs.write.
    layered[name] = Object.defineProperties(layer, Object.getOwnPropertyDescriptors(real));
  }
  return { ...layered, default: layered };
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "maru-atomic-"));
  path = join(folder, "model.bin");
  play.failing = "";
  play.calls.length = 0;
});
afterEach(() => {
  play.failing = "";
  fs.rmSync(folder, { recursive: true });
});

const read = (file = path) => fs.readFileSync(file, "utf8");
const variants = [
  ["writeFileAtomic", writeFileAtomic],
  [
    "writeFileAtomicSync",
    async (...values: Parameters<typeof writeFileAtomicSync>) => writeFileAtomicSync(...values),
  ],
] as const;

async function failureOf(promise: Promise<void>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

describe.each(variants)("%s", (_, write) => {
  it("writes bytes, text and pieces", async () => {
    await write(path, Uint8Array.of(104, 105));
    expect(read()).toBe("hi");
    await write(path, "층 1\n");
    expect(read()).toBe("층 1\n");
    await write(path, [Buffer.from("one "), new Uint8Array(0), Buffer.from("two")]);
    expect(read()).toBe("one two");
    await write(path, "");
    expect(read()).toBe("");
    expect(fs.readdirSync(folder)).toEqual(["model.bin"]);
  });

  it("flushes the file before the new name, and the folder after it", async () => {
    await write(path, "x");
    const flushes = ["fsync", "fsyncSync"];
    const rename = play.calls.indexOf("renameSync");
    const before = play.calls.slice(0, rename);
    expect(before.findIndex((name) => flushes.includes(name))).toBeGreaterThan(
      before.findIndex((name) => name === "write" || name === "writeSync"),
    );
    expect(play.calls.slice(rename)).toEqual(["renameSync", "openSync", "fsyncSync", "closeSync"]);
  });

  it("gives a new file mode 0644 less the umask, and keeps an old file's", async () => {
    const umask = process.umask();
    await write(path, "x");
    expect(fs.statSync(path).mode & 0o777).toBe(0o644 & ~umask);
    fs.chmodSync(path, 0o640);
    await write(path, "y");
    expect(fs.statSync(path).mode & 0o777).toBe(0o640);
  });

  it("follows symbolic links, to a file, to nothing yet, and through a linked folder", async () => {
    fs.mkdirSync(join(folder, "real"));
    fs.symlinkSync("real", join(folder, "linked"));
    fs.symlinkSync("linked/run.bin", path);
    for (const text of ["new", "replaced"]) {
      await write(path, text);
      expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
      expect(read(join(folder, "real", "run.bin"))).toBe(text);
    }
    expect(fs.readdirSync(join(folder, "real"))).toEqual(["run.bin"]);
  });

  it("refuses links in a circle", async () => {
    fs.symlinkSync("b", join(folder, "a"));
    fs.symlinkSync("a", join(folder, "b"));
    const error = await failureOf(write(join(folder, "a"), "x"));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toContain("symbolic links go round in a circle (ELOOP)");
  });

  it("names a folder that does not exist", async () => {
    const missing = join(folder, "runs", "1", "model.bin");
    const error = await failureOf(write(missing, "x"));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(`cannot write ${missing}: its folder does not exist (ENOENT)`);
  });

  it("refuses a folder in the file's place, and a file in a folder's", async () => {
    expect((await failureOf(write(folder, "x"))).message).toBe(
      `cannot write ${folder}: it is a folder, not a file (EISDIR)`,
    );
    await write(path, "a file");
    const below = join(path, "model.bin");
    expect((await failureOf(write(below, "x"))).message).toBe(
      `cannot write ${below}: a part of the path is a file, not a folder (ENOTDIR)`,
    );
    expect(read()).toBe("a file");
  });

  it.runIf(process.platform === "linux")(
    "refuses devices, and folders in which no one can make a file",
    async () => {
      expect((await failureOf(write("/dev/full", "x"))).message).toBe(
        "cannot write /dev/full: it is a device, a pipe or a socket, not a file",
      );
      expect(fs.lstatSync("/dev/full").isCharacterDevice()).toBe(true);
      const error = await failureOf(write("/proc/self/model.bin", "x"));
      expect(error).toBeInstanceOf(FileError);
      expect(error.message).toMatch(/^cannot write \/proc\/self\/model\.bin: /);
    },
  );

  it("refuses a path that no file can have", async () => {
    const error = await failureOf(write("a\0b", "x"));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toContain("the path is not one that a file can have");
  });

  it.each([
    ["openSync", "EACCES", "permission denied (EACCES)"],
    ["openSync", "EROFS", "the file system is read-only (EROFS)"],
    ["fchmodSync", "EPERM", "permission denied (EPERM)"],
    ["write", "ENOSPC", "the disk is full (ENOSPC)"],
    ["write", "EDQUOT", "the disk quota is used up (EDQUOT)"],
    ["fsync", "EIO", "the disk reported an error (EIO)"],
    ["fsync", "EWEIRD", "EWEIRD: played (EWEIRD)"],
    ["closeSync", "ENOSPC", "the disk is full (ENOSPC)"],
    ["renameSync", "EBUSY", "it is in use (EBUSY)"],
  ])("leaves the old file and nothing else when %s fails with %s", async (call, code, reason) => {
    await write(path, "old");
    play.code = code;
    play.failing = write === writeFileAtomic || call.endsWith("Sync") ? call : `${call}Sync`;
    const error = await failureOf(write(path, "new"));
    play.failing = "";
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(`cannot write ${path}: ${reason}`);
    expect(error.cause).toMatchObject({ code });
    expect(read()).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["model.bin"]);
  });

  it("passes on what the data's own maker throws, and cleans up", async () => {
    await write(path, "old");
    let ended = false;
    function* pieces() {
      try {
        yield Buffer.from("half");
        throw new ValueError("no more");
      } finally {
        ended = true;
      }
    }
    expect(await failureOf(write(path, pieces()))).toBeInstanceOf(ValueError);
    expect(ended).toBe(true);
    expect(read()).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["model.bin"]);
  });
});

describe.runIf(process.platform === "linux")("in another process", { timeout: 30_000 }, () => {
  const entry = fileURLToPath(new URL("../../src/formats/node.ts", import.meta.url));
  const loader = import.meta.resolve("tsx");
  /** Runs a few lines with `write`, `fs` and `path` at hand, after a line of shell that sets limits. */
  function run(shell: string, lines: string, command = ["bash", "-c"]) {
    const program = `import * as fs from "node:fs";
      import { writeFileAtomicSync as write } from ${JSON.stringify(entry)};
      const path = ${JSON.stringify(path)};
      ${lines}`;
    const script = `${shell} exec "$0" --import "$1" --input-type=module -e "$2"`;
    const [executable = "", ...words] = [...command, script, process.execPath, loader, program];
    return spawnSync(executable, words, { encoding: "utf8" });
  }

  /** A mount namespace of one's own, where the system lets anyone have one: nothing outside it sees the mount. */
  const own = ["unshare", "-rm", "bash", "-c"];
  const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", tmpdir()]).status === 0;

  it.runIf(mayMount)("a disk that is full leaves the old file and nothing else", () => {
    const { stdout } = run(
      `mount -t tmpfs -o size=64k none ${folder} &&`,
      `write(path, "old");
      try { write(path, new Uint8Array(1 << 20)); } catch (error) { console.log(error.name, error.message); }
      console.log(fs.readFileSync(path, "utf8"), fs.readdirSync(${JSON.stringify(folder)}));`,
      own,
    );
    expect(stdout).toBe(`FileError cannot write ${path}: the disk is full (ENOSPC)\nold [ 'model.bin' ]\n`);
  });

  it("a system that takes no more bytes halfway leaves the old file and nothing else", () => {
    fs.writeFileSync(path, "old");
    const { stdout } = run(
      "ulimit -f 64;",
      "try { write(path, new Uint8Array(1 << 20)); } catch (error) { console.log(error.name, error.message); }",
    );
    expect(stdout).toBe(
      `FileError cannot write ${path}: the file would be larger than the system allows (EFBIG)\n`,
    );
    expect(read()).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["model.bin"]);
  });

  it("a process killed halfway leaves the old file whole", () => {
    fs.writeFileSync(path, "old");
    const { signal } = run(
      "",
      `function* pieces() {
        yield new Uint8Array(1 << 16);
        process.kill(process.pid, "SIGKILL");
        yield new Uint8Array(1);
      }
      write(path, pieces());`,
    );
    expect(signal).toBe("SIGKILL");
    expect(read()).toBe("old");
  });
});
