/** Whole training steps as one graph: forward, cross entropy, backward and update. */
import { gradients } from "../../src/autodiff/index.js";
import { buffer, full, type Node, variable } from "../../src/graph/index.js";
import * as ops from "../../src/ops/index.js";
import { sizeOf } from "../../src/shape/index.js";

export const leaf = (...shape: number[]): Node => {
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i) / 4);
  return buffer(values, shape, "float32");
};

export const parameter = (...shape: number[]): Node => variable(leaf(...shape));

export function layerNorm(x: Node, scale: Node, shift: Node): Node {
  const centred = ops.sub(x, ops.mean(x, -1, { keepdims: true }));
  const variance = ops.mean(ops.square(centred), -1, { keepdims: true });
  return ops.add(ops.mul(ops.div(centred, ops.sqrt(ops.add(variance, 1e-5))), scale), shift);
}

export const linear = (x: Node, w: Node, b: Node): Node => ops.add(ops.matmul(x, w), b);

export function crossEntropy(logits: Node, labels: Node): Node {
  const picked = ops.takeAlongAxis(ops.logSoftmax(logits, -1), ops.unsqueeze(labels, 1), 1);
  return ops.neg(ops.mean(picked));
}

/** New m, v and p of Adam, without its correction of the first steps. */
export function adam(p: Node, m: Node, v: Node, g: Node): [m: Node, v: Node, p: Node] {
  const mean = ops.add(ops.mul(m, 0.9), ops.mul(g, 0.1));
  const square = ops.add(ops.mul(v, 0.999), ops.mul(ops.square(g), 0.001));
  return [mean, square, ops.sub(p, ops.mul(ops.div(mean, ops.add(ops.sqrt(square), 1e-8)), 0.001))];
}

export interface TrainingStep {
  readonly roots: readonly Node[];
  readonly updates: readonly (readonly [output: number, input: Node])[];
}

function step(loss: Node, parameters: readonly Node[], optimizer: "sgd" | "adam"): TrainingStep {
  const found = gradients([loss], [full([], 1, "float32")], parameters);
  const roots = [loss];
  const updates: (readonly [number, Node])[] = [];
  parameters.forEach((p, i) => {
    const g = found[i]!;
    const [m, v] = [leaf(...p.shape), leaf(...p.shape)];
    const pairs =
      optimizer === "sgd"
        ? [[p, ops.sub(p, ops.mul(g, 0.1))]]
        : adam(p, m, v, g).map((fresh, k) => [[m, v, p][k], fresh]);
    for (const [old, fresh] of pairs) {
      updates.push([roots.length, old!]);
      roots.push(fresh!);
    }
  });
  return { roots, updates };
}

const labels = (count: number): Node =>
  buffer(
    Int32Array.from({ length: count }, (_, i) => i % 10),
    [count],
    "int32",
  );

export function mlpStep(optimizer: "sgd" | "adam", batch = 32): TrainingStep {
  const parameters = [parameter(784, 128), parameter(128), parameter(128, 10), parameter(10)];
  const [w1, b1, w2, b2] = parameters as [Node, Node, Node, Node];
  const hidden = ops.relu(linear(leaf(batch, 784), w1, b1));
  return step(crossEntropy(linear(hidden, w2, b2), labels(batch)), parameters, optimizer);
}

export function cnnStep(optimizer: "sgd" | "adam", batch = 8): TrainingStep {
  const shapes = [[8, 1, 5, 5], [8], [16, 8, 5, 5], [16], [256, 10], [10]];
  const parameters = shapes.map((shape) => parameter(...shape));
  const [w1, b1, w2, b2, w3, b3] = parameters as [Node, Node, Node, Node, Node, Node];
  const first = ops.maxPool(ops.relu(ops.convolution(leaf(batch, 1, 28, 28), w1, b1)), [2, 2]);
  const second = ops.maxPool(ops.relu(ops.convolution(first, w2, b2)), [2, 2]);
  const logits = linear(ops.reshape(second, [batch, -1]), w3, b3);
  return step(crossEntropy(logits, labels(batch)), parameters, optimizer);
}
