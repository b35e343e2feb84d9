/** Small networks written out of maru's operations, for gradients that pass through many of them. */
import { nn, ones, relu, softmax, tanh, where } from "../../src/index.js";
import type { AnyTensor } from "./ops.js";

/** (x - mean) / sqrt(variance + 1e-5) * w + b over the last axis. */
export function layerNorm(x: AnyTensor, w: AnyTensor, b: AnyTensor): AnyTensor {
  const centred = x.sub(x.mean(-1, { keepdims: true }));
  const variance = centred.mul(centred).mean(-1, { keepdims: true });
  return centred.div(variance.add(1e-5).sqrt()).mul(w).add(b);
}

/** x / sqrt(mean(x^2) + 1e-6) * w over the last axis. */
export function rmsNorm(x: AnyTensor, w: AnyTensor): AnyTensor {
  return x.div(x.mul(x).mean(-1, { keepdims: true }).add(1e-6).sqrt()).mul(w);
}

/** softmax(q kT / sqrt(d)) v; causal: a query sees no key after its own place. */
export function attention(q: AnyTensor, k: AnyTensor, v: AnyTensor, causal: boolean): AnyTensor {
  const scores = q.matmul(k.swapaxes(-1, -2)).div(Math.sqrt(q.shape.at(-1)!));
  if (!causal) return softmax(scores, -1).matmul(v);
  const mask = ones([q.shape.at(-2)!, k.shape.at(-2)!], { dtype: "bool" }).tril();
  return softmax(where(mask, scores, -1e9), -1).matmul(v);
}

/** state <- tanh(x_t w + state u), over the first axis of x. */
export function recurrence(x: AnyTensor, first: AnyTensor, w: AnyTensor, u: AnyTensor): AnyTensor {
  let state = first;
  for (let step = 0; step < x.shape[0]!; step++) state = tanh(x.at(step).matmul(w).add(state.matmul(u)));
  return state;
}

/** a . b / (|a| |b|) over the last axis. */
export function cosineSimilarity(a: AnyTensor, b: AnyTensor): AnyTensor {
  return a
    .mul(b)
    .sum(-1)
    .div(a.mul(a).sum(-1).mul(b.mul(b).sum(-1)).sqrt());
}

/** The loss of convolution, relu, pooling and one linear layer. */
export function digits(x: AnyTensor, kernel: AnyTensor, w: AnyTensor, labels: AnyTensor): AnyTensor {
  const pooled = nn.functional.maxPool2d(relu(nn.functional.conv2d(x, kernel)), 2);
  return nn.crossEntropy(pooled.reshape([x.shape[0]!, -1]).matmul(w), labels);
}
