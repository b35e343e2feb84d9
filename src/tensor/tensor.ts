/**
 * Tensor: what a user holds. It is a handle on a graph node; its operations make new nodes (in the files beside this
 * one), and reading it computes what is not computed yet.
 */
import { DTypeError, GradientError, ShapeError, ValueError } from "../errors.js";
import {
  cast,
  type DType,
  detach,
  isFloat,
  isOp,
  isVariable,
  leafFrom,
  type Node,
  type Storage,
  type TypedArray,
  type TypedArrayOf,
  variable,
} from "../graph/index.js";
import { formatShape, kindOf, type Shape, sameShape, sizeOf } from "../shape/index.js";
import { capture, refuse } from "./capture.js";
import { type ElementOf, element, type NestedOf, nest } from "./nested.js";
import { formatArray, formatScalar, reprArray } from "./print/index.js";
import { compute, computeSoon, isComputing, isRecording } from "./runtime.js";

/** Untracked chains longer than this are computed at once, so that an endless loop stays level. */
const LONGEST_CHAIN = 64;

/** And so are chains in which derivatives were taken, as in a loop of updates that nobody reads. */
const LONGEST_HISTORY = 2000;

/**
 * An n-dimensional array of numbers on a device, lazily computed.
 *
 * `S` is its shape as a tuple type (dimensions may be `number`), `D` its dtype.
 *
 * @example
 * ```ts
 * const x = array([[1, 2], [3, 4]]);
 * x.shape; // [2, 2]
 * String(x.dot(x)); // [[ 7. 10.]
 *                   //  [15. 22.]]
 * ```
 */
export class Tensor<S extends Shape = Shape, D extends DType = DType> {
  private current: Node;
  private derivative: Tensor<S, D> | null = null;
  /** A `.grad` that a compiled function has made and nobody has asked for yet. */
  private unseen = false;

  constructor(node: Node) {
    this.current = node;
    if (node.storage !== undefined) node.storage.lent = true;
  }

  /** The graph node that this tensor stands for. */
  get node(): Node {
    if (capture !== undefined) capture.touch(this);
    const { current } = this;
    // Whoever takes the node may keep it, and its values must then not change.
    if (current.storage !== undefined) current.storage.lent = true;
    return current;
  }

  set node(node: Node) {
    if (capture !== undefined) capture.touch(this);
    this.current = node;
  }

  /** The derivative that `backward()` has gathered here, in this tensor's shape and dtype, or null. */
  get grad(): Tensor<S, D> | null {
    if (capture !== undefined) capture.readGrad(this);
    if (this.derivative?.unseen === true) this.derivative.unseen = false;
    return this.derivative;
  }

  set grad(gradient: Tensor<S, D> | null) {
    if (capture !== undefined) capture.writeGrad(this);
    this.derivative = gradient;
  }

  /** Sizes of the axes. */
  get shape(): S {
    // Frozen, so that writing to it is an error instead of a broken graph.
    return Object.freeze(this.current.shape) as Shape as S;
  }

  /** Type of the elements. */
  get dtype(): D {
    return this.current.dtype as D;
  }

  /** How many axes. */
  get ndim(): number {
    return this.current.shape.length;
  }

  /** How many elements. */
  get size(): number {
    return sizeOf(this.current.shape);
  }

  /** Is a derivative recorded for what is computed from this? Set it on a tensor to learn. */
  get requiresGrad(): boolean {
    if (capture !== undefined) capture.touch(this);
    return this.current.tracked;
  }

  set requiresGrad(on: boolean) {
    if (on === this.requiresGrad) return;
    if (on && !isFloat(this.dtype)) {
      throw new DTypeError(
        `requiresGrad: only float32 and float64 have derivatives, this tensor is ${this.dtype}`,
      );
    }
    if (!on && !isVariable(this.node)) {
      throw new GradientError(
        "requiresGrad: a computed tensor cannot be told to forget its derivative, use detach()",
      );
    }
    // On what lies below the marks, so that turning it on and off makes no chain.
    const values = unmarked(this.node);
    this.bind(on ? variable(values) : values);
  }

  /** Points this handle at other values of the same shape and dtype. */
  private bind(node: Node): void {
    this.node = node;
    if (isVariable(node)) node.owner = this;
  }

  /**
   * Replaces the values in place, as an optimizer does: this handle stands for `value` from now on. What was computed
   * from the old values is not affected. A tensor with `requiresGrad` stays one, and the change itself is not
   * differentiated.
   *
   * @throws ShapeError when the shapes differ
   * @throws GradientError on a tensor that was computed with derivatives
   * @example
   * ```ts
   * const w = array([1, 2], { requiresGrad: true });
   * w.assign(array([5, 6]));
   * String(w); // [5. 6.]
   * ```
   */
  assign(value: Tensor): this {
    mustBeTensor(value, "assign");
    if (!sameShape(value.shape, this.shape)) {
      throw new ShapeError(
        `assign: cannot put shape ${formatShape(value.shape)} into ${formatShape(this.shape)}`,
      );
    }
    if (this.node.tracked && !isVariable(this.node)) {
      throw new GradientError(
        "assign: this tensor was computed with derivatives; assign to a new one, or detach()",
      );
    }
    const { node } = wrap(cast(detach(value.node), this.node.dtype));
    const values = node.storage === undefined ? node : leafOf(node);
    this.bind(this.node.tracked ? variable(values) : values);
    return this;
  }

