/** A golden file: its arrays, its parameters and the shape of a case. test/reference/golden.py writes them. */
import type { Params } from "./ops.js";
import type { Tolerance } from "./tolerance.js";

export type GoldenDType = "bool" | "uint8" | "int32" | "float32" | "float64";
export type GoldenValues = Uint8Array | Int32Array | Float32Array | Float64Array;

/** An array as the file holds it: base64 of the little-endian bytes. */
interface Encoded {
  readonly dtype: GoldenDType;
  readonly shape: readonly number[];
  readonly data: string;
}

export interface GoldenArray {
  readonly dtype: GoldenDType;
  readonly shape: readonly number[];
  readonly values: GoldenValues;
}

interface CaseOf<A> {
  readonly id: string;
  readonly op: string;
  readonly inputs: readonly A[];
  readonly params?: Params;
}

interface ForwardCaseOf<A> extends CaseOf<A> {
  /** What the operation answers; a list where it answers several arrays. */
  readonly expected?: A | readonly A[];
  readonly tolerance?: Tolerance;
  /** Instead of an answer: the call must throw, with a message that this regular expression finds. */
  readonly error?: string;
  readonly errorClass?: string;
  /** The values of an array are wrong: the error may come as late as when the result is read. */
  readonly byValue?: boolean;
}

interface GradientCaseOf<A> extends CaseOf<A> {
  /** One for each output; the loss is sum(cotangent * output). */
  readonly cotangents: readonly A[];
  readonly value: A | readonly A[];
  /** The gradient of the loss by each floating-point input, in order. */
  readonly expected: readonly A[];
  /** The gradient, by the same inputs, of sum(direction * gradient). */
  readonly secondOrder?: { readonly directions: readonly A[]; readonly expected: readonly A[] };
}

export type ForwardCase = ForwardCaseOf<GoldenArray>;
export type GradientCase = GradientCaseOf<GoldenArray>;

const FROM_BYTES: Record<GoldenDType, (bytes: ArrayBuffer) => GoldenValues> = {
  bool: (bytes) => new Uint8Array(bytes),
  uint8: (bytes) => new Uint8Array(bytes),
  int32: (bytes) => new Int32Array(bytes),
  float32: (bytes) => new Float32Array(bytes),
  float64: (bytes) => new Float64Array(bytes),
};

function decode({ dtype, shape, data }: Encoded): GoldenArray {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return { dtype, shape, values: FROM_BYTES[dtype](bytes.buffer) };
}

const isEncoded = (value: object): value is Encoded =>
  "dtype" in value && "shape" in value && "data" in value;

/** Arrays become typed arrays, and {"number": "Infinity"} the number that JSON has no word for. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isEncoded(value)) return decode(value);
  if ("number" in value) return Number(value.number);
  return value;
}

/** The cases in a file's text. */
export function casesIn<Case>(text: string): readonly Case[] {
  const file: { cases: readonly Case[] } = JSON.parse(text, revive);
  return file.cases;
}

/** The cases of each operation, in the order of the file. */
export function byOperation<Case extends { readonly op: string }>(
  cases: readonly Case[],
): [string, Case[]][] {
  const groups = new Map<string, Case[]>();
  for (const item of cases) {
    const group = groups.get(item.op);
    if (group) group.push(item);
    else groups.set(item.op, [item]);
  }
  return [...groups];
}
