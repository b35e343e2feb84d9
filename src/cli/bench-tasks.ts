/**
 * The standard tasks of the benchmark, as data: names and sizes do not change, so that figures of different days can be
 * held against each other. Other programs are sent the same records (bench/ in the repository), so that all compute the
 * same thing from the same numbers.
 */

/** One layer of a network: its kind, and how many values or channels go in and out. */
export type LayerRecord =
  | readonly ["linear" | "conv", incoming: number, outgoing: number]
  | readonly ["sigmoid" | "tanh" | "relu" | "maxPool" | "flatten"];

/** What is the same in training and in use: a network and the shape of what it is given. */
interface NetworkTask {
  readonly layers: readonly LayerRecord[];
  /** Shape of the batch. */
  readonly input: readonly number[];
  /** The batch itself, where it is not made of random numbers. */
  readonly values?: readonly number[];
}

/** Forward, cross-entropy, backward and update of one batch, which lies on the host. */
export interface TrainTask extends NetworkTask {
  readonly kind: "train";
  readonly labels?: readonly number[];
  readonly optimizer: "sgd" | "adam";
  readonly lr: number;
  /** May the step be captured and compiled as one? */
  readonly captured: boolean;
}

/** A training step with Adam of an LSTM over sequences of random numbers; the last output goes through a linear layer. */
export interface LstmTask {
  readonly kind: "lstm";
  readonly features: number;
  readonly hidden: number;
  readonly steps: number;
  readonly batch: number;
  readonly classes: number;
  readonly lr: number;
}

/** A training step with Adam of a decoder of pre-norm blocks with GELU over random words. */
export interface GptTask {
  readonly kind: "gpt";
  readonly vocabulary: number;
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  readonly steps: number;
  readonly batch: number;
  readonly lr: number;
}

/** What is to be computed. */
export type TaskRecord =
  | LstmTask
  | GptTask
  | { readonly kind: "matmul"; readonly m: number; readonly k: number; readonly n: number }
  | { readonly kind: "chain" | "sum"; readonly size: number }
  | { readonly kind: "softmax" | "layernorm"; readonly rows: number; readonly columns: number }
  | TrainTask
  | (NetworkTask & { readonly kind: "infer" });

export interface Task {
  readonly name: string;
  /** In a few words, for people. */
  readonly summary: string;
  readonly record: TaskRecord;
}

const matmul = (m: number, k: number, n: number): Task => ({
  name: m === k && k === n ? `matmul_${m}` : `matmul_${m}x${k}x${n}`,
  summary: `(${m},${k}) times (${k},${n})`,
  record: { kind: "matmul", m, k, n },
});

const rows = (kind: "softmax" | "layernorm"): Task => ({
  name: `${kind}_4096x1000`,
  summary: `${kind === "softmax" ? "softmax" : "layer normalisation"} of the last axis of (4096,1000)`,
  record: { kind, rows: 4096, columns: 1000 },
});

const SGD = { kind: "train", optimizer: "sgd", lr: 0.1, captured: true } as const;
const ADAM = { ...SGD, optimizer: "adam", lr: 0.001 } as const;

const xor = {
  layers: [["linear", 2, 4], ["tanh"], ["linear", 4, 2]],
  input: [4, 2],
  values: [0, 0, 0, 1, 1, 0, 1, 1],
  labels: [0, 1, 1, 0],
} as const;

const cnn = {
  layers: [
    ["conv", 1, 16],
    ["relu"],
    ["maxPool"],
    ["conv", 16, 32],
    ["relu"],
    ["maxPool"],
    ["flatten"],
    ["linear", 1568, 10],
  ],
  input: [64, 1, 28, 28],
} as const;

/** Every task, in the order in which they run. */
export const TASKS: readonly Task[] = [
  ...[64, 256, 512, 1024, 511].map((n) => matmul(n, n, n)),
  matmul(333, 777, 555),
  matmul(100, 784, 10),
  {
    name: "chain_4M",
    summary: "sigmoid(x) * x + 0.5 * x - 1 of 2^22 numbers",
    record: { kind: "chain", size: 2 ** 22 },
  },
  { name: "sum_4M", summary: "sum of 2^22 numbers", record: { kind: "sum", size: 2 ** 22 } },
  rows("softmax"),
  rows("layernorm"),
  { name: "xor_step", summary: "training step 2-4-2, tanh, 4 samples, SGD", record: { ...SGD, ...xor } },
  {
    name: "xor_step_plain",
    summary: "the same step, not captured",
    record: { ...SGD, ...xor, captured: false },
  },
  {
    name: "mlp_784_50_10_b100",
    summary: "training step 784-50-10, sigmoid, 100 samples, SGD",
    record: {
      ...SGD,
      layers: [["linear", 784, 50], ["sigmoid"], ["linear", 50, 10]],
      input: [100, 784],
    },
  },
  {
    name: "mlp_784_256_128_10_b100",
    summary: "training step 784-256-128-10, ReLU, 100 samples, SGD",
    record: {
      ...SGD,
      layers: [["linear", 784, 256], ["relu"], ["linear", 256, 128], ["relu"], ["linear", 128, 10]],
      input: [100, 784],
    },
  },
  {
    name: "cnn_b64",
    summary: "training step, convolutions 1-16-32 and linear 10, 64 of 28x28, SGD",
    record: { ...SGD, ...cnn },
  },
  { name: "cnn_b64_adam", summary: "the same network, Adam", record: { ...ADAM, ...cnn } },
  {
    name: "lstm_64_128_t32_b32",
    summary: "training step, LSTM 64-128 over 32 steps, 32 sequences, Adam",
    record: { kind: "lstm", features: 64, hidden: 128, steps: 32, batch: 32, classes: 10, lr: 0.001 },
  },
  {
    name: "gpt_d128_l2_t64_b16",
    summary: "training step, decoder of 2 blocks, width 128, 4 heads, 64 words, 16 texts, Adam",
    record: { kind: "gpt", vocabulary: 65, width: 128, blocks: 2, heads: 4, steps: 64, batch: 16, lr: 0.001 },
  },
  {
    name: "infer_mlp_b1",
    summary: "one sample through 784-256-10, from host to host",
    record: { kind: "infer", layers: [["linear", 784, 256], ["relu"], ["linear", 256, 10]], input: [1, 784] },
  },
];
