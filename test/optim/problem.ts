/** The small problem that the golden paths of the optimizers are on: the sum of a (w - t)^4 over two parameters. */
import { readFileSync } from "node:fs";
import { array, compile, optim, type Tensor } from "../../src/index.js";
import { differences } from "../goldens/compare.js";
import { casesIn, type GoldenArray } from "../goldens/golden.js";

export type Float = "float32" | "float64";

/** Both parameters after each step, and the optimizer's state in the end. */
export interface Run {
  readonly path: GoldenArray;
  readonly state: Readonly<Record<string, GoldenArray>>;
}

export interface OptimizerCase extends Readonly<Record<Float, Run>> {
  readonly id: string;
  readonly kind: Kind;
  readonly lr?: number;
  readonly options: object;
  /** The settings of each parameter, where each is a group of its own. */
  readonly groups?: readonly object[];
  /** PyTorch's own Muon, which rounds to bfloat16. */
  readonly bfloat16?: Run;
}

export type Kind = "sgd" | "adam" | "adamw" | "nadam" | "adagrad" | "adadelta" | "rmsprop" | "lion" | "muon";

type Values = readonly (readonly number[] | readonly (readonly number[])[])[];

const text = readFileSync(new URL("optimizer.golden.json", import.meta.url), "utf8");
const { steps, problem } = JSON.parse(text) as {
  steps: number;
  problem: Record<"usual" | "matrices", Record<"w" | "a" | "t", Values>>;
};

export const optimizerCases = casesIn<OptimizerCase>(text);

export interface Problem {
  readonly parameters: Tensor[];
  readonly loss: () => Tensor;
}

export function problemOf(kind: Kind, dtype: Float): Problem {
  const { w, a, t } = problem[kind === "muon" ? "matrices" : "usual"];
  const tensors = (values: Values, requiresGrad: boolean): Tensor[] =>
    values.map((list) => array(list as number[], { dtype, requiresGrad }) as Tensor);
  const parameters = tensors(w, true);
  const [factors, targets] = [tensors(a, false), tensors(t, false)];
  const loss = (): Tensor =>
    parameters
      .map((parameter, i) => factors[i]!.mul(parameter.sub(targets[i]!).pow(4)).sum() as Tensor)
      .reduce((sum, part) => sum.add(part) as Tensor);
  return { parameters, loss };
}

export function optimizerOf(
  { kind, lr, options, groups }: OptimizerCase,
  parameters: readonly Tensor[],
): optim.Optimizer {
  const make = optim[kind] as (lr?: number, options?: object) => optim.OptimizerFactory;
  return make(lr, options)(groups?.map((own, i) => ({ params: [parameters[i]!], ...own })) ?? parameters);
}

/** A step of training, plain or compiled. */
export function stepOf({ loss }: Problem, optimizer: optim.Optimizer, compiled: boolean): () => void {
  const body = (): void => {
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
  };
  return compiled ? compile(body) : body;
}

const valuesOf = (parameters: readonly Tensor[]): number[] =>
  parameters.flatMap((parameter) => [...(parameter.dataSync() as Float32Array)]);

/** Where a run of a case parts from PyTorch's; nothing where it does not. */
export async function partings(item: OptimizerCase, dtype: Float, compiled: boolean): Promise<string[]> {
  const { problem: made, optimizer } = begun(item, dtype);
  const step = stepOf(made, optimizer, compiled);
  const path = Array.from({ length: steps }, () => {
    step();
    return valuesOf(made.parameters);
  });
  const expected = item[dtype];
  const found = await differences("path", array(path, { dtype }) as Tensor, expected.path, "reduction");
  const state = optimizer.stateDict();
  for (const [name, value] of Object.entries(expected.state))
    found.push(...(await differences(`state ${name}`, state[name]!, value, "reduction")));
  return found;
}

/** The largest distance between a case's path in float32 and another one. */
export function distance(item: OptimizerCase, { path }: Run): number {
  const { problem: made, optimizer } = begun(item, "float32");
  const step = stepOf(made, optimizer, false);
  const found = Array.from({ length: steps }, () => {
    step();
    return valuesOf(made.parameters);
  }).flat();
  return Math.max(...found.map((value, i) => Math.abs(value - path.values[i]!)));
}

export function begun(item: OptimizerCase, dtype: Float) {
  const made = problemOf(item.kind, dtype);
  return { problem: made, optimizer: optimizerOf(item, made.parameters) };
}
