/** The steps that random graphs are made of: each gives a node over values of the pool, or none where nothing fits. */
import {
  argsort,
  type BinaryPrimitive,
  barrier,
  binary,
  buffer,
  cast,
  concat,
  contract,
  cumsum,
  type DType,
  detach,
  expand,
  flip,
  full,
  gather,
  iota,
  isFloat,
  type Node,
  pad,
  permute,
  type ReducePrimitive,
  random,
  reduce,
  reshape,
  scatter,
  slice,
  stretch,
  type UnaryPrimitive,
  unary,
  where,
  windows,
} from "../../../src/graph/index.js";
import { node as bare } from "../../../src/graph/node.js";
import { sizeOf } from "../../../src/shape/index.js";
import type { Pool } from "./generate.js";

type Step = (pool: Pool) => Node | undefined;

const float = (node: Node): boolean => isFloat(node.dtype);
const numeric = (node: Node): boolean => node.dtype !== "bool";
const filled = (node: Node): boolean => sizeOf(node.shape) > 0;

/** A value of that shape and dtype: one of the pool, one that is stretched or cast to it, or a new leaf. */
function matching(pool: Pool, shape: readonly number[], dtype: DType): Node {
  const { dice } = pool;
  const same = pool.find(
    (x) => x.dtype === dtype && String(x.shape) === String(shape) && x.shape.length === shape.length,
  );
  if (same !== undefined && dice.chance(0.6)) return same;
  const stretches = (x: Node): boolean => {
    const front = shape.length - x.shape.length;
    return front >= 0 && x.dtype === dtype && x.shape.every((n, i) => n === 1 || n === shape[front + i]);
  };
  const small = pool.find(stretches);
  if (small !== undefined && dice.chance(0.7)) return stretch(small, shape);
  const even = pool.find((x) => x.dtype === dtype && sizeOf(x.shape) === sizeOf(shape));
  if (even !== undefined && dice.chance(0.3)) return reshape(even, shape);
  const other = pool.find((x) => String(x.shape) === String(shape) && x.shape.length === shape.length);
  if (other !== undefined && dice.chance(0.5)) return cast(other, dtype);
  if (dice.chance(0.3)) return full(shape, isFloat(dtype) ? dice.whole(-4, 4) / 4 : dice.whole(0, 1), dtype);
  // A row or a column that is stretched.
  const thin = shape.map((n) => (dice.chance(0.3) ? 1 : n));
  const leaf = pool.leaf(thin, dtype);
  pool.add(leaf);
  return expand(leaf, shape);
}

const number = (x: Node, value: number): Node => full(x.shape, value, x.dtype);

/** Something larger than 0 made of it. */
const positive = (x: Node): Node => binary("add", binary("mul", x, x), number(x, 0.25));

const SAFE: readonly UnaryPrimitive[] = [
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "erf",
  "floor",
  "round",
  "exp",
  "expm1",
];
const oneOperand: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find(float);
  if (x === undefined) return undefined;
  const op = dice.pick([...SAFE, "neg", "neg", "sqrt", "log", "log1p"] as const);
  if ((op === "sqrt" || op === "log" || op === "log1p") && !pool.special) return unary(op, positive(x));
  return unary(op, x);
};

const ANY: readonly BinaryPrimitive[] = ["maximum", "minimum"];
const ARITHMETIC: readonly BinaryPrimitive[] = ["add", "add", "sub", "mul", "mul"];
const twoOperands: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find();
  if (x === undefined) return undefined;
  const y = matching(pool, x.shape, x.dtype);
  if (x.dtype === "bool") return binary(dice.pick([...ANY, "and", "or", "xor"] as const), x, y);
  const [a, b] = dice.chance(0.5) ? [x, y] : [y, x];
  if (!float(x)) {
    const op = dice.pick([...ARITHMETIC, ...ANY, "and", "or", "xor", "mod", "pow"] as const);
    if (op === "pow") return binary(op, a, binary("mod", b, number(b, dice.whole(2, 6))));
    return binary(op, a, b);
  }
  const op = dice.pick([...ARITHMETIC, ...ARITHMETIC, ...ANY, "div", "mod", "pow", "atan2"] as const);
  // Beside a rounded 0 lie values that have no power and those that have one.
  if (pool.special && pool.isExact(a) && pool.isExact(b)) return binary(op, a, b);
  // The remainder of rounded values jumps where they divide.
  if (op === "mod" && !(pool.isExact(a) && pool.isExact(b))) return undefined;
  if (op === "div" || op === "mod" || op === "atan2") return binary(op, a, positive(b));
  return op === "pow" ? binary(op, positive(a), b) : binary(op, a, b);
};

