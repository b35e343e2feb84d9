/**
 * Node only: a file is written whole or not at all. The bytes go to a temporary file in the same folder, which is
 * flushed to the disk and then renamed over the target, so that a crash, a full disk or a power cut leaves either the
 * old file or the new one, never half of one.
 *
 * Only writing and flushing take time, so only they are asynchronous in `writeFileAtomic`; the rest is shared.
 */
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { fileError, toFileError } from "./file-error.js";

/** What can be written: bytes, text (as UTF-8), or pieces of bytes one after the other. */
export type FileContents = Uint8Array | string | Iterable<Uint8Array>;

const NEW_FILE_MODE = 0o644;
/** One call never asks for more, as systems refuse 2 GiB and more at once. */
const MAX_WRITE = 2 ** 26;
const MAX_LINKS = 40;

interface Replacement {
  /** The file that is replaced or made, after symbolic links. */
  readonly target: string;
  readonly folder: string;
  readonly temporary: string;
  readonly descriptor: number;
  /** False once the descriptor is given back: its number may then belong to another file. */
  open: boolean;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

function statLink(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Follows symbolic links to the file they stand for, so that the link stays and its target is replaced. */
function followLinks(path: string): { target: string; existing: fs.Stats | undefined } {
  let target = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const name = basename(target);
    if (name !== "..") target = join(fs.realpathSync(dirname(target)), name);
    const existing = statLink(target);
    if (!existing?.isSymbolicLink()) return { target, existing };
    target = resolve(dirname(target), fs.readlinkSync(target));
  }
  throw fileError("write", path, "its symbolic links go round in a circle (ELOOP)");
}

/** Makes the temporary file: a name nobody can guess, made exclusively, so that no prepared link is followed. */
function begin(path: string): Replacement {
  const { target, existing } = followLinks(path);
  if (existing?.isDirectory()) throw fileError("write", path, "it is a folder, not a file (EISDIR)");
  if (existing !== undefined && !existing.isFile()) {
    throw fileError("write", path, "it is a device, a pipe or a socket, not a file");
  }
  const folder = dirname(target);
  const temporary = join(folder, `.maru-${randomBytes(16).toString("hex")}.tmp`);
  const descriptor = fs.openSync(temporary, "wx", existing === undefined ? NEW_FILE_MODE : 0o600);
  const replacement = { target, folder, temporary, descriptor, open: true };
  try {
    if (existing !== undefined) fs.fchmodSync(descriptor, existing.mode & 0o777);
  } catch (error) {
    abandon(replacement);
    throw error;
  }
  return replacement;
}

function close(replacement: Replacement): void {
  if (!replacement.open) return;
  replacement.open = false;
  fs.closeSync(replacement.descriptor);
}

/** Removes the temporary file. What brought us here is the error to report, so failures of this are not. */
function abandon(replacement: Replacement): void {
  for (const undo of [() => close(replacement), () => fs.unlinkSync(replacement.temporary)]) {
    try {
      undo();
    } catch {}
  }
}

/** The new name reaches the disk only with the folder. Windows and some file systems cannot flush one. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(folder, "r");
    fs.fsyncSync(descriptor);
  } catch (error) {
    if (!hasCode(error, "EINVAL", "ENOTSUP", "EACCES")) throw error;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function commit(replacement: Replacement): void {
  close(replacement);
  fs.renameSync(replacement.temporary, replacement.target);
  flushFolder(replacement.folder);
}

function* pieces(data: FileContents): Iterable<Uint8Array> {
  const chunks = typeof data === "string" ? [Buffer.from(data)] : data instanceof Uint8Array ? [data] : data;
  for (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += MAX_WRITE)
      yield chunk.subarray(start, start + MAX_WRITE);
  }
}

async function* laterPieces(data: FileContents | AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  if (!isAsync(data)) yield* pieces(data);
  else for await (const chunk of data) yield* pieces(chunk);
}

const isAsync = (data: FileContents | AsyncIterable<Uint8Array>): data is AsyncIterable<Uint8Array> =>
  typeof data === "object" && Symbol.asyncIterator in data;

const write = promisify(fs.write);
const flush = promisify(fs.fsync);

/**
 * Writes a file whole or not at all, without blocking while the disk works. Pieces may also come from an async iterable.
 * The data must not change until the promise settles. An existing file keeps its mode, a symbolic link stays and its target is replaced, and a new file has mode
 * 0644 less the process's umask.
 *
 * @throws FileError with the path and the reason (no such folder, permission denied, disk full, a folder in the way); an
 * error thrown by the iterable itself passes through. The previous file is then as it was, and nothing else is left.
 *
 * @example
 * ```ts
 * import { writeFileAtomic } from "maru/formats/node";
 * await writeFileAtomic("metrics.json", JSON.stringify({ accuracy: 0.97 }));
 * ```
 */
export async function writeFileAtomic(
  path: string,
  data: FileContents | AsyncIterable<Uint8Array>,
): Promise<void> {
  let replacement: Replacement | undefined;
  try {
    replacement = begin(path);
    for await (const piece of laterPieces(data)) {
      let written = 0;
      while (written < piece.length) {
        const { bytesWritten } = await write(replacement.descriptor, piece, written);
        written += bytesWritten;
      }
    }
    await flush(replacement.descriptor);
    commit(replacement);
  } catch (error) {
    if (replacement !== undefined) abandon(replacement);
    throw toFileError("write", path, error);
  }
}

/**
 * `writeFileAtomic` for where waiting is not possible, such as the last moment of an interrupted process.
 *
 * @throws FileError as `writeFileAtomic` does.
 *
 * @example
 * ```ts
 * import { writeFileAtomicSync } from "maru/formats/node";
 * writeFileAtomicSync("notes.txt", "lost neither by a crash nor by a full disk\n");
 * ```
 */
export function writeFileAtomicSync(path: string, data: FileContents): void {
  let replacement: Replacement | undefined;
  try {
    replacement = begin(path);
    for (const piece of pieces(data)) {
      let written = 0;
      while (written < piece.length) written += fs.writeSync(replacement.descriptor, piece, written);
    }
    fs.fsyncSync(replacement.descriptor);
    commit(replacement);
  } catch (error) {
    if (replacement !== undefined) abandon(replacement);
    throw toFileError("write", path, error);
  }
}
