/**
 * The Wasm device: graphs become WebAssembly modules, on SIMD and, where memory can be shared, on threads. A graph whose
 * structure was run before finds its program again; so a plain loop compiles its step once.
 */

import { programOrder, withoutMarks } from "../../compiler/order.js";
import { findUses } from "../../compiler/uses.js";
import { allocate, isVariable, type Node, type Storage, storageOf } from "../../graph/index.js";
import { sizeOf } from "../../shape/index.js";
import { interpreter } from "../interpreter/interpreter.js";
import type { Program, Renewed, RunReport, Target } from "../target.js";
import { isEngineBusy, mayBlock, openEngine, setWasmThreads, wasmThreads } from "./engine.js";
import { features } from "./features.js";
import { WasmProgram } from "./program.js";
import { hashOf, loosened, matches } from "./structure.js";

/** Structures whose programs are kept; the one used longest ago is let go first. */
const MOST_STRUCTURES = 256;
/** Small graphs without derivatives that come for the first time are interpreted: that is quicker than compiling. */
const FEW_ELEMENTS = 4096;
const FEW_NODES = 48;
/** An element of a contraction is taken for so many. */
const CONTRACTION = 16;

/** A graph that was seen before. */
interface Known {
  readonly parts: readonly unknown[];
  /** Places in the order of nodes that are worth keeping. */
  readonly candidates: readonly number[];
  /** Places of constants whose values differ from time to time: they are inputs. */
  readonly loose: ReadonlySet<number>;
  /** By which of the candidates are kept. */
  readonly programs: Map<string, WasmProgram>;
  runs: number;
}

const known = new Map<number, Known[]>();
let structures = 0;
let interpretFirst = true;

/** Whether small graphs may be interpreted when they come for the first time. Off in tests of the device. */
export function setInterpretFirst(on: boolean): void {
  interpretFirst = on;
}

function release(entry: Known): void {
  for (const program of entry.programs.values()) program.release();
  structures--;
}

/** The graph as it was seen before, or noted down now. */
function recall(order: readonly Node[], roots: readonly Node[]): Known {
  const hash = hashOf(order, roots);
  const bucket = known.get(hash) ?? [];
  const old = bucket.find((entry) => matches(entry.parts, order, roots));
  if (old !== undefined) {
    if (structures > MOST_STRUCTURES / 2) {
      // Used last: at the end of the order of use.
      known.delete(hash);
      known.set(hash, bucket);
    }
    return old;
  }
  // A graph that differs in the values of constants alone, as a loop that counts does, gets them as inputs from now on.
  const differing: number[] = [];
  const near = bucket.find((entry) => {
    differing.length = 0;
    return matches(entry.parts, order, roots, differing);
  });
  if (near !== undefined) release(near);
  const loose = new Set(near === undefined ? [] : [...near.loose, ...differing]);
  const { placed } = findUses(order, new Set(roots.map(withoutMarks)));
  const asked = new Set(roots);
  const candidates = order.flatMap((node, i) =>
    !asked.has(node) && node.storage === undefined && (placed.has(node) || isVariable(node)) ? [i] : [],
  );
  const parts = loosened(order, roots, loose);
  const entry: Known = {
    parts,
    candidates,
    loose,
    programs: new Map(),
    runs: near === undefined ? 0 : near.runs,
  };
  known.delete(hash);
  known.set(hash, [...bucket.filter((other) => other !== near), entry]);
  if (++structures > MOST_STRUCTURES) {
    const [oldest, entries] = known.entries().next().value!;
    known.delete(oldest);
    entries.forEach(release);
  }
  return entry;
}

function isSmall(order: readonly Node[]): boolean {
  if (order.length > FEW_NODES) return false;
  let elements = 0;
  for (const { tracked, shape, op } of order) {
    if (tracked) return false;
    elements += sizeOf(shape) * (op === "contract" ? CONTRACTION : 1);
  }
  return elements <= FEW_ELEMENTS;
}

function run(roots: readonly Node[], keep: (node: Node) => boolean): RunReport {
  const found = find(roots, keep);
  if (found === undefined) return interpreter.run(roots, keep);
  const { program, inputs, outputs } = found;
  const values = program.run(inputs);
  outputs.forEach((node, i) => {
    node.storage = values[i]!;
  });
  return program.report;
}

