/**
 * A sequential model as plain data, and back: what a file of weights says about the network that they belong to. What
 * comes from a file is checked against the weights that are really there before a layer of that size is made.
 */
import { FormatError } from "../errors.js";
import type { Layer, Module } from "../nn/index.js";
import * as nn from "../nn/index.js";
import type { Shape } from "../shape/index.js";
import { formatShape, sameShape } from "../shape/index.js";
import { random } from "../tensor/index.js";
import { ACTIVATION_KINDS } from "./activation-kinds.js";
import { type Kind, LAYER_KINDS } from "./layer-kinds.js";
import { type LayerDescription, Settings } from "./layer-settings.js";

/** Every layer that a file can tell of. */
const KINDS: Readonly<Record<string, Kind>> = { ...LAYER_KINDS, ...ACTIVATION_KINDS };

function describeLayer(module: Module): LayerDescription | null {
  for (const [layer, kind] of Object.entries(KINDS)) {
    const settings = kind.describe(module);
    if (settings !== null) return { layer, ...settings };
  }
  return null;
}

/** The layers of a `sequential` of maru's own layers, or null for any other model. */
export function describeModel(model: Module): LayerDescription[] | null {
  if (!(model instanceof nn.Sequential)) return null;
  const layers = (model.layers as readonly Layer[]).map(describeLayer);
  return layers.every((layer) => layer !== null) ? layers : null;
}

function readDescription(architecture: unknown, where: string): { kind: Kind; settings: Settings }[] {
  if (!Array.isArray(architecture) || architecture.length === 0) {
    throw new FormatError(`${where}: the architecture must be a list of layers`);
  }
  return architecture.map((value: unknown, i) => {
    const layer = (value as LayerDescription | null)?.layer;
    const kind = typeof layer === "string" && Object.hasOwn(KINDS, layer) ? KINDS[layer] : undefined;
    if (kind === undefined) {
      throw new FormatError(
        `${where}: layer ${i} is of an unknown kind, ${JSON.stringify(layer)}; known: ${Object.keys(KINDS).join(", ")}`,
      );
    }
    return { kind, settings: new Settings(`${where}: layer ${i} (${layer})`, value as LayerDescription) };
  });
}

/** Throws unless the tensors that are there are just those that the layers will have. */
function checkShapes(
  expected: ReadonlyMap<string, Shape>,
  found: ReadonlyMap<string, Shape>,
  where: string,
): void {
  for (const [name, shape] of expected) {
    const there = found.get(name);
    if (there !== undefined && sameShape(there, shape)) continue;
    const has = there === undefined ? "it has no such tensor" : `it has ${formatShape(there)}`;
    throw new FormatError(`${where}: the architecture needs ${name} of shape ${formatShape(shape)}; ${has}`);
  }
  const extra = [...found.keys()].filter((name) => !expected.has(name));
  if (extra.length > 0) {
    throw new FormatError(`${where}: the architecture has no place for ${extra.join(", ")}`);
  }
}

/**
 * The model that a description tells of, its weights not loaded yet. `found` are the shapes of the weights that are there;
 * nothing is made unless they are what the description needs.
 *
 * @throws FormatError where the description makes no sense or does not go with the weights
 */
export function buildModel(architecture: unknown, found: ReadonlyMap<string, Shape>, where: string): Layer {
  const parts = readDescription(architecture, where);
  const expected = parts.flatMap(({ kind, settings }, i) =>
    Object.entries(kind.shapes(settings)).map(([name, shape]) => [`${i}.${name}`, shape] as const),
  );
  checkShapes(new Map(expected), found, where);
  // Initial values are drawn only to be replaced: nobody's random numbers should change for it.
  const before = random.getState();
  try {
    return new nn.Sequential(parts.map(({ kind, settings }) => kind.build(settings)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`${where}: the layers do not fit together: ${reason}`, { cause: error });
  } finally {
    random.setState(before);
  }
}
