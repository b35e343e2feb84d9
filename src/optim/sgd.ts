/** Stochastic gradient descent, with PyTorch's forms of momentum, Nesterov momentum and weight decay. */
import { ValueError } from "../errors.js";
import { add, mul, type Node, sub } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { filled, type ParameterList } from "./groups.js";
import { Optimizer, type OptimizerFactory, type Settings, type Slot, type Update } from "./optimizer.js";
import { penalized, scaled, spread } from "./scalar.js";
import { nonNegative } from "./settings.js";

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
  /** Go up the gradient instead of down? false by default. */
  readonly maximize?: boolean;
}

const USUAL: Required<SgdOptions> = {
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
  maximize: false,
};

/** Stochastic gradient descent; made by {@link sgd}. */
export class SGD extends Optimizer<Required<SgdOptions>> {
  constructor(parameters: ParameterList<SgdOptions>, lr: number, options: SgdOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
  }

  protected check({ momentum, dampening, nesterov, weightDecay }: Required<SgdOptions>): void {
    nonNegative("momentum", momentum);
    nonNegative("weightDecay", weightDecay);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ValueError("optim.sgd: nesterov needs momentum and no dampening");
    }
  }

  protected override firstDiffers({ momentum, dampening }: Required<SgdOptions>): boolean {
    return momentum !== 0 && dampening !== 0;
  }

  protected slots({ shape, dtype }: Tensor, { momentum }: Required<SgdOptions>): Slot[] {
    return momentum === 0 ? [] : [{ shape, dtype }];
  }

  /** b = momentum b + (1 - dampening) g, at first g; then p - lr b, or with Nesterov p - lr (g + momentum b). */
  protected update(
    p: Node,
    gradient: Node,
    [buffer]: readonly Node[],
    { options, lr, momentum, first }: Settings<Required<SgdOptions>>,
  ): Update {
    const { dampening, nesterov, weightDecay } = options;
    const g = penalized(gradient, p, weightDecay);
    if (buffer === undefined) return { value: sub(p, mul(spread(lr, p), g)), state: [] };
    // From zeros it comes to g by itself, but for the dampening.
    const fresh = first ? g : scaled(g, 1 - dampening);
    const kept = add(scaled(buffer, momentum), fresh);
    const direction = nesterov ? add(g, scaled(kept, momentum)) : kept;
    return { value: sub(p, mul(spread(lr, p), direction)), state: [kept] };
  }
}

/**
 * Stochastic gradient descent: p - lr g, lr being 0.001 by default. With momentum p - lr b, where
 * b = momentum b + (1 - dampening) g and at first g; with Nesterov's p - lr (g + momentum b) (Sutskever, Martens, Dahl and
 * Hinton 2013, On the Importance of Initialization and Momentum in Deep Learning, in PyTorch's form).
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
  (lr = 1e-3, options?: SgdOptions): OptimizerFactory<SgdOptions, SGD> =>
  (parameters) =>
    new SGD(parameters, lr, options);
