/**
 * ReLU (rectified linear unit, ReLU 함수), the activation function most used today: x where x > 0, else 0.
 * `maximum` picks the larger of two, element by element, so ReLU is maximum(0, x).
 *
 * Run it: npx tsx examples/12-relu.ts
 */
import { arange, array, maximum, type Tensor } from "maru";
import { line, plot } from "maru/plot";
import { type Print, pictures, runDirectly, show, toConsole } from "./show.js";

/** The formula, written out. `x.relu()` is the same. */
export const relu = (x: Tensor) => maximum(x, 0);

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const few = array([-1, 1, 2], { dtype: "float64" });
  print("x        ", few);
  print("relu(x)  ", relu(few));
  print("x.relu() ", few.relu());
  print();

  const x = arange(-5, 5, 0.1, { dtype: "float64" });
  const figure = plot(line(x, relu(x), { label: "maximum(0, x)" }), {
    title: "ReLU",
    xLabel: "x",
    xDomain: [-5, 5],
    yDomain: [-0.5, 5.5],
  });
  await show(figure, "12-relu", print, out);
}

await runDirectly(import.meta.url, main);
