/** Averages of weights as they move: often a better model than any single one of them. */
import { DTypeError, FormatError, ShapeError, ValueError } from "../errors.js";
import { isFloat } from "../graph/index.js";
import { Module } from "../nn/index.js";
import { formatShape, sameShape } from "../shape/index.js";
import { refuse } from "../tensor/capture.js";
import { noGrad, Tensor, where, zeros } from "../tensor/index.js";
import { between } from "./settings.js";

/** What ema takes beside the model. */
export interface EmaOptions {
  /** How much of the average each update keeps; 0.999 by default. */
  readonly decay?: number;
  /** Average a model's buffers too, those of floating point? false by default: they are copied. */
  readonly useBuffers?: boolean;
}

/** Where weights come from and go to, by name. */
interface Source {
  readonly read: () => Readonly<Record<string, Tensor>>;
  readonly write: (values: Readonly<Record<string, Tensor>>) => void;
  /** Names of what is learned; the rest are buffers. */
  readonly learned: ReadonlySet<string>;
}

/** Averages of the weights of a model; made by {@link ema}. */
export class Ema {
  /** How much of the average each update keeps. */
  readonly decay: number;
  /** Updates so far: 0-d, so that an update in a compiled function is the same each time. */
  private readonly count: Tensor = zeros([], { dtype: "int32" }) as Tensor;
  private readonly source: Source;
  private readonly averages: ReadonlyMap<string, Tensor>;
  /** Names of what is averaged; the rest is copied. */
  private readonly averaged: ReadonlySet<string>;
  /** The model's own values while the averages stand in it. */
  private kept: Readonly<Record<string, Tensor>> | undefined;

  constructor(model: Module | readonly Tensor[], { decay = 0.999, useBuffers = false }: EmaOptions = {}) {
    between("decay", decay, 0, 1);
    this.decay = decay;
    this.source = sourceOf(model);
    const { learned, read } = this.source;
    if (learned.size === 0) throw new ValueError("optim.ema: there are no parameters to average");
    const all = Object.entries(read());
    this.averages = new Map(all);
    const averaged = all.filter(([name, { dtype }]) => isFloat(dtype) && (useBuffers || learned.has(name)));
    this.averaged = new Set(averaged.map(([name]) => name));
  }

  /**
   * Takes the present weights into the averages: the first time it copies them, then average = decay average +
   * (1 - decay) weight. Call it after each step of the optimizer, in a compiled function too.
   *
   * @throws ValueError between `apply` and `restore`, when the averages themselves stand in the model
   * @example
   * ```ts
   * const w = array([1], { requiresGrad: true });
   * const average = optim.ema([w], { decay: 0.75 });
   * average.update();
   * w.assign(array([5]));
   * average.update();
   * String(average.stateDict()["module.0"]); // [2.]
   * ```
   */
  update(): void {
    if (this.kept !== undefined)
      throw new ValueError(
        "ema: update would average the averages, which stand in the model; restore() first",
      );
    noGrad(() => {
      const weights = this.source.read();
      const isFirst = this.count.eq(0) as Tensor;
      for (const [name, average] of this.averages) {
        const now = weights[name]!;
        const moved = (): Tensor => average.add(now.sub(average).mul(1 - this.decay)) as Tensor;
        average.assign(this.averaged.has(name) ? (where(isFirst, now, moved()) as Tensor) : now);
      }
      this.count.assign(this.count.add(1) as Tensor);
    });
  }

  /**
   * Writes the averages into the model that they are of, or into another one like it.
   *
   * @param target the other one; the averages' own model by default
   * @throws ShapeError, FormatError where the other one has other tensors; nothing has changed then
   * @example
   * ```ts
   * const [model, best] = [nn.linear(2, 1), nn.linear(2, 1)];
   * const average = optim.ema(model);
   * average.update();
   * average.copyTo(best);
   * String(best.weight) === String(model.weight); // true
   * ```
   */
  copyTo(target?: Module | readonly Tensor[]): void {
    const { write } = target === undefined ? this.source : sourceOf(target);
    write(this.values());
  }

  private values(): Record<string, Tensor> {
    return Object.fromEntries([...this.averages].map(([name, average]) => [name, average.detach()]));
  }

  /**
   * Puts the averages into the model, to measure or to use it; `restore` brings its own weights back.
   *
   * @throws ValueError where they are there already
   * @throws CaptureError inside a compiled function
   * @example
   * ```ts
   * const w = array([1], { requiresGrad: true });
   * const average = optim.ema([w]);
   * w.assign(array([5]));
   * average.apply();
   * String(w); // [1.]
   * average.restore();
   * String(w); // [5.]
   * ```
   */
  apply(): void {
    refuse("ema.apply", "call it outside, or write the averages into another model with copyTo");
    if (this.kept !== undefined) throw new ValueError("ema: apply was called already; restore() first");
    this.kept = this.source.read();
    this.copyTo();
  }

