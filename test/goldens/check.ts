/** Does one case of the golden files, here or in a page, and says where it goes wrong. */
import * as maru from "../../src/index.js";
import { allDifferences } from "./compare.js";
import type { ForwardCase, GoldenArray, GradientCase } from "./golden.js";
import { type AnyTensor, apply, applyNow, toTensor } from "./ops.js";

const ERRORS: Record<string, new (message?: string) => Error> = {
  AxisError: maru.AxisError,
  DTypeError: maru.DTypeError,
  IndexError: maru.IndexError,
  ShapeError: maru.ShapeError,
  ValueError: maru.ValueError,
};

type Expected = GoldenArray | readonly GoldenArray[];

const listOf = (expected: Expected): readonly GoldenArray[] => ("dtype" in expected ? [expected] : expected);

/** What is wrong with the answer, or the refusal, that a forward case gets; nothing where all is well. */
export async function checkForward(item: ForwardCase): Promise<string[]> {
  const { op, inputs, params, expected, tolerance } = item;
  if (item.error !== undefined) return checkRefusal(item);
  const actual = await apply(op, inputs.map(toTensor), params);
  return allDifferences("result", actual, listOf(expected!), tolerance!);
}

async function checkRefusal(item: ForwardCase): Promise<string[]> {
  const { op, inputs, params, error, errorClass, byValue } = item;
  let thrown: unknown;
  try {
    const answer = await apply(op, inputs.map(toTensor), params);
    if (byValue) for (const tensor of answer) await tensor.data();
    const shapes = answer.map((tensor) => `(${tensor.shape})`).join(" ");
    return [`expected an error like /${error}/, got ${shapes}`];
  } catch (caught) {
    thrown = caught;
  }
  const found: string[] = [];
  if (!(thrown instanceof maru.MaruError)) found.push(`not an error of ours: ${String(thrown)}`);
  if (errorClass && !(thrown instanceof ERRORS[errorClass]!))
    found.push(`not a ${errorClass}: ${String(thrown)}`);
  if (!new RegExp(error!).test((thrown as Error).message))
    found.push(`not like /${error}/: ${String(thrown)}`);
  return found;
}

type Loss = (leaves: readonly AnyTensor[]) => AnyTensor;

const isFloat = ({ dtype }: GoldenArray) => dtype === "float32" || dtype === "float64";

/** sum(a0 * b0) + sum(a1 * b1) + ... */
function weightedSum(tensors: readonly AnyTensor[], weights: readonly AnyTensor[]): AnyTensor {
  return tensors
    .map((tensor, i) => maru.sum(maru.mul(tensor, weights[i]!)) as AnyTensor)
    .reduce((a, b) => a.add(b));
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
  leaves.map((leaf, i) => maru.grad((x: AnyTensor) => loss(leaves.with(i, x)))(leaf));

/** The gradient by each leaf, as a training loop asks for it. */
function backward(loss: Loss, leaves: readonly AnyTensor[]): AnyTensor[] {
  for (const leaf of leaves) leaf.requiresGrad = true;
  loss(leaves).backward();
  return leaves.map((leaf) => {
    if (leaf.grad === null) throw new Error("a leaf has no gradient");
    return leaf.grad;
  });
}

const freshLeaves = ({ inputs }: GradientCase) => inputs.filter(isFloat).map(toTensor);

/** Where value, gradient and second gradient of a case are not PyTorch's. */
export async function checkGradient(item: GradientCase): Promise<string[]> {
  const loss = lossOf(item);
  const value = applyNow(item.op, item.inputs.map(toTensor), item.params);
  const found = [
    ...(await allDifferences("value", value, listOf(item.value), "reduction")),
    ...(await allDifferences("gradient", backward(loss, freshLeaves(item)), item.expected, "reduction")),
  ];
  if (item.secondOrder === undefined) return found;
  const { directions, expected } = item.secondOrder;
  const weights = directions.map(toTensor);
  const again: Loss = (leaves) => weightedSum(gradientsOf(loss, leaves), weights);
  const second = gradientsOf(again, freshLeaves(item));
  return [...found, ...(await allDifferences("second", second, expected, "reduction"))];
}
