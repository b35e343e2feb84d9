/** What all optimizers share: the parameters, their state, and one computation for a whole step. */
import { ValueError } from "../errors.js";
import { constant, type Node, stretch } from "../graph/index.js";
import { noGrad, realize, Tensor, takePendingLosses } from "../tensor/index.js";

/** Makes an optimizer for parameters: `optim.sgd(0.1)(model.parameters())`. */
export type OptimizerFactory = (parameters: readonly Tensor[]) => Optimizer;

/** What an update gives: the parameter's new value, and the new values of its state in order. */
export interface Update {
  readonly value: Node;
  readonly state: readonly Node[];
}

/**
 * What all optimizers share: they hold parameters and change them by their `.grad`. Those that maru has are made by
 * {@link sgd} and {@link adam}.
 */
export abstract class Optimizer {
  /** What is learned, each tensor once. */
  readonly parameters: readonly Tensor[];
  /** The learning rate; may be changed between steps. */
  lr: number;
  private readonly state = new Map<Tensor, Tensor[]>();

  constructor(parameters: readonly Tensor[], lr: number) {
    if (parameters.length === 0) throw new ValueError("optim: there are no parameters to optimize");
    const constants = parameters.filter((parameter) => !parameter.requiresGrad).length;
    if (constants > 0) throw new ValueError(`optim: ${constants} of the parameters do not have requiresGrad`);
    nonNegative("lr", lr);
    this.parameters = [...new Set(parameters)];
    this.lr = lr;
  }

  /** The update of one parameter p with gradient g; `state` is empty at first. */
  protected abstract update(p: Node, g: Node, state: readonly Node[], lr: Node): Update;

  /**
   * Forgets the gradients: `backward()` would add to them.
   *
   * @example
   * ```ts
   * const w = array([1], { requiresGrad: true });
   * const optimizer = optim.sgd(0.1)([w]);
   * w.sum().backward();
   * optimizer.zeroGrad();
   * w.grad; // null
   * ```
   */
  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.grad = null;
  }

  /**
   * Updates every parameter that has a gradient; forward, backward and update are computed in one go.
   *
   * @example
   * ```ts
   * const w = array([1, 2], { requiresGrad: true });
   * const optimizer = optim.sgd(0.5)([w]);
   * w.sum().backward();
   * optimizer.step();
   * String(w); // [0.5 1.5]
   * ```
   */
  step(): void {
    noGrad(() => {
      const moving = this.parameters.filter(({ grad }) => grad !== null);
      const updates = moving.map((parameter) => {
        const p = parameter.detach().node;
        const g = parameter.grad!.node;
        const state = (this.state.get(parameter) ?? []).map(({ node }) => node);
        return this.update(p, g, state, stretch(constant(this.lr, p.dtype), p.shape));
      });
      const values = updates.map(({ value }) => new Tensor(value));
      const states = updates.map(({ state }) => state.map((node) => new Tensor(node)));
      realize([...values, ...states.flat(), ...moving.map(({ grad }) => grad!), ...takePendingLosses()]);
      moving.forEach((parameter, i) => {
        parameter.assign(values[i]!);
        this.state.set(parameter, states[i]!);
      });
    });
  }

  /**
   * The state of every parameter as tensors, for a checkpoint: `0.0` is the first of the first parameter.
   *
   * @example
   * ```ts
   * const w = array([1], { requiresGrad: true });
   * const optimizer = optim.adam(0.1)([w]);
   * w.sum().backward();
   * optimizer.step();
   * Object.keys(optimizer.stateDict()); // ["0.0", "0.1", "0.2"]
   * ```
   */
  stateDict(): Record<string, Tensor> {
    const entries = this.parameters.flatMap((parameter, i) =>
      (this.state.get(parameter) ?? []).map((tensor, k) => [`${i}.${k}`, tensor] as const),
    );
    return Object.fromEntries(entries);
  }

  /**
   * Takes over a state that `stateDict` gave.
   *
   * @example
   * ```ts
   * const w = array([1], { requiresGrad: true });
   * const [first, second] = [optim.sgd(0.1, { momentum: 0.9 })([w]), optim.sgd(0.1, { momentum: 0.9 })([w])];
   * w.sum().backward();
   * first.step();
   * second.loadStateDict(first.stateDict());
   * String(second.stateDict()["0.0"]); // [1.]
   * ```
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    this.parameters.forEach((parameter, i) => {
      const own: Tensor[] = [];
      for (let k = 0; Object.hasOwn(state, `${i}.${k}`); k++) own.push(state[`${i}.${k}`]!);
      if (own.length > 0) this.state.set(parameter, own);
    });
  }
}

/** Throws unless a setting is a number of at least 0. */
export function nonNegative(name: string, value: number): void {
  if (!(value >= 0 && value < Infinity))
    throw new ValueError(`optim: ${name} must be a number of at least 0, got ${value}`);
}
