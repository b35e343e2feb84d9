/** explain: the graph, the kernels and their listing, of a tensor or of a function's call. */
import { DeviceError } from "../errors.js";
import type { Node } from "../graph/index.js";
import { formatShape } from "../shape/index.js";
import type { ExplainedKernel, ExplainedNode, Explanation, Target } from "../targets/index.js";
import { record } from "./compile.js";
import { currentTarget, useTarget } from "./runtime.js";
import { held, mustBeTensor, type Tensor } from "./tensor.js";

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

type Asked = Parameters<NonNullable<Target["explain"]>>;

/** What a capture of the function's call asks the device to compile; nothing is computed. */
function askedBy(fn: (...args: never[]) => unknown, args: readonly unknown[]): Asked {
  const target = currentTarget();
  let asked: Asked | undefined;
  const listening: Target = {
    name: target.name,
    run: (roots, keep) => target.run(roots, keep),
    compile(outputs, inputs, updates) {
      asked = [outputs, inputs, updates];
      return { run: () => [], report: { computed: 0, peakBytes: 0 } };
    },
  };
  useTarget(listening);
  try {
    record(fn, args);
  } finally {
    useTarget(target);
  }
  return asked ?? [[], [], []];
}

/**
 * What the compiler makes of a tensor that is not computed yet, or of a call of a function (which is captured as
 * {@link compile} captures it, and not carried out): the graph, which of its nodes became one kernel, each kernel's loops
 * before and after the transforms, its listing in the device's own language, bytes, operations and time. The result is
 * data, and as a string it is text.
 *
 * @throws DeviceError on a device that does not compile (the interpreter)
 * @throws CaptureError where the function cannot be captured
 * @example
 * ```ts
 * const x = ones([1000]);
 * const { kernels } = await explain(x.mul(2).add(1).tanh());
 * kernels.length; // 1
 * kernels[0]?.listing.startsWith("(func"); // true
 * ```
 */
export async function explain(
  what: Tensor | ((...args: never[]) => unknown),
  ...args: readonly unknown[]
): Promise<Explained> {
  const target = currentTarget();
  if (target.explain === undefined) {
    throw new DeviceError(
      `explain: the device "${target.name}" does not compile; choose another, such as setDevice("wasm")`,
    );
  }
  if (typeof what === "function") return new Explained(await target.explain(...askedBy(what, args)));
  mustBeTensor(what, "explain");
  const node: Node = held(what as Tensor);
  return new Explained(await target.explain(node.storage === undefined ? [node] : [], [], []));
}
