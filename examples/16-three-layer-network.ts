/**
 * A network of three layers (3층 신경망), run forward (순전파): 2 inputs, hidden layers (은닉층) of 3 and 2 neurons,
 * 2 outputs. Each layer is one product, one sum, one activation function:
 *
 *   a1 = x W1 + b1    z1 = sigmoid(a1)     (2) · (2, 3) -> (3)
 *   a2 = z1 W2 + b2   z2 = sigmoid(a2)     (3) · (3, 2) -> (2)
 *   a3 = z2 W3 + b3   y = a3               (2) · (2, 2) -> (2)
 *
 * The output layer passes its sums on as they are: its activation function is the identity (항등 함수).
 * The weights are simply written down here. Finding good ones is learning, and comes next.
 *
 * Run it: npx tsx examples/16-three-layer-network.ts
 */
import { array } from "maru";
import { type Print, runDirectly, toConsole, tuple } from "./show.js";

const dtype = "float64";
const W1 = array(
  [
    [0.4, -0.6, 0.2],
    [0.3, 0.8, -0.5],
  ],
  { dtype },
);
const b1 = array([0.1, -0.2, 0.3], { dtype });
const W2 = array(
  [
    [0.7, -0.3],
    [-0.4, 0.9],
    [0.5, 0.2],
  ],
  { dtype },
);
const b2 = array([-0.1, 0.2], { dtype });
const W3 = array(
  [
    [0.6, -0.8],
    [0.4, 1.0],
  ],
  { dtype },
);
const b3 = array([0.1, -0.3], { dtype });

export function main(print: Print = toConsole): void {
  const x = array([1, 0.5], { dtype });
  print("x  ", tuple(x.shape), x);

  const a1 = x.dot(W1).add(b1);
  const z1 = a1.sigmoid();
  print("\na1 ", tuple(a1.shape), a1);
  print("z1 ", tuple(z1.shape), z1);

  const a2 = z1.dot(W2).add(b2);
  const z2 = a2.sigmoid();
  print("\na2 ", tuple(a2.shape), a2);
  print("z2 ", tuple(z2.shape), z2);

  const y = z2.dot(W3).add(b3);
  print("\ny  ", tuple(y.shape), y);
}

await runDirectly(import.meta.url, main);
