/** The folder of a run: which files it has, and writing them so that each is whole at any moment. */
import { mkdirSync, statSync, unlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FormatError } from "../errors.js";
import { fileError, toFileError } from "../formats/file-error.js";
import { writeFileAtomic, writeFileAtomicSync } from "../formats/node.js";
import { lossCurves } from "../plot/index.js";
import type { BestEpoch, EpochRecord } from "../train/index.js";
import { isModelName, type ModelName } from "./models.js";

/** What a run was asked to do; written down so that it can be gone on with and told apart. */
export interface RunSettings {
  readonly data: string;
  readonly model: ModelName;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
  /** Only so many training samples; null for all. */
  readonly limit: number | null;
}

/** The files of a run. */
export const filesOf = (folder: string) =>
  ({
    /** The best weights, with what `maru predict` must know of the network. */
    model: join(folder, "model.safetensors"),
    /** All that a resume needs, as of the last finished epoch. */
    last: join(folder, "last.safetensors"),
    history: join(folder, "history.json"),
    curveSvg: join(folder, "loss.svg"),
    curvePng: join(folder, "loss.png"),
  }) as const;

/** Makes a folder and those above it. (Node's own recursive way never returns under /proc, where none can be made.) */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}

/**
 * Makes the folder and sees whether it can be written to, before hours are spent on what to put there.
 *
 * @throws FileError where it cannot
 */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(resolve(folder));
  } catch (error) {
    const inTheWay = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw inTheWay
      ? fileError("write", folder, "there is a file of that name")
      : toFileError("write", folder, error);
  }
  const probe = join(folder, ".maru-probe");
  writeFileAtomicSync(probe, "");
  unlinkSync(probe);
}

export interface HistoryFile {
  readonly settings: RunSettings;
  /** Were all epochs done? */
  readonly finished: boolean;
  readonly best: BestEpoch | null;
  readonly epochs: readonly EpochRecord[];
}

export async function writeHistory(folder: string, history: HistoryFile): Promise<void> {
  await writeFileAtomic(filesOf(folder).history, `${JSON.stringify(history, null, 2)}\n`);
}

/** The loss over the epochs as pictures. */
export async function writeCurves(folder: string, epochs: readonly EpochRecord[]): Promise<void> {
  if (epochs.length === 0) return;
  const figure = lossCurves(epochs, { title: "loss" });
  const files = filesOf(folder);
  await figure.save(files.curveSvg);
  await figure.save(files.curvePng, { scale: 2 });
}

/** The settings in a checkpoint, checked. */
export function readSettings(value: unknown, path: string): RunSettings {
  const settings = (value ?? {}) as Partial<Record<keyof RunSettings, unknown>>;
  const { data, model, epochs, batch, lr, seed, limit } = settings;
  const whole = (n: unknown, least: number): boolean => Number.isSafeInteger(n) && (n as number) >= least;
  const sound =
    typeof data === "string" &&
    isModelName(model) &&
    whole(epochs, 1) &&
    whole(batch, 1) &&
    typeof lr === "number" &&
    lr > 0 &&
    whole(seed, 0) &&
    (limit === null || whole(limit, 1));
  if (!sound) throw new FormatError(`${path} was not written by maru train: it lacks the run's settings`);
  return settings as RunSettings;
}
