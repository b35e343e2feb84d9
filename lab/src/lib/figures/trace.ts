/** "Where from?": a number of a network, followed back to the input through what gave most of it. */
import type { LayerPass } from "./forward.js";

/** Layer 0 is the input. */
export interface Place {
  readonly layer: number;
  readonly node: number;
}

export interface Term {
  /** The neuron of the layer before. */
  readonly from: number;
  readonly input: number;
  readonly weight: number;
  readonly product: number;
}

/** One number on the way, and what it was made of. */
export interface TraceStep extends Place {
  readonly value: number;
  readonly sum: number;
  readonly bias: number;
  readonly terms: readonly Term[];
  /** The place in `terms` of the product that is furthest from 0; the way goes on there. */
  readonly largest: number;
}

export interface Trace {
  readonly steps: readonly TraceStep[];
  /** Where the way ends: the input. */
  readonly input: Place & { readonly value: number };
}

/** The first of those furthest from 0. */
export function largestOf(products: readonly number[]): number {
  let best = 0;
  products.forEach((product, i) => {
    if (Math.abs(product) > Math.abs(products[best]!)) best = i;
  });
  return best;
}

export function stepAt(passes: readonly LayerPass[], { layer, node }: Place): TraceStep {
  const pass = passes[layer - 1]!;
  const terms = pass.inputs.map((input, from) => ({
    from,
    input,
    weight: pass.weights[from]![node]!,
    product: pass.products[from]![node]!,
  }));
  return {
    layer,
    node,
    value: pass.outputs[node]!,
    sum: pass.sums[node]!,
    bias: pass.biases[node]!,
    terms,
    largest: largestOf(terms.map(({ product }) => product)),
  };
}

/** From a number back to the input, by the largest product of each sum. An input's own way is empty. */
export function traceFrom(passes: readonly LayerPass[], start: Place): Trace {
  const steps: TraceStep[] = [];
  let node = start.node;
  for (let layer = start.layer; layer > 0; layer--) {
    const step = stepAt(passes, { layer, node });
    steps.push(step);
    node = step.terms[step.largest]!.from;
  }
  return { steps, input: { layer: 0, node, value: passes[0]!.inputs[node]! } };
}

/** The lines between numbers that the way passes, as `NetworkDiagram` names them. */
export const edgesOf = ({ steps }: Trace): string[] =>
  steps.map(({ layer, node, terms, largest }) => `${layer - 1}.${terms[largest]!.from}.${node}`);

/** The neurons that the way passes, as `NetworkDiagram` names them. */
export const nodesOf = ({ steps, input }: Trace): string[] => [
  ...steps.map(({ layer, node }) => `${layer}.${node}`),
  `${input.layer}.${input.node}`,
];
