/**
 * Phases: kernels that do not need each other run at the same time. A kernel's phase is one more than the latest of
 * those whose results it reads, or for which a barrier makes it wait. A parameter is written in place only in a kernel that comes after all others that read
 * its old value and after all that may find a wrong value, and that reads it element for element.
 */
import type { Phase } from "./code.js";
import type { Buffer, Expr } from "./expression.js";
import type { Planned } from "./heuristics.js";
import type { Index } from "./index-form.js";
import type { Lifetime } from "./memory-plan.js";
import type { Nest } from "./nest.js";
import { BYTES } from "./scopes.js";

/** Less than this many nanoseconds of work is done by one thread: waking others takes longer. */
const ALONE = 30_000;

interface Kernel {
  readonly planned: Planned;
  readonly plain: Nest;
  readonly cost: number;
}

interface Arranged {
  readonly phases: Phase[];
  readonly phaseOf: { readonly lifetimes: Lifetime[] };
  readonly inPlace: boolean[];
}

/** Buffers that a nest loads from and stores to. */
function accesses(nest: Nest): { loads: Map<Buffer, Set<Index>>; stores: Map<Buffer, Set<Index>> } {
  const loads = new Map<Buffer, Set<Index>>();
  const stores = new Map<Buffer, Set<Index>>();
  const note = (map: Map<Buffer, Set<Index>>, buffer: Buffer, key: Index): void => {
    const keys = map.get(buffer);
    if (keys === undefined) map.set(buffer, new Set([key]));
    else keys.add(key);
  };
  for (const stage of nest.stages)
    for (const { buffer, index } of [...stage.stores, ...stage.finish]) note(stores, buffer, index);
  visitLoads(nest, (e) => note(loads, e.buffer!, e.index!));
  return { loads, stores };
}

function visitLoads(nest: Nest, visit: (e: Expr) => void): void {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === "load") visit(e);
    e.args.forEach(walk);
    if (e.index !== undefined) walkIndex(e.index);
  };
  const walkIndex = (index: NonNullable<Expr["index"]>): void => {
    for (const { atom } of index.terms) {
      if (atom.kind === "unknown") walk(atom.value as Expr);
      else if (atom.kind === "quotient") walkIndex(atom.of);
    }
  };
  for (const stage of nest.stages) {
    for (const { value } of stage.reductions) walk(value);
    for (const { value, index } of [...stage.stores, ...stage.finish]) {
      walk(value);
      walkIndex(index);
    }
    for (const { condition, value } of [...stage.tests, ...stage.finishTests]) {
      walk(condition);
      walk(value);
    }
  }
}

export function arrangePhases(
  kernels: readonly Kernel[],
  updates: readonly (readonly [output: Buffer, input: Buffer] | undefined)[],
  waits: readonly (readonly [kernel: number, others: readonly number[]])[],
): Arranged {
  const all = kernels.map(({ planned }) => accesses(planned.nest));
  const writers = new Map<Buffer, number[]>();
  const readers = new Map<Buffer, number[]>();
  const push = (map: Map<Buffer, number[]>, buffer: Buffer, kernel: number): void => {
    const list = map.get(buffer);
    if (list === undefined) map.set(buffer, [kernel]);
    else list.push(kernel);
  };
  const needs = kernels.map(() => new Set<number>());
  all.forEach(({ loads, stores }, kernel) => {
    for (const buffer of loads.keys()) {
      push(readers, buffer, kernel);
      for (const writer of writers.get(buffer) ?? []) if (writer !== kernel) needs[kernel]!.add(writer);
    }
    for (const buffer of stores.keys()) {
      // Kernels of one group that write the same memory go one after the other.
      for (const other of [...(writers.get(buffer) ?? []), ...(readers.get(buffer) ?? [])])
        if (other !== kernel) needs[kernel]!.add(other);
      push(writers, buffer, kernel);
    }
  });
  // Waiting that would go in a circle is left out: it is for memory only.
  for (const [kernel, others] of waits)
    for (const other of others) if (!reaches(needs, other, kernel)) needs[kernel]!.add(other);
  const checkers = kernels.flatMap(({ planned }, kernel) => (mayFail(planned.nest) ? [kernel] : []));
  const overwriting = new Set<number>();
  const nests = kernels.map(({ planned }) => planned.nest);
  const inPlace = updates.map((pair) => {
    if (pair === undefined) return false;
    const writer = writeInPlace(pair[0], pair[1], { all, writers, readers, needs, checkers, nests });
    if (writer === undefined) return false;
    overwriting.add(writer);
    return true;
  });
  return { ...layOut(kernels, all, needs, overwriting), inPlace };
}

/** Does it look at values that may be wrong? */
const mayFail = ({ stages }: Nest): boolean =>
  stages.some(({ tests, finishTests }) => tests.length + finishTests.length > 0);

interface Flow {
  readonly all: readonly ReturnType<typeof accesses>[];
  readonly writers: ReadonlyMap<Buffer, number[]>;
  readonly readers: ReadonlyMap<Buffer, number[]>;
  readonly needs: readonly Set<number>[];
  readonly checkers: readonly number[];
  readonly nests: readonly Nest[];
}

