/**
 * Learning (학습) is finding the weights that reach the goal. The goal here: a neuron y = w x that gives the numbers of
 * a table. How far it is from them is one number, the loss (손실): the mean of (y - target)^2.
 * The slope (기울기) of the loss tells which way w should go; a step against it makes the loss smaller, and steps on
 * steps find the weight. That is gradient descent (경사 하강법). One weight can be drawn; a network has many, and learns
 * them all at once in the same way.
 *
 * Run it: npx tsx examples/17-learning.ts
 */
import { array, linspace, nn } from "maru";
import { line, plot, scatter } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

const x = array([-2, -1, 0, 1, 2]);
const target = array([-4, -2, 0, 2, 4]); // y = 2 x, which the neuron does not know
const learningRate = 0.1;

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  print(`The goal: from x ${x}\n          to  y ${target}\n`);
  const w = array(-1, { requiresGrad: true });
  const steps: { w: number; loss: number; slope: number }[] = [];
  for (let step = 0; step <= 10; step++) {
    const loss = nn.mse(x.mul(w), target);
    w.grad = null;
    loss.backward();
    const slope = w.grad!;
    steps.push({ w: w.item(), loss: Number(loss.item()), slope: slope.item() });
    w.assign(w.sub(slope.mul(learningRate)));
  }
  const rows = steps.map(({ w, loss, slope }, i) => [i, w.toFixed(3), loss.toFixed(3), slope.toFixed(3)]);
  print(table(["step", "w", "loss", "slope"], rows));
  print(`\nEach step: w <- w - ${learningRate} * slope. The goal is w = 2.\n`);

  const ws = linspace(-1.5, 5.5, 141);
  const valley = ws.unsqueeze(1).mul(x).sub(target).square().mean(1);
  const figure = plot(
    line(ws, valley, { label: "the loss of every w" }),
    scatter(
      steps.map(({ w }) => w),
      steps.map(({ loss }) => loss),
      { label: "the steps" },
    ),
    { title: "Learning goes down into the valley of the loss", xLabel: "w", yLabel: "loss" },
  );
  await show(figure, "17-learning", print, out);
}

await runDirectly(import.meta.url, main);
