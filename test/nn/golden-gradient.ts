/** Holds a function of tensors to PyTorch's value and gradients: the cases that test/reference/loss_book.py writes. */
import { readFileSync } from "node:fs";
import { allDifferences } from "../goldens/compare.js";
import { casesIn, type GoldenArray } from "../goldens/golden.js";
import { type AnyTensor, toTensor } from "../goldens/ops.js";

/** Options by name, as the golden file has them. */
export type Settings = Readonly<Record<string, never>>;

export interface LeafCase {
  readonly id: string;
  readonly op: string;
  readonly inputs: readonly GoldenArray[];
  readonly params?: Settings;
  readonly value: GoldenArray;
  /** The places of the inputs that are differentiated by. */
  readonly leaves: readonly number[];
  readonly cotangents?: readonly GoldenArray[];
  readonly expected?: readonly GoldenArray[];
}

/** What a case's `op` means in maru. */
export type Meaning = (inputs: readonly AnyTensor[], params: Settings) => AnyTensor;

export const leafCases = (name: string): readonly LeafCase[] =>
  casesIn<LeafCase>(readFileSync(new URL(name, import.meta.url), "utf8"));

/** Where value or gradients are not the golden's; nothing where all is well. */
export async function differencesFrom(item: LeafCase, meaning: Meaning): Promise<string[]> {
  const tensors = item.inputs.map(toTensor);
  for (const i of item.leaves) tensors[i]!.requiresGrad = true;
  const value = meaning(tensors, item.params ?? {});
  const found = await allDifferences("value", [value], [item.value], "reduction");
  if (item.expected === undefined) return found;
  (value.mul(toTensor(item.cotangents![0]!)).sum() as AnyTensor).backward();
  const gradients = item.leaves.map((i) => tensors[i]!.grad as AnyTensor);
  return [...found, ...(await allDifferences("gradient", gradients, item.expected, "reduction"))];
}
