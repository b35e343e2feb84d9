/**
 * A captured function, ready to be run again: one program of the device, where its inputs are found at a call, and what
 * becomes of its outputs. A call looks at what it is given, runs the program and binds the results; it makes no graph,
 * hashes nothing, and allocates only what it hands out.
 */
import { VerificationError } from "../errors.js";
import {
  type DType,
  isVariable,
  leafFrom,
  type Node,
  type Storage,
  storageOf,
  type TypedArray,
  variable,
} from "../graph/index.js";
import type { Program, Target } from "../targets/index.js";
import type { HostValue } from "./capture.js";
import { currentTarget, isRecording, noteRun } from "./runtime.js";
import { allMatch, build, type Tree } from "./signature.js";
import { held, heldGrad, hold, holdGrad, isUnseen, markSeen, realize, Tensor } from "./tensor.js";

/** How a tensor takes part in derivatives: not at all, as a variable, or as a result of variables. */
export type Flavour = "plain" | "variable" | "derived";

export const flavourOf = (node: Node): Flavour =>
  node.tracked ? (isVariable(node) ? "variable" : "derived") : "plain";

/** A tensor from outside that the function read or wrote. */
export interface Slot {
  /** Where it is found at a call: always this tensor, among the arguments, or as the `.grad` of another slot's tensor. */
  readonly place:
    | { readonly kind: "handle"; readonly handle: Tensor }
    | { readonly kind: "argument"; readonly index: number }
    | { readonly kind: "gradient"; readonly of: number };
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly flavour: Flavour;
  /** Did the function find no `.grad` on it? */
  readonly withoutGrad: boolean;
  /** Are its values wanted? */
  readonly read: boolean;
  /** Which input of the program it is, or -1. */
  readonly input: number;
  /** May the program write over its values, if nobody else sees them? */
  readonly mutable: boolean;
}

/** Where values come from after a run. */
export interface Value {
  readonly from:
    | { readonly kind: "output"; readonly index: number }
    | { readonly kind: "slot"; readonly index: number }
    | { readonly kind: "constant"; readonly storage: Storage };
  readonly shape: readonly number[];
  /** Does anyone else see the same values? */
  readonly shared: boolean;
}

/** A tensor made by the function that outlives it. */
export interface Product {
  readonly value: Value;
  readonly variable: boolean;
}

/** A tensor: of a slot, or a product. */
export interface Place {
  readonly kind: "slot" | "product";
  readonly index: number;
}

export interface HostInput {
  readonly dtype: DType;
  readonly read: HostValue;
  /** Which input of the program it is, or -1. */
  input: number;
  data: TypedArray;
}

export interface Plan {
  readonly target: Target;
  readonly arguments: readonly Tree[];
  /** For each tensor among the arguments the first of them that is the same. */
  readonly aliases: readonly number[];
  /** Arguments that must be these very tensors, since the function also knows them from outside. */
  readonly pinned: ReadonlyMap<number, Tensor>;
  readonly slots: readonly Slot[];
  readonly hosts: readonly HostInput[];
  readonly guards: readonly { readonly read: () => unknown; readonly value: unknown }[];
  readonly checks: readonly { readonly slot: number; readonly check: (values: TypedArray) => void }[];
  readonly before: readonly (HostInput | (() => void))[];
  readonly after: readonly (() => void)[];
  readonly program: Program | undefined;
  readonly inputs: number;
  readonly products: readonly Product[];
  readonly updates: readonly {
    readonly slot: number;
    readonly value: Value;
    readonly flavour: Flavour;
  }[];
  readonly gradients: readonly { readonly of: Place; readonly is: Place | null }[];
  readonly result: Tree;
  /** The tensors of the result, by their numbers in its tree. */
  readonly results: readonly Place[];
}

const NOTHING: Storage = storageOf("bool", new Uint8Array(0));
const NOBODY = new Tensor(leafFrom(NOTHING, [0]));
const NO_OUTPUTS: readonly Storage[] = [];

function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A `.grad` that each run makes anew, and that only the tensor has whose `.grad` it is. */
interface Renewable {
  readonly slot: number;
  readonly product: number;
  readonly output: number;
}

function renewableOf({ gradients, products, results }: Plan): Renewable[] {
  const isProduct = ({ kind, index }: Place, product: number): boolean =>
    kind === "product" && index === product;
  return gradients.flatMap(({ of, is }): Renewable[] => {
    if (of.kind !== "slot" || is?.kind !== "product") return [];
    const { value, variable } = products[is.index]!;
    if (value.from.kind !== "output" || value.shared || variable) return [];
    const isGiven = results.some((place) => isProduct(place, is.index));
    const uses = gradients.filter(({ of, is: other }) =>
      [of, other].some((place) => place !== null && isProduct(place, is.index)),
    );
    if (isGiven || uses.length > 1) return [];
    return [{ slot: of.index, product: is.index, output: value.from.index }];
  });
}

