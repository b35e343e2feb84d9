/** What all optimizers share: the parameters, their state, and one computation for a whole step. */
import { DTypeError, FormatError, ShapeError, ValueError } from "../errors.js";
import {
  allocate,
  buffer,
  type DType,
  detach,
  type Node,
  neg,
  reshape,
  stretch,
  where,
} from "../graph/index.js";
import { formatShape, sameShape, sizeOf } from "../shape/index.js";
import { capture, guard, hostValue, outside } from "../tensor/capture.js";
import { noGrad, realize, Tensor, takePendingLosses } from "../tensor/index.js";
import { type CommonOptions, type Group, groupsOf, type ParameterList } from "./groups.js";
import type { Scalar } from "./scalar.js";

/**
 * Makes an optimizer for parameters: `optim.sgd(0.1)(model.parameters())`, or for groups with settings of their own:
 * `optim.sgd(0.1)([{ params: body }, { params: head, lr: 1 }])`.
 */
export type OptimizerFactory<O = object, Made extends Optimizer = Optimizer> = (
  parameters: ParameterList<O>,
) => Made;

/** One piece of an optimizer's state for one parameter; it begins with `fill` everywhere, 0 where that is not said. */
export interface Slot {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly fill?: number;
}

/** What an update gives: the parameter's new value, and the new values of its state in order. */
export interface Update {
  readonly value: Node;
  readonly state: readonly Node[];
}

/** The settings of a step of one group. */
export interface Settings<O> {
  readonly options: O;
  /** The learning rate: 0-d in float64. */
  readonly lr: Node;
  /** The momentum or first beta; a node where a schedule moves it. */
  readonly momentum: Scalar;
  /** Is it the parameter's first update? Told only where the optimizer's `firstDiffers`. */
  readonly first: boolean;
}

/** A count of steps, in float64 so that what is computed of it keeps its digits. */
export const COUNT: Slot = { shape: [], dtype: "float64" };

const beginning = ({ shape, dtype, fill = 0 }: Slot): Tensor =>
  new Tensor(buffer(allocate(dtype, sizeOf(shape)).fill(fill), shape, dtype));

/** A value of the host at every step: a leaf and not a constant, so that another value is the same graph. */
const valueOf = (read: () => number): Node =>
  hostValue("float64", [], (before) => {
    const now = read();
    return before?.[0] === now ? before : Float64Array.of(now);
  });

/**
 * What all optimizers share: they hold parameters and change them by their `.grad`. Those that maru has are made by
 * {@link sgd}, {@link adam} and their like.
 */
export abstract class Optimizer<O extends CommonOptions = CommonOptions> {
  /** What is learned, each tensor once, in the order of the groups. */
  readonly parameters: readonly Tensor[];
  /** The parameters with the settings that they share; one group where a list of tensors was given. */
  readonly groups: readonly Group<O>[];
  /** All settings but the learning rate, for groups that state no others. */
  readonly options: O;
  /** The state of each parameter, as the slots say at first. The tensors stay; steps assign to them. */
  private readonly state = new Map<Tensor, Tensor[]>();
  /** Parameters whose state is that of a step. */
  private readonly moved = new Set<Tensor>();
  /** How often the set of those changed. */
  private moves = 0;

  constructor(parameters: ParameterList<Partial<O>>, lr: number, options: O) {
    this.options = options;
    this.check(options);
    this.groups = groupsOf(parameters, lr, options);
    for (const group of this.groups) this.check(group.options);
    this.parameters = this.groups.flatMap(({ params }) => params);
  }

  /**
   * The learning rate; may be changed between steps. Of several groups it is the first one's, and is set in
   * `groups[i].lr`.
   *
   * @throws ValueError when it is set and there are several groups
   */
  get lr(): number {
    return this.groups[0]!.lr;
  }

  set lr(lr: number) {
    if (this.groups.length > 1) {
      throw new ValueError(
        `optim: lr cannot be set, there are ${this.groups.length} groups with learning rates of their own; set groups[i].lr`,
      );
    }
    this.groups[0]!.lr = lr;
  }

  /** Throws a ValueError for settings that make no sense. It runs before the fields of a subclass are there. */
  protected abstract check(options: O): void;

  /** Shape, dtype and first value of each piece of state that a parameter has once it has moved. */
  protected abstract slots(parameter: Tensor, options: O): readonly Slot[];

  /** The update of one parameter p with gradient g. */
  protected abstract update(p: Node, g: Node, state: readonly Node[], settings: Settings<O>): Update;

  /** Is the first update of a parameter another than the update from a state as it begins? */
  protected firstDiffers(_options: O): boolean {
    return false;
  }

  private slotsOf(parameter: Tensor): readonly Slot[] {
    const { options } = this.groups.find(({ params }) => params.includes(parameter))!;
    return this.slots(parameter, options);
  }

  private stateOf(parameter: Tensor): Tensor[] {
    const known = this.state.get(parameter);
    if (known !== undefined) return known;
    const state = outside(() => this.slotsOf(parameter).map(beginning));
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
      if (this.groups.some(({ options }) => this.firstDiffers(options))) guard(this, () => this.moves);
      const changes = this.groups.flatMap((group) => this.changes(group));
      const values = changes.flatMap(({ old, fresh }) =>
        fresh.map((node, k) => new Tensor(condition === undefined ? node : choose(condition, node, old[k]!))),
      );
      const moving = changes.map(({ parameter }) => parameter);
      computeTogether([...values, ...moving.map(({ grad }) => grad!)], takePendingLosses());
      const targets = moving.flatMap((parameter) => [parameter, ...this.stateOf(parameter)]);
      targets.forEach((target, i) => {
        target.assign(values[i]!);
      });
      if (capture === undefined) this.hasMoved(moving);
      else capture.after(() => this.hasMoved(moving));
    });
  }

  /** What a step does to the parameters of a group that have gradients: values and state before and after. */
  private changes(group: Group<O>): Change[] {
    const moving = group.params.filter(({ grad }) => grad !== null);
    if (moving.length === 0) return [];
    const { options } = group;
    const lr = valueOf(() => group.lr);
    guard(group, () => group.momentumMoves);
    const momentum = group.momentumMoves ? valueOf(() => group.momentum!) : (group.momentum ?? 0);
    return moving.map((parameter) => {
      const [p, ...state] = [parameter, ...this.stateOf(parameter)].map(({ node }) => detach(node));
      const first = this.firstDiffers(options) && !this.moved.has(parameter);
      const gradient = gradientOf(parameter);
      const g = options.maximize === true ? neg(gradient) : gradient;
      const update = this.update(p!, g, state, { options, lr, momentum, first });
      return { parameter, old: [p!, ...state], fresh: [update.value, ...update.state] };
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
      const slots = this.slotsOf(parameter);
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
      const slots = this.slotsOf(parameter);
      this.stateOf(parameter).forEach((tensor, k) => {
        tensor.assign(given[k] ?? beginning(slots[k]!));
      });
    });
  }
}

/** A parameter with its value and state, before a step and after it. */
interface Change {
  readonly parameter: Tensor;
  readonly old: readonly Node[];
  readonly fresh: readonly Node[];
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
