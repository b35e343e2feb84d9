/** What the compiler made of a graph, for people and for programs that draw it: what all devices that compile have to say. */
import type { Compiled, CompiledKernel } from "../compiler/compile.js";
import { programOrder } from "../compiler/order.js";
import { BYTES } from "../compiler/scopes.js";
import { formatNest } from "../compiler/text.js";
import { stepText } from "../compiler/transforms.js";
import { allocate, isVariable, type Node, type Storage, storageOf } from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import type { ProgramPlan, Updates } from "./known-programs.js";
import type { ExplainedKernel, ExplainedNode, Explanation } from "./target.js";

/** Engines make the quick form of code after a while of running it. */
const WARM_MILLISECONDS = 15;
const WARM_KERNELS_MILLISECONDS = 60;
const RUNS = 5;

/** A program that was compiled to be looked at. */
export interface Kept {
  readonly compiled: Compiled;
  /** Each kernel in the device's language, by its name. */
  readonly listings: ReadonlyMap<string, string>;
  readonly moduleBytes: number;
  run(inputs: readonly Storage[]): unknown;
  /** Runs the program and hands out its kernels; taken phase by phase they compute the same once more. */
  withKernels<T>(inputs: readonly Storage[], use: (kernels: readonly (() => void)[]) => T): T;
}

export function explainGraph(
  device: string,
  make: (plan: ProgramPlan) => Kept,
  outputs: readonly Node[],
  inputs: readonly Node[],
  updates: Updates,
): Explanation {
  const order = programOrder(outputs);
  const given = new Set(inputs);
  const leaves = [...inputs, ...order.filter((node) => node.storage !== undefined && !given.has(node))];
  const began = performance.now();
  const program = make({ outputs, leaves, updates });
  const compileMilliseconds = performance.now() - began;
  const { compiled, listings, moduleBytes } = program;
  const times = timesOf(compiled, program, leaves);
  const kernels = compiled.kernels.map((kernel, i) =>
    explainKernel(kernel, listings.get(kernel.code.name) ?? "", times?.kernels[i]),
  );
  return {
    device,
    graph: order.map(explainNode),
    kernels,
    phases: compiled.code.phases.map((phase) => phase.kernels.map((i) => kernels[i]!.name)),
    bytesMoved: kernels.reduce((sum, { bytesMoved }) => sum + bytesMoved, 0),
    operations: kernels.reduce((sum, { operations }) => sum + operations, 0),
    arenaBytes: compiled.arenaBytes,
    moduleBytes,
    compileMilliseconds,
    milliseconds: times?.whole,
  };
}

function explainNode(node: Node): ExplainedNode {
  const attrs: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node.attrs)) {
    if (typeof value === "number" || typeof value === "string" || Array.isArray(value)) attrs[name] = value;
  }
  const leaf = node.storage !== undefined;
  return {
    id: node.id,
    op: leaf ? (isVariable(node) ? "variable" : "leaf") : node.op,
    shape: [...node.shape],
    dtype: node.dtype,
    sources: leaf ? [] : node.sources.map(({ id }) => id),
    attrs: leaf ? {} : attrs,
  };
}

function explainKernel(
  { group, plain, planned, code }: CompiledKernel,
  listing: string,
  milliseconds: number | undefined,
): ExplainedKernel {
  const { nest, steps } = planned;
  let points = 1;
  for (const { variable } of [...plain.outer]) points *= variable.extent;
  let operations = 0;
  for (const { loops, reductions, stores, finish } of plain.stages) {
    const inner = loops.reduce((n, { variable }) => n * variable.extent, 1);
    for (const { value } of reductions) operations += points * inner * (operationsOf(value) + 1);
    for (const { value } of stores) operations += points * inner * operationsOf(value);
    for (const { value } of finish) operations += points * operationsOf(value);
  }
  return {
    name: code.name,
    kind: group.kind,
    computes: [...group.members.keys()].map(({ id }) => id),
    loops: formatNest(plain),
    transforms: steps.map((step) => stepText(step)),
    transformed: formatNest(nest),
    listing,
    bytesMoved: bytesOf(planned.nest),
    operations,
    milliseconds,
  };
}

type Expression = CompiledKernel["plain"]["stages"][number]["reductions"][number]["value"];
const LEAVES: ReadonlySet<string> = new Set(["const", "local", "var", "index", "load", "splat"]);

function operationsOf(value: Expression): number {
  const seen = new Set<Expression>();
  let count = 0;
  const walk = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (!LEAVES.has(e.op)) count++;
    e.args.forEach(walk);
  };
  walk(value);
  return count;
}

/** Every buffer that the kernel reads or writes, once. */
function bytesOf(nest: CompiledKernel["plain"]): number {
  const buffers = new Map<object, number>();
  const note = (buffer: { dtype: keyof typeof BYTES; length: number }): void =>
    void buffers.set(buffer, BYTES[buffer.dtype] * buffer.length);
  const seen = new Set<Expression>();
  const walk = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === "load" && e.buffer!.role !== "private") note(e.buffer!);
    e.args.forEach(walk);
    for (const { atom } of e.index?.terms ?? []) if (atom.kind === "unknown") walk(atom.value as Expression);
  };
  for (const { reductions, stores, finish } of nest.stages) {
    for (const { value } of reductions) walk(value);
    for (const { buffer, value } of [...stores, ...finish]) {
      walk(value);
      if (buffer.role !== "private") note(buffer);
    }
  }
  return [...buffers.values()].reduce((sum, bytes) => sum + bytes, 0);
}

export interface Times {
  readonly whole: number;
  readonly kernels: readonly number[];
}

/** The program and its kernels, on zeros where a leaf's values are still to come. */
export function timesOf(
  { code }: Compiled,
  program: Pick<Kept, "run" | "withKernels">,
  leaves: readonly Node[],
): Times | undefined {
  const values = leaves.map((leaf): Storage => {
    if (leaf.storage?.host !== undefined || leaf.storage?.resident !== undefined) {
      try {
        leaf.storage.read();
        return leaf.storage;
      } catch {
        // Stands for values to come.
      }
    }
    return storageOf(leaf.dtype, allocate(leaf.dtype, sizeOf(leaf.shape)));
  });
  try {
    const whole = quickest(() => void program.run(values));
    const order = code.phases.flatMap((phase) => phase.kernels);
    return { whole, kernels: program.withKernels(values, (kernels) => quickestOfEach(kernels, order)) };
  } catch {
    return undefined;
  }
}

/**
 * The same of each kernel, one after the other as the program has them: its temporaries share memory, so a kernel that is run
 * out of turn finds what another has left there.
 */
function quickestOfEach(kernels: readonly (() => void)[], order: readonly number[]): number[] {
  const best = kernels.map(() => Number.POSITIVE_INFINITY);
  const begin = performance.now();
  for (let runs = 0; runs < RUNS || performance.now() - begin < WARM_KERNELS_MILLISECONDS; runs++) {
    for (const kernel of order) {
      const before = performance.now();
      kernels[kernel]!();
      best[kernel] = Math.min(best[kernel]!, performance.now() - before);
    }
  }
  return best;
}

/** Milliseconds of the quickest of a few runs, when the engine has had time to make the code quick. */
function quickest(run: () => void): number {
  const begin = performance.now();
  let [best, runs] = [Number.POSITIVE_INFINITY, 0];
  for (let now = begin; runs < RUNS || now - begin < WARM_MILLISECONDS; runs++) {
    run();
    const before = now;
    now = performance.now();
    best = Math.min(best, now - before);
  }
  return best;
}
