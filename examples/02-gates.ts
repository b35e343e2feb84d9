/**
 * Three logic gates (논리 게이트), one perceptron: only the numbers w1, w2 and θ differ.
 *
 * NAND says no exactly where AND says yes. Turn the sign of every number of AND and NAND is there:
 * w1 x1 + w2 x2 > θ becomes -w1 x1 - w2 x2 > -θ, which holds where the first does not.
 * The truth table (진리표) of a gate lists its output for every input.
 *
 * Run it: npx tsx examples/02-gates.ts
 */
import { type Print, runDirectly, table, toConsole } from "./show.js";

type Parameters = readonly [w1: number, w2: number, theta: number];

const andParameters: Parameters = [0.5, 0.5, 0.7];
const [w1, w2, theta] = andParameters;
const nandParameters: Parameters = [-w1, -w2, -theta];
const orParameters: Parameters = [1, 1, 0.5];

/** The perceptron that has these numbers. */
const perceptron =
  ([w1, w2, theta]: Parameters) =>
  (x1: number, x2: number): number =>
    w1 * x1 + w2 * x2 > theta ? 1 : 0;

export const and = perceptron(andParameters);
export const nand = perceptron(nandParameters);
export const or = perceptron(orParameters);

export function main(print: Print = toConsole): void {
  print("The numbers of each gate: NAND has AND's with every sign turned\n");
  const gates = Object.entries({ AND: andParameters, NAND: nandParameters, OR: orParameters });
  print(
    table(
      ["gate", "w1", "w2", "θ"],
      gates.map(([name, numbers]) => [name, ...numbers.map((number) => number.toFixed(1))]),
    ),
  );
  print("\nWhat the gates answer\n");
  const rows = [0, 1].flatMap((x2) => [0, 1].map((x1) => [x1, x2, and(x1, x2), nand(x1, x2), or(x1, x2)]));
  print(table(["x1", "x2", "AND", "NAND", "OR"], rows));
}

await runDirectly(import.meta.url, main);
