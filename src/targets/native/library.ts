/** Shared objects: built by the system's compiler, found in the cache, and called through koffi. */
import { renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DeviceError } from "../../errors.js";
import type { TypedArray } from "../../graph/index.js";
import { buildFolder, findObject, hashOf, keepFile, keepObject } from "./cache.js";
import { preludeOf } from "./instruction-sets.js";
import { JOB } from "./print-program.js";
import { RUNTIME } from "./runtime-source.js";
import { openToolchain, runCalls, runCallsSoon, type Toolchain } from "./toolchain.js";

type Koffi = typeof import("koffi");

/** Part of the hash of all that is built: what is called in another way is not the same. */
const CALLING = "1";

export interface Native {
  readonly koffi: Koffi;
  readonly toolchain: Toolchain;
  /** The address of the team of threads, for programs. */
  readonly team: number;
  /** Where an array lies. */
  place(array: TypedArray): number;
  /** Keeps a shared object loaded beyond whoever loaded it; gives what lets go of it again. */
  hold(path: string): () => void;
  /** Counted for who wants to know whether anything was built. */
  built: number;
  /** Path of the header that all kernels include. */
  readonly header: string;
}

let native: Native | undefined;
let koffi: Koffi | undefined;

/** koffi, which is optional. */
export function loadKoffi(): Koffi {
  if (koffi !== undefined) return koffi;
  try {
    koffi = createRequire(import.meta.url)("koffi") as Koffi;
    return koffi;
  } catch (error) {
    throw new DeviceError(
      "the native device needs the package koffi, which is not installed or has no binary for this system; npm install koffi brings it",
      { cause: error },
    );
  }
}

/** Opens the device; throws a DeviceError where something is missing. */
export function openNative(): Native {
  if (native !== undefined) return native;
  const calls = loadKoffi();
  const toolchain = openToolchain();
  const header = keepHeader(toolchain);
  const hash = hashOf([
    CALLING,
    "runtime",
    toolchain.version,
    ...toolchain.flags,
    preludeOf(toolchain.set),
    RUNTIME,
  ]);
  const counted = { built: 0 };
  let path = findObject(hash);
  if (path === undefined) {
    path = build(toolchain, header, [RUNTIME], hash);
    counted.built++;
  }
  const library = calls.load(path);
  const place = library.func("maru_place", "double", ["void *", "double"]) as (
    array: unknown,
    bytes: number,
  ) => number;
  const team = (library.func("maru_team", "double", []) as () => number)();
  const hold = library.func("maru_hold", "double", ["str"]) as (path: string) => number;
  const letGo = library.func("maru_let_go", "void", ["double"]) as (held: number) => void;
  // For good: its threads do not end.
  hold(path);
  native = Object.assign(counted, {
    koffi: calls,
    toolchain,
    team,
    header,
    hold: (object: string) => {
      const held = hold(object);
      return () => letGo(held);
    },
    // Asking for the buffer moves small arrays out of the collector's own memory, for good.
    place: (array: TypedArray): number =>
      array.buffer.byteLength === 0 ? 0 : place(array, array.byteLength),
  });
  return native;
}

/**
 * The header with the words of the instruction set, and where it can be had, what the compiler made of it: reading the
 * processor's own headers takes four times as long as a kernel.
 */
function keepHeader(toolchain: Toolchain): string {
  const text = `${preludeOf(toolchain.set)}${JOB}`;
  const hash = hashOf(["header", toolchain.path, toolchain.version, ...toolchain.flags, text]);
  const precompile = (path: string): void => {
    try {
      const form = toolchain.clang ? `${path}.pch` : `${path}.gch`;
      const beside = `${form}.${process.pid}.tmp`;
      runCalls(
        toolchain.path,
        [[...toolchain.flags, "-x", "c-header", path, "-o", beside]],
        join(path, ".."),
      );
      renameSync(beside, form);
    } catch {
      // Compilations read the text then.
    }
  };
  try {
    return keepFile(`${hash}.h`, text, precompile);
  } catch (error) {
    throw noRoom("the header of the kernels", error);
  }
}

