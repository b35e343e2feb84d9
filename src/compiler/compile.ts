/**
 * The compiler: from the nodes that are asked for to the code of one program.
 *
 *   rewrite    graph to graph: convolutions' derivatives become convolutions again
 *   uses       which values get a place
 *   schedule   which values are computed together
 *   lower      each group as plain loops
 *   heuristics which transforms each gets
 *   emit       loops as statements
 *   phases     what may run at the same time, and where values lie
 */
import { type Node, withoutMarks } from "../graph/index.js";

import { sizeOf } from "../shape/index.js";
import type { KernelCode, ProgramCode } from "./code.js";
import { emitNest, turnsOf } from "./emit.js";
import { type Buffer, type Expr, resetExpressions } from "./expression.js";
import type { Group } from "./group.js";
import { type Memory, type Planned, planNest } from "./heuristics.js";
import { resetIndices } from "./index-form.js";
import { lowerGroup, type Places } from "./lower.js";
import { planMemory } from "./memory-plan.js";
import type { Nest } from "./nest.js";
import { programOrder } from "./order.js";
import { arrangePhases } from "./phases.js";
import type { Machine } from "./product-shape.js";
import { rewrite } from "./rewrite.js";
import { type Schedule, schedule } from "./schedule.js";
import { BYTES } from "./scopes.js";
import { lowerSpecial } from "./special.js";
import { extentsOf } from "./strides.js";
import type { StepName } from "./transforms.js";
import { findUses, type Uses } from "./uses.js";
import { MOVES } from "./value.js";

export interface CompileOptions {
  readonly machine: Machine;
  /** Another machine for some of the nests, by their number. */
  readonly machineOf?: (nest: number) => Machine;
  /** Transforms that are left out. */
  readonly disabled?: ReadonlySet<StepName>;
}

/** What checks that each stage gave something sound (`verify.ts`). */
interface Verifiers {
  nest(nest: Nest): void;
  code(program: ProgramCode): void;
}

let verifiers: Verifiers | undefined;

/** Has what each stage gives checked from now on. For tests: programs need not load the verifiers. */
export function verifyStages(by: Verifiers | undefined): void {
  verifiers = by;
}

/** One kernel with all that is known about it. */
export interface CompiledKernel {
  readonly group: Group;
  /** As it was lowered, before any transform, and its number. */
  readonly plain: Nest;
  readonly nest: number;
  readonly planned: Planned;
  readonly code: KernelCode;
  /** Estimated nanoseconds on one thread. */
  readonly cost: number;
}

export interface Compiled {
  readonly code: ProgramCode;
  readonly kernels: readonly CompiledKernel[];
  readonly schedule: Schedule;
  /** Leaves that the program reads, and their buffers. */
  readonly inputs: ReadonlyMap<Node, Buffer>;
  /** Where each output is: a buffer, or a leaf that it is the same as. */
  readonly outputs: readonly (Buffer | Node)[];
  /** For each asked update, whether the output may be written over its input. */
  readonly inPlace: readonly boolean[];
  readonly arena: ReadonlyMap<Buffer, number>;
  readonly arenaBytes: number;
  /** The nodes whose checks may fail, by the number in the code. */
  readonly sites: ReadonlyMap<number, Node>;
}

/** Another compilation has begun, or values have been computed, while this one let somebody else have a turn. */
export class Overtaken extends Error {}

let latest = 0;

/** Whatever is being compiled in steps has to begin anew: what it knows of the graph may not hold any more. */
export function overtake(): number {
  return ++latest;
}

