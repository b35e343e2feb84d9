/** Groups of parameters: each with its own learning rate and settings. */
import { DTypeError, ValueError } from "../errors.js";
import { kindOf, refuseUnknown } from "../shape/index.js";
import { Tensor } from "../tensor/index.js";
import { isParameter } from "../tensor/tensor.js";
import { nonNegative } from "./settings.js";

/** Some of the parameters, with settings of their own; what it leaves out is as the optimizer was told. */
export type ParameterGroup<O = object> = {
  readonly params: readonly Tensor[];
  readonly lr?: number;
} & O;

/** What an optimizer takes: a list of tensors, or a list of groups. */
export type ParameterList<O = object> = readonly Tensor[] | readonly ParameterGroup<O>[];

/** Settings that every optimizer may have. */
export interface CommonOptions {
  readonly maximize?: boolean;
  readonly momentum?: number;
  readonly betas?: readonly [number, number];
}

/** Parameters of an optimizer with the settings that they share. */
export class Group<O extends CommonOptions = CommonOptions> {
  /** The learning rate; may be changed between steps, as schedules do. */
  lr: number;
  /** The learning rate that schedules count from, once one was made. */
  initialLr: number | undefined = undefined;
  private moved: number | undefined = undefined;

  constructor(
    /** What is learned, each tensor once. */
    readonly params: readonly Tensor[],
    lr: number,
    /** All settings but the learning rate. */
    readonly options: O,
  ) {
    this.lr = lr;
  }

  /**
   * The momentum, or the first of the betas; undefined where the optimizer has neither. May be changed between steps, as
   * `oneCycleLR` does.
   *
   * @throws ValueError when it is set and the optimizer was made without one
   */
  get momentum(): number | undefined {
    return this.moved ?? this.options.betas?.[0] ?? this.options.momentum;
  }

  set momentum(momentum: number) {
    const { betas, momentum: own = 0 } = this.options;
    if (betas === undefined && own === 0) {
      throw new ValueError(
        "optim: the momentum cannot be changed, the optimizer was made without one; give it a momentum when it is made",
      );
    }
    nonNegative("momentum", momentum);
    this.moved = momentum;
  }

  /** Was the momentum changed? Then it is a value that comes from the host at every step. */
  get momentumMoves(): boolean {
    return this.moved !== undefined;
  }
}

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

function checkParameter(parameter: unknown): void {
  if (!isTensor(parameter)) throw new DTypeError("optim: parameters must be tensors");
  if (isParameter(parameter)) return;
  throw new ValueError(
    parameter.requiresGrad
      ? "optim: a parameter must not be computed from others; give the tensors with requiresGrad themselves"
      : "optim: a parameter does not have requiresGrad",
  );
}

function groupOf<O extends CommonOptions>(
  given: ParameterGroup<Partial<O>>,
  lr: number,
  options: O,
): Group<O> {
  if (typeof given !== "object" || given === null || !Array.isArray(given.params)) {
    throw new DTypeError(
      `optim: a group must be a record with a list of tensors under params, got ${kindOf(given)}`,
    );
  }
  const { params, lr: ownLr = lr, ...own } = given;
  const unknown = Object.keys(own).filter((name) => !Object.hasOwn(options, name));
  if (unknown.length > 0) {
    const known = ["params", "lr", ...Object.keys(options)];
    throw new ValueError(`optim: a group has ${unknown.join(", ")}; it may have ${known.join(", ")}`);
  }
  for (const parameter of params) checkParameter(parameter);
  nonNegative("lr", ownLr);
  return new Group([...new Set(params)], ownLr, filled(options, own as unknown as Partial<O>));
}

/** The groups that a list of tensors (one group) or of groups means. */
export function groupsOf<O extends CommonOptions>(
  list: ParameterList<Partial<O>>,
  lr: number,
  options: O,
): Group<O>[] {
  nonNegative("lr", lr);
  if (!Array.isArray(list))
    throw new DTypeError(`optim: a list of parameters is needed, got ${kindOf(list)}`);
  const plain = list.every((item) => isTensor(item));
  const given = (plain ? [{ params: list }] : list) as readonly ParameterGroup<Partial<O>>[];
  if (given.some((item) => isTensor(item)))
    throw new DTypeError("optim: parameters must be tensors or groups, not some of each");
  const groups = given.map((group) => groupOf(group, lr, options));
  const all = groups.flatMap(({ params }) => params);
  if (all.length === 0) throw new ValueError("optim: there are no parameters to optimize");
  if (new Set(all).size !== all.length) throw new ValueError("optim: a parameter is in more than one group");
  return groups;
}

/**
 * Settings with those that were given in place of the usual ones.
 *
 * @throws ValueError where one was given that there is not
 */
export function filled<O extends object>(usual: O, given: Partial<O>): O {
  refuseUnknown("optim", given, Object.keys(usual));
  return { ...usual, ...stated(given) };
}

/** Those of some settings that are not undefined. */
export const stated = <O extends object>(given: O): O =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as O;
