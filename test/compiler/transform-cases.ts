/** Graphs that the transforms are tried on: what networks are made of, at sizes that fit no tile. */
import { gradients } from "../../src/autodiff/index.js";
import { buffer, type DType, full, type Node, variable } from "../../src/graph/index.js";
import * as ops from "../../src/ops/index.js";
import { type ConvOptions, sizeOf } from "../../src/shape/index.js";
import { Dice } from "./random/dice.js";

export type Float = "float32" | "float64";

const dice = new Dice(12);

const values = (shape: readonly number[], dtype: Float, low = -2, high = 2): Node => {
  const list = Array.from({ length: sizeOf(shape) }, () => dice.real(low, high));
  return buffer(dtype === "float32" ? Float32Array.from(list) : Float64Array.from(list), shape, dtype);
};

const whole = (shape: readonly number[], dtype: DType, low: number, high: number): Node =>
  buffer(
    Int32Array.from({ length: sizeOf(shape) }, () => dice.whole(low, high)),
    shape,
    dtype,
  );

/** y and the derivatives of a weighted sum of it by the parameters. */
function withGradients(y: Node, parameters: readonly Node[]): Node[] {
  const weights = values(y.shape, y.dtype as Float, -1, 1);
  const found = gradients([ops.sum(ops.mul(y, weights))], [full([], 1, y.dtype)], parameters);
  return [y, ...found.filter((g): g is Node => g !== null)];
}

const turned = (x: Node, turn: boolean): Node => (turn ? ops.transpose(x) : x);

/** op(A) op(B) of (m, k) by (k, n), each lying turned in memory or not. */
function product(
  [m, k, n]: readonly [number, number, number],
  turnA: boolean,
  turnB: boolean,
  dtype: Float,
): Node {
  const a = values(turnA ? [k, m] : [m, k], dtype);
  const b = values(turnB ? [n, k] : [k, n], dtype);
  return ops.matmul(turned(a, turnA), turned(b, turnB));
}

function convolution(x: readonly number[], w: readonly number[], options: ConvOptions, dtype: Float): Node[] {
  const [input, weight, bias] = [x, w, [w[0]!]].map((shape) => variable(values(shape, dtype)));
  return withGradients(ops.convolution(input!, weight!, bias!, options), [input!, weight!, bias!]);
}

function layerNorm(x: Node, scale: Node, shift: Node): Node {
  const centred = ops.sub(x, ops.mean(x, -1, { keepdims: true }));
  const variance = ops.mean(ops.square(centred), -1, { keepdims: true });
  return ops.add(ops.mul(ops.div(centred, ops.sqrt(ops.add(variance, 1e-5))), scale), shift);
}

export interface TransformCase {
  readonly title: string;
  readonly build: (dtype: Float) => Node | readonly Node[];
}

const at = (
  title: string,
  sizes: readonly number[],
  build: (n: number, dtype: Float) => Node | readonly Node[],
): TransformCase[] => sizes.map((n) => ({ title: `${title} of ${n}`, build: (dtype) => build(n, dtype) }));

const SIZES = [1, 3, 4, 5, 37, 511];
const SMALL = [1, 3, 4, 5, 37];

const turns = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));

