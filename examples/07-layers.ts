/**
 * A neural network (신경망) has an input layer (입력층, layer 0), hidden layers (은닉층), and an output layer (출력층).
 * Each neuron works in two stages: it adds up its weighted inputs and its bias, then an activation function
 * (활성화 함수) h turns the sum into its signal:
 *
 *   a = b + w1 x1 + w2 x2,   y = h(a)
 *
 * A whole layer is one matrix product: a = x W + b, with a column of W for each neuron. Here the XOR of the program
 * before is such a network, with the step function as h.
 *
 * Run it: npx tsx examples/07-layers.ts
 */
import { array, nn } from "maru";
import { type Print, runDirectly, toConsole, tuple } from "./show.js";

/** h: 1 where a > 0, else 0. */
const h = nn.functional.step;

/** Hidden layer: its first neuron is NAND, its second OR. */
const W1 = array([
  [-0.5, 1],
  [-0.5, 1],
]);
const b1 = array([0.75, -0.5]);
/** Output layer: one neuron, AND. */
const W2 = array([[0.5], [0.5]]);
const b2 = array([-0.75]);

export function main(print: Print = toConsole): void {
  const [x1, x2] = [1, 0];
  const [b, w1, w2] = [-0.5, 1, 1];
  const a = b + w1 * x1 + w2 * x2;
  print(`One neuron: a = b + w1 x1 + w2 x2 = ${a}, y = h(a) = ${h(array(a)).item()}\n`);

  const x = array([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]);
  const a1 = x.dot(W1).add(b1);
  const s = h(a1);
  const a2 = s.dot(W2).add(b2);
  const y = h(a2);
  print("layer 0, the input layer: x", tuple(x.shape));
  print(`${x}\n`);
  print("layer 1, the hidden layer: a1 = x W1 + b1", tuple(a1.shape));
  print(`${a1}\n`);
  print("its signals, s = h(a1)");
  print(`${s}\n`);
  print("layer 2, the output layer: a2 = s W2 + b2", tuple(a2.shape));
  print(`${a2}\n`);
  print("its signals, y = h(a2): XOR of each row of x");
  print(y);
}

await runDirectly(import.meta.url, main);
