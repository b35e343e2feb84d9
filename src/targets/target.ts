/** What a device must do for the rest of maru: compute nodes. */
import type { Node } from "../graph/index.js";

export interface RunReport {
  /** Primitives that were computed. */
  readonly computed: number;
  /** Most bytes of intermediate and final values alive at one time, leaves not counted. */
  readonly peakBytes: number;
}

export interface Target {
  readonly name: string;
  /**
   * Computes the roots and leaves each one's value in its `storage`, and likewise in every node below for which
   * `keep` says yes; it is asked once about each node that is not needed any more. All or nothing: when a kernel
   * throws, no node has got a value.
   */
  run(roots: readonly Node[], keep: (node: Node) => boolean): RunReport;
}
