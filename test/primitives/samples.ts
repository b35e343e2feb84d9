/**
 * Samples of every primitive, which every target must compute and agree on, and from which the derivatives are
 * checked. The table is typed by `Primitive`: one without samples does not compile.
 */
import { DerivativeRule } from "../../src/autodiff/index.js";
import {
  buffer,
  type CustomRule,
  cast,
  type DType,
  isFloat,
  mul,
  type Node,
  type Primitive,
  type PrimitiveAttrs,
  storageOf,
} from "../../src/graph/index.js";
import { leaf, node } from "../../src/graph/node.js";
import { sizeOf } from "../../src/shape/index.js";

/** One source: its values are given, or drawn evenly from [low, high). A "float" is tried as float32 and float64. */
export interface Source {
  readonly shape: readonly number[];
  readonly dtype: DType | "float";
  readonly low: number;
  readonly high: number;
  readonly values?: readonly number[];
}

export interface Sample<P extends Primitive = Primitive> {
  readonly sources: readonly Source[];
  readonly attrs: PrimitiveAttrs[P];
  /** Makes the primitive's sources of those above, where they hang together. */
  readonly prepare?: (sources: readonly Node[]) => readonly Node[];
}

const float = (shape: readonly number[], low = -2, high = 2): Source => ({
  shape,
  dtype: "float",
  low,
  high,
});
const int32 = (shape: readonly number[], low = -9, high = 9): Source => ({
  shape,
  dtype: "int32",
  low,
  high,
});
const uint8 = (shape: readonly number[], low = 0, high = 256): Source => ({
  shape,
  dtype: "uint8",
  low,
  high,
});
const bool = (shape: readonly number[]): Source => ({ shape, dtype: "bool", low: 0, high: 2 });
const exactly = (dtype: Source["dtype"], shape: readonly number[], values: readonly number[]): Source => ({
  ...{ shape, dtype, values },
  ...{ low: 0, high: 0 },
});
const index = (shape: readonly number[], values: readonly number[]): Source =>
  exactly("int32", shape, values);

/** 0-d, empty, single, odd, and with axes of 1 and 0 in the middle. */
const SHAPES = [[], [0], [1], [5], [2, 0, 3], [3, 1, 7]];
const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, 2.5, -2.5, 1e30];
const special = exactly("float", [SPECIAL.length], SPECIAL);
/** Each special value beside each other one. */
const beside = SPECIAL.flatMap((a) => SPECIAL.map((b) => [a, b] as const));
const pairs = [0, 1].map((side) =>
  exactly(
    "float",
    [beside.length],
    beside.map((pair) => pair[side]!),
  ),
);

type Bare = { readonly sources: readonly Source[]; readonly attrs: Record<never, never> };

const alike = (count: number, make: (shape: readonly number[]) => Source): Bare[] =>
  SHAPES.map((shape) => ({ sources: Array.from({ length: count }, () => make(shape)), attrs: {} }));

const floats = (count: number, low?: number, high?: number): Bare[] => [
  ...alike(count, (shape) => float(shape, low, high)),
  { sources: count === 1 ? [special] : pairs, attrs: {} },
];
const numbers = (count: number, low?: number, high?: number): Bare[] => [
  ...floats(count, low, high),
  ...alike(count, (shape) => int32(shape)),
  ...alike(count, (shape) => uint8(shape)),
  // Where 32 bits wrap around.
  { sources: Array.from({ length: count }, () => int32([9], -(2 ** 31), 2 ** 31)), attrs: {} },
];
const anything = (count: number): Bare[] => [...numbers(count), ...alike(count, bool)];
const integers = (count: number): Bare[] => [
  ...alike(count, (shape) => int32(shape)),
  ...alike(count, (shape) => uint8(shape)),
  ...alike(count, bool),
];

/** Reductions over no, one, several and all axes, over an empty one, and past the length of a block. */
const reductions = (source: (shape: readonly number[]) => Source, emptyToo: boolean) => [
  ...[[], [0], [1], [0, 2], [0, 1, 2]].map((axes) => ({ sources: [source([3, 5, 2])], attrs: { axes } })),
  { sources: [source([1, 1])], attrs: { axes: [0] } },
  { sources: [source([2, 131])], attrs: { axes: [1] } },
  { sources: [source([0, 3])], attrs: { axes: [1] } },
  ...(emptyToo ? [{ sources: [source([3, 0, 2])], attrs: { axes: [1] } }] : []),
];

const square = new DerivativeRule("square", (g, [x]) => [mul(g, mul(x!, cast(twoOf(x!), x!.dtype)))]);
const twoOf = (x: Node): Node => node("expand", [scalarTwo(x)], { shape: x.shape });
const scalarTwo = (x: Node): Node =>
  node("reshape", [node("constant", [], { value: 2, dtype: x.dtype })], { shape: x.shape.map(() => 1) });
