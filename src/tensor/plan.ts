/**
 * From what a captured function has left behind to the plan of its runs: which nodes the device has to compute, which
 * leaves are inputs, and what becomes of the outputs. What needs no computing (a tensor that is handed through, a
 * constant) never reaches the device.
 */
import { CaptureError } from "../errors.js";
import { isOp, isVariable, type Node, topological } from "../graph/index.js";
import { sameShape } from "../shape/index.js";
import {
  type Flavour,
  flavourOf,
  type HostInput,
  type Place,
  type Plan,
  type Product,
  type Slot,
  type Value,
} from "./recording.js";
import { checkGraph, currentTarget } from "./runtime.js";
import { treeOf } from "./signature.js";
import { held, heldGrad, type Tensor } from "./tensor.js";

/** A tensor from outside while a function is captured. */
export interface Entry {
  readonly place: Slot["place"];
  /** The tensor as the function sees it: the real one, or one that stands for an argument or a `.grad`. */
  readonly stand: Tensor;
  readonly real: Tensor;
  readonly flavour: Flavour;
  /** What the real tensor held, and the leaf without a value that it holds meanwhile, marked as it was. */
  readonly node: Node;
  readonly leaf: Node;
  readonly entered: Node;
  /** Its `.grad`, once the function has asked for it or replaced it; undefined before. */
  grad: Tensor | null | undefined;
  /** What the function found as its `.grad`. */
  standGrad: Tensor | null | undefined;
  withoutGrad: boolean;
}

/** What a capture leaves behind. */
export interface Traced
  extends Pick<Plan, "arguments" | "aliases" | "pinned" | "guards" | "before" | "after"> {
  readonly entries: readonly Entry[];
  readonly byStand: ReadonlyMap<Tensor, Entry>;
  readonly hosts: readonly (HostInput & { readonly leaf: Node })[];
  readonly checks: readonly { readonly entry: Entry; readonly check: Plan["checks"][number]["check"] }[];
  readonly result: unknown;
}

/** The node below marks, which has the same values. */
function unmarked(node: Node): Node {
  let at = node;
  while (isOp(at, "detach") || isOp(at, "barrier") || isOp(at, "custom")) at = at.sources[0]!;
  return at;
}

/** The node below marks and reshapes, which has the same values in a shape of its own. */
export function bare(node: Node): Node {
  let at = unmarked(node);
  while (isOp(at, "reshape")) at = unmarked(at.sources[0]!);
  return at;
}

export const planOf = (traced: Traced): Plan => new Planner(traced).plan();

type Draft = { -readonly [K in keyof Value]: Value[K] };

class Planner {
  readonly #traced: Traced;
  readonly #slotOf: ReadonlyMap<Node, number>;
  readonly #outputs = new Map<Node, { readonly index: number; readonly values: Draft[] }>();
  readonly #products: Product[] = [];
  readonly #numbers = new Map<Tensor, number>();
  readonly #gradients: Plan["gradients"][number][] = [];
  /** Slots whose values are handed through as they are. */
  readonly #through = new Set<number>();

  constructor(traced: Traced) {
    this.#traced = traced;
    this.#slotOf = new Map(traced.entries.map(({ leaf }, i) => [leaf, i]));
  }

