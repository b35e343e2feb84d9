/**
 * A sequential model as plain data, and back: what a file of weights says about the network that they belong to, with
 * sequentials and residuals in it as deep as they stand. What comes from a file is checked against the weights that are really there before a layer of that size is made.
 */
import { FormatError } from "../errors.js";
import type { Layer, Module } from "../nn/index.js";
import * as nn from "../nn/index.js";
import type { Shape } from "../shape/index.js";
import { formatShape, sameShape } from "../shape/index.js";
import { random } from "../tensor/index.js";
import { ACTIVATION_KINDS } from "./activation-kinds.js";
import { isExactly, type Kind, LAYER_KINDS } from "./layer-kinds.js";
import { type LayerDescription, Settings, shown } from "./layer-settings.js";

/** Every layer without layers in it that a file can tell of. */
const KINDS: Readonly<Record<string, Kind>> = { ...LAYER_KINDS, ...ACTIVATION_KINDS };

/** How deep layers may stand in layers: far more than networks need, and far less than what exhausts the stack. */
const DEEPEST = 32;

function describeLayer(module: Module, depth: number): LayerDescription | null {
  if (depth > DEEPEST) return null;
  if (isExactly(module, nn.Sequential)) {
    const layers = describeLayers(module.layers, depth);
    return layers && { layer: "sequential", layers };
  }
  if (isExactly(module, nn.Residual)) {
    const inner = describeLayer(module.layer as unknown as Layer, depth + 1);
    return inner && { layer: "residual", inner };
  }
  for (const [layer, kind] of Object.entries(KINDS)) {
    const settings = kind.describe(module);
    if (settings !== null) return { layer, ...settings };
  }
  return null;
}

function describeLayers(layers: readonly Layer[], depth: number): LayerDescription[] | null {
  const described = layers.map((layer) => describeLayer(layer, depth + 1));
  return described.every((layer) => layer !== null) ? described : null;
}

/** The layers of a `sequential` of maru's own layers, or null for any other model. */
export function describeModel(model: Module): LayerDescription[] | null {
  return isExactly(model, nn.Sequential) ? describeLayers(model.layers, 0) : null;
}

/** A layer that was read: the tensors that it will have, by their names in the model, and how to make it. */
interface Part {
  readonly shapes: readonly (readonly [string, Shape])[];
  build(): Layer;
}

/** Reads the layer `name` (`1.layer.0` is the first in the residual that is the model's second) of a description. */
function readLayer(value: unknown, name: string, where: string, depth: number): Part {
  if (depth > DEEPEST) {
    throw new FormatError(`${where}: the architecture has layers in layers more than ${DEEPEST} deep`);
  }
  const { layer, layers, inner } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (layer === "sequential") {
    const parts = readLayers(layers, name, where, depth);
    return {
      shapes: parts.flatMap(({ shapes }) => shapes),
      build: () => new nn.Sequential(parts.map((part) => part.build())),
    };
  }
  if (layer === "residual") {
    const part = readLayer(inner, `${name}.layer`, where, depth + 1);
    return { shapes: part.shapes, build: () => new nn.Residual(part.build()) };
  }
  const kind = typeof layer === "string" && Object.hasOwn(KINDS, layer) ? KINDS[layer] : undefined;
  if (kind === undefined) {
    const known = ["sequential", "residual", ...Object.keys(KINDS)].join(", ");
    throw new FormatError(`${where}: layer ${name} is of an unknown kind, ${shown(layer)}; known: ${known}`);
  }
  const settings = new Settings(`${where}: layer ${name} (${layer})`, value as LayerDescription);
  return {
    shapes: Object.entries(kind.shapes(settings)).map(([own, shape]) => [`${name}.${own}`, shape]),
    build: () => kind.build(settings),
  };
}

/** The layers of the model, whose name is "", or of a sequential in it. */
function readLayers(list: unknown, name: string, where: string, depth: number): Part[] {
  if (!Array.isArray(list)) {
    const what = name === "" ? "the architecture" : `layers of layer ${name} (sequential)`;
    throw new FormatError(`${where}: ${what} must be a list of layers, found ${shown(list)}`);
  }
  const prefix = name === "" ? "" : `${name}.`;
  return list.map((value: unknown, i) => readLayer(value, `${prefix}${i}`, where, depth + 1));
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
  const parts = readLayers(architecture, "", where, 0);
  if (parts.length === 0)
    throw new FormatError(`${where}: the architecture must be a list of layers, it has none`);
  checkShapes(new Map(parts.flatMap(({ shapes }) => shapes)), found, where);
  // Initial values are drawn only to be replaced: nobody's random numbers should change for it.
  const before = random.getState();
  try {
    return new nn.Sequential(parts.map((part) => part.build()));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`${where}: the layers do not fit together: ${reason}`, { cause: error });
  } finally {
    random.setState(before);
  }
}
