/** Node only: a file that is read by position, so that only what a reader asks for is in memory. */
import { type FileHandle, open } from "node:fs/promises";
import type { Reading } from "./byte-source.js";
import { fileError, toFileError } from "./file-error.js";

/** One call never asks for more, as systems refuse 2 GiB and more at once. */
const MAX_READ = 2 ** 26;

/** A regular file, open. */
export class FileSource {
  readonly path: string;
  /** Its size when it was opened. */
  readonly size: number;
  private readonly handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.handle = handle;
  }

  /** @throws FileError with the path and the reason: no such file, a folder, permission denied */
  static async open(path: string): Promise<FileSource> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, "r");
      const stats = await handle.stat();
      if (stats.isDirectory()) throw fileError("read", path, "it is a folder, not a file (EISDIR)");
      if (!stats.isFile()) throw fileError("read", path, "it is a device, a pipe or a socket, not a file");
      return new FileSource(path, stats.size, handle);
    } catch (error) {
      await handle?.close();
      throw toFileError("read", path, error);
    }
  }

  /** Opens a file for one reader. */
  static async with<T>(path: string, use: (source: FileSource) => Promise<T>): Promise<T> {
    const source = await FileSource.open(path);
    try {
      return await use(source);
    } finally {
      await source.close();
    }
  }

  /**
   * Runs a reader on the file.
   *
   * @throws FileError where the disk does not give what the file had when it was opened; what the reader throws passes
   * through
   */
  async run<T>(reading: Reading<T>): Promise<T> {
    for (;;) {
      const { done, value } = reading.next();
      if (done) return value;
      await this.fill(value.into, value.position);
    }
  }

  private async fill(into: Uint8Array, position: number): Promise<void> {
    let filled = 0;
    while (filled < into.length) {
      const length = Math.min(into.length - filled, MAX_READ);
      const bytesRead = await this.read(into, filled, length, position + filled);
      if (bytesRead === 0) {
        throw fileError("read", this.path, `it became shorter than ${this.size} bytes while it was read`);
      }
      filled += bytesRead;
    }
  }

  private async read(into: Uint8Array, at: number, length: number, position: number): Promise<number> {
    try {
      return (await this.handle.read(into, at, length, position)).bytesRead;
    } catch (error) {
      throw toFileError("read", this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
