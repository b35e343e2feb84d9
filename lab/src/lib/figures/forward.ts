/** A small network passed forward by maru, layer by layer, with every number on the way kept for figures to show. */
import { array, relu, sigmoid, type Tensor } from "maru/light";

export type Activation = "sigmoid" | "relu" | "step" | "identity";

/** `weights[i][j]` goes from neuron i of the layer before to neuron j of this one. */
export interface LayerOf {
  readonly weights: readonly (readonly number[])[];
  readonly biases: readonly number[];
  readonly activation: Activation;
}

/** What one layer did: A = X W + B, then Z = h(A). */
export interface LayerPass extends LayerOf {
  readonly inputs: readonly number[];
  /** `products[i][j]` is the input i times its weight to j. */
  readonly products: readonly (readonly number[])[];
  readonly sums: readonly number[];
  readonly outputs: readonly number[];
}

const exactly = { dtype: "float64" } as const;
const rows = (values: readonly (readonly number[])[]): number[][] => values.map((row) => [...row]);

function activated(activation: Activation, a: Tensor): Tensor {
  if (activation === "sigmoid") return sigmoid(a);
  if (activation === "relu") return relu(a);
  return activation === "step" ? a.gt(0).astype("float64") : a;
}

/** One input through all layers. */
export function passOf(layers: readonly LayerOf[], x: readonly number[]): LayerPass[] {
  const passes: LayerPass[] = [];
  let inputs: readonly number[] = x;
  for (const layer of layers) {
    const from: Tensor = array([...inputs], exactly);
    const weights: Tensor = array(rows(layer.weights), exactly);
    const sums = from.dot(weights).add(array([...layer.biases], exactly));
    const outputs = activated(layer.activation, sums).toArray() as number[];
    passes.push({
      ...layer,
      inputs,
      products: from.reshape(inputs.length, 1).mul(weights).toArray() as unknown as number[][],
      sums: sums.toArray() as number[],
      outputs,
    });
    inputs = outputs;
  }
  return passes;
}

/**
 * Many inputs through all layers, for pictures: the outputs of every neuron, `[layer][neuron][point]`.
 * `points` are rows of inputs; single precision is enough for a colour.
 */
export function fieldsOf(layers: readonly LayerOf[], points: Tensor): number[][][] {
  let at = points;
  return layers.map(({ weights, biases, activation }) => {
    const sums = at.dot(array(rows(weights))).add(array([...biases]));
    at = activation === "step" ? sums.gt(0).astype("float32") : activated(activation, sums);
    return at.transpose().toArray() as unknown as number[][];
  });
}
