/**
 * What devices that compile have in common: a graph whose structure was run before finds its program again, so that a
 * plain loop compiles its step once; and a captured graph is compiled when it is first run.
 */
import { Overtaken, overtake } from "../compiler/compile.js";
import { programOrder } from "../compiler/order.js";
import type { StepName } from "../compiler/transforms.js";
import { findUses } from "../compiler/uses.js";
import { allocate, isVariable, type Node, type Storage, storageOf, withoutMarks } from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import { interpreter } from "./interpreter/interpreter.js";
import { hashOf, loosened, matches } from "./structure.js";
import type { Program, Renewed, RunReport, Target } from "./target.js";

/** Structures whose programs are kept; the one used longest ago is let go first. */
const MOST_STRUCTURES = 256;
/** Small graphs without derivatives are interpreted at first: that is quicker than compiling. */
const FEW_ELEMENTS = 4096;
const FEW_NODES = 48;
/** An element of a contraction is taken for so many. */
const CONTRACTION = 16;
/** How often a compilation that was overtaken begins anew; then it is done at once. */
const MOST_PATIENCE = 3;

export type Updates = readonly (readonly [output: number, input: number])[];

/** What a program is made of. */
export interface ProgramPlan {
  readonly outputs: readonly Node[];
  /** The inputs of every run, in their order. */
  readonly leaves: readonly Node[];
  readonly updates: Updates;
}

/** A compiled program of a device. */
export interface DeviceProgram {
  readonly report: RunReport;
  run(inputs: readonly Storage[], mayOverwrite?: readonly boolean[], renewed?: Renewed): Storage[];
  runAsync(inputs: readonly Storage[], mayOverwrite?: readonly boolean[]): Promise<Storage[]>;
  release(): void;
}

/** What a device does itself. */
export interface Maker<P extends DeviceProgram> {
  /** How often small graphs are interpreted before they are compiled. */
  readonly interpreted: number;
  make(plan: ProgramPlan): P;
  /**
   * Compiles without blocking.
   *
   * @throws Overtaken where something else was compiled or computed meanwhile
   */
  makeSoon(plan: ProgramPlan): Promise<P>;
  /** Whether what is awaited may all the same be done at once. */
  mayBlock(): boolean;
  /** Does something when all that was given here before has ended. */
  inTurn<T>(body: () => Promise<T>): Promise<T>;
}

/** A graph that was seen before. */
interface Known<P> {
  readonly parts: readonly unknown[];
  /** Places in the order of nodes that are worth keeping. */
  readonly candidates: readonly number[];
  /** Places of constants whose values differ from time to time: they are inputs. */
  readonly loose: ReadonlySet<number>;
  /** By which of the candidates are kept. */
  readonly programs: Map<string, P>;
  runs: number;
}

/** What a graph needs: a program, where there is one already, or what to make it of. */
interface Wanted<P> {
  readonly program: P | undefined;
  readonly entry: Known<P>;
  readonly mask: string;
  /** Constants that are inputs. */
  readonly loose: readonly Node<"constant">[];
  readonly leaves: readonly Node[];
  readonly inputs: readonly Storage[];
  readonly outputs: readonly Node[];
}

let disabled: ReadonlySet<StepName> = new Set();

/** Leaves transforms out of what is compiled from now on. For tests. */
export function disableTransforms(names: ReadonlySet<StepName>): void {
  disabled = names;
}

export const disabledTransforms = (): ReadonlySet<StepName> => disabled;

let interpretFirst = true;

/** Whether small graphs may be interpreted when they come for the first time. Off in tests of devices. */
export function setInterpretFirst(on: boolean): void {
  interpretFirst = on;
}

const NOTHING: RunReport = { computed: 0, peakBytes: 0 };

export class KnownPrograms<P extends DeviceProgram> implements Pick<Target, "run" | "runAsync" | "compile"> {
  readonly #known = new Map<number, Known<P>[]>();
  #structures = 0;

  constructor(readonly maker: Maker<P>) {}

  readonly run = (roots: readonly Node[], keep: (node: Node) => boolean): RunReport => {
    overtake();
    const wanted = this.#lookUp(roots, keep);
    if (wanted === undefined) return interpreter.run(roots, keep);
    const program = wanted.program ?? this.#compileNow(wanted);
    bind(wanted.outputs, program.run(wanted.inputs));
    return program.report;
  };

