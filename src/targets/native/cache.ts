/**
 * The cache of shared objects, in a folder of the user's own that nobody else may enter. An entry is named by the hash of
 * all that it was made from, and ends in a checksum; so what is cut short or was changed is made anew. Files are written
 * beside their place and renamed, so that processes may build the same at the same time and be stopped at any moment.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, platform, tmpdir } from "node:os";
import { join } from "node:path";

/** Together the entries may have so many bytes. */
const MOST_BYTES = 512 * 2 ** 20;
/** What was last used longer ago than this is noted as used again. */
const DAY_MS = 86_400_000;
/** A folder in which something was built so long ago was left by a process that is gone. */
const HOUR_MS = 3_600_000;

export interface CacheStatus {
  readonly folder: string;
  /** Whether what is built stays for the next process. */
  readonly lasting: boolean;
  /** Why it does not. */
  readonly problem: string | undefined;
  readonly files: number;
  readonly bytes: number;
}

interface Folder {
  readonly path: string;
  readonly problem: string | undefined;
}

let folder: Folder | undefined;

/** Where the cache belongs: MARU_CACHE, or the user's folder for caches. */
function wantedFolder(): string {
  const { MARU_CACHE, XDG_CACHE_HOME } = process.env;
  if (MARU_CACHE) return join(MARU_CACHE, "native");
  const base =
    XDG_CACHE_HOME ||
    (platform() === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "maru", "native");
}

const mine = (stats: Stats): boolean => process.getuid === undefined || stats.uid === process.getuid();

/** Why the folder cannot be used; undefined where it can. */
function problemOf(path: string): string | undefined {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stats = lstatSync(path);
    if (!stats.isDirectory()) return `${path} is not a folder`;
    if (!mine(stats)) return `${path} belongs to somebody else`;
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
    const probe = join(path, `.probe-${process.pid}-${randomBytes(4).toString("hex")}`);
    writeFileSync(probe, "maru", { flag: "wx", mode: 0o600 });
    rmSync(probe);
    return undefined;
  } catch (error) {
    return `${path} cannot be written to (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  }
}

/** The folder; one of this process alone, that is removed with it, where the user's cannot be used. */
function open(): Folder {
  if (folder !== undefined) return folder;
  const wanted = wantedFolder();
  const problem = problemOf(wanted);
  if (problem === undefined) {
    folder = { path: wanted, problem };
    if (isUntidy(wanted)) tidyUp(wanted);
    return folder;
  }
  const own = mkdtempSync(join(tmpdir(), "maru-"));
  process.on("exit", () => rmSync(own, { recursive: true, force: true }));
  folder = { path: own, problem };
  return folder;
}

/** A hash of texts, none of which can be taken for two. */
export function hashOf(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 40);
}

const CHECKSUM = 32;
const checksum = (bytes: Buffer): Buffer => createHash("sha256").update("maru").update(bytes).digest();

/** The bytes of an entry without its checksum; undefined where it is not there, not ours or not whole. */
function readEntry(name: string): Buffer | undefined {
  const path = join(open().path, name);
  try {
    const stats = lstatSync(path);
    if (!stats.isFile() || !mine(stats) || (stats.mode & 0o022) !== 0) return undefined;
    const bytes = readFileSync(path);
    const body = bytes.subarray(0, -CHECKSUM);
    if (bytes.length <= CHECKSUM || !checksum(body).equals(bytes.subarray(-CHECKSUM))) return undefined;
    if (Date.now() - stats.mtimeMs > DAY_MS) utimesSync(path, new Date(), new Date());
    return body;
  } catch {
    return undefined;
  }
}

function writeEntry(name: string, body: Buffer): string {
  const { path } = open();
  const target = join(path, name);
  const beside = `${target}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    // What follows the end of a shared object does not count.
    writeFileSync(beside, Buffer.concat([body, checksum(body)]), { flag: "wx", mode: 0o600 });
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  return target;
}

/** The path of a shared object that was built before. */
export function findObject(hash: string): string | undefined {
  return readEntry(`${hash}.so`) === undefined ? undefined : join(open().path, `${hash}.so`);
}

/** Puts a shared object that was just built in its place. */
export function keepObject(hash: string, built: string): string {
  const kept = writeEntry(`${hash}.so`, readFileSync(built));
  if (++written % SWEEP_EVERY === 0) tidyUp(open().path);
  return kept;
}

let written = 0;
const SWEEP_EVERY = 64;

/** Something small that was found out before. */
export function recall(hash: string): unknown {
  try {
    const bytes = readEntry(`${hash}.json`);
    return bytes === undefined ? undefined : JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

export function remember(hash: string, value: unknown): void {
  try {
    writeEntry(`${hash}.json`, Buffer.from(JSON.stringify(value)));
  } catch {
    // Then it is found out again.
  }
}

/** A file that stays under its name, such as a header; its path. */
export function keepFile(name: string, text: string, make?: (path: string) => void): string {
  const path = join(open().path, name);
  try {
    const stats = lstatSync(path);
    if (stats.isFile() && mine(stats) && readFileSync(path, "utf8") === text) return path;
  } catch {
    // Not there yet.
  }
  const beside = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  writeFileSync(beside, text, { flag: "wx", mode: 0o600 });
  renameSync(beside, path);
  make?.(path);
  return path;
}

/** A folder to build in, and how to remove it. */
export function buildFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(open().path, "build-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
}

function entriesOf(path: string): Entry[] {
  return readdirSync(path).flatMap((name): Entry[] => {
    const file = join(path, name);
    try {
      const stats = lstatSync(file);
      return stats.isFile() && name !== TIDIED
        ? [{ path: file, bytes: stats.size, used: stats.mtimeMs }]
        : [];
    } catch {
      return [];
    }
  });
}

/** The file whose time says when the folder was last looked through, which takes long where there is much in it. */
const TIDIED = ".tidied";

function isUntidy(path: string): boolean {
  try {
    return Date.now() - lstatSync(join(path, TIDIED)).mtimeMs > HOUR_MS;
  } catch {
    return true;
  }
}

/** Removes what was used longest ago where there is too much, and what processes that are gone left behind. */
function tidyUp(path: string): void {
  try {
    const now = Date.now();
    writeFileSync(join(path, TIDIED), "", { mode: 0o600 });
    for (const name of readdirSync(path)) {
      const file = join(path, name);
      const left = name.startsWith("build-") || name.endsWith(".tmp") || name.startsWith(".probe-");
      if (left && now - lstatSync(file).mtimeMs > HOUR_MS) rmSync(file, { recursive: true, force: true });
    }
    const entries = entriesOf(path).sort((a, b) => a.used - b.used);
    let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of entries) {
      if (bytes <= MOST_BYTES) break;
      rmSync(entry.path, { force: true });
      bytes -= entry.bytes;
    }
  } catch {
    // Another process tidies up too.
  }
}

export function cacheStatus(): CacheStatus {
  const { path, problem } = open();
  const entries = entriesOf(path);
  return {
    folder: path,
    lasting: problem === undefined,
    problem,
    files: entries.length,
    bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0),
  };
}

/** Removes all entries; how many there were. */
export function clearCache(): number {
  const { path } = open();
  const entries = entriesOf(path);
  for (const entry of entries) rmSync(entry.path, { force: true });
  return entries.length;
}
