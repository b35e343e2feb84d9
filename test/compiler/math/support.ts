/** Primitives as JavaScript functions, and distances in units in the last place. */
import { type Expr, newLocal, readLocal, valueTypeOf } from "../../../src/compiler/expression.js";
import { binaryFunctions, unaryFunctions } from "../../../src/compiler/math/index.js";
import type { BinaryPrimitive, DType, UnaryPrimitive } from "../../../src/graph/index.js";
import { toFunction } from "./javascript.js";

export type Float = "float32" | "float64";
export type Unary = (x: number) => number;
export type Binary = (a: number, b: number) => number;

export function unaryOf(name: UnaryPrimitive, dtype: DType, fused: boolean): Unary {
  const x = newLocal("x", valueTypeOf(dtype));
  return toFunction(unaryFunctions[name](readLocal(x), dtype), [x], fused);
}

export function binaryOf(name: BinaryPrimitive, dtype: DType, fused = false): Binary {
  const [a, b] = [newLocal("a", valueTypeOf(dtype)), newLocal("b", valueTypeOf(dtype))];
  return toFunction(binaryFunctions[name](readLocal(a), readLocal(b), dtype), [a, b], fused);
}

/** How many operations the expression has, each counted once. */
export function operations(e: Expr): number {
  const seen = new Set<Expr>();
  const visit = (part: Expr): void => {
    if (seen.has(part)) return;
    seen.add(part);
    part.args.forEach(visit);
  };
  visit(e);
  return [...seen].filter(({ op }) => op !== "const" && op !== "local").length;
}

/** The distance between two neighbouring floats around x. */
export function unitOf(x: number, dtype: Float): number {
  const [least, digits] = dtype === "float32" ? [-126, 23] : [-1022, 52];
  const size = Math.abs(x);
  let exponent = size === 0 ? least : Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  return 2 ** (Math.max(least, exponent) - digits);
}

const word = new DataView(new ArrayBuffer(4));

/** Calls visit with every `step`-th float32 of all there are, infinities and NaN too. */
export function everyFloat(step: number, visit: (x: number) => void): void {
  for (let bits = 0; bits < 2 ** 32; bits += step) {
    word.setUint32(0, bits);
    visit(word.getFloat32(0));
  }
}

export interface Worst {
  ulp: number;
  readonly at: number[];
  /** Inputs where one is NaN, infinite or of the other sign and the other is not. */
  readonly wrong: number[][];
}

/** Keeps the largest error of float32 results against float64 truth. */
export function compareSingle(worst: Worst, result: number, truth: number, ...at: number[]): void {
  const right = Math.fround(truth);
  if (Object.is(right, result)) return;
  const ulp = Math.abs(result - truth) / unitOf(right, "float32");
  if (!(ulp < Number.POSITIVE_INFINITY) || (right === 0 && result === 0)) {
    if (worst.wrong.length < 5) worst.wrong.push([...at, result, truth]);
  } else if (ulp > worst.ulp) {
    worst.ulp = ulp;
    worst.at.splice(0, worst.at.length, ...at);
  }
}

export const none = (): Worst => ({ ulp: 0, at: [], wrong: [] });

/** A generator of numbers from 0 to 1 that are the same at every run. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
}
