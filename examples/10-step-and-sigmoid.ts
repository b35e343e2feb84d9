/**
 * Step function (계단 함수) and sigmoid (시그모이드 함수) compared. Both are near 0 on the left and near 1 on the right,
 * and both are never below 0 or above 1. But the step jumps at 0, where the sigmoid is smooth: a small change of its
 * input is a small change of its output. The slope (기울기) shows it, and learning (학습) needs it: where the slope
 * is 0 a weight cannot tell which way to go.
 *
 * Run it: npx tsx examples/10-step-and-sigmoid.ts
 */
import { arange, array, grad, nn, type Tensor } from "maru";
import { line, plot } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

const step = nn.functional.step;
const sigmoid = (x: Tensor): Tensor => x.sigmoid();

/** The slope of a function at every x. */
const slope = (f: (x: Tensor) => Tensor) => grad((x: Tensor) => f(x).sum());

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const points = [-4, -1, -0.1, 0.1, 1, 4];
  const at = array(points, { dtype: "float64" }) as Tensor;
  const columns = [step(at), slope(step)(at), sigmoid(at), slope(sigmoid)(at)].map((column) =>
    Array.from(column.dataSync(), (value) => value.toFixed(3)),
  );
  const rows = points.map((x, i) => [x.toFixed(1), ...columns.map((column) => column[i])]);
  print(table(["x", "step(x)", "its slope", "sigmoid(x)", "its slope"], rows));
  print();

  const x = arange(-5, 5, 0.1, { dtype: "float64" });
  const figure = plot(line(x, step(x), { label: "step" }), line(x, sigmoid(x), { label: "sigmoid" }), {
    title: "Step function and sigmoid",
    xLabel: "x",
    xDomain: [-5, 5],
    yDomain: [-0.1, 1.1],
  });
  await show(figure, "10-step-and-sigmoid", print, out);
}

await runDirectly(import.meta.url, main);
