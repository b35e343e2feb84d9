/**
 * Derivatives as a user asks for them: `backward()` into `.grad` as PyTorch has it, and `grad`, `vjp`, `jvp`,
 * `jacobian`, `hessian` of functions as JAX has it. Both only make more graph.
 */
import { checkpointed, DerivativeRule, gradients, pushForward } from "../autodiff/index.js";
import { DTypeError, GradientError, ShapeError } from "../errors.js";
import {
  add,
  barrier,
  cast,
  custom,
  type DType,
  detach,
  full,
  isFloat,
  isVariable,
  like,
  type Node,
  reshape,
  substitute,
  topological,
  variable,
} from "../graph/index.js";
import * as ops from "../ops/index.js";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape/index.js";
import { isRecording, recorded } from "./runtime.js";
import { install, mustBeTensor, noteUnread, ownerOf, realize, Tensor, takeUnread, wrap } from "./tensor.js";

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /**
     * Differentiates this tensor with respect to every tensor with `requiresGrad` that it was computed from, and adds
     * each derivative to that tensor's `.grad`, in that tensor's shape and dtype (reverse mode: one pass from here back).
     *
     * @param gradient the cotangent of this tensor; needed unless it has one element
     * @throws GradientError where nothing that it was computed from requires a derivative, or there are several elements
     *   and no gradient
     * @throws ShapeError where the gradient has another shape
     * @example
     * ```ts
     * const w = array([1, 2, 3], { requiresGrad: true });
     * w.mul(w).sum().backward();
     * String(w.grad); // [2. 4. 6.]
     * ```
     */
    backward(gradient?: Tensor): void;
  }
}

/**
 * The last few losses that `backward()` was called on, and tensors that were detached, which nobody has read: an
 * optimizer computes them along with its update. For those who write optimizers.
 *
 * @example
 * ```ts
 * const w = array([3], { requiresGrad: true });
 * takePendingLosses();
 * w.square().sum().backward();
 * takePendingLosses().length; // 1
 * ```
 */
export function takePendingLosses(): Tensor[] {
  return takeUnread();
}

const DEEP = 500;

const one = (x: Node): Node => full(x.shape, 1, x.dtype);

/** The cotangent to begin with: 1 for a single element, else what was given, checked. */
function seed(output: Node, given: Tensor | undefined, name: string): Node {
  if (given !== undefined) mustBeTensor(given, name);
  if (given === undefined) {
    if (sizeOf(output.shape) === 1) return one(output);
    throw new GradientError(
      `${name}: a gradient is implied only for a result with one element, this one has shape ${formatShape(output.shape)}; reduce it (sum, mean) or give a gradient of that shape`,
    );
  }
  if (!sameShape(given.shape, output.shape)) {
    throw new ShapeError(
      `${name}: the gradient has shape ${formatShape(given.shape)}, the result ${formatShape(output.shape)}`,
    );
  }
  return cast(given.node, output.dtype);
}

install({
  backward(this: Tensor, gradient?: Tensor) {
    const output = this.node;
    if (!output.tracked) {
      throw new GradientError(
        "backward: this tensor does not depend on any tensor with requiresGrad (or was made inside noGrad)",
      );
    }
    const variables = topological([output], (n) => !n.tracked || isVariable(n)).filter(isVariable);
    const owned = variables.filter((node) => ownerOf(node) !== undefined);
    const results = gradients([output], [seed(output, gradient, "backward")], owned);
    const owners = owned.map((node) => ownerOf(node)!);
    // Gradients that pile up unread would hold the graph of every pass.
    const piled = owners.some(({ grad }) => grad !== null && grad.node.storage === undefined);
    // Those of a deep graph are computed now, all together: one by one, each would compute the whole graph.
    const deep = output.depth > DEEP;
    owned.forEach((node, i) => {
      const arrived = results[i] ?? zeroLike(node);
      const before = owners[i]!.grad?.node;
      owners[i]!.grad = new Tensor(detach(before === undefined ? arrived : add(before, arrived)));
    });
    noteUnread(this);
    if (piled || deep) realize([...owners.map(({ grad }) => grad!), ...takeUnread()]);
  },
});

