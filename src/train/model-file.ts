/**
 * Models in files: safetensors with the weights under PyTorch's names, and beside them what the network is, so that it
 * can be made again without its program.
 */
import { FormatError } from "../errors.js";
import type { ArrayRecord } from "../formats/index.js";
import { buffer } from "../graph/index.js";
import type { Layer, Module } from "../nn/index.js";
import { Tensor } from "../tensor/index.js";
import { buildModel, describeModel } from "./architecture.js";
import type { Weights } from "./history.js";

/** Of the layout of a model's metadata; a reader refuses what it does not know. */
const VERSION = "1";

/** Texts by name that go into the file. */
export type ModelMetadata = Readonly<Record<string, string>>;

/** Tensors as a file holds them. */
export async function recordsOf(weights: Weights): Promise<Map<string, ArrayRecord>> {
  const entries = Object.entries(weights).map(async ([name, tensor]) => {
    const record: ArrayRecord = { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() };
    return [name, record] as const;
  });
  return new Map(await Promise.all(entries));
}

/** Arrays from a file as tensors. */
export function weightsOf(records: ReadonlyMap<string, ArrayRecord>): Record<string, Tensor> {
  const entries = [...records].map(
    ([name, { data, shape, dtype }]) => [name, new Tensor(buffer(data, shape, dtype))] as const,
  );
  return Object.fromEntries(entries);
}

/** Throws unless the file's metadata are of a kind and a version that this reader knows. */
export function checkKind(
  metadata: ModelMetadata,
  kind: string,
  path: string,
  versions: readonly string[] = [VERSION],
): void {
  if (metadata.format !== kind) {
    throw new FormatError(
      `${path} is not a ${kind} file: its metadata say format ${JSON.stringify(metadata.format)}`,
    );
  }
  if (!versions.includes(metadata.version ?? "")) {
    throw new FormatError(
      `${path} is of version ${JSON.stringify(metadata.version)}; this maru reads version ${versions.join(" and ")}`,
    );
  }
}

/** What every file of ours says first. */
export const kindOf = (kind: string, version = VERSION): ModelMetadata => ({ format: kind, version });

/** JSON from a file's metadata. */
export function parseField(metadata: ModelMetadata, field: string, path: string): unknown {
  try {
    return JSON.parse(metadata[field] ?? "");
  } catch (error) {
    throw new FormatError(`${path}: its metadata have no sound ${field}`, { cause: error });
  }
}

/**
 * Writes a model's weights to a safetensors file, whole or not at all (Node only). Of a `sequential` of maru's own
 * layers, with sequentials and residuals in it, the architecture is written as well, so that `loadModel` can make it again.
 *
 * @throws FileError where the file cannot be written; the one before it is then as it was
 * @example
 * ```ts
 * await saveModel("model.safetensors", nn.sequential(nn.linear(784, 10)), { accuracy: "0.92" });
 * ```
 */
export async function saveModel(path: string, model: Module, metadata: ModelMetadata = {}): Promise<void> {
  await saveWeights(path, model, model.stateDict(), metadata);
}

/** `saveModel` with other weights than those that the model has now. */
export async function saveWeights(
  path: string,
  model: Module,
  weights: Weights,
  metadata: ModelMetadata = {},
): Promise<void> {
  const { writeSafetensors } = await import("../formats/node-files.js");
  const architecture = describeModel(model);
  await writeSafetensors(path, await recordsOf(weights), {
    ...metadata,
    ...kindOf("maru-model"),
    ...(architecture !== null && { architecture: JSON.stringify(architecture) }),
  });
}

/** A model from a file, and what else the file says. */
export interface LoadedModel {
  readonly model: Layer;
  readonly metadata: ModelMetadata;
}

/**
 * Makes the model that `saveModel` wrote, weights and all (Node only).
 *
 * @throws FileError where the file cannot be read
 * @throws FormatError where it is not sound, or does not say what the network is (then make the model and give its
 * weights by `loadStateDict`)
 * @example
 * ```ts
 * const { model } = await loadModel("model.safetensors");
 * ```
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  const { readSafetensors } = await import("../formats/node-files.js");
  const { tensors, metadata } = await readSafetensors(path);
  checkKind(metadata, "maru-model", path);
  if (metadata.architecture === undefined) {
    throw new FormatError(
      `${path} does not say what network its weights belong to; make the model and load them with loadStateDict`,
    );
  }
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape] as const));
  const model = buildModel(parseField(metadata, "architecture", path), shapes, path);
  model.loadStateDict(weightsOf(tensors));
  return { model, metadata };
}
