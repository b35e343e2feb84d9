/** What all optimizers share: the parameters, their state, and one computation for a whole step. */
import { DTypeError, FormatError, ShapeError, ValueError } from "../errors.js";
import {
  allocate,
  buffer,
  cast,
  type DType,
  detach,
  type Node,
  reshape,
  stretch,
  where,
} from "../graph/index.js";
import { formatShape, sameShape, sizeOf } from "../shape/index.js";
import { capture, guard, hostValue, outside } from "../tensor/capture.js";
import { noGrad, realize, Tensor, takePendingLosses, zerosLike } from "../tensor/index.js";
import { isParameter } from "../tensor/tensor.js";

/** Makes an optimizer for parameters: `optim.sgd(0.1)(model.parameters())`. */
export type OptimizerFactory = (parameters: readonly Tensor[]) => Optimizer;

/** One piece of an optimizer's state for one parameter. */
export interface Slot {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

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
  /** The state of each parameter, zeros at first. The tensors stay; steps assign to them. */
  private readonly state = new Map<Tensor, Tensor[]>();
  /** Parameters whose state is that of a step. */
  private readonly moved = new Set<Tensor>();
  /** How often the set of those changed. */
  private moves = 0;
  /** Is the first update of a parameter another than the update from a state of zeros? */
  protected readonly firstDiffers: boolean = false;

  constructor(parameters: readonly Tensor[], lr: number) {
    if (parameters.length === 0) throw new ValueError("optim: there are no parameters to optimize");
    for (const parameter of parameters) {
      if (!(parameter instanceof Tensor)) throw new DTypeError("optim: parameters must be tensors");
      if (isParameter(parameter)) continue;
      throw new ValueError(
        parameter.requiresGrad
          ? "optim: a parameter must not be computed from others; give the tensors with requiresGrad themselves"
          : "optim: a parameter does not have requiresGrad",
      );
    }
    nonNegative("lr", lr);
    this.parameters = [...new Set(parameters)];
    this.lr = lr;
  }

  /** Shape and dtype of each piece of state that a parameter has once it has moved. */
  protected abstract slots(parameter: Tensor): readonly Slot[];

  /** The update of one parameter p with gradient g; its state is zeros at the `first`. */
  protected abstract update(p: Node, g: Node, state: readonly Node[], lr: Node, first: boolean): Update;

  private stateOf(parameter: Tensor): Tensor[] {
    const known = this.state.get(parameter);
    if (known !== undefined) return known;
    const state = outside(() =>
      this.slots(parameter).map(
        ({ shape, dtype }) => new Tensor(buffer(allocate(dtype, sizeOf(shape)), shape, dtype)),
      ),
    );
    this.state.set(parameter, state);
    return state;
  }

