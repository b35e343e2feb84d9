/**
 * The interpreter: computes a graph node by node in plain TypeScript. Slow and obviously right: every other device
 * must agree with it.
 */
import { DeviceError } from "../../errors.js";
import { type Node, storageOf, type TypedArray, topological } from "../../graph/index.js";
import { formatShape } from "../../shape/index.js";
import type { RunReport, Target } from "../target.js";
import { kernels } from "./kernels.js";

type AnyKernel = (node: Node, values: readonly TypedArray[]) => TypedArray;

function compute(node: Node, values: ReadonlyMap<Node, TypedArray>): TypedArray {
  const inputs = node.sources.map((source) => source.storage?.data ?? values.get(source)!);
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
function programOrder(roots: readonly Node[]): Node[] {
  const below = topological(roots, (node) => node.storage !== undefined);
  return below.filter((node) => node.storage === undefined).sort((a, b) => a.id - b.id);
}

function run(roots: readonly Node[], keep: (node: Node) => boolean): RunReport {
  const order = programOrder(roots);
  const uses = new Map<Node, number>();
  for (const node of order) for (const source of node.sources) uses.set(source, (uses.get(source) ?? 0) + 1);
  for (const root of roots) uses.set(root, Infinity);
  const values = new Map<Node, TypedArray>();
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
  // What is left here are the roots, and what was asked to be kept.
  for (const [node, value] of values) node.storage = storageOf(node.dtype, value);
  return { computed: order.length, peakBytes };
}

export const interpreter: Target = { name: "interpreter", run };