  readonly runAsync = async (asked: readonly Node[], keep: (node: Node) => boolean): Promise<RunReport> => {
    const { maker } = this;
    if (maker.mayBlock()) return this.run(asked, keep);
    return maker.inTurn(async () => {
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
        const wanted = this.#lookUp(roots, keepOnce);
        if (wanted === undefined) return interpreter.run(roots, keepOnce);
        const program =
          wanted.program ?? (patient ? await this.#compileSoon(wanted) : this.#compileNow(wanted));
        bind(wanted.outputs, await program.runAsync(wanted.inputs));
        return program.report;
      });
    });
  };

  readonly compile = (outputs: readonly Node[], inputs: readonly Node[], updates: Updates): Program =>
    new CapturedProgram(this.maker, outputs, inputs, updates);

  #release(entry: Known<P>): void {
    for (const program of entry.programs.values()) program.release();
    this.#structures--;
  }

  /** The graph as it was seen before, or noted down now. */
  #recall(order: readonly Node[], roots: readonly Node[]): Known<P> {
    const known = this.#known;
    const hash = hashOf(order, roots);
    const bucket = known.get(hash) ?? [];
    const old = bucket.find((entry) => matches(entry.parts, order, roots));
    if (old !== undefined) {
      if (this.#structures > MOST_STRUCTURES / 2) {
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
    if (near !== undefined) this.#release(near);
    const loose = new Set(near === undefined ? [] : [...near.loose, ...differing]);
    const { placed } = findUses(order, new Set(roots.map(withoutMarks)));
    const asked = new Set(roots);
    const candidates = order.flatMap((node, i) =>
      !asked.has(node) && node.storage === undefined && (placed.has(node) || isVariable(node)) ? [i] : [],
    );
    const entry: Known<P> = {
      parts: loosened(order, roots, loose),
      candidates,
      loose,
      programs: new Map(),
      runs: near === undefined ? 0 : near.runs,
    };
    known.delete(hash);
    known.set(hash, [...bucket.filter((other) => other !== near), entry]);
    if (++this.#structures > MOST_STRUCTURES) {
      const [oldest, entries] = known.entries().next().value!;
      known.delete(oldest);
      for (const one of entries) this.#release(one);
    }
    return entry;
  }

  /** The program for a graph, or what to make it of; undefined where it is better interpreted. */
  #lookUp(roots: readonly Node[], keep: (node: Node) => boolean): Wanted<P> | undefined {
    const order = programOrder(roots);
    const entry = this.#recall(order, roots);
    if (interpretFirst && entry.runs++ < this.maker.interpreted && isSmall(order)) return undefined;
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

  #compileNow({ entry, mask, loose, leaves, outputs }: Wanted<P>): P {
    // The compiler takes what has a value for an input.
    for (const node of loose) node.storage = storageOfConstant(node);
    try {
      const program = this.maker.make({ outputs, leaves, updates: [] });
      entry.programs.set(mask, program);
      return program;
    } finally {
      for (const node of loose) node.storage = undefined;
    }
  }

  async #compileSoon(wanted: Wanted<P>): Promise<P> {
    const { entry, mask, loose, leaves, outputs } = wanted;
    // Others may build on the same constants meanwhile, and must not take them for inputs.
    if (loose.length > 0) return this.#compileNow(wanted);
    const program = await this.maker.makeSoon({ outputs, leaves, updates: [] });
    entry.programs.set(mask, program);
    return program;
  }
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

const storageOfConstant = ({ dtype, attrs }: Node<"constant">): Storage =>
  storageOf(dtype, allocate(dtype, 1).fill(attrs.value));

/** A program for given leaves, with constants of its own. It is compiled when it is first run. */
class CapturedProgram<P extends DeviceProgram> implements Program {
  readonly #maker: Maker<P>;
  #program: P | undefined;
  /** What to make it of, until it is made. */
  #plan: ProgramPlan;
  readonly #constants: readonly Storage[];

  constructor(maker: Maker<P>, outputs: readonly Node[], inputs: readonly Node[], updates: Updates) {
    const given = new Set(inputs);
    const constants = programOrder(outputs).filter((node) => node.storage !== undefined && !given.has(node));
    this.#maker = maker;
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
    const program = this.#program ?? this.#made(this.#maker.make(this.#plan));
    return program.run(this.#withConstants(inputs), mayOverwrite, renewed);
  }

  async runAsync(inputs: readonly Storage[], mayOverwrite?: readonly boolean[]): Promise<Storage[]> {
    if (this.#maker.mayBlock()) return this.run(inputs, mayOverwrite);
    // The caller may use its lists for something else when the turn comes.
    const all = this.#withConstants([...inputs]);
    const over = mayOverwrite && [...mayOverwrite];
    return this.#maker.inTurn(async () => {
      const program =
        this.#program ??
        (await unlessOvertaken(async (patient) =>
          this.#made(patient ? await this.#maker.makeSoon(this.#plan) : this.#maker.make(this.#plan)),
        ));
      return program.runAsync(all, over);
    });
  }

  /** The graph is not needed any more. */
  #made(program: P): P {
    this.#plan = { outputs: [], leaves: [], updates: [] };
    this.#program = program;
    return program;
  }

  #withConstants(inputs: readonly Storage[]): readonly Storage[] {
    return this.#constants.length === 0 ? inputs : [...inputs, ...this.#constants];
  }
}
