/** The numbers that are computed with and what is told of a result: as src/cli/bench-values.ts has them. */

export const STREAM = { first: 1, second: 2, labels: 3, parameters: 10 };

/** A mix of 32 bits (the end of MurmurHash3, Appleby) of an index in a stream. */
function mix(index, stream) {
  let h = (Math.imul(index, 0x9e3779b1) + Math.imul(stream, 0x85ebca77)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Numbers between -scale and scale. */
export const uniform = (count, stream, scale = 1) =>
  Float32Array.from({ length: count }, (_, i) => ((mix(i, stream) >>> 8) / 2 ** 23 - 1) * scale);

export const size = (shape) => shape.reduce((product, n) => product * n, 1);

/** The batch of a network's task. */
export const batchOf = ({ values, input }) =>
  values === undefined ? uniform(size(input), STREAM.first) : Float32Array.from(values);

/** The labels of a training task. */
export function labelsOf({ labels, input, layers }) {
  if (labels !== undefined) return Int32Array.from(labels);
  const classes = layers.at(-1)[2];
  return Int32Array.from({ length: input[0] }, (_, i) => mix(i, STREAM.labels) % classes);
}

/** First weights and biases of a network's layers, in PyTorch's layout: (out, in) and (out, in, 3, 3). */
export function parametersOf(layers) {
  let stream = STREAM.parameters;
  return layers.flatMap(([kind, incoming, outgoing]) => {
    if (incoming === undefined) return [];
    const shape = kind === "conv" ? [outgoing, incoming, 3, 3] : [outgoing, incoming];
    const scale = 1 / Math.sqrt(size(shape.slice(1)));
    return [
      { kind, shape, values: uniform(size(shape), stream++, scale) },
      { kind: "bias", shape: [outgoing], values: uniform(outgoing, stream++, scale) },
    ];
  });
}

/** The root of the mean square of a result, and four of its elements. */
export function fingerprint(values) {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  const at = [0, Math.floor(values.length / 3), Math.floor(values.length / 2), values.length - 1];
  return [Math.sqrt(squares / values.length), ...at.map((i) => values[i])];
}

/** What is told of a training: its first loss, and how far the next steps bring it down. */
export const drops = (losses) => losses.map((loss, i) => (i === 0 ? loss : losses[i - 1] - loss));
