/**
 * The adding problem (Hochreiter and Schmidhuber 1997, Long Short-Term Memory, 5.4): a sequence of numbers from 0 to 1 comes
 * one by one; two of them, one in each half, are marked, and after the last the network has to say the sum of those two. Each
 * must be kept for up to 50 steps while others go by. A network without memory can do no better than to say 1, always. This
 * one is an LSTM with 32 cells and a linear layer that reads its last state; a GRU and a plain recurrent network of the same
 * size learn beside it.
 *
 * What it reaches, in 15 epochs, on 2,000 sequences that it has not seen, from each of the seeds 0, 1 and 2: the LSTM is right
 * to 0.04 in 99.2 to 99.9 % of them, mean squared error below 0.0002; the GRU in 100.0 %; the plain network in 8.2 to
 * 10.6 %, hardly more than one that always says 1 (8.6 %, 0.169). All three take 35 to 40 seconds on native, and 42 on wasm,
 * with 2 cores.
 *
 * Run it: npx tsx examples/recipes/lstm-sequence.ts
 * Options: --steps 50 --hidden 32 --samples 10000 --epochs 15 --lr 0.01 --seed 0 --device auto
 */
import {
  arange,
  type Callback,
  evaluate,
  fit,
  Generator,
  nn,
  noGrad,
  ones,
  optim,
  random,
  stack,
  type Tensor,
  ValueError,
} from "maru";
import { tensorDataset } from "maru/data";
import { line, plot, scatter } from "maru/plot";
import { type Print, show, table } from "../show.js";
import { runRecipe } from "./shared.js";

const defaults = {
  steps: 50,
  hidden: 32,
  samples: 10_000,
  epochs: 15,
  lr: 0.01,
  seed: 0,
  device: "auto",
};

/** An answer counts as right where it is off by less than this, as in the paper. */
const TOLERANCE = 0.04;
/** The seed of the sequences that show how good a network is. */
const EXAM = 1997;
const BATCH = 32;

const cells = { rnn: nn.rnn, gru: nn.gru, lstm: nn.lstm };
type Cell = keyof typeof cells;
type Training = Omit<typeof defaults, "device">;

/** So many problems: inputs (steps, 2) are the numbers and their marks, the target (1) is the sum of the marked ones. */
export function addingProblems(count: number, steps: number, seed: number) {
  const random = new Generator(seed);
  const half = Math.floor(steps / 2);
  const numbers = random.uniform([count, steps]);
  const first = random.integers(0, half, [count, 1]);
  const second = random.integers(half, steps, [count, 1]);
  const place = arange(steps);
  const marks = place.eq(first).logicalOr(place.eq(second)).astype("float32");
  const sums = numbers.mul(marks).sum(1, { keepdims: true });
  return tensorDataset(stack([numbers, marks], 2), sums);
}

/** Reads a sequence step by step, and says a number after the last. */
export class Adder extends nn.Module {
  readonly memory;
  readonly head;

  constructor(cell: Cell, hidden: number) {
    super();
    this.memory = cells[cell](2, hidden, { batchFirst: true });
    this.head = nn.linear(hidden, 1);
  }

  /** (batch, steps, 2) to (batch, 1). */
  forward(x: Tensor): Tensor {
    const [states] = this.memory.forward(x);
    return this.head.forward(states.at(":", -1) as never);
  }

  /** What it would say after each step: (batch, steps, 2) to (batch, steps, 1). */
  afterEachStep(x: Tensor): Tensor {
    const [states] = this.memory.forward(x);
    return this.head.forward(states as never);
  }
}

/** Has no memory. */
export class AlwaysOne extends nn.Module {
  forward(x: Tensor): Tensor {
    return ones([x.shape[0]!, 1]);
  }
}

const near = (answer: Tensor, sum: Tensor) => answer.sub(sum).abs().lt(TOLERANCE).squeeze(1);
const measures = { loss: nn.mse, metrics: { right: near } };

/** The mean squared error, and the share of right answers, for 2,000 new problems. */
export const examine = (model: Adder | AlwaysOne, steps: number) =>
  evaluate(model, addingProblems(2000, steps, EXAM), measures);