const compare: Step = (pool) => {
  const x = pool.find();
  if (x === undefined) return undefined;
  return binary(pool.dice.pick(["lt", "eq"] as const), x, matching(pool, x.shape, x.dtype));
};

const choose: Step = (pool) => {
  const x = pool.find();
  if (x === undefined) return undefined;
  return where(matching(pool, x.shape, "bool"), x, matching(pool, x.shape, x.dtype));
};

const convert: Step = (pool) => {
  const x = pool.find();
  if (x === undefined) return undefined;
  return cast(x, pool.dice.pick(["float32", "float32", "float64", "int32", "uint8", "bool"] as const));
};

const reduction: Step = (pool) => {
  const { dice } = pool;
  const op = dice.pick<ReducePrimitive>(["sum", "sum", "sum", "amax", "amin", "prod"]);
  const extreme = op === "amax" || op === "amin";
  const x = pool.find((n) => n.shape.length > 0 && (extreme ? filled(n) : numeric(n)));
  if (x === undefined) return undefined;
  const axes = dice.some(x.shape.length);
  return reduce(op, x, axes.length === 0 ? [dice.whole(0, x.shape.length - 1)] : axes);
};

/** A sum over some axes, stretched over them again. */
function across(x: Node, op: ReducePrimitive, axes: readonly number[]): Node {
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  return expand(reshape(reduce(op, x, axes), kept), x.shape);
}

const someAxes = (pool: Pool, x: Node): number[] => {
  const axes = pool.dice.some(x.shape.length);
  return axes.length === 0 ? [pool.dice.whole(0, x.shape.length - 1)] : axes;
};

const row = (n: Node): boolean => float(n) && filled(n) && n.shape.length > 0;

const softmax: Step = (pool) => {
  const x = pool.find(row);
  if (x === undefined) return undefined;
  const axes = someAxes(pool, x);
  const e = unary("exp", binary("sub", x, across(x, "amax", axes)));
  if (pool.dice.chance(0.3)) return binary("sub", x, unary("log", across(e, "sum", axes)));
  return binary("div", e, across(e, "sum", axes));
};

const normalize: Step = (pool) => {
  const x = pool.find(row);
  if (x === undefined) return undefined;
  const axes = someAxes(pool, x);
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  const centred = binary("sub", x, binary("mul", across(x, "sum", axes), number(x, 1 / count)));
  const variance = binary("mul", across(binary("mul", centred, centred), "sum", axes), number(x, 1 / count));
  const y = binary("div", centred, unary("sqrt", binary("add", variance, number(x, 0.01))));
  return binary("mul", y, matching(pool, x.shape, x.dtype));
};

const restride: Step = (pool) => {
  const x = pool.find();
  if (x === undefined) return undefined;
  const size = sizeOf(x.shape);
  const { dice } = pool;
  const shape: number[] = [];
  if (size === 0) return reshape(x, [0, dice.whole(0, 3)]);
  let left = size;
  while (left > 1) {
    const divisors = [...Array(left).keys()].map((n) => n + 1).filter((n) => left % n === 0);
    const n = dice.pick(divisors.slice(0, 40));
    shape.push(n);
    left /= n;
    if (shape.length > 4) {
      shape.push(left);
      break;
    }
  }
  return reshape(x, dice.chance(0.3) ? [1, ...shape] : shape);
};

const transpose: Step = (pool) => {
  const x = pool.find((n) => n.shape.length > 1);
  return x === undefined ? undefined : permute(x, pool.dice.shuffled(x.shape.length));
};