const rule: CustomRule = square;

/** A negative base has no derivative by its exponent, so the exponents are constants: 2, 3 and 0. */
const wholePowers = ([base]: readonly Node[]): readonly Node[] => [
  base!,
  buffer(typed(base!.dtype, [2, 3, 0]), [3], base!.dtype),
];

const window = { axes: [1], size: [2], stride: [1], dilation: [1] };
const both = { axes: [1, 2], size: [2, 3], stride: [2, 1], dilation: [1, 2] };

export const samples: { readonly [P in Primitive]: readonly Sample<P>[] } = {
  buffer: [[], [0], [3, 2]].flatMap((shape) =>
    (["float32", "float64", "int32", "uint8", "bool"] as const).map((dtype) => ({
      sources: [],
      attrs: { shape, dtype, storage: storageOf(dtype, typed(dtype, new Array(sizeOf(shape)).fill(1))) },
    })),
  ),
  constant: [
    { sources: [], attrs: { value: 2.5, dtype: "float32" } },
    { sources: [], attrs: { value: Number.NaN, dtype: "float64" } },
    { sources: [], attrs: { value: -7, dtype: "int32" } },
    { sources: [], attrs: { value: 255, dtype: "uint8" } },
    { sources: [], attrs: { value: 1, dtype: "bool" } },
  ],
  iota: [0, 1, 7].map((size) => ({ sources: [], attrs: { size } })),
  random: [[], [0], [7], [3, 5]].flatMap((shape) =>
    (["float32", "float64", "int32"] as const).map((dtype) => ({
      sources: [index([2], [17, -5])],
      attrs: { shape, dtype },
    })),
  ),

  cast: [
    ...[float([4]), float([0]), float([]), special, int32([5]), uint8([5]), bool([5])].flatMap((source) =>
      (["float32", "float64", "int32", "uint8", "bool"] as const).map((dtype) => ({
        sources: [source],
        attrs: { dtype },
      })),
    ),
  ],
  neg: numbers(1),
  exp: floats(1),
  expm1: floats(1),
  log: floats(1, 0.2, 3),
  log1p: floats(1, -0.8, 3),
  sin: floats(1),
  cos: floats(1),
  tanh: floats(1),
  sigmoid: floats(1),
  erf: floats(1, -3, 3),
  sqrt: floats(1, 0.2, 3),
  floor: floats(1, -5, 5),
  round: floats(1, -5, 5),

  add: numbers(2),
  sub: numbers(2),
  mul: numbers(2),
  div: floats(2, 0.5, 3),
  mod: [...numbers(2, 0.5, 3), { sources: [float([5], -9, 9), float([5], -3, -1)], attrs: {} }],
  pow: [
    ...floats(2, 0.3, 2),
    { sources: [float([3], -2, -1)], attrs: {}, prepare: wholePowers },
    { sources: [exactly("float", [3], [0, 0, 0])], attrs: {}, prepare: wholePowers },
    { sources: [float([3], 0.5, 2), exactly("float", [3], [0, 1, 2])], attrs: {} },
    { sources: [int32([5]), int32([5], 0, 9)], attrs: {} },
    { sources: [uint8([5]), uint8([5], 0, 9)], attrs: {} },
  ],
  atan2: floats(2),
  maximum: anything(2),
  minimum: anything(2),
  lt: anything(2),
  eq: anything(2),
  and: integers(2),
  or: integers(2),
  xor: integers(2),
  where: [
    ...SHAPES.map((shape) => ({ sources: [bool(shape), float(shape), float(shape)], attrs: {} })),
    { sources: [bool([5]), int32([5]), int32([5])], attrs: {} },
    { sources: [bool([5]), bool([5]), bool([5])], attrs: {} },
  ],

  sum: [...reductions(float, true), ...reductions(int32, true)],
  prod: [
    ...reductions((shape) => float(shape, 0.5, 1.2), true),
    ...reductions(int32, true),
    { sources: [exactly("float", [2, 4], [1, 0, 3, 2, 0, 5, 0, 1.5])], attrs: { axes: [1] } },
    { sources: [exactly("float", [2, 3], [1, 0, 3, 2, 4, 5])], attrs: { axes: [0, 1] } },
  ],
  amax: [...reductions(float, false), ...reductions(int32, false), ...reductions(bool, false)],
  amin: [...reductions(float, false), ...reductions(int32, false), ...reductions(bool, false)],
  cumsum: [
    ...[0, 1, 2].map((axis) => ({ sources: [float([3, 5, 1])], attrs: { axis } })),
    { sources: [float([0, 2])], attrs: { axis: 0 } },
    { sources: [int32([7])], attrs: { axis: 0 } },
  ],
  argsort: [
    ...[false, true].flatMap((descending) => [
      { sources: [float([3, 5])], attrs: { axis: 1, descending } },
      { sources: [float([3, 5])], attrs: { axis: 0, descending } },
      { sources: [special], attrs: { axis: 0, descending } },
      { sources: [int32([9], -2, 2)], attrs: { axis: 0, descending } },
      { sources: [bool([0, 2])], attrs: { axis: 0, descending } },
    ]),
  ],

  reshape: [
    { sources: [float([6])], attrs: { shape: [2, 3] } },
    { sources: [float([2, 3])], attrs: { shape: [3, 1, 2] } },
    { sources: [float([1, 1])], attrs: { shape: [] } },
    { sources: [float([0, 4])], attrs: { shape: [2, 0] } },
    { sources: [bool([4])], attrs: { shape: [2, 2] } },
  ],
  permute: [
    { sources: [float([2, 3, 5])], attrs: { axes: [2, 0, 1] } },
    { sources: [float([2, 3])], attrs: { axes: [0, 1] } },
    { sources: [float([])], attrs: { axes: [] } },
    { sources: [float([3, 0])], attrs: { axes: [1, 0] } },
    { sources: [uint8([1, 3])], attrs: { axes: [1, 0] } },
  ],
  expand: [
    { sources: [float([1, 3])], attrs: { shape: [4, 3] } },
    { sources: [float([2, 1, 1])], attrs: { shape: [2, 3, 5] } },
    { sources: [float([1])], attrs: { shape: [0] } },
    { sources: [float([])], attrs: { shape: [] } },
    { sources: [bool([1])], attrs: { shape: [3] } },
  ],
  pad: [
    { sources: [float([3])], attrs: { low: [1], high: [2], interior: [0], value: 0 } },
    { sources: [float([2, 3])], attrs: { low: [0, 1], high: [1, 0], interior: [2, 1], value: 1.5 } },
    { sources: [float([0])], attrs: { low: [2], high: [1], interior: [3], value: -1 } },
    { sources: [float([])], attrs: { low: [], high: [], interior: [], value: 0 } },
    { sources: [bool([2])], attrs: { low: [1], high: [1], interior: [0], value: 1 } },
  ],
  slice: [
    { sources: [float([7])], attrs: { start: [1], size: [3], step: [2] } },
    { sources: [float([7])], attrs: { start: [6], size: [3], step: [-3] } },
    { sources: [float([4, 5])], attrs: { start: [3, 0], size: [4, 2], step: [-1, 4] } },
    { sources: [float([3])], attrs: { start: [0], size: [0], step: [1] } },
    { sources: [float([0, 2])], attrs: { start: [0, 1], size: [0, 1], step: [1, 1] } },
    { sources: [int32([5])], attrs: { start: [4], size: [5], step: [-1] } },
  ],
  concat: [
    { sources: [float([2]), float([3])], attrs: { axis: 0 } },
    { sources: [float([2, 1]), float([2, 0]), float([2, 3])], attrs: { axis: 1 } },
    { sources: [float([0])], attrs: { axis: 0 } },
    { sources: [uint8([1, 2]), uint8([2, 2])], attrs: { axis: 0 } },
  ],
  windows: [
    { sources: [float([1, 4])], attrs: window },
    { sources: [float([2, 5, 7])], attrs: both },
    { sources: [float([0, 3])], attrs: window },
    { sources: [float([1, 2])], attrs: window },
    { sources: [int32([1, 4])], attrs: window },
  ],
  fold: [
    { sources: [float([1, 3, 2])], attrs: { ...window, shape: [1, 4] } },
    { sources: [float([2, 2, 3, 2, 3])], attrs: { ...both, shape: [2, 5, 7] } },
    { sources: [float([0, 2, 2])], attrs: { ...window, shape: [0, 3] } },
    { sources: [int32([1, 3, 2])], attrs: { ...window, shape: [1, 4] } },
  ],

  contract: [
    { sources: [float([3]), float([3])], attrs: { batchA: [], batchB: [], sumA: [0], sumB: [0] } },
    { sources: [float([2, 3]), float([3, 5])], attrs: { batchA: [], batchB: [], sumA: [1], sumB: [0] } },
    { sources: [float([2]), float([3])], attrs: { batchA: [], batchB: [], sumA: [], sumB: [] } },
    { sources: [float([]), float([3])], attrs: { batchA: [], batchB: [], sumA: [], sumB: [] } },
    {
      sources: [float([3, 2, 5, 4]), float([4, 3, 5, 7])],
      attrs: { batchA: [0], batchB: [1], sumA: [3, 2], sumB: [0, 2] },
    },
    { sources: [float([2, 0]), float([0, 3])], attrs: { batchA: [], batchB: [], sumA: [1], sumB: [0] } },
    { sources: [float([0, 2]), float([2, 3])], attrs: { batchA: [], batchB: [], sumA: [1], sumB: [0] } },
    { sources: [int32([2, 3]), int32([3, 2])], attrs: { batchA: [], batchB: [], sumA: [1], sumB: [0] } },
    { sources: [uint8([2, 9]), uint8([9, 2])], attrs: { batchA: [], batchB: [], sumA: [1], sumB: [0] } },
  ],

  gather: [
    { sources: [float([5]), index([3], [4, 0, -1])], attrs: { axes: [0] } },
    { sources: [float([3, 4]), index([2, 2], [1, 1, 2, 0])], attrs: { axes: [1] } },
    { sources: [float([3, 4]), index([3], [0, 2, 2]), index([3], [3, 1, 1])], attrs: { axes: [0, 1] } },
    { sources: [float([2, 3, 4]), index([2], [3, 0]), index([2], [1, 0])], attrs: { axes: [2, 0] } },
    { sources: [float([3, 0]), index([2], [1, 1])], attrs: { axes: [0] } },
    { sources: [float([3]), index([0], [])], attrs: { axes: [0] } },
    { sources: [bool([3]), index([], [1])], attrs: { axes: [0] } },
  ],
  scatter: (["set", "add"] as const).flatMap((mode) => [
    { sources: [float([5]), float([3]), index([3], [4, 0, 4])], attrs: { axes: [0], mode } },
    { sources: [float([3, 4]), float([2, 3]), index([2], [1, 3])], attrs: { axes: [1], mode } },
    {
      sources: [float([3, 4]), float([3]), index([3], [0, 2, 2]), index([3], [3, 1, 1])],
      attrs: { axes: [0, 1], mode },
    },
    { sources: [float([3]), float([0]), index([0], [])], attrs: { axes: [0], mode } },
    { sources: [float([2, 0]), float([1, 0]), index([1], [1])], attrs: { axes: [0], mode } },
    { sources: [int32([3]), int32([2]), index([2], [-1, -1])], attrs: { axes: [0], mode } },
  ]),

  detach: [
    { sources: [float([3])], attrs: { id: 0 } },
    { sources: [float([0])], attrs: { id: 0 } },
    { sources: [int32([3])], attrs: { id: 0 } },
  ],
  barrier: [
    { sources: [float([3]), float([2])], attrs: { id: 1_000_001 } },
    { sources: [float([0]), int32([0])], attrs: { id: 1_000_002 } },
  ],
  custom: [[], [0], [5]].map((shape) => ({
    sources: [float(shape)],
    attrs: { rule },
    prepare: ([x]: readonly Node[]) => [mul(x!, x!), x!],
  })),
};

