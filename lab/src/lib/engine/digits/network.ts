/** The convolutional network that learns digits: two convolutions with pooling, then one score for each digit. */
import { array, compile, nn, noGrad, optim, random, softmax, type Tensor } from "maru";
import type { Digits } from "./data.js";
import { BATCH, type FeatureMaps, PIXELS, SIDE } from "./protocol.js";

const RATE = 0.005;

/** Some digits as the network takes them: ink 1, paper 0. */
function picked({ images, labels }: Digits, rows: ArrayLike<number>): { x: Tensor; y: Tensor } {
  const x = new Float32Array(rows.length * PIXELS);
  const y = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * PIXELS;
    for (let p = 0; p < PIXELS; p++) x[i * PIXELS + p] = images[from + p]! / 255;
    y[i] = labels[rows[i]!]!;
  }
  return { x: array(x).reshape(rows.length, 1, SIDE, SIDE) as Tensor, y: array(y) as Tensor };
}

export class Network {
  readonly #layers = [
    { name: "conv1", layer: nn.conv2d(1, 16, 3, { padding: 1 }) },
    { name: "relu1", layer: nn.relu() },
    { name: "pool1", layer: nn.maxPool2d(2) },
    { name: "conv2", layer: nn.conv2d(16, 32, 3, { padding: 1 }) },
    { name: "relu2", layer: nn.relu() },
    { name: "pool2", layer: nn.maxPool2d(2) },
    { name: "flatten", layer: nn.flatten() },
    { name: "linear", layer: nn.linear(1568, 10) },
  ] as const;
  readonly #optimizer = optim.adam(RATE)(this.#layers.flatMap(({ layer }) => layer.parameters()));

  /** The weights begin at random, the same for the same seed. */
  static of(seed: number): Network {
    random.seed(seed);
    return new Network();
  }

  #forward(x: Tensor, seen?: (name: string, value: Tensor) => void): Tensor {
    return this.#layers.reduce<Tensor>((value, { name, layer }) => {
      const next = layer.forward(value as never) as Tensor;
      seen?.(name, next);
      return next;
    }, x);
  }

  readonly #step = compile((x: Tensor, y: Tensor) => {
    const scores = this.#forward(x);
    const loss = nn.crossEntropy(scores, y) as Tensor;
    this.#optimizer.zeroGrad();
    loss.backward();
    this.#optimizer.step();
    return [loss, scores.argmax(1).eq(y).astype("float32").mean()] as [Tensor, Tensor];
  });

  readonly #right = compile((x: Tensor, y: Tensor) =>
    noGrad(() => this.#forward(x).argmax(1).eq(y).astype("float32").sum() as Tensor),
  );

  /** One update; `part` is how much of the training is behind it, for the rate falls to a tenth towards the end. */
  async update(
    digits: Digits,
    rows: ArrayLike<number>,
    part: number,
  ): Promise<[loss: number, right: number]> {
    this.#optimizer.lr = RATE * (1 - 0.9 * part);
    const { x, y } = picked(digits, rows);
    const [loss, right] = this.#step(x, y);
    return [(await loss.data())[0] as number, (await right.data())[0] as number];
  }

  /** How many of these are right. */
  async right(digits: Digits, from: number, to: number): Promise<number> {
    let sum = 0;
    for (let i = from; i < to; i += BATCH) {
      const { x, y } = picked(
        digits,
        Array.from({ length: BATCH }, (_, k) => i + k),
      );
      sum += (await this.#right(x, y).data())[0] as number;
    }
    return sum;
  }

  /** What each layer says of one image, and how probable each digit is. */
  async predict(image: Float32Array): Promise<{ probabilities: number[]; maps: FeatureMaps[] }> {
    const seen: { name: string; value: Tensor }[] = [];
    const shares = noGrad(() => {
      const x = array(image).reshape(1, 1, SIDE, SIDE) as Tensor;
      return softmax(
        this.#forward(x, (name, value) => seen.push({ name, value })),
        1,
      ) as Tensor;
    });
    const maps: FeatureMaps[] = [];
    for (const { name, value } of seen) {
      const [, channels = 1, height = 1, width = 1] = value.shape as readonly number[];
      const values = Float32Array.from((await value.data()) as ArrayLike<number>);
      if (name !== "flatten") maps.push({ name, channels, height, width, values });
    }
    return { probabilities: Array.from((await shares.data()) as ArrayLike<number>), maps };
  }
}