export const CASES: readonly TransformCase[] = [
  ...turns.flatMap(([a, b]) => {
    const title = `matmul ${a ? "Aᵀ" : "A"} ${b ? "Bᵀ" : "B"}`;
    return [
      ...at(title, SMALL, (n, dtype) => product([n, n, n], a, b, dtype)),
      ...at(`${title}, long rows`, [511], (n, dtype) => product([5, n, 37], a, b, dtype)),
      ...at(`${title}, many rows`, [511], (n, dtype) => product([n, 5, 3], a, b, dtype)),
      ...at(`${title}, many columns`, [511], (n, dtype) => product([3, 4, n], a, b, dtype)),
    ];
  }),
  ...at("batched matmul, b broadcast", SMALL, (n, dtype) =>
    ops.matmul(values([3, 2, n, 5], dtype), values([1, 2, 5, n], dtype)),
  ),
  ...at("batched matmul, one b", SMALL, (n, dtype) =>
    ops.matmul(values([3, n, 5], dtype), values([5, n], dtype)),
  ),
  ...at("matrix by vector", SIZES, (n, dtype) => ops.matmul(values([n, 37], dtype), values([37], dtype))),
  ...at("vector by matrix", SIZES, (n, dtype) => ops.matmul(values([37], dtype), values([37, n], dtype))),
  ...at("inner product", SIZES, (n, dtype) => ops.dot(values([n], dtype), values([n], dtype))),
  ...at("outer product", SIZES, (n, dtype) => ops.outer(values([n], dtype), values([5], dtype))),
  ...at("linear layer", SMALL, (n, dtype) => {
    const [x, w, b] = [[5, n], [n, 7], [7]].map((shape) => variable(values(shape, dtype)));
    return withGradients(ops.relu(ops.add(ops.matmul(x!, w!), b!)), [x!, w!, b!]);
  }),
  ...at("matmul of what is computed", SMALL, (n, dtype) =>
    ops.matmul(ops.tanh(values([n, n], dtype)), ops.exp(values([n, 4], dtype))),
  ),

  ...at("conv 1-d", [3, 4, 5, 37, 511], (n, dtype) =>
    convolution([2, 3, n], [4, 3, 3], { padding: 1 }, dtype),
  ),
  ...at("conv 1-d, stride, dilation", [7, 37], (n, dtype) =>
    convolution([2, 3, n], [5, 3, 3], { stride: 2, padding: 2, dilation: 2 }, dtype),
  ),
  ...at("conv 2-d", [1, 3, 4, 5, 13], (n, dtype) =>
    convolution([2, 3, n, n], [4, 3, 3, 3], { padding: 1 }, dtype),
  ),
  ...at("conv 2-d down to one place", [1, 3, 5], (n, dtype) =>
    convolution([2, 3, n, n], [4, 3, n, n], {}, dtype),
  ),
  ...at("conv 2-d by 5", [13], (n, dtype) => convolution([2, 1, n, n], [6, 1, 5, 5], {}, dtype)),
  ...at("conv 2-d, stride 2", [5, 8, 13], (n, dtype) =>
    convolution([2, 4, n, n], [3, 4, 3, 3], { stride: 2, padding: 1 }, dtype),
  ),
  ...at("conv 2-d, uneven", [5, 9], (n, dtype) =>
    convolution([1, 2, n, n + 2], [3, 2, 2, 3], { stride: [1, 3], padding: [2, 0], dilation: [2, 1] }, dtype),
  ),
  ...at("conv 2-d, groups", [5, 8], (n, dtype) =>
    convolution([2, 4, n, n], [6, 2, 3, 3], { padding: 1, groups: 2 }, dtype),
  ),
  ...at("conv 2-d, depthwise", [5, 8], (n, dtype) =>
    convolution([2, 5, n, n], [5, 1, 3, 3], { padding: 1, groups: 5 }, dtype),
  ),
  ...at("conv 2-d by 1", [5, 8], (n, dtype) => convolution([2, 5, n, n], [7, 5, 1, 1], {}, dtype)),
  ...at("conv 3-d", [3, 5], (n, dtype) =>
    convolution([1, 2, n, n, 4], [3, 2, 2, 3, 2], { padding: 1 }, dtype),
  ),
  // By its input a convolution's derivative is a transposed convolution; derived once more it is a convolution again.
  ...at("conv transposed, derived", [4, 7], (n, dtype) => {
    const [g, w] = [
      [2, 4, n, n],
      [4, 3, 3, 3],
    ].map((shape) => variable(values(shape, dtype)));
    const x = variable(values([2, 3, 2 * n, 2 * n], dtype));
    const y = ops.convolution(x, w!, null, { stride: 2, padding: 1 });
    const [transposed] = gradients([y], [g!], [x]);
    return withGradients(transposed!, [g!, w!]);
  }),
  ...at("max pool", [4, 9], (n, dtype) => {
    const x = variable(values([2, 3, n, n], dtype));
    return withGradients(ops.maxPool(x, [2, 2]), [x]);
  }),
  ...at("average pool", [4, 9], (n, dtype) => {
    const x = variable(values([2, 3, n, n], dtype));
    return withGradients(ops.averagePool(x, [3, 3], { stride: 2 }), [x]);
  }),

  ...at("softmax of rows", SIZES, (n, dtype) => {
    const x = variable(values([37, n], dtype));
    return withGradients(ops.softmax(x), [x]);
  }),
  ...at("softmax of columns", SIZES, (n, dtype) => {
    const x = variable(values([5, n], dtype));
    return withGradients(ops.softmax(x, 0), [x]);
  }),
  ...at("layer norm", SIZES, (n, dtype) => {
    const [x, scale, shift] = [[17, n], [n], [n]].map((shape) => variable(values(shape, dtype)));
    return withGradients(layerNorm(x!, scale!, shift!), [x!, scale!, shift!]);
  }),
  ...at("column sums", SIZES, (n, dtype) => ops.sum(values([n, 37], dtype), 0)),
  ...at("row sums", SIZES, (n, dtype) => ops.sum(values([37, n], dtype), 1)),
  ...at("sums over the middle", SMALL, (n, dtype) => ops.sum(values([3, n, 5, 4], dtype), [1, 2])),
  ...at("full sum", [...SIZES, 100_003], (n, dtype) => ops.sum(values([n], dtype))),
  ...at("full extremes", [37, 100_003], (n, dtype) => {
    const x = values([n], dtype);
    return [ops.max(x), ops.min(x)];
  }),
  ...at("long columns", [40_007], (n, dtype) => ops.sum(values([n, 3], dtype), 0)),
  ...at("elementwise chain", [...SIZES, 10_007], (n, dtype) => {
    const x = values([n], dtype);
    return ops.sub(ops.add(ops.mul(ops.sigmoid(x), x), ops.mul(x, 0.5)), 1);
  }),
  ...at("elementwise, broadcast", SMALL, (n, dtype) => {
    const [x, row, column] = [values([n, 5, n], dtype), values([n], dtype), values([5, 1], dtype)];
    return ops.where(ops.lt(x, row), ops.mul(x, column), ops.maximum(x, row));
  }),
  ...at("transposed copy", SIZES, (n, dtype) =>
    ops.add(ops.transpose(values([n, 5, 3], dtype), [2, 0, 1]), 1),
  ),
  ...at("reversed steps", SIZES, (n, dtype) => ops.flip(ops.part(values([n, 3], dtype), 0, 0, n), 0)),
  ...at("pad", SIZES, (n, dtype) =>
    ops.exp(
      ops.pad(
        values([3, n], dtype),
        [
          [1, 2],
          [2, 1],
        ],
        1,
      ),
    ),
  ),
  ...at("concatenate", SIZES, (n, dtype) =>
    ops.concatenate([values([3, n], dtype), values([3, 2], dtype), ops.sin(values([3, n], dtype))], 1),
  ),
  ...at("cumsum along rows", SIZES, (n, dtype) => ops.cumsum(values([5, n], dtype), 1)),
  ...at("cumsum down columns", SIZES, (n, dtype) => ops.cumsum(values([n, 5], dtype), 0)),
  ...at("sort rows", SIZES, (n, dtype) => ops.sort(values([3, n], dtype))),
  ...at("sort columns, equal ones", SMALL, (n) => ops.argsort(whole([n, 3], "int32", -2, 2), 0)),
  ...at("sort a long row", [3001], (n, dtype) => ops.argsort(values([n], dtype), 0, true)),
  ...at("take rows and its derivative", SMALL, (n, dtype) => {
    const x = variable(values([n, 5], dtype));
    return withGradients(ops.takeAxis(x, whole([7], "int32", -n, n - 1), 0), [x]);
  }),
  ...at("integers", SMALL, (n) => {
    const [a, b] = [whole([n, 5], "int32", -99, 99), whole([5, n], "int32", -99, 99)];
    return [ops.matmul(a, b), ops.sum(a, 1), ops.mod(a, 7), ops.max(b, 0)];
  }),
];