export class Recording {
  readonly #plan: Plan;
  readonly #recorded = isRecording();
  /** Tensors that the function knows from outside: none of them may come as an argument too, unless it is pinned. */
  readonly #handles: ReadonlySet<Tensor>;
  // What a call works with, made once.
  readonly #given: Tensor[] = [];
  readonly #tensors: Tensor[];
  readonly #values: Storage[];
  readonly #inputs: Storage[];
  readonly #mayOverwrite: boolean[];
  readonly #made: (Tensor | undefined)[] = [];
  readonly #renewable: readonly Renewable[];
  readonly #renewed: (Storage | undefined)[];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#handles = new Set(
      plan.slots.flatMap(({ place }) => (place.kind === "handle" ? [place.handle] : [])),
    );
    this.#tensors = plan.slots.map(() => NOBODY);
    this.#values = plan.slots.map(() => NOTHING);
    this.#inputs = new Array<Storage>(plan.inputs).fill(NOTHING);
    this.#mayOverwrite = new Array<boolean>(plan.inputs).fill(false);
    this.#renewable = renewableOf(plan);
    this.#renewed = new Array<Storage | undefined>(
      this.#renewable.reduce((most, { output }) => Math.max(most, output + 1), 0),
    ).fill(undefined);
    for (const host of plan.hosts)
      if (host.input >= 0) this.#inputs[host.input] = storageOf(host.dtype, host.data);
  }

  /** Is this the recording for a call with these arguments, as things are now? If so `run` may follow. */
  matches(args: readonly unknown[]): boolean {
    if (this.#finds(args) && this.#guardsHold()) return true;
    this.#forget();
    return false;
  }

  /** As `matches`, before the run that follows the capture itself, which has asked all guards. */
  findFirst(args: readonly unknown[]): void {
    if (!this.#finds(args))
      throw new VerificationError("compile: a recording does not fit the call that it was made of");
  }

  #finds(args: readonly unknown[]): boolean {
    const { target, arguments: trees } = this.#plan;
    if (target !== currentTarget() || this.#recorded !== isRecording()) return false;
    this.#given.length = 0;
    return allMatch(trees, args, this.#given) && this.#sameAliases() && this.#gather();
  }

  #sameAliases(): boolean {
    const { aliases, pinned } = this.#plan;
    for (let i = 0; i < aliases.length; i++) {
      const tensor = this.#given[i]!;
      if (this.#given.indexOf(tensor) !== aliases[i]) return false;
      if (pinned.size > 0 && pinned.has(i) ? pinned.get(i) !== tensor : this.#handles.has(tensor))
        return false;
    }
    return true;
  }

  /** Finds the tensors of all slots and their values; false where one is not as it was. */
  #gather(): boolean {
    const { slots } = this.#plan;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      const { place } = slot;
      const tensor =
        place.kind === "handle"
          ? place.handle
          : place.kind === "argument"
            ? this.#given[place.index]!
            : heldGrad(this.#tensors[place.of]!);
      if (place.kind === "gradient" && tensor !== null) markSeen(tensor, true);
      if (tensor === null || (slot.withoutGrad && heldGrad(tensor) !== null)) return false;
      let node = held(tensor);
      if (node.dtype !== slot.dtype || !sameSizes(node.shape, slot.shape)) return false;
      if (flavourOf(node) !== slot.flavour) return false;
      this.#tensors[i] = tensor;
      if (!slot.read) continue;
      if (node.storage === undefined) {
        realize([tensor], true);
        node = held(tensor);
      }
      const storage = node.storage!;
      this.#values[i] = storage;
      if (slot.input < 0) continue;
      this.#inputs[slot.input] = storage;
      this.#mayOverwrite[slot.input] = slot.mutable && !storage.lent;
    }
    return true;
  }

  #guardsHold(): boolean {
    for (const guard of this.#plan.guards) if (!Object.is(guard.read(), guard.value)) return false;
    return true;
  }

  /** It will not be run again. */
  release(): void {
    this.#plan.program?.release?.();
  }

  /** Runs the program on what `matches` has found, and binds what comes out. */
  run(first = false): unknown {
    const { program } = this.#plan;
    try {
      this.#begin(first);
      this.#offerGradients();
      const outputs = program?.run(this.#inputs, this.#mayOverwrite, this.#renewed) ?? NO_OUTPUTS;
      this.#keepRenewed(outputs);
      return this.#finish(outputs);
    } finally {
      this.#forget();
    }
  }

  /** As `run`, but where a page must not be kept waiting its event loop turns meanwhile; nothing is written over there. */
  async runSoon(first = false): Promise<unknown> {
    const { program } = this.#plan;
    if (program?.runAsync === undefined) return this.run(first);
    let [tensors, values]: [Tensor[], Storage[]] = [[], []];
    let outputs: Promise<readonly Storage[]>;
    try {
      this.#begin(first);
      [tensors, values] = [[...this.#tensors], [...this.#values]];
      outputs = program.runAsync(this.#inputs, this.#mayOverwrite);
    } finally {
      this.#forget();
    }
    const found = await outputs;
    // Other calls may have come and gone meanwhile.
    for (let i = 0; i < tensors.length; i++) {
      this.#tensors[i] = tensors[i]!;
      this.#values[i] = values[i]!;
    }
    try {
      return this.#finish(found);
    } finally {
      this.#forget();
    }
  }

  #begin(first: boolean): void {
    for (const { slot, check } of this.#plan.checks) {
      const { host } = this.#values[slot]!;
      if (host !== undefined) check(host);
    }
    if (!first) this.#prepare();
  }

  #finish(outputs: readonly Storage[]): unknown {
    const { program, after } = this.#plan;
    if (program !== undefined) noteRun(program.report);
    this.#bind(outputs);
    for (const action of after) action();
    return this.#results(outputs);
  }

  /** The `.grad`s of the last call may be renewed where nobody has looked at them. */
  #offerGradients(): void {
    for (const { slot, output } of this.#renewable) {
      const gradient = heldGrad(this.#tensors[slot]!);
      const storage = gradient !== null && isUnseen(gradient) ? held(gradient).storage : undefined;
      this.#renewed[output] = storage?.lent === false ? storage : undefined;
    }
  }

  #keepRenewed(outputs: readonly Storage[]): void {
    for (const { slot, output, product } of this.#renewable)
      if (outputs[output] === this.#renewed[output])
        this.#made[product] = heldGrad(this.#tensors[slot]!) as Tensor;
  }

  /** What the host does before a run, in the order of the function: fresh values, a generator set to a seed. */
  #prepare(): void {
    for (const step of this.#plan.before) {
      if (typeof step === "function") {
        step();
        continue;
      }
      const data = step.read(step.data);
      if (data === step.data) continue;
      step.data = data;
      if (step.input >= 0) this.#inputs[step.input] = storageOf(step.dtype, data);
    }
  }

  #valueOf({ from }: Value, outputs: readonly Storage[]): Storage {
    if (from.kind === "output") return outputs[from.index]!;
    return from.kind === "slot" ? this.#values[from.index]! : from.storage;
  }

  #bind(outputs: readonly Storage[]): void {
    const { updates, gradients } = this.#plan;
    for (const { slot, value, flavour } of updates) {
      const tensor = this.#tensors[slot]!;
      const storage = this.#valueOf(value, outputs);
      const before = held(tensor);
      // Written in place: the tensor's own leaf holds the new values already.
      if (before.storage === storage && flavourOf(before) === flavour) continue;
      const leaf = leafFrom(storage, value.shape);
      hold(tensor, flavour === "variable" ? variable(leaf) : leaf);
      // The leaf is the tensor's own; so is the mark above it, which has lent it.
      storage.lent = value.shared;
    }
    for (const { of, is } of gradients)
      holdGrad(this.#tensorAt(of, outputs), is === null ? null : this.#tensorAt(is, outputs));
    for (const { product } of this.#renewable) {
      const gradient = this.#made[product]!;
      markSeen(gradient, false);
      held(gradient).storage!.lent = false;
    }
  }

  #tensorAt({ kind, index }: Place, outputs: readonly Storage[]): Tensor {
    if (kind === "slot") return this.#tensors[index]!;
    const there = this.#made[index];
    if (there !== undefined) return there;
    const product = this.#plan.products[index]!;
    const leaf = leafFrom(this.#valueOf(product.value, outputs), product.value.shape);
    const tensor = new Tensor(leaf);
    if (product.variable) hold(tensor, variable(leaf));
    this.#made[index] = tensor;
    return tensor;
  }

  #results(outputs: readonly Storage[]): unknown {
    const { result, results } = this.#plan;
    if (result.kind === "value") return result.value;
    if (result.kind === "tensor") return this.#tensorAt(results[result.index]!, outputs);
    return build(result, (index) => this.#tensorAt(results[index]!, outputs));
  }

  /** Lets go of what belongs to one call only. */
  #forget(): void {
    this.#given.length = 0;
    this.#made.length = 0;
    this.#renewed.fill(undefined);
    const { slots } = this.#plan;
    for (let i = 0; i < slots.length; i++) {
      const { input } = slots[i]!;
      this.#tensors[i] = NOBODY;
      this.#values[i] = NOTHING;
      if (input >= 0) this.#inputs[input] = NOTHING;
    }
  }
}
