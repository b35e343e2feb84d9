/**
 * The step function (계단 함수), the activation function of the perceptron: 1 where x > 0, else 0.
 *
 * A comparison looks at every element of an array and gives an array of True and False; as numbers these are 1 and 0.
 * `arange(-5, 5, 0.1)` is -5.0, -4.9, ..., 4.9: close enough together to draw a curve.
 *
 * Run it: npx tsx examples/08-step-function.ts
 */
import { arange, array, type Tensor } from "maru";
import { line, plot } from "maru/plot";
import { type Print, pictures, runDirectly, show, toConsole } from "./show.js";

export const step = (x: Tensor) => x.gt(0).astype("int32");

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const few = array([-1, 1, 2], { dtype: "float64" });
  print("x      ", few);
  print("x > 0  ", few.gt(0));
  print("step(x)", step(few));

  const x = arange(-5, 5, 0.1, { dtype: "float64" });
  const y = step(x);
  print(`\nstep of -5.0, -4.9, ..., 4.9\n${y}\n`);
  const figure = plot(line(x, y, { label: "step(x)" }), {
    title: "The step function",
    xLabel: "x",
    xDomain: [-5, 5],
    yDomain: [-0.1, 1.1],
  });
  await show(figure, "08-step-function", print, out);
}

await runDirectly(import.meta.url, main);