function plan(toolchain: Toolchain, header: string, sources: readonly string[], folder: string) {
  const files = sources.map((text, i) => {
    const file = join(folder, `${i}.c`);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return file;
  });
  const common = [...toolchain.flags, "-include", header];
  const built = join(folder, "built.so");
  const end = ["-shared", "-o", built, "-lm"];
  const steps =
    files.length === 1
      ? [[[...common, ...files, ...end]]]
      : [
          files.map((file) => [...common, "-c", file, "-o", `${file}.o`]),
          [[...toolchain.flags, ...files.map((file) => `${file}.o`), ...end]],
        ];
  return { built, steps };
}

function build(toolchain: Toolchain, header: string, sources: readonly string[], hash: string): string {
  const folder = openBuildFolder();
  try {
    const { built, steps } = plan(toolchain, header, sources, folder.path);
    for (const calls of steps) runCalls(toolchain.path, calls, folder.path);
    return keep(hash, built);
  } finally {
    folder.remove();
  }
}

async function buildSoon(
  toolchain: Toolchain,
  header: string,
  sources: readonly string[],
  hash: string,
): Promise<string> {
  const folder = openBuildFolder();
  try {
    const { built, steps } = plan(toolchain, header, sources, folder.path);
    for (const calls of steps) await runCallsSoon(toolchain.path, calls, folder.path);
    return keep(hash, built);
  } finally {
    folder.remove();
  }
}

const noRoom = (what: string, error: unknown): DeviceError =>
  new DeviceError(
    `native: ${what} could not be put into the cache: ${(error as Error).message}; make room, or name another folder with MARU_CACHE`,
    { cause: error },
  );

function openBuildFolder(): ReturnType<typeof buildFolder> {
  try {
    return buildFolder();
  } catch (error) {
    throw new DeviceError(`native: there is no folder to build in: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function keep(hash: string, built: string): string {
  try {
    return keepObject(hash, built);
  } catch (error) {
    throw noRoom("a built kernel", error);
  }
}

/** How many files a program is spread over, so that every processor has one, and another when that one is short. */
export const mostFiles = (): number => Math.min(16, 2 * availableParallelism());

/** The functions of a program. */
export interface Entry {
  run(words: number, threads: number): void;
  runAsync(words: number, threads: number): Promise<void>;
  runKernel(words: number, kernel: number): void;
  /** Bytes of the shared object. */
  readonly bytes: number;
  /** Lets go of the shared object. */
  readonly close: () => void;
}

const hashOfProgram = ({ toolchain }: Native, sources: readonly string[]): string =>
  hashOf([CALLING, toolchain.version, ...toolchain.flags, preludeOf(toolchain.set), JOB, ...sources]);

export function openProgram(on: Native, sources: readonly string[]): Entry {
  const hash = hashOfProgram(on, sources);
  const found = findObject(hash);
  if (found !== undefined) return entryOf(on, found);
  const built = build(on.toolchain, on.header, sources, hash);
  on.built++;
  return entryOf(on, built);
}

export async function openProgramSoon(on: Native, sources: readonly string[]): Promise<Entry> {
  const hash = hashOfProgram(on, sources);
  const found = findObject(hash);
  if (found !== undefined) return entryOf(on, found);
  const built = await buildSoon(on.toolchain, on.header, sources, hash);
  on.built++;
  return entryOf(on, built);
}

function entryOf({ koffi: calls, team, hold }: Native, path: string): Entry {
  const library = calls.load(path);
  const letGo = hold(path);
  const run = library.func("run", "void", ["uintptr_t", "int", "uintptr_t"]);
  const kernel = library.func("run_kernel", "void", ["uintptr_t", "int"]);
  return {
    run: (words, threads) => void run(words, threads, team),
    runAsync: (words, threads) =>
      new Promise((resolve, reject) => {
        run.async(words, threads, team, (error: unknown) => (error ? reject(error as Error) : resolve()));
      }),
    runKernel: (words, number) => void kernel(words, number),
    bytes: statSync(path).size,
    close: () => {
      library.unload();
      letGo();
    },
  };
}
