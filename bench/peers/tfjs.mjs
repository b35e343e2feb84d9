/** TensorFlow.js on its WebAssembly backend. Its operations are done when they return. */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "@tensorflow/tfjs-backend-wasm";
import { batchOf, fingerprint, labelsOf, parametersOf, STREAM, uniform } from "./values.mjs";
import { firstLosses, serve } from "./worker.mjs";

const wanted = Number(process.env.BENCH_THREADS);
setThreadsCount(wanted);
tf.enableProdMode();
await tf.setBackend("wasm");
const [simd, many] = await Promise.all(
  ["SIMD", "MULTITHREAD"].map((what) => tf.env().getAsync(`WASM_HAS_${what}_SUPPORT`)),
);

/** A task that makes one tensor of tensors that are there. */
const computing = (compute) => ({
  step: () => tf.dispose(tf.tidy(compute)),
  check: async () => fingerprint(await tf.tidy(compute).data()),
});

/** The layers' parameters in this library's layouts: (in, out), (3, 3, in, out), and pictures with channels last. */
function variables(layers) {
  let channels = 1;
  return tf.tidy(() =>
    parametersOf(layers).map(({ kind, shape, values }) => {
      const given = tf.tensor(values, shape);
      if (kind === "bias") return tf.variable(given);
      if (kind === "conv") {
        channels = shape[0];
        return tf.variable(given.transpose([2, 3, 1, 0]));
      }
      // A layer behind flattened pictures finds their channels last.
      const inputs = given.reshape([shape[0], channels, shape[1] / channels]).transpose([2, 1, 0]);
      channels = 1;
      return tf.variable(inputs.reshape([shape[1], shape[0]]));
    }),
  );
}

function forward(layers, parameters, input) {
  let x = input;
  let next = 0;
  for (const [kind] of layers) {
    if (kind === "linear") x = x.matMul(parameters[next++]).add(parameters[next++]);
    else if (kind === "conv") x = x.conv2d(parameters[next++], 1, "same").add(parameters[next++]);
    else if (kind === "maxPool") x = x.maxPool(2, 2, "valid");
    else if (kind === "flatten") x = x.reshape([x.shape[0], -1]);
    else x = x[kind]();
  }
  return x;
}

/** (N, C, H, W) of one channel is (N, H, W, C) as it lies. */
const channelsLast = (shape) => (shape.length === 4 ? [shape[0], shape[2], shape[3], shape[1]] : shape);

serve(
  {
    name: "TensorFlow.js",
    detail: `${tf.version.tfjs}, wasm backend${simd ? " with SIMD" : ""}`,
    threads: many ? wanted : 1,
  },
  {
    matmul({ m, k, n }) {
      const a = tf.tensor(uniform(m * k, STREAM.first), [m, k]);
      const b = tf.tensor(uniform(k * n, STREAM.second), [k, n]);
      return computing(() => a.matMul(b));
    },
    chain({ size }) {
      const x = tf.tensor(uniform(size, STREAM.first, 4));
      return computing(() => x.sigmoid().mul(x).add(x.mul(0.5)).sub(1));
    },
    sum({ size }) {
      const x = tf.tensor(uniform(size, STREAM.first)).abs();
      return computing(() => x.sum());
    },
    softmax({ rows, columns }) {
      const x = tf.tensor(uniform(rows * columns, STREAM.first, 4), [rows, columns]);
      return computing(() => x.softmax(-1));
    },
    layernorm({ rows, columns }) {
      const x = tf.tensor(uniform(rows * columns, STREAM.first, 4), [rows, columns]);
      return computing(() => {
        const { mean, variance } = tf.moments(x, -1, true);
        return x.sub(mean).div(variance.add(1e-5).sqrt());
      });
    },
    train(record) {
      const { layers, lr } = record;
      const parameters = variables(layers);
      const optimizer = record.optimizer === "sgd" ? tf.train.sgd(lr) : tf.train.adam(lr, 0.9, 0.999, 1e-8);
      const batch = batchOf(record);
      const labels = labelsOf(record);
      const step = () =>
        tf.tidy(() => {
          const x = tf.tensor(batch, channelsLast(record.input));
          const y = tf.oneHot(tf.tensor1d(labels, "int32"), layers.at(-1)[2]);
          const loss = () => tf.losses.softmaxCrossEntropy(y, forward(layers, parameters, x));
          return optimizer.minimize(loss, true, parameters).dataSync()[0];
        });
      return { step, check: () => firstLosses(step) };
    },
    infer({ layers, input }) {
      const parameters = variables(layers);
      const host = batchOf({ input });
      const step = () => tf.tidy(() => forward(layers, parameters, tf.tensor(host, input)).dataSync());
      return { step, check: () => fingerprint(step()) };
    },
  },
);