/** A tensor, or lists and records of them: what a function may take as one argument to differentiate. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [name: string]: TensorTree };

/** The same lists and records with other tensors of the same shapes. */
export type LikeTree<T> = TensorTree extends T
  ? TensorTree
  : T extends Tensor<infer S, infer D>
    ? Tensor<S, D>
    : { -readonly [K in keyof T]: LikeTree<T[K]> };

function leaves(tree: TensorTree, found: Tensor[] = []): Tensor[] {
  if (tree instanceof Tensor) found.push(tree);
  else if (typeof tree !== "object" || tree === null) mustBeTensor(tree, "derivatives: an argument");
  else for (const branch of Object.values(tree) as TensorTree[]) leaves(branch, found);
  return found;
}

/** The tree with its tensors replaced in order. */
function rebuild(tree: TensorTree, next: () => Tensor): TensorTree {
  if (tree instanceof Tensor) return next();
  if (Array.isArray(tree)) return (tree as readonly TensorTree[]).map((branch) => rebuild(branch, next));
  return Object.fromEntries(
    Object.entries(tree as Record<string, TensorTree>).map(([name, branch]) => [name, rebuild(branch, next)]),
  );
}

/** A result, without history where none is recorded. It is not computed yet, however deep: others share its work. */
const resultOf = (node: Node): Tensor => new Tensor(isRecording() ? node : detach(node));

const fromNodes = (tree: TensorTree, nodes: readonly Node[]): TensorTree => {
  let at = 0;
  return rebuild(tree, () => resultOf(nodes[at++]!));
};

/**
 * An independent copy of a node to differentiate by. Under an outer derivative it must not cut that one off, so it is
 * then only a node of its own.
 */
function probe({ node }: Tensor, name: string): Node {
  if (!isFloat(node.dtype)) {
    throw new DTypeError(`${name}: derivatives are taken of float32 and float64, got ${node.dtype}`);
  }
  return node.tracked ? barrier(node, node) : variable(node);
}

interface Traced {
  readonly outputs: Tensor;
  readonly probes: readonly Node[];
  /** Puts the arguments back in place of the probes. */
  readonly release: (nodes: readonly Node[]) => Node[];
}

function trace(
  f: (...args: never[]) => Tensor,
  args: readonly TensorTree[],
  count: number,
  name: string,
): Traced {
  const given = args.slice(0, count).flatMap((arg) => leaves(arg));
  const probes = given.map((tensor) => probe(tensor, name));
  let at = 0;
  const replaced = args.map((arg, i) => (i < count ? rebuild(arg, () => new Tensor(probes[at++]!)) : arg));
  const outputs = recorded(() => f(...(replaced as never[])));
  if (!(outputs instanceof Tensor)) throw new GradientError(`${name}: the function must return a tensor`);
  const back = new Map(probes.map((node, i) => [node, given[i]!.node]));
  return { outputs, probes, release: (nodes) => substitute(nodes, back) };
}

const zeroLike = (x: Node): Node => like(x, 0);

/** The value of f and its derivative by the first argument. */
function differentiate(f: (...args: never[]) => Tensor, args: readonly TensorTree[]): [Tensor, TensorTree] {
  const { outputs, probes, release } = trace(f, args, 1, "grad");
  const output = outputs.node;
  const found = gradients([output], [seed(output, undefined, "grad")], probes);
  const nodes = probes.map((node, i) => found[i] ?? zeroLike(node));
  const [value, ...derivatives] = release([output, ...nodes]);
  return [resultOf(value!), fromNodes(args[0]!, derivatives)];
}

/**
 * The value of f and its derivative with respect to the first argument, as {@link grad} gives it, in one pass.
 *
 * @throws GradientError where the result has more than one element
 * @throws DTypeError where the first argument is not float32 or float64
 * @example
 * ```ts
 * const f = valueAndGrad((x: Tensor) => x.square().sum());
 * const [value, derivative] = f(array([1, 2]));
 * String(value); // 5.0
 * String(derivative); // [2. 4.]
 * ```
 */
export function valueAndGrad<A extends TensorTree, Rest extends readonly TensorTree[], R extends Tensor>(
  f: (x: A, ...rest: Rest) => R,
): (x: A, ...rest: Rest) => [R, LikeTree<A>] {
  return (x, ...rest) => differentiate(f as never, [x, ...rest]) as unknown as [R, LikeTree<A>];
}