  private hasMoved(parameters: readonly Tensor[]): void {
    if (this.moved.size === this.parameters.length) return;
    const before = this.moved.size;
    for (const parameter of parameters) this.moved.add(parameter);
    if (this.moved.size !== before) this.moves++;
  }

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
   * @param onlyIf a bool of one element: where it is false, parameters and state stay as they are
   * @throws ShapeError where `onlyIf` has more than one element
   * @throws DTypeError where it is not bool
   * @example
   * ```ts
   * const w = array([1, 2], { requiresGrad: true });
   * const optimizer = optim.sgd(0.5)([w]);
   * w.sum().backward();
   * optimizer.step();
   * String(w); // [0.5 1.5]
   * ```
   */
  step(onlyIf?: Tensor): void {
    const condition = onlyIf === undefined ? undefined : conditionOf(onlyIf);
    noGrad(() => {
      const moving = this.parameters.filter(({ grad }) => grad !== null);
      // A leaf and not a constant: another rate is then the same graph.
      const rate = hostValue("float64", [], (before) =>
        before?.[0] === this.lr ? before : Float64Array.of(this.lr),
      );
      if (this.firstDiffers) guard(this, () => this.moves);
      const targets = moving.flatMap((parameter) => [parameter, ...this.stateOf(parameter)]);
      const values = moving.flatMap((parameter) => {
        const [p, ...state] = [parameter, ...this.stateOf(parameter)].map(({ node }) => detach(node));
        const lr = stretch(cast(rate, p!.dtype), p!.shape);
        const update = this.update(p!, gradientOf(parameter), state, lr, !this.moved.has(parameter));
        const old = [p!, ...state];
        return [update.value, ...update.state].map(
          (fresh, k) => new Tensor(condition === undefined ? fresh : choose(condition, fresh, old[k]!)),
        );
      });
      computeTogether([...values, ...moving.map(({ grad }) => grad!)], takePendingLosses());
      targets.forEach((target, i) => {
        target.assign(values[i]!);
      });
      if (capture === undefined) this.hasMoved(moving);
      else capture.after(() => this.hasMoved(moving));
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
      (this.moved.has(parameter) ? this.stateOf(parameter) : []).map(
        (tensor, k) => [`${i}.${k}`, tensor.detach()] as const,
      ),
    );
    return Object.fromEntries(entries);
  }

  /**
   * Takes over a state that `stateDict` gave. Nothing is changed unless everything fits.
   *
   * @throws FormatError where the names are not those of this optimizer's state
   * @throws ShapeError, DTypeError where a tensor is not what it has to be
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
    const known = new Set<string>();
    const taken = this.parameters.map((parameter, i) => {
      const slots = this.slots(parameter);
      const names = slots.map((_, k) => `${i}.${k}`);
      for (const name of names) known.add(name);
      const there = names.filter((name) => Object.hasOwn(state, name));
      if (there.length !== 0 && there.length !== names.length) {
        throw new FormatError(`optimizer state: of ${names.join(", ")} there are only ${there.join(", ")}`);
      }
      return there.map((name, k) => checkSlot(name, state[name]!, slots[k]!));
    });
    const unexpected = Object.keys(state).filter((name) => !known.has(name));
    if (unexpected.length > 0) throw new FormatError(`optimizer state: unexpected ${unexpected.join(", ")}`);
    this.moves++;
    this.parameters.forEach((parameter, i) => {
      const given = taken[i]!;
      if (given.length > 0) this.moved.add(parameter);
      else this.moved.delete(parameter);
      this.stateOf(parameter).forEach((tensor, k) => {
        tensor.assign(given[k] ?? zerosLike(tensor));
      });
    });
  }
}

/** The condition of an update as one bool, without history. */
function conditionOf(onlyIf: Tensor): Node {
  if (!(onlyIf instanceof Tensor) || onlyIf.dtype !== "bool")
    throw new DTypeError("optim: onlyIf must be a tensor of bool, such as loss.isFinite()");
  if (onlyIf.size !== 1) {
    throw new ShapeError(
      `optim: onlyIf must have one element, it has shape ${formatShape(onlyIf.shape)}; use all()`,
    );
  }
  return reshape(onlyIf.node, []);
}

const choose = (condition: Node, fresh: Node, old: Node): Node =>
  where(stretch(condition, fresh.shape), fresh, old);

function checkSlot(name: string, given: Tensor, { shape, dtype }: Slot): Tensor {
  if (!(given instanceof Tensor)) throw new DTypeError(`optimizer state: ${name} is not a tensor`);
  if (!sameShape(given.shape, shape)) {
    throw new ShapeError(
      `optimizer state: ${name} has shape ${formatShape(given.shape)}, needed is ${formatShape(shape)}`,
    );
  }
  if (given.dtype !== dtype) {
    throw new DTypeError(`optimizer state: ${name} has dtype ${given.dtype}, needed is ${dtype}`);
  }
  return given.detach();
}

/** A parameter's gradient, without history: what comes of it is state and not a function. */
function gradientOf({ grad, shape, dtype }: Tensor): Node {
  if (!sameShape(grad!.shape, shape) || grad!.dtype !== dtype) {
    throw new ShapeError(
      `optim: a gradient has shape ${formatShape(grad!.shape)} and dtype ${grad!.dtype}, its parameter ${formatShape(shape)} and ${dtype}`,
    );
  }
  return detach(grad!.node);
}

/** Computes the update, and along with it losses that nobody has read; an error in those is theirs alone. */
function computeTogether(update: readonly Tensor[], losses: readonly Tensor[]): void {
  try {
    realize([...update, ...losses]);
  } catch {
    realize(update);
  }
}

/** Throws unless a setting is a number of at least 0. */
export function nonNegative(name: string, value: number): void {
  if (!(value >= 0 && value < Infinity))
    throw new ValueError(`optim: ${name} must be a number of at least 0, got ${value}`);
}
