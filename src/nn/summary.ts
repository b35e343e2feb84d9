/** A network as a table: its layers, the shapes that come out of them, and how many numbers they hold. */
import type { DType } from "../graph/index.js";
import { formatShape, type Shape } from "../shape/index.js";
import { noGrad, random, Tensor, zeros } from "../tensor/index.js";
import type { HookHandle } from "./hooks.js";
import type { Module } from "./module.js";

/** One module of a network. */
export interface SummaryRow {
  /** Its name in the network, "" for the network itself. */
  readonly name: string;
  /** What it is. */
  readonly kind: string;
  /** The shape of its (first) output, -1 where that is the unknown size of the input; null where it did not run. */
  readonly outputShape: Shape | null;
  /** Numbers in parameters of its own, those of modules in it left out. */
  readonly parameters: number;
}

/** A network as data; as a string, a table. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  /** Numbers in all parameters and buffers, each counted once. */
  readonly total: number;
  /** Numbers that are learned. */
  readonly trainable: number;
  /** Bytes of all parameters and buffers. */
  readonly bytes: number;
  toString(): string;
}

/** What `summary` takes beside the model and the shape. */
export interface SummaryOptions {
  /** The dtype of the input: int32 for a model that begins with an embedding. float32 by default. */
  readonly dtype?: DType;
}

const BYTES: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 };

interface Callable {
  forward(x: Tensor): unknown;
}

/** The first tensor of what a module gives. */
const firstTensor = (output: unknown): Tensor | undefined =>
  output instanceof Tensor
    ? output
    : Array.isArray(output)
      ? output.map(firstTensor).find(Boolean)
      : undefined;

/** The shapes that come out of each module. Tensors are lazy: nothing is computed for it. */
function outputShapes(model: Module, input: Shape, dtype: DType): Map<Module, Shape> {
  const found = new Map<Module, Shape>();
  const handles: HookHandle[] = [];
  for (const [, module] of model.namedModules()) {
    if (!("forward" in module)) continue;
    handles.push(
      module.registerForwardHook((_, __, output: unknown) => {
        const tensor = firstTensor(output);
        if (tensor !== undefined) found.set(module, [...tensor.shape]);
      }),
    );
  }
  try {
    noGrad(() => (model as unknown as Callable).forward(zeros(input, { dtype }) as Tensor));
  } finally {
    for (const handle of handles) handle.remove();
  }
  return found;
}

/** In eval mode, with the modes and the random stream as they were afterwards. */
function undisturbed<T>(model: Module, body: () => T): T {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  const state = random.getState();
  model.eval();
  try {
    return body();
  } finally {
    for (const [module, training] of modes) module.training = training;
    random.setState(state);
  }
}

/** Unknown sizes are tried with two numbers: what then comes out differently is unknown too. */
function shapesFor(model: Module, input: Shape, dtype: DType): Map<Module, Shape> {
  const tried = (size: number): Map<Module, Shape> =>
    outputShapes(
      model,
      input.map((n) => (n === -1 ? size : n)),
      dtype,
    );
  const first = tried(2);
  if (!input.includes(-1)) return first;
  const second = tried(3);
  return new Map(
    [...first].map(([module, shape]) => [
      module,
      shape.map((n, axis) => (second.get(module)?.[axis] === n ? n : -1)),
    ]),
  );
}

const kindOf = (module: Module): string => {
  const { operation, kind } = module as { operation?: unknown; kind?: unknown };
  return [operation, kind, module.constructor.name].find((word) => typeof word === "string") as string;
};

/**
 * A network's layers with the shapes that come out of them and their parameters, for an input of a shape, in which -1 is a
 * size that is not known. Nothing is computed, and mode, random numbers and running statistics stay as they are. As a
 * string it is a table; `rows`, `total`, `trainable` and `bytes` are the same as data.
 *
 * @throws ShapeError where the input does not fit the model
 * @example
 * ```ts
 * const model = nn.sequential(nn.linear(784, 50), nn.relu(), nn.linear(50, 10));
 * String(nn.summary(model, [-1, 784])); // Layer       Output shape  Parameters
 *                                       // ------------------------------------
 *                                       // sequential  (?,10)
 *                                       // 0 linear    (?,50)            39,250
 *                                       // 1 relu      (?,50)
 *                                       // 2 linear    (?,10)               510
 *                                       // ------------------------------------
 *                                       // 39,760 numbers, 39,760 trainable, 155.3 KiB
 * ```
 */
export function summary(model: Module, input: Shape, { dtype = "float32" }: SummaryOptions = {}): Summary {
  const shapes = undisturbed(model, () => shapesFor(model, input, dtype));
  const modules = model.namedModules();
  const owner = ownersOf(modules);
  const tensors = Object.entries(model.stateDict());
  const learned = new Map(model.namedParameters());
  const sum = (list: readonly Tensor[], of: (t: Tensor) => number): number =>
    list.reduce((n, t) => n + of(t), 0);
  const rows = modules.map(([name, module]) => ({
    name,
    kind: kindOf(module),
    outputShape: shapes.get(module) ?? null,
    parameters: sum(
      [...learned].filter(([key]) => owner(key) === name).map(([, tensor]) => tensor),
      ({ size }) => size,
    ),
  }));
  const all = tensors.map(([, tensor]) => tensor);
  const result = {
    rows,
    total: sum(all, ({ size }) => size),
    trainable: sum([...learned.values()], ({ size }) => size),
    bytes: sum(all, (t) => t.size * BYTES[t.dtype]),
  };
  return { ...result, toString: () => table(result) };
}

/** The name of the module that a tensor belongs to: the longest that its own begins with. */
function ownersOf(modules: readonly (readonly [string, Module])[]): (tensor: string) => string {
  const names = modules.map(([name]) => name).sort((a, b) => b.length - a.length);
  return (tensor) => names.find((name) => name === "" || tensor.startsWith(`${name}.`)) ?? "";
}

const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

function table({ rows, total, trainable, bytes }: Omit<Summary, "toString">): string {
  const cells = rows.map(({ name, kind, outputShape, parameters }) => [
    name === "" ? kind : `${name} ${kind}`,
    outputShape === null ? "" : formatShape(outputShape),
    parameters === 0 ? "" : grouped(parameters),
  ]);
  const all = [["Layer", "Output shape", "Parameters"], ...cells];
  const width = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = ([layer, shape, count]: string[]): string =>
    `${layer!.padEnd(width[0]!)}  ${shape!.padEnd(width[1]!)}  ${count!.padStart(width[2]!)}`.trimEnd();
  const rule = "-".repeat(width.reduce((a, b) => a + b) + 4);
  const [head, ...body] = all.map(line);
  const totals = `${grouped(total)} numbers, ${grouped(trainable)} trainable, ${size(bytes)}`;
  return [head, rule, ...body, rule, totals].join("\n");
}
