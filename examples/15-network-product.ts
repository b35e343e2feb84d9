/**
 * The matrix product in a neural network (신경망의 행렬 곱): two inputs X, three neurons, and W with a column of weights
 * for each neuron. One product, Y = X · W, is all weighted sums at once, be there three neurons or a thousand.
 * (Bias and activation function are left out here.)
 *
 * Run it: npx tsx examples/15-network-product.ts
 */
import { array } from "maru";
import { type Print, runDirectly, toConsole, tuple } from "./show.js";

export function main(print: Print = toConsole): void {
  const X = array([1, 2], { dtype: "int32" });
  const W = array(
    [
      [1, 3, 5],
      [2, 4, 6],
    ],
    { dtype: "int32" },
  );
  const Y = X.dot(W);
  print("X", tuple(X.shape));
  print(X);
  print("W", tuple(W.shape));
  print(W);
  print("Y = X · W", tuple(Y.shape));
  print(Y);
  print("\nNeuron by neuron, the same:");
  for (const neuron of [0, 1, 2] as const) {
    const weights = W.at(":", neuron);
    print(`  ${X} · ${weights} =`, X.dot(weights));
  }
}

await runDirectly(import.meta.url, main);
