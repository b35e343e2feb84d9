/**
 * The interpreter: computes a graph node by node in plain TypeScript. Slow and obviously right: every other device
 * must agree with it.
 */
import { DeviceError } from "../../errors.js";
import { type Node, type Storage, storageOf, type TypedArray, topological } from "../../graph/index.js";
import { formatShape } from "../../shape/index.js";
import type { Program, RunReport, Target } from "../target.js";
import { kernels } from "./kernels.js";

type AnyKernel = (node: Node, values: readonly TypedArray[]) => TypedArray;

function compute(node: Node, values: ReadonlyMap<Node, TypedArray>): TypedArray {
  const inputs = node.sources.map((source) => values.get(source) ?? source.storage!.read());
  // The table is typed by primitive; which primitive this is is known only now.
  const kernel = kernels[node.op as keyof typeof kernels] as AnyKernel;
  try {
    return kernel(node, inputs);
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    const where = `${node.op} of shape ${formatShape(node.shape)}`;
    throw new DeviceError(`${where}: ${error.message}; compute it in parts`, { cause: error });
  }
}

/**
 * The nodes to compute in the order in which they were made: sources come before users, and the derivative by a weight
 * right after the cotangent that it needs, so that what was kept for it can go.
 */
function programOrder(roots: readonly Node[], given: (node: Node) => boolean): Node[] {
  return topological(roots, given)
    .filter((node) => !given(node))
    .sort((a, b) => a.id - b.id);
}

/** Computes nodes in order into `values`, letting go of what no root and nobody else needs any more. */
function evaluate(
  order: readonly Node[],
  roots: readonly Node[],
  values: Map<Node, TypedArray>,
  keep: (node: Node) => boolean,
): RunReport {
  const uses = new Map<Node, number>();
  for (const node of order) for (const source of node.sources) uses.set(source, (uses.get(source) ?? 0) + 1);
  for (const root of roots) uses.set(root, Infinity);
  const sizes = new Map<Node, number>();
  let alive = 0;
  let peakBytes = 0;
  for (const node of order) {
    const value = compute(node, values);
    values.set(node, value);
    // Reshapes and marks share their source's values.
    const shared = node.sources.some((source) => values.get(source) === value);
    const size = shared ? 0 : value.byteLength;
    alive += size;
    sizes.set(node, size);
    peakBytes = Math.max(peakBytes, alive);
    for (const source of node.sources) {
      const left = uses.get(source)! - 1;
      uses.set(source, left);
      if (left > 0 || keep(source)) continue;
      alive -= sizes.get(source) ?? 0;
      values.delete(source);
    }
  }
  return { computed: order.length, peakBytes };
}

function run(roots: readonly Node[], keep: (node: Node) => boolean): RunReport {
  const order = programOrder(roots, (node) => node.storage !== undefined);
  const values = new Map<Node, TypedArray>();
  const report = evaluate(order, roots, values, keep);
  // What is left here are the roots, and what was asked to be kept.
  for (const [node, value] of values) node.storage = storageOf(node.dtype, value);
  return report;
}

/** The graph as it is, computed anew at each run. Nothing is written in place: that is allowed, not asked for. */
class InterpretedProgram implements Program {
  report: RunReport = { computed: 0, peakBytes: 0 };
  readonly #outputs: readonly Node[];
  readonly #inputs: readonly Node[];
  readonly #order: readonly Node[];

  constructor(outputs: readonly Node[], inputs: readonly Node[]) {
    const replaced = new Set(inputs);
    this.#outputs = outputs;
    this.#inputs = inputs;
    this.#order = programOrder(outputs, (node) => replaced.has(node) || node.storage !== undefined);
  }

  run(inputs: readonly Storage[]): Storage[] {
    const values = new Map(this.#inputs.map((node, i) => [node, inputs[i]!.read()]));
    const taken = new Set(values.values());
    this.report = evaluate(this.#order, this.#outputs, values, () => false);
    return this.#outputs.map((node) => {
      const value = values.get(node) ?? node.storage!.read();
      // Reshapes and marks share their source's values; results of a run must not.
      const own = node.storage !== undefined || taken.has(value) ? value.slice() : value;
      taken.add(own);
      return storageOf(node.dtype, own);
    });
  }
}

const compile: Target["compile"] = (outputs, inputs) => new InterpretedProgram(outputs, inputs);

export const interpreter: Target = {
  name: "interpreter",
  readiness: { available: true, detail: "plain TypeScript on one thread; runs everywhere" },
  run,
  compile,
};
