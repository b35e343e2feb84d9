/** RMSprop (Tieleman & Hinton 2012), in PyTorch's form. */
import { add, div, mul, type Node, sub, unary } from "../graph/index.js";
import type { Tensor } from "../tensor/index.js";
import { filled, type ParameterList } from "./groups.js";
import { Optimizer, type OptimizerFactory, type Settings, type Slot, type Update } from "./optimizer.js";
import { blend, penalized, scaled, spread } from "./scalar.js";
import { nonNegative } from "./settings.js";

/** What rmsprop takes beside the learning rate. */
export interface RMSpropOptions {
  /** Decay of the average of squares; 0.99 by default. */
  readonly alpha?: number;
  /** Added to the root; 1e-8 by default. */
  readonly eps?: number;
  /** L2 penalty: weightDecay * p is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
  /** How much of the last direction is kept; 0 by default. */
  readonly momentum?: number;
  /** Divide by the deviation of the gradient instead of its size? false by default. */
  readonly centered?: boolean;
  /** Go up the gradient instead of down? false by default. */
  readonly maximize?: boolean;
}

const USUAL: Required<RMSpropOptions> = {
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};

/** RMSprop; made by {@link rmsprop}. */
export class RMSprop extends Optimizer<Required<RMSpropOptions>> {
  constructor(parameters: ParameterList<RMSpropOptions>, lr: number, options: RMSpropOptions = {}) {
    super(parameters, lr, filled(USUAL, options));
  }

  protected check(options: Required<RMSpropOptions>): void {
    for (const name of ["alpha", "eps", "weightDecay", "momentum"] as const) nonNegative(name, options[name]);
  }

  /** The average of the squares, with momentum the direction, and where it is centered the average of the gradient. */
  protected slots({ shape, dtype }: Tensor, { momentum, centered }: Required<RMSpropOptions>): Slot[] {
    const count = 1 + Number(momentum > 0) + Number(centered);
    return Array.from({ length: count }, () => ({ shape, dtype }));
  }

  /** v = alpha v + (1 - alpha) g^2, d = g / (sqrt(v) + eps), or centered sqrt(v - m^2); b = momentum b + d, p - lr b. */
  protected update(
    p: Node,
    gradient: Node,
    [v, ...others]: readonly Node[],
    { options, lr, momentum }: Settings<Required<RMSpropOptions>>,
  ): Update {
    const { alpha, eps, weightDecay, centered } = options;
    const g = penalized(gradient, p, weightDecay);
    const buffer = options.momentum > 0 ? others[0] : undefined;
    const square = blend(v!, mul(g, g), alpha);
    const mean = centered ? [blend(others.at(-1)!, g, alpha)] : [];
    const spare = mean.reduce((rest, average) => sub(rest, mul(average, average)), square);
    const direction = div(g, add(unary("sqrt", spare), spread(eps, p)));
    const kept = buffer === undefined ? [] : [add(scaled(buffer, momentum), direction)];
    const value = sub(p, mul(spread(lr, p), kept[0] ?? direction));
    return { value, state: [square, ...kept, ...mean] };
  }
}

/**
 * RMSprop: the gradient over its usual size. With v = alpha v + (1 - alpha) g^2 it is p - lr g / (sqrt(v) + eps); centered
 * it divides by sqrt(v - m^2), m being the average of g; with momentum it moves by b = momentum b + g / (sqrt(v) + eps). lr
 * is 0.01 by default (Tieleman and Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning; centered: Graves 2013).
 *
 * @throws ValueError where lr or a setting is negative
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.rmsprop(0.01, { alpha: 0.75 })([w]);
 * w.square().sum().backward();
 * optimizer.step();
 * String(w); // [0.98 1.98]
 * ```
 */
export const rmsprop =
  (lr = 1e-2, options?: RMSpropOptions): OptimizerFactory<RMSpropOptions, RMSprop> =>
  (parameters) =>
    new RMSprop(parameters, lr, options);
