/** The folder of a run: which files it has, and writing them so that each is whole at any moment. */
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "../errors.js";
import { writeFileAtomic, writeFileAtomicSync } from "../formats/node.js";
import { lossCurves } from "../plot/index.js";
import { prepareRunFolder } from "../train/checkpoint-node.js";
import type { BestEpoch, EpochRecord } from "../train/index.js";
import { isModelName, type ModelName } from "./models.js";
import { isScheduleName, type ScheduleName } from "./schedules.js";

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
  readonly schedule: ScheduleName | null;
  /** Epochs without getting better after which it stops; null for never. */
  readonly earlyStopping: number | null;
  /** Are the training digits shifted and turned at random? null where they are not. */
  readonly augment: true | null;
  /** Steps from one checkpoint to the next; null for one an epoch. */
  readonly checkpointEvery: number | null;
}

/** The files of a run. */
export const filesOf = (folder: string) =>
  ({
    /** The best weights, with what `maru predict` must know of the network. */
    model: join(folder, "model.safetensors"),
    /** All that a resume needs, as of the last finished epoch or of a step after it. */
    last: join(folder, "last.safetensors"),
    history: join(folder, "history.json"),
    curveSvg: join(folder, "loss.svg"),
    curvePng: join(folder, "loss.png"),
  }) as const;

/**
 * Makes the folder and sees whether it can be written to, before hours are spent on what to put there. What a process that
 * was killed left half-written is removed.
 *
 * @throws FileError where it cannot
 */
export function prepareFolder(folder: string): void {
  prepareRunFolder(folder);
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

/** The settings in a checkpoint, checked. Those that older versions did not write are null. */
export function readSettings(value: unknown, path: string): RunSettings {
  const given = (value ?? {}) as Partial<Record<keyof RunSettings, unknown>>;
  const { data, model, epochs, batch, lr, seed, limit } = given;
  const { schedule = null, earlyStopping = null, augment = null, checkpointEvery = null } = given;
  const whole = (n: unknown, least: number): boolean => Number.isSafeInteger(n) && (n as number) >= least;
  const sound =
    typeof data === "string" &&
    isModelName(model) &&
    whole(epochs, 1) &&
    whole(batch, 1) &&
    typeof lr === "number" &&
    lr > 0 &&
    whole(seed, 0) &&
    (limit === null || whole(limit, 1)) &&
    (schedule === null || isScheduleName(schedule)) &&
    (earlyStopping === null || whole(earlyStopping, 0)) &&
    (augment === null || augment === true) &&
    (checkpointEvery === null || whole(checkpointEvery, 1));
  if (!sound) throw new FormatError(`${path} was not written by maru train: it lacks the run's settings`);
  const settings = { data, model, epochs, batch, lr, seed, limit, schedule, earlyStopping, augment };
  return { ...settings, checkpointEvery } as RunSettings;
}