/**
 * The derivative of a function that gives one number, with respect to its first argument: a tensor, or lists and
 * records of tensors. Derivatives of derivatives work: `grad((x) => grad(f)(x).sum())`.
 *
 * @throws GradientError where the result has more than one element
 * @throws DTypeError where the first argument is not float32 or float64
 * @example
 * ```ts
 * const df = grad((x: Tensor) => x.pow(3).sum());
 * String(df(array([1, 2, 3]))); // [ 3. 12. 27.]
 * ```
 */
export function grad<A extends TensorTree, Rest extends readonly TensorTree[]>(
  f: (x: A, ...rest: Rest) => Tensor,
): (x: A, ...rest: Rest) => LikeTree<A> {
  return (x, ...rest) => differentiate(f as never, [x, ...rest])[1] as never;
}

/**
 * Vector-Jacobian product (reverse mode): f(x...) and a function that takes a cotangent v, in the shape of the result,
 * to v^T df/dx for each argument.
 *
 * @throws ShapeError where the cotangent has another shape than the result
 * @throws DTypeError where an argument is not float32 or float64
 * @example
 * ```ts
 * const [y, pull] = vjp((x: Tensor) => x.square(), array([1, 2, 3]));
 * String(y); // [1. 4. 9.]
 * String(pull(array([1, 0, 10]))[0]); // [ 2.  0. 60.]
 * ```
 */
export function vjp<Args extends readonly TensorTree[], R extends Tensor>(
  f: (...args: Args) => R,
  ...args: Args
): [R, (cotangent: Tensor) => { [K in keyof Args]: LikeTree<Args[K]> }] {
  const { outputs, probes, release } = trace(f as never, args, args.length, "vjp");
  const pull = (cotangent: Tensor) => {
    const found = gradients([outputs.node], [seed(outputs.node, cotangent, "vjp")], probes);
    const nodes = release(probes.map((node, i) => found[i] ?? zeroLike(node)));
    let at = 0;
    const trees = args.map((arg) => rebuild(arg, () => resultOf(nodes[at++]!)));
    return trees as never;
  };
  return [resultOf(release([outputs.node])[0]!) as unknown as R, pull];
}

/**
 * Jacobian-vector product (forward mode): f(x) and its derivative along v, df/dx v, both in the shape of the result.
 * With several arguments give a list of each.
 *
 * @throws GradientError where there are not as many tangents as arguments
 * @throws ShapeError where a tangent has another shape than its argument
 * @throws DTypeError where an argument is not float32 or float64
 * @example
 * ```ts
 * const [y, along] = jvp((x: Tensor) => x.square(), array([1, 2, 3]), array([1, 0, 10]));
 * String(along); // [ 2.  0. 60.]
 * ```
 */
export function jvp<A extends Tensor | readonly Tensor[], R extends Tensor>(
  f: (...args: A extends readonly Tensor[] ? A : [A]) => R,
  at: A,
  along: A,
): [R, R] {
  const [primals, tangents] = [at, along].map((x) =>
    x instanceof Tensor ? [x] : [...(x as readonly Tensor[])],
  ) as [Tensor[], Tensor[]];
  if (primals.length !== tangents.length)
    throw new GradientError("jvp: as many tangents as arguments are needed");
  const { outputs, probes, release } = trace(f as never, primals, primals.length, "jvp");
  const directions = tangents.map((tangent, i) => seed(probes[i]!, tangent, "jvp"));
  const pushed = outputs.node.tracked
    ? pushForward(outputs.node, probes, directions)
    : zeroLike(outputs.node);
  const [value, derivative] = release([outputs.node, pushed]);
  return [resultOf(value!) as unknown as R, resultOf(derivative!) as unknown as R];
}

/** e_i in a shape: 1 at flat position i. */
function basis(x: Node, i: number): Node {
  const places = ops.positions([sizeOf(x.shape)], 0);
  return cast(reshape(ops.eq(places, i), x.shape), x.dtype);
}

