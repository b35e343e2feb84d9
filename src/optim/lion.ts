/** Lion (Chen et al. 2023): steps by the sign of an interpolated momentum. */
import { mul, type Node, sub } from "../graph/index.js";
import { sign } from "../ops/index.js";
import type { Tensor } from "../tensor/index.js";
import { filled, type ParameterList } from "./groups.js";
import { Optimizer, type OptimizerFactory, type Settings, type Slot, type Update } from "./optimizer.js";
import { blend, decayed, spread } from "./scalar.js";
import { checkBetas, nonNegative } from "./settings.js";

/** What lion takes beside the learning rate. */
export interface LionOptions {
  /** How much of the momentum the direction keeps, and how much of it the momentum keeps; [0.9, 0.99] by default. */
  readonly betas?: readonly [number, number];
  /** Decoupled weight decay: the parameter shrinks by lr * weightDecay of itself; 0 by default. */
  readonly weightDecay?: number;
  /** Go up the gradient instead of down? false by default. */
  readonly maximize?: boolean;
}

const USUAL: Required<LionOptions> = { betas: [0.9, 0.99], weightDecay: 0, maximize: false };

/** Lion; made by {@link lion}. */
export class Lion extends Optimizer<Required<LionOptions>> {
  constructor(parameters: ParameterList<LionOptions>, lr: number, options: LionOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
  }

  protected check({ betas, weightDecay }: Required<LionOptions>): void {
    checkBetas("lion", betas);
    nonNegative("weightDecay", weightDecay);
  }

  protected slots({ shape, dtype }: Tensor): Slot[] {
    return [{ shape, dtype }];
  }

  /** (1 - lr weightDecay) p - lr sign(b1 m + (1 - b1) g), then m = b2 m + (1 - b2) g. */
  protected update(
    p: Node,
    g: Node,
    [m]: readonly Node[],
    { options, lr, momentum: beta1 }: Settings<Required<LionOptions>>,
  ): Update {
    const direction = sign(blend(m!, g, beta1));
    const value = sub(decayed(p, lr, options.weightDecay), mul(spread(lr, p), direction));
    return { value, state: [blend(m!, g, options.betas[1])] };
  }
}

/**
 * Lion: every element moves by lr, in the direction of the sign of b1 m + (1 - b1) g; then m = b2 m + (1 - b2) g. It wants a
 * learning rate some three to ten times smaller than Adam's, and is 0.0001 by default; the weight decay is decoupled (Chen
 * et al. 2023, Symbolic Discovery of Optimization Algorithms, algorithm 2).
 *
 * @throws ValueError where lr or weightDecay is negative, or a beta is not in [0, 1)
 * @example
 * ```ts
 * const w = array([1, -2], { requiresGrad: true });
 * const optimizer = optim.lion(0.25)([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * String(w); // [ 0.75 -1.75]
 * ```
 */
export const lion =
  (lr = 1e-4, options?: LionOptions): OptimizerFactory<LionOptions, Lion> =>
  (parameters) =>
    new Lion(parameters, lr, options);
