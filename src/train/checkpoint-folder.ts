/** Checkpoints that `fit` writes by itself, and finding the newest one again. What touches the disk is loaded when wanted. */
import { ValueError } from "../errors.js";
import type { Checkpoint } from "./checkpoint.js";
import type { CheckpointOptions, OpenedFolder } from "./checkpoint-options.js";

/** Throws a ValueError for settings that make no sense. */
function checkCheckpointOptions({ folder, every = { epochs: 1 }, keep = 2 }: CheckpointOptions): void {
  if (typeof folder !== "string" || folder === "") {
    throw new ValueError("fit: checkpoint.folder must be the path of a folder");
  }
  const counts = Object.entries({ ...every, keep });
  for (const [name, value] of counts) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new ValueError(`fit: checkpoint ${name} must be a whole number of at least 1, got ${value}`);
  }
}

/** Opens the folder of `fit`'s checkpoints (Node only). */
export async function openCheckpoints(options: CheckpointOptions): Promise<OpenedFolder> {
  checkCheckpointOptions(options);
  const { openFolder } = await import("./checkpoint-node.js");
  return openFolder(options);
}

/**
 * The newest checkpoint in a folder that `fit` wrote by its option `checkpoint` (Node only); undefined where there is none.
 * One that was damaged is passed over.
 *
 * @throws FileError where the folder cannot be read, FormatError where none of its checkpoints is sound
 * @example
 * ```ts
 * const data = tensorDataset(array([[0], [1]]), array([[0], [2]]));
 * const options = { loss: nn.mse, optimizer: optim.sgd(0.1), epochs: 2 };
 * await fit(nn.sequential(nn.linear(1, 1)), data, { ...options, checkpoint: { folder: "run", resume: true } });
 * (await newestCheckpoint("run"))?.state.updates; // 2
 * ```
 */
export async function newestCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const { newestIn } = await import("./checkpoint-node.js");
  return newestIn(folder);
}
