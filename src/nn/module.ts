/** Modules: anything that holds parameters. Names of parameters are PyTorch's, so that its weights load. */
import { guard } from "../tensor/capture.js";
import { Tensor } from "../tensor/index.js";
import { isParameter } from "../tensor/tensor.js";
import { addForwardHook, type ForwardHook, type HookHandle } from "./hooks.js";
import { castExactly, compareState, type LoadReport, refuseDifferences, type StateDict } from "./state.js";

/**
 * The base of layers and of networks of one's own. Tensors and modules in its fields (also in lists) are found by
 * themselves: those with `requiresGrad` are its parameters, the others its buffers.
 *
 * @example
 * ```ts
 * class Net extends nn.Module {
 *   hidden = nn.linear(2, 4);
 *   out = nn.linear(4, 1);
 *   forward(x: Tensor) {
 *     return this.out.forward(this.hidden.forward(x).tanh());
 *   }
 * }
 * new Net().parameters().length; // 4
 * ```
 */
export abstract class Module {
  private learning = true;

  /** Is this module learning (true) or being used (false)? Dropout and its like ask. */
  get training(): boolean {
    guard(this, () => this.learning);
    return this.learning;
  }

  set training(on: boolean) {
    this.learning = on;
  }

  /** Everything in a list, a record or a module's fields: tensors that are not results of others, and modules. */
  private *entries(holder: object, prefix: string): Generator<[string, Tensor | Module]> {
    for (const [field, value] of Object.entries(holder) as [string, unknown][]) {
      const name = prefix + field;
      if (value instanceof Tensor) {
        if (!value.requiresGrad || isParameter(value)) yield [name, value];
      } else if (value instanceof Module) yield* value.within(`${name}.`);
      else if (isHolder(value)) yield* this.entries(value, `${name}.`);
    }
  }

  /** This module and everything in it. A container may name its children otherwise. */
  protected *within(prefix: string): Generator<[string, Tensor | Module]> {
    yield [prefix.slice(0, -1), this];
    yield* this.entries(this, prefix);
  }

  /**
   * The tensors to learn, by name, as PyTorch names them.
   *
   * @example
   * ```ts
   * nn.sequential(nn.linear(2, 3), nn.relu()).namedParameters().map(([name]) => name); // ["0.weight", "0.bias"]
   * ```
   */
  namedParameters(): [string, Tensor][] {
    return this.namedTensors().filter(([, tensor]) => tensor.requiresGrad);
  }

  /**
   * The tensors to learn: what an optimizer takes.
   *
   * @example
   * ```ts
   * nn.linear(2, 3).parameters().map(({ shape }) => shape); // [[3, 2], [3]]
   * ```
   */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, tensor]) => tensor);
  }

  private namedTensors(): [string, Tensor][] {
    const found = [...this.within("")].filter(
      (entry): entry is [string, Tensor] => entry[1] instanceof Tensor,
    );
    const seen = new Set<Tensor>();
    return found.filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor));
  }

  /**
   * This module (under the name "") and all modules in it, by name.
   *
   * @example
   * ```ts
   * nn.sequential(nn.linear(2, 3), nn.relu()).namedModules().map(([name]) => name); // ["", "0", "1"]
   * ```
   */
  namedModules(): [string, Module][] {
    return [...this.within("")].filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }

  /**
   * All tensors by name, parameters and buffers, detached: what a checkpoint holds.
   *
   * @example
   * ```ts
   * Object.keys(nn.linear(2, 3).stateDict()); // ["weight", "bias"]
   * ```
   */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(this.namedTensors().map(([name, tensor]) => [name, tensor.detach()]));
  }

  /**
   * Takes over the values of a state dict, in the module's own dtypes: floats are cast, whole numbers and booleans only
   * where every value stays what it is. Nothing is changed unless everything fits; with `strict: false` what fits is
   * taken over. Gives what did not fit.
   *
   * @throws FormatError naming all that is missing, unexpected and misshapen, or a value that its dtype cannot hold
   * @throws ShapeError where only shapes differ, naming them all
   * @example
   * ```ts
   * const [a, b] = [nn.linear(2, 1), nn.linear(2, 1)];
   * b.loadStateDict(a.stateDict());
   * String(b.weight) === String(a.weight); // true
   * nn.linear(2, 1, { bias: false }).loadStateDict(a.stateDict(), { strict: false }).unexpected; // ["bias"]
   * ```
   */
  loadStateDict(state: StateDict, { strict = true }: { readonly strict?: boolean } = {}): LoadReport {
    const own = new Map(this.namedTensors());
    const report = compareState(own, state);
    if (strict) refuseDifferences(report);
    const left = new Set([...report.missing, ...report.misshapen.map(({ name }) => name)]);
    const values = [...own].flatMap(([name, tensor]) =>
      left.has(name) ? [] : [[tensor, castExactly(name, state[name]!, tensor)] as const],
    );
    for (const [tensor, value] of values) tensor.assign(value);
    return report;
  }

  /**
   * Calls a function whenever this module has computed: with the module, its (first) input and its output. What it returns,
   * if anything, takes the output's place. The order is that of registering. It works in plain calls; in a compiled
   * function it is called while the function is captured, with tensors that have no values yet, and what it computes from
   * them becomes part of the program: to read values return them from the function. Put hooks on before the first call.
   *
   * @example
   * ```ts
   * const model = nn.sequential(nn.linear(2, 3), nn.relu());
   * const shapes: number[][] = [];
   * const handle = model.layers[0]!.registerForwardHook((_, __, output) => void shapes.push([...output.shape]));
   * model.forward(zeros([5, 2]));
   * handle.remove();
   * model.forward(zeros([6, 2]));
   * shapes; // [[5, 3]]
   * ```
   */
  registerForwardHook<I = Tensor, O = Tensor>(hook: ForwardHook<this, I, O>): HookHandle {
    return addForwardHook(this, hook as Parameters<typeof addForwardHook>[1]);
  }

  /**
   * Sets this module and all in it to learning (or, with false, to being used), and gives the module itself.
   *
   * @example
   * ```ts
   * nn.sequential(nn.relu()).train(false).training; // false
   * ```
   */
  train(on = true): this {
    for (const [, module] of this.namedModules()) module.training = on;
    return this;
  }

  /**
   * Sets this module and all in it to being used: the same as `train(false)`.
   *
   * @example
   * ```ts
   * nn.sequential(nn.relu()).eval().training; // false
   * ```
   */
  eval(): this {
    return this.train(false);
  }
}

/** Lists and plain records may hold tensors and modules; other objects are their own business. */
function isHolder(value: unknown): value is object {
  if (Array.isArray(value)) return true;
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
