/**
 * One training: a network, its optimizer and where it stands. A step is compiled once; which samples it takes depends
 * on the seed and the number of the step alone, so that a training can be taken up at any step.
 */
import { array, compile, nn, optim, random, sigmoid, softmax, type Tensor } from "maru/light";
import { sharePictures, signedPictures } from "./pictures.js";
import { featuresOf, gridOf } from "./plane.js";
import type { Measures, SampleSeen } from "./protocol.js";
import { type Activation, type NetworkSettings, type Points, placesOf, SIDE, sizesOf } from "./settings.js";

/** All that a training needs to go on from a step. */
export interface Snapshot {
  readonly step: number;
  readonly weights: Float32Array;
  readonly optimizer: Readonly<Record<string, Tensor>>;
}

const ACTIVATE: Readonly<Record<Activation, (x: Tensor) => Tensor>> = {
  tanh: (x) => x.tanh() as Tensor,
  relu: (x) => x.maximum(0) as Tensor,
  sigmoid: (x) => sigmoid(x) as Tensor,
  linear: (x) => x,
};

const optimizerOf = ({ optimizer, rate }: NetworkSettings) =>
  optimizer === "adam" ? optim.adam(rate) : optim.sgd(rate, { momentum: optimizer === "momentum" ? 0.9 : 0 });

/** Points as a network takes them. */
interface Samples {
  readonly n: number;
  readonly x: Tensor;
  readonly y: Tensor;
}

type Layer = ReturnType<typeof nn.linear<number, number>>;

export class Run {
  readonly sizes: readonly number[];
  /** Updates so far. */
  step = 0;
  readonly #settings: NetworkSettings;
  readonly #layers: readonly Layer[];
  readonly #parameters: readonly Tensor[];
  readonly #optimizer;
  readonly #train: Samples;
  readonly #test: Samples;
  readonly #grid: Tensor;
  #l2: Tensor;
  /** The order of the samples in an epoch, and which epoch that is. */
  #order: Int32Array = new Int32Array();
  #epoch = -1;
  /** Samples of the current batch that have been shown one by one, and the sum of their gradients. */
  #shown = 0;
  #gradients: Float32Array | undefined;

  constructor(settings: NetworkSettings, train: Points, test: Points) {
    this.#settings = settings;
    this.sizes = sizesOf(settings);
    random.seed(settings.seed);
    this.#layers = this.sizes.slice(1).map((outs, i) => nn.linear(this.sizes[i]!, outs));
    this.#parameters = this.#layers.flatMap((layer) => layer.parameters());
    this.#optimizer = optimizerOf(settings)(this.#parameters);
    this.#train = this.#samples(train);
    this.#test = this.#samples(test);
    this.#grid = featuresOf(gridOf(), settings.features).realize();
    this.#l2 = array(settings.l2) as Tensor;
  }

  get batches(): number {
    return Math.ceil(this.#train.n / this.#settings.batch);
  }
  set rate(rate: number) {
    this.#optimizer.lr = rate;
  }
  set l2(l2: number) {
    this.#l2 = array(l2) as Tensor;
  }

  #samples({ x, y }: Points): Samples {
    const n = y.length;
    const { features, classes } = this.#settings;
    const points = array(x).reshape(n, 2) as Tensor;
    const wanted = array(y) as Tensor;
    return {
      n,
      x: n === 0 ? points : featuresOf(points, features).realize(),
      y: classes === 2 ? (wanted.astype("float32").reshape(n, 1).realize() as Tensor) : wanted,
    };
  }

