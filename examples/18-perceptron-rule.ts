/**
 * The perceptron rule (퍼셉트론 학습 규칙, Rosenblatt 1958): weights learned from the truth table. Look at one row after
 * the other, and where the answer is wrong, move the weights and the bias towards the target t:
 *
 *   w <- w + (t - y) x,   b <- b + (t - y)
 *
 * One pass over the table is an epoch (에폭). Where a line can do it, the rule finds one, and an epoch without errors
 * ends it. For XOR no line can, and so it never settles.
 *
 * Run it: npx tsx examples/18-perceptron-rule.ts
 */
import { line, plot } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

const inputs = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;
export const gates = { AND: [0, 0, 0, 1], NAND: [1, 1, 1, 0], OR: [0, 1, 1, 1], XOR: [0, 1, 1, 0] };

/** The weights and the bias after learning a truth table, and how many errors each epoch made. */
export function learn(targets: readonly number[], epochs: number) {
  let [w1, w2, b] = [0, 0, 0];
  const errors: number[] = [];
  while (errors.length < epochs && errors.at(-1) !== 0) {
    let wrong = 0;
    for (const [i, [x1, x2]] of inputs.entries()) {
      const y = b + w1 * x1 + w2 * x2 > 0 ? 1 : 0;
      const error = targets[i]! - y;
      w1 += error * x1;
      w2 += error * x2;
      b += error;
      if (error !== 0) wrong++;
    }
    errors.push(wrong);
  }
  return { w1, w2, b, errors };
}

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const results = Object.entries(gates).map(([name, targets]) => ({ name, ...learn(targets, 100) }));
  const rows = results.map(({ name, w1, w2, b, errors }) =>
    errors.at(-1) === 0
      ? [name, errors.join(" "), `settled in epoch ${errors.length}: w1 = ${w1}, w2 = ${w2}, b = ${b}`]
      : [
          name,
          `${errors.slice(0, 8).join(" ")} ... ${errors.at(-1)}`,
          `not settled after ${errors.length} epochs`,
        ],
  );
  print(table(["gate", "errors in each epoch", "outcome"], rows));
  print();
  const curves = ["XOR", "AND", "OR"].map((label) => {
    const errors = results.find(({ name }) => name === label)!.errors.slice(0, 20);
    const epochs = errors.map((_, i) => i + 1);
    return line(epochs, errors, { label });
  });
  const figure = plot(curves, {
    title: "The perceptron rule: errors in each epoch",
    xLabel: "epoch",
    yLabel: "errors",
    xTicks: "whole",
    yTicks: "whole",
    xDomain: [1, 20],
    yDomain: [-0.2, 4.2],
  });
  await show(figure, "18-perceptron-rule", print, out);
}

await runDirectly(import.meta.url, main);