/** The kernel that writes the output over the input, if one can. */
function writeInPlace(output: Buffer, input: Buffer, flow: Flow): number | undefined {
  const { all, writers, readers, needs, checkers } = flow;
  const [writer, second] = writers.get(output) ?? [];
  if (writer === undefined || second !== undefined) return undefined;
  const others = (readers.get(input) ?? []).filter((reader) => reader !== writer);
  // Nobody may read the old value once the new one is known, and nothing may fail any more.
  const before = [...others, ...checkers];
  if (before.some((other) => reaches(needs, other, writer))) return undefined;
  if ((readers.get(output) ?? []).includes(writer)) return undefined;
  const [loads, stores] = [all[writer]!.loads.get(input), all[writer]!.stores.get(output)!];
  if (stores.size !== 1) return undefined;
  if (loads !== undefined && (loads.size !== 1 || !stores.has([...loads][0]!))) return undefined;
  if (readsAfterWriting(flow.nests[writer]!, input, output)) return undefined;
  for (const other of before) needs[writer]!.add(other);
  return writer;
}

/** Does a part of the nest read the input behind one that has written the output? */
function readsAfterWriting(nest: Nest, input: Buffer, output: Buffer): boolean {
  let [written, read] = [false, false];
  for (const stage of nest.stages) {
    const inner = { ...stage, finish: [], finishTests: [] };
    const end = { ...stage, reductions: [], stores: [], tests: [] };
    for (const part of [inner, end]) {
      if (written) visitLoads({ ...nest, stages: [part] }, ({ buffer }) => void (read ||= buffer === input));
      written ||= [...part.stores, ...part.finish].some(({ buffer }) => buffer === output);
    }
  }
  return read;
}

/** Does `from` need `to`, through any number of others? */
function reaches(needs: readonly ReadonlySet<number>[], from: number, to: number): boolean {
  const seen = new Set<number>();
  const stack = [from];
  while (stack.length > 0) {
    const next = stack.pop()!;
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    stack.push(...needs[next]!);
  }
  return false;
}

function layOut(
  kernels: readonly Kernel[],
  all: readonly ReturnType<typeof accesses>[],
  needs: readonly ReadonlySet<number>[],
  overwriting: ReadonlySet<number>,
): Omit<Arranged, "inPlace"> {
  const phase = new Array<number>(kernels.length).fill(-1);
  for (let root = 0; root < kernels.length; root++) {
    const stack = [root];
    while (stack.length > 0) {
      const kernel = stack[stack.length - 1]!;
      const open = phase[kernel]! < 0 ? [...needs[kernel]!].filter((other) => phase[other]! < 0) : [];
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      if (phase[kernel]! < 0)
        phase[kernel] = Math.max(-1, ...[...needs[kernel]!].map((other) => phase[other]!)) + 1;
    }
  }
  postpone(all, needs, phase);
  const lists: number[][] = [];
  phase.forEach((p, kernel) => {
    while (lists.length <= p) lists.push([]);
    lists[p]!.push(kernel);
  });
  const firstOverwriting = lists.findIndex((list) => list.some((kernel) => overwriting.has(kernel)));
  const phases = lists.map((list, p): Phase => {
    const cost = list.reduce((sum, kernel) => sum + kernels[kernel]!.cost, 0);
    return { kernels: list, alone: cost < ALONE, guarded: p === firstOverwriting };
  });
  return { phases, phaseOf: { lifetimes: lifetimesOf(all, phase) } };
}

/**
 * Kernels wait until just before what they make is read, where that holds less memory: what a checkpoint computes once
 * more, and copies of operands. What nobody reads stays as early as it can be, so that what it reads can go.
 */
function postpone(
  all: readonly ReturnType<typeof accesses>[],
  needs: readonly ReadonlySet<number>[],
  phase: number[],
): void {
  const latest = new Array<number>(phase.length).fill(Infinity);
  const lastRead = new Map<Buffer, number>();
  const order = [...phase.keys()].sort((a, b) => phase[b]! - phase[a]!);
  const bytesOf = (buffers: Iterable<Buffer>, counts: (buffer: Buffer) => boolean): number => {
    let bytes = 0;
    for (const buffer of buffers)
      if (buffer.role === "temporary" && counts(buffer)) bytes += buffer.length * BYTES[buffer.dtype];
    return bytes;
  };
  // All that needs a kernel comes later, and so has its place already.
  for (const kernel of order) {
    const { loads, stores } = all[kernel]!;
    const to = latest[kernel]! - 1;
    if (to > phase[kernel]! && to < Infinity) {
      const won = bytesOf(stores.keys(), () => true);
      const lost = bytesOf(
        loads.keys(),
        (buffer) => !stores.has(buffer) && (lastRead.get(buffer) ?? -1) < to,
      );
      // Where it makes no difference, what it reads may gain by waiting too.
      if (won > 0 && won >= lost) phase[kernel] = to;
    }
    for (const buffer of loads.keys())
      lastRead.set(buffer, Math.max(lastRead.get(buffer) ?? -1, phase[kernel]!));
    for (const needed of needs[kernel]!) latest[needed] = Math.min(latest[needed]!, phase[kernel]!);
  }
}

function lifetimesOf(all: readonly ReturnType<typeof accesses>[], phase: readonly number[]): Lifetime[] {
  const spans = new Map<Buffer, [number, number]>();
  all.forEach(({ loads, stores }, kernel) => {
    for (const buffer of [...loads.keys(), ...stores.keys()]) {
      const span = spans.get(buffer);
      const at = phase[kernel]!;
      if (span === undefined) spans.set(buffer, [at, at]);
      else spans.set(buffer, [Math.min(span[0], at), Math.max(span[1], at)]);
    }
  });
  return [...spans].map(([buffer, [first, last]]) => ({ buffer, first, last }));
}