/** Compiles a graph at once. */
export function compileGraph(...of: Parameters<typeof compileSteps>): Compiled {
  const steps = compileSteps(...of);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Compiles a graph, and gives others a turn now and then where it is asked to go on later. Equal indices and expressions
 * are one object in tables that all compilations share, so only the latest one can go on.
 *
 * @throws Overtaken where another one has begun meanwhile
 */
export function* compileSteps(
  asked: readonly Node[],
  updates: readonly (readonly [output: number, input: Node])[],
  options: CompileOptions,
): Generator<void, Compiled, void> {
  const mine = overtake();
  resetIndices();
  resetExpressions();
  try {
    const steps = new Compilation(asked, updates, options).steps();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      yield;
      if (mine !== latest) throw new Overtaken();
    }
  } finally {
    // What was shared is not needed any more, and it is much.
    if (mine === latest) {
      resetIndices();
      resetExpressions();
    }
  }
}

class Compilation {
  readonly #buffers: Buffer[] = [];
  readonly #inputs = new Map<Node, Buffer>();
  readonly #outputs = new Map<Node, Buffer>();
  #nextBuffer = 0;
  #nextNest = 0;
  #uses!: Uses;
  #schedule!: Schedule;
  readonly #readOutside = new Set<Node>();
  /** What barriers say: groups, and what has to be there before they begin. */
  readonly #waits: { readonly groups: ReadonlySet<Group>; readonly after: Node }[] = [];

  constructor(
    readonly asked: readonly Node[],
    readonly updates: readonly (readonly [output: number, input: Node])[],
    readonly options: CompileOptions,
  ) {}