  /**
   * The same values without their history: no derivative flows through the result.
   *
   * @example
   * ```ts
   * const w = array([1, 2], { requiresGrad: true });
   * w.mul(2).detach().requiresGrad; // false
   * ```
   */
  detach(): Tensor<S, D> {
    const cut = detach(this.node);
    const result = new Tensor<S, D>(cut.storage === undefined ? cut : leafOf(cut));
    if (cut.storage === undefined) noteUnread(result);
    return result;
  }

  /**
   * Computes the values now if they are not there yet, and lets go of the history where no derivative needs it.
   *
   * @example
   * ```ts
   * ones([2]).add(1).realize().shape; // [2]
   * ```
   */
  realize(): this {
    realize([this]);
    return this;
  }

  /**
   * The values in row-major order, in a typed array of the dtype (bools as bytes). Treat them as read-only: other
   * tensors may share them.
   *
   * @throws CaptureError inside a compiled function, as all that reads values
   * @example
   * ```ts
   * await array([[1, 2], [3, 4]]).data(); // Float32Array [1, 2, 3, 4]
   * ```
   */
  data(): Promise<TypedArrayOf[D]> {
    refuse("data");
    return this.later();
  }

  private async later(): Promise<TypedArrayOf[D]> {
    // This tensor may stand for something else by the time that the values are there.
    const node = this.current;
    if (node.storage === undefined) settleAll([this], [node], await computeSoon([node], true));
    return given(node.storage!) as TypedArrayOf[D];
  }

  /**
   * The values at once, on devices that can (all but WebGPU). Treat them as read-only: other tensors may share them.
   *
   * @example
   * ```ts
   * array([true, false]).dataSync(); // Uint8Array [1, 0]
   * ```
   */
  dataSync(): TypedArrayOf[D] {
    return this.read("dataSync");
  }

  private read(operation: string): TypedArrayOf[D] {
    refuse(operation);
    realize([this], true);
    return given(this.current.storage!) as TypedArrayOf[D];
  }

  /**
   * The only element as a JavaScript value.
   *
   * @throws ValueError when there is not exactly one
   * @example
   * ```ts
   * array([1, 2, 3]).sum().item(); // 6
   * ```
   */
  item(): ElementOf<D> {
    if (this.size !== 1) {
      throw new ValueError(
        `item: can only convert an array of size 1, this one has shape ${formatShape(this.shape)}`,
      );
    }
    return element(this.read("item")[0]!, this.dtype) as ElementOf<D>;
  }

  /**
   * The values as nested lists of numbers or booleans; of a 0-d tensor the value itself.
   *
   * @example
   * ```ts
   * array([[1, 2], [3, 4]]).toArray(); // [[1, 2], [3, 4]]
   * ```
   */
  toArray(): NestedOf<S, ElementOf<D>> {
    return nest(this.read("toArray"), this.current.shape, this.dtype) as NestedOf<S, ElementOf<D>>;
  }

  /**
   * The values as Python's `print` shows a NumPy array, to the character. {@link setPrintOptions} changes how.
   *
   * @example
   * ```ts
   * String(array([[1, 2.5], [3, 4]])); // [[1.  2.5]
   *                                    //  [3.  4. ]]
   * ```
   */
  toString(): string {
    const data = this.read("toString");
    return this.ndim === 0
      ? formatScalar(data[0]!, this.dtype)
      : formatArray(data, this.current.shape, this.dtype);
  }

  /**
   * The values as Python's `repr` shows a NumPy array, with the dtype where it is not float64 or bool. Node's console
   * shows this.
   *
   * @example
   * ```ts
   * array([1, 2]).repr(); // array([1., 2.], dtype=float32)
   * ```
   */
  repr(): string {
    return reprArray(this.read("repr"), this.current.shape, this.dtype);
  }