  plan(): Plan {
    const { entries, hosts, checks, result, ...same } = this.#traced;
    const updates = entries.flatMap((entry, slot) => this.#update(entry, slot));
    for (const [slot, entry] of entries.entries()) this.#gradient(entry, slot);
    const results: Place[] = [];
    const tree = treeOf(
      result,
      (tensor) => results.push(this.#placeOf(tensor)) - 1,
      () => undefined,
    );
    for (const { values } of this.#outputs.values())
      for (const value of values) value.shared = values.length > 1;

    const outputs = [...this.#outputs.keys()];
    checkGraph(outputs);
    const below = new Set(topological(outputs));
    const leaves = [...entries, ...hosts].map(({ leaf }) => leaf).filter((leaf) => below.has(leaf));
    const inputOf = (leaf: Node): number => leaves.indexOf(leaf);
    for (const host of hosts) host.input = inputOf(host.leaf);
    const overwrites = updates.filter((update) => this.#overwrites(update, inputOf));
    const checked = checks.map(({ entry, check }) => ({ slot: entries.indexOf(entry), check }));
    const slots = entries.map((entry, i): Slot => {
      const { place, leaf, flavour, withoutGrad } = entry;
      const input = inputOf(leaf);
      const read = input >= 0 || this.#through.has(i) || checked.some(({ slot }) => slot === i);
      const mutable = overwrites.some(({ slot }) => slot === i);
      return { place, shape: leaf.shape, dtype: leaf.dtype, flavour, withoutGrad, read, input, mutable };
    });
    const pairs = overwrites.map(({ slot, value }) => {
      const { from } = value as Value & { from: { kind: "output" } };
      return [from.index, slots[slot]!.input] as const;
    });
    const target = currentTarget();
    return {
      ...same,
      target,
      slots,
      hosts,
      checks: checked,
      program: outputs.length === 0 ? undefined : target.compile(outputs, leaves, pairs),
      inputs: leaves.length,
      products: this.#products,
      updates,
      gradients: this.#gradients,
      result: tree,
      results,
    };
  }

  /** Where the values of a node come from after a run. */
  #valueOf(node: Node): Value {
    const { shape } = node;
    const below = bare(node);
    const slot = this.#slotOf.get(below);
    if (slot !== undefined) {
      this.#through.add(slot);
      return { from: { kind: "slot", index: slot }, shape, shared: true };
    }
    if (below.storage !== undefined)
      return { from: { kind: "constant", storage: below.storage }, shape, shared: true };
    const at = unmarked(node);
    const output = this.#outputs.get(at) ?? { index: this.#outputs.size, values: [] };
    this.#outputs.set(at, output);
    const value: Draft = { from: { kind: "output", index: output.index }, shape, shared: false };
    output.values.push(value);
    return value;
  }

  /** A tensor from outside is a slot; one that the function has made is a product, of which each run makes another. */
  #placeOf(tensor: Tensor): Place {
    const entry = this.#traced.byStand.get(tensor);
    if (entry !== undefined) return { kind: "slot", index: this.#traced.entries.indexOf(entry) };
    const known = this.#numbers.get(tensor);
    if (known !== undefined) return { kind: "product", index: known };
    const node = held(tensor);
    const place: Place = { kind: "product", index: this.#products.length };
    this.#numbers.set(tensor, place.index);
    this.#products.push({ value: this.#valueOf(node), variable: isVariable(node) });
    const gradient = heldGrad(tensor);
    if (gradient !== null) this.#gradients.push({ of: place, is: this.#placeOf(gradient) });
    return place;
  }

  /** What has become of a tensor from outside: nothing, or new values. */
  #update(entry: Entry, slot: number): Plan["updates"][number][] {
    const node = held(entry.stand);
    if (node === entry.entered) return [];
    const flavour = flavourOf(node);
    if (flavour === "derived" || entry.flavour === "derived") {
      throw new CaptureError(
        "compile: the function wrote values with derivatives into a tensor from outside, where their history would be lost; write them detached, or return them",
      );
    }
    if (bare(node) === entry.leaf && flavour === entry.flavour && sameShape(node.shape, entry.leaf.shape))
      return [];
    return [{ slot, value: this.#valueOf(node), flavour }];
  }

  #gradient({ stand, grad, standGrad }: Entry, slot: number): void {
    if (grad === undefined) return;
    const gradient = heldGrad(stand);
    if (gradient === standGrad) return;
    const is = gradient === null ? null : this.#placeOf(gradient);
    this.#gradients.push({ of: { kind: "slot", index: slot }, is });
  }

  /**
   * May an update be written over the old values? Only where nothing else of this run has them: not under another
   * name, and not as the `.grad` of something, which may be any tensor.
   */
  #overwrites({ slot, value }: Plan["updates"][number], inputOf: (leaf: Node) => number): boolean {
    const { entries } = this.#traced;
    const { place, leaf } = entries[slot]!;
    if (value.from.kind !== "output" || value.shared || this.#through.has(slot) || inputOf(leaf) < 0)
      return false;
    if (place.kind === "gradient") return false;
    return place.kind === "handle" || !entries.some((entry) => entry.place.kind === "gradient");
  }
}
