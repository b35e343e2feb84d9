/** The convolutional network that learns digits: two convolutions with pooling, then one score for each digit. */
import { array, compile, grad, nn, noGrad, optim, random, sigmoid, softmax, type Tensor, where } from "maru";
import type { Digits } from "./data.js";
import {
  BATCH,
  type FeatureMaps,
  type FilterLayer,
  type LayerName,
  type NetworkWeights,
  type Painted,
  PIXELS,
  type Prediction,
  SIDE,
  type Wish,
} from "./protocol.js";

const RATE = 0.005;
/** How far an image that is made for a filter moves in a step, and what noise and ink cost it. */
const DREAM = { rate: 0.3, noise: 0.25, ink: 0.3 };

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

/** `count` whole numbers from `from` on. */
const run = (from: number, count: number): number[] => Array.from({ length: count }, (_, k) => from + k);

const floats = async (tensor: Tensor): Promise<Float32Array> =>
  Float32Array.from((await tensor.data()) as ArrayLike<number>);

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

  #forward(x: Tensor, seen?: (name: string, value: Tensor) => void, painted?: Painted): Tensor {
    return this.#layers.reduce<Tensor>((value, { name, layer }) => {
      const next =
        name === "conv1" && painted !== undefined
          ? this.#painted(value, painted)
          : (layer.forward(value as never) as Tensor);
      seen?.(name, next);
      return next;
    }, x);
  }

  /** What the first layer says where one of its kernels is the reader's. */
  #painted(x: Tensor, { filter, kernel }: Painted): Tensor {
    const { weight, bias } = this.#layers[0].layer;
    const own = array([...kernel]).reshape(1, 1, 3, 3);
    const here = array(run(0, 16)).eq(filter).reshape(16, 1, 1, 1);
    return nn.functional.conv2d(x, where(here, own, weight) as Tensor, bias, { padding: 1 });
  }

  /** What that layer says. */
  #at(layer: LayerName, x: Tensor): Tensor {
    let found: Tensor | undefined;
    this.#forward(x, (name, value) => {
      if (name === layer) found = value;
    });
    return found!;
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
      const { x, y } = picked(digits, run(i, BATCH));
      sum += (await this.#right(x, y).data())[0] as number;
    }
    return sum;
  }

  /** What each layer says of one image, and how probable each digit is. */
  async predict(image: Float32Array, painted?: Painted): Promise<Prediction> {
    const seen: { name: string; value: Tensor }[] = [];
    const shares = noGrad(() => {
      const x = array(image).reshape(1, 1, SIDE, SIDE) as Tensor;
      return softmax(
        this.#forward(x, (name, value) => seen.push({ name, value }), painted),
        1,
      ) as Tensor;
    });
    const maps: FeatureMaps[] = [];
    for (const { name, value } of seen) {
      const [, channels = 1, height = 1, width = 1] = value.shape as readonly number[];
      const values = await floats(value);
      if (name !== "flatten") maps.push({ name: name as LayerName, channels, height, width, values });
    }
    return { probabilities: [...(await floats(shares))], maps };
  }

  async weights(): Promise<NetworkWeights> {
    const weights: Record<string, NetworkWeights[string]> = {};
    for (const [i, { layer }] of this.#layers.entries())
      for (const [name, value] of Object.entries(layer.stateDict()))
        weights[`${i}.${name}`] = { shape: value.shape, values: await floats(value) };
    return weights;
  }

  /** What a layer says of some digits, all its numbers for each of them in a row. */
  async representation(digits: Digits, layer: LayerName, from: number, count: number): Promise<Float32Array> {
    return floats(noGrad(() => this.#at(layer, picked(digits, run(from, count)).x)));
  }

  /** For each of some digits and each filter of a layer: the strongest answer, and where in the map it is. */
  async strongest(
    digits: Digits,
    layer: FilterLayer,
    from: number,
    count: number,
  ): Promise<{ values: Float32Array; places: Float32Array }> {
    const [most, place] = noGrad(() => {
      const said = this.#at(layer, picked(digits, run(from, count)).x);
      const flat = said.reshape(count, said.shape[1]!, -1);
      return [flat.max(2), flat.argmax(2)] as [Tensor, Tensor];
    });
    return { values: await floats(most), places: await floats(place) };
  }

  /**
   * Makes an image for a filter by gradient ascent. Called again and again with what it gave: the pixels are sigmoids of
   * z, so that they stay between paper and ink.
   */
  dreamer({ layer, filter, everywhere }: Wish): (z: Tensor) => [z: Tensor, image: Tensor, value: Tensor] {
    const said = noGrad(() => this.#at(layer, array(new Float32Array(PIXELS)).reshape(1, 1, SIDE, SIDE)));
    const [, channels, ...sides] = said.shape as readonly number[] as readonly [number, number, ...number[]];
    const size = sides.reduce((a, b) => a * b, 1);
    const part = new Float32Array(channels * size);
    if (everywhere || size === 1) part.fill(1 / size, filter * size, (filter + 1) * size);
    else part[filter * size + (sides[0]! / 2) * sides[1]! + sides[1]! / 2] = 1;
    const chosen = array(part).reshape(1, channels, ...sides) as Tensor;
    const scale = layer === "linear" ? 10 : 1;
    const before = layer === "relu1" ? "conv1" : layer === "relu2" ? "conv2" : layer;
    const cost = (z: Tensor): Tensor => {
      const image = sigmoid(z);
      const answer = this.#at(before, image);
      // Below zero a ReLU has no slope to climb by; a little is left here.
      const climbing = layer === "linear" ? answer : answer.maximum(answer.mul(0.05));
      const [down, right] = [image.roll(1, 2).sub(image), image.roll(1, 3).sub(image)];
      const noise = down.square().add(right.square()).add(1e-6).sqrt().mean();
      return noise
        .mul(DREAM.noise * scale)
        .add(image.mean().mul(DREAM.ink * scale))
        .sub(climbing.mul(chosen).sum()) as Tensor;
    };
    return compile((z: Tensor) => {
      const slope = grad(cost)(z) as Tensor;
      const next = z.sub(slope.div(slope.square().mean().sqrt().add(1e-12)).mul(DREAM.rate)) as Tensor;
      const image = sigmoid(next) as Tensor;
      return [next, image, this.#at(layer, image).mul(chosen).sum()] as [Tensor, Tensor, Tensor];
    });
  }
}
