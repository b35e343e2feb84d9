/** Adadelta (Zeiler 2012), in PyTorch's form. */
import { add, div, mul, type Node, sub, unary } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { filled, type ParameterList } from "./groups.js";
import { Optimizer, type OptimizerFactory, type Settings, type Slot, type Update } from "./optimizer.js";
import { blend, penalized, spread } from "./scalar.js";
import { between, nonNegative } from "./settings.js";

/** What adadelta takes beside the learning rate. */
export interface AdadeltaOptions {
  /** Decay of both averages of squares; 0.9 by default. */
  readonly rho?: number;
  /** Added under both roots; 1e-6 by default. */
  readonly eps?: number;
  /** L2 penalty: weightDecay * p is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
  /** Go up the gradient instead of down? false by default. */
  readonly maximize?: boolean;
}

const USUAL: Required<AdadeltaOptions> = { rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false };

/** Adadelta; made by {@link adadelta}. */
export class Adadelta extends Optimizer<Required<AdadeltaOptions>> {
  constructor(parameters: ParameterList<AdadeltaOptions>, lr: number, options: AdadeltaOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
  }

  protected check({ rho, eps, weightDecay }: Required<AdadeltaOptions>): void {
    between("rho", rho, 0, 1);
    nonNegative("eps", eps);
    nonNegative("weightDecay", weightDecay);
  }

  /** The averages of the squares of gradients and of steps. */
  protected slots({ shape, dtype }: Tensor): Slot[] {
    return [
      { shape, dtype },
      { shape, dtype },
    ];
  }

  /** v = rho v + (1 - rho) g^2, d = sqrt(u + eps) / sqrt(v + eps) g, u = rho u + (1 - rho) d^2, p - lr d. */
  protected update(
    p: Node,
    gradient: Node,
    [v, u]: readonly Node[],
    { options, lr }: Settings<Required<AdadeltaOptions>>,
  ): Update {
    const { rho, eps, weightDecay } = options;
    const g = penalized(gradient, p, weightDecay);
    const size = (squares: Node): Node => unary("sqrt", add(squares, spread(eps, p)));
    const square = blend(v!, mul(g, g), rho);
    const move = mul(div(size(u!), size(square)), g);
    const moves = blend(u!, mul(move, move), rho);
    return { value: sub(p, mul(spread(lr, p), move)), state: [square, moves] };
  }
}

/**
 * Adadelta: steps in the unit of the parameter, of the size of those before. With v and u the averages of the squares of
 * gradients and steps it is d = sqrt(u + eps) / sqrt(v + eps) g and p - lr d; lr is 1 by default (Zeiler 2012, ADADELTA:
 * An Adaptive Learning Rate Method).
 *
 * @throws ValueError where lr, eps or weightDecay is negative, or rho is not from 0 to 1
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.adadelta()([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * String(w.round(4)); // [0.9968 1.9968]
 * ```
 */
export const adadelta =
  (lr = 1, options?: AdadeltaOptions): OptimizerFactory<AdadeltaOptions, Adadelta> =>
  (parameters) =>
    new Adadelta(parameters, lr, options);
