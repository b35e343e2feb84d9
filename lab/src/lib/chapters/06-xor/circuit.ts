/**
 * Circuits of gates that a reader wires: what feeds what, what comes out in the four cases, and where each gate is drawn.
 * Every gate is a neuron, and maru computes it.
 */
import { array } from "maru/light";
import { CASES, GATES, KNOWN } from "../gates.js";

export const KINDS = ["and", "nand", "or"] as const;
export type Kind = (typeof KINDS)[number];

/** `x1`, `x2`, a gate's number as `g0`, or nothing yet. */
export type Source = string;

export interface GateNode {
  kind: Kind;
  a: Source;
  b: Source;
}

export interface Circuit {
  gates: GateNode[];
  /** What y is. */
  out: Source;
}

export const MOST_GATES = 5;
const INPUTS: readonly Source[] = ["x1", "x2"];

/** The gate that a source names. */
export const gateAt = (source: Source): number | undefined =>
  /^g\d$/.test(source) ? Number(source.slice(1)) : undefined;

/** Does what comes out of `gate` depend on `on`? */
export function dependsOn({ gates }: Circuit, gate: number, on: number): boolean {
  const seen = new Set<number>();
  const walk = (at: number): boolean => {
    if (at === on) return true;
    if (seen.has(at)) return false;
    seen.add(at);
    const { a, b } = gates[at]!;
    return [a, b].some((source) => {
      const next = gateAt(source);
      return next !== undefined && next < gates.length && walk(next);
    });
  };
  return walk(gate);
}

/** May `source` feed `gate`? Not where it would hear itself. */
export function mayFeed(circuit: Circuit, source: Source, gate: number): boolean {
  const from = gateAt(source);
  return from === undefined || !dependsOn(circuit, from, gate);
}

/** Is every wire to something that is there, and no gate its own input? For states that come from anywhere. */
export function isSound(circuit: Circuit): boolean {
  const { gates, out } = circuit;
  const known = (source: Source): boolean =>
    source === "" || INPUTS.includes(source) || (gateAt(source) ?? Number.POSITIVE_INFINITY) < gates.length;
  if (!known(out) || !gates.every(({ a, b }) => known(a) && known(b))) return false;
  return gates.every(({ a, b }, i) => [a, b].every((source) => mayFeed(circuit, source, i)));
}

const exactly = { dtype: "float64" } as const;

/** What a gate says to two lists of inputs: w1 a + w2 b > theta. */
function gateOutputs(kind: Kind, a: readonly number[], b: readonly number[]): number[] {
  const { w1, w2, theta } = KNOWN[kind];
  const inputs = array([a, b], exactly);
  return array([w1, w2], exactly).dot(inputs).gt(theta).astype("int32").toArray();
}

/** What stands on a wire in each of the four cases; undefined where something is not connected. */
export function valuesOf(circuit: Circuit, source: Source): number[] | undefined {
  if (source === "x1") return CASES.map(([x1]) => x1);
  if (source === "x2") return CASES.map(([, x2]) => x2);
  const gate = circuit.gates[gateAt(source) ?? -1];
  if (gate === undefined) return undefined;
  const a = valuesOf(circuit, gate.a);
  const b = valuesOf(circuit, gate.b);
  return a && b && gateOutputs(gate.kind, a, b);
}

export const isXor = (circuit: Circuit): boolean =>
  valuesOf(circuit, circuit.out)?.every((value, i) => value === GATES.xor[i]) ?? false;

/** How many gates a signal has passed at most when it leaves this one; a gate without inputs is the first. */
export function depthOf(circuit: Circuit, gate: number): number {
  const { a, b } = circuit.gates[gate]!;
  const depths = [a, b].map((source) => {
    const from = gateAt(source);
    return from === undefined ? 0 : depthOf(circuit, from);
  });
  return 1 + Math.max(...depths);
}

/** Takes a gate out; wires from it are cut, and later gates get its number. */
export function without({ gates, out }: Circuit, gate: number): Circuit {
  const renamed = (source: Source): Source => {
    const from = gateAt(source);
    if (from === undefined || from < gate) return source;
    return from === gate ? "" : `g${from - 1}`;
  };
  return {
    gates: gates
      .filter((_, i) => i !== gate)
      .map(({ kind, a, b }) => ({ kind, a: renamed(a), b: renamed(b) })),
    out: renamed(out),
  };
}

/** The lecture's XOR: s1 is NAND, s2 is OR, y is AND of both. */
export const solution = (): Circuit => ({
  gates: [
    { kind: "nand", a: "x1", b: "x2" },
    { kind: "or", a: "x1", b: "x2" },
    { kind: "and", a: "g0", b: "g1" },
  ],
  out: "g2",
});
