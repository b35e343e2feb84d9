/**
 * Rewrites of the graph before it is scheduled: the same values by a road that the kernels are good at.
 *
 * - The derivative of a convolution by its input is `fold` of a contraction. Written as a contraction over the windows of
 *   the padded cotangent it needs no room for all windows, and runs as the convolution itself does.
 * - The derivative of picking one element along an axis is a `scatter`; it is g where the axis' number is the picked
 *   one and 0 elsewhere, which needs no writing at indices.
 */
import {
  binary,
  contract,
  expand,
  flip,
  full,
  gather,
  iota,
  isOp,
  type Node,
  pad,
  permute,
  reshape,
  substitute,
  where,
  windows,
} from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import { indicesOf } from "./group.js";
import { bounds, newVar } from "./index-form.js";
import { programOrder } from "./order.js";
import { Values } from "./value.js";

/** Equivalent roots over nodes that are easier to compute. */
export function rewrite(roots: readonly Node[]): Node[] {
  const replaced = new Map<Node, Node>();
  const order = programOrder(roots);
  let found = false;
  for (const node of order) {
    if (node.storage !== undefined) {
      replaced.set(node, node);
      continue;
    }
    const fresh = rewritten(node);
    if (fresh === undefined) continue;
    found = true;
    replaced.set(node, substitute([fresh], replaced)[0]!);
  }
  return found ? substitute(roots, replaced) : [...roots];
}

function rewritten(node: Node): Node | undefined {
  if (isOp(node, "fold")) return foldOfContraction(node, wholeOf(node.attrs.shape));
  if (isOp(node, "scatter")) return oneHot(node);
  if (!isOp(node, "slice")) return undefined;
  const [source] = node.sources;
  const plain = node.attrs.step.every((step) => step === 1);
  return isOp(source!, "fold") && source.storage === undefined && plain
    ? foldOfContraction(source, node.attrs)
    : undefined;
}

/** The part of a fold that is asked for: convolutions throw away the padding that they folded. */
interface Crop {
  readonly start: readonly number[];
  readonly size: readonly number[];
}

const wholeOf = (shape: readonly number[]): Crop => ({ start: shape.map(() => 0), size: shape });

/** Axes that begin after so many elements and have that size; only of size 1 there can be several. */
function axesAt(shape: readonly number[], before: number, size: number): number[] {
  let product = 1;
  return shape.flatMap((n, axis) => {
    const fits = product === before && n === size;
    product *= n;
    return fits ? [axis] : [];
  });
}

/** The axis of the source that becomes an axis of a reshape whole, if one does. */
function axisBeforeReshape(node: Node<"reshape">, axis: number): number | undefined {
  const size = node.shape[axis]!;
  const before = node.shape.slice(0, axis).reduce((n, other) => n * other, 1);
  const [from, to] = [axesAt(node.sources[0]!.shape, before, size), axesAt(node.shape, before, size)];
  return from.length === to.length ? from[to.indexOf(axis)] : undefined;
}

/** Where axes of a node come from in the contraction below its reshapes and permutations. */
function traceToContraction(
  top: Node,
  axes: readonly number[],
): { contraction: Node<"contract">; axes: number[]; chain: Node[] } | undefined {
  let at = top;
  let current = [...axes];
  const chain: Node[] = [];
  while (!isOp(at, "contract")) {
    if (at.storage !== undefined) return undefined;
    if (isOp(at, "permute")) {
      const { axes: order } = at.attrs;
      current = current.map((axis) => order[axis]!);
    } else if (isOp(at, "reshape")) {
      const node = at;
      const before = current.map((axis) => axisBeforeReshape(node, axis));
      if (before.some((axis) => axis === undefined)) return undefined;
      current = before as number[];
    } else if (at.op !== "detach" && at.op !== "barrier") return undefined;
    chain.push(at);
    at = at.sources[0]!;
  }
  return at.storage === undefined ? { contraction: at, axes: current, chain } : undefined;
}