const stretchOut: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => n.shape.length < 5);
  if (x === undefined) return undefined;
  const at = dice.whole(0, x.shape.length);
  const size = dice.whole(0, 9);
  const one = [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
  return expand(
    reshape(x, one),
    one.map((n, i) => (i === at ? size : n)),
  );
};

const cut: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => n.shape.length > 0);
  if (x === undefined) return undefined;
  const start: number[] = [];
  const size: number[] = [];
  const step: number[] = [];
  for (const n of x.shape) {
    if (n === 0 || dice.chance(0.3)) {
      start.push(0);
      size.push(n);
      step.push(1);
      continue;
    }
    const from = dice.whole(0, n - 1);
    const by = dice.whole(1, 3);
    const back = dice.chance(0.4);
    const most = back ? Math.floor(from / by) + 1 : Math.floor((n - 1 - from) / by) + 1;
    start.push(from);
    step.push(back ? -by : by);
    size.push(dice.chance(0.05) ? 0 : dice.whole(1, most));
  }
  return slice(x, { start, size, step });
};

const turn: Step = (pool) => {
  const x = pool.find((n) => n.shape.length > 0);
  return x === undefined ? undefined : flip(x, pool.dice.some(x.shape.length));
};

const surround: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => n.shape.length > 0);
  if (x === undefined) return undefined;
  const width = (): number[] => x.shape.map(() => (dice.chance(0.5) ? 0 : dice.whole(1, 3)));
  const interior = dice.chance(0.5) ? x.shape.map(() => 0) : width();
  const value = x.dtype === "bool" ? dice.whole(0, 1) : dice.chance(0.6) ? 0 : dice.whole(0, 3);
  return pad(x, { low: width(), high: width(), interior, value });
};

const join: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => n.shape.length > 0);
  if (x === undefined) return undefined;
  const axis = dice.whole(0, x.shape.length - 1);
  const parts = [x];
  for (let i = dice.whole(1, 3); i > 0; i--) {
    const size = dice.chance(0.4) ? x.shape[axis]! : dice.whole(0, 5);
    parts.push(
      matching(
        pool,
        x.shape.map((n, other) => (other === axis ? size : n)),
        x.dtype,
      ),
    );
  }
  return concat(
    dice.shuffled(parts.length).map((i) => parts[i]!),
    axis,
  );
};

interface Window {
  readonly axes: number[];
  readonly size: number[];
  readonly stride: number[];
  readonly dilation: number[];
}

function someWindow(pool: Pool, shape: readonly number[]): Window | undefined {
  const { dice } = pool;
  const axes = dice.some(shape.length, 0.6).filter((axis) => shape[axis]! > 0);
  if (axes.length === 0) return undefined;
  const dilation = axes.map(() => (dice.chance(0.7) ? 1 : 2));
  const size = axes.map((axis, i) =>
    dice.whole(1, Math.max(1, Math.min(4, Math.floor((shape[axis]! - 1) / dilation[i]!) + 1))),
  );
  const stride = axes.map((_, i) => (dice.chance(0.3) ? size[i]! : dice.whole(1, 3)));
  return { axes, size, stride, dilation };
}

const slide: Step = (pool) => {
  const x = pool.find((n) => n.shape.length > 0);
  if (x === undefined) return undefined;
  const window = someWindow(pool, x.shape);
  if (window === undefined) return undefined;
  const view = windows(x, window);
  if (!pool.dice.chance(0.5) || !filled(view) || !numeric(x)) return view;
  const inner = window.axes.map((_, i) => x.shape.length + i);
  return reduce(pool.dice.pick(["sum", "amax"] as const), view, inner);
};

const unslide: Step = (pool) => {
  const { dice } = pool;
  const shape = pool.shape(dice.whole(1, 3));
  const window = someWindow(pool, shape);
  if (window === undefined) return undefined;
  const dtype = dice.pick(["float32", "float32", "float64", "int32"] as const);
  const taken = windows(full(shape, 0, dtype), window).shape;
  if (sizeOf(taken) > pool.most * 4) return undefined;
  // Of a contraction it becomes a sum over padded values, where 0 times an infinity is NaN.
  const x = pool.special ? pool.leaf(taken, dtype) : matching(pool, taken, dtype);
  return bare("fold", [x], { ...window, shape });
};

