/** maru's side of the benchmark's tasks, written as a user would write them. */

import { array, compile, nn, noGrad, optim, type Tensor } from "../node.js";
import { gpt, lstm } from "./bench-sequences.js";
import type { LayerRecord, Task, TaskRecord, TrainTask } from "./bench-tasks.js";
import { fingerprint, firstDrops, labels, STREAM, uniform, type Work } from "./bench-values.js";

type Kind<K extends TaskRecord["kind"]> = Extract<TaskRecord, { kind: K }>;

/** A tensor of host numbers, in a shape. */
const put = (values: Float32Array | Int32Array, shape: readonly number[]): Tensor =>
  array(values).reshape(shape) as Tensor;

const makers: { readonly [K in TaskRecord["kind"]]: (record: Kind<K>) => Work } = {
  matmul({ m, k, n }) {
    const a = put(uniform(m * k, STREAM.first), [m, k]).realize();
    const b = put(uniform(k * n, STREAM.second), [k, n]).realize();
    return computing(() => a.matmul(b) as Tensor);
  },
  chain({ size }) {
    const x = put(uniform(size, STREAM.first, 4), [size]).realize();
    return computing(() => x.sigmoid().mul(x).add(x.mul(0.5)).sub(1) as Tensor);
  },
  sum({ size }) {
    const x = put(uniform(size, STREAM.first), [size]).abs().realize();
    return computing(() => x.sum());
  },
  softmax({ rows, columns }) {
    const x = put(uniform(rows * columns, STREAM.first, 4), [rows, columns]).realize();
    return computing(() => x.softmax(-1) as Tensor);
  },
  layernorm({ rows, columns }) {
    const x = put(uniform(rows * columns, STREAM.first, 4), [rows, columns]).realize();
    return computing(() => {
      const centred = x.sub(x.mean(-1, { keepdims: true }) as Tensor);
      const variance = centred.square().mean(-1, { keepdims: true }) as Tensor;
      return centred.div(variance.add(1e-5).sqrt()) as Tensor;
    });
  },
  train: training,
  lstm,
  gpt,
  infer({ layers, input }) {
    const model = buildModel(layers);
    const host = uniform(size(input), STREAM.first);
    const predict = compile((x: Tensor) => noGrad(() => model.forward(x) as Tensor));
    const step = (): ArrayLike<number> => predict(put(host, input)).dataSync();
    return { step, check: () => fingerprint(step()) };
  },
};

/** Sets a task up for the device that is chosen. */
export function prepare({ record }: Task): Work {
  return (makers[record.kind] as (record: TaskRecord) => Work)(record);
}

/** A task that computes one array from arrays that are there, and leaves it on the device. */
function computing(compute: () => Tensor): Work {
  return { step: () => void compute().realize(), check: () => fingerprint(compute().dataSync()) };
}

function training(record: TrainTask): Work {
  const { layers, input, lr } = record;
  const model = buildModel(layers);
  const parameters = model.parameters();
  const optimizer = optim[record.optimizer](lr)(parameters);
  const batch = input[0]!;
  const images = record.values ? Float32Array.from(record.values) : uniform(size(input), STREAM.first);
  const classes = parameters.at(-1)!.size;
  const truth = record.labels ? Int32Array.from(record.labels) : labels(batch, classes);
  const plain = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = nn.crossEntropy(model.forward(x) as Tensor, y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const update = record.captured ? compile(plain) : plain;
  const step = (): number => update(put(images, input), put(truth, [batch])).item() as number;
  return { step, check: () => firstDrops(step) };
}

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function buildLayer([kind, incoming = 0, outgoing = 0]: LayerRecord): nn.Layer {
  switch (kind) {
    case "linear":
      return nn.linear(incoming, outgoing) as nn.Layer;
    case "conv":
      return nn.conv2d(incoming, outgoing, 3, { padding: 1 }) as nn.Layer;
    case "maxPool":
      return nn.maxPool2d(2) as nn.Layer;
    default:
      return nn[kind]() as nn.Layer;
  }
}

/** The network, with first weights that are the same for all participants. */
function buildModel(layers: readonly LayerRecord[]): nn.Layer {
  const model = nn.sequential(...layers.map(buildLayer)) as unknown as nn.Layer;
  const fans = layers.flatMap(([kind, incoming = 0]) =>
    kind === "linear" ? [incoming, incoming] : kind === "conv" ? [9 * incoming, 9 * incoming] : [],
  );
  model.parameters().forEach((parameter, i) => {
    const values = uniform(parameter.size, STREAM.parameters + i, 1 / Math.sqrt(fans[i]!));
    parameter.assign(put(values, parameter.shape));
  });
  return model;
}