  #buffer(name: string, dtype: Buffer["dtype"], length: number, role: Buffer["role"]): Buffer {
    const buffer: Buffer = {
      id: this.#nextBuffer++,
      name: `${name}${this.#nextBuffer}`,
      dtype,
      length,
      role,
    };
    if (role !== "private") this.#buffers.push(buffer);
    return buffer;
  }

  *steps(): Generator<void, Compiled, void> {
    yield;
    const roots = rewrite(this.asked.map(withoutMarks)).map(withoutMarks);
    const order = programOrder(roots);
    const wanted = new Set(roots.filter((root) => root.storage === undefined));
    this.#uses = findUses(order, wanted);
    yield;
    this.#schedule = schedule(order, this.#uses);
    yield;
    for (const node of order) {
      if (node.storage !== undefined)
        this.#inputs.set(node, this.#buffer("in", node.dtype, sizeOf(node.shape), "input"));
    }
    for (const root of wanted)
      this.#outputs.set(root, this.#buffer("out", root.dtype, sizeOf(root.shape), "output"));
    this.#findReaders(order);
    const kernels: CompiledKernel[] = [];
    for (const [i, group] of this.#schedule.groups.entries()) {
      for (const kernel of this.#kernelsOf(group, `k${i}`)) {
        if (kernel !== undefined) kernels.push(kernel);
        yield;
      }
    }
    const codes = kernels.map(({ code }) => code);
    const pairs = this.updates.map(([output, input]) => {
      const [to, from] = [this.#outputs.get(roots[output]!), this.#inputs.get(input)];
      // Somebody is given the old values where they are an output themselves.
      const given = roots.includes(input);
      return to === undefined || from === undefined || given ? undefined : ([to, from] as const);
    });
    const { phases, phaseOf, inPlace } = arrangePhases(kernels, pairs, this.#waitsOf(kernels));
    const { lifetimes } = phaseOf;
    verifiers?.code({ buffers: this.#buffers, kernels: codes, phases, ...scratchOf(kernels) });
    const plan = planMemory(lifetimes.filter(({ buffer }) => buffer.role === "temporary"));
    return {
      code: { buffers: this.#buffers, kernels: codes, phases, ...scratchOf(kernels) },
      kernels,
      schedule: this.#schedule,
      inputs: this.#inputs,
      outputs: roots.map((root) => this.#outputs.get(root) ?? root),
      inPlace,
      arena: plan.offsets,
      arenaBytes: plan.bytes,
      sites: new Map(order.filter((n) => SITES.has(n.op)).map((n) => [n.id, n])),
    };
  }

  /** Placed values that another kernel reads have to be in memory. */
  #findReaders(order: readonly Node[]): void {
    const { placed } = this.#uses;
    const { groupOf } = this.#schedule;
    /** Groups in which a value is computed along with others. */
    const readers = new Map<Node, Set<Group>>();
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i]!;
      if (node.storage !== undefined) continue;
      const own = groupOf.get(node);
      const groups = own === undefined ? (readers.get(node) ?? new Set<Group>()) : new Set([own]);
      if (own !== undefined && [...(readers.get(node) ?? [])].some((group) => group !== own))
        this.#readOutside.add(node);
      const sources = MOVES.has(node.op) ? node.sources.slice(0, 1) : node.sources;
      for (const source of sources) {
        if (source.storage !== undefined) continue;
        let known = readers.get(source);
        if (known === undefined) {
          known = new Set();
          readers.set(source, known);
        }
        for (const group of groups) known.add(group);
      }
      if (node.op === "barrier") this.#waits.push({ groups, after: node.sources[1]! });
    }
    for (const node of placed) {
      const kind = groupOf.get(node)?.kind;
      const special = kind === "cumsum" || kind === "argsort" || kind === "scatter";
      if (special || this.#outputs.has(node)) this.#readOutside.add(node);
    }
  }

  /** For each kernel that stands behind a barrier, the kernels that it waits for. */
  #waitsOf(kernels: readonly CompiledKernel[]): (readonly [kernel: number, others: readonly number[]])[] {
    if (this.#waits.length === 0) return [];
    const kernelsOf = new Map<Group, number[]>();
    kernels.forEach(({ group }, i) => {
      const known = kernelsOf.get(group);
      if (known === undefined) kernelsOf.set(group, [i]);
      else known.push(i);
    });
    return this.#waits.flatMap(({ groups, after }) => {
      const others = [...this.#groupsBehind(after)].flatMap((group) => kernelsOf.get(group) ?? []);
      return [...groups].flatMap((group) =>
        (kernelsOf.get(group) ?? []).map((kernel) => [kernel, others] as const),
      );
    });
  }

  /** The groups that a value comes from. */
  #groupsBehind(node: Node): Set<Group> {
    const found = new Set<Group>();
    const seen = new Set<Node>();
    const walk = (at: Node): void => {
      if (seen.has(at) || at.storage !== undefined) return;
      seen.add(at);
      const group = this.#schedule.groupOf.get(at);
      if (group !== undefined) found.add(group);
      else for (const source of MOVES.has(at.op) ? at.sources.slice(0, 1) : at.sources) walk(source);
    };
    walk(node);
    return found;
  }

  readonly #places = new Map<Node, Buffer>();

  #placeOf(node: Node): Buffer {
    const output = this.#outputs.get(node);
    if (output !== undefined) return output;
    let buffer = this.#places.get(node);
    if (buffer === undefined) {
      buffer = this.#buffer("t", node.dtype, sizeOf(node.shape), "temporary");
      this.#places.set(node, buffer);
    }
    return buffer;
  }

  /** The kernels of a group; between them, and where it takes long, undefined. */
  *#kernelsOf(group: Group, name: string): Generator<CompiledKernel | undefined, void, void> {
    const places: Places = {
      input: (node) => {
        const leaf = this.#inputs.get(node);
        if (leaf !== undefined) return leaf;
        const other = this.#schedule.groupOf.get(node);
        return other === undefined || other === group ? undefined : this.#placeOf(node);
      },
      output: (node) => (this.#readOutside.has(node) ? this.#placeOf(node) : undefined),
      scratch: (node, length) => this.#buffer("row", node.dtype, length, "private"),
      temporary: (_, length, dtype) => this.#buffer("t", dtype, length, "temporary"),
    };
    const memory: Memory = {
      temporary: (label, length, { type }) =>
        this.#buffer(
          label,
          type === "f64" ? "float64" : type === "f32" ? "float32" : type === "bool" ? "bool" : "int32",
          length,
          "temporary",
        ),
    };
    const special = group.kind === "cumsum" || group.kind === "scatter" || group.kind === "argsort";
    const nests = special ? lowerSpecial(group, places, name) : [lowerGroup(group, this.#uses, places, name)];
    const { disabled = new Set<StepName>() } = this.options;
    for (const plain of nests) {
      const { outer, stages } = plain;
      if (stages.length === 0 || outer.some(({ variable }) => variable.extent === 0)) continue;
      verifiers?.nest(plain);
      yield undefined;
      const nest = this.#nextNest++;
      const { machine } = this.options;
      for (const planned of planNest(plain, this.options.machineOf?.(nest) ?? machine, disabled, memory)) {
        yield undefined;
        verifiers?.nest(planned.nest);
        const { cost, grain } = grainOf(planned.nest);
        yield { group, plain, nest, planned, code: emitNest(planned.nest, grain, machine.slack), cost };
      }
    }
  }
}

/** Where in a thread's scratch the rows lie that it keeps for itself. */
function scratchOf(kernels: readonly CompiledKernel[]): {
  privateOffsets: Map<Buffer, number>;
  privateBytes: number;
} {
  const offsets = new Map<Buffer, number>();
  let most = 0;
  for (const { planned } of kernels) {
    // Kernels of one thread take turns, so each begins at the start.
    let bytes = 64;
    for (const { stores } of planned.nest.stages) {
      for (const { buffer } of stores) {
        if (buffer.role !== "private" || offsets.has(buffer)) continue;
        offsets.set(buffer, bytes);
        bytes += Math.ceil((buffer.length * BYTES[buffer.dtype]) / 64) * 64 + 64;
      }
    }
    most = Math.max(most, bytes);
  }
  return { privateOffsets: offsets, privateBytes: offsets.size === 0 ? 0 : most };
}

const SITES: ReadonlySet<string> = new Set(["gather", "scatter", "pow"]);

/**
 * Nanoseconds that a task should take: long against handing it out, short against waiting for the last one. Little work is
 * in smaller tasks, so that there are some for every thread.
 */
const TASK = 20_000;
const SMALLEST_TASK = 4_000;
const ENOUGH_TASKS = 16;

/** Nanoseconds of one operation on one element where several go at a time; by itself it takes four times as long. */
const OPERATION = 0.04;
/** What reading and writing memory cost in operations. */
const LOAD = 2;
const STORE = 3;

/** An estimate of the time that a nest takes on one thread, and how many of its turns make a task. */
function grainOf(nest: Nest): { cost: number; grain: number } {
  const { outer, tile, stages } = nest;
  const points = extentsOf([...outer, ...tile]);
  // What the points of a tile share is read once for several of them.
  const shared = Math.sqrt(extentsOf(tile));
  let cost = 0;
  for (const { loops, reductions, stores, finish } of stages) {
    const inner = extentsOf(loops);
    const isFast = [...loops, ...tile, ...outer].some(({ mode }) => mode.kind === "vector");
    const each = isFast ? OPERATION : 4 * OPERATION;
    cost += points * each * (inner * (weigh([...reductions, ...stores], shared) + STORE * stores.length));
    cost += points * each * (weigh(finish, 1) + STORE * finish.length);
  }
  const turns = Math.max(1, turnsOf(nest));
  const task = Math.max(SMALLEST_TASK, Math.min(TASK, cost / ENOUGH_TASKS));
  return { cost, grain: Math.max(1, Math.min(turns, Math.round((task * turns) / Math.max(1, cost)))) };
}

/** Operations and loads of some values, each once; a sum takes in the product that it adds. */
function weigh(list: readonly { readonly value: Expr }[], shared: number): number {
  const seen = new Set<Expr>();
  let weight = 0;
  const walk = (e: Expr): void => {
    if (seen.has(e) || e.op === "const" || e.op === "local") return;
    seen.add(e);
    weight += e.op === "load" ? LOAD / shared : 1;
    e.args.forEach(walk);
  };
  for (const { value } of list) walk(value);
  return weight;
}
