/** Transposed convolutions take the road of convolutions: forward and both gradients are contractions, none is folded. */
import { expect, test } from "vitest";
import { rewrite } from "../../src/compiler/rewrite.js";
import { type Node, topological } from "../../src/graph/index.js";
import { nn, optim, random, type Tensor } from "../../src/index.js";
import { nodesOf } from "./nodes.js";

test.each<[string, () => nn.Layer, number[]]>([
  ["a stride", () => nn.convTranspose2d(4, 6, 2, { stride: 2 }), [2, 4, 5, 5]],
  [
    "output padding",
    () => nn.convTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1 }),
    [2, 4, 5, 5],
  ],
  ["groups", () => nn.convTranspose2d(4, 6, 3, { groups: 2, padding: 1 }), [2, 4, 5, 5]],
  ["dilation", () => nn.convTranspose2d(4, 6, 3, { dilation: 2, stride: 3 }), [2, 4, 5, 5]],
  ["wide padding", () => nn.convTranspose2d(4, 6, 2, { padding: 2, stride: 2 }), [2, 4, 5, 5]],
  ["one axis", () => nn.convTranspose1d(4, 6, 3, { stride: 2 }), [2, 4, 9]],
  ["three axes", () => nn.convTranspose3d(4, 6, 2, { stride: 2 }), [1, 4, 3, 3, 3]],
])("with %s", (_, make, shape) => {
  const layer = make();
  const x = random.normal(shape) as Tensor;
  x.requiresGrad = true;
  const y = layer.forward(x as never) as Tensor;
  (y.mul(y).sum() as Tensor).backward();
  const roots: Node[] = [y, x.grad!, ...layer.parameters().map(({ grad }) => grad!)].map((t) => t.node);
  const folds = (nodes: readonly Node[]) =>
    topological(nodes, (node) => node.storage !== undefined).filter(({ op }) => op === "fold").length;
  expect(folds(roots)).toBeGreaterThan(0);
  expect(folds(rewrite(roots))).toBe(0);
});

test("running statistics are computed with the step that moved them, however many there are", () => {
  const norms = Array.from({ length: 12 }, () => nn.batchNorm1d(3));
  const model = nn.sequential(...(norms as nn.Layer[]));
  const optimizer = optim.sgd(0.1)(model.parameters());
  for (let i = 0; i < 2; i++) {
    optimizer.zeroGrad();
    ((model.forward(random.normal([4, 3]) as never) as Tensor).square().sum() as Tensor).backward();
    optimizer.step();
    for (const { runningMean, runningVar } of norms) {
      expect(nodesOf(runningMean!)).toBe(1);
      expect(nodesOf(runningVar!)).toBe(1);
    }
  }
});
