/**
 * Captures a function: runs it once on tensors without values, and makes a recording of the graph that it leaves.
 * Every tensor from outside that the function touches gets a leaf of its own in that graph, a slot; what stands in the
 * tensor afterwards is what each run has to put there. When the capture ends, well or badly, all is as it was before.
 */
import { CaptureError } from "../errors.js";
import {
  buffer,
  type DType,
  forgetNodes,
  isOp,
  leafFrom,
  type Node,
  Storage,
  type TypedArray,
  variable,
} from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import { type Capture, type HostValue, underCapture } from "./capture.js";
import { bare, type Entry, planOf } from "./plan.js";
import { flavourOf, type HostInput, Recording, type Slot } from "./recording.js";
import { isRecording } from "./runtime.js";
import { build, refuseArgument, refuseResult, type Tree, treeOf } from "./signature.js";
import { held, heldGrad, hold, holdGrad, Tensor, takeUnread } from "./tensor.js";

/** The values of a leaf in a capture: none. Whoever asks for them has kept a tensor that nobody computed. */
function noValues({ dtype, shape }: Node): Storage {
  return new Storage(dtype, sizeOf(shape), undefined, {
    read() {
      throw new CaptureError(
        "this tensor was made inside a compiled function, which did not return it: it was never computed; return it from the function, or assign() it to a tensor from outside",
      );
    },
  });
}

/** A leaf that stands for values to come. While the capture goes on it counts as not computed. */
function placeholder(like: Node): Node {
  const leaf = leafFrom(noValues(like), like.shape);
  leaf.storage = undefined;
  return leaf;
}

const close = (leaf: Node): void => {
  if (isOp(leaf, "buffer")) leaf.storage = leaf.attrs.storage;
};

export class Trace implements Capture {
  readonly #fn: (...args: never[]) => unknown;
  readonly #pinned: ReadonlySet<Tensor>;
  readonly #arguments: readonly Tree[];
  readonly #given: Tensor[] = [];
  readonly #entries: Entry[] = [];
  readonly #byStand = new Map<Tensor, Entry>();
  readonly #hosts: (HostInput & { readonly leaf: Node })[] = [];
  readonly #guards = new Map<object, { read: () => unknown; value: unknown }>();
  readonly #checks: { entry: Entry; check: (values: TypedArray) => void }[] = [];
  readonly #before: (HostInput | (() => void))[] = [];
  readonly #after: (() => void)[] = [];
  readonly #undo: (() => void)[] = [];
  /** Nodes made before this one were there before the capture. */
  #first = 0;
  /** Arguments that turned out to be known from outside too. */
  readonly found = new Set<Tensor>();

  constructor(fn: (...args: never[]) => unknown, args: readonly unknown[], pinned: ReadonlySet<Tensor>) {
    this.#fn = fn;
    this.#pinned = pinned;
    const number = (tensor: Tensor): number => this.#given.push(tensor) - 1;
    this.#arguments = args.map((arg) => treeOf(arg, number, refuseArgument));
  }

  /** The recording, or undefined where arguments were `found` that must be pinned first. */
  record(): Recording | undefined {
    const unread = takeUnread();
    let done = false;
    forgetNodes();
    this.#first = buffer(new Uint8Array(0), [0], "bool").id;
    try {
      const result = underCapture(this, () => this.#call());
      if (this.found.size > 0) return undefined;
      const recording = this.#finish(result);
      done = true;
      return recording;
    } finally {
      this.#restore();
      if (!done) for (const undo of this.#undo.reverse()) undo();
      takeUnread(unread);
      forgetNodes();
    }
  }

  #call(): unknown {
    const stands = this.#given.map((tensor, i) => this.#standFor(tensor, i));
    const args = this.#arguments.map((tree) => build(tree, (i) => stands[i]!));
    const result = this.#fn(...(args as never[]));
    if (!isPromise(result)) {
      this.#meetAll(result);
      return result;
    }
    result.then(undefined, () => undefined);
    throw new CaptureError(
      "compile: the function is asynchronous, and what it computes after waiting cannot be captured; wait outside of it",
    );
  }

  /** Tensors from outside may be handed through without ever having been looked at. */
  #meetAll(result: unknown): void {
    const met = new Set<Tensor>();
    const meet = (tensor: Tensor): number => {
      if (met.has(tensor)) return 0;
      met.add(tensor);
      this.touch(tensor);
      const gradient = heldGrad(tensor);
      if (gradient !== null && !this.#byStand.has(tensor)) meet(gradient);
      return 0;
    };
    treeOf(result, meet, refuseResult);
    // The list grows while it is gone through.
    for (const { stand, grad } of this.#entries) {
      const gradient = heldGrad(stand);
      if (grad !== undefined && gradient !== null) meet(gradient);
    }
  }

