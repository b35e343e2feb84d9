/** Stochastic gradient descent, with PyTorch's forms of momentum, Nesterov momentum and weight decay. */
import { ValueError } from "../errors.js";
import { add, like, mul, type Node, sub } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { nonNegative, Optimizer, type OptimizerFactory, type Slot, type Update } from "./optimizer.js";

/** What sgd takes beside the learning rate. */
export interface SgdOptions {
  /** How much of the last direction is kept; 0 by default. */
  readonly momentum?: number;
  /** How much of the gradient the momentum leaves out; 0 by default. */
  readonly dampening?: number;
  /** Look ahead along the momentum (Nesterov 1983); needs momentum. */
  readonly nesterov?: boolean;
  /** L2 penalty: weightDecay * p is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
}

/** Stochastic gradient descent; made by {@link sgd}. */
export class SGD extends Optimizer {
  /** All settings but the learning rate. */
  readonly options: Required<SgdOptions>;

  constructor(parameters: readonly Tensor[], lr: number, options: SgdOptions = {}) {
    super(parameters, lr);
    this.options = { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...options };
    const { momentum, dampening, nesterov, weightDecay } = this.options;
    nonNegative("momentum", momentum);
    nonNegative("weightDecay", weightDecay);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ValueError("optim.sgd: nesterov needs momentum and no dampening");
    }
    this.firstDiffers = momentum !== 0 && dampening !== 0;
  }

  protected override readonly firstDiffers: boolean;

  protected slots({ shape, dtype }: Tensor): Slot[] {
    return this.options.momentum === 0 ? [] : [{ shape, dtype }];
  }

  /** b = momentum b + (1 - dampening) g, at first g; then p - lr b, or with Nesterov p - lr (g + momentum b). */
  protected update(p: Node, gradient: Node, [buffer]: readonly Node[], lr: Node, first: boolean): Update {
    const { momentum, dampening, nesterov, weightDecay } = this.options;
    const scaled = (x: Node, factor: number): Node => mul(x, like(x, factor));
    const g = weightDecay === 0 ? gradient : add(gradient, scaled(p, weightDecay));
    if (momentum === 0) return { value: sub(p, mul(lr, g)), state: [] };
    // From zeros it comes to g by itself, but for the dampening.
    const fresh = first && dampening !== 0 ? g : scaled(g, 1 - dampening);
    const kept = add(scaled(buffer!, momentum), fresh);
    const direction = nesterov ? add(g, scaled(kept, momentum)) : kept;
    return { value: sub(p, mul(lr, direction)), state: [kept] };
  }
}

/**
 * Stochastic gradient descent: p - lr g. With momentum p - lr b, where b = momentum b + (1 - dampening) g and at first g;
 * with Nesterov's p - lr (g + momentum b) (Sutskever, Martens, Dahl and Hinton 2013, On the Importance of Initialization
 * and Momentum in Deep Learning, in PyTorch's form).
 *
 * @throws ValueError where lr, momentum or weightDecay is negative, or nesterov has no momentum
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.sgd(0.1)([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * String(w); // [0.8 1.6]
 * ```
 */
export const sgd =
  (lr: number, options?: SgdOptions): OptimizerFactory =>
  (parameters) =>
    new SGD(parameters, lr, options);
