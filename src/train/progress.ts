/** What `fit` shows while it works. The bar itself is Node's, and is loaded only where it is wanted. */
import type { Progress } from "./progress-node.js";

export type { Progress };

const SILENT: Progress = { begin() {}, update() {}, end() {} };

/** A bar on standard error: with "auto" only where that is a terminal. */
export async function openProgress(wanted: boolean | "auto"): Promise<Progress> {
  if (wanted === false || typeof process === "undefined" || process.versions?.node === undefined)
    return SILENT;
  if (wanted === "auto" && process.stderr?.isTTY !== true) return SILENT;
  const { terminalProgress } = await import("./progress-node.js");
  return terminalProgress();
}
