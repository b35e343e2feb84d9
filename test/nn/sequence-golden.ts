/** A case of `sequence.golden.json`: a layer of PyTorch's with its parameters, what it gives, and its gradients. */
import { readFileSync } from "node:fs";
import { array, type nn, type Tensor } from "../../src/index.js";
import { differences } from "../goldens/compare.js";
import { casesIn, type GoldenArray } from "../goldens/golden.js";

type Named = Readonly<Record<string, GoldenArray>>;

export interface SequenceCase {
  readonly id: string;
  readonly layer: string;
  readonly arguments: readonly unknown[];
  readonly extra: Readonly<Record<string, unknown>>;
  readonly inputs: Named;
  readonly parameters: Named;
  readonly outputs: readonly GoldenArray[];
  readonly cotangents: readonly GoldenArray[];
  readonly inputGradients: Named;
  readonly gradients: Named;
}

const all = casesIn<SequenceCase>(readFileSync(new URL("sequence.golden.json", import.meta.url), "utf8"));

export const casesOf = (...layers: readonly string[]): readonly SequenceCase[] =>
  all.filter(({ layer }) => layers.includes(layer));

export const tensorOf = ({ values, shape, dtype }: GoldenArray): Tensor =>
  array(values as Float32Array, { dtype }).reshape(shape) as Tensor;

/** The places where a layer's outputs or gradients are not PyTorch's. */
export async function partings(
  item: SequenceCase,
  module: nn.Module,
  call: (inputs: Readonly<Record<string, Tensor>>) => readonly Tensor[],
): Promise<string[]> {
  const entries = (named: Named) => Object.entries(named);
  module.loadStateDict(Object.fromEntries(entries(item.parameters).map(([name, a]) => [name, tensorOf(a)])));
  const inputs = Object.fromEntries(
    entries(item.inputs).map(([name, a]) => {
      const tensor = tensorOf(a);
      tensor.requiresGrad = true;
      return [name, tensor];
    }),
  );
  const outputs = call(inputs);
  const found: string[] = [];
  if (outputs.length !== item.outputs.length) return [`${outputs.length} outputs`];
  const terms = outputs.map((output, k) => output.mul(tensorOf(item.cotangents[k]!)).sum() as Tensor);
  terms.reduce((sum, term) => sum.add(term) as Tensor).backward();
  for (const [k, output] of outputs.entries())
    found.push(...(await differences(`output ${k}`, output, item.outputs[k]!, "reduction")));
  const parameters = new Map(module.namedParameters());
  for (const [tensors, gradients] of [
    [new Map(Object.entries(inputs)), item.inputGradients],
    [parameters, item.gradients],
  ] as const) {
    for (const [name, expected] of entries(gradients)) {
      const tensor = tensors.get(name)!;
      found.push(...(await differences(`d ${name}`, tensor.grad ?? tensor.mul(0), expected, "reduction")));
    }
  }
  return found;
}
