/**
 * The Wasm device: graphs become WebAssembly modules, on SIMD and, where memory can be shared, on threads. A graph whose
 * structure was run before finds its program again; so a plain loop compiles its step once.
 */

import { Overtaken, overtake } from "../../compiler/compile.js";
import { programOrder } from "../../compiler/order.js";
import { findUses } from "../../compiler/uses.js";
import { allocate, isVariable, type Node, type Storage, storageOf, withoutMarks } from "../../graph/index.js";
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
  overtake();
  const wanted = lookUp(roots, keep);
  if (wanted === undefined) return interpreter.run(roots, keep);
  const program = wanted.program ?? compileNow(wanted);
  bind(wanted.outputs, program.run(wanted.inputs));
  return program.report;
}

async function runAsync(asked: readonly Node[], keep: (node: Node) => boolean): Promise<RunReport> {
  if (mayBlock()) return run(asked, keep);
  return openEngine().inTurn(async () => {
    // Each node is asked about once, however often the compilation begins anew.
    const kept = new Map<Node, boolean>();
    const keepOnce = (node: Node): boolean => {
      const answer = kept.get(node) ?? keep(node);
      kept.set(node, answer);
      return answer;
    };
    return unlessOvertaken(async (patient) => {
      const roots = asked.filter(({ storage }) => storage === undefined);
      if (roots.length === 0) return NOTHING;
      const wanted = lookUp(roots, keepOnce);
      if (wanted === undefined) return interpreter.run(roots, keepOnce);
      const program = wanted.program ?? (patient ? await compileSoon(wanted) : compileNow(wanted));
      bind(wanted.outputs, await program.runAsync(wanted.inputs));
      return program.report;
    });
  });
}

/** How often a compilation that was overtaken begins anew; then it is done at once. */
const MOST_PATIENCE = 3;

async function unlessOvertaken<T>(attempt: (patient: boolean) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt(tries < MOST_PATIENCE);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

function bind(nodes: readonly Node[], values: readonly Storage[]): void {
  nodes.forEach((node, i) => {
    node.storage ??= values[i]!;
  });
}

const NOTHING: RunReport = { computed: 0, peakBytes: 0 };

/** What a graph needs: a program, where there is one already, or what to make it of. */
interface Wanted {
  readonly program: WasmProgram | undefined;
  readonly entry: Known;
  readonly mask: string;
  /** Constants that are inputs. */
  readonly loose: readonly Node<"constant">[];
  readonly leaves: readonly Node[];
  readonly inputs: readonly Storage[];
  readonly outputs: readonly Node[];
}

/** The program for a graph, or what to make it of; undefined where it is better interpreted. */
function lookUp(roots: readonly Node[], keep: (node: Node) => boolean): Wanted | undefined {
  const order = programOrder(roots);
  const entry = recall(order, roots);
  if (interpretFirst && entry.runs++ === 0 && isSmall(order)) return undefined;
  let mask = "";
  const outputs = [...roots];
  for (const place of entry.candidates) {
    const node = order[place]!;
    if (!keep(node)) continue;
    outputs.push(node);
    mask += `${place},`;
  }
  const loose = [...entry.loose].map((place) => order[place] as Node<"constant">);
  const values = new Map(loose.map((node) => [node as Node, storageOfConstant(node)]));
  const leaves = order.filter((node) => node.storage !== undefined || values.has(node));
  const inputs = leaves.map((node) => node.storage ?? values.get(node)!);
  return { program: entry.programs.get(mask), entry, mask, loose, leaves, inputs, outputs };
}

const storageOfConstant = ({ dtype, attrs }: Node<"constant">): Storage =>
  storageOf(dtype, allocate(dtype, 1).fill(attrs.value));

function compileNow({ entry, mask, loose, leaves, outputs }: Wanted): WasmProgram {
  // The compiler takes what has a value for an input.
  for (const node of loose) node.storage = storageOfConstant(node);
  try {
    const program = WasmProgram.make({ engine: openEngine(), outputs, leaves, updates: [] });
    entry.programs.set(mask, program);
    return program;
  } finally {
    for (const node of loose) node.storage = undefined;
  }
}

async function compileSoon(wanted: Wanted): Promise<WasmProgram> {
  const { entry, mask, loose, leaves, outputs } = wanted;
  // Others may build on the same constants meanwhile, and must not take them for inputs.
  if (loose.length > 0) return compileNow(wanted);
  const program = await WasmProgram.makeSoon({ engine: openEngine(), outputs, leaves, updates: [] });
  entry.programs.set(mask, program);
  return program;
}

type Updates = readonly (readonly [output: number, input: number])[];

/** A program for given leaves, with constants of its own. It is compiled when it is first run. */
class CapturedProgram implements Program {
  #program: WasmProgram | undefined;
  /** What to make it of, until it is made. */
  #plan: { readonly outputs: readonly Node[]; readonly leaves: readonly Node[]; readonly updates: Updates };
  readonly #constants: readonly Storage[];

  constructor(outputs: readonly Node[], inputs: readonly Node[], updates: Updates) {
    const given = new Set(inputs);
    const constants = programOrder(outputs).filter((node) => node.storage !== undefined && !given.has(node));
    this.#constants = constants.map(({ storage }) => storage!);
    for (const storage of this.#constants) storage.lent = true;
    this.#plan = { outputs, leaves: [...inputs, ...constants], updates };
  }

  release(): void {
    this.#program?.release();
  }

  get report(): RunReport {
    return this.#program?.report ?? NOTHING;
  }

  run(inputs: readonly Storage[], mayOverwrite?: readonly boolean[], renewed?: Renewed): Storage[] {
    const program = this.#program ?? this.#made(WasmProgram.make({ engine: openEngine(), ...this.#plan }));
    return program.run(this.#withConstants(inputs), mayOverwrite, renewed);
  }

  async runAsync(inputs: readonly Storage[], mayOverwrite?: readonly boolean[]): Promise<Storage[]> {
    if (mayBlock()) return this.run(inputs, mayOverwrite);
    // The caller may use its list for something else when the turn comes.
    const all = this.#withConstants([...inputs]);
    return openEngine().inTurn(async () => {
      const program =
        this.#program ??
        (await unlessOvertaken(async (patient) => {
          const options = { engine: openEngine(), ...this.#plan };
          return this.#made(patient ? await WasmProgram.makeSoon(options) : WasmProgram.make(options));
        }));
      return program.runAsync(all);
    });
  }

  /** The graph is not needed any more. */
  #made(program: WasmProgram): WasmProgram {
    this.#plan = { outputs: [], leaves: [], updates: [] };
    this.#program = program;
    return program;
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
