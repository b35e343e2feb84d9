/**
 * Node only: the folder of a training's checkpoints. Each is a file of its own, `step-000000120.safetensors` after 120
 * updates, written whole or not at all; older ones go only when a newer one is safe on the disk. `best.safetensors` is
 * the model of the best epoch.
 */
import { mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FormatError, ValueError } from "../errors.js";
import { fileError, toFileError } from "../formats/file-error.js";
import type { Training } from "./callback.js";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import type { CheckpointOptions, CheckpointWriter, OpenedFolder } from "./checkpoint-options.js";
import { saveWeights } from "./model-file.js";

const NAME = /^step-(\d{9,})\.safetensors$/;
/** What a process that was killed may leave of a file that it was writing. */
const HALF_WRITTEN = /^\.maru-[0-9a-f]{32}\.tmp$/;

const fileOf = (folder: string, updates: number): string =>
  join(folder, `step-${String(updates).padStart(9, "0")}.safetensors`);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw toFileError("read", folder, error);
  }
}

/** How many updates each checkpoint in the folder stands for, the newest first. */
function numbersIn(folder: string): number[] {
  const numbers = namesIn(folder).flatMap((name) => {
    const digits = NAME.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.sort((a, b) => b - a);
}

/** A checkpoint of a folder, with its path. */
export interface NewestCheckpoint extends Checkpoint {
  readonly path: string;
}

/** The newest checkpoint of a folder that can be read; undefined where there is none. */
export async function newestIn(folder: string): Promise<NewestCheckpoint | undefined> {
  const paths = numbersIn(folder).map((updates) => fileOf(folder, updates));
  let broken: unknown;
  for (const path of paths) {
    try {
      return { path, ...(await loadCheckpoint(path)) };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // Damaged by something else than an end in the middle of writing: the one before it will do.
      broken ??= error;
    }
  }
  if (broken !== undefined) throw broken;
  return undefined;
}

/** Makes a folder and those above it. (Node's own recursive way never returns under /proc, where none can be made.) */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}

/**
 * Makes a folder for a training, and clears away what an earlier one that was killed left half-written.
 *
 * @throws FileError where that cannot be done
 */
export function prepareRunFolder(folder: string): void {
  try {
    makeFolder(resolve(folder));
    for (const name of readdirSync(folder)) if (HALF_WRITTEN.test(name)) unlinkSync(join(folder, name));
  } catch (error) {
    const inTheWay = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw inTheWay
      ? fileError("write", folder, "there is a file of that name")
      : toFileError("write", folder, error);
  }
}

export async function openFolder(options: CheckpointOptions): Promise<OpenedFolder> {
  const { folder, resume = false } = options;
  prepareRunFolder(folder);
  const newest = resume ? (await newestIn(folder))?.state : undefined;
  if (!resume && numbersIn(folder).length > 0) {
    throw new ValueError(
      `fit: ${folder} holds the checkpoints of another training; go on with it by checkpoint.resume, or give another folder`,
    );
  }
  return { writer: new FolderWriter(options), newest };
}

class FolderWriter implements CheckpointWriter {
  readonly #options: CheckpointOptions;
  readonly #steps: number;
  readonly #epochs: number;

  constructor(options: CheckpointOptions) {
    const { every = { epochs: 1 } } = options;
    this.#options = options;
    this.#steps = "steps" in every ? every.steps : Number.POSITIVE_INFINITY;
    this.#epochs = "epochs" in every ? every.epochs : 1;
  }

  batchEnd(training: Training): Promise<void> | undefined {
    return training.updates % this.#steps === 0 ? this.#save(training) : undefined;
  }

  async epochEnd(training: Training, isBest: boolean): Promise<void> {
    const state = training.state();
    const { epochs, best, bestWeights } = state;
    if (isBest && best !== null && bestWeights !== null) {
      const metadata = { epoch: String(best.epoch), [best.metric]: String(best.value) };
      await saveWeights(
        join(this.#options.folder, "best.safetensors"),
        training.model,
        bestWeights,
        metadata,
      );
    }
    if (epochs.length % this.#epochs === 0 || epochs.length === training.epochs) await this.#save(training);
  }

  stopped(training: Training): Promise<void> {
    return this.#save(training);
  }

  async #save(training: Training): Promise<void> {
    const { folder, keep = 2, settings = {} } = this.#options;
    const { updates } = training;
    await saveCheckpoint(fileOf(folder, updates), training.state(), settings);
    const old = numbersIn(folder).filter((number) => number < updates);
    for (const number of old.slice(keep - 1)) unlinkSync(fileOf(folder, number));
  }
}