async function runAsync(asked: readonly Node[], keep: (node: Node) => boolean): Promise<RunReport> {
  if (mayBlock()) return run(asked, keep);
  return openEngine().inTurn(async () => {
    const roots = asked.filter(({ storage }) => storage === undefined);
    if (roots.length === 0) return NOTHING;
    const found = find(roots, keep);
    if (found === undefined) return interpreter.run(roots, keep);
    const { program, inputs, outputs } = found;
    const values = await program.runAsync(inputs);
    outputs.forEach((node, i) => {
      node.storage ??= values[i]!;
    });
    return program.report;
  });
}

const NOTHING: RunReport = { computed: 0, peakBytes: 0 };

interface Found {
  readonly program: WasmProgram;
  readonly inputs: readonly Storage[];
  readonly outputs: readonly Node[];
}

const valueOf = (node: Node): number => (node as Node<"constant">).attrs.value;

/** The program for a graph: of an earlier one of the same structure, or a new one; none where it is better interpreted. */
function find(roots: readonly Node[], keep: (node: Node) => boolean): Found | undefined {
  const order = programOrder(roots);
  const entry = recall(order, roots);
  if (interpretFirst && entry.runs++ === 0 && isSmall(order)) return undefined;
  let mask = "";
  const kept: Node[] = [];
  for (const place of entry.candidates) {
    const node = order[place]!;
    if (!keep(node)) continue;
    kept.push(node);
    mask += `${place},`;
  }
  const loose = [...entry.loose].map((place) => order[place]!);
  for (const node of loose) node.storage = storageOf(node.dtype, allocate(node.dtype, 1).fill(valueOf(node)));
  try {
    const leaves = order.filter(({ storage }) => storage !== undefined);
    const outputs = [...roots, ...kept];
    let program = entry.programs.get(mask);
    if (program === undefined) {
      program = new WasmProgram(openEngine(), outputs, leaves, []);
      entry.programs.set(mask, program);
    }
    return { program, inputs: leaves.map(({ storage }) => storage!), outputs };
  } finally {
    for (const node of loose) node.storage = undefined;
  }
}

/** A program for given leaves, with constants of its own. */
class CapturedProgram implements Program {
  readonly #program: WasmProgram;
  readonly #constants: readonly Storage[];

  constructor(
    outputs: readonly Node[],
    inputs: readonly Node[],
    updates: readonly (readonly [output: number, input: number])[],
  ) {
    const given = new Set(inputs);
    const constants = programOrder(outputs).filter((node) => node.storage !== undefined && !given.has(node));
    this.#constants = constants.map(({ storage }) => storage!);
    for (const storage of this.#constants) storage.lent = true;
    this.#program = new WasmProgram(openEngine(), outputs, [...inputs, ...constants], updates);
  }

  release(): void {
    this.#program.release();
  }

  get report(): RunReport {
    return this.#program.report;
  }

  run(inputs: readonly Storage[], mayOverwrite?: readonly boolean[], renewed?: Renewed): Storage[] {
    return this.#program.run(this.#withConstants(inputs), mayOverwrite, renewed);
  }

  async runAsync(inputs: readonly Storage[], mayOverwrite?: readonly boolean[]): Promise<Storage[]> {
    if (mayBlock()) return this.run(inputs, mayOverwrite);
    // The caller may use its list for something else when the turn comes.
    const all = this.#withConstants([...inputs]);
    return openEngine().inTurn(() => this.#program.runAsync(all));
  }

  #withConstants(inputs: readonly Storage[]): readonly Storage[] {
    return this.#constants.length === 0 ? inputs : [...inputs, ...this.#constants];
  }
}

export const wasm: Target = {
  name: "wasm",
  get readiness() {
    const { simd } = features();
    return simd
      ? { available: true, detail: `compiled to WebAssembly; ${wasmThreads().detail}` }
      : { available: false, detail: "this engine has no WebAssembly with SIMD" };
  },
  get threads() {
    return wasmThreads().threads;
  },
  setThreads: setWasmThreads,
  run,
  runAsync,
  get busy() {
    return isEngineBusy();
  },
  explain: async (outputs, inputs, updates) => {
    const { explainGraph } = await import("./explain.js");
    return explainGraph(outputs, inputs, updates);
  },
  compile: (outputs, inputs, updates) => new CapturedProgram(outputs, inputs, updates),
};
