/** jax-js on its WebAssembly backend. Operations are lazy there; `blockUntilReady` and `data` wait for them. */
import { readFileSync } from "node:fs";
import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { batchOf, fingerprint, labelsOf, parametersOf, STREAM, size, uniform } from "./values.mjs";
import { firstLosses, serve } from "./worker.mjs";

// The package does not export its package.json.
const manifest = new URL("../package.json", import.meta.resolve("@jax-js/jax"));
const { version } = JSON.parse(readFileSync(manifest, "utf8"));
await init("wasm");
defaultDevice("wasm");

const put = (values, shape) => np.array(values, { shape });

/** A task that makes one array of arrays that are there; each use of an array takes a reference to it. */
function computing(compute, ...given) {
  const compiled = jit(compute);
  const call = () => compiled(...given.map((x) => x.ref));
  return {
    step: async () => (await call().blockUntilReady()).dispose(),
    check: async () => fingerprint(await call().data()),
  };
}

function forward(layers, parameters, input) {
  let x = input;
  let next = 0;
  for (const [kind] of layers) {
    if (kind === "linear") x = np.matmul(x, parameters[next++].transpose()).add(parameters[next++]);
    else if (kind === "conv") {
      x = lax.conv(x, parameters[next++], [1, 1], [[1, 1], [1, 1]]); // biome-ignore format: one pair an axis
      x = x.add(parameters[next++].reshape([1, -1, 1, 1]));
    } else if (kind === "maxPool") {
      const [batch, channels, height, width] = x.shape;
      x = np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
    } else if (kind === "flatten") x = x.reshape([x.shape[0], -1]);
    else x = kind === "tanh" ? np.tanh(x) : nn[kind](x);
  }
  return x;
}

const first = (layers) => parametersOf(layers).map(({ shape, values }) => put(values, shape));

/** Adam of Kingma and Ba 2015 in PyTorch's form; `correct` are 1 - beta^t of both averages. */
function adam(p, g, m, v, lr, correct) {
  const mean = m.mul(0.9).add(g.ref.mul(0.1));
  const square = v.mul(0.999).add(g.ref.mul(g).mul(0.001));
  const step = mean.ref
    .div(correct[0])
    .mul(lr)
    .div(np.sqrt(square.ref.div(correct[1])).add(1e-8));
  return [p.sub(step), mean, square];
}

function training(record) {
  const { layers, lr } = record;
  const classes = layers.at(-1)[2];
  const lossOf = (parameters, x, y) => {
    const logits = forward(layers, parameters, x);
    return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(nn.oneHot(y, classes)), -1)).neg();
  };
  const update = (parameters, state, x, y, correct) => {
    const kept = parameters.map((p) => p.ref);
    const [loss, gradients] = valueAndGrad(lossOf)(parameters, x, y);
    if (record.optimizer === "sgd") return [loss, kept.map((p, i) => p.sub(gradients[i].mul(lr))), state];
    const results = kept.map((p, i) =>
      adam(
        p,
        gradients[i],
        ...state[i],
        lr,
        correct.map((c) => c.ref),
      ),
    );
    for (const c of correct) c.dispose();
    return [loss, results.map(([p]) => p), results.map(([, m, v]) => [m, v])];
  };
  const call = record.captured ? jit(update) : update;
  const batch = batchOf(record);
  const labels = labelsOf(record);
  const zeros = () => parametersOf(layers).map(({ shape }) => [np.zeros(shape), np.zeros(shape)]);
  let parameters = first(layers);
  let state = record.optimizer === "adam" ? zeros() : [];
  let t = 0;
  const step = async () => {
    t += 1;
    const correct = record.optimizer === "adam" ? [0.9, 0.999].map((beta) => np.array([1 - beta ** t])) : [];
    const y = np.array(labels, { dtype: np.int32 });
    const [loss, ...rest] = call(parameters, state, put(batch, record.input), y, correct);
    [parameters, state] = rest;
    for (const p of [...parameters, ...state.flat()]) await p.blockUntilReady();
    return (await loss.data())[0];
  };
  return { step, check: () => firstLosses(step) };
}

serve(
  { name: "jax-js", detail: `${version}, wasm backend`, threads: 1 },
  {
    matmul({ m, k, n }) {
      const a = put(uniform(m * k, STREAM.first), [m, k]);
      return computing(np.matmul, a, put(uniform(k * n, STREAM.second), [k, n]));
    },
    chain({ size: count }) {
      const x = put(uniform(count, STREAM.first, 4), [count]);
      return computing((a) => nn.sigmoid(a.ref).mul(a.ref).add(a.mul(0.5)).sub(1), x);
    },
    sum({ size: count }) {
      return computing((a) => np.sum(a), np.abs(put(uniform(count, STREAM.first), [count])));
    },
    softmax({ rows, columns }) {
      const x = put(uniform(rows * columns, STREAM.first, 4), [rows, columns]);
      return computing((a) => nn.softmax(a, -1), x);
    },
    layernorm({ rows, columns }) {
      const x = put(uniform(rows * columns, STREAM.first, 4), [rows, columns]);
      return computing((a) => nn.standardize(a, -1, { epsilon: 1e-5 }), x);
    },
    train: training,
    infer({ layers, input }) {
      const parameters = first(layers);
      const host = uniform(size(input), STREAM.first);
      const call = jit((weights, x) => forward(layers, weights, x));
      const step = () =>
        call(
          parameters.map((p) => p.ref),
          put(host, input),
        ).data();
      return { step, check: async () => fingerprint(await step()) };
    },
  },
);
