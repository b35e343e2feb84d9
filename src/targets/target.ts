/** What a device must do for the rest of maru: compute nodes, once or again and again. */
import type { Node, Storage } from "../graph/index.js";

export interface RunReport {
  /** Primitives that were computed. */
  readonly computed: number;
  /** Most bytes of intermediate and final values alive at one time, leaves not counted. */
  readonly peakBytes: number;
}

/** For each output a storage of an earlier run that nobody will look at again, or undefined. */
export type Renewed = readonly (Storage | undefined)[];

/** A graph made ready to be computed again and again, with other values in some of its leaves. */
export interface Program {
  /**
   * The values of the outputs, in order, for these values of the inputs. Every storage that it returns is new, and no two
   * share memory with each other or with an input; except that where `mayOverwrite[i]` holds, the output that replaces
   * input i may be written over it, and is then that very `Storage` again; and that a storage in `renewed` may get the new
   * values of its output. All or nothing: when it throws, no input has changed and nothing is renewed, and errors that
   * depend on values are thrown here.
   */
  run(inputs: readonly Storage[], mayOverwrite?: readonly boolean[], renewed?: Renewed): Storage[];
  /**
   * As `run`, but where this thread must not be kept waiting (a page's main thread) it lets the event loop turn meanwhile;
   * nothing is written over there. Runs that come before it has ended wait for their turn.
   */
  runAsync?(inputs: readonly Storage[], mayOverwrite?: readonly boolean[]): Promise<Storage[]>;
  /** What the last run took. */
  readonly report: RunReport;
  /** It will not be run again: what it holds on the device is given back at once. */
  release?(): void;
}

/** A node of the graph, as `explain` shows it. */
export interface ExplainedNode {
  readonly id: number;
  /** The primitive, or `leaf` for values that are there already. */
  readonly op: string;
  readonly shape: number[];
  readonly dtype: string;
  /** Ids of the nodes that it is computed from. */
  readonly sources: number[];
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** A kernel, as `explain` shows it. */
export interface ExplainedKernel {
  readonly name: string;
  /** What began it: map, reduce, contract, cumsum, argsort or scatter. */
  readonly kind: string;
  /** Ids of the nodes whose values it computes. */
  readonly computes: number[];
  /** The loops before any transform. */
  readonly loops: string;
  /** The transforms that it got, in their order. */
  readonly transforms: string[];
  /** The loops as they run. */
  readonly transformed: string;
  /** The kernel in the target's own language. */
  readonly listing: string;
  /** Bytes of the memory that it reads and writes, each counted once. */
  readonly bytesMoved: number;
  /** Arithmetic operations on elements. */
  readonly operations: number;
  /** The quickest of some runs of it alone, on one thread; undefined where it cannot be run by itself. */
  readonly milliseconds: number | undefined;
}

/** What the compiler made of a graph. */
export interface Explanation {
  readonly device: string;
  readonly graph: ExplainedNode[];
  readonly kernels: ExplainedKernel[];
  /** Names of kernels that may run at the same time, phase after phase. */
  readonly phases: string[][];
  readonly bytesMoved: number;
  readonly operations: number;
  /** Bytes for values that only live during a run. */
  readonly arenaBytes: number;
  readonly moduleBytes: number;
  readonly compileMilliseconds: number;
  /** The quickest of a few runs; undefined where it cannot be run by itself. */
  readonly milliseconds: number | undefined;
}

/** Whether a device can be used here, and how. */
export interface Readiness {
  readonly available: boolean;
  /** In words: what it computes with, or why it cannot be used. */
  readonly detail: string;
}

export interface Target {
  readonly name: string;
  /** Whether it can be used here; where it does not say, it can. */
  readonly readiness?: Readiness;
  /** On how many threads it computes; one where it does not say. */
  readonly threads?: number;
  /** Asks for so many threads from now on; `threads` says how many there are then. */
  setThreads?(count: number): void;
  /**
   * Computes the roots and leaves each one's value in its `storage`, and likewise in every node below for which
   * `keep` says yes; it is asked once about each node that is not needed any more. All or nothing: when a kernel
   * throws, no node has got a value.
   */
  run(roots: readonly Node[], keep: (node: Node) => boolean): RunReport;
  /**
   * As `run`, but where this thread must not be kept waiting (a page's main thread) it lets the event loop turn meanwhile.
   * What comes before it has ended waits for its turn; roots that have got values by then are left as they are.
   */
  runAsync?(roots: readonly Node[], keep: (node: Node) => boolean): Promise<RunReport>;
  /** Is a computation in flight that has to be awaited? `run` would throw. */
  readonly busy?: boolean;
  /**
   * Makes a graph ready to be run. `inputs` are leaves (`buffer`) whose own values count for nothing: each run brings
   * others of the same shape and dtype. All other leaves are constants. `updates` lists pairs [output, input]: that
   * output takes the input's place afterwards (a parameter's new value). Every output is listed once, none is an input
   * itself, and no node gets a value.
   */
  compile(
    outputs: readonly Node[],
    inputs: readonly Node[],
    updates: readonly (readonly [output: number, input: number])[],
  ): Program;
  /** What `compile` would make of the graph; only devices that compile can tell. */
  explain?(
    outputs: readonly Node[],
    inputs: readonly Node[],
    updates: readonly (readonly [output: number, input: number])[],
  ): Promise<Explanation>;
}