/**
 * All first derivatives of f at x: shape of the result followed by the shape of x. Goes forward or backward, whichever
 * takes fewer passes.
 *
 * @throws DTypeError where x is not float32 or float64
 * @example
 * ```ts
 * String(jacobian((x: Tensor) => x.square())(array([1, 2]))); // [[2. 0.]
 *                                                             //  [0. 4.]]
 * ```
 */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const { outputs, probes, release } = trace(f as never, [x], 1, "jacobian");
    const [output, input] = [outputs.node, probes[0]!];
    const shape = [...output.shape, ...input.shape];
    const [rows, columns] = [sizeOf(output.shape), sizeOf(input.shape)];
    if (rows * columns === 0 || !output.tracked) return resultOf(full(shape, 0, output.dtype));
    const forward = columns < rows;
    const passes = Array.from({ length: forward ? columns : rows }, (_, i) =>
      forward
        ? reshape(pushForward(output, [input], [basis(input, i)]), [rows])
        : reshape(gradients([output], [basis(output, i)], [input])[0] ?? zeroLike(input), [columns]),
    );
    const table = ops.stack(passes, forward ? 1 : 0);
    return resultOf(release([reshape(table, shape)])[0]!);
  };
}

/**
 * All second derivatives of a function that gives one number: the Jacobian of its gradient, in the shape of x
 * followed by the shape of x.
 *
 * @throws GradientError where the result has more than one element
 * @throws DTypeError where x is not float32 or float64
 * @example
 * ```ts
 * String(hessian((x: Tensor) => x.pow(3).sum())(array([1, 2]))); // [[ 6.  0.]
 *                                                                //  [ 0. 12.]]
 * ```
 */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f) as (x: Tensor) => Tensor);
}

/**
 * A function with a derivative of one's own. `backward` gets the cotangent of the result and then the arguments, and
 * returns a cotangent for each argument, in its shape (null: nothing flows). It may itself be differentiated.
 *
 * @throws GradientError in the backward pass, where a cotangent has another shape than its argument
 * @example
 * ```ts
 * const clipped = customGradient((x: Tensor) => x, (g) => [g.clip(-1, 1)]);
 * const w = array([5, 6], { requiresGrad: true });
 * clipped(w).mul([0.5, 10]).sum().backward();
 * String(w.grad); // [0.5 1. ]
 * ```
 */
export function customGradient<Args extends readonly Tensor[], R extends Tensor>(
  forward: (...args: Args) => R,
  backward: (cotangent: Tensor, ...args: Args) => readonly (Tensor | null)[],
): (...args: Args) => R {
  return (...args) => {
    const inputs = args.map(({ node }) => node);
    const result = forward(...args);
    const rule = new DerivativeRule("customGradient", (g, sources) => {
      const tensors = sources.map((node) => new Tensor(node)) as unknown as Args;
      const given: unknown = backward(new Tensor(g), ...tensors);
      if (!Array.isArray(given) || given.length !== sources.length) {
        throw new GradientError(
          `customGradient: backward must return a list of ${sources.length} cotangents, one for each argument (null: nothing flows)`,
        );
      }
      return sources.map((source, i) => checkCotangent(given[i] ?? null, source, i));
    });
    return wrap(custom(result.node, inputs, rule)) as unknown as R;
  };
}

function checkCotangent(given: unknown, source: Node, i: number): Node | null {
  if (given === null) return null;
  mustBeTensor(given, `customGradient: the cotangent for argument ${i}`);
  if (!sameShape(given.shape, source.shape)) {
    throw new GradientError(
      `customGradient: the cotangent for argument ${i} has shape ${formatShape(given.shape)}, the argument ${formatShape(source.shape)}`,
    );
  }
  return cast(given.node, source.dtype);
}

/**
 * The same function with less memory: its backward pass computes the function again instead of keeping what lies
 * between (gradient checkpointing; Chen, Xu, Zhang and Guestrin 2016, Training Deep Nets with Sublinear Memory Cost).
 * Values and derivatives are the same.
 *
 * @example
 * ```ts
 * const block = checkpoint((x: Tensor) => x.sin().exp());
 * String(grad((x: Tensor) => block(x).sum())(array([0]))); // [1.]
 * ```
 */
export function checkpoint<Args extends readonly Tensor[], R extends Tensor>(
  f: (...args: Args) => R,
): (...args: Args) => R {
  return (...args) => {
    const result = f(...args);
    return wrap(
      checkpointed(
        result.node,
        args.map(({ node }) => node),
      ),
    ) as unknown as R;
  };
}