/** Axes of an operand in the order in which the contraction's result has them. */
function resultAxes(node: Node<"contract">): { operand: "a" | "b" | "both"; axis: number }[] {
  const { batchA, batchB, sumA, sumB } = node.attrs;
  const [a, b] = [node.sources[0]!, node.sources[1]!];
  const free = (x: Node, used: readonly number[]): number[] =>
    [...x.shape.keys()].filter((axis) => !used.includes(axis));
  return [
    ...batchA.map((axis) => ({ operand: "both" as const, axis })),
    ...free(a, [...batchA, ...sumA]).map((axis) => ({ operand: "a" as const, axis })),
    ...free(b, [...batchB, ...sumB]).map((axis) => ({ operand: "b" as const, axis })),
  ];
}

/**
 * y[x] = sum over k, o of G[(x - d k) / s, o] W[k, o]. With G spread out by s and padded by d (size - 1) in front, y is
 * the sum over k', o of G'[x + d k'] W[size - 1 - k', o].
 */
function foldOfContraction(node: Node<"fold">, crop: Crop): Node | undefined {
  if (sizeOf(node.sources[0]!.shape) === 0) return undefined;
  const { axes, size, stride, dilation } = node.attrs;
  const shape = crop.size;
  const rank = shape.length;
  const others = [...shape.keys()].filter((axis) => !axes.includes(axis));
  if (others.some((axis) => shape[axis] !== node.shape[axis])) return undefined;
  const taps = axes.map((_, i) => rank + i);
  const traced = traceToContraction(node.sources[0]!, [...axes, ...taps]);
  if (traced === undefined) return undefined;
  const { contraction, chain } = traced;
  const origin = resultAxes(contraction);
  const places = traced.axes.slice(0, axes.length);
  const kernels = traced.axes.slice(axes.length);
  const slid = origin[places[0]!]!.operand;
  const still = origin[kernels[0]!]!.operand;
  if (slid === "both" || still === "both" || slid === still) return undefined;
  if (
    places.some((axis) => origin[axis]!.operand !== slid) ||
    kernels.some((axis) => origin[axis]!.operand !== still)
  )
    return undefined;
  const { batchA, batchB, sumA, sumB } = contraction.attrs;
  const [a, b] = [contraction.sources[0]!, contraction.sources[1]!];
  const [moving, fixed] = slid === "a" ? [a, b] : [b, a];
  const along = places.map((axis) => origin[axis]!.axis);
  const zeros = moving.shape.map(() => 0);
  const [low, high, interior] = [[...zeros], [...zeros], [...zeros]];
  along.forEach((axis, i) => {
    const reach = dilation[i]! * (size[i]! - 1);
    low[axis] = reach - crop.start[axes[i]!]!;
    interior[axis] = stride[i]! - 1;
    high[axis] = shape[axes[i]!]! + reach - low[axis]! - (moving.shape[axis]! - 1) * stride[i]! - 1;
  });
  if ([...low, ...high].some((n) => n < 0)) return undefined;
  const spread = pad(moving, { low, high, interior, value: 0 });
  // Windows want their axes in increasing order; the kernel's axes follow.
  const order = along.map((_, i) => i).sort((p, q) => along[p]! - along[q]!);
  const view = windows(spread, {
    axes: order.map((i) => along[i]!),
    size: order.map((i) => size[i]!),
    stride: order.map(() => 1),
    dilation: order.map((i) => dilation[i]!),
  });
  const turned = order.map((i) => origin[kernels[i]!]!.axis);
  const flipped = flip(fixed, turned);
  const window = order.map((_, i) => moving.shape.length + i);
  const result =
    slid === "a"
      ? contract(view, flipped, { batchA, batchB, sumA: [...sumA, ...window], sumB: [...sumB, ...turned] })
      : contract(flipped, view, { batchA, batchB, sumA: [...sumA, ...turned], sumB: [...sumB, ...window] });
  return climb(result, chain, contraction, { places, kernels, sizes: axes.map((axis) => shape[axis]!) });
}

