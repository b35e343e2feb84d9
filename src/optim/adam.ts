/** Adam (Kingma & Ba 2015), in PyTorch's form. */
import { ValueError } from "../errors.js";
import {
  add,
  binary,
  cast,
  constant,
  div,
  like,
  mul,
  type Node,
  stretch,
  sub,
  unary,
} from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { nonNegative, Optimizer, type OptimizerFactory, type Slot, type Update } from "./optimizer.js";

/** What adam takes beside the learning rate. */
export interface AdamOptions {
  /** Decay of the averages of the gradient and of its square; [0.9, 0.999] by default. */
  readonly betas?: readonly [number, number];
  /** Added to the root; 1e-8 by default. */
  readonly eps?: number;
  /** L2 penalty: weightDecay * p is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
}

/** Adam; made by {@link adam}. */
export class Adam extends Optimizer {
  /** All settings but the learning rate. */
  readonly options: Required<AdamOptions>;

  constructor(parameters: readonly Tensor[], lr: number, options: AdamOptions = {}) {
    super(parameters, lr);
    this.options = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, ...options };
    for (const beta of this.options.betas) {
      if (!(beta >= 0 && beta < 1))
        throw new ValueError(`optim.adam: betas must be at least 0 and below 1, got ${beta}`);
    }
    nonNegative("eps", this.options.eps);
    nonNegative("weightDecay", this.options.weightDecay);
  }

  protected slots({ shape, dtype }: Tensor): Slot[] {
    return [
      { shape, dtype },
      { shape, dtype },
      { shape: [], dtype: "float64" },
    ];
  }

  /**
   * m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps).
   * The count t is a tensor in float64, so that every step is the same graph and 1 - b2^t keeps its digits.
   */
  protected update(p: Node, gradient: Node, state: readonly Node[], lr: Node): Update {
    const { betas, eps, weightDecay } = this.options;
    const g = weightDecay === 0 ? gradient : add(gradient, mul(p, like(p, weightDecay)));
    const [m, v, t] = state;
    const count = add(t!, constant(1, "float64"));
    const correction = (beta: number): Node =>
      sub(constant(1, "float64"), binary("pow", constant(beta, "float64"), count));
    const spread = (x: Node): Node => stretch(cast(x, p.dtype), p.shape);
    const blend = (old: Node, fresh: Node, beta: number): Node =>
      add(mul(old, like(p, beta)), mul(fresh, like(p, 1 - beta)));
    const mean = blend(m!, g, betas[0]);
    const square = blend(v!, mul(g, g), betas[1]);
    const root = div(unary("sqrt", square), spread(unary("sqrt", correction(betas[1]))));
    const rate = div(lr, spread(correction(betas[0])));
    const value = sub(p, mul(rate, div(mean, add(root, like(p, eps)))));
    return { value, state: [mean, square, count] };
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
  (lr = 1e-3, options?: AdamOptions): OptimizerFactory =>
  (parameters) =>
    new Adam(parameters, lr, options);
