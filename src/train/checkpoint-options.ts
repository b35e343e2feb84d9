/** What the option `checkpoint` says, and what the loop and the writer of checkpoints know of each other. */
import type { Training } from "./callback.js";
import type { TrainingState } from "./history.js";

/** Where and how often `fit` writes checkpoints. */
export interface CheckpointOptions {
  /** The folder, which is made where it is not there. It belongs to one training at a time. */
  readonly folder: string;
  /**
   * How often: after so many epochs, or after so many steps and after each epoch; after each epoch by default. A training
   * that is stopped writes one too.
   */
  readonly every?: { readonly steps: number } | { readonly epochs: number } | undefined;
  /** How many of the newest stay; 2 by default. */
  readonly keep?: number | undefined;
  /** Go on from the newest one that is in the folder, if there is one? false by default. */
  readonly resume?: boolean | undefined;
  /** Whatever the program wants to find again beside it; must survive JSON. */
  readonly settings?: unknown;
}

/** What the loop tells the writer. */
export interface CheckpointWriter {
  /** After a step; gives a promise where a checkpoint was due. */
  batchEnd(training: Training): Promise<void> | undefined;
  epochEnd(training: Training, isBest: boolean): Promise<void>;
  /** The training was stopped in the middle of an epoch. */
  stopped(training: Training): Promise<void>;
}

/** A folder that is ready to be written to, and the state to go on from where that was wanted and there is one. */
export interface OpenedFolder {
  readonly writer: CheckpointWriter;
  readonly newest: TrainingState | undefined;
}
