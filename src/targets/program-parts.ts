/** Parts of compiled programs that do not depend on the device: where outputs lie, and what checks that fail say. */
import type { Compiled } from "../compiler/compile.js";
import type { Buffer } from "../compiler/expression.js";
import { BYTES } from "../compiler/scopes.js";
import { IndexError, ValueError } from "../errors.js";
import { isOp, type Node, type Storage, type TypedArray } from "../graph/index.js";
import type { Updates } from "./known-programs.js";

/** Where an output lies: in a buffer of the program, or it is one of the inputs. */
export interface Output {
  /** Number of the buffer, or -1. */
  readonly buffer: number;
  /** Number of the input that it is the same as, or of the earlier output. */
  readonly sameAs: number;
  readonly dtype: Storage["dtype"];
  readonly length: number;
  /** The input that it may be written over, or -1. */
  readonly over: number;
}

/** What a check that fails says. */
export type Failure = (code: number, value: number) => Error;

export function failureOf(node: Node): Failure {
  if (isOp(node, "gather") || isOp(node, "scatter")) {
    const { shape } = node.sources[0]!;
    return (axis, value) =>
      new IndexError(`index ${value} is out of bounds for axis ${axis} with size ${shape[axis]}`);
  }
  return () => new ValueError("pow: Integers to negative integer powers are not allowed.");
}

/** Each output's buffer; one that is an input or another output again names that one. */
export function describeOutputs(
  compiled: Compiled,
  outputs: readonly Node[],
  leaves: readonly Node[],
  updates: Updates,
  number: ReadonlyMap<Buffer, number>,
): Output[] {
  const first = new Map<Buffer, number>();
  return compiled.outputs.map((place, i): Output => {
    const { dtype } = outputs[i]!;
    if (!("role" in place)) {
      const leaf = leaves.indexOf(place);
      return { buffer: -1, sameAs: -1 - leaf, dtype, length: 0, over: -1 };
    }
    const earlier = first.get(place);
    if (earlier !== undefined) return { buffer: -1, sameAs: earlier, dtype, length: place.length, over: -1 };
    first.set(place, i);
    const update = updates.findIndex(([output]) => output === i);
    const over = update >= 0 && compiled.inPlace[update]! ? updates[update]![1] : -1;
    return { buffer: number.get(place)!, sameAs: -1, dtype, length: place.length, over };
  });
}

export function peakOf({ code, arenaBytes }: Compiled): number {
  const outputs = code.buffers.filter(({ role }) => role === "output");
  return outputs.reduce((bytes, { dtype, length }) => bytes + length * BYTES[dtype], arenaBytes);
}

/** Element by element: for a few elements that is quicker than making a view. */
export function copyIn(memory: TypedArray, at: number, values: TypedArray): void {
  if (values.length > FEW) memory.set(values, at);
  else for (let i = 0; i < values.length; i++) memory[at + i] = values[i]!;
}

export function copyOut(memory: TypedArray, at: number, values: TypedArray): TypedArray {
  if (values.length > FEW) values.set(memory.subarray(at, at + values.length));
  else for (let i = 0; i < values.length; i++) values[i] = memory[at + i]!;
  return values;
}

const FEW = 64;