  /**
   * Puts the model's own weights back that `apply` has kept.
   *
   * @throws ValueError where `apply` was not called
   * @throws CaptureError inside a compiled function
   * @example
   * ```ts
   * const w = array([1], { requiresGrad: true });
   * const average = optim.ema([w]);
   * average.apply();
   * average.restore();
   * String(w); // [1.]
   * ```
   */
  restore(): void {
    refuse("ema.restore", "call it outside");
    const { kept } = this;
    if (kept === undefined) throw new ValueError("ema: there is nothing to restore; call apply() before");
    this.source.write(kept);
    this.kept = undefined;
  }

  /**
   * The averages by name, for a checkpoint; the names are those of PyTorch's AveragedModel.
   *
   * @example
   * ```ts
   * Object.keys(optim.ema(nn.linear(2, 1)).stateDict()); // ["n_averaged", "module.weight", "module.bias"]
   * ```
   */
  stateDict(): Record<string, Tensor> {
    const averages = Object.entries(this.values()).map(([name, value]) => [`module.${name}`, value]);
    return { n_averaged: this.count.detach(), ...Object.fromEntries(averages) };
  }

  /**
   * Takes over averages that `stateDict` gave. Nothing is changed unless everything fits.
   *
   * @throws FormatError where the names are others, ShapeError where a shape is
   * @example
   * ```ts
   * const [a, b] = [optim.ema(nn.linear(2, 1)), optim.ema(nn.linear(2, 1))];
   * b.loadStateDict(a.stateDict());
   * String(b.stateDict()["module.weight"]) === String(a.stateDict()["module.weight"]); // true
   * ```
   */
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    const own = new Map([["n_averaged", this.count]]);
    for (const [name, average] of this.averages) own.set(`module.${name}`, average);
    assignAll("loadStateDict", own, state);
  }
}

/** Assigns values by name, or where a name or a shape does not fit nothing. */
function assignAll(
  operation: string,
  own: ReadonlyMap<string, Tensor>,
  given: Readonly<Record<string, Tensor>>,
): void {
  const missing = [...own.keys()].filter((name) => !Object.hasOwn(given, name));
  const unexpected = Object.keys(given).filter((name) => !own.has(name));
  if (missing.length + unexpected.length > 0) {
    throw new FormatError(
      `ema: ${operation}: the names do not match; missing: ${missing.join(", ") || "none"}; unexpected: ${unexpected.join(", ") || "none"}`,
    );
  }
  for (const [name, tensor] of own) {
    const value: unknown = given[name];
    if (!(value instanceof Tensor)) throw new DTypeError(`ema: ${operation}: ${name} is not a tensor`);
    if (sameShape(tensor.shape, value.shape)) continue;
    throw new ShapeError(
      `ema: ${operation}: ${name} has shape ${formatShape(value.shape)}, needed is ${formatShape(tensor.shape)}`,
    );
  }
  for (const [name, tensor] of own) tensor.assign(given[name]!);
}

/** A model under its own names, or a list of parameters under their places. */
function sourceOf(model: Module | readonly Tensor[]): Source {
  if (model instanceof Module) {
    return {
      read: () => model.stateDict(),
      write: (values) => model.loadStateDict(values),
      learned: new Set(model.namedParameters().map(([name]) => name)),
    };
  }
  if (!Array.isArray(model) || !model.every((item) => item instanceof Tensor))
    throw new DTypeError("optim.ema: a model or a list of parameters is needed");
  const own = new Map(model.map((tensor: Tensor, i) => [String(i), tensor]));
  return {
    read: () => Object.fromEntries([...own].map(([name, tensor]) => [name, tensor.detach()])),
    write: (values) => assignAll("copyTo", own, values),
    learned: new Set(own.keys()),
  };
}

/**
 * An exponential moving average of a model's weights, as PyTorch's AveragedModel with get_ema_multi_avg_fn keeps it. It begins
 * with the weights as they are; call its `update()` after each step of the optimizer.
 *
 * @param model a model, or a list of its parameters
 * @throws ValueError where decay is not from 0 to 1, or there are no parameters
 * @example
 * ```ts
 * const model = nn.linear(2, 1);
 * const average = optim.ema(model, { decay: 0.99 });
 * const optimizer = optim.sgd(0.1)(model.parameters());
 * model.forward(array([[1, 2]])).sum().backward();
 * optimizer.step();
 * average.update();
 * String(average.stateDict()["n_averaged"]); // 1
 * ```
 */
export const ema = (model: Module | readonly Tensor[], options?: EmaOptions): Ema => new Ema(model, options);