  /** What Node's console shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.repr();
  }
}

/** The node below marks that cut off a derivative; one through which a derivative flows keeps its last mark. */
function unmarked(node: Node): Node {
  let at = node;
  while (isOp(at, "detach")) at = at.sources[0]!;
  return detach(at);
}

/** The leaf that holds the values of a computed node: what they came from is let go. */
function leafOf(node: Node): Node {
  let at = node;
  while (isOp(at, "detach")) at = at.sources[0]!;
  if (at.op === "buffer") return at;
  node.storage!.lent = true;
  return leafFrom(node.storage!, node.shape);
}

/**
 * The last tensors that end a history and that nobody has read: losses that a backward pass began from, and tensors
 * that were detached. A step computes them along with its update, since left alone they would hold the whole step.
 * Few, and held strongly: a weak reference would keep each one alive until the running loop ends.
 */
const MOST_UNREAD = 8;
let unread: Tensor[] = [];

export function noteUnread(tensor: Tensor): void {
  const others = unread.filter((other) => other !== tensor && held(other).storage === undefined);
  unread = [...others, ...(held(tensor).storage === undefined ? [tensor] : [])].slice(-MOST_UNREAD);
}

/** Statistics that layers keep of what they saw, changed since the last step: each once, so that none is forgotten. */
const running = new Set<Tensor>();

/** Notes such a statistic: the next step computes it along with its update. */
export function noteRunning(tensor: Tensor): void {
  if (capture === undefined) running.add(tensor);
}

/** Those tensors, of which none is noted any more: the list is `instead` from now on. */
export function takeUnread(instead: Tensor[] = []): Tensor[] {
  const taken = [...unread, ...running];
  running.clear();
  unread = instead;
  return taken;
}

/** What a capture works on: a tensor's fields as they are, past the accessors that tell it of every use. */
interface Fields {
  current: Node;
  derivative: Tensor | null;
  unseen: boolean;
}

const fieldsOf = (tensor: Tensor): Fields => tensor as unknown as Fields;

/** The node that a tensor stands for; whoever asks here must not keep it. */
export const held = (tensor: Tensor): Node => fieldsOf(tensor).current;

/** Is it a tensor to learn, and not computed from others? Asking does not take its node. */
export const isParameter = (tensor: Tensor): boolean => isVariable(held(tensor));

/** Makes a tensor stand for a node, which is its own variable if it is one. */
export function hold(tensor: Tensor, node: Node): void {
  fieldsOf(tensor).current = node;
  if (isVariable(node)) node.owner = tensor;
}

export const heldGrad = (tensor: Tensor): Tensor | null => fieldsOf(tensor).derivative;

export function holdGrad(tensor: Tensor, gradient: Tensor | null): void {
  fieldsOf(tensor).derivative = gradient;
}

/** Notes whether somebody has, or may have, a `.grad` that a compiled function made. */
export function markSeen(gradient: Tensor, seen: boolean): void {
  fieldsOf(gradient).unseen = !seen;
}

/** Is it a `.grad` that a compiled function has made and nobody has asked for? Then the next call may reuse it. */
export const isUnseen = (gradient: Tensor): boolean => fieldsOf(gradient).unseen;

/**
 * A tensor over a graph node. Inside `noGrad` its history is cut. For those who build on the graph itself.
 *
 * @example
 * ```ts
 * String(wrapNode(array([1, 2]).node)); // [1. 2.]
 * ```
 */
export function wrap<S extends Shape, D extends DType>(node: Node): Tensor<S, D> {
  const result = new Tensor<S, D>(isRecording() ? node : detach(node));
  const { tracked, chain, depth } = result.node;
  const long = chain > LONGEST_CHAIN || depth > LONGEST_HISTORY;
  if (long && !tracked && !isComputing()) realize([result]);
  return result;
}

/** The tensor that owns a variable, to whose `.grad` its derivative goes, if a user holds it. */
export const ownerOf = (node: Node): Tensor | undefined => node.owner as Tensor | undefined;

/**
 * Computes several tensors in one go. Those without derivatives become plain values and forget how they were made;
 * with `keep`, those with derivatives keep what their backward pass will need. Inside a compiled function it does nothing.
 *
 * @example
 * ```ts
 * const x = ones([2]).add(1);
 * realize([x, x.mul(3)]);
 * String(x); // [2. 2.]
 * ```
 */
export function realize(tensors: readonly Tensor[], keep = false): void {
  if (capture !== undefined) return;
  const nodes = tensors.map(held);
  settleAll(tensors, nodes, compute(nodes, keep));
}

/** Lets go of histories after a computation: of tensors that still stand for these nodes, and of owners of variables. */
function settleAll(tensors: readonly Tensor[], nodes: readonly Node[], variables: ReadonlySet<Node>): void {
  for (const [i, tensor] of tensors.entries()) if (held(tensor) === nodes[i]) settle(tensor);
  for (const node of variables) {
    const owner = ownerOf(node);
    if (owner !== undefined && held(owner) === node) settle(owner);
  }
}

/** The values, given away: the array itself must not change from then on; those on a device are copied. */
function given(storage: Storage): TypedArray {
  if (storage.host !== undefined) storage.lent = true;
  return storage.read();
}

function settle(tensor: Tensor): void {
  const node = held(tensor);
  const source = isVariable(node) ? node.sources[0]! : node;
  if (source.op === "buffer" || (node.tracked && !isVariable(node))) return;
  // Lent, since nodes above the one that is let go may still be there.
  node.storage!.lent = true;
  const values = leafFrom(node.storage!, node.shape);
  hold(tensor, isVariable(node) ? variable(values) : values);
}

/** Throws a DTypeError unless a value is a tensor: programs without types pass anything. */
export function mustBeTensor(value: unknown, name: string): asserts value is Tensor {
  if (!(value instanceof Tensor)) throw new DTypeError(`${name}: a tensor is needed, got ${kindOf(value)}`);
}

/** Attaches methods to Tensor; their types are declared beside them by interface merging. */
export function install(methods: Record<string, (this: Tensor, ...args: never[]) => unknown>): void {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
  }
}