/** Values of a dtype in its own kind of array. */
export function typed(dtype: DType, values: readonly number[]) {
  if (dtype === "float32") return Float32Array.from(values);
  if (dtype === "float64") return Float64Array.from(values);
  return dtype === "int32" ? Int32Array.from(values) : Uint8Array.from(values);
}

/** Numbers in [0, 1) that are the same every time (Lehmer's generator, 16807 modulo 2^31 - 1). */
export function steadyRandom(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** A sample's source as values, in float64 where it is a float. */
export function valuesOf({ shape, dtype, low, high, values }: Source, next: () => number): number[] {
  if (values !== undefined) return [...values];
  const whole = dtype !== "float" && !isFloat(dtype);
  return Array.from({ length: sizeOf(shape) }, () => {
    const value = low + (high - low) * next();
    return whole ? Math.floor(value) : value;
  });
}

/** The primitive over sources that are made already. */
export function build(op: Primitive, { attrs, prepare }: Sample, sources: readonly Node[]): Node {
  if (op === "buffer") {
    const { storage, shape, dtype } = attrs as PrimitiveAttrs["buffer"];
    return leaf({ shape, dtype }, storage);
  }
  return node(op, prepare?.(sources) ?? sources, attrs);
}

/** The dtypes that "float" stands for in a sample. */
export const floatsOf = ({ sources }: Sample): readonly ("float32" | "float64")[] =>
  sources.some(({ dtype }) => dtype === "float") ? ["float32", "float64"] : ["float64"];

export const dtypeOf = ({ dtype }: Source, float: "float32" | "float64"): DType =>
  dtype === "float" ? float : dtype;

/** The primitives in the order of the table. */
export const everyPrimitive = Object.keys(samples) as Primitive[];

/** A primitive's samples with their names. */
export const samplesOf = (op: Primitive): { readonly sample: Sample; readonly title: string }[] =>
  (samples[op] as readonly Sample[]).map((sample, i) => ({ sample, title: `${op} ${i} (${words(sample)})` }));

function words({ sources }: Sample): string {
  return sources.map(({ dtype, shape }) => `${dtype}[${shape}]`).join(", ") || "no sources";
}
