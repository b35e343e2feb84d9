/**
 * What the interpreter makes of a node, and how much that may change by rounding. Each node is computed several times:
 * once as it is and a few times with every value that rounds moved by some last places, before and after. The spread of
 * the results says how far a device that rounds elsewhere may be off; an integer or a comparison that changes was a tie,
 * and such a node is not used.
 *
 * Exact nodes are those whose bits follow from IEEE arithmetic: movement, comparison, selection, and single additions,
 * products, quotients and roots. Computed from exact nodes they are not moved, and a device must give the same bits.
 */
import {
  allocate,
  isFloat,
  isOp,
  type Node,
  type Primitive,
  type TypedArray,
} from "../../../src/graph/index.js";
import { sizeOf } from "../../../src/shape/index.js";
import { kernels } from "../../../src/targets/interpreter/kernels.js";
import { steadyRandom } from "../../primitives/samples.js";

const COPIES = 3;
/** By how many units in the last place a value is moved at most. */
const MOVED = 4;
/** Sums of up to so many terms are off by no more than that. */
const FEW_TERMS = 16;
const UNIT = { float32: 2 ** -23, float64: 2 ** -52 };

/** Primitives that add up in an order of their own, or are approximations. */
const ROUNDS: ReadonlySet<Primitive> = new Set<Primitive>([
  ...(["exp", "expm1", "log", "log1p", "sin", "cos", "tanh", "sigmoid", "erf", "pow", "atan2"] as const),
  ...(["sum", "prod", "cumsum", "fold", "contract", "scatter"] as const),
]);

export interface Trial {
  readonly value: TypedArray;
  /** The same, moved by rounding. */
  readonly moved: readonly TypedArray[];
  readonly exact: boolean;
}

type AnyKernel = (node: Node, values: readonly TypedArray[]) => TypedArray;

const next = steadyRandom(20240607);

function shaken(x: TypedArray): TypedArray {
  if (!(x instanceof Float32Array) && !(x instanceof Float64Array)) return x;
  const unit = x instanceof Float32Array ? UNIT.float32 : UNIT.float64;
  return x.map((value) => value * (1 + unit * MOVED * (2 * next() - 1)));
}

const exactly = (value: TypedArray): Trial => ({ value, moved: new Array(COPIES).fill(value), exact: true });

const sameValues = (a: TypedArray, b: TypedArray): boolean =>
  a === b || a.every((value, i) => value === b[i]);

/** The trials of nodes; undefined for a node whose value hangs on a tie. */
export class Trials {
  readonly #known = new Map<Node, Trial | undefined>();

  of(node: Node): Trial | undefined {
    if (!this.#known.has(node)) this.#known.set(node, this.#compute(node));
    return this.#known.get(node);
  }

  /** One term after the other, n terms are off by up to n halves of a last place of the sum of their sizes. */
  #sumInAnyOrder(
    node: Node,
    sources: readonly Trial[],
    kernel: AnyKernel,
    moved: readonly TypedArray[],
  ): void {
    const terms = termsOf(node);
    if (terms <= FEW_TERMS) return;
    const sizes = kernel(
      node,
      sources.map(({ value }) => (value instanceof Int32Array ? value : value.map(Math.abs))),
    );
    const share = (UNIT[node.dtype as "float32" | "float64"] * terms) / 16;
    for (const values of moved)
      for (let i = 0; i < values.length; i++) values[i]! += share * sizes[i]! * (2 * next() - 1);
  }

  #compute(node: Node): Trial | undefined {
    if (node.storage !== undefined) return exactly(node.storage.read());
    const sources = node.sources.map((source) => this.of(source)!);
    if (sources.some((source) => source === undefined)) return undefined;
    const kernel = kernels[node.op as keyof typeof kernels] as AnyKernel;
    const value = kernel(
      node,
      sources.map((source) => source.value),
    );
    const rounds = ROUNDS.has(node.op) && isFloat(node.dtype) && !(node.op === "scatter" && isSetting(node));
    const exact = !rounds && sources.every((source) => source.exact);
    if (exact) return exactly(value);
    const moved = Array.from({ length: COPIES }, (_, k) => {
      const given = sources.map((source) => (rounds ? shaken(source.moved[k]!) : source.moved[k]!));
      const result = kernel(node, given);
      return rounds ? shaken(result) : result;
    });
    if (rounds) this.#sumInAnyOrder(node, sources, kernel, moved);
    if (!isFloat(node.dtype) && moved.some((other) => !sameValues(value, other))) return undefined;
    return { value, moved, exact };
  }
}

/** How many terms one element of the result sums up. */
function termsOf(node: Node): number {
  const [a] = node.sources;
  const size = sizeOf(node.shape);
  if (isOp(node, "contract")) return sizeOf(node.attrs.sumA.map((axis) => a!.shape[axis]!));
  if (isOp(node, "cumsum")) return node.shape[node.attrs.axis]!;
  if (isOp(node, "scatter")) return sizeOf(node.sources[1]!.shape);
  return node.op === "sum" || node.op === "prod" || node.op === "fold"
    ? sizeOf(a!.shape) / Math.max(1, size)
    : 1;
}

const isSetting = (node: Node): boolean => (node as Node<"scatter">).attrs.mode === "set";

/** The first element that is not what it should be, in words; undefined where all are. */
export function difference({ value, moved, exact }: Trial, actual: TypedArray): string | undefined {
  if (actual.length !== value.length) return `has ${actual.length} elements and not ${value.length}`;
  const unit = value instanceof Float64Array ? UNIT.float64 : UNIT.float32;
  const least = value instanceof Float64Array ? 2 ** -1022 : 2 ** -126;
  const float = value instanceof Float32Array || value instanceof Float64Array;
  let squares = 0;
  const spread = allocate("float64", value.length);
  if (float && !exact) {
    for (let i = 0; i < value.length; i++) {
      for (const other of moved) spread[i] = Math.max(spread[i]!, Math.abs(other[i]! - value[i]!) || 0);
      if (Number.isFinite(spread[i])) squares += spread[i]! ** 2;
    }
  }
  const usual = Math.sqrt(squares / Math.max(1, value.length));
  for (let i = 0; i < value.length; i++) {
    const [want, got] = [value[i]!, actual[i]!];
    if (Object.is(want, got)) continue;
    if (float && !exact) {
      // A sum of zeros may have either sign.
      if (
        moved.some(
          (other) =>
            Number.isNaN(other[i]) !== Number.isNaN(want) ||
            !Number.isFinite(other[i]) !== !Number.isFinite(want),
        )
      )
        continue;
      if (Math.abs(got - want) <= 16 * spread[i]! + 4 * usual + 16 * unit * Math.abs(want) + least) continue;
    }
    return `element ${i} is ${got} and not ${want}${exact ? "" : ` (within ${spread[i]!.toPrecision(3)}, ${usual.toPrecision(3)})`}`;
  }
  return undefined;
}