  /** What all neurons say to inputs: each hidden layer, and last the scores. */
  #forward(x: Tensor): Tensor[] {
    const activate = ACTIVATE[this.#settings.activation];
    const seen: Tensor[] = [];
    let value = x;
    this.#layers.forEach((layer, i) => {
      value = layer.forward(value as never) as Tensor;
      if (i < this.#layers.length - 1) value = activate(value);
      seen.push(value);
    });
    return seen;
  }

  /** Scores as probabilities. */
  #shares = (scores: Tensor): Tensor =>
    (this.#settings.classes === 2 ? sigmoid(scores) : softmax(scores, 1)) as Tensor;

  #loss(scores: Tensor, y: Tensor): Tensor {
    const { classes, loss } = this.#settings;
    if (loss === "crossEntropy")
      return (classes === 2 ? nn.bceWithLogits(scores, y) : nn.crossEntropy(scores, y)) as Tensor;
    const wanted =
      classes === 2
        ? y
        : (y
            .reshape(y.size, 1)
            .eq(array([0, 1, 2]))
            .astype("float32") as Tensor);
    return nn.mse(this.#shares(scores), wanted) as Tensor;
  }

  /** The loss of some samples, and half of l2 times the squares of all weights (not biases). */
  #penalized(rows: Tensor, l2: Tensor): Tensor {
    const { x, y } = this.#train;
    const scores = this.#forward(x.take(rows, 0) as Tensor).at(-1)!;
    const loss = this.#loss(scores, y.take(rows, 0) as Tensor);
    const squares = this.#layers.map(({ weight }) => weight.square().sum() as Tensor);
    return loss.add(squares.reduce((a, b) => a.add(b) as Tensor).mul(l2.mul(0.5))) as Tensor;
  }

  readonly #update = compile((rows: Tensor, l2: Tensor) => {
    const loss = this.#penalized(rows, l2);
    this.#optimizer.zeroGrad();
    loss.backward();
    this.#optimizer.step();
    return loss;
  });

  readonly #back = compile((rows: Tensor, l2: Tensor) => {
    const loss = this.#penalized(rows, l2);
    this.#optimizer.zeroGrad();
    loss.backward();
    return [loss, ...this.#parameters.map(({ grad }) => grad!)];
  });

  readonly #measure = compile((x: Tensor, y: Tensor) => {
    const scores = this.#forward(x).at(-1)!;
    const right = this.#settings.classes === 2 ? scores.gt(0).eq(y.gt(0.5)) : scores.argmax(1).eq(y);
    return [this.#loss(scores, y), right.astype("float32").mean() as Tensor];
  });

  readonly #see = compile((x: Tensor) => {
    const seen = this.#forward(x);
    return [...seen.slice(0, -1), this.#shares(seen.at(-1)!)];
  });

  /** The samples of the batch that comes next. */
  #rows(): Int32Array {
    const { batch, seed } = this.#settings;
    const epoch = Math.floor(this.step / this.batches);
    if (epoch !== this.#epoch) {
      // The weights took the first draws, each epoch takes one.
      random.setState({ seed, draws: this.#parameters.length + epoch });
      this.#order = Int32Array.from(random.permutation(this.#train.n).dataSync());
      this.#epoch = epoch;
    }
    const from = (this.step % this.batches) * batch;
    return this.#order.slice(from, from + batch);
  }

  /** One update with the next batch. */
  advance(): void {
    this.#update(array(this.#rows()) as Tensor, this.#l2);
    this.step++;
    this.#shown = 0;
    this.#gradients = undefined;
  }

  /** One more sample of the next batch, forward and back; the last one makes the update. */
  sample(): SampleSeen {
    const rows = this.#rows();
    const place = this.#shown;
    const [loss, ...gradients] = this.#back(array(rows.slice(place, place + 1)) as Tensor, this.#l2);
    const seen = { index: rows[place]!, place: place + 1, of: rows.length, loss: Number(loss!.item()) };
    if (place + 1 === rows.length) this.advance();
    else {
      this.#shown++;
      const one = flat(gradients);
      const mean = this.#gradients;
      // The mean over those that were shown so far.
      this.#gradients = one.map((value, i) => ((mean?.[i] ?? 0) * place + value) / (place + 1));
    }
    return seen;
  }

  measure(): Measures {
    const of = ({ n, x, y }: Samples): number[] =>
      n === 0 ? [Number.NaN, Number.NaN] : this.#measure(x, y).map((value) => Number(value.item()));
    const [trainLoss, trainAccuracy] = of(this.#train);
    const [testLoss, testAccuracy] = of(this.#test);
    return {
      trainLoss: trainLoss!,
      trainAccuracy: trainAccuracy!,
      testLoss: testLoss!,
      testAccuracy: testAccuracy!,
    };
  }

  /** Draws what each neuron sees into bytes; with `outputs` only what the last ones say. */
  pictures(into: Uint8Array, outputs = false): void {
    const cells = SIDE * SIDE;
    const seen = this.#see(this.#grid);
    const last = this.sizes.at(-1)!;
    if (!outputs) {
      let at = 0;
      [this.#grid, ...seen.slice(0, -1)].forEach((values, i) => {
        const width = this.sizes[i]!;
        signedPictures(values.dataSync(), width, into.subarray(at, at + width * cells));
        at += width * cells;
      });
    }
    sharePictures(seen.at(-1)!.dataSync(), last, into.subarray(into.length - last * cells));
  }

  weights(): Float32Array {
    return flat(this.#parameters);
  }

  /** Those of the last update, or of the samples shown since. */
  gradients(): Float32Array | undefined {
    if (this.#gradients !== undefined) return this.#gradients;
    const all = this.#parameters.map(({ grad }) => grad);
    return this.step > 0 && all.every((one) => one !== null) ? flat(all as Tensor[]) : undefined;
  }

  /** The mean of the absolute values, layer by layer; zeros where there are none yet. */
  gradientSizes(): number[] {
    const gradients = this.gradients();
    if (gradients === undefined) return this.#layers.map(() => 0);
    return this.#sizes(array(gradients) as Tensor).map((size) => Number(size.item()));
  }
  readonly #sizes = compile((gradients: Tensor) =>
    placesOf(this.sizes).map(({ weight, bias }) => gradients.at(`${weight}:${bias}`).abs().mean() as Tensor),
  );

  setWeights(weights: Float32Array): void {
    let at = 0;
    for (const parameter of this.#parameters) {
      parameter.assign(array(weights.slice(at, at + parameter.size)).reshape(...parameter.shape) as Tensor);
      at += parameter.size;
    }
  }

  snapshot(): Snapshot {
    return { step: this.step, weights: this.weights(), optimizer: copied(this.#optimizer.stateDict()) };
  }

  /** Goes to a step that was kept; `momentum` says whether the optimizer remembers too. */
  restore({ step, weights, optimizer }: Snapshot, momentum = true): void {
    this.setWeights(weights);
    if (momentum) this.#optimizer.loadStateDict(optimizer);
    this.step = step;
    this.#shown = 0;
    this.#gradients = undefined;
  }
}

const flat = (tensors: readonly Tensor[]): Float32Array => {
  const all = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const tensor of tensors) {
    all.set(tensor.dataSync() as Float32Array, at);
    at += tensor.size;
  }
  return all;
};

/** Steps write into the optimizer's tensors; a snapshot has its own. */
const copied = (state: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => [
      name,
      array(tensor.dataSync().slice(), { dtype: tensor.dtype }).reshape(...tensor.shape) as Tensor,
    ]),
  );