/** The chain of reshapes and permutations above the contraction again, without the kernel's axes. */
function climb(
  result: Node,
  chain: readonly Node[],
  contraction: Node,
  {
    places,
    kernels,
    sizes,
  }: { places: readonly number[]; kernels: readonly number[]; sizes: readonly number[] },
): Node {
  let at = result;
  let below = contraction as Node;
  /** What each axis of the node below is: an axis of the kernel, a place that has grown, or as it was. */
  let kinds = below.shape.map((_, axis) =>
    kernels.includes(axis) ? -1 : places.includes(axis) ? places.indexOf(axis) + 1 : 0,
  );
  for (let i = chain.length - 1; i >= 0; i--) {
    const node = chain[i]!;
    if (isOp(node, "permute")) {
      const { axes } = node.attrs;
      const left = [...kinds.keys()].filter((axis) => kinds[axis] !== -1);
      at = permute(
        at,
        axes.filter((axis) => kinds[axis] !== -1).map((axis) => left.indexOf(axis)),
      );
      kinds = axes.map((axis) => kinds[axis]!);
    } else if (isOp(node, "reshape")) {
      const now = node.shape.map((_, axis) => {
        const before = axisBeforeReshape(node, axis);
        return before === undefined ? 0 : kinds[before]!;
      });
      at = reshape(
        at,
        node.shape.flatMap((n, axis) =>
          now[axis] === -1 ? [] : [now[axis]! > 0 ? sizes[now[axis]! - 1]! : n],
        ),
      );
      kinds = now;
    }
    below = node;
  }
  return at;
}

/** The scatter that puts one update in each line of an axis into zeros, as a comparison. */
function oneHot(node: Node<"scatter">): Node | undefined {
  const [base, updates, ...positions] = node.sources;
  const { axes } = node.attrs;
  const rank = node.shape.length;
  if (axes.length !== rank || updates!.shape.length !== rank || !isZero(base!) || rank === 0)
    return undefined;
  if (sizeOf(node.shape) === 0 || sizeOf(updates!.shape) === 0) return undefined;
  const variables = updates!.shape.map((n, axis) => newVar(`u${axis}`, n));
  const values = new Values(() => undefined);
  let picked: number | undefined;
  for (const [i, axis] of axes.entries()) {
    if (updates!.shape[axis] === node.shape[axis] && isCounting(positions[i]!, axis, variables, values))
      continue;
    if (picked !== undefined || updates!.shape[axis] !== 1) return undefined;
    picked = axis;
  }
  if (picked === undefined) return undefined;
  const axis = picked;
  const n = node.shape[axis]!;
  const numbers = reshape(
    iota(n),
    node.shape.map((_, other) => (other === axis ? n : 1)),
  );
  const read = positions[axes.indexOf(axis)]!;
  // Read through a gather, which counts from the end where it is negative and refuses what is out of bounds.
  const place = reshape(gather(numbers, [read], [axis]), read.shape);
  const here = binary("eq", expand(numbers, node.shape), expand(place, node.shape));
  return where(here, expand(updates!, node.shape), full(node.shape, 0, node.dtype));
}

/** Is the value everywhere the number of its own axis? */
function isCounting(
  index: Node,
  axis: number,
  variables: readonly ReturnType<typeof newVar>[],
  values: Values,
): boolean {
  if (!isMadeOfIota(index)) return false;
  const e = values.of(index, indicesOf(variables));
  if (variables[axis]!.extent === 1)
    return e.op === "index" ? bounds(e.index!)[1] === 0 : e.op === "const" && e.value === 0;
  return e.op === "index" && e.index === indicesOf(variables)[axis];
}

function isMadeOfIota(node: Node): boolean {
  let at = node;
  while (isOp(at, "reshape") || isOp(at, "expand") || isOp(at, "permute") || isOp(at, "slice")) {
    if (at.storage !== undefined) return false;
    at = at.sources[0]!;
  }
  return at.op === "iota" && at.storage === undefined;
}

function isZero(node: Node): boolean {
  let at = node;
  while (isOp(at, "reshape") || isOp(at, "expand")) at = at.sources[0]!;
  return isOp(at, "constant") && at.attrs.value === 0;
}
