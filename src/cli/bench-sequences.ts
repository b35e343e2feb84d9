/** maru's side of the benchmark's tasks on sequences. */
import { arange, array, compile, nn, optim, type Tensor } from "../node.js";
import type { GptTask, LstmTask } from "./bench-tasks.js";
import { firstDrops, labels, STREAM, uniform, type Work } from "./bench-values.js";

/** First weights that are the same for all participants; what normalizes stays as it begins. */
function fill(model: nn.Module, scale: number): void {
  model.namedParameters().forEach(([name, parameter], i) => {
    if (name.includes("norm")) return;
    const values = uniform(parameter.size, STREAM.parameters + i, scale);
    parameter.assign(array(values).reshape(parameter.shape) as Tensor);
  });
}

/** A captured step from arrays on the host to the loss. */
function learning(
  model: nn.Module,
  lr: number,
  lossOf: (x: Tensor, y: Tensor) => Tensor,
  batch: () => readonly [Tensor, Tensor],
): Work {
  const optimizer = optim.adam(lr)(model.parameters());
  const update = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = lossOf(x, y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const step = (): number => update(...batch()).item() as number;
  return { step, check: () => firstDrops(step) };
}

class Reader extends nn.Module {
  readonly lstm: nn.LSTM;
  readonly head: nn.Linear<number, number>;

  constructor({ features, hidden, classes }: LstmTask) {
    super();
    this.lstm = nn.lstm(features, hidden);
    this.head = nn.linear(hidden, classes);
  }

  forward(x: Tensor): Tensor {
    return this.head.forward(this.lstm.forward(x)[0].at(-1) as never) as Tensor;
  }
}

export function lstm(record: LstmTask): Work {
  const { features, hidden, steps, batch, classes, lr } = record;
  const model = new Reader(record);
  fill(model, 1 / Math.sqrt(hidden));
  const [values, truth] = [uniform(steps * batch * features, STREAM.first), labels(batch, classes)];
  return learning(
    model,
    lr,
    (x, y) => nn.crossEntropy(model.forward(x), y),
    () => [array(values).reshape([steps, batch, features]) as Tensor, array(truth) as Tensor],
  );
}

class Block extends nn.Module {
  readonly norm1: nn.LastAxesNorm<"layerNorm", number>;
  readonly qkv: nn.Linear<number, number>;
  readonly proj: nn.Linear<number, number>;
  readonly norm2: nn.LastAxesNorm<"layerNorm", number>;
  readonly fc: nn.Linear<number, number>;
  readonly out: nn.Linear<number, number>;

  constructor(
    readonly width: number,
    readonly heads: number,
  ) {
    super();
    this.norm1 = nn.layerNorm(width);
    this.qkv = nn.linear(width, 3 * width);
    this.proj = nn.linear(width, width);
    this.norm2 = nn.layerNorm(width);
    this.fc = nn.linear(width, 4 * width);
    this.out = nn.linear(4 * width, width);
  }

  forward(x: Tensor): Tensor {
    const { width, heads } = this;
    const [batch, steps] = x.shape as unknown as readonly [number, number];
    const all = this.qkv.forward(this.norm1.forward(x as never) as never) as Tensor;
    const [q, k, v] = [0, 1, 2].map((i) => {
      const own = all.at(":", ":", `${i * width}:${(i + 1) * width}`) as Tensor;
      return own.reshape([batch, steps, heads, width / heads]).swapaxes(1, 2) as Tensor;
    }) as [Tensor, Tensor, Tensor];
    const seen = nn.scaledDotProductAttention(q, k, v, { isCausal: true }).swapaxes(1, 2).reshape(x.shape);
    const after = x.add(this.proj.forward(seen as never) as Tensor) as Tensor;
    const inner = nn.functional.gelu(this.fc.forward(this.norm2.forward(after as never) as never) as Tensor);
    return after.add(this.out.forward(inner as never) as Tensor) as Tensor;
  }
}

class Gpt extends nn.Module {
  readonly tok: nn.Embedding<number>;
  readonly pos: nn.Embedding<number>;
  readonly blocks: readonly Block[];
  readonly norm: nn.LastAxesNorm<"layerNorm", number>;
  readonly head: nn.Linear<number, number>;

  constructor({ vocabulary, width, blocks, heads, steps }: GptTask) {
    super();
    this.tok = nn.embedding(vocabulary, width);
    this.pos = nn.embedding(steps, width);
    this.blocks = Array.from({ length: blocks }, () => new Block(width, heads));
    this.norm = nn.layerNorm(width);
    this.head = nn.linear(width, vocabulary, { bias: false });
  }

  forward(words: Tensor): Tensor {
    const places = arange(words.shape[1]!).astype("int32") as Tensor;
    const begin = (this.tok.forward(words as never) as Tensor).add(
      this.pos.forward(places as never) as Tensor,
    );
    const end = this.blocks.reduce((x, block) => block.forward(x), begin as Tensor);
    return this.head.forward(this.norm.forward(end as never) as never) as Tensor;
  }
}

export function gpt(record: GptTask): Work {
  const { vocabulary, width, steps, batch, lr } = record;
  const model = new Gpt(record);
  fill(model, 1 / Math.sqrt(width));
  const words = labels(batch * steps, vocabulary);
  const next = labels(batch * steps, vocabulary, STREAM.second);
  return learning(
    model,
    lr,
    (x, y) => nn.crossEntropy(model.forward(x).reshape([batch * steps, vocabulary]) as Tensor, y),
    () => [array(words).reshape([batch, steps]) as Tensor, array(next) as Tensor],
  );
}
