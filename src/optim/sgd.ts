/** Stochastic gradient descent, with PyTorch's forms of momentum, Nesterov momentum and weight decay. */
import { ValueError } from "../errors.js";
import { add, like, mul, type Node, sub } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { nonNegative, Optimizer, type OptimizerFactory, type Update } from "./optimizer.js";

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

export class SGD extends Optimizer {
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
  }

  /** b = momentum b + (1 - dampening) g, at first g; then p - lr b, or with Nesterov p - lr (g + momentum b). */
  protected update(p: Node, gradient: Node, [buffer]: readonly Node[], lr: Node): Update {
    const { momentum, dampening, nesterov, weightDecay } = this.options;
    const scaled = (x: Node, factor: number): Node => mul(x, like(x, factor));
    const g = weightDecay === 0 ? gradient : add(gradient, scaled(p, weightDecay));
    if (momentum === 0) return { value: sub(p, mul(lr, g)), state: [] };
    const kept = buffer === undefined ? g : add(scaled(buffer, momentum), scaled(g, 1 - dampening));
    const direction = nesterov ? add(g, scaled(kept, momentum)) : kept;
    return { value: sub(p, mul(lr, direction)), state: [kept] };
  }
}

/**
 * Stochastic gradient descent: p - lr g.
 *
 * @example
 * ```ts
 * const optimizer = optim.sgd(0.1, { momentum: 0.9 })(model.parameters());
 * ```
 */
export const sgd =
  (lr: number, options?: SgdOptions): OptimizerFactory =>
  (parameters) =>
    new SGD(parameters, lr, options);