/** A convolution of (n, c, ...) by (o, c, ...). */
const convolve: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => float(n) && n.shape.length >= 3 && n.shape.length <= 4 && filled(n));
  if (x === undefined) return undefined;
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  const low = x.shape.map((_, axis) => (axis < 2 ? 0 : dice.whole(0, 2)));
  const padded = pad(x, { low, high: low, interior: x.shape.map(() => 0), value: 0 });
  const dilation = spatial.map(() => dice.pick([1, 1, 2]));
  const size = spatial.map((axis, i) =>
    dice.whole(1, Math.max(1, Math.min(3, Math.floor((padded.shape[axis]! - 1) / dilation[i]!) + 1))),
  );
  const view = windows(padded, {
    axes: spatial,
    size,
    stride: spatial.map(() => dice.whole(1, 2)),
    dilation,
  });
  const kernel = matching(pool, [dice.whole(1, 5), x.shape[1]!, ...size], x.dtype);
  const taps = size.map((_, i) => 2 + spatial.length + i);
  const product = contract(view, kernel, {
    batchA: [],
    batchB: [],
    sumA: [1, ...taps],
    sumB: [1, ...size.map((_, i) => 2 + i)],
  });
  const rank = product.shape.length;
  return dice.chance(0.7) ? permute(product, [0, rank - 1, ...spatial.map((_, i) => 1 + i)]) : product;
};

const multiply: Step = (pool) => {
  const { dice } = pool;
  const a = pool.find((n) => numeric(n) && n.shape.length > 0);
  if (a === undefined) return undefined;
  const order = dice.shuffled(a.shape.length);
  const batch = dice.chance(0.3) ? order.splice(0, 1) : [];
  const sum = order.splice(0, dice.whole(0, Math.min(2, order.length)));
  const others = Array.from({ length: dice.whole(0, 2) }, () => dice.whole(1, dice.chance(0.2) ? 40 : 9));
  // b's axes lie in any order.
  const axes = [...batch.map((axis) => a.shape[axis]!), ...sum.map((axis) => a.shape[axis]!), ...others];
  const turned = dice.shuffled(axes.length);
  const shape = turned.map((i) => axes[i]!);
  if (sizeOf(shape) * 1 > pool.most || sizeOf(a.shape) * sizeOf(others) > pool.most * 40) return undefined;
  const where = (i: number): number => turned.indexOf(i);
  const b = matching(pool, shape, a.dtype);
  const [batchB, sumB] = [batch.map((_, i) => where(i)), sum.map((_, i) => where(batch.length + i))];
  if (dice.chance(0.5)) return contract(a, b, { batchA: batch, batchB, sumA: sum, sumB });
  return contract(b, a, { batchA: batchB, batchB: batch, sumA: sumB, sumB: sum });
};

/** Indices into an axis of that size: negative and repeated ones too. */
function indices(pool: Pool, shape: readonly number[], size: number): Node {
  const { dice } = pool;
  const known = pool.find(
    (n) => n.dtype === "int32" && String(n.shape) === String(shape) && n.shape.length === shape.length,
  );
  if (known !== undefined && dice.chance(0.3)) return binary("mod", known, number(known, size));
  if (shape.length === 1 && shape[0]! <= size && dice.chance(0.2)) return iota(shape[0]!);
  return buffer(
    Int32Array.from({ length: sizeOf(shape) }, () => dice.whole(-size, size - 1)),
    shape,
    "int32",
  );
}

const pickOut: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => n.shape.length > 0 && filled(n));
  if (x === undefined) return undefined;
  const axes = dice.shuffled(x.shape.length).slice(0, dice.whole(1, Math.min(2, x.shape.length)));
  const front = pool.shape(dice.whole(0, 2));
  if (sizeOf(front) * sizeOf(x.shape) > pool.most * 4) return undefined;
  return gather(
    x,
    axes.map((axis) => indices(pool, front, x.shape[axis]!)),
    axes,
  );
};