  #standFor(tensor: Tensor, i: number): Tensor {
    const first = this.#given.indexOf(tensor);
    const same = this.#entries.find(({ place }) => place.kind === "argument" && place.index === first);
    return (same ?? this.#enter(tensor, { kind: "argument", index: i }, this.#pinned.has(tensor))).stand;
  }

  /** Gives a tensor from outside a leaf of its own. */
  #enter(real: Tensor, place: Slot["place"], itself: boolean): Entry {
    const node = held(real);
    const flavour = flavourOf(node);
    if (flavour === "derived" && isRecording()) {
      throw new CaptureError(
        "compile: the function uses a tensor that was computed outside of it with derivatives, which would be cut off; compute it inside, or detach() it",
      );
    }
    const leaf = placeholder(node);
    const entered = flavour === "variable" ? variable(leaf) : leaf;
    const stand = itself ? real : new Tensor(entered);
    const entry: Entry = {
      place,
      stand,
      real,
      flavour,
      node,
      leaf,
      entered,
      grad: undefined,
      standGrad: undefined,
      withoutGrad: false,
    };
    hold(stand, entered);
    this.#entries.push(entry);
    this.#byStand.set(stand, entry);
    return entry;
  }

  touch(handle: object): void {
    const tensor = handle as Tensor;
    if (held(tensor).id < this.#first) this.adopt(tensor);
  }

  adopt(handle: object): void {
    const tensor = handle as Tensor;
    if (this.#byStand.has(tensor)) return;
    if (this.#given.includes(tensor)) this.found.add(tensor);
    this.#enter(tensor, { kind: "handle", handle: tensor }, true);
  }

  #entryOf(handle: object): Entry | undefined {
    this.touch(handle);
    return this.#byStand.get(handle as Tensor);
  }

  readGrad(handle: object): void {
    const entry = this.#entryOf(handle);
    if (entry === undefined || entry.grad !== undefined) return;
    entry.grad = heldGrad(entry.real);
    entry.withoutGrad = entry.grad === null;
    entry.standGrad =
      entry.grad === null
        ? null
        : this.#enter(entry.grad, { kind: "gradient", of: this.#entries.indexOf(entry) }, false).stand;
    holdGrad(entry.stand, entry.standGrad);
  }

  writeGrad(handle: object): void {
    const entry = this.#entryOf(handle);
    if (entry !== undefined && entry.grad === undefined) entry.grad = heldGrad(entry.real);
  }

  guard(key: object, read: () => unknown): void {
    if (!this.#guards.has(key)) this.#guards.set(key, { read, value: read() });
  }

  host(dtype: DType, shape: readonly number[], read: HostValue): Node {
    const data = read(undefined);
    const leaf = placeholder(buffer(data, shape, dtype));
    const host = { dtype, read, data, leaf, input: -1 };
    this.#hosts.push(host);
    this.#before.push(host);
    return leaf;
  }

  before(action: () => void): void {
    this.#before.push(action);
  }

  after(action: () => void): void {
    this.#after.push(action);
  }

  undo(action: () => void): void {
    this.#undo.push(action);
  }

  check(node: Node, check: (values: TypedArray) => void): void {
    const entry = this.#entries.find(({ leaf }) => leaf === bare(node));
    if (entry !== undefined) this.#checks.push({ entry, check });
  }

  /** Puts everything from outside back as it was. */
  #restore(): void {
    this.#close();
    for (const entry of this.#entries) {
      if (entry.stand !== entry.real) continue;
      hold(entry.real, entry.node);
      if (entry.grad !== undefined) holdGrad(entry.real, entry.grad);
    }
  }

  /** What the function has left behind, as a recording. */
  #finish(result: unknown): Recording {
    this.#close();
    return new Recording(
      planOf({
        entries: this.#entries,
        byStand: this.#byStand,
        hosts: this.#hosts,
        checks: this.#checks,
        result,
        arguments: this.#arguments,
        aliases: this.#given.map((tensor) => this.#given.indexOf(tensor)),
        pinned: new Map([...this.#given.entries()].filter(([, tensor]) => this.#pinned.has(tensor))),
        guards: [...this.#guards.values()],
        before: this.#before,
        after: this.#after,
      }),
    );
  }

  #close(): void {
    for (const { leaf } of this.#entries) close(leaf);
    for (const { leaf } of this.#hosts) close(leaf);
  }
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