/** Trains a fresh network of such cells. */
export async function trainAdder(cell: Cell, options: Training, callbacks: Callback[] = []) {
  const { steps, hidden, samples, epochs, lr, seed } = options;
  random.seed(seed);
  const model = new Adder(cell, hidden);
  const totalSteps = epochs * Math.ceil(samples / BATCH);
  const history = await fit(model, addingProblems(samples, steps, seed), {
    ...measures,
    optimizer: optim.adam(lr),
    schedule: { use: optim.oneCycleLR({ maxLr: lr, totalSteps }), every: "step" },
    clipNorm: 1,
    epochs,
    batchSize: BATCH,
    seed,
    callbacks,
  });
  return { cell, model, losses: history.epochs.map(({ loss }) => loss) };
}

type Trained = Awaited<ReturnType<typeof trainAdder>>;

const percent = (share: number): string => (100 * share).toFixed(1);

/** The mean squared error by epoch, next to that of who always says 1. */
function learningCurves(trained: readonly Trained[], epochs: number, guess: number) {
  const numbers = Array.from({ length: epochs }, (_, i) => i + 1);
  return plot(
    trained.map(({ cell, losses }) => line(numbers, losses, { label: cell })),
    line([1, epochs], [guess, guess], { label: "always 1", dash: "dashed", color: "#64748b" }),
    { title: "The adding problem", xLabel: "epoch", yLabel: "mean squared error", yScale: "log" },
  );
}

/** What a network would say after each step of one problem: where nothing is marked the line stays, as its memory does. */
function memory({ cell, model }: Trained, steps: number) {
  const { inputs, targets } = addingProblems(1, steps, EXAM).batch([0]);
  const [numbers, marks] = [inputs.at(0, ":", 0).toArray(), inputs.at(0, ":", 1).toArray()];
  const places = marks.flatMap((mark, place) => (mark === 1 ? [place] : []));
  const marked = places.map((place) => numbers[place]!);
  const sum = targets.item();
  const others = { label: "numbers", radius: 2, color: "#94a3b8" };
  return plot(
    line([0, steps - 1], [sum, sum], { label: "sum of the marked", dash: "dashed", color: "#64748b" }),
    scatter(arange(steps), numbers, others),
    scatter(places, marked, { label: "marked numbers", radius: 5, symbol: "triangle", color: "#d97706" }),
    line(noGrad(() => model.afterEachStep(inputs)).ravel(), { label: `what the ${cell} says` }),
    { title: "After each step of one sequence", xLabel: "step", width: 720 },
  );
}

export async function main(print: Print, out: string, options: typeof defaults): Promise<void> {
  const { steps, epochs } = options;
  if (steps < 2) throw new ValueError("--steps must be at least 2, for there are two numbers to add");
  const guess = await examine(new AlwaysOne(), steps);
  const rows = [["always 1", guess.loss.toFixed(5), percent(guess.right!)]];
  const trained: Trained[] = [];
  const progress: Callback = {
    onEpochEnd: ({ epoch, loss, right, seconds }) =>
      print(`epoch ${epoch}  loss ${loss.toFixed(5)}  right ${percent(right!)} %  ${seconds.toFixed(1)} s`),
  };
  for (const cell of ["rnn", "gru", "lstm"] as const) {
    print(`${cell}, ${options.hidden} cells`);
    const one = await trainAdder(cell, options, [progress]);
    const { loss, right } = await examine(one.model, steps);
    rows.push([cell, loss.toFixed(5), percent(right!)]);
    trained.push(one);
    print();
  }
  print(`Sequences of ${steps} numbers: the sum of the two that are marked, right to ${TOLERANCE}\n`);
  print(table(["network", "mean squared error", "right in %"], rows));
  print();
  await show(learningCurves(trained, epochs, guess.loss), "lstm-sequence-loss", print, out);
  await show(memory(trained.at(-1)!, steps), "lstm-sequence-memory", print, out);
}

await runRecipe(import.meta.url, main, defaults);
