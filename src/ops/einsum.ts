/**
 * Einstein summation. Each operand loses its repeated labels (a diagonal) and the labels that no one else has (a sum);
 * then operands meet two at a time, from the left, in one contraction each.
 */
import { cast, contract, type Node, permute, promote, reduce, reshape, stretch } from "../graph/index.js";
import { planEinsum } from "../shape/index.js";
import { diagonal } from "./selection.js";

/** A node whose axes have names. */
interface Labelled {
  readonly node: Node;
  readonly labels: readonly string[];
}

/** A label that occurs twice in one operand means its diagonal. */
function takeDiagonals({ node, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return { node, labels };
  const label = labels[second]!;
  const first = labels.indexOf(label);
  const others = [...labels.keys()].filter((axis) => axis !== first && axis !== second);
  const onDiagonal = diagonal(permute(node, [...others, first, second]));
  return takeDiagonals({ node: onDiagonal, labels: [...others.map((axis) => labels[axis]!), label] });
}

/** Sums over the labels that are not wanted any more. */
function dropLabels({ node, labels }: Labelled, wanted: ReadonlySet<string>): Labelled {
  const gone = labels.flatMap((label, axis) => (wanted.has(label) ? [] : [axis]));
  return { node: reduce("sum", node, gone), labels: labels.filter((label) => wanted.has(label)) };
}

/** Axes of size 1 where another operand has more are dropped: they broadcast. */
function dropSingles({ node, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const kept = [...labels.keys()].filter((axis) => node.shape[axis] === sizes.get(labels[axis]!));
  const shape = kept.map((axis) => node.shape[axis]!);
  return { node: reshape(node, shape), labels: kept.map((axis) => labels[axis]!) };
}

function pair(a: Labelled, b: Labelled, wanted: ReadonlySet<string>): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => wanted.has(label));
  const summed = shared.filter((label) => !wanted.has(label));
  const axes = ({ labels }: Labelled, of: readonly string[]): number[] =>
    of.map((label) => labels.indexOf(label));
  const node = contract(a.node, b.node, {
    batchA: axes(a, batch),
    batchB: axes(b, batch),
    sumA: axes(a, summed),
    sumB: axes(b, summed),
  });
  const free = (x: Labelled): string[] => x.labels.filter((label) => !shared.includes(label));
  return { node, labels: [...batch, ...free(a), ...free(b)] };
}

/** `einsum("ij,jk->ik", a, b)`; the specification is NumPy's, with implicit output and ellipsis. */
export function einsum(spec: string, operands: readonly Node[]): Node {
  const plan = planEinsum(
    spec,
    operands.map((x) => x.shape),
  );
  const dtype = operands.map((x) => x.dtype).reduce((a, b) => promote(a, b));
  const inner = dtype === "bool" ? "int32" : dtype;
  const terms = operands.map((x, i) =>
    dropSingles(takeDiagonals({ node: cast(x, inner), labels: plan.inputs[i]! }), plan.sizes),
  );
  let result = terms[0]!;
  for (let i = 1; i <= terms.length; i++) {
    const later = new Set([...plan.output, ...terms.slice(i).flatMap(({ labels }) => labels)]);
    result = dropLabels(result, later);
    const next = terms[i];
    if (next === undefined) break;
    const after = new Set([...plan.output, ...terms.slice(i + 1).flatMap(({ labels }) => labels)]);
    const needed = new Set([...after, ...result.labels]);
    result = pair(result, dropLabels(next, needed), after);
  }
  // A label that only broadcast operands had is stretched to its size here.
  const kept = plan.output.filter((label) => result.labels.includes(label));
  const ordered = permute(
    result.node,
    kept.map((label) => result.labels.indexOf(label)),
  );
  const single = plan.output.map((label) => (result.labels.includes(label) ? plan.sizes.get(label)! : 1));
  return cast(stretch(reshape(ordered, single), plan.shape), dtype);
}
