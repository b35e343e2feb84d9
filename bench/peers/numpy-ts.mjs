/**
 * numpy-ts. It has no derivatives and no networks: the steps of the MLPs are written out by hand, as one does with
 * NumPy, and the CNNs are left out.
 */
import * as np from "numpy-ts";
import { batchOf, fingerprint, labelsOf, parametersOf, STREAM, uniform } from "./values.mjs";
import { firstLosses, refuse, serve } from "./worker.mjs";

const put = (values, shape) => np.frombuffer(values, "float32").reshape(shape);

/** Arrays that are freed when the repetition is over, as the library asks for in loops. */
const scrap = [];
function hold(x) {
  scrap.push(x);
  return x;
}
function sweep() {
  for (const x of scrap) x.dispose();
  scrap.length = 0;
}

/** A task that makes one array of arrays that are there. */
function computing(compute) {
  const run = (use) => {
    const result = compute();
    const used = use(result);
    if (typeof result === "object") result.dispose();
    sweep();
    return used;
  };
  const check = (result) => fingerprint(typeof result === "object" ? result.data : [Number(result)]);
  return { step: () => run(() => {}), check: () => run(check) };
}

/** 1 - x; the first operand must be an array. */
const oneMinus = (x) => hold(np.add(hold(np.negative(x)), 1));

/** Forward and, from what comes back, backward of the activations; y is what forward gave. */
const activations = {
  sigmoid: {
    forward: (x) => hold(np.reciprocal(hold(np.add(hold(np.exp(hold(np.negative(x)))), 1)))),
    backward: (g, y) => hold(np.multiply(g, hold(np.multiply(y, oneMinus(y))))),
  },
  tanh: {
    forward: (x) => hold(np.tanh(x)),
    backward: (g, y) => hold(np.multiply(g, oneMinus(hold(np.square(y))))),
  },
  relu: {
    forward: (x) => hold(np.maximum(x, 0)),
    backward: (g, y) => hold(np.multiply(g, hold(hold(np.greater(y, 0)).astype("float32")))),
  },
};

/** The layers' outputs, the input first. Weights are (in, out). */
function forward(layers, parameters, input) {
  const outputs = [input];
  let next = 0;
  for (const [kind] of layers) {
    const x = outputs.at(-1);
    if (kind !== "linear") outputs.push(activations[kind].forward(x));
    else outputs.push(hold(np.add(hold(np.matmul(x, parameters[next++])), parameters[next++])));
  }
  return outputs;
}

const first = (layers) =>
  parametersOf(layers).map(({ shape: [out, incoming], values }) =>
    incoming === undefined ? put(values, [out]) : put(values, [out, incoming]).transpose().copy(),
  );

function training(record) {
  const { layers, input, lr } = record;
  if (layers.some(([kind]) => kind === "conv")) refuse("has no convolution and no derivatives");
  const batch = batchOf(record);
  const labels = labelsOf(record);
  const classes = layers.at(-1)[2];
  const parameters = first(layers);
  /** p - lr g, in place of p. */
  const update = (i, gradient) => {
    const old = parameters[i];
    parameters[i] = np.subtract(old, hold(np.multiply(gradient, lr)));
    old.dispose();
  };
  const step = () => {
    const outputs = forward(layers, parameters, hold(put(batch, input)));
    const { loss, gradient } = crossEntropy(outputs.at(-1), labels, classes);
    let g = gradient;
    let next = parameters.length;
    for (let i = layers.length - 1; i >= 0; i--) {
      const [kind] = layers[i];
      if (kind !== "linear") {
        g = activations[kind].backward(g, outputs[i + 1]);
        continue;
      }
      next -= 2;
      const gradients = [hold(np.matmul(hold(np.transpose(outputs[i])), g)), hold(np.sum(g, 0))];
      if (i > 0) g = hold(np.matmul(g, hold(np.transpose(parameters[next]))));
      for (const [k, it] of gradients.entries()) update(next + k, it);
    }
    sweep();
    return loss;
  };
  return { step, check: () => firstLosses(step) };
}

/** The mean of -ln softmax(logits)[label], and its derivative by the logits. */
function crossEntropy(logits, labels, classes) {
  const n = labels.length;
  const shifted = hold(np.subtract(logits, hold(np.max(logits, 1, true))));
  const exps = hold(np.exp(shifted));
  const sums = hold(np.sum(exps, 1, true));
  const truth = hold(hold(np.eye(classes, classes, 0, "float32")).take(Array.from(labels), 0));
  const picked = np.sum(hold(np.multiply(shifted, truth)));
  const loss = (Number(np.sum(hold(np.log(sums)))) - Number(picked)) / n;
  const gradient = hold(np.multiply(hold(np.subtract(hold(np.divide(exps, sums)), truth)), 1 / n));
  return { loss, gradient };
}

serve(
  { name: "numpy-ts", detail: np.__version__, threads: 1 },
  {
    matmul({ m, k, n }) {
      const a = put(uniform(m * k, STREAM.first), [m, k]);
      const b = put(uniform(k * n, STREAM.second), [k, n]);
      return computing(() => np.matmul(a, b));
    },
    chain({ size }) {
      const x = put(uniform(size, STREAM.first, 4), [size]);
      return computing(() => {
        const gated = hold(np.multiply(activations.sigmoid.forward(x), x));
        return np.subtract(hold(np.add(gated, hold(np.multiply(x, 0.5)))), 1);
      });
    },
    sum({ size }) {
      const x = np.abs(put(uniform(size, STREAM.first), [size]));
      return computing(() => np.sum(x));
    },
    softmax({ rows, columns }) {
      const x = put(uniform(rows * columns, STREAM.first, 4), [rows, columns]);
      return computing(() => {
        const exps = hold(np.exp(hold(np.subtract(x, hold(np.max(x, 1, true))))));
        return np.divide(exps, hold(np.sum(exps, 1, true)));
      });
    },
    layernorm({ rows, columns }) {
      const x = put(uniform(rows * columns, STREAM.first, 4), [rows, columns]);
      return computing(() => {
        const centred = hold(np.subtract(x, hold(np.mean(x, 1, true))));
        const variance = hold(np.mean(hold(np.square(centred)), 1, true));
        return np.divide(centred, hold(np.sqrt(hold(np.add(variance, 1e-5)))));
      });
    },
    train: training,
    infer({ layers, input }) {
      const parameters = first(layers);
      const host = batchOf({ input });
      const step = () => {
        const result = Float32Array.from(forward(layers, parameters, hold(put(host, input))).at(-1).data);
        sweep();
        return result;
      };
      return { step, check: () => fingerprint(step()) };
    },
  },
);
