/**
 * Weight (가중치) and bias (편향): the threshold moves to the other side, b = -θ, and the perceptron reads
 *
 *   y = 1  where  b + w1 x1 + w2 x2 > 0,  else 0.
 *
 * A weight says how much its input sways the result. The bias says how easily the neuron (뉴런) is activated, that is,
 * answers 1. Here both are varied, to see it.
 *
 * Run it: npx tsx examples/03-weight-and-bias.ts
 */
import { array } from "maru";
import { type Print, runDirectly, table, toConsole } from "./show.js";

/** One input a row. */
const inputs = array([
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
]);

/** A perceptron's answers to all four inputs at once. */
export function answers(w: readonly [number, number], b: number): number[] {
  return inputs.dot(array(w)).add(b).gt(0).astype("int32").toArray();
}

export function main(print: Print = toConsole): void {
  // float64 is what NumPy takes by default; maru's default is float32.
  const x = array([0, 1], { dtype: "float64" });
  const w = array([0.5, 0.5], { dtype: "float64" });
  const b = -0.7;
  print("x =", x, "  w =", w, "  b =", b);
  print();
  print("w * x          ", w.mul(x));
  print("sum(w * x)     ", w.mul(x).sum());
  print("sum(w * x) + b ", w.mul(x).sum().add(b));
  print("The last is -0.2 but for the rounding of binary fractions. It is not above 0: AND(0,1) = 0.\n");

  const columns = ["(0,0)", "(1,0)", "(0,1)", "(1,1)"];
  print("The weights, with b = -0.7: a heavier input sways more");
  print(
    table(
      ["w1", "w2", ...columns, "so the answer is"],
      [
        ["0.5", "0.5", ...answers([0.5, 0.5], b), "x1 AND x2"],
        ["1.0", "0.0", ...answers([1, 0], b), "x1; x2 has no say"],
        ["0.0", "1.0", ...answers([0, 1], b), "x2; x1 has no say"],
        ["1.0", "-1.0", ...answers([1, -1], b), "x1, unless x2 forbids"],
        ["1.0", "1.0", ...answers([1, 1], b), "x1 OR x2"],
      ],
    ),
  );
  print("\nThe bias, with w1 = w2 = 0.5: the higher it is, the easier the neuron answers 1");
  const biases = [-1.2, -0.7, -0.2, 0.2].map((bias) => {
    const ys = answers([0.5, 0.5], bias);
    return [bias, ...ys, `${ys.filter(Boolean).length} of 4`];
  });
  print(table(["b", ...columns, "answers 1"], biases));
}

await runDirectly(import.meta.url, main);
