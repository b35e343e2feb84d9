/** Where a training stands, as one safetensors file: written whole or not at all, and enough to go on from exactly. */
import type { ArrayRecord } from "../formats/index.js";
import { decodeFields, encodeFields } from "./checkpoint-fields.js";
import type { TrainingState, Weights } from "./history.js";
import { checkKind, kindOf, parseField, recordsOf, weightsOf } from "./model-file.js";

const KIND = "maru-checkpoint";

/** Version 1 knew only the ends of epochs, and neither schedules nor averages. */
const VERSIONS = ["1", "2"] as const;

/** The parts of the state that are tensors; a tensor's name in the file begins with its part. */
const PARTS = ["weights", "bestWeights", "optimizer", "average"] as const;

/**
 * Writes the state that `fit` gives to `onEpoch`, or a callback's `training.state()`, to a file, for `fit`'s `resume` (Node
 * only). The file that was there before stays until the new one is safe on the disk.
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
  const fields = encodeFields(state);
  for (const part of PARTS) {
    for (const [name, record] of await recordsOf(state[part] ?? {})) tensors.set(`${part}.${name}`, record);
  }
  await writeSafetensors(path, tensors, {
    ...kindOf(KIND, "2"),
    settings: JSON.stringify(settings),
    ...fields,
  });
}

/** What a checkpoint holds: the state of the training, and what the program put beside it. */
export interface Checkpoint {
  readonly state: TrainingState;
  readonly settings: unknown;
}

/**
 * Reads what `saveCheckpoint` wrote, this version's or an older one's (Node only).
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
  checkKind(metadata, KIND, path, VERSIONS);
  const fields = decodeFields(metadata, path);
  const part = (name: string): Weights =>
    weightsOf(
      new Map(
        [...tensors]
          .filter(([key]) => key.startsWith(`${name}.`))
          .map(([key, record]) => [key.slice(name.length + 1), record] as const),
      ),
    );
  const [weights, bestWeights, optimizer, average] = PARTS.map(part) as [Weights, Weights, Weights, Weights];
  const state = {
    ...fields,
    weights,
    bestWeights: fields.best === null ? null : bestWeights,
    optimizer,
    average: Object.keys(average).length > 0 ? average : undefined,
  };
  return { state, settings: parseField(metadata, "settings", path) };
}
