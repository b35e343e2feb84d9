/**
 * A sequential model as plain data, and back: what a file of weights says about the network that they belong to. What
 * comes from a file is checked against the weights that are really there before a layer of that size is made.
 */
import { FormatError } from "../errors.js";
import type { Layer, Module } from "../nn/index.js";
import * as nn from "../nn/index.js";
import type { PerAxis, Shape } from "../shape/index.js";
import { formatShape, sameShape } from "../shape/index.js";
import { random } from "../tensor/index.js";

/** One layer: its kind and its settings. */
export type LayerDescription = Readonly<Record<string, unknown>> & { readonly layer: string };

/** Shapes of a layer's tensors by name. */
type Shapes = Readonly<Record<string, Shape>>;

/** How one kind of layer is told, and made again. */
interface Kind {
  /** Its settings, or null where the module is not of this kind. */
  describe(module: Module): Record<string, unknown> | null;
  /** The shapes of its tensors, from its settings. */
  shapes(settings: Settings): Shapes;
  build(settings: Settings): Layer;
}

const ACTIVATIONS: Readonly<Record<string, () => Layer>> = {
  step: nn.step,
  sigmoid: nn.sigmoid,
  tanh: nn.tanh,
  relu: nn.relu,
  identity: nn.identity,
};

const both = (kernel: PerAxis): readonly number[] => (typeof kernel === "number" ? [kernel, kernel] : kernel);

const withBias = (settings: Settings, weight: Shape): Shapes =>
  settings.flag("bias") ? { weight, bias: [weight[0]!] } : { weight };

const activation = (name: string, build: () => Layer): Kind => ({
  describe: (module) => (module instanceof nn.Activation && module.kind === name ? {} : null),
  shapes: () => ({}),
  build,
});

const pool = (kind: "max" | "average", build: (kernel: PerAxis, options: WindowSettings) => Layer): Kind => ({
  describe: (module) =>
    module instanceof nn.Pool2d && module.kind === kind ? { kernel: module.kernel, ...module.options } : null,
  shapes: () => ({}),
  build: (settings) => build(settings.sizes("kernel"), settings.window()),
});

const KINDS: Readonly<Record<string, Kind>> = {
  linear: {
    describe: (module) =>
      module instanceof nn.Linear
        ? { in: module.inFeatures, out: module.outFeatures, bias: module.bias !== null }
        : null,
    shapes: (settings) => withBias(settings, [settings.size("out"), settings.size("in")]),
    build: (settings) =>
      nn.linear(settings.size("in"), settings.size("out"), { bias: settings.flag("bias") }),
  },
  conv2d: {
    describe: (module) =>
      module instanceof nn.Conv2d
        ? {
            in: module.inChannels,
            out: module.outChannels,
            kernel: module.kernel,
            ...module.options,
            bias: module.bias !== null,
          }
        : null,
    shapes: (settings) => {
      const inner = settings.size("in") / (settings.window().groups ?? 1);
      return withBias(settings, [settings.size("out"), inner, ...both(settings.sizes("kernel"))]);
    },
    build: (settings) =>
      nn.conv2d(settings.size("in"), settings.size("out"), settings.sizes("kernel"), {
        ...settings.window(),
        bias: settings.flag("bias"),
      }),
  },
  maxPool2d: pool("max", (kernel, options) => nn.maxPool2d(kernel, options)),
  avgPool2d: pool("average", (kernel, options) => nn.avgPool2d(kernel, options)),
  flatten: {
    describe: (module) => (module instanceof nn.Flatten ? { start: module.start } : null),
    shapes: () => ({}),
    build: (settings) => nn.flatten(settings.whole("start", 0)),
  },
  ...Object.fromEntries(
    Object.entries(ACTIVATIONS).map(([name, build]) => [name, activation(name, () => build())]),
  ),
};

interface WindowSettings {
  stride?: PerAxis;
  padding?: PerAxis;
  dilation?: PerAxis;
  groups?: number;
}

/** The settings of a described layer, each checked as it is read. */
class Settings {
  constructor(
    readonly where: string,
    readonly values: LayerDescription,
  ) {}

  #refuse(name: string, wanted: string): never {
    throw new FormatError(
      `${this.where}: ${name} must be ${wanted}, found ${JSON.stringify(this.values[name])}`,
    );
  }

  whole(name: string, least: number): number {
    const value = this.values[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    return this.#refuse(name, `a whole number of at least ${least}`);
  }

  size(name: string): number {
    return this.whole(name, 1);
  }

  flag(name: string): boolean {
    const value = this.values[name];
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false");
  }

  /** A size, or one for each of two axes. */
  sizes(name: string, least = 1): PerAxis {
    const value = this.values[name];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const sound = list.every((n) => Number.isSafeInteger(n) && (n as number) >= least);
    if (!sound || (Array.isArray(value) && list.length !== 2)) {
      this.#refuse(name, `a whole number of at least ${least}, or two of them`);
    }
    return value as PerAxis;
  }

  window(): WindowSettings {
    const given = (name: string): boolean => Object.hasOwn(this.values, name);
    return {
      ...(given("stride") && { stride: this.sizes("stride") }),
      ...(given("padding") && { padding: this.sizes("padding", 0) }),
      ...(given("dilation") && { dilation: this.sizes("dilation") }),
      ...(given("groups") && { groups: this.size("groups") }),
    };
  }
}

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
