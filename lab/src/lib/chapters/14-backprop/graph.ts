/** One neuron and its loss as a graph: values forward, gradients backward, each by maru. */
import { array, grad, sigmoid, type Tensor } from "maru/light";
import type { BackpropLesson } from "./lesson.js";

type Inputs = Pick<BackpropLesson, "x1" | "x2" | "w1" | "w2" | "b" | "t">;

const exactly = { dtype: "float64" } as const;
const scalar = (value: number): Tensor => array(value, exactly) as Tensor;
const slope = (f: (x: Tensor) => Tensor, at: number): number => grad(f)(scalar(at)).item() as number;

export interface Values {
  readonly p1: number;
  readonly p2: number;
  readonly a: number;
  readonly y: number;
  readonly loss: number;
}

/** L = (h(w1 x1 + w2 x2 + b) - t)^2 */
export function valuesOf({ x1, x2, w1, w2, b, t }: Inputs): Values {
  const [p1, p2] = [scalar(x1).mul(w1), scalar(x2).mul(w2)];
  const a = p1.add(p2).add(b) as Tensor;
  const y = sigmoid(a) as Tensor;
  const number = (of: Tensor): number => of.item() as number;
  return {
    p1: number(p1 as Tensor),
    p2: number(p2 as Tensor),
    a: number(a),
    y: number(y),
    loss: number(y.sub(t).square() as Tensor),
  };
}

/** Derivatives of each part by what goes into it, and of the loss by everything. */
export function slopesOf(inputs: Inputs) {
  const { x1, x2, w1, w2, b, t } = inputs;
  const { a, y } = valuesOf(inputs);
  const dLdy = slope((of) => of.sub(t).square() as Tensor, y);
  const dyda = slope((of) => sigmoid(of) as Tensor, a);
  // All leaves at once, as `backward()` finds them.
  const loss = (leaves: Tensor): Tensor => {
    const [u1, u2, v1, v2, c] = [0, 1, 2, 3, 4].map((i) => leaves.at(i) as Tensor) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    return sigmoid(u1.mul(v1).add(u2.mul(v2)).add(c))
      .sub(t)
      .square() as Tensor;
  };
  const leaves = grad(loss)(array([x1, x2, w1, w2, b], exactly) as Tensor).toArray() as number[];
  return {
    dLdy,
    dyda,
    dLda: dLdy * dyda,
    leaves: { x1: leaves[0]!, x2: leaves[1]!, w1: leaves[2]!, w2: leaves[3]!, b: leaves[4]! },
  };
}

/** How many steps back there are: the loss, y, a, the products, the leaves. */
export const MOST_BACK = 5;