const putIn: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => n.shape.length > 0 && filled(n) && numeric(n));
  if (x === undefined) return undefined;
  const axes = dice.shuffled(x.shape.length).slice(0, dice.whole(1, Math.min(2, x.shape.length)));
  const front = pool.shape(dice.whole(0, 2));
  if (sizeOf(front) * sizeOf(x.shape) > pool.most * 4) return undefined;
  const rest = x.shape.filter((_, axis) => !axes.includes(axis));
  const base = dice.chance(0.3) ? full(x.shape, 0, x.dtype) : x;
  const updates = matching(pool, [...front, ...rest], x.dtype);
  return scatter(
    base,
    updates,
    axes.map((axis) => indices(pool, front, x.shape[axis]!)),
    {
      axes,
      mode: dice.pick(["set", "add"] as const),
    },
  );
};

/** The one at an index of each line, as a cross entropy reads it. */
const oneOfEach: Step = (pool) => {
  const x = pool.find((n) => n.shape.length === 2 && filled(n));
  if (x === undefined) return undefined;
  const [n, m] = x.shape as [number, number];
  return gather(x, [iota(n), indices(pool, [n], m)], [0, 1]);
};

const running: Step = (pool) => {
  const x = pool.find((n) => n.shape.length > 0 && numeric(n));
  return x === undefined ? undefined : cumsum(x, pool.dice.whole(0, x.shape.length - 1));
};

const sort: Step = (pool) => {
  const { dice } = pool;
  const x = pool.find((n) => n.shape.length > 0);
  if (x === undefined) return undefined;
  const axis = dice.whole(0, x.shape.length - 1);
  const order = argsort(x, axis, dice.chance(0.5));
  if (x.shape.length !== 1 || dice.chance(0.4) || !filled(x)) return order;
  return gather(x, [order], [0]);
};

const draw: Step = (pool) => {
  const { dice } = pool;
  const key = buffer(Int32Array.of(dice.whole(-99, 99), dice.whole(-99, 99)), [2], "int32");
  return random(key, pool.shape(), dice.pick(["float32", "float32", "float64", "int32"] as const));
};

const count: Step = (pool) => {
  const { dice } = pool;
  const numbers = iota(pool.size());
  return dice.chance(0.5) ? numbers : cast(numbers, dice.pick(["float32", "float64", "uint8"] as const));
};

const mark: Step = (pool) => {
  const x = pool.find();
  if (x === undefined) return undefined;
  return pool.dice.chance(0.5) ? barrier(x, pool.find()!) : detach(x);
};

const activate: Step = (pool) => {
  const x = pool.find(float);
  if (x === undefined) return undefined;
  const one = number(x, 1);
  const sigmoid = binary("div", one, binary("add", one, unary("exp", unary("neg", x))));
  if (pool.dice.chance(0.5)) return binary("mul", sigmoid, x);
  return binary("maximum", x, number(x, 0));
};

const fresh: Step = (pool) => pool.leaf();

export const STEPS = {
  ...{ oneOperand, twoOperands, compare, choose, convert, reduction, softmax, normalize, activate },
  ...{ restride, transpose, stretchOut, cut, turn, surround, join, slide, unslide, convolve, multiply },
  ...{ pickOut, putIn, oneOfEach, running, sort, draw, count, mark, fresh },
} satisfies Record<string, Step>;

export type StepName = keyof typeof STEPS;

export const WEIGHTS: Readonly<Record<StepName, number>> = {
  ...{
    oneOperand: 9,
    twoOperands: 16,
    compare: 3,
    choose: 4,
    convert: 5,
    reduction: 9,
    softmax: 3,
    normalize: 2,
  },
  ...{
    activate: 3,
    restride: 6,
    transpose: 5,
    stretchOut: 4,
    cut: 6,
    turn: 2,
    surround: 5,
    join: 4,
    slide: 4,
  },
  ...{
    unslide: 3,
    convolve: 3,
    multiply: 7,
    pickOut: 4,
    putIn: 4,
    oneOfEach: 2,
    running: 3,
    sort: 3,
    draw: 1,
  },
  ...{ count: 1, mark: 2, fresh: 4 },
};
