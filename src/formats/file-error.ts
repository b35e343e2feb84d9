/** Node only: turns what the system says about a file into a FileError that anyone can read. */
import { FileError } from "../errors.js";

const REASONS = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file would be larger than the system allows"],
  ["EISDIR", "it is a folder, not a file"],
  ["ENOTDIR", "a part of the path is a file, not a folder"],
  ["ELOOP", "its symbolic links go round in a circle"],
  ["ENAMETOOLONG", "the name is too long"],
  ["EMFILE", "too many files are open"],
  ["ENFILE", "too many files are open"],
  ["EIO", "the disk reported an error"],
  ["EBUSY", "it is in use"],
  ["ERR_INVALID_ARG_VALUE", "the path is not one that a file can have"],
]);

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "code" in error && ("syscall" in error || error.code === "ERR_INVALID_ARG_VALUE");

/** What is wrong, in words: `write`, "a/b.bin", ENOSPC gives "cannot write a/b.bin: the disk is full (ENOSPC)". */
export function fileError(
  action: "read" | "write",
  path: string,
  reason: string,
  cause?: unknown,
): FileError {
  return new FileError(`cannot ${action} ${path}: ${reason}`, cause === undefined ? undefined : { cause });
}

/**
 * A FileError for an error of the system; any other error (one of maru's, or a mistake in the caller's own code that
 * makes the data) comes back as it is.
 */
export function toFileError(action: "read" | "write", path: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const code = error.code ?? "unknown";
  const missing = action === "read" ? "there is no such file" : "its folder does not exist";
  const reason = code === "ENOENT" ? missing : (REASONS.get(code) ?? error.message);
  return fileError(action, path, `${reason} (${code})`, error);
}