/** Graphs whose phases are shared out among threads. */
export const LARGE: readonly TransformCase[] = [
  { title: "matmul", build: (dtype) => product([131, 257, 190], false, false, dtype) },
  { title: "matmul Aᵀ Bᵀ", build: (dtype) => product([131, 257, 190], true, true, dtype) },
  {
    title: "matrix by vector",
    build: (dtype) => ops.matmul(values([701, 511], dtype), values([511], dtype)),
  },
  { title: "conv 2-d", build: (dtype) => convolution([4, 8, 21, 21], [12, 8, 3, 3], { padding: 1 }, dtype) },
  { title: "full sum", build: (dtype) => ops.sum(values([300_007], dtype)) },
  { title: "column sums", build: (dtype) => ops.sum(values([5003, 37], dtype), 0) },
  {
    title: "softmax",
    build: (dtype) => {
      const x = variable(values([311, 257], dtype));
      return withGradients(ops.softmax(x), [x]);
    },
  },
  {
    title: "layer norm",
    build: (dtype) => {
      const [x, scale, shift] = [[311, 257], [257], [257]].map((shape) => variable(values(shape, dtype)));
      return withGradients(layerNorm(x!, scale!, shift!), [x!, scale!, shift!]);
    },
  },
  {
    title: "elementwise chain",
    build: (dtype) => {
      const x = values([100_003], dtype);
      return ops.sub(ops.mul(ops.sigmoid(x), ops.erf(x)), 1);
    },
  },
  { title: "cumsum", build: (dtype) => ops.cumsum(values([701, 97], dtype), 1) },
  { title: "sort", build: (dtype) => ops.sort(values([200, 130], dtype)) },
];
