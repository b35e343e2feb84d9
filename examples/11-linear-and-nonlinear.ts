/**
 * Linear and non-linear functions (선형 함수, 비선형 함수). f(x) = ax + b is one straight line; step and sigmoid are not.
 *
 * A network needs a non-linear activation function: without one, layers on layers are still one linear layer, since
 *
 *   (x W1 + b1) W2 + b2  =  x (W1 W2) + (b1 W2 + b2).
 *
 * Run it: npx tsx examples/11-linear-and-nonlinear.ts
 */
import { arange, array, linspace } from "maru";
import { line, plot } from "maru/plot";
import { type Print, pictures, runDirectly, show, toConsole } from "./show.js";

/** Two layers: two numbers in, three neurons between, two numbers out. */
const W1 = array([
  [1, -2, 3],
  [2, 1, -1],
]);
const b1 = array([1, 0, -2]);
const W2 = array([
  [2, 1],
  [-1, 3],
  [1, -2],
]);
const b2 = array([-1, 4]);

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const x = arange(-2, 4);
  print("x                     ", x);
  print("How much the output changes when x goes up by 1:");
  const change = {
    "3x + 1": x.mul(3).add(1),
    "step(x)": x.gt(0).astype("float32"),
    "sigmoid(x)": x.sigmoid(),
  };
  for (const [name, y] of Object.entries(change)) {
    print(`  ${name.padEnd(20)}`, y.at("1:").sub(y.at(":-1")).round(3));
  }
  print("Only for the linear function is it always the same.\n");

  const inputs = array([
    [1, 2],
    [-1, 1],
    [3, 0],
  ]);
  const twoLayers = inputs.dot(W1).add(b1).dot(W2).add(b2);
  const [W, b] = [W1.dot(W2), b1.dot(W2).add(b2)];
  const oneLayer = inputs.dot(W).add(b);
  print(`(x W1 + b1) W2 + b2\n${twoLayers}`);
  print(`x W + b, with W = W1 W2 and b = b1 W2 + b2\n${oneLayer}`);
  print("The same numbers?", twoLayers.eq(oneLayer).all());
  const bent = inputs.dot(W1).add(b1).relu().dot(W2).add(b2);
  print(`\nWith ReLU between the layers\n${bent}`);
  print("The same numbers?", bent.eq(oneLayer).all());
  print();

  // Along the line x = (s, 1 - s): straight without an activation function, bent with one.
  const s = linspace(-2, 2, 81).unsqueeze(1);
  const along = s.mul([1, -1]).add([0, 1]);
  const straight = along.dot(W).add(b).at(":", 0);
  const kinked = along.dot(W1).add(b1).relu().dot(W2).add(b2).at(":", 0);
  const figure = plot(
    line(s, straight, { label: "no activation function" }),
    line(s, kinked, { label: "ReLU between the layers" }),
    { title: "Two layers, with and without an activation function", xLabel: "s, for x = (s, 1 - s)" },
  );
  await show(figure, "11-linear-and-nonlinear", print, out);
}

await runDirectly(import.meta.url, main);
