/**
 * Tensor: what a user holds. It is a handle on a graph node; its operations make new nodes (in the files beside this
 * one), and reading it computes what is not computed yet.
 */
import { DTypeError, GradientError, ShapeError, ValueError } from "../errors.js";
import {
  buffer,
  cast,
  type DType,
  detach,
  isFloat,
  isOp,
  isVariable,
  type Node,
  type TypedArray,
  type TypedArrayOf,
  variable,
} from "../graph/index.js";
import { formatShape, kindOf, type Shape, sameShape, sizeOf } from "../shape/index.js";
import { formatArray, formatScalar, reprArray } from "./print/index.js";
import { compute, isRecording } from "./runtime.js";

/** The nested lists that `toArray` gives for a shape: a number for 0-d, a list of lists for 2-d. */
export type NestedOf<S extends Shape, E> = S extends readonly []
  ? E
  : S extends readonly [number, ...infer Rest extends readonly number[]]
    ? NestedOf<Rest, E>[]
    : NestedArray<E>;

/** Nested lists of unknown depth. */
export type NestedArray<E> = E | NestedArray<E>[];

/** What one element is in JavaScript. */
export type ElementOf<D extends DType> = D extends "bool" ? boolean : number;

/** Untracked chains longer than this are computed at once, so that an endless loop stays level. */
const LONGEST_CHAIN = 64;

/** And so are chains in which derivatives were taken, as in a loop of updates that nobody reads. */
const LONGEST_HISTORY = 2000;

/** The tensor whose `.grad` a variable's derivative goes to. */
const owners = new WeakMap<Node, Tensor>();

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
  /** The graph node that this tensor stands for. */
  node: Node;
  /** The derivative that `backward()` has gathered here, in this tensor's shape and dtype, or null. */
  grad: Tensor<S, D> | null = null;

  constructor(node: Node) {
    this.node = node;
  }

  /** Sizes of the axes. */
  get shape(): S {
    // Frozen, so that writing to it is an error instead of a broken graph.
    return Object.freeze(this.node.shape) as Shape as S;
  }

  /** Type of the elements. */
  get dtype(): D {
    return this.node.dtype as D;
  }

  /** How many axes. */
  get ndim(): number {
    return this.node.shape.length;
  }

  /** How many elements. */
  get size(): number {
    return sizeOf(this.node.shape);
  }

  /** Is a derivative recorded for what is computed from this? Set it on a tensor to learn. */
  get requiresGrad(): boolean {
    return this.node.tracked;
  }

  set requiresGrad(on: boolean) {
    if (on === this.node.tracked) return;
    if (on && !isFloat(this.node.dtype)) {
      throw new DTypeError(
        `requiresGrad: only float32 and float64 have derivatives, this tensor is ${this.node.dtype}`,
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
    if (isVariable(node)) owners.set(node, this);
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
   * @example
   * ```ts
   * await array([[1, 2], [3, 4]]).data(); // Float32Array [1, 2, 3, 4]
   * ```
   */
  async data(): Promise<TypedArrayOf[D]> {
    return this.dataSync();
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
    realize([this], true);
    return this.node.storage!.data as TypedArrayOf[D];
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
    return element(this.dataSync()[0]!, this.node.dtype) as ElementOf<D>;
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
    return nest(this.dataSync(), this.node.shape, this.node.dtype) as NestedOf<S, ElementOf<D>>;
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
    const data = this.dataSync();
    return this.ndim === 0
      ? formatScalar(data[0]!, this.node.dtype)
      : formatArray(data, this.node.shape, this.node.dtype);
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
    return reprArray(this.dataSync(), this.node.shape, this.node.dtype);
  }

  /** What Node's console shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.repr();
  }
}

const element = (value: number, dtype: DType): number | boolean => (dtype === "bool" ? value !== 0 : value);

function nest(data: TypedArray, shape: Shape, dtype: DType): NestedArray<number | boolean> {
  const build = (axis: number, from: number, block: number): NestedArray<number | boolean> => {
    if (axis === shape.length) return element(data[from]!, dtype);
    const inner = block / shape[axis]!;
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, from + i * inner, inner));
  };
  return build(0, 0, data.length);
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
  return at.op === "buffer" ? at : buffer(node.storage!.data, node.shape, node.dtype);
}

/**
 * The last tensors that end a history and that nobody has read: losses that a backward pass began from, and tensors
 * that were detached. A step computes them along with its update, since left alone they would hold the whole step.
 * Few, and held strongly: a weak reference would keep each one alive until the running loop ends.
 */
const MOST_UNREAD = 8;
let unread: Tensor[] = [];

export function noteUnread(tensor: Tensor): void {
  const others = unread.filter((other) => other !== tensor && other.node.storage === undefined);
  unread = [...others, ...(tensor.node.storage === undefined ? [tensor] : [])].slice(-MOST_UNREAD);
}

/** Those tensors, of which none is noted any more. */
export function takeUnread(): Tensor[] {
  const taken = unread;
  unread = [];
  return taken;
}

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
  if (!tracked && (chain > LONGEST_CHAIN || depth > LONGEST_HISTORY)) realize([result]);
  return result;
}

/** The tensor that owns a variable, if a user holds it. */
export const ownerOf = (node: Node): Tensor | undefined => owners.get(node);

/**
 * Computes several tensors in one go. Those without derivatives become plain values and forget how they were made;
 * with `keep`, those with derivatives keep what their backward pass will need.
 *
 * @example
 * ```ts
 * const x = ones([2]).add(1);
 * realize([x, x.mul(3)]);
 * String(x); // [2. 2.]
 * ```
 */
export function realize(tensors: readonly Tensor[], keep = false): void {
  const pending = tensors.filter(({ node }) => node.storage === undefined);
  const variables = compute(
    pending.map(({ node }) => node),
    keep,
  );
  for (const tensor of tensors) settle(tensor);
  for (const node of variables) {
    const owner = owners.get(node);
    if (owner?.node === node) settle(owner);
  }
}

function settle(tensor: Tensor): void {
  const { node } = tensor;
  const source = isVariable(node) ? node.sources[0]! : node;
  if (source.op === "buffer" || (node.tracked && !isVariable(node))) return;
  const values = buffer(node.storage!.data, node.shape, node.dtype);
  tensor.node = isVariable(node) ? variable(values) : values;
  if (isVariable(node)) owners.set(tensor.node, tensor);
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
