/** Adagrad (Duchi, Hazan & Singer 2011), in PyTorch's form. */
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
import { next, over, penalized, plus, spread, times } from "./scalar.js";
import { nonNegative } from "./settings.js";

/** What adagrad takes beside the learning rate. */
export interface AdagradOptions {
  /** At step t the learning rate is lr / (1 + (t - 1) lrDecay); 0 by default. */
  readonly lrDecay?: number;
  /** L2 penalty: weightDecay * p is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
  /** What the sum of squares begins with; 0 by default. */
  readonly initialAccumulatorValue?: number;
  /** Added to the root; 1e-10 by default. */
  readonly eps?: number;
  /** Go up the gradient instead of down? false by default. */
  readonly maximize?: boolean;
}

const USUAL: Required<AdagradOptions> = {
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  maximize: false,
};

/** Adagrad; made by {@link adagrad}. */
export class Adagrad extends Optimizer<Required<AdagradOptions>> {
  constructor(parameters: ParameterList<AdagradOptions>, lr: number, options: AdagradOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
  }

  protected check(options: Required<AdagradOptions>): void {
    for (const name of ["lrDecay", "weightDecay", "initialAccumulatorValue", "eps"] as const)
      nonNegative(name, options[name]);
  }

  /** The sum of the squares, and the count. */
  protected slots({ shape, dtype }: Tensor, { initialAccumulatorValue }: Required<AdagradOptions>): Slot[] {
    return [{ shape, dtype, fill: initialAccumulatorValue }, COUNT];
  }

  /** s = s + g^2, p - lr / (1 + (t - 1) lrDecay) g / (sqrt(s) + eps). */
  protected update(
    p: Node,
    gradient: Node,
    [sum, t]: readonly Node[],
    { options, lr }: Settings<Required<AdagradOptions>>,
  ): Update {
    const { lrDecay, weightDecay, eps } = options;
    const g = penalized(gradient, p, weightDecay);
    const squares = add(sum!, mul(g, g));
    const rate = lrDecay === 0 ? lr : over(lr, plus(1, times(t!, lrDecay)));
    const direction = div(g, add(unary("sqrt", squares), spread(eps, p)));
    return { value: sub(p, mul(spread(rate, p), direction)), state: [squares, next(t!)] };
  }
}

/**
 * Adagrad: the more a parameter has moved, the smaller its steps. With s the sum of g^2 so far it is
 * p - lr / (1 + (t - 1) lrDecay) g / (sqrt(s) + eps); lr is 0.01 by default (Duchi, Hazan and Singer 2011, Adaptive
 * Subgradient Methods for Online Learning and Stochastic Optimization, in PyTorch's form).
 *
 * @throws ValueError where lr or a setting is negative
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.adagrad(0.5)([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * String(w); // [0.5 1.5]
 * ```
 */
export const adagrad =
  (lr = 1e-2, options?: AdagradOptions): OptimizerFactory<AdagradOptions, Adagrad> =>
  (parameters) =>
    new Adagrad(parameters, lr, options);
