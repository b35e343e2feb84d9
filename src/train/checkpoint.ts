/** Where a training stands, as one safetensors file: written whole or not at all, and enough to go on from exactly. */
import { FormatError } from "../errors.js";
import type { ArrayRecord } from "../formats/index.js";
import type { GeneratorState } from "../tensor/index.js";
import type { BestEpoch, EpochRecord, TrainingState, Weights } from "./history.js";
import { checkKind, kindOf, parseField, recordsOf, weightsOf } from "./model-file.js";

const KIND = "maru-checkpoint";

/** The parts of the state that are tensors; a tensor's name in the file begins with its part. */
const PARTS = ["weights", "bestWeights", "optimizer"] as const;

/**
 * Writes the state that `fit` gives to `onEpoch` to a file, for `fit`'s `resume` (Node only).
 *
 * @param settings whatever the program wants to find again; must survive JSON
 * @throws FileError where the file cannot be written; the one before it is then as it was
 * @example
 * ```ts
 * await fit(model, data, { ...options, onEpoch: (_, state) => saveCheckpoint("last.safetensors", state) });
 * const { state } = await loadCheckpoint("last.safetensors");
 * await fit(model, data, { ...options, epochs: 10, resume: state });
 * ```
 */
export async function saveCheckpoint(
  path: string,
  state: TrainingState,
  settings: unknown = {},
): Promise<void> {
  const { writeSafetensors } = await import("../formats/node-files.js");
  const tensors = new Map<string, ArrayRecord>();
  for (const part of PARTS) {
    for (const [name, record] of await recordsOf(state[part])) tensors.set(`${part}.${name}`, record);
  }
  const { epochs, best, random } = state;
  const fields = Object.entries({ settings, epochs, best, random });
  await writeSafetensors(path, tensors, {
    ...kindOf(KIND),
    ...Object.fromEntries(fields.map(([name, value]) => [name, JSON.stringify(value)])),
  });
}

/** What a checkpoint holds: the state of the training, and what the program put beside it. */
export interface Checkpoint {
  readonly state: TrainingState;
  readonly settings: unknown;
}

/**
 * Reads what `saveCheckpoint` wrote (Node only).
 *
 * @throws FileError where the file cannot be read, FormatError where it is not such a file
 * @example
 * ```ts
 * const { state } = await loadCheckpoint("last.safetensors");
 * ```
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { readSafetensors } = await import("../formats/node-files.js");
  const { tensors, metadata } = await readSafetensors(path);
  checkKind(metadata, KIND, path);
  const epochs = parseField(metadata, "epochs", path);
  const best = parseField(metadata, "best", path);
  const random = parseField(metadata, "random", path);
  if (!isHistory(epochs) || !isBest(best, epochs.length) || !isGeneratorState(random)) {
    throw new FormatError(`${path}: its metadata do not tell of a training`);
  }
  const part = (name: string): Weights =>
    weightsOf(
      new Map(
        [...tensors]
          .filter(([key]) => key.startsWith(`${name}.`))
          .map(([key, record]) => [key.slice(name.length + 1), record] as const),
      ),
    );
  const [weights, bestWeights, optimizer] = PARTS.map(part) as [Weights, Weights, Weights];
  const state = { epochs, best, random, weights, bestWeights, optimizer };
  return { state, settings: parseField(metadata, "settings", path) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

function isHistory(value: unknown): value is EpochRecord[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((record, i) => isObject(record) && record.epoch === i + 1 && typeof record.loss === "number")
  );
}

function isBest(value: unknown, epochs: number): value is BestEpoch {
  if (!isObject(value)) return false;
  const { epoch, metric } = value;
  return (
    typeof epoch === "number" && epoch >= 1 && epoch <= epochs && (metric === "loss" || metric === "valLoss")
  );
}

function isGeneratorState(value: unknown): value is GeneratorState {
  return isObject(value) && Number.isSafeInteger(value.seed) && Number.isSafeInteger(value.draws);
}
