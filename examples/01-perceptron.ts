/**
 * The perceptron (퍼셉트론): several signals come in, one goes out. It either flows (1) or does not (0).
 *
 *       0  where  w1 x1 + w2 x2 <= θ
 *   y =
 *       1  where  w1 x1 + w2 x2 >  θ
 *
 * Each input has a weight (가중치), w1 and w2; their sum must get over the threshold (임계값) θ.
 * With w1 = w2 = 0.5 and θ = 0.7 one input alone is too little, and both together are enough: that is AND.
 *
 * Run it: npx tsx examples/01-perceptron.ts
 */
import { type Print, runDirectly, table, toConsole } from "./show.js";

const [w1, w2, theta] = [0.5, 0.5, 0.7];

export const weightedSum = (x1: number, x2: number): number => w1 * x1 + w2 * x2;

export const and = (x1: number, x2: number): number => (weightedSum(x1, x2) > theta ? 1 : 0);

export function main(print: Print = toConsole): void {
  print(`A perceptron with w1 = ${w1}, w2 = ${w2} and θ = ${theta}\n`);
  const inputs = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const;
  const rows = inputs.map(([x1, x2]) => {
    const total = weightedSum(x1, x2);
    return [x1, x2, total.toFixed(1), total > theta ? "yes" : "no", and(x1, x2)];
  });
  print(table(["x1", "x2", "w1 x1 + w2 x2", "over θ?", "y"], rows));
  print();
  print("AND(0,0)=", and(0, 0));
  print("AND(0,1)=", and(0, 1));
  print("AND(1,0)=", and(1, 0));
  print("AND(1,1)=", and(1, 1));
}

await runDirectly(import.meta.url, main);
