/** Holds a layer to PyTorch's output, gradients and buffers: the cases that test/reference/layer_goldens.py writes. */
import { readFileSync } from "node:fs";
import { nn, type Tensor } from "../../src/index.js";
import { differences } from "../goldens/compare.js";
import { casesIn, type GoldenArray } from "../goldens/golden.js";
import { toTensor } from "../goldens/ops.js";

type Arrays = Readonly<Record<string, GoldenArray>>;

export interface LayerCase {
  readonly id: string;
  readonly op: string;
  readonly args: readonly unknown[];
  readonly params?: object;
  readonly mode: "train" | "eval";
  readonly inputs: readonly GoldenArray[];
  readonly state: Arrays;
  /** Inputs of runs that come before the one that counts. */
  readonly earlier: readonly GoldenArray[];
  readonly cotangent: GoldenArray;
  readonly value: GoldenArray;
  /** By each input, `input 0`, and each parameter. */
  readonly gradients: Arrays;
  /** The buffers afterwards. */
  readonly after: Arrays;
}

export const readCases = <Case>(name: string): readonly Case[] =>
  casesIn<Case>(readFileSync(new URL(name, import.meta.url), "utf8"));

type Make = (...args: unknown[]) => nn.Module & { forward(...inputs: Tensor[]): Tensor };

/** The layer of a case, with its weights. */
export function layerOf({ op, args, params, state, mode }: LayerCase) {
  const make = (nn as unknown as Record<string, Make>)[op]!;
  const layer = make(...args, ...(params === undefined ? [] : [params]));
  layer.loadStateDict(Object.fromEntries(Object.entries(state).map(([name, a]) => [name, toTensor(a)])));
  return layer.train(mode === "train");
}

/** Where value, gradients or buffers are not the golden's; nothing where all is well. */
export async function layerDifferences(item: LayerCase): Promise<string[]> {
  const layer = layerOf(item);
  for (const x of item.earlier) layer.forward(toTensor(x));
  const inputs = item.inputs.map(toTensor);
  for (const x of inputs) if (x.dtype === "float32") x.requiresGrad = true;
  const value = layer.forward(...inputs);
  const found = await differences("value", value, item.value, "reduction");
  const gradients = Object.entries(item.gradients);
  if (gradients.length > 0) (value.mul(toTensor(item.cotangent)).sum() as Tensor).backward();
  const leaves = new Map<string, Tensor>([
    ...inputs.map((x, i) => [`input ${i}`, x] as const),
    ...layer.namedParameters(),
  ]);
  for (const [name, expected] of gradients) {
    const { grad } = leaves.get(name)!;
    if (grad === null) found.push(`${name} has no gradient`);
    else found.push(...(await differences(`gradient by ${name}`, grad, expected, "reduction")));
  }
  const state = layer.stateDict();
  for (const [name, expected] of Object.entries(item.after))
    found.push(...(await differences(`${name} afterwards`, state[name]!, expected, "reduction")));
  return found;
}
