/** Two spirals that wind round each other: no line divides them, and few points do not show where they go. */
import {
  array,
  compile,
  Generator,
  nn,
  noGrad,
  optim,
  random,
  sigmoid,
  stack,
  type Tensor,
} from "maru/light";
import type { Activation } from "./protocol.js";

/** What is added to both coordinates, as a standard deviation. */
const NOISE = 0.03;
const TEST_POINTS = 1000;

interface Samples {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** n points, in turn of one spiral and of the other. */
function spirals(n: number, generator: Generator): Samples {
  const y = array(Float32Array.from({ length: n }, (_, i) => i % 2)) as Tensor;
  const along = generator.uniform([n]).sqrt() as Tensor;
  const angle = along.mul(3 * Math.PI).add(y.mul(Math.PI)) as Tensor;
  const x = stack([angle.cos().mul(along), angle.sin().mul(along)], 1).add(
    generator.normal([n, 2]).mul(NOISE),
  );
  return { x: (x as Tensor).realize(), y: y.reshape(n, 1).realize() as Tensor };
}

const ACTIVATE: Readonly<Record<Activation | "tanh", (x: Tensor) => Tensor>> = {
  step: (x) => x.gt(0).astype("float32") as Tensor,
  sigmoid: (x) => sigmoid(x) as Tensor,
  relu: (x) => x.maximum(0) as Tensor,
  tanh: (x) => x.tanh() as Tensor,
};

export interface Training {
  /** Points to learn from. */
  readonly n: number;
  /** Neurons of each hidden layer; none for a single line. */
  readonly hidden: readonly number[];
  readonly activation: Activation | "tanh";
  readonly seed: number;
  readonly steps: number;
  readonly rate: number;
}

/** Trains a network by Adam on all its points at once; the part of new points that it gets right. */
export function accuracyAfter({ n, hidden, activation, seed, steps, rate }: Training): number {
  const generator = new Generator(seed);
  const test = spirals(TEST_POINTS, generator);
  const { x, y } = spirals(n, generator);
  random.seed(seed);
  const sizes = [2, ...hidden, 1];
  const layers = sizes.slice(1).map((outs, i) => nn.linear(sizes[i]!, outs));
  const optimizer = optim.adam(rate)(layers.flatMap((layer) => layer.parameters()));
  const scores = (inputs: Tensor): Tensor =>
    layers.reduce<Tensor>((value, layer, i) => {
      const sum = layer.forward(value as never) as Tensor;
      return i === layers.length - 1 ? sum : ACTIVATE[activation](sum);
    }, inputs);
  const step = compile(() => {
    const loss = nn.bceWithLogits(scores(x), y) as Tensor;
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  for (let i = 0; i < steps; i++) step();
  return noGrad(() => scores(test.x).gt(0).eq(test.y.gt(0.5)).astype("float32").mean().item()) as number;
}
