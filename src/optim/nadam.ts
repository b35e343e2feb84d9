/** NAdam: Adam with Nesterov momentum (Dozat 2016), in PyTorch's form. */
import { add, div, mul, type Node, sub, unary } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { filled, type ParameterList } from "./groups.js";
import {
  COUNT,
  Optimizer,
  type OptimizerFactory,
  type Settings,
  type Slot,
  type Update,
} from "./optimizer.js";
import {
  blend,
  decayed,
  minus,
  next,
  over,
  penalized,
  plus,
  power,
  type Scalar,
  spread,
  times,
} from "./scalar.js";
import { checkBetas, nonNegative } from "./settings.js";

/** What nadam takes beside the learning rate. */
export interface NAdamOptions {
  /** Decay of the averages of the gradient and of its square; [0.9, 0.999] by default. */
  readonly betas?: readonly [number, number];
  /** Added to the root; 1e-8 by default. */
  readonly eps?: number;
  /** L2 penalty: weightDecay * p is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
  /** How fast the momentum warms up; 0.004 by default. */
  readonly momentumDecay?: number;
  /** Shrink the parameter by itself and leave the gradient alone, as adamw does? false by default. */
  readonly decoupledWeightDecay?: boolean;
  /** Go up the gradient instead of down? false by default. */
  readonly maximize?: boolean;
}

const USUAL: Required<NAdamOptions> = {
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
};

/** NAdam; made by {@link nadam}. */
export class NAdam extends Optimizer<Required<NAdamOptions>> {
  constructor(parameters: ParameterList<NAdamOptions>, lr: number, options: NAdamOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
  }

  protected check({ betas, eps, weightDecay, momentumDecay }: Required<NAdamOptions>): void {
    checkBetas("nadam", betas);
    nonNegative("eps", eps);
    nonNegative("weightDecay", weightDecay);
    nonNegative("momentumDecay", momentumDecay);
  }

  /** The averages of the gradient and its square, the count, and the product of the momenta so far. */
  protected slots({ shape, dtype }: Tensor): Slot[] {
    return [{ shape, dtype }, { shape, dtype }, COUNT, { ...COUNT, fill: 1 }];
  }

  /**
   * mu_t = b1 (1 - 0.96^(t momentumDecay) / 2), m and v as Adam's, d = sqrt(v / (1 - b2^t)) + eps;
   * p - lr ((1 - mu_t) / (1 - mu_1 ... mu_t) g + mu_(t+1) / (1 - mu_1 ... mu_(t+1)) m) / d.
   */
  protected update(
    p: Node,
    gradient: Node,
    [m, v, t, product]: readonly Node[],
    { options, lr, momentum: beta1 }: Settings<Required<NAdamOptions>>,
  ): Update {
    const { betas, eps, weightDecay, momentumDecay, decoupledWeightDecay: decoupled } = options;
    const g = penalized(gradient, p, decoupled ? 0 : weightDecay);
    const from = decayed(p, lr, decoupled ? weightDecay : 0);
    const count = next(t!);
    const warm = (step: Scalar): Scalar =>
      times(beta1, minus(1, times(0.5, power(0.96, times(step, momentumDecay)))));
    const [mu, muNext] = [warm(count), warm(plus(count, 1))];
    const so = times(product!, mu) as Node;
    const mean = blend(m!, g, beta1);
    const square = blend(v!, mul(g, g), betas[1]);
    const scale = spread(minus(1, power(betas[1], count)), p);
    const deviation = add(unary("sqrt", div(square, scale)), spread(eps, p));
    const ofGradient = over(times(lr, minus(1, mu)), minus(1, so));
    const ofMean = over(times(lr, muNext), minus(1, times(so, muNext)));
    const direction = add(mul(spread(ofGradient, p), g), mul(spread(ofMean, p), mean));
    return { value: sub(from, div(direction, deviation)), state: [mean, square, count, so] };
  }
}

/**
 * NAdam: Adam that looks ahead along its momentum, which warms up. With mu_t = b1 (1 - 0.96^(t momentumDecay) / 2), m and v
 * as {@link adam}'s and d = sqrt(v / (1 - b2^t)) + eps it is
 * p - lr ((1 - mu_t) / (1 - mu_1 ... mu_t) g + mu_(t+1) / (1 - mu_1 ... mu_(t+1)) m) / d; lr is 0.002 by default
 * (Dozat 2016, Incorporating Nesterov Momentum into Adam, in PyTorch's form).
 *
 * @throws ValueError where lr, eps, weightDecay or momentumDecay is negative, or a beta is not in [0, 1)
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.nadam(0.1)([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * w.lt(1).all().item(); // false
 * ```
 */
export const nadam =
  (lr = 2e-3, options?: NAdamOptions): OptimizerFactory<NAdamOptions, NAdam> =>
  (parameters) =>
    new NAdam(parameters, lr, options);
