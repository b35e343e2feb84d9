/** Muon (Jordan et al. 2024): momentum whose direction is made orthogonal, for matrices; in PyTorch's form. */
import { ShapeError, ValueError } from "../errors.js";
import { add, binary, div, mul, type Node, permute, stretch, sub, unary } from "../graph/index.js";
import { matmul, sum } from "../ops/index.js";
import { formatShape } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { filled, type ParameterList } from "./groups.js";
import { Optimizer, type OptimizerFactory, type Settings, type Slot, type Update } from "./optimizer.js";
import { blend, decayed, scaled, spread, times } from "./scalar.js";
import { nonNegative, oneOf, wholeNumber } from "./settings.js";

/** What muon takes beside the learning rate. */
export interface MuonOptions {
  /** Decoupled weight decay: the parameter shrinks by lr * weightDecay of itself; 0.1 by default. */
  readonly weightDecay?: number;
  /** How much of the last direction is kept; 0.95 by default. */
  readonly momentum?: number;
  /** Look ahead along the momentum? true by default. */
  readonly nesterov?: boolean;
  /** The polynomial a x + b x^3 + c x^5 that brings singular values near 1; [3.4445, -4.775, 2.0315] by default. */
  readonly nsCoefficients?: readonly [number, number, number];
  /** The least that the direction's norm counts for; 1e-7 by default. */
  readonly eps?: number;
  /** How often the polynomial is applied; 5 by default. */
  readonly nsSteps?: number;
  /**
   * What lr is multiplied with for a matrix of A rows and B columns: "original" sqrt(max(1, A / B)), the default;
   * "matchRmsAdamw" 0.2 sqrt(max(A, B)), so that AdamW's settings serve; "spectralUnclamped" sqrt(A / B).
   */
  readonly adjustLrFn?: "original" | "matchRmsAdamw" | "spectralUnclamped";
}

const USUAL: Required<MuonOptions> = {
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: "original",
};

const ADJUST: Record<Required<MuonOptions>["adjustLrFn"], (rows: number, columns: number) => number> = {
  original: (rows, columns) => Math.sqrt(Math.max(1, rows / columns)),
  matchRmsAdamw: (rows, columns) => 0.2 * Math.sqrt(Math.max(rows, columns)),
  spectralUnclamped: (rows, columns) => Math.sqrt(rows / columns),
};

/** Muon; made by {@link muon}. */
export class Muon extends Optimizer<Required<MuonOptions>> {
  constructor(parameters: ParameterList<MuonOptions>, lr: number, options: MuonOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
    for (const { shape } of this.parameters) {
      if (shape.length === 2 && shape[0]! > 0 && shape[1]! > 0) continue;
      throw new ShapeError(
        `optim.muon: parameters must be matrices, got shape ${formatShape(shape)}; give the others to another optimizer, such as adamw`,
      );
    }
  }

  protected check(options: Required<MuonOptions>): void {
    for (const name of ["weightDecay", "momentum", "eps"] as const) nonNegative(name, options[name]);
    wholeNumber("nsSteps", options.nsSteps);
    if (options.nsSteps >= 100)
      throw new ValueError(`optim.muon: nsSteps must be below 100, got ${options.nsSteps}`);
    if (options.nsCoefficients.length !== 3 || !options.nsCoefficients.every(Number.isFinite)) {
      throw new ValueError(`optim.muon: nsCoefficients must be three numbers, got ${options.nsCoefficients}`);
    }
    oneOf("adjustLrFn", options.adjustLrFn, Object.keys(ADJUST));
  }

  protected slots({ shape, dtype }: Tensor): Slot[] {
    return [{ shape, dtype }];
  }

  /** b = momentum b + (1 - momentum) g; u = b, or with Nesterov momentum b + (1 - momentum) g; p - lr a NS(u). */
  protected update(
    p: Node,
    g: Node,
    [buffer]: readonly Node[],
    { options, lr, momentum }: Settings<Required<MuonOptions>>,
  ): Update {
    const { weightDecay, nesterov, adjustLrFn } = options;
    const kept = blend(buffer!, g, momentum);
    const direction = orthogonalized(nesterov ? blend(kept, g, momentum) : kept, options);
    const rate = times(lr, ADJUST[adjustLrFn](p.shape[0]!, p.shape[1]!));
    return { value: sub(decayed(p, lr, weightDecay), mul(spread(rate, p), direction)), state: [kept] };
  }
}

const transposed = (x: Node): Node => permute(x, [1, 0]);

/**
 * A matrix with the singular vectors of x and singular values near 1: x over its norm, then nsSteps times
 * x = a x + (b (x x') + c (x x')^2) x. It is done where x x' is the smaller of the two.
 */
function orthogonalized(x: Node, { nsCoefficients: [a, b, c], nsSteps, eps }: Required<MuonOptions>): Node {
  const tall = x.shape[0]! > x.shape[1]!;
  const wide = tall ? transposed(x) : x;
  const size = unary("sqrt", sum(mul(wide, wide)));
  let at = div(wide, stretch(binary("maximum", size, spread(eps, size)), wide.shape));
  for (let i = 0; i < nsSteps; i++) {
    const gram = matmul(at, transposed(at));
    const polynomial = add(scaled(gram, b), scaled(matmul(gram, gram), c));
    at = add(scaled(at, a), matmul(polynomial, at));
  }
  return tall ? transposed(at) : at;
}

/**
 * Muon, for the matrices of hidden layers: b = momentum b + (1 - momentum) g, and the step is lr times the nearest matrix to
 * b (with Nesterov's to momentum b + (1 - momentum) g) whose singular values are all alike, found by five steps of a
 * Newton-Schulz iteration. Weight decay is decoupled; lr is 0.001 by default. Biases, embeddings and other shapes belong to
 * another optimizer, such as {@link adamw} (Jordan et al. 2024, Muon: An optimizer for hidden layers in neural networks).
 *
 * The iteration is computed in the parameter's dtype, where PyTorch rounds to bfloat16.
 *
 * @throws ShapeError where a parameter is not a matrix
 * @throws ValueError where lr or a setting makes no sense
 * @example
 * ```ts
 * const w = array([[1, 0], [0, 1]], { requiresGrad: true });
 * const optimizer = optim.muon(0.1, { weightDecay: 0 })([w]);
 * w.mul(array([[3, 0], [0, 3]])).sum().backward();
 * optimizer.step();
 * String(w.round(2)); // [[0.89 0.  ]
 *                     //  [0.   0.89]]
 * ```
 */
export const muon =
  (lr = 1e-3, options?: MuonOptions): OptimizerFactory<MuonOptions, Muon> =>
  (parameters) =>
    new Muon(parameters, lr, options);
