/**
 * The sigmoid (시그모이드 함수) as activation function: h(x) = 1 / (1 + exp(-x)).
 *
 * A number and an array meet in every element: 1.0 + t adds to each, 1.0 / t divides by each. That is why the formula
 * works on a whole array as it stands.
 *
 * Run it: npx tsx examples/09-sigmoid.ts
 */
import { add, arange, array, div, exp, neg, type Tensor } from "maru";
import { line, plot } from "maru/plot";
import { type Print, pictures, runDirectly, show, toConsole } from "./show.js";

/** The formula, written out. `x.sigmoid()` is the same and does not overflow. */
export const sigmoid = (x: Tensor) => div(1, add(1, exp(neg(x))));

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const t = array([1, 2, 3], { dtype: "float64" });
  print("t          ", t);
  print("1.0 + t    ", add(1, t));
  print("1.0 / t    ", div(1, t));

  const few = array([-1, 1, 2], { dtype: "float64" });
  print("\nx          ", few);
  print("sigmoid(x) ", sigmoid(few));
  print("x.sigmoid()", few.sigmoid());
  print();

  const x = arange(-5, 5, 0.1, { dtype: "float64" });
  const figure = plot(line(x, sigmoid(x), { label: "1 / (1 + exp(-x))" }), {
    title: "The sigmoid function",
    xLabel: "x",
    xDomain: [-5, 5],
    yDomain: [-0.1, 1.1],
  });
  await show(figure, "09-sigmoid", print, out);
}

await runDirectly(import.meta.url, main);
