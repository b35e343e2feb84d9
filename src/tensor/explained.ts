/** What `explain` gives: data, and as a string text. Loaded when somebody asks. */
import { formatShape } from "../shape/index.js";
import type { ExplainedKernel, ExplainedNode, Explanation } from "../targets/index.js";

/** What the compiler made of a tensor or a function. `String(...)` tells it as text. */
export class Explained implements Explanation {
  /** The device that it was compiled for. */
  readonly device!: string;
  /** Every node to compute, and the leaves that it begins from. */
  readonly graph!: ExplainedNode[];
  /** What the nodes became. */
  readonly kernels!: ExplainedKernel[];
  /** Names of kernels that may run at the same time, phase after phase. */
  readonly phases!: string[][];
  /** Bytes that all kernels read and write. */
  readonly bytesMoved!: number;
  /** Arithmetic operations on elements, all kernels together. */
  readonly operations!: number;
  /** Bytes for values that only live during a run. */
  readonly arenaBytes!: number;
  /** Size of the compiled module. */
  readonly moduleBytes!: number;
  /** How long compiling took. */
  readonly compileMilliseconds!: number;
  /** The quickest of a few runs; undefined where it cannot be run by itself. */
  readonly milliseconds: number | undefined;

  constructor(explanation: Explanation) {
    Object.assign(this, explanation);
    this.milliseconds = explanation.milliseconds;
  }

  /**
   * Graph, schedule, loops before and after the transforms, and the listing of every kernel.
   *
   * @example
   * ```ts
   * String(await explain(ones([3]).exp())).startsWith("device wasm"); // true
   * ```
   */
  toString(): string {
    return [summaryOf(this), ...graphLines(this), ...this.kernels.map((kernel) => formatKernel(kernel))].join(
      "\n",
    );
  }
}

function summaryOf({
  device,
  graph,
  kernels,
  phases,
  operations,
  bytesMoved,
  arenaBytes,
  milliseconds,
}: Explained): string {
  const time = milliseconds === undefined ? "" : `, ${milliseconds.toFixed(3)} ms a run`;
  return `device ${device}: ${graph.length} nodes, ${kernels.length} kernels in ${phases.length} phases, ${count(operations)} operations, ${count(bytesMoved)} bytes moved, ${count(arenaBytes)} bytes of its own${time}`;
}

function graphLines({ graph, kernels }: Explained): string[] {
  const kernelOf = new Map(
    kernels.flatMap(({ name, computes }) => computes.map((id) => [id, name] as const)),
  );
  const lines = graph.map(({ id, op, shape, dtype, sources, attrs }) => {
    const given = Object.entries(attrs).map(
      ([name, value]) => `${name}=${Array.isArray(value) ? `[${value}]` : String(value)}`,
    );
    const from = [...sources.map((source) => `%${source}`), ...given].join(", ");
    const where = kernelOf.get(id);
    return `  %${id} = ${op}(${from}) : ${dtype}${formatShape(shape)}${where === undefined ? "" : `  -> ${where}`}`;
  });
  return ["graph", ...lines];
}

const count = (n: number): string => n.toLocaleString("en-US");
const indent = (text: string): string => text.replaceAll(/^/gm, "    ");

function formatKernel(kernel: ExplainedKernel): string {
  const { name, kind, computes, loops, transforms, transformed, listing } = kernel;
  const cost = `${count(kernel.operations)} operations, ${count(kernel.bytesMoved)} bytes`;
  const time = kernel.milliseconds === undefined ? "" : `, ${kernel.milliseconds.toFixed(3)} ms`;
  return [
    `kernel ${name} (${kind}) computes ${computes.map((id) => `%${id}`).join(" ")}: ${cost}${time}`,
    "  loops",
    indent(loops),
    `  transforms: ${transforms.join("; ") || "none"}`,
    indent(transformed),
    "  listing",
    indent(listing),
  ].join("\n");
}
