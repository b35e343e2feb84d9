/** Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), in PyTorch's form. */
import { add, binary, div, mul, type Node, sub, unary } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { filled, type ParameterList, stated } from "./groups.js";
import {
  COUNT,
  Optimizer,
  type OptimizerFactory,
  type Settings,
  type Slot,
  type Update,
} from "./optimizer.js";
import { blend, decayed, minus, next, over, penalized, power, root, spread } from "./scalar.js";
import { checkBetas, nonNegative } from "./settings.js";

/** What adam takes beside the learning rate. */
export interface AdamOptions {
  /** Decay of the averages of the gradient and of its square; [0.9, 0.999] by default. */
  readonly betas?: readonly [number, number];
  /** Added to the root; 1e-8 by default. */
  readonly eps?: number;
  /** L2 penalty: weightDecay * p is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
  /** Divide by the largest average of squares so far (Reddi, Kale and Kumar 2018)? false by default. */
  readonly amsgrad?: boolean;
  /** Go up the gradient instead of down? false by default. */
  readonly maximize?: boolean;
  /** Shrink the parameter by itself and leave the gradient alone, as adamw does? false by default. */
  readonly decoupledWeightDecay?: boolean;
}

const USUAL: Required<AdamOptions> = {
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  decoupledWeightDecay: false,
};

/** Adam; made by {@link adam}. */
export class Adam extends Optimizer<Required<AdamOptions>> {
  constructor(parameters: ParameterList<AdamOptions>, lr: number, options: AdamOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
  }

  protected check({ betas, eps, weightDecay }: Required<AdamOptions>): void {
    checkBetas("adam", betas);
    nonNegative("eps", eps);
    nonNegative("weightDecay", weightDecay);
  }

  /** The averages of the gradient and its square, the count, and with amsgrad the largest average of squares. */
  protected slots({ shape, dtype }: Tensor, { amsgrad }: Required<AdamOptions>): Slot[] {
    const average = { shape, dtype };
    return [average, average, COUNT, ...(amsgrad ? [average] : [])];
  }

  /**
   * m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps).
   * The count t is a tensor in float64, so that every step is the same graph and 1 - b2^t keeps its digits.
   */
  protected update(
    p: Node,
    gradient: Node,
    [m, v, t, largest]: readonly Node[],
    { options, lr, momentum: beta1 }: Settings<Required<AdamOptions>>,
  ): Update {
    const { betas, eps, weightDecay, decoupledWeightDecay: decoupled } = options;
    const g = penalized(gradient, p, decoupled ? 0 : weightDecay);
    const from = decayed(p, lr, decoupled ? weightDecay : 0);
    const count = next(t!);
    const mean = blend(m!, g, beta1);
    const square = blend(v!, mul(g, g), betas[1]);
    const most = largest === undefined ? [] : [binary("maximum", largest, square)];
    const correction = root(minus(1, power(betas[1], count)));
    const deviation = div(unary("sqrt", most[0] ?? square), spread(correction, p));
    const rate = over(lr, minus(1, power(beta1, count)));
    const value = sub(from, mul(spread(rate, p), div(mean, add(deviation, spread(eps, p)))));
    return { value, state: [mean, square, count, ...most] };
  }
}

/**
 * Adam: steps of about lr (0.001) whatever the scale of the gradient. With gradient g at step t,
 * m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
 * (Kingma and Ba 2015, Adam: A Method for Stochastic Optimization, algorithm 1).
 *
 * @throws ValueError where lr, eps or weightDecay is negative, or a beta is not in [0, 1)
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.adam(0.1)([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * String(w); // [0.90000004 1.9       ]
 * ```
 */
export const adam =
  (lr = 1e-3, options?: AdamOptions): OptimizerFactory<AdamOptions, Adam> =>
  (parameters) =>
    new Adam(parameters, lr, options);

/** What adamw takes beside the learning rate: Adam's settings, with a weightDecay of 0.01 by default. */
export type AdamWOptions = Omit<AdamOptions, "decoupledWeightDecay">;

/** AdamW; made by {@link adamw}. */
export class AdamW extends Adam {
  constructor(parameters: ParameterList<AdamWOptions>, lr: number, options: AdamWOptions = {}) {
    super(parameters, lr, { weightDecay: 0.01, decoupledWeightDecay: true, ...stated(options) });
  }
}

/**
 * AdamW: Adam whose weight decay shrinks the parameter by itself, (1 - lr weightDecay) p, and does not come into the
 * averages of the gradient. lr is 0.001 and weightDecay 0.01 by default (Loshchilov and Hutter 2019, Decoupled Weight
 * Decay Regularization).
 *
 * @throws ValueError where lr, eps or weightDecay is negative, or a beta is not in [0, 1)
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.adamw(0.1, { weightDecay: 0.5 })([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * String(w); // [0.85 1.8 ]
 * ```
 */
export const adamw =
  (lr = 1e-3, options?: AdamWOptions): OptimizerFactory<AdamWOptions, AdamW> =>
  (parameters) =>
    new AdamW(parameters, lr, options);
