/** Every differentiable operation has PyTorch's gradient, and PyTorch's gradient of the gradient. */
import { describe, expect, test } from "vitest";
import { grad, mul, sum } from "../../src/index.js";
import { allDifferences } from "./compare.js";
import { byOperation, type GoldenArray, type GradientCase, gradientCases } from "./golden.js";
import { type AnyTensor, applyNow, toTensor } from "./ops.js";

type Loss = (leaves: readonly AnyTensor[]) => AnyTensor;

const isFloat = ({ dtype }: GoldenArray) => dtype === "float32" || dtype === "float64";

/** sum(a0 * b0) + sum(a1 * b1) + ... */
function weightedSum(tensors: readonly AnyTensor[], weights: readonly AnyTensor[]): AnyTensor {
  return tensors.map((tensor, i) => sum(mul(tensor, weights[i]!))).reduce((a, b) => a.add(b));
}

/** The loss of a case as a function of its floating-point inputs. */
function lossOf({ op, inputs, params, cotangents }: GradientCase): Loss {
  const weights = cotangents.map(toTensor);
  return (leaves) => {
    let next = 0;
    const tensors = inputs.map((input) => (isFloat(input) ? leaves[next++]! : toTensor(input)));
    return weightedSum(applyNow(op, tensors, params), weights);
  };
}

/** The gradient by each leaf, functionally, so that it can be differentiated again. */
const gradientsOf = (loss: Loss, leaves: readonly AnyTensor[]): AnyTensor[] =>
  leaves.map((leaf, i) => grad((x: AnyTensor) => loss(leaves.with(i, x)))(leaf));

/** The gradient by each leaf, as a training loop asks for it. */
function backward(loss: Loss, leaves: readonly AnyTensor[]): AnyTensor[] {
  for (const leaf of leaves) leaf.requiresGrad = true;
  loss(leaves).backward();
  return leaves.map((leaf) => leaf.grad ?? expect.fail("a leaf has no gradient"));
}

const freshLeaves = ({ inputs }: GradientCase) => inputs.filter(isFloat).map(toTensor);

async function check(item: GradientCase): Promise<void> {
  const loss = lossOf(item);
  const value = "dtype" in item.value ? [item.value] : item.value;
  const found = [
    ...(await allDifferences(
      "value",
      applyNow(item.op, item.inputs.map(toTensor), item.params),
      value,
      "reduction",
    )),
    ...(await allDifferences("gradient", backward(loss, freshLeaves(item)), item.expected, "reduction")),
  ];
  if (item.secondOrder) {
    const { directions, expected } = item.secondOrder;
    const weights = directions.map(toTensor);
    const again: Loss = (leaves) => weightedSum(gradientsOf(loss, leaves), weights);
    found.push(
      ...(await allDifferences("second", gradientsOf(again, freshLeaves(item)), expected, "reduction")),
    );
  }
  if (found.length > 0) expect.fail(found.join("\n"));
}

for (const [op, cases] of byOperation(gradientCases())) {
  describe(op, () => {
    test.each(cases)("$id", check);
  });
}
