/** What the page and the worker of the first chapter tell each other. */

export const ACTIVATIONS = ["step", "sigmoid", "relu"] as const;
export type Activation = (typeof ACTIVATIONS)[number];
export const MEASUREMENTS = ["data", "power", "depth"] as const;
export type Measurement = (typeof MEASUREMENTS)[number];

/** How many examples there are to learn from. */
export const AMOUNTS = [8, 16, 32, 64, 128, 256, 512, 1024] as const;
/** Each amount is tried with so many draws. */
export const DRAWS = 3;
/** How many hidden layers there are. */
export const DEPTHS = [1, 2, 3, 4, 5, 6] as const;
/** What multiplies: the interpreter, compiled code on one thread, on all, the graphics processor. */
export const ENGINES = ["plain", "one", "all", "webgpu"] as const;
export type Engine = (typeof ENGINES)[number];

export interface Ask {
  readonly measure: Measurement;
  readonly seed: number;
}

/** Accuracy on new points after learning from `n`, of a network with two hidden layers and of a single line. */
export interface DataPoint {
  readonly n: number;
  readonly network: number;
  readonly line: number;
}

/** Multiplications and additions in a second, in thousands of millions; 0 where there is no such engine here. */
export interface PowerPoint {
  readonly engine: Engine;
  readonly threads: number;
  readonly rate: number;
}

export interface DepthPoint {
  readonly activation: Activation;
  readonly depth: number;
  readonly accuracy: number;
}

export type Answer =
  | { readonly kind: "data"; readonly point: DataPoint }
  | { readonly kind: "power"; readonly point: PowerPoint }
  | { readonly kind: "depth"; readonly point: DepthPoint }
  | { readonly kind: "done" };
